"""Commento and its successors Commento++ and Comentario: one JSON object with comments and commenters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moderation.comments import Status, Thread
from moderation.threads.documents import at, top
from moderation.threads.draft import or_empty
from moderation.threads.exports.markdown import shown
from moderation.threads.exports.values import Facts, each, first, listed, net_likes, objects, row, text
from moderation.threads.markup import plain
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source

TOP = ("root", "0", "00000000-0000-0000-0000-000000000000")
GONE = "[deleted]"

STATES: Mapping[str, Status] = {"approved": "approved", "unapproved": "held", "flagged": "held"}
"""State -> status; what a filter flagged is shown to moderators alone."""


def matches(head: str) -> bool:
    """Tell whether a text begins like an export of Commento or Comentario.

    Examples
    --------
    >>> matches('{"version": 1, "comments": [{"commentHex": "e7"}]}'), matches('{"version": 1, "users": []}')
    (True, False)
    >>> matches('{"version": 3, "pages": [{"id": "1", "domainId": "2"}], "comments": [')
    True
    """
    facts = top(head).first
    if not isinstance(facts.get("version"), int):
        return False
    comments, pages = listed(facts.get("comments")), listed(facts.get("pages"))
    return (
        any("commentHex" in one or "pageId" in one for one in comments[:1])
        or any("domainId" in one for one in pages[:1])
        or any("commenterHex" in one for one in listed(facts.get("commenters"))[:1])
        or (facts.get("comments") == [] and "commenters" in facts)
    )


def read(source: Source) -> Iterator[Thread]:
    """Read the threads of an export; the domain and the path of the page name a thread.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON; all comments that stand before it have been given, without the names of their
        authors where these stand behind it.

    Examples
    --------
    >>> export = '{"comments": [{"commentHex": "e7", "domain": "mali.example", "url": "/or", "markdown": "Bravo"}]}'
    >>> [(thread.id, comment.text) for thread in read(Source.of(export)) for comment in thread]
    [('mali.example/or', 'Bravo')]
    """
    yield from or_empty(gathered(lambda: _rows(source), source), source)


def _rows(source: Source) -> Iterator[Row]:
    number = 0
    for found in objects(source):
        pages = {text(one.get("id")): one for one in listed(found.value.get("pages"))}
        people = {first(one, "commenterHex", "id"): one for one in listed(found.value.get("commenters"))}
        for where, comment in each(found.value.get("comments"), found.where, source):
            number += 1
            page = pages.get(text(comment.get("pageId")), comment)
            _note_state(comment, where, source)
            yield _row(comment, number, where, page, people.get(first(comment, "commenterHex", "userCreated"), {}))


def _row(comment: Facts, number: int, where: str, page: Facts, author: Facts) -> Row:
    markdown, html, parent = (
        text(comment.get("markdown")),
        text(comment.get("html")),
        first(comment, "parentHex", "parentId"),
    )
    deleted = comment.get("deleted") is True or comment.get("isDeleted") is True
    email = text(author.get("email"))
    return row(
        number,
        where,
        id=first(comment, "commentHex", "id"),
        thread_id=_page(page),
        title=text(at(page, "title")),
        parent_id="" if parent in TOP else parent,
        text="" if deleted and markdown == GONE else shown(markdown) or plain(html),
        author=first(comment, "authorName") or text(author.get("name")),
        created_at=first(comment, "creationDate", "createdTime"),
        status="deleted" if deleted else _status(comment),
        likes=net_likes(comment.get("score")),
        email=email if "@" in email else "",  # "undefined" is written for none
    )


def _page(page: Facts) -> str:
    """Return the address of a page without its scheme, as Commento writes it; Comentario writes the path alone."""
    path = first(page, "path", "url")
    domain = first(page, "domain", "host")
    return f"{domain}/{path.removeprefix('/')}" if domain else path


def _status(comment: Facts) -> str:
    if "isPending" in comment or "isApproved" in comment:
        waits, shown_to_all = comment.get("isPending") is True, comment.get("isApproved") is True
        return "held" if waits else "approved" if shown_to_all else "trash"
    return STATES.get(text(comment.get("state")), "")


def _note_state(comment: Facts, where: str, source: Source) -> None:
    state = text(comment.get("state"))
    if state and state not in STATES:
        source.report.notes.add("the status is left out, it is not known", f"{where}, “{state[:60]}”")
