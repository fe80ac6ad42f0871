"""A thread that still gathers its comments: one id once, and whatever is odd counted and named."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from moderation.comments import Comment, Kind, Status, Thread
from moderation.threads.addressees import addressee
from moderation.threads.dates import read_date
from moderation.threads.report import Notes

if TYPE_CHECKING:
    from moderation.threads.source import Source

NAMED = 5
"""Comments that a note names before it says "…"."""

ROOT = "0"
"""What databases write for no parent."""

TWICE = "the same comment stands before"

_HALF = re.compile("[\ud800-\udfff]")  # half of an emoji, left where an exporter cut a text; no text may hold it


class Draft:
    """A thread that still gathers its comments; `thread` closes it and adds it to the report of its source.

    Parameters
    ----------
    thread_id, title, url, announced
        As of `moderation.comments.Thread`; the last three may be set later.
    source
        Whose report counts what is met, and whose options say which facts are kept.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("…", "page.html"))
    >>> draft.add("7", "Bonjour", written="22 avril 11:40")
    >>> draft.add("8", "Bonsoir", "7", author="Awa", likes=2)
    >>> thread = draft.thread()
    >>> thread.depth("8"), thread.notes
    (2, ('the date is left out, no year: 1 comment (first: comment 7, “22 avril 11:40”)',))
    """

    def __init__(
        self,
        thread_id: str,
        source: Source,
        *,
        title: str | None = None,
        url: str | None = None,
        announced: int | None = None,
    ) -> None:
        self.id = thread_id
        self.title, self.url, self.announced = title, url, announced
        self.notes = Notes()
        self._source = source
        self._comments: dict[str, Comment] = {}
        self._doubtful: dict[str, None] = {}
        self._copies: dict[str, int] = {}  # id -> the last number that tells apart those who share it

    def __len__(self) -> int:
        return len(self._comments)

    def __contains__(self, comment_id: str) -> bool:
        return comment_id in self._comments

    @property
    def comments(self) -> Collection[Comment]:
        """What was added so far."""
        return self._comments.values()

    def add(
        self,
        comment_id: str,
        text: str,
        parent_id: str | None = None,
        *,
        author: str | None = None,
        written: str | None = None,
        created_at: datetime | None = None,
        status: Status | None = None,
        kind: Kind = "comment",
        likes: int | None = None,
        flags: int | None = None,
        to: str | None = None,
        email: str | None = None,
        where: str = "",
    ) -> None:
        """Add a comment; of one that stands twice, the same text is dropped and another is kept under an id of its own.

        Parameters
        ----------
        written
            The date as the source prints it, where it is not in `created_at`.
        to
            Whom the source says that it answers, where it gives a name and no id.
        where
            What a note says of its place ("line 3"); by default its id.
        """
        self._source.report.read += 1
        text = _whole(text)
        if comment_id in self._comments:
            if self._stands(comment_id, text, where):
                return
            comment_id = self._free(comment_id)
        if created_at is None and written:
            created_at = self._date(written, where or f"comment {comment_id}")
        self._comments[comment_id] = Comment(
            comment_id,
            text,
            self.id,
            parent_id or None,
            author or None,
            created_at,
            status,
            kind,
            likes,
            flags,
            to or addressee(text),
            email or None if self._source.options.personal_data else None,
        )

    def drop(self, reason: str, where: str, times: int = 1) -> None:
        """Count comments that were met and are in no thread; the reason ends a sentence, as in "no text"."""
        self._source.report.drop(reason, times)
        self.notes.add(f"dropped, {reason}", where, times)

    def doubt(self, comment_ids: Iterable[str], why: str) -> None:
        """Say that the places of comments in the thread are not certain."""
        ids = list(comment_ids)
        if ids:
            self._doubtful |= dict.fromkeys(ids)
            self.notes.add(f"{why}: {named(ids)}")

    def thread(self) -> Thread:
        """Return what was gathered."""
        if ROOT not in self._comments:
            for comment in [comment for comment in self._comments.values() if comment.parent_id == ROOT]:
                self._comments[comment.id] = replace(comment, parent_id=None)
        thread = Thread(self.id, tuple(self._comments.values()), self.title, self.url, self.announced)
        self._check_nesting(thread)
        self._check_count(len(thread))
        report = self._source.report
        report.threads += 1
        report.kept += len(thread)
        report.doubtful += len(self._doubtful)
        if self.announced is not None:
            report.announced = (report.announced or 0) + self.announced
        report.notes.merge(self.notes)
        return replace(thread, notes=tuple(self.notes.lines()))

    def _check_nesting(self, thread: Thread) -> None:
        orphans, cycles = thread.orphans, thread.cycles
        odd = {
            "answers a comment that is not in the thread, kept at top level": orphans,
            "answers itself, kept at top level": cycles,
        }
        for what, ids in odd.items():
            if ids:
                self.notes.add(what, f"comment {ids[0]}", len(ids))
        self._source.report.orphans += len(orphans)
        self._source.report.cycles += len(cycles)
        self.doubt(_misplaced(thread), "names another reader than the one whose comment it stands under")

    def _check_count(self, shown: int) -> None:
        if self.announced is not None and shown < self.announced:
            self.notes.add(f"{shown} of {self.announced} announced comments are shown")
        elif self.announced is not None and shown > self.announced:
            self.notes.add(f"{shown} comments are shown, more than the {self.announced} announced")

    def _stands(self, comment_id: str, text: str, where: str) -> bool:
        """Count an id that comes again; return whether it is the same comment, which is dropped."""
        report, where = self._source.report, where or f"comment {comment_id}"
        report.duplicates += 1
        if self._comments[comment_id].text != text:
            self.notes.add("has the id of another comment, kept under a new one", where)
            return False
        report.dropped[TWICE] += 1
        self.notes.add(f"dropped, {TWICE}", where)
        return True

    def _free(self, comment_id: str) -> str:
        while (free := f"{comment_id}#{self._copies.get(comment_id, 1) + 1}") in self._comments:
            self._copies[comment_id] = self._copies.get(comment_id, 1) + 1
        return free

    def _date(self, written: str, where: str) -> datetime | None:
        date, problem = read_date(written, self._source.options.zone)
        if problem:
            what = "the date is left out" if date is None else f"the date is read as {self._source.options.zone}"
            self.notes.add(f"{what}, {problem}", f"{where}, “{written[:60]}”")
        return date


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\ufffd", text)
    return text


def named(ids: Sequence[str]) -> str:
    """Return ids as a list in words that ends with "…" where it is long.

    Examples
    --------
    >>> named(["3", "7"]), named(list("123456"))
    ('3, 7', '1, 2, 3, 4, 5, …')
    """
    return ", ".join(ids[:NAMED]) + ", …" * (len(ids) > NAMED)


def _misplaced(thread: Thread) -> list[str]:
    """Return the answers that name another author of the thread than the one whose comment they stand under."""
    if not any(comment.addressee for comment in thread):
        return []
    authors: Mapping[str, str] = {c.id: c.author.casefold() for c in thread if c.author}
    known = set(authors.values())
    found = []
    for comment in thread:
        to, parent = (comment.addressee or "").casefold(), thread.parent(comment.id) if comment.addressee else None
        if to in known and parent is not None and authors.get(parent.id) not in (None, to):
            found.append(comment.id)
    return found


def or_empty(threads: Iterator[Thread], source: Source, why: str = "no comments in it") -> Iterator[Thread]:
    """Yield threads, and where there is none an empty one that says why.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> [thread.notes for thread in or_empty(iter(()), Source.of("[]"))]
    [('no comments in it',)]
    """
    some = False
    for thread in threads:
        some = True
        yield thread
    if not some:
        draft = Draft(PurePath(source.name).name, source)
        draft.notes.add(why)
        yield draft.thread()
