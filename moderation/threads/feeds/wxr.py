"""WordPress eXtended RSS, the export of WordPress, and the flavour of it that Disqus imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from html import unescape
from pathlib import PurePath

from lxml.etree import _Element

from moderation.comments import Kind, Status, Thread
from moderation.errors import DamagedSourceError
from moderation.threads.draft import Draft, or_empty
from moderation.threads.feeds.elements import elements, fields, local, text
from moderation.threads.feeds.mended import root
from moderation.threads.markup import plain
from moderation.threads.source import CHUNK, Source

STATUSES: dict[str, Status] = {
    "1": "approved",
    "approve": "approved",
    "approved": "approved",
    "0": "held",
    "hold": "held",
    "spam": "spam",
    "trash": "trash",
    "post-trashed": "trash",
}
KINDS: dict[str, Kind] = {
    "": "comment",
    "comment": "comment",
    "review": "comment",  # of a product
    "question": "comment",
    "answer": "comment",
    "wpdiscuz_sticky": "comment",
    "pingback": "pingback",
    "webmention": "pingback",  # its successor
    "trackback": "trackback",
}
"""Types of comments that readers or their sites write; plugins keep records of other types among the comments."""

_FACTS = ("post_id", "link", "title")
_FIELDS = {
    f"comment_{name}"
    for name in ("id", "content", "parent", "author", "author_email", "date", "date_gmt", "approved", "type")
}  # without what plugins keep beside them, which may be long

_NOTE = "a note between editors, not of a reader"
_RECORD = "a record of a plugin, not of a reader"

_KEY = re.compile(rb"\s*(<!\[CDATA\[)?([^<>\]]{1,2000})")
_LONGEST_KEY = 2048


def matches(head: str) -> bool:
    """Tell whether a text begins like an export of WordPress; a feed of news is none.

    Examples
    --------
    >>> wp = 'xmlns:wp="https://wordpress.org/export/1.2/"'
    >>> matches(f"<rss version='2.0' {wp}><channel>"), matches("<rss version='2.0'><channel>")
    (True, False)
    """
    signs = ("wordpress.org/export/", "<wp:", "dsq:thread_identifier")
    return root(head) == "rss" and any(sign in head for sign in signs)


def read(source: Source) -> Iterator[Thread]:
    """Read the threads of an export: one for each item that has comments.

    The items that have the same `wp:post_id`, or none and the same link, are one thread.

    Raises
    ------
    SourceError
        Where it is no export in XML.
    DamagedSourceError
        Where it is not well-formed, after the comments that end before.

    Examples
    --------
    >>> comment = "<comment><comment_id>1</comment_id><comment_content>Bravo !</comment_content></comment>"
    >>> source = Source.of(f"<rss><channel><item><title>Riz</title><post_id>7</post_id>{comment}</item></channel></rss>")
    >>> [(thread.id, thread.title, thread["1"].text) for thread in read(source)]
    [('7', 'Riz', 'Bravo !')]
    """
    return or_empty(_threads(source), source)


def _threads(source: Source) -> Iterator[Thread]:
    reading = _Reading(source)
    damage: DamagedSourceError | None = None
    try:
        for element in elements(source, ("comment", "item"), passed=reading.passed):
            if local(element.tag) == "item":
                reading.end(element)
            elif "wellformedweb.org" not in element.tag:  # an address for answers, in feeds
                reading.comment(element)
            while reading.complete:
                yield reading.complete.pop(0).thread()
    except DamagedSourceError as error:
        damage = error
    yield from reading.rest()
    if damage is not None:
        raise damage


class _Reading:
    """The item that is read, and the threads that wait for more items or to be given."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.left = _repeated(source)
        self.waiting: dict[str, Draft] = {}
        self.complete: list[Draft] = []
        self.items = self.comments = 0
        self._begin(None)

    def _begin(self, item: _Element | None) -> None:
        self.item = item
        self.facts: dict[str, str] = {}
        self.draft: Draft | None = None
        self.early: list[dict[str, str]] = []  # comments before the id of their item

    def passed(self, element: _Element, before: _Element) -> None:
        """Take what an item says of itself before a comment."""
        name = local(before.tag)
        if name in _FACTS and local(element.tag) == "comment":
            self._enter(element.getparent())
            self.facts.setdefault(name, text(before).strip())

    def comment(self, element: _Element) -> None:
        """Take a comment."""
        self._enter(element.getparent())
        self.early.append(fields(element, _FIELDS))
        if self.draft is not None or self.facts.get("post_id"):
            self._add()

    def end(self, item: _Element) -> None:
        """Close an item; its thread is complete if no other item has more of it."""
        self._enter(item)
        for child in item:
            if local(child.tag) in _FACTS:
                self.facts.setdefault(local(child.tag), text(child).strip())
        self._close()
        self._begin(None)

    def rest(self) -> Iterator[Thread]:
        """Give what a damaged source leaves open."""
        self._close()
        for draft in (*self.complete, *self.waiting.values()):
            yield draft.thread()

    def _enter(self, item: _Element | None) -> None:
        if item is not self.item:
            self._close()  # for one whose end is missing
            self._begin(item)

    def _close(self) -> None:
        if self.item is None:
            return
        self._add()
        key = self._key()
        self.items += 1
        left = self.left.pop(key, 1) - 1
        if left > 0:
            self.left[key] = left
        elif key in self.waiting:
            self.complete.append(self.waiting.pop(key))

    def _key(self) -> str:
        facts = self.facts
        return facts.get("post_id") or facts.get("link") or f"{PurePath(self.source.name).name}:{self.items + 1}"

    def _add(self) -> None:
        for comment in self.early:
            if self.draft is None:
                key = self._key()
                self.draft = self.waiting.setdefault(key, Draft(key, self.source))
            self.comments += 1
            _add(self.draft, comment, self.comments, self.source.options.personal_data)
        self.early.clear()
        if self.draft is not None:
            self.draft.title = self.draft.title or self.facts.get("title") or None
            self.draft.url = self.draft.url or self.facts.get("link") or None


def _add(draft: Draft, found: dict[str, str], number: int, personal_data: bool) -> None:
    get = found.get
    comment_id = get("comment_id", "").strip() or f"#{number}"
    kind = KINDS.get(written := get("comment_type", "").strip().lower())
    if kind is None:
        draft.drop(_NOTE if written == "note" else _RECORD, f"comment {comment_id}, type “{written[:60]}”")
        return
    status = STATUSES.get(approved := get("comment_approved", "").strip().lower())
    if status is None and approved:
        draft.notes.add("the status is left out, it is not known", f"comment {comment_id}, “{approved[:60]}”")
    parent_id = get("comment_parent", "").strip()
    date, printed = _date(get("comment_date_gmt", "").strip(), get("comment_date", "").strip())
    draft.add(
        comment_id,
        plain(get("comment_content", ""), breaks=True),
        None if parent_id == "0" else parent_id,
        author=get("comment_author", "").strip(),
        created_at=date,
        written=printed,
        status=status,
        kind=kind,
        email=get("comment_author_email", "").strip() if personal_data else None,
    )


def _date(gmt: str, own: str) -> tuple[datetime | None, str | None]:
    """Return the date in UTC, else the one of the zone of the site as it is written; zeros stand for none."""
    with suppress(ValueError):  # the year 0 is none
        return datetime.fromisoformat(f"{gmt}+00:00"), None
    return None, next((date for date in (own, gmt) if date and date[:4] != "0000"), None)


def _repeated(source: Source) -> dict[str, int]:
    """Return the ids and the links of items that stand more than once in a source, and how often, without parsing it."""
    once: set[int] = set()
    again: dict[str, int] = {}
    for name, value in _keys(source):
        key = hash((name, value))
        if key in once:
            written = value.decode(errors="replace")
            again[written] = again.get(written, 1) + 1
        once.add(key)
    return again


def _keys(source: Source) -> Iterator[tuple[bytes, bytes]]:
    data, rest, more = source.data, b"", True
    data.seek(0)
    while more:
        chunk = data.read(CHUNK)
        more, chunk = bool(chunk), rest + chunk
        end = max(len(chunk) - _LONGEST_KEY, 0) if more else len(chunk)
        for name in (b"post_id>", b"<link>"):
            at = chunk.find(name, 0, end)
            while at >= 0:
                found = _KEY.match(chunk, at + len(name))
                if found and (value := found[2].strip()):
                    yield name, value if found[1] else unescape(value.decode("utf-8", "replace")).encode()
                at = chunk.find(name, at + len(name), end)
        rest = chunk[end:]
