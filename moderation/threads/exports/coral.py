"""Coral, the comments of newspapers: its collections in MongoDB, the answers of its API, and the tables of its importer.

Talk, as it was called up to version 4, had other names for the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moderation.comments import Thread
from moderation.threads.documents import at, top
from moderation.threads.draft import or_empty
from moderation.threads.exports import coral_table
from moderation.threads.exports.coral_table import STATUSES, note_status
from moderation.threads.exports.values import Facts, date, drop, first, listed, objects, row, text
from moderation.threads.markup import plain
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source

BRANCHES = ("comments", "replies", "allChildComments", "edges", "nodes", "node", "data", "story", "stories", "comment")
"""Keys under which the API nests comments."""


def matches(head: str) -> bool:
    """Tell whether a text begins like comments of Coral.

    Examples
    --------
    >>> matches('{"id": "1", "storyID": "2", "revisions": ['), matches('{"data": {"story": {"id": "1", "comments": {"edges": [')
    (True, True)
    >>> matches("c1,a1,s1,2024-03-01T08:00:00Z,Bravo,,APPROVED"), matches('{"id": "1", "text": "Bravo"}')
    (True, False)
    """
    facts = top(head).first
    stored = not facts.keys().isdisjoint(("storyID", "asset_id")) and "id" in facts
    answer = at(facts, "data", "story", "comments") or at(facts, "story", "comments") or at(facts, "data", "comments")
    return (
        stored
        or (isinstance(answer, dict) and "edges" in answer)
        or any(_is_comment(node) for node in listed(at(answer, "nodes"))[:1])  # others have nodes too
        or coral_table.matches(head)
    )


def read(source: Source) -> Iterator[Thread]:
    """Read the threads; the id of the story names a thread.

    ``NONE`` is the status of comments that are shown and that nobody has judged: it is left out, since it is no
    decision. The collections know the ids of the authors alone, which stand for their names.

    Raises
    ------
    DamagedSourceError
        Where the text is neither JSON nor CSV; all comments that stand before it have been given.

    Examples
    --------
    >>> bodies = '[{"body": "Bravoo"}, {"body": "Bravo"}]'
    >>> stored = f'{{"id": "1", "storyID": "s", "authorID": "a", "revisions": {bodies}, "status": "PREMOD"}}'
    >>> [(thread.id, comment.text, comment.status) for thread in read(Source.of(stored)) for comment in thread]
    [('s', 'Bravo', 'held')]
    """
    rows = _rows if source.head.lstrip("\ufeff \t\r\n").startswith(("[", "{")) else coral_table.rows
    yield from or_empty(gathered(lambda: rows(source), source), source)


def _rows(source: Source) -> Iterator[Row]:
    number = 0
    for found in objects(source):
        for place, (comment, story, above) in enumerate(_comments(found.value), start=1):
            where = f"{found.where}, comment {place}" if found.value is not comment else found.where
            if not _is_comment(comment):
                drop(where, source)
                continue
            number += 1
            _note(comment, where, source)
            yield _row(comment, number, where, story, above)


def _comments(value: Any) -> Iterator[tuple[Any, Facts, str]]:
    """Yield the comments of an answer, each with its story and the id of the comment that it stands under.

    What stands in their place and is no comment is yielded too.
    """
    waiting: list[tuple[Any, Facts, str]] = [(value, {}, "")]
    while waiting:
        one, story, above = waiting.pop()
        if isinstance(one, list):
            waiting.extend((item, story, above) for item in reversed(one))
            continue
        inner = [key for key in reversed(BRANCHES) if key in one] if isinstance(one, dict) else []
        if _is_comment(one):
            yield one, at(one, "story") or story, above
            above = text(one["id"])
            inner = [key for key in inner if key != "story"]
        elif not inner:
            yield one, story, above
        elif "id" in one:
            story = one
        waiting.extend((one[key], story, above) for key in inner if key == "node" or isinstance(one[key], list | dict))


def _is_comment(facts: Any) -> bool:
    return (
        isinstance(facts, dict)
        and "id" in facts
        and not facts.keys().isdisjoint(("body", "revisions", "revision", "body_history", "storyID"))
    )


def _row(comment: Facts, number: int, where: str, story: Facts, above: str) -> Row:
    url = text(at(story, "url"))
    return row(
        number,
        where,
        id=first(comment, "id"),
        thread_id=first(comment, "storyID", "asset_id") or text(at(story, "id")),
        url=url,
        title=text(at(story, "metadata", "title")),
        parent_id=first(comment, "parentID", "parent_id") or text(at(comment, "parent", "id")) or above,
        text=_body(comment),
        author=text(at(comment, "author", "username")) or first(comment, "authorID", "author_id"),
        created_at=date(comment.get("createdAt") or comment.get("created_at")),
        status="deleted" if _is_deleted(comment) else STATUSES.get(first(comment, "status"), ""),
        likes=_count(comment, "REACTION", "reaction", "respect"),
        flags=_flags(comment),
    )


def _body(comment: Facts) -> str:
    """Return the last text; Talk kept it as typed, Coral as HTML."""
    revisions = listed(comment.get("revisions"))
    html = text(revisions[-1].get("body")) if revisions else text(at(comment, "revision", "body"))
    typed = listed(comment.get("body_history"))
    return text(typed[-1].get("body")).strip() if typed else plain(html or text(comment.get("body")))


def _is_deleted(comment: Facts) -> bool:
    return bool(comment.get("deletedAt") or comment.get("deleted_at") or comment.get("deleted") is True)


def _count(comment: Facts, *keys: str) -> str:
    """Return how many readers did something; an action that is not listed was done by none."""
    counts = comment.get("actionCounts", comment.get("action_counts"))
    if not isinstance(counts, dict):
        return ""
    found = next((counts[key] for key in keys if key in counts), 0)
    return text(at(found, "total") if isinstance(found, dict) else found)


def _flags(comment: Facts) -> str:
    """Return the reports of readers, without those of filters, which are counted with them."""
    total, counts = _count(comment, "FLAG", "flag"), comment.get("actionCounts")
    if not isinstance(counts, dict) or not total.isdecimal():
        return total
    reasons = at(counts, "flag", "reasons") or {key.removeprefix("FLAG__"): times for key, times in counts.items()}
    detected = [
        times for key, times in reasons.items() if key.startswith("COMMENT_DETECTED_") and isinstance(times, int)
    ]
    return str(max(int(total) - sum(detected), 0))


def _note(comment: Facts, where: str, source: Source) -> None:
    note_status(first(comment, "status"), where, source)
    if not at(comment, "author", "username"):
        source.report.notes.add("the author is an id, the names stand in another collection", where)
