"""Tables: CSV with a header, one comment a row, in the columns of a label file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads.markup import is_html, plain
from moderation.threads.rows import FIELDS, Row, gathered, whole
from moderation.threads.source import Source

DELIMITERS = ",;\t"  # a French spreadsheet writes semicolons

FIELD_LIMIT = 1 << 26
"""Characters of the longest field; a longer one is a quotation mark that was never closed. Python's own
limit, 131,072, is below the longest comments."""

ALSO = {"parent": "parent_id", "created": "created_at", "date": "created_at"}
"""Other names of columns, for fields that no column is named after."""

NO_PARENT = ("-1", "root", "NA", "NaN", "nan", "NULL", "null", "None", r"\N")
"""What data frames and databases write for no parent."""

HEADER = 16_384  # characters in which the header and the first row begin


_SEPARATOR = re.compile(r'"?sep=[,;\t]*"?[,;\t]*')  # a first line that tells it to Excel


def matches(head: str) -> bool:
    r"""Tell whether a text begins with the header of a table: of comments, or of three columns and a row.

    Examples
    --------
    >>> matches("id,text\n1,Bonjour"), matches("id;auteur\n1;Awa"), matches("Bonjour, Awa")
    (True, True, False)
    >>> matches("Numéro;Commentaire;Date du jour\n1;Bravo;3 mai"), matches("Riz, mil, maïs\nOui, non, si")
    (True, False)
    """
    first, second = _first_lines(head)
    columns = _columns(first, _delimiter(first))
    named = len(columns) > 1 and all(re.fullmatch(r"[^\W\d]\w*", column) for column in columns)
    return "text" in columns or (named and not columns.isdisjoint(FIELDS)) or _is_header(first, second)


def _is_header(first: str, second: str) -> bool:
    """Tell whether a line names at least three columns, and the next has as many fields or a quotation mark."""
    for delimiter in ",;":
        names = [name.strip('"') for name in first.split(delimiter)]
        if len(set(names)) == len(names) > 2 and all(re.fullmatch(r"\w(?:[\w .-]{0,38}\w)?", name) for name in names):
            return second.count(delimiter) == len(names) - 1 or '"' in second
    return False


def read(source: Source) -> Iterator[Thread]:
    r"""Read the threads of a table.

    Only the column ``text`` must be there; the other fields of `moderation.threads.rows.FIELDS` are read where
    they are, and further columns are ignored. Commas, semicolons or tabs separate the fields. Where `Options.columns`
    gives other names, the table is not of our make: whole numbers may end in ".0", and texts with paragraphs or line
    breaks in HTML are read as such.

    Raises
    ------
    SourceError
        Where there is no column ``text``.
    DamagedSourceError
        Where a row has more or fewer fields than the header, or a quotation mark is not closed.

    Examples
    --------
    >>> lines = Source.of("id,thread_id,text\n1,a,Bonjour\n1,b,Bonsoir\n")
    >>> [(thread.id, thread["1"].text) for thread in read(lines)]
    [('a', 'Bonjour'), ('b', 'Bonsoir')]
    """
    return gathered(lambda: rows(source), source)


def rows(source: Source) -> Iterator[Row]:
    """Yield the rows of a table in their order."""
    columns, found = body(source)
    for number, line, record in found:
        values = {field: value for field, value in zip(columns, record, strict=True) if field and value}
        yield Row(number, f"line {line}", _foreign(values) if source.options.columns else values)


def body(source: Source) -> tuple[list[str], Iterator[tuple[int, int, list[str]]]]:
    r"""Return the field that each column of a table holds, empty where it is none of ours, and the rows below the header.

    Each row is its number, its line, and its cells, as many as there are columns.

    Raises
    ------
    SourceError
        Where there is no column of texts.
    DamagedSourceError
        As `read`.

    Examples
    --------
    >>> columns, found = body(Source.of("id,ville,text\n1,Ségou,Bonjour\n"))
    >>> columns, list(found)
    (['id', '', 'text'], [(1, 2, ['1', 'Ségou', 'Bonjour'])])
    """
    names = {source.options.columns.get(field, field).lower(): field for field in FIELDS}
    wanted = source.options.columns.get("text", "text")
    line, header, found = opened(source)
    written = [column.lower() for column in header]
    also = {column: field for column, field in ALSO.items() if field in names and field not in written}
    columns = [names.get(column) or also.get(column, "") for column in written]
    if "text" not in columns:
        raise SourceError(
            f"{source.name}, line {line}: found the columns {', '.join(header)}; expected one named {wanted}; "
            "name the column that holds the comments with --map text=COLUMN"
        )
    return columns, _whole_rows(source, len(columns), found)


def _whole_rows(
    source: Source, count: int, found: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, int, list[str]]]:
    for number, (line, record) in enumerate(found, start=1):
        if len(record) == count:
            yield number, line, record
        else:
            source.damaged(
                f"{source.name}, line {line}: found {len(record)} fields, expected {count} as in the header; "
                "put a text that holds separators, quotation marks or line ends between quotation marks",
                rows=1,
            )


def opened(source: Source) -> tuple[int, list[str], Iterator[tuple[int, list[str]]]]:
    r"""Return the line of the header, the names of the columns, and the records below with their lines, see `records`.

    Examples
    --------
    >>> line, names, rows = opened(Source.of("sep=;\nid; text\n1;Bonjour, Awa\n"))
    >>> line, names, list(rows)
    (2, ['id', 'text'], [(3, ['1', 'Bonjour, Awa'])])
    """
    wanted = source.options.columns.get("text", "text")
    found = records(source, _delimiter(_first_lines(source.head)[0], wanted))
    line, header = next(found, (1, []))
    if _SEPARATOR.fullmatch("".join(header)):
        line, header = next(found, (line, header))
    return line, [name.strip() for name in header], found


def _foreign(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields of a table that is not of our make: data frames write it, and systems whose texts are HTML."""
    fields |= {field: whole(fields[field]) for field in ("id", "parent_id", "thread_id") if field in fields}
    if fields.get("parent_id") in NO_PARENT:
        del fields["parent_id"]
    if is_html(fields.get("text", "")):
        fields["text"] = plain(fields["text"])
    return fields


def records(source: Source, delimiter: str = ",", *, skipinitialspace: bool = False) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the number of the first line of each record that is not empty, and its fields.

    Raises
    ------
    DamagedSourceError
        Where a quotation mark is not closed, or one stands inside a field. With `Options.keep_going`, the reading goes
        on at the next line.

    Examples
    --------
    >>> list(records(Source.of('1,"Bon\njour"\n\n2,Oui')))
    [(1, ['1', 'Bon\njour']), (4, ['2', 'Oui'])]
    """
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))  # of the process: raised, never lowered
    with source.text() as lines:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skipinitialspace, strict=True)
        line = 1
        record: list[str] | None = []
        while record is not None:
            try:
                record = next(reader, None)
            except csv.Error as error:
                source.damaged(
                    f"{source.name}, line {line}: not a row of CSV ({error}); expected fields whose quotation marks are "
                    "doubled inside and closed at the end; correct the row that begins on this line"
                    + (f", it is read up to line {reader.line_num}" if reader.line_num > line else ""),
                    rows=1,
                )
                record = []
            if record:
                yield line, record
            line = reader.line_num + 1


def _first_lines(head: str) -> tuple[str, str]:
    lines = [line for line in re.split(r"[\r\n]+", head[:HEADER].lstrip("\r\n"), maxsplit=3) if line]
    first, second, *_ = (*lines[bool(lines and _SEPARATOR.fullmatch(lines[0])) :], "", "")
    return first, second


def _delimiter(header: str, text: str = "text") -> str:
    """Return the delimiter that finds the column of the texts, else the one that finds the most columns."""
    found = {delimiter: _columns(header, delimiter) for delimiter in DELIMITERS}
    return max(found, key=lambda delimiter: (text.lower() in found[delimiter], len(found[delimiter])))


def _columns(header: str, delimiter: str) -> set[str]:
    names = header.split(delimiter)
    return {name.strip().strip('"').strip().lower() for name in names}
