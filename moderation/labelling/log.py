"""The label file that a person writes to: each judgement is on the disk before the next comment is shown.

A row is one write at the end of the file, followed by fsync. What a crash can leave behind is a row that stops in its
middle; opening the file moves such a rest to ``<file>.torn``. Undoing cuts the last row off.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from moderation.errors import LabelError
from moderation.files import lock, sync_folder
from moderation.labels import FIELDS, Label, read_labels

#: What a row about a comment holds beside its labels: of a comment with its text, and of one that is only referred to.
_WITH_TEXT = [name for name in FIELDS if name not in {"sha256", "text"}]
_REFERENCE = ["source", "id", "sha256", "target", "spans", "kind", "language", "note", "annotator", "labelled_at"]


def columns(names: Sequence[str], by_reference: bool = False) -> list[str]:
    """Return the header of a new label file.

    Examples
    --------
    >>> columns(["insult", "spam"], by_reference=True)[:6]
    ['source', 'id', 'sha256', 'insult', 'spam', 'target']
    """
    head, tail = (_REFERENCE[:3], _REFERENCE[3:]) if by_reference else ([*_WITH_TEXT[:4], "text"], _WITH_TEXT[4:])
    return [*head, *names, *tail]


@dataclass(frozen=True, slots=True)
class Row:
    """A judgement in the file, and the byte at which its row begins."""

    label: Label
    start: int


class Log:
    """A label file that is open for judgements.

    Parameters
    ----------
    path
        Made with its header if it is not there. An existing file keeps its columns and their order.
    names
        The labels that will be written.
    by_reference
        Whether the comments may not be copied, so that the file holds their hashes.

    Attributes
    ----------
    rows
        The judgements in the file.
    recovered
        What was mended at opening, in a sentence; empty where nothing was.

    Raises
    ------
    LabelError
        Where the file cannot be written, is not a label file, has other columns, or is open in another session.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Log(Path(folder) / "x.csv", ["insult"]) as log:
    ...     log.append(Label("1", "nul !", {"insult": 1}, annotator="awa"))
    ...     [label.answers for label in read_labels(log.path)], log.undo("awa").id, read_labels(log.path)
    ([{'insult': 1}], '1', [])
    """

    def __init__(self, path: str | Path, names: Sequence[str], by_reference: bool = False) -> None:
        self.path = Path(path)
        self.recovered = ""
        self._file = self._opened()
        try:
            _lock(self._file, self.path)
            self._header, starts = self._mended(columns(names, by_reference))
            self.rows = [Row(label, start) for label, start in zip(read_labels(self.path), starts, strict=True)]
            self._size = os.fstat(self._file).st_size
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; another session may open it. A second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def append(self, label: Label, context: Iterable[Label] = ()) -> None:
        """Write a judgement at the end, after the rows of context that are not yet there; return when it is on the disk.

        Raises
        ------
        LabelError
            Where it cannot be written, for example on a full disk; then the file is as before. Where another program has
            changed the file.
        """
        self._check_untouched()
        present = {row.label.id for row in self.rows}
        missing = [other for other in context if other.id not in present]
        start = self._size
        added = []
        content = b""
        for one in [*missing, label]:
            added.append(Row(one, start + len(content)))
            content += _line([_cell(one, name) for name in self._header])
        self._write(content)
        self.rows += added

    def undo(self, annotator: str) -> Label | None:
        """Take the last judgement out of the file and return it; None where it is not by this person.

        Rows of context before it stay: they say nothing that is to be taken back.
        """
        self._check_untouched()
        number = next((n for n in reversed(range(len(self.rows))) if self.rows[n].label.annotator), None)
        if number is None or self.rows[number].label.annotator != annotator:
            return None
        row = self.rows[number]
        try:
            os.ftruncate(self._file, row.start)
            os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error
        del self.rows[number:]
        self._size = row.start
        return row.label

    def _opened(self) -> int:
        if not self.path.parent.is_dir():
            raise LabelError(f"{self.path}: no folder {self.path.parent}; make it first, or name a file in another one")
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> LabelError:
        return LabelError(
            f"{self.path}: cannot be written ({error.strerror}); name a file in a folder that you may write to, with space"
        )

    def _write(self, content: bytes) -> None:
        """Append all or nothing."""
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, content) < len(content):
                raise OSError(None, "no space is left")
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            raise self._unwritable(error) from error
        self._size = size + len(content)

    def _check_untouched(self) -> None:
        try:
            found = self.path.stat()
        except OSError:
            found = None
        mine = os.fstat(self._file)
        if found is None or found.st_size != self._size or (found.st_ino, found.st_dev) != (mine.st_ino, mine.st_dev):
            raise LabelError(
                f"{self.path}: another program has changed the file since it was opened here; start again to go on from it"
            )

    def _mended(self, header: Sequence[str]) -> tuple[list[str], list[int]]:
        """Give a new file its header and cut off what a crash left; return the columns and where the rows begin."""
        content = self.path.read_bytes()
        if _line(header).startswith(content):  # nothing, or a header that was cut short
            os.ftruncate(self._file, 0)
            self._write(_line(header))
            sync_folder(self.path.parent)
            return list(header), []
        found = self._checked(header)
        starts, end = _records(content)
        if end < len(content):
            self._put_aside(content[end:])
            os.ftruncate(self._file, end)
            os.fsync(self._file)
        elif not content.endswith((b"\n", b"\r")):
            self._write(b"\n")
        return found, starts

    def _put_aside(self, rest: bytes) -> None:
        aside = self.path.with_name(self.path.name + ".torn")
        with aside.open("ab") as file:
            file.write(rest + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.recovered = f"{self.path}: the last row was incomplete; its {len(rest)} bytes were moved to {aside}"

    def _checked(self, header: Sequence[str]) -> list[str]:
        """Return the columns of the file, which must be able to hold all that will be written."""
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            found = next(csv.reader(lines), [])
        if absent := [name for name in header if name not in found]:
            raise LabelError(
                f"{self.path}: line 1: no column {', '.join(absent)}; found {', '.join(found)}; "
                "add the missing ones to the header and to each row, or name a new file"
            )
        if "text" in found and "sha256" in header:
            raise LabelError(
                f"{self.path}: holds texts, but the comments are of data sets that may not be copied; name a new file"
            )
        return found


@contextmanager
def new_label_file(path: str | Path, names: Sequence[str]) -> Iterator[Callable[[Label], object]]:
    """Open a new label file for rows that no person is waiting on: unlike in a `Log`, they reach the disk together.

    Raises
    ------
    LabelError
        Where the file is there already, or cannot be written.
    """
    header = columns(names)
    try:
        with Path(path).open("xb") as file:
            file.write(_line(header))
            yield lambda label: file.write(_line([_cell(label, name) for name in header]))
    except FileExistsError:
        raise LabelError(f"{path}: is there already; name a new file, or move it away") from None
    except OSError as error:
        raise LabelError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that you may write to"
        ) from error


def _records(content: bytes) -> tuple[list[int], int]:
    """Return the bytes at which the rows below the header begin, and the byte at which the last whole row ends."""
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    ends = [0]
    fields: list[int] = []
    at = 0

    def lines() -> Iterable[str]:
        nonlocal at
        for line in content.splitlines(keepends=True):
            at += len(line)
            yield line.decode("utf-8", "replace")

    try:
        for record in csv.reader(lines(), strict=True):
            if record:
                fields.append(len(record))
                ends.append(at)
            else:
                ends[-1] = at  # a blank line belongs to no row
    except csv.Error as error:
        if str(error) != "unexpected end of data":  # no crash did this, and whoever reads the file says what is wrong
            return ends[1:-1], len(content)
    else:
        if content.endswith((b"\n", b"\r")) or fields[-1] == fields[0]:
            return ends[1:-1], len(content)
        ends.pop()
    return ends[1:-1], ends[-1]


def _cell(label: Label, name: str) -> str:
    if name in label.answers or name not in FIELDS:
        answer = label.answers.get(name)
        return "" if answer is None else str(answer)
    if name == "spans":
        return " ".join(f"{start}:{end}" for start, end in label.spans)
    return str(getattr(label, name) or "")


def _line(cells: Sequence[str]) -> bytes:
    """Return a row of CSV; fields with any kind of line break are quoted, the row itself ends with a line feed."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return (line.getvalue().removesuffix("\r\n") + "\n").encode("utf-8")


def _lock(file: int, path: Path) -> None:
    if not lock(file):
        raise LabelError(f"{path}: open in another session; end that one, or name another file")
