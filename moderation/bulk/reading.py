"""Reading a file in chunks: what is cut here and read where it is scored, and what is read here."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from moderation.bulk import parquet
from moderation.bulk.chunks import KEPT, Batch, Chunk, Lines, Row, batch_of, comments, kept_of, taken
from moderation.bulk.cutting import BYTES, JSON_LINE, Readable, cut, table_record
from moderation.errors import SourceError
from moderation.threads import FORMATS, Report, detected, read_threads, table
from moderation.threads.source import HEAD, MARKS, Options, Source, opened

ROWS = 10_000  # of a chunk: a quarter of a second of one core


class Reader:
    """A file that is read in chunks.

    Parameters
    ----------
    path, kind, columns
        Where it is; its format, as `kind_of` tells it; field -> the name that it has there, where that is another.
    size
        Rows of a chunk.

    Attributes
    ----------
    none
        A batch without rows, for the columns; after the last chunk with all that is wrong with the file as a whole.
    share
        How much of the file had been read at the last chunk, in [0, 1], as far as that can be told.
    """

    def __init__(self, path: Path, kind: str, columns: Mapping[str, str], size: int = ROWS) -> None:
        self._path, self._kind, self._columns, self._size = path, kind, columns, size
        self._report = Report(str(path))
        self._far: Callable[[], float] = lambda: 0.0
        self.none = _none(KEPT)
        self.share = 0.0

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows; what ends the file early is a problem of this file, not of the run."""
        readers = {"csv": self._lines, "jsonl": self._lines, "parquet": self._parquet}
        try:
            for chunk in readers.get(self._kind, self._threads)():
                self.share = self._far()
                yield chunk
        except SourceError as error:
            if str(error) not in self._report.damage:  # some damage is noted where it is met
                self._report.damage.append(str(error))
        self.share = 1.0
        self.none = replace(self.none, rejects=taken(self._report), dropped=self._report.dropped)

    def flaw(self) -> str:
        """Return where the first bytes are that are no text."""
        with self._opened() as source:
            return (source.flaw or "").removeprefix(f"{source.name}: ")

    def _opened(self) -> Any:
        return opened(self._path, Options(self._columns, keep_going=True), self._report)

    def _lines(self) -> Iterator[Chunk]:
        with self._opened() as source:
            name, layout = source.name, None
            if self._kind == "csv":
                layout = _layout(source)
            self.none = _none(KEPT if layout is None else layout.columns)
            record = JSON_LINE if layout is None else table_record(layout.delimiter)
            if source.encoding == "utf-16" and source.flaw:
                self._report.damage.append(source.flaw)
            self._far = _position(source)
            parts = cut(_utf8(source), record, self._size, name, 0 if layout is None else layout.headers)
            for data, records, lines, before in parts:
                rows = None if layout is None and b'"comments"' in data else records  # a line may be a thread
                yield Lines(name, data, rows, lines, before, self._columns, layout)

    def _parquet(self) -> Iterator[Chunk]:
        name = str(self._path)
        with parquet.opened(self._path) as file:
            columns = parquet.columns_of(file, name, self._columns)
            self.none = replace(_none(columns), types=parquet.types_of(file, columns))
            total, read = max(1, file.metadata.num_rows), 0
            self._far = lambda: read / total
            for chunk in parquet.chunks(file, name, columns, self._size, self._report):
                read += chunk.rows
                yield chunk

    def _threads(self) -> Iterator[Chunk]:
        rows: list[Row] = []
        size = number = 0
        for thread in read_threads(self._path, self._kind, columns=self._columns, keep_going=True, report=self._report):
            for row in comments(thread, number):
                rows.append(row)
                number, size = row.number, size + len(row.text)
                if len(rows) >= self._size or size >= BYTES:
                    yield self._batch(rows)
                    rows, size = [], 0
        if self._kind == "pasted" and not self._report.read:  # what nothing else is, so it may be anything
            self._report.damage.append(
                f"{self._path}: no comment found, read as text copied from a page; expected comments; if it is a table, "
                "name its column with --map text=COLUMN, and separate the columns by commas, semicolons or tabs; else name "
                "the format with --source-format"
            )
        if rows:
            yield self._batch(rows)

    def _batch(self, rows: Sequence[Row]) -> Batch:
        return batch_of(rows, KEPT, Report(str(self._path)))


def _none(fields: Collection[str]) -> Batch:
    return Batch([], {name: [] for name in kept_of(fields)})


def _layout(source: Source) -> table.Layout:
    """Return the layout of a table by its beginning."""
    source.data.seek(0)
    head = source.data.read(HEAD)
    head = head[: head.rfind(b"\n") + 1] or head
    return table.layout(Source(source.name, io.BytesIO(head), source.options))


def _utf8(source: Source) -> Readable:
    """Return the bytes of a source as UTF-8, without its mark."""
    if source.encoding == "utf-16":
        source.data.seek(0)
        return codecs.EncodedFile(source.data, "utf-8", "utf-16", "replace")
    source.data.seek(len(codecs.BOM_UTF8) if source.encoding == MARKS[codecs.BOM_UTF8] else 0)
    return source.data


def kind_of(path: Path, columns: Mapping[str, str], source_format: str = "auto") -> str:
    """Return the format of a file by its content: a name of `moderation.threads.FORMATS`, or ``parquet``.

    Raises
    ------
    SourceError
        Where the file cannot be read, holds no text, or has no column of texts.
    ModerationError
        Where pyarrow is needed and is not installed.
    """
    if source_format != "auto" and source_format not in (*FORMATS, "parquet"):
        raise SourceError(f"unknown format {source_format!r}; expected auto, parquet, {', '.join(FORMATS)}")
    if source_format == "parquet" or (source_format == "auto" and _begins(path) == parquet.BEGINNING):
        parquet.needed()
        with parquet.opened(path) as file:
            parquet.columns_of(file, str(path), columns)
        return "parquet"
    with opened(path, Options(columns, keep_going=True), Report()) as source:
        found = detected(source.head, columns) if source_format == "auto" else source_format
        if found == "csv":
            _layout(source)
        return found


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(parquet.BEGINNING))
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}); expected a file that you may read") from None


def _position(source: Source) -> Callable[[], float]:
    size = max(1, source.data.seek(0, 2))
    return lambda: source.data.tell() / size
