"""A run: from the files of a plan to their scores, in a folder that knows how far it is.

Each chunk becomes a part, a file of its own; when all parts of a file are there, they are put together. A run that was ended
at any moment reads again what it had read, and scores only the parts that are not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from moderation.bulk.engines import Engine, Task, scored
from moderation.bulk.folder import Counts, Folder, opened
from moderation.bulk.plan import Input
from moderation.bulk.reading import ROWS, Reader
from moderation.bulk.scoring import Chunk, Job, loaded, score_chunk
from moderation.errors import ModerationError
from moderation.moderator import Moderator

FORMAT = 1  # of the manifest


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


class _End(NamedTuple):
    """The end of a file: the columns that it has, and what was read."""

    none: Chunk
    read: int = 0
    rejected: int = 0
    problems: int = 0


class _Mark(NamedTuple):
    """What a task stands for: the chunk of a file at a place, its end, or a file that is finished."""

    number: int
    share: float
    place: int = 0
    end: _End | None = None
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
    with opened(out, _plan(files, job, columns, rows)) as folder:
        with engine(job) as workers:
            for mark, part in scored(workers, _tasks(files, folder, columns, rows)):
                file, finished = files[mark.number], mark.finished
                if part is not None:
                    folder.keep(mark.number, mark.place, part)
                if mark.end is not None:
                    none, *counts = mark.end
                    finished = folder.finish(mark.number, file, score_chunk(moderator, none, job.reasons), *counts)
                yield Step(file, mark.share, 0 if part is None else part.rows, finished)
        folder.clear()


def _tasks(files: Sequence[Input], folder: Folder, columns: Mapping[str, str], rows: int) -> Iterator[Task[_Mark]]:
    """Read the files, and yield what is to be done, in order."""
    for number, file in enumerate(files):
        if (finished := folder.done(file)) is not None:
            yield Task(_Mark(number, 1.0, finished=finished))
            continue
        there = folder.parts(number)
        with folder.rejects(number, file) as reject:
            reader = Reader(file.path, file.kind, columns, reject, rows)
            if file.problem:
                reject("", file.problem)
                end = _End(Chunk([], {}), problems=1)
            else:
                for place, chunk in enumerate(reader.chunks()):
                    if there.get(place, Counts(-1)).rows == len(chunk):
                        yield Task(_Mark(number, reader.share))
                    else:
                        yield Task(_Mark(number, reader.share, place), chunk, file.format)
                end = _End(reader.none, reader.read, reader.rejected, reader.problems)
        if file.changed():
            raise ModerationError(f"{file.path}: was changed while it was read; expected a file that stays; start anew")
        yield Task(_Mark(number, 1.0, end=end))


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
                "sha256": file.fingerprint,
            }
            for file in files
        ],
    }
