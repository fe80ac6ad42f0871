"""Reading a file in chunks: as many rows as are scored together, and what cannot be scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.bulk.scoring import Chunk
from moderation.comments import Thread
from moderation.errors import ModerationError, SourceError
from moderation.model import LONGEST_TEXT
from moderation.threads import FORMATS, Report, detected, read_threads, table
from moderation.threads.jsonl import entries
from moderation.threads.rows import Row as Entry
from moderation.threads.source import Options, Source, opened

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

ROWS = 10_000  # of a chunk: a third of a second of one core
CHARACTERS = 4_000_000  # of a chunk that has fewer rows
KEPT = ("id", "thread_id", "created_at")
"""Fields of the input that stand in the output."""

_PARQUET = b"PAR1"  # begins every Parquet file
_BUFFER = 1 << 20  # bytes of a column that are read at once: a row group may be larger than the memory
Row = tuple[str, Any, Any, Any]  # the text, then the fields of KEPT
Reject = Callable[[str, str], None]


class Reader:
    """A file that is read in chunks.

    Parameters
    ----------
    path, kind, columns
        Where it is; its format, as `kind_of` tells it; field -> the name that it has there, where that is another.
    reject
        Is called with the place and the reason of all that is wrong.
    rows
        Of a chunk.

    Attributes
    ----------
    kept
        The fields of `KEPT` that it has.
    types
        Their Arrow types, in Parquet.
    read, rejected
        How many rows were given so far, and how many were met that cannot be scored.
    problems
        How often something was wrong.
    share
        How much of the file had been read at the last chunk, in [0, 1], as far as that can be told.
    """

    def __init__(self, path: Path, kind: str, columns: Mapping[str, str], reject: Reject, rows: int = ROWS) -> None:
        self._path, self._kind, self._columns, self._reject, self._size = path, kind, columns, reject, rows
        self.kept: Sequence[str] = KEPT
        self.types: dict[str, Any] = {}
        self.read = self.problems = 0
        self._report = Report()
        self.share = 0.0
        self._far: Callable[[], float] = lambda: 0.0

    @property
    def rejected(self) -> int:  # noqa: D102
        return sum(self._report.dropped.values())

    def check(self) -> None:
        """Make sure that the columns are there, before any work is done.

        Raises
        ------
        SourceError
            Says which is missing.
        """
        if self._kind == "csv":
            with self._opened() as source:
                table.body(source)
        elif self._kind == "parquet":
            with self._parquet_file() as file:
                self._parquet_columns(file)

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows; at least one chunk, which is empty where there are none."""
        readers = {"csv": self._table, "jsonl": self._lines, "parquet": self._parquet}
        rows: list[Row] = []
        size = number = 0
        for number, row in enumerate(self._whole(readers.get(self._kind, self._threads)()), start=1):
            length = len(row[0])
            if length > LONGEST_TEXT:
                self._wrong(f"row {number}: a text of {length:,} characters; expected at most {LONGEST_TEXT:,}")
                continue
            rows.append(row)
            size += length
            if len(rows) >= self._size or size >= CHARACTERS:
                self.share = self._far()
                yield self._chunk(rows)
                rows, size = [], 0
        self.share = 1.0
        self._say_problems()
        for reason, times in self._report.dropped.items():
            if reason != "damaged":
                self._reject("", f"{times} left out: {reason}")
        if rows or not self.read:
            yield self._chunk(rows)

    def _whole(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield rows as far as the file can be read; what ends it early is a problem of this file, not of the run."""
        try:
            yield from rows
        except SourceError as error:
            if str(error) not in self._report.damage:  # some damage is noted where it is met
                self._report.damage.append(str(error))

    @property
    def none(self) -> Chunk:
        """A chunk without rows, for the columns."""
        return Chunk([], {name: [] for name in self.kept}, self.types)

    def _chunk(self, rows: Sequence[Row]) -> Chunk:
        self.read += len(rows)
        texts, *values = map(list, zip(*rows, strict=True)) if rows else ([], [], [], [])
        found = dict(zip(KEPT, values, strict=True))
        return Chunk(texts, {name: found[name] for name in self.kept}, self.types)

    def _opened(self) -> Any:
        return opened(self._path, Options(self._columns, keep_going=True), self._report)

    def _table(self) -> Iterator[Row]:
        with self._opened() as source:
            self._far = _position(source)
            with source.unreported():
                columns, _ = table.body(source)
            self.kept = [name for name in KEPT if name == "id" or name in columns]
            if self._columns or len({*columns} - {""}) < len([*filter(None, columns)]):
                yield from self._rows(table.rows(source))
                return
            # The rest is `table.rows` for a table of our make, in a third of the time: reading would be a fifth of all work.
            pick = itemgetter(*(columns.index(name) if name in columns else -1 for name in ("text", *KEPT)))
            for number, _, record in table.body(source)[1]:
                if self._report.damage:
                    self._say_problems()
                record.append("")  # stands for a column that is not there
                text, id, thread, written = pick(record)
                yield text, id or str(number), thread or None, written or None

    def _lines(self) -> Iterator[Row]:
        with self._opened() as source:
            self._far = _position(source)
            yield from self._rows(entries(source))

    def _rows(self, found: Iterator[Entry | Thread]) -> Iterator[Row]:
        for entry in found:
            self._say_problems()
            if isinstance(entry, Thread):
                yield from _comments(entry)
            else:
                get = entry.fields.get
                yield get("text", ""), get("id") or str(entry.number), get("thread_id"), get("created_at")

    def _threads(self) -> Iterator[Row]:
        for thread in read_threads(self._path, self._kind, columns=self._columns, keep_going=True, report=self._report):
            self._say_problems()
            yield from _comments(thread)
        if self._kind == "pasted" and not self._report.read:  # what nothing else is, so it may be anything
            self._report.damage.append(
                f"{self._path}: no comment found, read as text copied from a page; expected comments; if it is a table, "
                "name its column with --map text=COLUMN, and separate the columns by commas, semicolons or tabs; else name "
                "the format with --source-format"
            )

    def _parquet(self) -> Iterator[Row]:
        with self._parquet_file() as file:
            names = self._parquet_columns(file)
            total, number = max(1, file.metadata.num_rows), 0
            self._far = lambda: number / total
            self.kept = [name for name in KEPT if name == "id" or name in names]
            for batch in self._batches(file, [*names.values()]):
                of = {field: _cells(batch.column(name)) for field, name in names.items()}
                none = [None] * batch.num_rows
                ids = of.get("id") or range(number + 1, number + batch.num_rows + 1)
                for text, *values in zip(of["text"], ids, *(of.get(f, none) for f in KEPT[1:]), strict=True):
                    number += 1
                    if text is None:
                        self._wrong(f"row {number}: the text is null; expected a string")
                    elif wrong := [value for value in (text, *values) if isinstance(value, Exception)]:
                        self._wrong(f"row {number}: a value cannot be read ({wrong[0]}); correct it")
                    else:
                        yield text, *values

    def _batches(self, file: ParquetFile, columns: list[str]) -> Iterator[Any]:
        rows = file.metadata.num_rows
        given = 0
        try:
            for batch in file.iter_batches(self._size, columns=columns):
                given += batch.num_rows
                yield batch
        except (OSError, ValueError) as error:
            self._report.drop("damaged", rows - given)
            raise SourceError(
                f"{self._path}, rows {given + 1} to {rows}: cannot be read ({error}); expected a whole Parquet file; write it "
                "again"
            ) from None

    def _parquet_file(self) -> ParquetFile:
        from pyarrow.parquet import ParquetFile

        try:
            return ParquetFile(self._path, buffer_size=_BUFFER)
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{self._path}: not a Parquet file ({error}); expected a whole one; write it again"
            ) from None

    def _parquet_columns(self, file: ParquetFile) -> dict[str, str]:
        """Return field -> column of those that are there, and note their types."""
        import pyarrow as pa

        schema = file.schema_arrow
        names = {field: self._columns.get(field, field) for field in ("text", *KEPT)}
        found = {field: name for field, name in names.items() if name in schema.names}
        if "text" not in found:
            raise SourceError(
                f"{self._path}: found the columns {', '.join(schema.names)}; expected one named {names['text']}; name the "
                "column that holds the comments with --map text=COLUMN"
            )
        if twice := [name for name in found.values() if schema.names.count(name) > 1]:
            raise SourceError(
                f"{self._path}: found {schema.names.count(twice[0])} columns {twice[0]}; expected one; rename the others"
            )
        kind = schema.field(found["text"]).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
            raise SourceError(f"{self._path}: the column {found['text']} is of type {kind}; expected strings")
        self.types = {field: schema.field(found[field]).type if field in found else pa.int64() for field in KEPT}
        return found

    def _wrong(self, message: str) -> None:
        self._report.damage.append(f"{self._path}, {message}")
        self._report.drop("damaged", 1)
        self._say_problems()

    def _say_problems(self) -> None:
        for message in self._report.damage:
            self.problems += 1
            place, colon, reason = message.removeprefix(f"{self._path}, ").partition(": ")
            if message.startswith(f"{self._path}, ") and colon:
                self._reject(place, reason)
            else:
                self._reject("", message.removeprefix(f"{self._path}: "))
        self._report.damage.clear()


def _cells(column: Any) -> list[Any]:
    """Return the values of an Arrow column; an error for one that Python cannot hold: no UTF-8, a date in the year 10000."""
    try:
        found: list[Any] = column.to_pylist()
        return found
    except (ValueError, OverflowError):
        return [*map(_cell, column)]


def _cell(value: Any) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError) as error:
        return error


def kind_of(path: Path, columns: Mapping[str, str], source_format: str = "auto") -> str:
    """Return the format of a file by its content: a name of `moderation.threads.FORMATS`, or ``parquet``.

    Raises
    ------
    SourceError
        Where the file cannot be read, or holds no text.
    ModerationError
        Where pyarrow is needed and is not installed.
    """
    if source_format != "auto" and source_format not in (*FORMATS, "parquet"):
        raise SourceError(f"unknown format {source_format!r}; expected auto, parquet, {', '.join(FORMATS)}")
    if source_format == "parquet" or (source_format == "auto" and _begins(path) == _PARQUET):
        need_pyarrow()
        return "parquet"
    with opened(path, Options(columns, keep_going=True), Report()) as source:
        return detected(source.head, columns) if source_format == "auto" else source_format


def need_pyarrow() -> None:
    """Make sure that Parquet can be read and written.

    Raises
    ------
    ModerationError
        Where it cannot.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ModerationError('Parquet needs pyarrow, which is not installed: pip install "moderation[bulk]"') from None


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET))
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}); expected a file that you may read") from None


def _position(source: Source) -> Callable[[], float]:
    size = max(1, source.data.seek(0, 2))
    return lambda: source.data.tell() / size


def _comments(thread: Thread) -> Iterator[Row]:
    for comment in thread:
        written = comment.created_at.isoformat() if comment.created_at else None
        yield comment.text, comment.id, comment.thread_id or thread.id, written
