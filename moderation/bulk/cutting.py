"""Cutting: finding where records end in the bytes of a table or of JSON Lines, so that they can be read elsewhere.

A regular expression passes over a record as `csv` reads it, in a quarter of the time, since it makes nothing of it: a quoted
field may hold line ends, and where something stands behind its closing mark the record ends with the line, as in
`moderation.threads.table.records`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, Protocol

from moderation.errors import SourceError
from moderation.threads.jsonl import BLANK
from moderation.threads.table import FIELD_LIMIT

BYTES = 4_000_000  # of a part that has fewer records
JSON_LINE = rb"\s*+[^\s][^\r\n]*+(?:\r\n?|\n)"


class Readable(Protocol):
    """Bytes, as a file gives them."""

    def read(self, size: int, /) -> bytes:
        """Return some, as many at most; none at the end."""


class Cut(NamedTuple):
    """Whole records, how many they are, and how many lines and records stand before them."""

    data: bytes
    records: int
    lines_before: int
    records_before: int


def table_record(delimiter: str) -> bytes:
    r"""Return the expression of a record of a table, with the empty lines before it.

    Examples
    --------
    >>> re.findall(table_record(","), b'1,"a\n""b"\n\n2,\r\n"c"d,"\n3\n')
    [b'1,"a\n""b"\n', b'\n2,\r\n', b'"c"d,"\n', b'3\n']
    """
    mark = re.escape(delimiter.encode())
    quoted = rb'"[^"]*+(?:""[^"]*+)*+"(?:[^%s\r\n][^\r\n]*+)?+%s?+' % (mark, mark)
    plain = rb'[^"%s\r\n][^%s\r\n]*+%s?+' % (mark, mark, mark)
    return rb"[\r\n]*+(?:%s|%s|%s)++(?:\r\n?|\n)" % (quoted, plain, mark)


def cut(data: Readable, record: bytes, size: int, name: str, headers: int = 0) -> Iterator[Cut]:
    r"""Yield records in parts of `size`, of fewer where they are long; where they are cut depends on the bytes alone.

    What is no whole record at the end, since a quotation mark is not closed, is a record too.

    Parameters
    ----------
    record
        The expression of one: `JSON_LINE` or a `table_record`.
    name
        What errors call the source.
    headers
        Records at the beginning that are passed over.

    Raises
    ------
    SourceError
        Where a record is longer than any can be.

    Examples
    --------
    >>> from io import BytesIO
    >>> stream = BytesIO(b'id,text\n1,"a\nb"\n2,c')
    >>> for part in cut(stream, table_record(","), 1, "stream", headers=1):
    ...     print(*part)
    b'1,"a\nb"\n' 1 1 0
    b'2,c\n' 1 3 1
    """
    pattern = re.compile(rb"(%s)|(?s:.++)" % record)
    held, lines, before = _Held(data), 0, -headers
    while True:
        reach, wanted = BYTES, size if before >= 0 else -before
        while True:
            whole = held.fill(reach)
            matches = pattern.finditer(held.data, held.at, held.at + reach)
            ends = [match.end(1) for match in islice(matches, wanted)]
            if ends and ends[-1] < 0:  # the rest, which is no whole record
                ends.pop()
            if ends or whole:
                break
            if reach >= FIELD_LIMIT:
                raise SourceError(
                    f"{name}, line {lines + 1}: a row of more than {FIELD_LIMIT:,} bytes; expected shorter ones; close the "
                    "quotation mark that begins on this line; it is read up to there"
                )
            reach = min(2 * reach, FIELD_LIMIT)  # `csv` gives a longer field up, and would go on at the next line
        part = held.take(ends[-1] if ends else len(held.data))
        if not ends and not part.strip(BLANK.encode()):  # empty lines at the end
            return
        if before >= 0:
            yield Cut(part, len(ends) or 1, lines, before)
        lines += part.count(b"\n") + sum(not rest.startswith(b"\n") for rest in part.split(b"\r")[1:])
        before += len(ends) or 1


class _Held:
    """Bytes that were read, and from where on they are wanted."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._ended = stream, False
        self.data, self.at = b"", 0

    def fill(self, reach: int) -> bool:
        """Make sure that more than so many bytes are there; return whether all are within reach, the last line ended."""
        while len(self.data) - self.at <= reach and not self._ended:
            more = self._stream.read(2 * BYTES)
            self._ended = not more
            if self._ended and self.data[self.at :] and not self.data.endswith((b"\n", b"\r")):
                more = b"\n"
            self.data, self.at = self.data[self.at :] + more, 0
        return self._ended and len(self.data) - self.at <= reach

    def take(self, end: int) -> bytes:
        """Return the bytes up to a place, and the line feed there where a carriage return stands before it."""
        if self.data[end - 1 : end + 1] == b"\r\n":
            end += 1
        found = self.data[self.at : end]
        self.at = end
        return found
