"""Valine and its relatives Waline and Twikoo: lists or lines of JSON with the address of the page in each comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from moderation.comments import Status, Thread
from moderation.threads.documents import at, top
from moderation.threads.draft import or_empty
from moderation.threads.exports.markdown import shown
from moderation.threads.exports.values import Facts, date, drop, each, first, listed, objects, row, text
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source

STATUSES: Mapping[str, Status] = {"approved": "approved", "waiting": "held", "spam": "spam"}

_NEEDED = {"comment", "url", "nick"}


def matches(head: str) -> bool:
    """Tell whether a text begins like comments of Valine, Waline or Twikoo.

    Examples
    --------
    >>> matches('[{"comment": "Bravo", "nick": "Awa", "objectId": "6f", "url": "/or"}]'), matches('{"comment": "Bravo"}')
    (True, False)
    """
    facts = top(head).first
    backup = facts.get("type") == "waline" and "tables" in facts
    return backup or any(one.keys() >= _NEEDED for one in (facts, *listed(facts.get("results"))[:1]))


def read(source: Source) -> Iterator[Thread]:
    """Read the threads; the address of the page, mostly without its site, names a thread.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON; all comments that stand before it have been given.

    Examples
    --------
    >>> line = '{"_id": "6f", "comment": "<p>Bravo</p>", "nick": "Awa", "url": "/or", "created": 1714217400000}'
    >>> [(thread.id, comment.author, comment.text) for thread in read(Source.of(line)) for comment in thread]
    [('/or', 'Awa', 'Bravo')]
    """
    yield from or_empty(gathered(lambda: _rows(source), source), source)


def _rows(source: Source) -> Iterator[Row]:
    number = 0
    for found in objects(source):
        tables = [
            table for table in (at(found.value, "data", "Comment"), found.value.get("results")) if table is not None
        ]
        places = chain.from_iterable(each(table, found.where, source) for table in tables)
        if not tables and "comment" not in found.value:
            drop(found.where, source)
            continue
        for where, facts in places if tables else [(found.where, found.value)]:
            number += 1
            yield _row(facts, number, where, source)


def _row(facts: Facts, number: int, where: str, source: Source) -> Row:
    status, likes = first(facts, "status"), facts.get("like")
    if status and status not in STATUSES:
        source.report.notes.add("the status is left out, it is not known", f"{where}, “{status[:60]}”")
    return row(
        number,
        where,
        id=_id(facts, "objectId", "_id", "id"),
        thread_id=first(facts, "url"),
        url=first(facts, "href"),
        parent_id=_id(facts, "pid", "rid"),
        text=shown(first(facts, "comment")),
        author=first(facts, "nick"),
        email=first(facts, "mail"),
        created_at=date(next(filter(None, map(facts.get, ("insertedAt", "created", "createdAt"))), None)),
        status="spam" if facts.get("isSpam") is True else STATUSES.get(status, ""),
        likes=str(len(likes)) if isinstance(likes, list) else text(likes),
    )


def _id(facts: Facts, *keys: str) -> str:
    """Return the first id, also as MongoDB writes it."""
    return next(filter(None, (text(at(facts, key, "$oid")) or first(facts, key) for key in keys)), "")
