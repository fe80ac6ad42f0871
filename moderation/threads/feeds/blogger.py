"""The export of Blogger: one Atom feed of posts, comments and settings, in the old form and in that of Takeout."""

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

STATUSES = {
    "live": "approved",
    "pending": "held",
    "draft": "held",
    "spam": "spam",
    "soft_trashed": "trash",
    "emptied": "deleted",
}
"""What Takeout calls the states of a comment; another is left out, with a note."""


def matches(head: str) -> bool:
    """Tell whether a text begins like an export of Blogger; another Atom feed is none.

    Examples
    --------
    >>> atom = "<feed xmlns='http://www.w3.org/2005/Atom'"
    >>> matches(f"{atom}><id>tag:blogger.com,1999:blog-1.archive</id>"), matches(f"{atom}><id>urn:x</id>")
    (True, False)
    """
    return root(head) == "feed" and ("blogger.com" in head or "schemas.google.com/blogger" in head)


def read(source: Source) -> Iterator[Thread]:
    """Read the threads of an export, one for each post that has comments; the source is read twice.

    A comment whose content was removed keeps its place, without the sentence that Blogger puts there.

    Raises
    ------
    SourceError
        Where it is no export in XML.
    DamagedSourceError
        Where it is not well-formed, after the comments that end before.

    Examples
    --------
    >>> kind = "<type>{}</type>"
    >>> post = "<entry><id>post-1</id><type>POST</type><title>Riz</title></entry>"
    >>> comment = "<entry><id>post-2</id><type>COMMENT</type><parent>post-1</parent><content>Bravo !</content></entry>"
    >>> [(thread.title, thread["post-2"].text) for thread in read(Source.of(f"<feed>{comment}{post}</feed>"))]
    [('Riz', 'Bravo !')]
    """
    facts = Articles()
    threads = gathered(lambda: _rows(source, facts), source)
    yield from or_empty((facts.noted(thread, source) for thread in threads), source)


def _rows(source: Source, facts: Articles) -> Iterator[Row]:
    number = 0
    for element in elements(source, ("entry",)):
        entry = _Entry(element)
        if entry.kind in ("post", "page"):
            facts.add(entry.text("id"), entry.text("title"), entry.link("alternate"))
        elif entry.kind == "comment":
            number += 1
            fields = entry.comment()
            fields |= {name: value for name, value in facts.fields(fields["thread_id"]).items() if value}
            fields["id"] = fields["id"] or f"#{number}"
            yield Row(number, f"comment {fields['id']}", {name: value for name, value in fields.items() if value})


class _Entry:
    """One entry: its children by name."""

    def __init__(self, element: _Element) -> None:
        self.parts: dict[str, list[_Element]] = {}
        for child in element:
            self.parts.setdefault(local(child.tag), []).append(child)

    @property
    def kind(self) -> str:
        """What it is: "post", "comment", "settings" …; nothing where it does not say."""
        for category in self.parts.get("category", ()):
            if attribute(category, "scheme").endswith("#kind"):
                return attribute(category, "term").rpartition("#")[2].lower()
        return self.text("type").lower()

    def text(self, name: str) -> str:
        """Return what the first child of this name holds."""
        return text(self.parts[name][0]).strip() if name in self.parts else ""

    def link(self, relation: str) -> str:
        """Return the address that it has in this relation."""
        links = self.parts.get("link", ())
        return next((attribute(link, "href") for link in links if attribute(link, "rel") == relation), "")

    def comment(self) -> dict[str, str]:
        """Return the fields of a row."""
        post = next(iter(self.parts.get("in-reply-to", ())), None)
        status = self.status()
        author = next(iter(self.parts.get("author", ())), None)
        person = {local(child.tag): text(child).strip() for child in author} if author is not None else {}
        email = person.get("email", "")
        return {
            "id": self.text("id"),
            "thread_id": attribute(post, "ref") or self.text("parent"),
            "url": attribute(post, "href"),
            "parent_id": self.parent(),
            "text": "" if status == "deleted" else plain(self.text("content") or self.text("summary")),
            "author": person.get("name", ""),
            "email": "" if email == "noreply@blogger.com" else email,
            "created_at": self.text("published"),
            "status": status,
        }

    def parent(self) -> str:
        """Return the id of the comment that it answers: the old form gives only the address of that."""
        answered = self.text("inReplyTo") or self.link("related").partition("?")[0].rstrip("/").rpartition("/")[2]
        return self.text("id").rpartition("-")[0] + "-" + answered if answered.isdecimal() else answered

    def status(self) -> str:
        """Return the status, as `moderation.threads.rows.STATUSES` or Takeout names it."""
        if any(
            attribute(extra, "name") == "blogger.contentRemoved" for extra in self.parts.get("extendedProperty", ())
        ):
            return "deleted"
        if self.text("trashed"):
            return "trash"
        written = self.text("status")
        if written or "type" in self.parts:
            return STATUSES.get(written.lower(), written)
        drafts = [text(part).strip() for control in self.parts.get("control", ()) for part in control]
        return "held" if "yes" in drafts else "approved"
