"""The output: rows as the bytes of a part, and parts put together as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

FORMATS = ("csv", "jsonl", "parquet")
DIGITS = 6  # of a probability in text: finer than any threshold

REPEATED = ("thread_id", "action", "model")  # columns in which a value stands often: Parquet keeps it once
_QUOTED = re.compile('[",\r\n]')  # what puts a cell between quotation marks

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Rows:
    """Scored rows, by column.

    Parameters
    ----------
    kept
        What stands in the input too; Arrow arrays where it was read from Parquet.
    numbers
        Label -> probabilities, and the coverage.
    facts
        The action, the model, and the reasons where they were asked for: for each row a list of plain values.
    types
        Name -> Arrow type of what was read from Parquet.
    """

    kept: Columns
    numbers: Mapping[str, Sequence[float]]
    facts: Columns
    types: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.facts["action"])

    @property
    def names(self) -> list[str]:
        """The columns in their order."""
        return [*self.kept, *self.numbers, *self.facts]


def encoded(rows: Rows, format: str) -> bytes:
    r"""Return rows as the bytes of a part.

    Examples
    --------
    >>> rows = Rows({"id": ["7"]}, {"spam": [0.25]}, {"action": ["approve"]})
    >>> encoded(rows, "csv"), encoded(rows, "jsonl")
    (b'7,0.250000,approve\n', b'{"id": "7", "spam": 0.25, "action": "approve"}\n')
    """
    return _ENCODERS[format](rows)


def join(none: Rows, parts: Iterable[Path], format: str, out: BinaryIO) -> None:
    """Write parts as one file; `none` has the columns and no row, for the header."""
    if format == "parquet":
        _join_parquet(none, parts, out)
        return
    if format == "csv":
        out.write(_lines([none.names]))
    for path in parts:
        with path.open("rb") as part:
            copyfileobj(part, out)


def as_json(reasons: object) -> str:
    """Return the reasons of a comment as they stand in a cell."""
    return _whole(json.dumps(reasons, ensure_ascii=False))


def _csv(rows: Rows) -> bytes:
    kept = [values if {*map(type, values)} == {str} else [*map(_text, values)] for values in _kept(rows)]
    numbers = [map(f"{{:.{DIGITS}f}}".format, values) for values in rows.numbers.values()]
    facts = [[*map(as_json, values)] if name == "reasons" else values for name, values in rows.facts.items()]
    lines = zip(*kept, *numbers, *facts, strict=True)
    if any(_QUOTED.search("".join(values)) for values in (*kept, *facts)):
        return _lines(lines)
    return "".join([",".join(line) + "\n" for line in lines]).encode("utf-8", "replace")  # in half the time


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue().encode("utf-8", "replace")


def _jsonl(rows: Rows) -> bytes:
    write = json.JSONEncoder(ensure_ascii=False, default=_text).encode
    numbers = [[round(value, DIGITS) for value in values] for values in rows.numbers.values()]
    found = zip(*_kept(rows), *numbers, *rows.facts.values(), strict=True)
    names = rows.names
    lines = [write(dict(zip(names, row, strict=True))) + "\n" for row in found]
    return "".join(lines).encode("utf-8", "replace")


def _kept(rows: Rows) -> list[Sequence[Any]]:
    """Return what is kept as Python's values."""
    return [values.to_pylist() if hasattr(values, "to_pylist") else values for values in rows.kept.values()]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _whole(text: str) -> str:
    """Return a text with what no encoding has, half of an emoji, replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _parquet(rows: Rows) -> bytes:
    from pyarrow.parquet import write_table

    out = io.BytesIO()
    write_table(_arrow(rows), out, use_dictionary=[*REPEATED])
    return out.getvalue()


def _join_parquet(none: Rows, parts: Iterable[Path], out: BinaryIO) -> None:
    from pyarrow.parquet import ParquetFile, ParquetWriter

    with ParquetWriter(out, _arrow(none).schema, use_dictionary=[*REPEATED]) as writer:
        for part in parts:
            with ParquetFile(part) as file:
                writer.write_table(file.read())


def _arrow(rows: Rows) -> Any:
    import pyarrow as pa

    columns = {}
    for name, values in rows.kept.items():
        known = rows.types.get(name)
        if known is None:
            values = [value if value is None else _whole(value) for value in values]
        columns[name] = values if isinstance(values, pa.Array) else pa.array(values, known or pa.string())
    for name, numbers in rows.numbers.items():
        columns[name] = pa.array(numbers, pa.float64())
    for name, values in rows.facts.items():
        columns[name] = pa.array(map(as_json, values) if name == "reasons" else values, pa.string())
    return pa.table(columns)


_ENCODERS: Mapping[str, Callable[[Rows], bytes]] = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
