"""Tables of comments as the importer of Coral reads them: CSV in a fixed order, with or without a header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping

from moderation.comments import Status
from moderation.threads.exports.values import row
from moderation.threads.markup import plain
from moderation.threads.rows import Row
from moderation.threads.source import Source
from moderation.threads.table import records

COLUMNS = ("id", "author_id", "story_id", "created_at", "body", "parent_id", "status", "rating")
"""In this order where there is no header; older tables have no rating."""

OLD = 7
"""Columns of those."""

STATUSES: Mapping[str, Status] = {
    "APPROVED": "approved",
    "ACCEPTED": "approved",
    "REJECTED": "trash",
    "PREMOD": "held",
    "SYSTEM_WITHHELD": "held",
}
"""What Coral calls a decision, or the lack of one that keeps readers from seeing a comment; Talk said ``ACCEPTED``."""

UNJUDGED = "NONE"  # shown

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def matches(head: str) -> bool:
    r"""Tell whether a text begins like a table of Coral.

    Examples
    --------
    >>> matches("id,author_id,story_id,created_at,body,parent_id,status\n"), matches("id,text\n1,Bravo")
    (True, False)
    """
    try:
        first = next(csv.reader(head.splitlines(keepends=True), skipinitialspace=True), [])
    except csv.Error:
        return False
    if _is_header(first):
        return {"author_id", "story_id", "body"} <= {name.strip().lower() for name in first}
    if len(first) not in (OLD, len(COLUMNS)):
        return False
    status = first[6].strip().upper()
    return bool(first[0] and first[2] and _DATE.match(first[3])) and (status in STATUSES or status in ("", UNJUDGED))


def rows(source: Source) -> Iterator[Row]:
    """Yield the rows of a table.

    Raises
    ------
    DamagedSourceError
        Where a row has too few or too many fields, or a quotation mark is not closed.

    Examples
    --------
    >>> line = Source.of('c1,a1,s1,2024-03-01T08:00:00Z,"<p>Bravo, Awa</p>",,APPROVED')
    >>> [row.fields["text"] for row in rows(line)]
    ['Bravo, Awa']
    """
    columns: list[str] = []
    number = 0
    for line, record in records(source, skipinitialspace=True):
        if not record:
            continue
        if not columns:
            columns = [name.strip().lower() for name in record] if _is_header(record) else list(COLUMNS[: len(record)])
            if _is_header(record):
                continue
        if len(record) != len(columns):
            source.damaged(
                f"{source.name}, line {line}: found {len(record)} fields; expected {len(columns)} as in the first row; "
                "put a text that holds commas, quotation marks or line ends between quotation marks",
                rows=1,
            )
            continue
        number += 1
        yield _row(dict(zip(columns, map(str.strip, record), strict=True)), number, f"line {line}", source)


def note_status(status: str, where: str, source: Source) -> None:
    """Say of a status that is none of ours what it is."""
    if status.upper() == UNJUDGED:
        source.report.notes.add("is shown, and nobody has judged it", where)
    elif status and status.upper() not in STATUSES:
        source.report.notes.add("the status is left out, it is not known", f"{where}, “{status[:60]}”")


def _row(fields: Mapping[str, str], number: int, where: str, source: Source) -> Row:
    status = fields.get("status", "")
    note_status(status, where, source)
    source.report.notes.add("the author is an id, the names stand in another table", where)
    return row(
        number,
        where,
        id=fields.get("id", ""),
        thread_id=fields.get("story_id", ""),
        parent_id=fields.get("parent_id", ""),
        text=plain(fields.get("body", "")),
        author=fields.get("author_id", ""),
        created_at=fields.get("created_at", ""),
        status=STATUSES.get(status.upper(), ""),
    )


def _is_header(record: list[str]) -> bool:
    return bool(record) and record[0].strip().lower() == "id"
