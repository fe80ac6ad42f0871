"""Tables: CSV with a header, one comment a row, in the columns of a label file."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads.markup import is_html, plain
from moderation.threads.rows import FIELDS, Row, gathered, whole
from moderation.threads.source import Piece, Source

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
    found = layout(source)
    return named(source, found)


def named(source: Source, found: Layout) -> Iterator[Row]:
    """Yield the rows of a table, or of a piece of one, with the fields that are not empty by their names."""
    for number, line, record in cells(source, found):
        values = {field: value for field, value in zip(found.columns, record, strict=True) if field and value}
        yield Row(number, f"line {line}", _foreign(values) if source.options.columns else values)


class Header(NamedTuple):
    """The names of the columns of a table, the line where they stand, what separates them, and at which record."""

    line: int
    names: list[str]
    delimiter: str
    records: int


class Layout(NamedTuple):
    """How a table is laid out.

    Parameters
    ----------
    columns
        The field that each column holds, empty where it is none of ours.
    delimiter
        What separates them.
    headers
        How many records stand above the rows.
    """

    columns: list[str]
    delimiter: str
    headers: int

    @property
    def distinct(self) -> bool:
        """Whether no two columns hold one field."""
        fields = [field for field in self.columns if field]
        return len(set(fields)) == len(fields)


def layout(source: Source) -> Layout:
    r"""Return how a table is laid out.

    Raises
    ------
    SourceError
        Where there is no column of texts.

    Examples
    --------
    >>> layout(Source.of("id,ville,text\n1,Ségou,Bonjour\n"))
    Layout(columns=['id', '', 'text'], delimiter=',', headers=1)
    """
    names = {source.options.columns.get(field, field).lower(): field for field in FIELDS}
    wanted = source.options.columns.get("text", "text")
    found = header(source)
    written = [column.lower() for column in found.names]
    also = {column: field for column, field in ALSO.items() if field in names and field not in written}
    columns = [names.get(column) or also.get(column, "") for column in written]
    if "text" not in columns:
        raise SourceError(
            f"{source.name}, line {found.line}: found the columns {', '.join(found.names)}; expected one named {wanted}; "
            "name the column that holds the comments with --map text=COLUMN"
        )
    return Layout(columns, found.delimiter, found.records)


def cells(source: Source, found: Layout) -> Iterator[tuple[int, int, list[str]]]:
    r"""Yield the number, the line and the cells of each row of a table, or of a piece of one, which has no header.

    Raises
    ------
    DamagedSourceError
        As `read`.

    Examples
    --------
    >>> table = Source.of("id,ville,text\n1,Ségou,Bonjour\n")
    >>> list(cells(table, layout(table)))
    [(1, 2, ['1', 'Ségou', 'Bonjour'])]
    """
    count, above = len(found.columns), 0 if isinstance(source, Piece) else found.headers
    below = islice(records(source, found.delimiter), above, None)
    for number, (line, record) in enumerate(below, start=1 + source.rows_before):
        if len(record) == count:
            yield number, line, record
        elif record:
            source.damaged(
                f"{source.name}, line {line}: found {len(record)} fields, expected {count} as in the header; "
                "put a text that holds separators, quotation marks or line ends between quotation marks",
                rows=1,
            )


def whole_cells(piece: Piece, found: Layout) -> list[list[str]] | None:
    r"""Return the cells of all rows of a piece, in half the time that `cells` takes; None where a row is damaged.

    Examples
    --------
    >>> from io import BytesIO
    >>> form = Layout(["id", "text"], ",", 1)
    >>> whole_cells(Piece("", BytesIO(b"1,a\n\n2,b\n")), form), whole_cells(Piece("", BytesIO(b"1,a,b\n")), form)
    ([['1', 'a'], ['2', 'b']], None)
    """
    _raise_field_limit()
    with piece.text() as lines:
        try:
            records = list(filter(None, csv.reader(lines, delimiter=found.delimiter, strict=True)))
        except csv.Error:
            return None
    count = len(found.columns)
    return records if all(len(record) == count for record in records) else None


def header(source: Source) -> Header:
    r"""Return the header of a table, below a line that tells Excel what separates the columns.

    Examples
    --------
    >>> table = Source.of("sep=;\nid; text\n1;Bonjour, Awa\n")
    >>> header(table), list(records(table, ";"))[2:]
    (Header(line=2, names=['id', 'text'], delimiter=';', records=2), [(3, ['1', 'Bonjour, Awa'])])
    """
    wanted = source.options.columns.get("text", "text")
    delimiter = _delimiter(_first_lines(source.head)[0], wanted)
    with closing(records(source, delimiter)) as found:
        line, names = next(found, (1, []))
        count = 1
        if _SEPARATOR.fullmatch("".join(names)):
            line, names = next(found, (line, names))
            count = 2
    return Header(line, [name.strip() for name in names], delimiter, count)


def _foreign(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields of a table that is not of our make: data frames write it, and systems whose texts are HTML."""
    fields |= {field: whole(fields[field]) for field in ("id", "parent_id", "thread_id") if field in fields}
    if fields.get("parent_id") in NO_PARENT:
        del fields["parent_id"]
    if is_html(fields.get("text", "")):
        fields["text"] = plain(fields["text"])
    return fields


def records(
    source: Source, delimiter: str = ",", *, skipinitialspace: bool = False
) -> Generator[tuple[int, list[str]], None, None]:
    r"""Yield the number of the first line of each record that is not empty, and its fields.

    Raises
    ------
    DamagedSourceError
        Where a quotation mark is not closed, or one stands inside a field. With `Options.keep_going`, the record is given
        without fields, and the reading goes on at the next line.

    Examples
    --------
    >>> list(records(Source.of('1,"Bon\njour"\n\n2,Oui')))
    [(1, ['1', 'Bon\njour']), (4, ['2', 'Oui'])]
    """
    _raise_field_limit()
    before = source.lines_before
    with source.text() as lines:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skipinitialspace, strict=True)
        line, more = 1 + before, True
        while more:
            try:
                for record in reader:
                    if record:
                        yield line, record
                    line = before + reader.line_num + 1
                more = False
            except csv.Error as error:
                last = before + reader.line_num
                source.damaged(
                    f"{source.name}, line {line}: not a row of CSV ({error}); expected fields whose quotation marks are "
                    "doubled inside and closed at the end; correct the row that begins on this line"
                    + (f", it is read up to line {last}" if last > line else ""),
                    rows=1,
                )
                yield line, []
                line = last + 1


def _raise_field_limit() -> None:
    """Raise the limit of the process, which is never lowered."""
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))


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
