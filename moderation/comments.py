"""Comments and the threads that they form: plain values, no input or output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

Kind = Literal["comment", "pingback", "trackback"]
Status = Literal["approved", "held", "spam", "trash", "deleted"]


@dataclass(frozen=True, slots=True)
class Comment:
    """One reader comment.

    Parameters
    ----------
    id
        Unique within its thread.
    text
        What the reader wrote, paragraphs separated by newlines.
    thread_id, parent_id
        The thread it belongs to; the comment it answers, None at the top level.
    author, created_at
        None where the source does not say. `created_at` has a time zone.
    status
        ``approved``: readers see it; ``held`` for a moderator; ``spam``; ``trash``: a moderator took it down;
        ``deleted``: only its place in the thread is left. None where the source does not say.
    kind
        ``comment``, ``pingback`` or ``trackback``.
    likes, flags
        How many readers approved of it, and reported it; None where the source does not say.
    addressee
        Whom the text itself names as the one it answers ("@ FANGA …"); None where it names nobody.
    email
        Of the author; only where it was asked for.

    Examples
    --------
    >>> Comment("1", "Bravo !").parent_id is None
    True
    """

    id: str
    text: str
    thread_id: str | None = None
    parent_id: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    status: Status | None = None
    kind: Kind = "comment"
    likes: int | None = None
    flags: int | None = None
    addressee: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if self.created_at is not None and self.created_at.tzinfo is None:
            raise ValueError(f"comment {self.id}: created_at {self.created_at} has no time zone")


@dataclass(frozen=True)
class Thread:
    """A flat tuple of comments in reading order whose nesting is kept in their parent ids.

    A parent that is missing (an orphan's) or that leads back to the comment itself (a cycle's) loses nothing:
    such a comment is treated as top level, and is named in `orphans` or `cycles`.

    Parameters
    ----------
    id
        Names the thread: a URL, a file name, an id of the source.
    comments
        In the order in which a reader meets them.
    title, url
        Of the article; None where the source does not say.
    announced
        The number of comments that the page says it has; None where it says nothing.
    notes
        What was dropped, orphaned or doubtful, or why there is no comment.

    Raises
    ------
    ValueError
        Where two comments have one id.

    Examples
    --------
    >>> thread = Thread("t", (Comment("1", "Bonjour"), Comment("2", "Bonsoir", parent_id="1")))
    >>> thread.depth("2"), [parent.id for parent in thread.ancestors("2")]
    (2, ['1'])
    """

    id: str
    comments: tuple[Comment, ...] = ()
    title: str | None = None
    url: str | None = None
    announced: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self._by_id) != len(self.comments):
            seen: set[str] = set()
            twice = next(c.id for c in self.comments if c.id in seen or seen.add(c.id))  # type: ignore[func-returns-value]
            raise ValueError(f"thread {self.id}: two comments have the id {twice!r}")

    def __iter__(self) -> Iterator[Comment]:
        return iter(self.comments)

    def __len__(self) -> int:
        return len(self.comments)

    def __getitem__(self, comment_id: str) -> Comment:
        return self._by_id[comment_id]

    def parent(self, comment_id: str) -> Comment | None:
        """Return the comment that this one answers; None at the top level and for orphans and cycles."""
        parent_id = self._by_id[comment_id].parent_id
        return None if comment_id in self._cut else self._by_id[parent_id] if parent_id is not None else None

    def ancestors(self, comment_id: str) -> tuple[Comment, ...]:
        """Return the chain of parents, nearest first."""
        chain = []
        parent = self.parent(comment_id)
        while parent is not None:
            chain.append(parent)
            parent = self.parent(parent.id)
        return tuple(chain)

    def children(self, comment_id: str | None) -> tuple[Comment, ...]:
        """Return the direct answers to a comment, or the top level for None, in reading order."""
        return self._children.get(comment_id, ())

    def depth(self, comment_id: str) -> int:
        """Return 1 for a top-level comment, 2 for an answer to one, and so on."""
        return self._depths[comment_id]

    @property
    def orphans(self) -> tuple[str, ...]:
        """Ids of the comments whose parent is not in the thread."""
        return tuple(c.id for c in self.comments if c.parent_id is not None and c.parent_id not in self._by_id)

    @cached_property
    def cycles(self) -> tuple[str, ...]:
        """Ids of the comments that are their own ancestor."""
        state: dict[str, int] = {}  # comment id -> the walk that first reached it
        found = []
        for number, comment in enumerate(self.comments):
            at: str | None = comment.id
            while at in self._by_id and at not in state:
                state[at] = number
                at = self._by_id[at].parent_id
            if at in self._by_id and state[at] == number:  # this walk met itself: `at` closes a loop
                loop, member = [at], self._by_id[at].parent_id
                while member != at:
                    assert member is not None
                    loop.append(member)
                    member = self._by_id[member].parent_id
                found += loop
        members = set(found)
        return tuple(c.id for c in self.comments if c.id in members)

    def in_reading_order(self) -> Thread:
        """Return the same thread with each answer after its parent, siblings in the order given."""
        ordered: list[Comment] = []
        waiting = list(reversed(self.children(None)))
        while waiting:
            comment = waiting.pop()
            ordered.append(comment)
            waiting.extend(reversed(self.children(comment.id)))
        return Thread(self.id, tuple(ordered), self.title, self.url, self.announced, self.notes)

    @cached_property
    def _by_id(self) -> dict[str, Comment]:
        return {comment.id: comment for comment in self.comments}

    @cached_property
    def _cut(self) -> frozenset[str]:
        return frozenset(self.orphans) | frozenset(self.cycles)

    @cached_property
    def _children(self) -> dict[str | None, tuple[Comment, ...]]:
        answers: dict[str | None, list[Comment]] = {}
        for comment in self.comments:
            answers.setdefault(None if comment.id in self._cut else comment.parent_id, []).append(comment)
        return {parent: tuple(comments) for parent, comments in answers.items()}

    @cached_property
    def _depths(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for comment in self.comments:
            chain = []
            at: Comment | None = comment
            while at is not None and at.id not in depths:
                chain.append(at.id)
                at = self.parent(at.id)
            base = depths[at.id] if at is not None else 0
            for steps, comment_id in enumerate(reversed(chain), start=1):
                depths[comment_id] = base + steps
        return depths
