"""A run: from the files of a plan to their scores, in a folder that knows how far it is.

Each chunk becomes a part, a file of its own; when all parts of a file are there, they are put together. A run that was ended
at any moment reads again what it had read, and scores only the parts that are not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from moderation.bulk.chunks import Batch, Reject
from moderation.bulk.engines import Engine, Task, scored
from moderation.bulk.folder import Folder, Whole, opened
from moderation.bulk.plan import Input
from moderation.bulk.reading import ROWS, Reader
from moderation.bulk.scoring import Job, Part, loaded, score_batch
from moderation.errors import ModerationError
from moderation.moderator import Moderator

FORMAT = 2  # of the manifest


class Step(NamedTuple):
    """How far a run is.

    Parameters
    ----------
    file, share
        A file, and how much of it is read, in [0, 1].
    rows
        How many of its rows are done since the step before; 0 where they were done by an earlier run.
    finished
        What the manifest says of the file, where it is finished.
    """

    file: Input
    share: float
    rows: int = 0
    finished: Mapping[str, int] | None = None


class _Mark(NamedTuple):
    """What a task stands for: the chunk of a file at a place, with so many rows, its end, or a file that is finished."""

    number: int
    share: float
    place: int = 0
    rows: int | None = None
    end: Whole | None = None
    finished: Mapping[str, int] | None = None


def score_files(
    files: Sequence[Input], out: Path, job: Job, engine: Engine, columns: Mapping[str, str], rows: int = ROWS
) -> Iterator[Step]:
    """Score files; the work is done as the steps are taken.

    Parameters
    ----------
    out
        The output folder.
    columns
        Field -> the name that the files have for it, where that is another.
    rows
        Of a chunk.

    Raises
    ------
    ModerationError
        Where the folder holds another run, a worker is not as the job wants it, or rows were lost.
    """
    moderator = Moderator(loaded(job.folder), job.policy)
    with opened(out, _plan(files, job, columns, rows)) as folder, engine(job) as workers:
        for mark, part in scored(workers, _tasks(files, folder, columns, rows)):
            file, finished = files[mark.number], mark.finished
            if part is not None:
                _check(file, mark, part)
                folder.keep(mark.number, mark.place, part)
            if mark.end is not None:
                none = score_batch(moderator, mark.end.batch, job.reasons)
                finished = folder.finish(mark.number, file, none, mark.end)
            yield Step(file, mark.share, 0 if part is None else part.rows, finished)
        folder.clear()


def _tasks(files: Sequence[Input], folder: Folder, columns: Mapping[str, str], rows: int) -> Iterator[Task[_Mark]]:
    """Cut the files, and yield what is to be done, in order."""
    for number, file in enumerate(files):
        if (finished := folder.done(file)) is not None:
            yield Task(_Mark(number, 1.0, finished=finished))
            continue
        if file.problem:
            yield Task(_Mark(number, 1.0, end=Whole(0, Batch([], {}, rejects=[Reject("", file.problem)]))))
            continue
        there = folder.parts(number)
        reader = Reader(file.path, file.kind, columns, rows)
        count = 0
        for place, chunk in enumerate(reader.chunks()):
            if place in there and chunk.rows in (None, there[place].met):
                yield Task(_Mark(number, reader.share))
            else:
                yield Task(_Mark(number, reader.share, place, chunk.rows), chunk, file.format)
            count = place + 1
        if file.changed():
            raise ModerationError(f"{file.path}: was changed while it was read; expected a file that stays; start anew")
        yield Task(_Mark(number, 1.0, end=Whole(count, reader.none, reader.flaw)))


def _check(file: Input, mark: _Mark, part: Part) -> None:
    """Make sure that as many rows came back as were given."""
    if mark.rows not in (None, part.rows + part.rejected):
        raise ModerationError(
            f"{file.path}: {mark.rows} rows were given to a worker and {part.rows + part.rejected} came back; expected as "
            "many; see that all workers have this version of the program"
        )


def _plan(files: Sequence[Input], job: Job, columns: Mapping[str, str], rows: int) -> dict[str, Any]:
    """Return all that the bytes of the output depend on."""
    parquet = any("parquet" in (file.kind, file.format) for file in files)
    return {
        "format": FORMAT,
        "moderation": job.version,
        "model": job.model_id,
        "policy": job.policy.id,
        "compiled": job.compiled,
        "pyarrow": version("pyarrow") if parquet else None,
        "reasons": job.reasons,
        "columns": dict(columns),
        "chunk": rows,
        "files": [
            {
                "file": file.source,
                "kind": file.kind,
                "output": file.output,
                "bytes": file.size,
                "sha256": file.fingerprint(),
            }
            for file in files
        ],
    }
