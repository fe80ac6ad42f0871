"""The bulk part of ``moderation score``: the job and the files from the options, and what is said of the work."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

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
    spoilt: list[tuple[Input, str]] = []
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # who manages services ends it as Ctrl-C does
    try:
        for step in _shown(steps, files):
            if step.finished is not None:
                total.update(step.finished)
                if step.finished["problems"]:
                    spoilt.append((step.file, _wrong(step.finished)))
    except KeyboardInterrupt:
        output.say(f"{out}: ended; the same command goes on where it was")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    end = f"; {_wrong(total)}" if spoilt else ""
    output.say(f"{out}: {total['rows']:,} scored, {total['review']:,} to review, {total['reject']:,} to reject{end}")
    for file, wrong in spoilt[:MOST_NAMED]:
        output.say(f"moderation: {file.path}: {wrong}, see {out / file.rejects}")
    if len(spoilt) > MOST_NAMED:
        output.say(f"moderation: and {len(spoilt) - MOST_NAMED:,} more files, see {out}/**/*.rejects.csv")
    if spoilt and not keep_going:
        raise typer.Exit(1)


def _wrong(found: Mapping[str, int]) -> str:
    """Say what the rejects hold; a file may be damaged without a row that is lost, or with rows that nobody can count.

    Examples
    --------
    >>> _wrong({"rejected": 12, "problems": 12}), _wrong({"rejected": 0, "problems": 1})
    ('12 cannot be scored', '1 problem')
    """
    rejected, problems = found["rejected"], found["problems"]
    return f"{rejected:,} cannot be scored" if rejected else f"{problems:,} problem{'s' * (problems != 1)}"


class _Far(NamedTuple):
    """How far the work is: bytes of the files, how many of them were done now and not by an earlier run, and rows done now."""

    bytes: float = 0.0
    fresh: float = 0.0
    rows: int = 0


def _far(steps: Iterable[Step]) -> Iterator[tuple[Step, _Far]]:
    before, far = 0, _Far()
    for step in steps:
        at = before + step.share * step.file.size
        far = _Far(at, far.fresh + (at - far.bytes) * bool(step.rows), far.rows + step.rows)
        yield step, far
        before += step.file.size if step.finished is not None else 0


def _shown(steps: Iterable[Step], files: Sequence[Input]) -> Iterator[Step]:
    """Pass steps on, and show how far they are: a bar on a terminal, else a line now and then."""
    size = sum(file.size for file in files)
    console = Console(stderr=True)
    start = last = time.monotonic()
    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=size)
        for step, far in _far(steps):
            now = time.monotonic()
            line = _line(far, size, now - start)
            progress.update(bar, completed=far.bytes, description=line)
            if not console.is_terminal and now - last >= EVERY:
                last = now
                output.say(line)
            yield step


def _line(far: _Far, size: int, seconds: float) -> str:
    """Return how far the work is, how fast, and how long it will take.

    Examples
    --------
    >>> _line(_Far(60.0, 20.0, 3000), 100, 10.0)
    '60%, 3,000 comments, 300 a second, 0:00:20 left'
    """
    found = f"{far.bytes / max(size, 1):.0%}, {far.rows:,} comments"
    if not far.fresh:
        return found
    left = timedelta(seconds=round((size - far.bytes) * seconds / far.fresh))
    return f"{found}, {far.rows / max(seconds, 0.1):,.0f} a second, {left} left"
