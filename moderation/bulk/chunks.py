"""Chunks: rows that are scored together, handed to a worker as the file has them and read there."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import not_
from typing import Any, NamedTuple, Protocol

from moderation.comments import Thread
from moderation.errors import DamagedSourceError, ModerationError
from moderation.model import LONGEST_TEXT
from moderation.threads import Report, table
from moderation.threads.jsonl import entries
from moderation.threads.rows import Row as Entry
from moderation.threads.source import Options, Piece

KEPT = ("id", "thread_id", "created_at")
"""Fields of the input that stand in the output."""


class Row(NamedTuple):
    """A comment: its number within the file, its text, and the fields of `KEPT`."""

    number: int
    text: str
    id: Any
    thread_id: Any
    created_at: Any


class Reject(NamedTuple):
    """What cannot be scored: where it stands, empty for a whole file, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """The rows of a chunk, by column.

    Parameters
    ----------
    texts
        Of the comments.
    kept
        Those fields of `KEPT` that the file has: lists, or Arrow arrays.
    types
        Their Arrow types, in Parquet.
    rejects
        All that is wrong, in the order found.
    dropped
        Reason -> how many comments cannot be scored.
    flawed
        Whether there are bytes in it that are no text.
    """

    texts: list[str]
    kept: Mapping[str, Sequence[Any]]
    types: Mapping[str, Any] = field(default_factory=dict)
    rejects: Sequence[Reject] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    flawed: bool = False

    @property
    def rows(self) -> int:
        """How many comments were met."""
        return len(self.texts) + sum(self.dropped.values())

    def read(self) -> Batch:
        """Return itself: a batch is a chunk that is read."""
        return self


class Chunk(Protocol):
    """What a worker is given."""

    @property
    def rows(self) -> int | None:
        """How many comments it holds, None where that shows only as it is read."""

    def read(self) -> Batch:
        """Read them."""


@dataclass(frozen=True)
class Lines:
    """Whole records of a table or of JSON Lines, as bytes in UTF-8.

    Parameters
    ----------
    source
        What errors call the file.
    data
        The records, without the header of a table.
    rows
        How many comments these are, None where a line may hold several.
    lines_before, rows_before
        How many lines and records of the file stand before them.
    columns
        As of `moderation.threads.source.Options`.
    layout
        Of a table, None for JSON Lines.
    """

    source: str
    data: bytes
    rows: int | None
    lines_before: int
    rows_before: int
    columns: Mapping[str, str]
    layout: table.Layout | None = None

    def read(self) -> Batch:
        """Read them; the whole of this runs where they are scored.

        Raises
        ------
        ModerationError
            Where not as many records are found as were counted.
        """
        flawed = b"\0" in self.data
        try:
            batch = self._read(Options(self.columns))
        except (UnicodeDecodeError, DamagedSourceError):  # read again, and say what is wrong
            batch, flawed = self._read(Options(self.columns, keep_going=True)), flawed or not _is_utf8(self.data)
        if batch.rows != self.rows and self.rows is not None:
            raise ModerationError(
                f"{self.source}, from line {self.lines_before + 1} on: {self.rows} rows were counted and {batch.rows} read; "
                "expected as many; report this as a fault of the program"
            )
        return replace(batch, flawed=flawed)

    def _read(self, options: Options) -> Batch:
        report = Report(self.source)
        piece = Piece(self.source, io.BytesIO(self.data), options, report, self.lines_before, self.rows_before)
        if self.layout is None:
            return batch_of(_json_rows(piece), KEPT, report)
        ours = not self.columns and self.layout.distinct
        if ours and (cells := table.whole_cells(piece, self.layout)) is not None:
            return _by_column(cells, self.layout, self.rows_before, report)
        return batch_of(map(_row, table.named(piece, self.layout)), kept_of(self.layout.columns), report)


def kept_of(fields: Collection[str]) -> list[str]:
    """Return which of `KEPT` stand in the output of a file that has these fields: rows are numbered where it has no ids."""
    return [name for name in KEPT if name == "id" or name in fields]


def batch_of(rows: Iterable[Row], kept: Sequence[str], report: Report) -> Batch:
    """Gather rows; what the report says of them, and texts that are too long, become rejects."""
    numbers, texts, *values = [*zip(*rows, strict=True)] or [()] * len(Row._fields)
    found = dict(zip(KEPT, values, strict=True))
    return _batch(numbers, texts, {name: found[name] for name in kept}, report)


def _batch(numbers: Sequence[int], texts: Sequence[str], kept: Mapping[str, Sequence[Any]], report: Report) -> Batch:
    rejects = taken(report)
    if max(map(len, texts), default=0) > LONGEST_TEXT:
        short = [len(text) <= LONGEST_TEXT for text in texts]
        for number, text in compress(zip(numbers, texts, strict=True), map(not_, short)):
            wrong = f"a text of {len(text):,} characters; expected at most {LONGEST_TEXT:,}"
            rejects.append(Reject(f"row {number}", wrong))
            report.drop("damaged", 1)
        texts = list(compress(texts, short))
        kept = {name: list(compress(values, short)) for name, values in kept.items()}
    return Batch(list(texts), kept, {}, rejects, report.dropped)


def taken(report: Report) -> list[Reject]:
    """Take the damage out of a report, as rejects."""
    found = []
    for message in report.damage:
        place, colon, reason = message.removeprefix(f"{report.source}, ").partition(": ")
        if message.startswith(f"{report.source}, ") and colon:
            found.append(Reject(place, reason))
        else:
            found.append(Reject("", message.removeprefix(f"{report.source}: ")))
    report.damage.clear()
    return found


def comments(thread: Thread, before: int = 0) -> Iterator[Row]:
    """Yield the comments of a thread; `before`: how many stand before it."""
    for number, comment in enumerate(thread, start=before + 1):
        written = comment.created_at.isoformat() if comment.created_at else None
        yield Row(number, comment.text, comment.id, comment.thread_id or thread.id, written)


def _by_column(cells: Sequence[Sequence[str]], layout: table.Layout, before: int, report: Report) -> Batch:
    """Gather the rows of a table of our make, as `table.named` and `batch_of` do, with no object a row."""
    names = kept_of(layout.columns)
    of: dict[str, Sequence[str]] = dict.fromkeys(names, [""] * len(cells))
    of |= zip(layout.columns, zip(*cells, strict=True), strict=False)
    numbers = range(before + 1, before + len(cells) + 1)
    kept = {name: [value or None for value in of[name]] for name in names}
    kept["id"] = [id or str(number) for id, number in zip(of["id"], numbers, strict=True)]
    return _batch(numbers, of.get("text", ()), kept, report)


def _json_rows(piece: Piece) -> Iterator[Row]:
    for entry in entries(piece):
        if isinstance(entry, Thread):
            yield from comments(entry)
        else:
            yield _row(entry)


def _row(entry: Entry) -> Row:
    get = entry.fields.get
    return Row(entry.number, get("text", ""), get("id") or str(entry.number), get("thread_id"), get("created_at"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
