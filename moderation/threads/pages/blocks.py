"""The parts of a page that hold one comment each, and what stands in them: found with few queries over the whole page.

A query for a class costs little more for 50,000 comments than for one, and so does a step from a node to its
parent. So names, dates and texts are looked up once for the page, and each is led up to the comment it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.dates import NOT_A_DATE, read_date
from moderation.threads.markup import text_of

AUTHORS = (
    ".fn",
    ".wpd-comment-author",
    ".wc-comment-author",
    ".comment-author-name",
    ".comment_author",
    ".comment-author strong",
    ".comment-author b",
    ".comment-author cite",
    ".comment-author a",
    ".comment-author",
    ".comment-header h3",
    "cite",
    "[itemprop~=author]",
    ".comment-meta strong",
    ".author",
    ".username",
)
"""Where names stand, surest first; a query for a class is three times as fast as one for a tag."""

DATES = (
    "[datetime]",
    "[pubdate]",
    ".wpd-comment-date",
    ".wc-comment-date",
    ".comment-date",
    ".comment_date",
    ".comment-time",
    ".comment_time",
    ".comment-metadata",
    ".commentmetadata",
    ".datetime",
    ".date",
    "[itemprop~=dateCreated]",
    "[itemprop~=datePublished]",
)
LOOSE_DATES = (".comment-meta", ".comment-author", ".comment-header", ".meta")
"""Where dates stand beside other words: those are no dates, and nothing is said of them."""

TEXTS = (
    ".comment-content",
    ".wpd-comment-text",
    ".wc-comment-text",
    ".comment-text",
    ".comment_text",
    ".comment_content",
    ".commenttext",
    ".comment-entry",
    ".format_text",
    "[itemprop~=text]",
    "[itemprop~=commentText]",
    ".comment-body",
)
APART = (
    ".comment-author",
    ".comment-meta",
    ".commentmetadata",
    ".comment-metadata",
    ".comment-date",
    ".comment-time",
    ".comment-header",
    ".comment-awaiting-moderation",
    ".comment-reply-link",
    ".comment-edit-link",
    ".comment-likes",
    ".comment-actions",
    ".comment-footer",
    ".comment-reply",
    ".reply",
    ".edit-link",
    ".says",
    ".sharedaddy",
    ".screen-reader-text",
    ".avatar",
    "form",
    "button",
)
"""What stands beside the text of a comment, where nothing holds the text alone."""

Facts = dict[int, tuple[LexborNode, str]]  # number of a comment -> what was found of it, and where

_BY = re.compile(r"(?:par|by|von|por)\s+", re.IGNORECASE)
_SAYS = re.compile(
    r"(?:\s+(?:says|said|wrote|(?:a )?dit|(?:a )?écrit|sagte?|schrieb|schreibt|meint|dijo|dice))?\s*:", re.IGNORECASE
)
_BESIDE_NAMES = {"says", "comment-reply-link", "screen-reader-text", "comment-edit-link"}


class Blocks:
    """The comments of a page: each has a number, its place in the reading order from 0, which is that of its node.

    Examples
    --------
    >>> tree = LexborHTMLParser("<ol><li id=a><b class=fn>Awa</b> <p>Oui</p><ul><li id=b><i class=fn>Issa</i></ul></ol>")
    >>> blocks = Blocks(tree)
    >>> [(blocks.above(node), blocks.add(node)) for node in tree.css("li")]
    [(None, 0), (0, 1)]
    >>> [(blocks.author(number), blocks.text(number)) for number in (0, 1)]
    [('Awa', 'Oui'), ('Issa', '')]
    """

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.tree = tree
        self.nodes: list[LexborNode] = []
        self.awaited: set[int] = set()  # the comments whose facts are looked for until they are found
        self._bodies: dict[int, LexborNode] = {}
        self._owners: dict[int, int | None] = {}  # mem_id of a node -> the comment that it stands in

    def add(self, node: LexborNode, awaited: bool = True) -> int:
        """Make a node the next comment; nodes come in the order of the page, and answers after what they answer."""
        number = self._owners[node.mem_id] = len(self.nodes)
        self.nodes.append(node)
        if awaited:
            self.awaited.add(number)
        return number

    def alias(self, node: LexborNode, number: int) -> None:
        """Make what stands in one more node part of a comment."""
        self._owners[node.mem_id] = number
        self._bodies[number] = node

    def above(self, node: LexborNode) -> int | None:
        """Return the comment around a node, which may be one itself."""
        return self.owner(node.parent)

    def owner(self, node: LexborNode | None) -> int | None:
        """Return the comment that a node is or stands in; each node of the page is passed only once."""
        owners, passed, found = self._owners, [], None
        while node is not None:
            key = node.mem_id
            if key in owners:
                found = owners[key]
                break
            passed.append(key)
            node = node.parent
        for key in passed:
            owners[key] = found
        return found

    def author(self, number: int) -> str | None:
        """Return the name that stands in a comment."""
        return self._authors[number][1] if number in self._authors else None

    def written(self, number: int) -> str | None:
        """Return the date of a comment, in the exactest form in which it stands there."""
        return self._dates[number][1] if number in self._dates else None

    def text(self, number: int) -> str:
        """Return the text of a comment without its name, date, links to answer and the answers to it."""
        node, selector = self._texts.get(number) or (self._bodies.get(number, self.nodes[number]), "")
        text = _paragraphs(node) if selector == TEXTS[0] else None
        return text_of(node, self.apart) if text is None else text

    def facts(self, selectors: Iterable[str], read: Callable[[LexborNode, int], str | None]) -> Facts:
        """Read a fact of each comment where the first selector finds it, until all that are awaited have it."""
        found: Facts = {}
        for selector in selectors:
            if self.awaited <= found.keys():
                break
            for node in self.tree.css(selector):
                number = self.owner(node)
                if number is not None and number not in found and (fact := read(node, number)):
                    found[number] = node, fact
        return found

    @cached_property
    def apart(self) -> set[int]:
        """The nodes that belong to no text: names, dates, links to answer, and the comments themselves."""
        found = {node.mem_id for node in self.nodes}
        found.update(node.mem_id for node in self.tree.css(", ".join(APART)))
        found.update(node.mem_id for facts in (self._authors, self._dates) for node, _ in facts.values())
        return found.difference(node.mem_id for node, _ in self._texts.values())

    @cached_property
    def _authors(self) -> Facts:
        return self.facts(AUTHORS, lambda node, _: _name(node))

    @cached_property
    def _dates(self) -> Facts:
        odd: Facts = {}

        def date(node: LexborNode, number: int) -> str | None:
            for written in _printed(node):
                if written.startswith("20") or read_date(written).problem != NOT_A_DATE:
                    return written
                odd.setdefault(number, (node, written))
            return None

        found = self.facts(DATES, date)
        found = odd | found
        if not self.awaited <= found.keys():
            found = self.facts(LOOSE_DATES, date) | found
        return found

    @cached_property
    def _texts(self) -> Facts:
        """The node of each text, and the selector that found it."""
        found: Facts = {}
        for selector in TEXTS:
            nodes = self.facts([selector], lambda node, _: "found")
            found = {number: (node, selector) for number, (node, _) in nodes.items()} | found
            if self.awaited <= found.keys():
                break
        return found


def _name(node: LexborNode) -> str | None:
    """Return the name that an element holds, without the words around it; None for a source of a quotation."""
    first = node.first_child
    if first is not None and first.next is None and first.tag == "-text":
        name = first.text_content or ""
    elif node.tag == "cite" and node.parent is not None and node.parent.tag in ("p", "blockquote"):
        return None
    else:
        parts = (part for part in node.traverse(include_text=True) if part.tag == "-text" and not _beside(part.parent))
        name = "".join(part.text_content or "" for part in parts)
    name = " ".join(name.split())
    if name[-1:] == ":":
        name = _SAYS.sub("", name)
    return name


def _beside(node: LexborNode | None) -> bool:
    return node is not None and not _BESIDE_NAMES.isdisjoint((node.attrs.get("class") or "").split())


def _printed(node: LexborNode) -> Iterator[str]:
    """Yield what may be the date of an element: its attributes, its links, its own words, all its words."""
    attributes = node.attributes
    for name in ("datetime", "pubdate", "content", "title"):
        value = (attributes.get(name) or "").strip()
        if value[:1].isdigit():
            yield value
    for link in node.css("a"):
        yield link.text(strip=True)
    own = (child.text_content or "" for child in node.iter(include_text=True) if child.tag == "-text")
    for text in ("".join(own), node.text()):
        if text.strip():
            yield text.strip()


def _paragraphs(node: LexborNode) -> str | None:
    r"""Return the text of an element that holds nothing but paragraphs of words; None for any other.

    It is what `moderation.threads.markup.text_of` gives, in a fifth of the time: most comments are such.
    """
    parts = []
    for child in node.iter(include_text=True):
        inner: LexborNode | None = child
        if child.tag == "p":
            inner = child.first_child
            if inner is None:
                continue
            if inner.next is not None:
                return None
        elif not (child.text_content or "?").isspace():
            return None
        else:
            continue
        if inner.tag != "-text":
            return None
        text = inner.text_content or ""
        if "  " in text or not text.replace("\xa0", "").replace("\u202f", "").isprintable():
            return None
        if text := text.rstrip().lstrip(" "):
            parts.append(text)
    return "\n\n".join(parts).lstrip()
