"""WordPress: comments as its REST API gives them, ``/wp/v2/comments``, one page or many.

Source: https://developer.wordpress.org/rest-api/reference/comments/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderation.comments import Kind, Status, Thread
from moderation.threads.apis.gathering import Drafts, Facts, count, gathered, listed, name, text
from moderation.threads.documents import at, documents, top
from moderation.threads.markup import plain
from moderation.threads.rows import KINDS, STATUSES
from moderation.threads.source import Source

_OF_COMMENT = re.compile(r"(?:comment-page-\d+/?)?(?:[?&]cpage=\d+)?#comment-\d+$")


def matches(head: str) -> bool:
    """Tell whether a text begins like an answer of WordPress about comments.

    Examples
    --------
    >>> matches('[{"id": 7, "post": 3, "parent": 0, "author_name": "Awa", "content": {"rendered": "<p>Bon')
    True
    >>> matches('[{"id": 3, "slug": "article", "title": {"rendered": "Titre"}}]')
    False
    """
    first = top(head).first
    if "body" in first and "headers" in first:
        return any(_is_comment(one) for one in listed(first["body"]))
    return _is_comment(first) or _is_error(first) or bool(listed(at(first, "_embedded", "replies")))


def read(source: Source) -> Iterator[Thread]:
    """Read the comments, by the article on which they are.

    The answer to a reader who is not logged in holds approved comments only: where one of them answers another
    that waits, its parent is missing. The count of all comments is in a header of the answer, not in it.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON, or is an error of WordPress.

    Examples
    --------
    >>> answer = '[{"id": 7, "post": 3, "parent": 0, "author_name": "Awa", "content": {"rendered": "<p>Bonjour</p>"}}]'
    >>> [(thread.id, thread["7"].text) for thread in read(Source.of(answer))]
    [('3', 'Bonjour')]
    """
    return gathered(source, _fill)


def _fill(source: Source, drafts: Drafts) -> None:
    for where, value in documents(source):
        if _is_error(value):
            source.damaged(
                f"{source.name}, {where}: WordPress answers {value['code']} (“{text(value['message'])[:200]}”); "
                "expected comments; ask for them again, logged in where the site wants that"
            )
        elif _is_comment(value):
            _add(drafts, value, where)
        elif isinstance(value, dict) and isinstance(value.get("body"), list):  # ?_envelope
            for number, one in enumerate(value["body"], start=1):
                _add(drafts, one, f"{where}, comment {number}")
        elif at(value, "_embedded", "replies") is not None:  # an article, ?_embed
            _add_embedded(drafts, value, where)
        else:
            drafts.drop("not a comment", where)


def _is_error(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("code"), str) and {"message", "data"} <= value.keys()


def _is_comment(value: object) -> bool:
    return isinstance(value, dict) and "content" in value and not value.keys().isdisjoint({"author_name", "post"})


def _add_embedded(drafts: Drafts, article: Facts, where: str) -> None:
    draft = drafts.of(name(article.get("id")), _title(article), text(article.get("link")))
    for page in listed(at(article, "_embedded", "replies")):
        for number, one in enumerate(listed(page), start=1):
            _add(drafts, one, f"{where}, comment {number}", draft.id)


def _title(article: object) -> str | None:
    return plain(text(at(article, "title", "rendered"))) or None


def _add(drafts: Drafts, one: object, where: str, thread_id: str | None = None) -> None:
    if not isinstance(one, dict) or not _is_comment(one):
        drafts.drop("not a comment", where, thread_id)
        return
    articles = listed(at(one, "_embedded", "up"))
    title = _title(articles[0]) if articles else None
    draft = drafts.of(thread_id or name(one.get("post")), title, _OF_COMMENT.sub("", text(one.get("link"))) or None)
    content = one["content"]
    html = at(content, "rendered") if isinstance(content, dict) else content
    written = text(one.get("date_gmt"))
    draft.add(
        name(one.get("id")) or where,
        plain(text(html)),
        name(one.get("parent")),
        author=plain(text(one.get("author_name"))) or None,
        written=f"{written}Z" if written and not written.startswith("0000") else text(one.get("date")),
        status=_status(one),
        kind=_kind(one) or "comment",
        likes=count(one.get("like_count")),
        email=text(one.get("author_email")) or None,
        where=where,
    )
    unknown = {"status": _status(one), "type": _kind(one)}
    for field, value in unknown.items():
        if value is None and text(one.get(field)):
            draft.notes.add(f"the {field} is not known", f"{where}, “{text(one[field])[:60]}”")


def _status(one: Facts) -> Status | None:
    return STATUSES.get(text(one.get("status")).lower())


def _kind(one: Facts) -> Kind | None:
    return KINDS.get(text(one.get("type")).lower())
