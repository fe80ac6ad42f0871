"""The output folder: its manifest, the parts of what is not finished, and the finished files."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from moderation.bulk.chunks import Batch
from moderation.bulk.plan import Input
from moderation.bulk.scoring import Part
from moderation.bulk.writing import Rows, join
from moderation.errors import ModerationError
from moderation.files import locked, replaced

MANIFEST = "manifest.json"
WORK = ".work"
WRONG = "wrong."  # begins the name of what is wrong in a part
REJECTS = ("file", "row", "reason")
Done = dict[str, dict[str, int]]


class Counts(NamedTuple):
    """How many rows there are, how many of them go to review and are rejected by the policy, and how many cannot be scored."""

    rows: int = 0
    review: int = 0
    reject: int = 0
    rejected: int = 0

    @property
    def met(self) -> int:
        """How many comments there were."""
        return self.rows + self.rejected

    def plus(self, other: Counts) -> Counts:
        """Return the sum."""
        return Counts(*map(sum, zip(self, other, strict=True)))


class Whole(NamedTuple):
    """A file that has been read to its end.

    Parameters
    ----------
    chunks
        How many it has.
    batch
        What is wrong with it as a whole; see `Reader.none`.
    flaw
        Says where the first bytes are that are no text; asked where there are any.
    """

    chunks: int
    batch: Batch
    flaw: Callable[[], str] = str


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
        """Keep a part of a file, and before it what is wrong in it."""
        folder = self._parts_of(number)
        if part.rejects or part.dropped or part.flawed:
            wrong = {"rejects": part.rejects, "dropped": part.dropped, "flawed": part.flawed}
            with replaced(folder / f"{WRONG}{place:08}") as file:
                file.write(json.dumps(wrong).encode())
        counts = (place, part.rows, part.actions.get("review", 0), part.actions.get("reject", 0), part.rejected)
        with replaced(folder / ".".join(f"{count:08}" for count in counts)) as file:
            file.write(part.data)

    def finish(self, number: int, file: Input, none: Rows, whole: Whole) -> dict[str, int]:
        """Put the parts of a file together; return what the manifest says of it.

        Parameters
        ----------
        none
            The columns without a row.
        """
        found = list(self._parts(number))
        if [place for place, *_ in found] != list(range(whole.chunks)):
            raise ModerationError(
                f"{file.path}: {whole.chunks} parts were scored and {len(found)} are there; expected all; {self._path} was "
                "changed: remove it, and run the command again"
            )
        counts = Counts(rejected=sum(whole.batch.dropped.values()))
        for _, part, _ in found:
            counts = counts.plus(part)
        output = self._path / file.output
        output.parent.mkdir(parents=True, exist_ok=True)
        with replaced(output, self._work / "draft") as stream:
            join(none, [path for *_, path in found], file.format, stream)
        problems = self._write_rejects(number, file, whole)
        self._done[file.output] = counts._asdict() | {"problems": problems}
        self.write()
        shutil.rmtree(self._parts_of(number))
        return self._done[file.output]

    def _write_rejects(self, number: int, file: Input, whole: Whole) -> int:
        """Write what is wrong with a file, in its order; return how much."""
        paths = sorted(self._parts_of(number).glob(f"{WRONG}*"))
        rejects, dropped = [*whole.batch.rejects], Counter(whole.batch.dropped)
        if not (paths or rejects or dropped):
            (self._path / file.rejects).unlink(missing_ok=True)
            return 0
        count, flawed = 0, False
        with replaced(self._path / file.rejects, self._work / "draft") as stream:
            lines = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(REJECTS)
            for path in paths:
                wrong = json.loads(path.read_bytes())
                found = [("", whole.flaw())] if wrong["flawed"] and not flawed else []
                flawed = flawed or wrong["flawed"]
                found += wrong["rejects"]
                writer.writerows((file.source, *reject) for reject in found)
                count += len(found)
                dropped.update(wrong["dropped"])
            found = [
                *rejects,
                *(("", f"{times} left out: {why}") for why, times in dropped.items() if why != "damaged"),
            ]
            writer.writerows((file.source, *reject) for reject in found)
            lines.flush()
            lines.detach()
        return count + len(found)

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
