"""Parquet, through pyarrow: its rows in chunks, which go to a worker as Arrow and are read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.bulk.chunks import KEPT, Batch, Row, batch_of, kept_of
from moderation.errors import ModerationError, SourceError
from moderation.model import LONGEST_TEXT
from moderation.threads import Report

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

BEGINNING = b"PAR1"  # of every Parquet file
_BUFFER = 1 << 20  # bytes of a column that are read at once: a row group may be larger than the memory


@dataclass(frozen=True)
class ArrowRows:
    """Rows of a Parquet file.

    Parameters
    ----------
    source
        What errors call the file.
    data
        An Arrow stream with one batch, whose columns are named after the fields.
    rows, rows_before
        How many these are, and how many stand before them.
    types
        Of `KEPT`.
    """

    source: str
    data: bytes
    rows: int
    rows_before: int
    types: Mapping[str, Any]

    def read(self) -> Batch:
        """Read them."""
        from pyarrow.ipc import open_stream

        with open_stream(self.data) as stream:
            batch = stream.read_next_batch()
        names = kept_of(batch.schema.names)
        if all(map(_is_readable, batch.columns)) and not batch.column("text").null_count:
            texts = batch.column("text").to_pylist()
            if max(map(len, texts), default=0) <= LONGEST_TEXT:  # as most do; what is kept need not become Python's
                kept = {name: batch.column(name) for name in names if name in batch.schema.names}
                kept.setdefault("id", range(self.rows_before + 1, self.rows_before + len(texts) + 1))
                return Batch(texts, {name: kept[name] for name in names}, self.types)
        report = Report(self.source)
        found = batch_of(_rows(batch, self.rows_before, report), names, report)
        return Batch(found.texts, found.kept, self.types, found.rejects, found.dropped)


def _rows(batch: RecordBatch, before: int, report: Report) -> Iterator[Row]:
    of = {name: _cells(batch.column(name)) for name in batch.schema.names}
    none = [None] * batch.num_rows
    numbers = range(before + 1, before + batch.num_rows + 1)
    columns = (of["text"], of.get("id") or numbers, *(of.get(name, none) for name in KEPT[1:]))
    for row in map(Row, numbers, *columns):
        if row.text is None:
            wrong = "the text is null; expected a string"
        elif errors := [value for value in row if isinstance(value, Exception)]:
            wrong = f"a value cannot be read ({errors[0]}); correct it"
        else:
            yield row
            continue
        report.damage.append(f"{report.source}, row {row.number}: {wrong}")
        report.drop("damaged", 1)


def chunks(file: ParquetFile, name: str, columns: Mapping[str, str], size: int, report: Report) -> Iterator[ArrowRows]:
    """Yield the rows of a file in chunks; `columns`: field -> the column that holds it.

    Raises
    ------
    SourceError
        Where the file is damaged; the report counts the rows that are lost.
    """
    from pyarrow import BufferOutputStream
    from pyarrow.ipc import new_stream

    types = types_of(file, columns)
    rows, before = file.metadata.num_rows, 0
    try:
        for batch in file.iter_batches(size, columns=[*columns.values()]):
            found = batch.select([*columns.values()]).rename_columns([*columns])
            sink = BufferOutputStream()
            with new_stream(sink, found.schema) as stream:
                stream.write_batch(found)
            yield ArrowRows(name, sink.getvalue().to_pybytes(), batch.num_rows, before, types)
            before += batch.num_rows
    except (OSError, ValueError) as error:
        report.drop("damaged", rows - before)
        raise SourceError(
            f"{name}, rows {before + 1} to {rows}: cannot be read ({error}); expected a whole Parquet file; write it again"
        ) from None


def opened(path: Path) -> ParquetFile:
    """Open a file.

    Raises
    ------
    SourceError
        Where it is none.
    """
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)  # else it holds all that it has read
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: not a Parquet file ({error}); expected a whole one; write it again") from None


def columns_of(file: ParquetFile, name: str, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return field -> column of those that a file, called `name`, has; `renamed` as of `moderation.threads.source.Options`.

    Raises
    ------
    SourceError
        Where the texts are missing or no strings, or two columns have one name.
    """
    import pyarrow as pa

    schema = file.schema_arrow
    names = {field: renamed.get(field, field) for field in ("text", *KEPT)}
    found = {field: column for field, column in names.items() if column in schema.names}
    if "text" not in found:
        raise SourceError(
            f"{name}: found the columns {', '.join(schema.names)}; expected one named {names['text']}; name the column that "
            "holds the comments with --map text=COLUMN"
        )
    if twice := [column for column in found.values() if schema.names.count(column) > 1]:
        raise SourceError(
            f"{name}: found {schema.names.count(twice[0])} columns {twice[0]}; expected one; rename the others"
        )
    kind = schema.field(found["text"]).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        raise SourceError(f"{name}: the column {found['text']} is of type {kind}; expected strings")
    return found


def types_of(file: ParquetFile, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the Arrow types of `KEPT`, whole numbers where rows are numbered."""
    import pyarrow as pa

    schema = file.schema_arrow
    return {field: schema.field(columns[field]).type if field in columns else pa.int64() for field in KEPT}


def needed() -> None:
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


def _is_readable(column: Any) -> bool:
    """Tell whether Python can hold all values of an Arrow column, see `_cells`."""
    import pyarrow as pa
    from pyarrow import compute

    kind = column.type
    try:
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            column.validate(full=True)
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            compute.min_max(column).as_py()
        else:
            column.to_pylist()
    except (ValueError, OverflowError):
        return False
    return True


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
