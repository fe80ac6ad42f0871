"""The output folder: its manifest, the parts of what is not finished, and the finished files."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from moderation.bulk.plan import Input
from moderation.bulk.scoring import Part
from moderation.bulk.writing import Rows, join
from moderation.errors import ModerationError
from moderation.files import locked, replaced

MANIFEST = "manifest.json"
WORK = ".work"
REJECTS = ("file", "row", "reason")
Done = dict[str, dict[str, int]]


class Counts(NamedTuple):
    """How many rows there are, and how many of them go to review and are rejected."""

    rows: int = 0
    review: int = 0
    reject: int = 0

    def plus(self, other: Counts) -> Counts:
        """Return the sum."""
        return Counts(*map(sum, zip(self, other, strict=True)))


class Folder:
    """An output folder that this process has to itself; see `opened`."""

    def __init__(self, path: Path, plan: Mapping[str, Any], done: Done) -> None:
        self._path, self._plan, self._done = path, plan, done
        self._work = path / WORK
        self._work.mkdir(exist_ok=True)

    def done(self, file: Input) -> dict[str, int] | None:
        """Return the counts of a file that is finished, None where it is not."""
        return self._done.get(file.output) if (self._path / file.output).is_file() else None

    def parts(self, number: int) -> dict[int, Counts]:
        """Return the parts of a file that are there."""
        return {place: counts for place, counts, _ in self._parts(number)}

    def keep(self, number: int, place: int, part: Part) -> None:
        """Keep a part of a file."""
        counts = (place, part.rows, part.actions["review"], part.actions["reject"])
        with replaced(self._parts_of(number) / ".".join(f"{count:08}" for count in counts)) as file:
            file.write(part.data)

    @contextmanager
    def rejects(self, number: int, file: Input) -> Iterator[Callable[[str, str], None]]:
        """Yield what notes a reject of a file."""
        with self._rejects(number).open("w", encoding="utf-8", errors="replace", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(REJECTS)
            stream.flush()  # on a full disk it fails here and not where a run that was ended is cleared away
            yield lambda row, reason: writer.writerow((file.source, row, reason))
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self, number: int, file: Input, none: Rows, read: int, rejected: int, problems: int) -> dict[str, int]:
        """Put the parts of a file together; return what the manifest says of it.

        Parameters
        ----------
        none
            The columns without a row.
        read, rejected, problems
            How many rows were read; how many were met that cannot be scored; how often something was wrong.
        """
        counts = Counts()
        found = list(self._parts(number))
        for _, part, _ in found:
            counts = counts.plus(part)
        if counts.rows != read or [place for place, *_ in found] != list(range(len(found))):
            raise ModerationError(
                f"{file.path}: {read} rows were read and {counts.rows} scored; expected as many; the file was changed, or "
                f"{self._path} was: remove {self._path}, and run the command again"
            )
        output = self._path / file.output
        output.parent.mkdir(parents=True, exist_ok=True)
        with replaced(output, self._work / "draft") as stream:
            join(none, [path for *_, path in found], file.format, stream)
        if rejected or problems:
            self._rejects(number).replace(self._path / file.rejects)
        else:
            (self._path / file.rejects).unlink(missing_ok=True)
        self._done[file.output] = counts._asdict() | {"rejected": rejected, "problems": problems}
        self.write()
        shutil.rmtree(self._parts_of(number))
        return self._done[file.output]

    def write(self) -> None:
        """Write the manifest."""
        order = [file["output"] for file in self._plan["files"]]
        done = {output: self._done[output] for output in order if output in self._done}
        with replaced(self._path / MANIFEST) as stream:
            stream.write(
                json.dumps({**self._plan, "done": done}, ensure_ascii=False, indent=1).encode(
                    "utf-8", "backslashreplace"
                )  # a name that is not UTF-8 is read back as it was
            )

    def clear(self) -> None:
        """Remove the parts, when all files are finished."""
        shutil.rmtree(self._work)

    def _parts_of(self, number: int) -> Path:
        path = self._work / f"{number:08}"
        path.mkdir(exist_ok=True)
        return path

    def _parts(self, number: int) -> Iterator[tuple[int, Counts, Path]]:
        for path in sorted(self._parts_of(number).glob("[0-9]*")):
            place, *counts = map(int, path.name.split("."))
            yield place, Counts(*counts), path

    def _rejects(self, number: int) -> Path:
        return self._parts_of(number) / "rejects.csv"


@contextmanager
def opened(path: Path, plan: Mapping[str, Any]) -> Iterator[Folder]:
    """Open an output folder for a run, new or to go on with.

    Parameters
    ----------
    plan
        What the run depends on, as plain values, with ``files``.

    Raises
    ------
    ModerationError
        Where another run writes to it, it holds a run with another plan, or other files, or it cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with locked(path) as alone:
            if not alone:
                raise ModerationError(f"{path}: another run is writing to it; wait for its end, or give another --out")
            folder = Folder(path, plan, _done(path, plan))
            folder.write()
            yield folder
    except OSError as error:  # a full disk, a folder that may not be written, an input that is gone
        raise ModerationError(
            f"{error.filename or path}: {error.strerror or error}; the run stops; the same command goes on where it was, once "
            "that is mended"
        ) from error


def _done(path: Path, plan: Mapping[str, Any]) -> Done:
    """Return what is finished of the run that the folder holds."""
    manifest = path / MANIFEST
    if not manifest.exists():
        if any(not name.name.startswith(".") for name in path.iterdir()):
            raise ModerationError(
                f"{path}: holds other files; expected a new or empty folder, or one of a run like this"
            )
        return {}
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
        done: Done = found.pop("done")
    except (ValueError, KeyError, AttributeError) as error:
        raise ModerationError(f"{manifest}: not a manifest of a run ({error}); give another --out") from None
    if different := next(
        (_difference(key, found.get(key), value) for key, value in plan.items() if found.get(key) != value), ""
    ):
        raise ModerationError(f"{path}: holds a run with {different}; give another --out, or remove {path}")
    return done


def _difference(key: str, before: Any, now: Any) -> str:
    if key != "files" or not isinstance(before, list):
        return f"{key} {before}, not {now}"
    for old, new in zip(before, now, strict=False):
        if old != new:
            if old["file"] != new["file"]:
                return f"other input: {old['file']}, not {new['file']}"
            if old["sha256"] == new["sha256"] and old["output"] != new["output"]:
                return f"another --format: {old['output']}, not {new['output']}"
            return f"other input: another {new['file']}"
    return f"other input: {len(before)} files, not {len(now)}"
