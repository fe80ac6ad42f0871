"""Rows, one comment each: JSON Lines and tables have the same fields and gather them in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple, get_args

from moderation.comments import Comment, Kind, Thread
from moderation.errors import SourceError

FIELDS = ("id", "thread_id", "parent_id", "title", "url", "text", "author", "created_at", "status", "kind")
"""The fields that are read; any other is ignored."""

KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}


class Row(NamedTuple):
    """The fields of one comment that are not empty, its number, and where it stands ("line 3")."""

    number: int
    where: str
    fields: Mapping[str, str]


class Draft:
    """A thread that still gathers its rows.

    Examples
    --------
    >>> draft = Draft("t", "comments.csv")
    >>> draft.add(Row(1, "line 2", {"text": "Bonjour", "created_at": "2024-03-01T08:00"}))
    >>> draft.thread().notes
    ("created_at is left out of 1 comment: no time zone (first: line 2, '2024-03-01T08:00')",)
    """

    def __init__(self, thread_id: str, name: str) -> None:
        self.id = thread_id
        self.name = name
        self._facts: dict[str, str] = {}  # title and url, of the first row that has them
        self._comments: dict[str, Comment] = {}
        self._where: dict[str, str] = {}  # comment id -> where it stands
        self._undated: dict[str, list[str]] = {}  # what is wrong with a date -> the rows

    def add(self, row: Row) -> None:
        """Add a comment; the second judgement of the same one changes nothing."""
        comment_id, text = row.fields.get("id", str(row.number)), row.fields.get("text", "")
        self._facts = {key: row.fields[key] for key in ("title", "url") if key in row.fields} | self._facts
        if comment_id not in self._comments:
            self._where[comment_id] = row.where
            self._comments[comment_id] = self._comment(comment_id, text, row)
        elif self._comments[comment_id].text != text:
            raise SourceError(
                f"{self.name}, {row.where}: the id {comment_id!r} already stands on "
                f"{self._where[comment_id]} with another text; expected one text an id within a thread; "
                "give every comment an id of its own"
            )

    def thread(self) -> Thread:
        """Return what was gathered."""
        notes = tuple(
            f"created_at is left out of {len(rows)} comment{'s' * (len(rows) > 1)}: {what} (first: {rows[0]})"
            for what, rows in self._undated.items()
        )
        comments = tuple(self._comments.values())
        return noted(Thread(self.id, comments, self._facts.get("title"), self._facts.get("url"), notes=notes))

    def _comment(self, comment_id: str, text: str, row: Row) -> Comment:
        fields = row.fields
        return Comment(
            comment_id,
            text,
            thread_id=self.id,
            parent_id=fields.get("parent_id"),
            author=fields.get("author"),
            created_at=self._date(row),
            status=fields.get("status"),
            kind=KINDS.get(fields.get("kind", ""), "comment"),
        )

    def _date(self, row: Row) -> datetime | None:
        written = row.fields.get("created_at")
        if written is None:
            return None
        try:
            date = datetime.fromisoformat(written.strip())
        except ValueError:
            wrong = "not a date in ISO 8601"
        else:
            if date.tzinfo is not None:
                return date
            wrong = "no time zone"
        self._undated.setdefault(wrong, []).append(f"{row.where}, {written!r}")
        return None


def noted(thread: Thread) -> Thread:
    """Return the thread with a note for its orphans and its cycles, which stand at top level."""
    found = {"answer a comment that is not in the thread": thread.orphans, "answer themselves": thread.cycles}
    notes = [
        f"{len(ids)} comment{'s' * (len(ids) > 1)} {what}: kept at top level (first: {ids[0]})"
        for what, ids in found.items()
        if ids
    ]
    return replace(thread, notes=(*thread.notes, *notes))


def gathered(entries: Callable[[], Iterator[Row | Thread]], name: str) -> Iterator[Thread]:
    """Gather rows into threads by their ``thread_id``, those without one into a thread named after the file.

    The entries are read twice: first to check them and to learn where each thread ends, then to yield each
    thread as soon as it is complete. So only threads whose rows are mixed are held together in memory.

    Parameters
    ----------
    entries
        Starts a reading of the source; a whole thread among the entries is passed on as it is.
    name
        Of the source, for errors.

    Raises
    ------
    SourceError
        Where one id has two texts within a thread.

    Examples
    --------
    >>> rows = [Row(n, f"line {n}", {"thread_id": t, "text": "…"}) for n, t in enumerate("aba", start=1)]
    >>> [(thread.id, len(thread)) for thread in gathered(lambda: iter(rows), "rows")]
    [('b', 1), ('a', 2)]
    """
    rest = PurePath(name).name
    last = {row.fields.get("thread_id", rest): row.number for row in entries() if isinstance(row, Row)}
    drafts: dict[str, Draft] = {}
    for entry in entries():
        if isinstance(entry, Thread):
            yield entry
            continue
        thread_id = entry.fields.get("thread_id", rest)
        draft = drafts.setdefault(thread_id, Draft(thread_id, name))
        draft.add(entry)
        if last[thread_id] == entry.number:
            yield drafts.pop(thread_id).thread()
