"""Rows, one comment each, gathered into threads: for sources in which the comments of several threads are mixed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import NamedTuple, TypeVar, get_args

from moderation.comments import Kind, Status, Thread
from moderation.errors import DamagedSourceError
from moderation.threads.draft import Draft
from moderation.threads.source import Source

FIELDS = (
    "id",
    "thread_id",
    "parent_id",
    "title",
    "url",
    "text",
    "author",
    "created_at",
    "status",
    "kind",
    "likes",
    "flags",
    "addressee",
    "email",
)
"""The fields that JSON Lines and tables may have; any other is ignored."""

COUNTS = ("likes", "flags")
"""Those of them that hold a number; what is none there is left out, with a note."""

KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}
STATUSES: Mapping[str, Status] = {status: status for status in get_args(Status)} | {
    "approve": "approved",
    "published": "approved",
    "publie": "approved",
    "publié": "approved",
    "ok": "approved",
    "pending": "held",
    "hold": "held",
    "prop": "held",
    "rejected": "trash",
    "refuse": "trash",
    "refusé": "trash",
    "off": "trash",
}
"""Words that systems use -> status."""


_DIGITS = re.compile(r"-?\d{1,18}")
_AS_FLOAT = re.compile(r"(-?\d{1,18})\.0")  # how data frames write a whole number where others are missing

Value = TypeVar("Value", bound=str)


class Row(NamedTuple):
    """The fields of one comment that are not empty, its number, and where it stands ("line 3")."""

    number: int
    where: str
    fields: Mapping[str, str]


def gathered(entries: Callable[[], Iterator[Row | Thread]], source: Source) -> Iterator[Thread]:
    """Gather rows into threads by their ``thread_id``, those without one into a thread named after the file.

    The entries are read twice: first to learn where each thread ends, then to yield each thread as soon as it is
    complete. So only threads whose rows are mixed are held together in memory.

    Parameters
    ----------
    entries
        Starts a reading of the source; a whole thread among the entries is passed on as it is.
    source
        For the name of a thread without one, and for the report.

    Raises
    ------
    DamagedSourceError
        Where the source is damaged; after all threads, as far as they stand before the damage.

    Examples
    --------
    >>> source = Source.of("", "rows")
    >>> rows = [Row(n, f"line {n}", {"thread_id": t, "text": "…"}) for n, t in enumerate("aba", start=1)]
    >>> [(thread.id, len(thread)) for thread in gathered(lambda: iter(rows), source)]
    [('b', 1), ('a', 2)]
    """
    rest = PurePath(source.name).name
    last: dict[str, int] = {}
    with source.unreported(), suppress(DamagedSourceError):  # the second reading meets the damage again
        for entry in entries():
            if isinstance(entry, Row):
                last[entry.fields.get("thread_id", rest)] = entry.number
    drafts: dict[str, Draft] = {}
    damage: DamagedSourceError | None = None
    try:
        for entry in entries():
            if isinstance(entry, Thread):
                yield entry
                continue
            thread_id = entry.fields.get("thread_id", rest)
            draft = drafts.setdefault(thread_id, Draft(thread_id, source))
            add(draft, entry)
            if last[thread_id] == entry.number:
                yield drafts.pop(thread_id).thread()
    except DamagedSourceError as error:
        damage = error
    for draft in drafts.values():
        yield draft.thread()
    if damage is not None:
        raise damage


def add(draft: Draft, row: Row) -> None:
    """Add the comment of a row to a thread; the first title and address that rows have are those of the thread."""
    fields = row.fields
    draft.title, draft.url = draft.title or fields.get("title"), draft.url or fields.get("url")
    draft.add(
        fields.get("id", str(row.number)),
        fields.get("text", ""),
        fields.get("parent_id"),
        author=fields.get("author"),
        written=fields.get("created_at"),
        status=_known(draft, row, "status", STATUSES),
        kind=_known(draft, row, "kind", KINDS) or "comment",
        likes=_count(draft, row, "likes"),
        flags=_count(draft, row, "flags"),
        to=fields.get("addressee"),
        email=fields.get("email"),
        where=row.where,
    )


def _known(draft: Draft, row: Row, field: str, values: Mapping[str, Value]) -> Value | None:
    written = row.fields.get(field)
    if written is None:
        return None
    value = values.get(written.strip().lower())
    if value is None:
        draft.notes.add(f"the {field} is left out, it is not known", f"{row.where}, “{written[:60]}”")
    return value


def _count(draft: Draft, row: Row, field: str) -> int | None:
    written = row.fields.get(field)
    if written is None:
        return None
    if _DIGITS.fullmatch(whole(written)):
        return int(whole(written))
    draft.notes.add(f"the {field} are left out, they are no number", f"{row.where}, “{written[:60]}”")
    return None


def whole(written: str) -> str:
    """Return a whole number without the fraction that data frames give it; any other text as it is.

    Examples
    --------
    >>> whole("22022598.0"), whole("1.5"), whole("t1_x")
    ('22022598', '1.5', 't1_x')
    """
    number = _AS_FLOAT.fullmatch(written)
    return number[1] if number else written
