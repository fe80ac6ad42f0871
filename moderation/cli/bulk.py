"""The bulk part of ``moderation score``: the job and the files from the options, and what is said of the work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from moderation.bulk import cluster, engines
from moderation.bulk.plan import Input
from moderation.bulk.run import Step, score_files
from moderation.bulk.scoring import Job
from moderation.cli import output

EVERY = 30.0  # seconds between two lines where there is no terminal
MOST_NAMED = 20  # files whose rejects are named


class Engine(StrEnum):
    """What shares the work out."""

    LOCAL = "local"
    DASK = "dask"


def engine_of(name: Engine, jobs: int, scheduler: str | None) -> engines.Engine:
    """Return the engine that the options name."""
    return cluster.dask(jobs, scheduler) if name is Engine.DASK else engines.local(jobs)


def score(
    files: Sequence[Input], out: Path, job: Job, engine: engines.Engine, columns: dict[str, str], keep_going: bool
) -> None:
    """Score files, say how far it is and what came of it; exit with 1 where something cannot be scored."""
    steps = score_files(files, out, job, engine, columns)
    total: Counter[str] = Counter()
    spoilt: list[tuple[Input, int]] = []
    for step in _shown(steps, files):
        if step.finished is not None:
            total.update(step.finished)
            if step.finished["problems"]:
                spoilt.append((step.file, step.finished["rejected"]))
    output.say(
        f"{total['rows']:,} comments scored into {out}: {total['review']:,} to review, {total['reject']:,} to reject"
    )
    for file, rejected in spoilt[:MOST_NAMED]:
        output.say(f"moderation: {file.path}: {rejected:,} rows cannot be scored, see {out / file.rejects}")
    if len(spoilt) > MOST_NAMED:
        output.say(f"moderation: and {len(spoilt) - MOST_NAMED:,} more files, see {out}/**/*.rejects.csv")
    if spoilt and not keep_going:
        raise typer.Exit(1)


class _Far(NamedTuple):
    """How far the work is: bytes of the files, and rows that were scored."""

    bytes: float
    rows: int


def _far(steps: Iterable[Step]) -> Iterator[tuple[Step, _Far]]:
    before, rows = 0, 0
    for step in steps:
        rows += step.rows
        yield step, _Far(before + step.share * step.file.size, rows)
        before += step.file.size if step.finished is not None else 0


def _shown(steps: Iterable[Step], files: Sequence[Input]) -> Iterator[Step]:
    """Pass steps on, and show how far they are: a bar on a terminal, else a line now and then."""
    size = max(1, sum(file.size for file in files))
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from _said(steps, size)
        return
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=size, rows="")
        start = time.monotonic()
        for step, far in _far(steps):
            progress.update(task, completed=far.bytes, rows=_rate(far.rows, time.monotonic() - start))
            yield step


def _said(steps: Iterable[Step], size: int) -> Iterator[Step]:
    start = last = time.monotonic()
    first: float | None = None
    for step, far in _far(steps):
        now = time.monotonic()
        first = far.bytes if first is None else first
        if now - last >= EVERY:
            last = now
            left = (size - far.bytes) * (now - start) / max(1.0, far.bytes - first)
            output.say(f"{far.bytes / size:.0%}, {_rate(far.rows, now - start)}, {left / 60:.0f} minutes left")
        yield step


def _rate(rows: int, seconds: float) -> str:
    return f"{rows:,} comments, {rows / max(seconds, 0.1):,.0f} a second"
