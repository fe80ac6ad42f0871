"""Tables: CSV with a header, one comment a row, in the columns of a label file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads.rows import FIELDS, Row, gathered
from moderation.threads.source import Source

DELIMITERS = ",;\t"  # a French spreadsheet writes semicolons

FIELD_LIMIT = 1 << 26
"""Characters of the longest field; a longer one is a quotation mark that was never closed. Python's own
limit, 131,072, is below the longest comments."""


def matches(head: str) -> bool:
    r"""Tell whether a text begins with the header of a table of comments.

    Examples
    --------
    >>> matches("id,text\n1,Bonjour"), matches("id;auteur\n1;Awa"), matches("Bonjour, Awa")
    (True, True, False)
    """
    first = _first_line(head)
    columns = _columns(first, _delimiter(first))
    named = len(columns) > 1 and all(re.fullmatch(r"[^\W\d]\w*", column) for column in columns)
    return "text" in columns or (named and not columns.isdisjoint(FIELDS))


def read(source: Source) -> Iterator[Thread]:
    r"""Read the threads of a table.

    Only the column ``text`` must be there; the other fields of `moderation.threads.rows.FIELDS` are read where
    they are, and further columns are ignored. Commas, semicolons or tabs separate the fields.

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
    return gathered(lambda: _rows(source), source)


def _rows(source: Source) -> Iterator[Row]:
    names = {source.options.columns.get(field, field).lower(): field for field in FIELDS}
    found = records(source, _delimiter(_first_line(source.head), source.options.columns.get("text", "text")))
    line, header = next(found)
    columns = [names.get(column.strip().lower(), "") for column in header]
    if "text" not in columns:
        wanted = source.options.columns.get("text", "text")
        raise SourceError(
            f"{source.name}, line {line}: found the columns {', '.join(header)}; expected one named {wanted}; "
            "name the column that holds the comments with --map text=COLUMN"
        )
    for number, (line, record) in enumerate(found, start=1):
        if len(record) == len(columns):
            fields = zip(columns, record, strict=True)
            yield Row(number, f"line {line}", {field: value for field, value in fields if field and value})
        else:
            source.damaged(
                f"{source.name}, line {line}: found {len(record)} fields, expected {len(columns)} as in the header; "
                "put a text that holds separators, quotation marks or line ends between quotation marks",
                rows=1,
            )


def records(source: Source, delimiter: str = ",", *, skipinitialspace: bool = False) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the number of the first line of each record that is not empty, and its fields.

    Raises
    ------
    DamagedSourceError
        Where a quotation mark is not closed, or one stands inside a field.

    Examples
    --------
    >>> list(records(Source.of('1,"Bon\njour"\n\n2,Oui')))
    [(1, ['1', 'Bon\njour']), (4, ['2', 'Oui'])]
    """
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))  # of the process: raised, never lowered
    with source.text() as lines:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skipinitialspace, strict=True)
        line = 1
        try:
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            source.damaged(
                f"{source.name}, line {line}: not a row of CSV ({error}); expected fields whose quotation marks are "
                "doubled inside and closed at the end; correct the row that begins on this line",
                rows=1,
            )


def _first_line(head: str) -> str:
    return re.split(r"[\r\n]", head.lstrip("\r\n"), maxsplit=1)[0]


def _delimiter(header: str, text: str = "text") -> str:
    """Return the delimiter that finds the column of the texts, else the one that finds the most columns."""
    found = {delimiter: _columns(header, delimiter) for delimiter in DELIMITERS}
    return max(found, key=lambda delimiter: (text.lower() in found[delimiter], len(found[delimiter])))


def _columns(header: str, delimiter: str) -> set[str]:
    names = header.split(delimiter)
    return {name.strip().strip('"').strip().lower() for name in names}
