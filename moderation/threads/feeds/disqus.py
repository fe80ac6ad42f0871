"""The export of Disqus: threads, and posts that name their thread and the post that they answer."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from moderation.comments import Thread
from moderation.threads.draft import or_empty
from moderation.threads.feeds.articles import Articles
from moderation.threads.feeds.elements import attribute, elements, local, text
from moderation.threads.feeds.mended import root
from moderation.threads.markup import plain
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source


def matches(head: str) -> bool:
    """Tell whether a text begins like an export of Disqus.

    Examples
    --------
    >>> matches('<?xml version="1.0"?><disqus xmlns="http://disqus.com">'), matches("<rss>")
    (True, False)
    """
    return root(head) == "disqus"


def read(source: Source) -> Iterator[Thread]:
    """Read the threads of an export, as far as they have posts; the source is read twice.

    Raises
    ------
    SourceError
        Where it is no export in XML.
    DamagedSourceError
        Where it is not well-formed, after the posts that end before.

    Examples
    --------
    >>> thread = "<thread id='1'><title>Riz</title></thread>"
    >>> post = "<post id='2'><message>&lt;p>Bravo !&lt;/p></message><thread id='1'/></post>"
    >>> [(thread.title, thread["2"].text) for thread in read(Source.of(f"<disqus>{thread}{post}</disqus>"))]
    [('Riz', 'Bravo !')]
    """
    facts = Articles()
    threads = gathered(lambda: _rows(source, facts), source)
    yield from or_empty((facts.noted(thread, source) for thread in threads), source)


def _rows(source: Source, facts: Articles) -> Iterator[Row]:
    number = 0
    for element in elements(source, ("thread", "post"), reference_in="post"):
        parts = {local(child.tag): child for child in element}
        written = {name: text(parts.get(name)).strip() for name in _TEXTS}
        own = attribute(element, "id") or written["id"]
        if local(element.tag) == "thread":
            facts.add(own, written["title"], written["link"])
            if written["isDeleted"] == "true":
                facts.deleted.add(own)
            continue
        number += 1
        fields = _post(parts, written) | facts.fields(attribute(parts.get("thread"), "id"))
        fields["id"] = own or f"#{number}"
        yield Row(number, f"comment {fields['id']}", {name: value for name, value in fields.items() if value})


_TEXTS = ("id", "title", "link", "isDeleted", "isSpam", "isApproved", "createdAt")


def _post(parts: dict[str, _Element], written: dict[str, str]) -> dict[str, str]:
    author = parts.get("author")
    person = {local(child.tag): text(child).strip() for child in author} if author is not None else {}
    return {
        "parent_id": attribute(parts.get("parent"), "id"),
        "text": plain(text(parts.get("message"))),
        "author": person.get("name") or person.get("username", ""),
        "email": person.get("email", ""),
        "created_at": written["createdAt"],
        "status": _status(written),
    }


def _status(written: dict[str, str]) -> str:
    if written["isDeleted"] == "true":
        return "deleted"
    if written["isSpam"] == "true":
        return "spam"
    if written["isApproved"] == "false":
        return "held"
    return "approved" if written["isDeleted"] or written["isSpam"] or written["isApproved"] else ""
