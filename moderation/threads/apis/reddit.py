"""Reddit: the listings of a post and its comments, further comments that were asked for, and bare comments.

Source: https://www.reddit.com/dev/api/ (things, listings, ``more``)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moderation.comments import Status, Thread
from moderation.threads.apis.gathering import Drafts, Facts, count, gathered, listed, name, text
from moderation.threads.documents import at, documents, top
from moderation.threads.source import Source

COMMENT, POST = "t1_", "t3_"

GONE: dict[str, Status] = {"[deleted]": "deleted", "[removed]": "trash", "[ removed by reddit ]": "trash"}
"""What stands instead of a text -> why."""


def matches(head: str) -> bool:
    """Tell whether a text begins like an answer of Reddit about comments.

    Examples
    --------
    >>> matches('[{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {"title": "Eau"')
    True
    >>> matches('{"json": {"errors": [], "data": {"things": ['), matches('{"id": "x", "link_id": "t3_a", "body": "Oui"}')
    (True, True)
    """
    first = top(head).first
    return (
        _is_thing(first)
        or _is_comment(first)
        or (isinstance(first.get("json"), dict) and not {"data", "errors"}.isdisjoint(first["json"]))
    )


def read(source: Source) -> Iterator[Thread]:
    r"""Read the comments, by the post on which they are. Texts are in Markdown, as they were typed.

    Comments that stand behind "load more" are not in the answer: they are counted in a note.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON, or is an error of Reddit.

    Examples
    --------
    >>> lines = '{"id": "a", "link_id": "t3_x", "body": "Oui"}\n{"id": "b", "parent_id": "t1_a", "link_id": "t3_x", "body": "Non"}'
    >>> [(thread.id, thread.depth("b")) for thread in read(Source.of(lines))]
    [('x', 2)]
    """
    return gathered(source, _fill)


def _fill(source: Source, drafts: Drafts) -> None:
    post: str | None = None
    for where, value in documents(source):
        errors = listed(at(value, "json", "errors"))
        if errors or (isinstance(at(value, "error"), int) and "message" in value):
            found = errors or f"{value['error']} {text(value['message'])}"
            source.damaged(
                f"{source.name}, {where}: Reddit answers {str(found)[:200]}; expected comments; ask for them again"
            )
        post = _walk(drafts, value, post, where)


def _walk(drafts: Drafts, value: Any, post: str | None, where: str) -> str | None:
    """Add what a value holds, replies under their comment; return the post of which the last one was."""
    waiting: list[tuple[Any, str | None]] = [(value, None)]
    number = 0
    while waiting:
        thing, parent = waiting.pop()
        inner = _inner(thing)
        if inner is not None:
            waiting += [(one, parent) for one in reversed(inner)]
            continue
        kind = _kind(thing)
        data: Facts = (thing.get("data") or thing) if isinstance(thing, dict) else {}
        if kind == "t3":
            post = _id(data.get("id") or data.get("name"), POST)
            url = text(data.get("permalink"))
            url = f"https://www.reddit.com{url}" if url.startswith("/") else text(data.get("url"))
            drafts.of(post, text(data.get("title")) or None, url or None, count(data.get("num_comments")))
        elif kind == "more":
            _note_more(drafts, post, data, where)
        elif kind == "t1":
            number += 1
            post = _id(data.get("link_id"), POST) or post
            comment_id = _add(drafts, data, post, parent, f"{where}, comment {number}")
            waiting.append((data.get("replies"), comment_id))
        elif thing not in ("", None):
            drafts.drop("not a comment", where, post)
    return post


def _inner(thing: Any) -> list[Any] | None:
    """Return the things that a listing, a list of listings or the answer about ``more`` holds; None for another."""
    if isinstance(thing, list):
        return thing
    if at(thing, "kind") == "Listing":
        return listed(at(thing, "data", "children"))
    things = at(thing, "json", "data", "things")
    return listed(things) if at(thing, "json") is not None else None


def _is_thing(value: Facts) -> bool:
    return value.get("kind") in ("Listing", "t1", "t3", "more") and isinstance(value.get("data", {}), dict)


def _is_comment(value: object) -> bool:
    return isinstance(value, dict) and "body" in value and "link_id" in value


def _kind(thing: object) -> str | None:
    if isinstance(thing, dict) and _is_thing(thing) and "data" in thing:
        return str(thing["kind"])
    return "t1" if _is_comment(thing) else None


def _id(value: object, prefix: str) -> str | None:
    written = name(value)
    return written.removeprefix(prefix) if written else None


def _note_more(drafts: Drafts, post: str | None, more: Facts, where: str) -> None:
    notes = drafts.of(post or _id(more.get("link_id"), POST)).notes
    hidden = count(more.get("count")) or len(listed(more.get("children")))
    if hidden > 0:
        notes.add("not shown, behind “load more comments”", where, hidden)
    else:
        notes.add("a thread goes on on another page (“continue this thread”)", where)


def _add(drafts: Drafts, data: Facts, post: str | None, parent: str | None, where: str) -> str:
    comment_id = _id(data.get("id") or data.get("name"), COMMENT) or where
    written = name(data.get("parent_id")) or parent
    body = _typed(data)
    gone = GONE.get(body.casefold())
    author = text(data.get("author"))
    draft = drafts.of(post)
    draft.add(
        comment_id,
        "" if gone else body,
        None if written is None or written.startswith(POST) else written.removeprefix(COMMENT),
        author=None if author == "[deleted]" else author,
        written=_seconds(data),
        status=_status(data, gone),
        likes=None if data.get("score_hidden") is True else _likes(data),
        flags=count(data.get("num_reports")),
        where=where,
    )
    return comment_id


def _typed(data: Facts) -> str:
    """Return the text; unless ``raw_json=1`` was asked for, three characters of it are escaped, as in `body_html`."""
    body = text(data.get("body"))
    if text(data.get("body_html")).startswith("<"):
        return body
    return body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _seconds(data: Facts) -> str:
    """Return the date; in dumps of the first years it is a string."""
    written = data.get("created_utc")
    seconds = count(written)
    return text(written) if seconds is None else str(seconds)


def _likes(data: Facts) -> int | None:
    """Return the score, which a reader sees: votes for a comment less those against it, below zero too."""
    score = count(data.get("score"))
    return count(data.get("ups")) if score is None else score


def _status(data: Facts, gone: Status | None) -> Status | None:
    if gone:
        return gone
    if data.get("spam") is True:
        return "spam"
    if data.get("removed") is True or data.get("banned_by"):
        return "trash"
    return "approved"
