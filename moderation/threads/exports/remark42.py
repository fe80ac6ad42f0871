"""Remark42: its backups, a comment a line, and the answers of its API, lists and trees."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import PurePath

from moderation.comments import Thread
from moderation.threads.documents import Found, at, top
from moderation.threads.draft import Draft, or_empty
from moderation.threads.exports.values import Facts, date, drop, each, listed, net_likes, objects, row, text
from moderation.threads.markup import plain
from moderation.threads.rows import Row, add, gathered
from moderation.threads.source import Source

TOP = ("", "0", "root")
"""Parents of comments that answer none; imports from Commento leave "root"."""


def matches(head: str) -> bool:
    """Tell whether a text begins like JSON of Remark42.

    Examples
    --------
    >>> matches('{"version": 1, "users": [], "posts": []}'), matches('[{"id": "7", "pid": "", "locator": {"url": "/a"}}]')
    (True, True)
    >>> matches('{"version": 1, "comments": [{"commentHex": "a"}]}')
    False
    """
    facts = top(head).first
    backup = "version" in facts and ("users" in facts or "posts" in facts) and "comments" not in facts
    comments = listed(facts.get("comments"))
    node = comments[0] if comments else facts
    comment = node.get("comment", node)
    tree = "info" in facts and facts.get("comments") == [] and "url" in (facts["info"] or ())
    return backup or tree or (isinstance(comment, dict) and "pid" in comment and "locator" in comment)


def read(source: Source) -> Iterator[Thread]:
    r"""Read the threads of a backup or of an answer; the address of the page names a thread.

    Remark42 keeps votes for and against as one number; where it does not say who voted, that number is the likes
    unless it is below 0.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON; all comments that stand before it have been given.

    Examples
    --------
    >>> backup = '{"version": 1, "users": []}\n{"id": "7", "pid": "root", "text": "<p>Bravo", "locator": {"url": "/a"}}'
    >>> [(thread.id, comment.text) for thread in read(Source.of(backup)) for comment in thread]
    [('/a', 'Bravo')]
    """
    yield from or_empty(gathered(lambda: _entries(source), source), source)


def _entries(source: Source) -> Iterator[Row | Thread]:
    number = 0
    for found in objects(source):
        if "comments" in found.value:
            rows = list(_rows(found.value["comments"], found.where, number, source))
            number += len(rows)
            if len({one.fields.get("thread_id") for one in rows}) > 1:
                yield from rows
            else:
                yield _thread(found, rows, source)
        elif "id" in found.value:
            number += 1
            yield _row(found.value, number, found.where)
        elif "version" not in found.value:
            drop(found.where, source)


def _thread(found: Found, rows: list[Row], source: Source) -> Thread:
    info = found.value.get("info")
    url, count = text(at(info, "url")), at(info, "count")
    thread_id = rows[0].fields.get("thread_id") if rows else None
    draft = Draft(
        thread_id or url or PurePath(source.name).name, source, announced=count if type(count) is int else None
    )
    if not rows:
        draft.notes.add("no comments in it")
    for one in rows:
        add(draft, one)
    return draft.thread()


def _rows(nodes: object, where: str, number: int, source: Source) -> Iterator[Row]:
    """Yield the comments of a list or a tree, in the order in which they are shown."""
    branches = [(each(nodes, where, source), "")]  # innermost last, with the comment that it answers
    while branches:
        branch, above = branches[-1]
        place, node = next(branch, ("", None))
        if node is None:
            branches.pop()
            continue
        comment = node.get("comment", node)
        if not isinstance(comment, dict) or "id" not in comment:
            drop(place, source)
            continue
        number += 1
        yield _row(comment, number, f"{where}, comment {number}", above)
        branches.append((each(node.get("replies"), f"{where}, comment {number}", source), text(comment["id"])))


def _row(comment: Facts, number: int, where: str, above: str = "") -> Row:
    user = at(comment, "user")
    parent, url = text(at(comment, "pid")), text(at(comment, "locator", "url"))
    hard = at(user, "id") == "deleted"  # the reader is deleted with the comment
    return row(
        number,
        where,
        id=text(at(comment, "id")),
        thread_id=url,
        url=url if "//" in url else "",
        title=text(at(comment, "title")),
        parent_id=above if parent in TOP else parent,
        text=plain(text(at(comment, "text"))) or text(at(comment, "orig")),
        author="" if hard else unescape(text(at(user, "name"))),
        created_at=date(at(comment, "time")),
        status="deleted" if at(comment, "delete") is True else "approved",
        likes=_likes(comment),
    )


def _likes(comment: Facts) -> str:
    votes = at(comment, "votes")
    if votes and isinstance(votes, dict):
        return str(sum(vote is True for vote in votes.values()))
    return net_likes(at(comment, "score"))
