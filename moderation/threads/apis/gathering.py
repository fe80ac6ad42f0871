"""Threads that are gathered from the answers of a service, and facts that may be missing or of any type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads.draft import Draft
from moderation.threads.source import Source

Facts = Mapping[str, Any]


class Drafts:
    """The threads of a source, in the order in which they are first met; a later page may add to any of them.

    Examples
    --------
    >>> drafts = Drafts(Source.of("[]", "page.json"))
    >>> drafts.of("7", announced=3).add("1", "Bonjour")
    >>> drafts.of("7", title="Titre").title, len(drafts.of("7")), drafts.of(None).id
    ('Titre', 1, 'page.json')
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._drafts: dict[str, Draft] = {}

    def of(
        self,
        thread_id: str | None,
        title: str | None = None,
        url: str | None = None,
        announced: int | None = None,
    ) -> Draft:
        """Return the thread of an id, named after the source where there is none; facts that it has are kept."""
        thread_id = thread_id or PurePath(self._source.name).name
        draft = self._drafts.get(thread_id)
        if draft is None:
            draft = self._drafts[thread_id] = Draft(thread_id, self._source)
        draft.title, draft.url = draft.title or title, draft.url or url
        draft.announced = announced if draft.announced is None else draft.announced
        return draft

    def note(self, sentence: str, where: str, thread_id: str | None = None) -> None:
        """Add a note to a thread, or to the report where no such thread is known."""
        draft = self._drafts.get(thread_id or "")
        (self._source.report if draft is None else draft).notes.add(sentence, where)

    def drop(self, reason: str, where: str, thread_id: str | None = None) -> None:
        """Count something in the place of a comment that is none; the reason ends a sentence, as in "no text"."""
        self._source.report.drop(reason)
        self.note(f"dropped, {reason}", where, thread_id)

    def threads(self) -> Iterator[Thread]:
        """Close each thread; without any, one is empty and says so."""
        if not self._drafts:
            self.of(None)
        for draft in self._drafts.values():
            if not draft:
                draft.notes.add("no comments in it")
            yield draft.thread()
        self._drafts.clear()


def gathered(source: Source, fill: Callable[[Source, Drafts], None]) -> Iterator[Thread]:
    """Yield the threads that a reading of a source fills.

    Raises
    ------
    DamagedSourceError
        Where the source is damaged; after the threads, as far as they stand before the damage.
    """
    drafts = Drafts(source)
    damage: DamagedSourceError | None = None
    try:
        fill(source, drafts)
    except DamagedSourceError as error:
        damage = error
    yield from drafts.threads()
    if damage is not None:
        raise damage


def text(value: object) -> str:
    """Return a string, stripped; of anything else, none.

    Examples
    --------
    >>> text(" Awa "), text(None), text(7)
    ('Awa', '', '')
    """
    return value.strip() if isinstance(value, str) else ""


def name(value: object) -> str | None:
    """Return an id: a string or a whole number; None for any other value, and for 0, which is no id.

    Examples
    --------
    >>> name(7), name("t1_x"), name(0), name("0"), name(False), name(None), name({})
    ('7', 't1_x', None, None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    written = str(value).strip()
    return written if written not in ("", "0") else None


def count(value: object) -> int | None:
    """Return a whole number; None for any other value.

    Examples
    --------
    >>> count(3), count(2.0), count("12"), count(True), count(None), count(1e999)
    (3, 2, 12, None, None, None)
    """
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def listed(value: object) -> list[Any]:
    """Return a list; of anything else, an empty one.

    Examples
    --------
    >>> listed([1]), listed({"id": 1}), listed("")
    ([1], [], [])
    """
    return value if isinstance(value, list) else []
