"""The parts of a page that hold one comment each, and what stands in them: found with few queries over the whole page.

A query for a class costs little more for 50,000 comments than for one, and so does a step from a node to its
parent. So names, dates and texts are looked up once for the page, and each is led up to the comment it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.dates import NOT_A_DATE, read_date
from moderation.threads.markup import text_of
from moderation.threads.pages.selectors import APART, AUTHORS, DATES, LOOSE_DATES, TEXTS

NEAR = 8
"""Steps from a node to its comment on all pages seen; where it is further, the way is remembered."""

LIST = ".no-such-class, "
"""Makes a list of a selector: a search for one tag or attribute alone takes four times as long as one for a list."""

Facts = dict[int, str]  # number of a comment -> what was found of it

_VERBS = r"(?:says|said|wrote|(?:a )?dit|(?:a )?écrit|sagte?|schrieb|schreibt|meint|dijo|dice)"
_SAYS = re.compile(rf"(?:\s+{_VERBS})?\s*:", re.IGNORECASE)
_SAYS_FIRST = re.compile(rf"\A{_VERBS}\s*:\s*\n\s*", re.IGNORECASE)
_DATED = re.compile(r"\d{4}|\d ?[:h] ?\d")  # a test that costs little: most names hold none
_ROLES = {"says", "post author", "auteur", "auteur de l'article", "auteur de l’article", "auteur/autrice", "author"}
_BESIDE_NAMES = {"says", "comment-reply-link", "screen-reader-text", "comment-edit-link"}


class Blocks:
    """The comments of a page: each has a number, its place in the reading order from 0, which is that of its node.

    Examples
    --------
    >>> tree = LexborHTMLParser("<ol><li id=a><b class=fn>Awa</b> <p>Oui</p><ul><li id=b><i class=fn>Issa</i></ul></ol>")
    >>> blocks = Blocks(tree)
    >>> [blocks.add(node, blocks.owner(node)) for node in tree.css("li")], blocks.parents({0, 1})
    ([0, 1], [None, 0])
    >>> [(blocks.author(number), blocks.text(number)) for number in (0, 1)]
    [('Awa', 'Oui'), ('Issa', '')]
    """

    def __init__(
        self,
        tree: LexborHTMLParser,
        authors: Sequence[str] = AUTHORS,
        dates: Sequence[str] = DATES,
        texts: Sequence[str] = TEXTS,
    ) -> None:
        self.tree = tree
        self._selectors = authors, dates, texts
        self.nodes: list[LexborNode] = []
        self.awaited: set[int] = set()  # the comments whose facts are looked for until they are found
        self._bodies: dict[int, LexborNode] = {}  # of comments whose text stands beside their node
        self._read: set[int] = set()  # mem_id of the nodes that hold facts
        self._above: list[int | None] = []  # for each comment the one that it stands in
        self._owners: dict[int, int] = {}  # mem_id of a node -> the comment that it is
        self._ways: dict[int, int | None] = {}  # mem_id of a node -> the comment that it stands in

    def add(self, node: LexborNode, above: int | None, awaited: bool = True) -> int:
        """Make a node the next comment, in the order of the page; `above` is its owner so far."""
        self._above.append(above)
        number = self._owners[node.mem_id] = len(self.nodes)
        self.nodes.append(node)
        if awaited:
            self.awaited.add(number)
        return number

    def alias(self, node: LexborNode, number: int) -> None:
        """Make what stands in one more node part of a comment."""
        self._owners[node.mem_id] = number
        self._bodies[number] = node

    def parents(self, known: Container[int]) -> list[int | None]:
        """Return for each block the nearest one around it that is known to be a comment."""
        parents: list[int | None] = []
        for above in self._above:
            parents.append(above if above is None or above in known else parents[above])
        return parents

    def owner(self, node: LexborNode) -> int | None:
        """Return the comment that a node is or stands in; no way up the page is walked twice, but for a few steps."""
        owners = self._owners
        at: LexborNode | None = node
        for _ in range(NEAR):
            if at is None:
                return None
            if (found := owners.get(at.mem_id)) is not None:
                return found
            at = at.parent
        return self._far(at)

    def _far(self, node: LexborNode | None) -> int | None:
        owners, ways, passed, found = self._owners, self._ways, [], None
        while node is not None:
            key = node.mem_id
            if key in owners or key in ways:
                found = owners[key] if key in owners else ways[key]
                break
            passed.append(key)
            node = node.parent
        ways.update(dict.fromkeys(passed, found))
        return found

    def author(self, number: int) -> str | None:
        """Return the name that stands in a comment."""
        return self._authors.get(number)

    def written(self, number: int) -> str | None:
        """Return the date of a comment, in the exactest form in which it stands there."""
        return self._dates.get(number)

    def created(self, number: int) -> datetime | None:
        """Return the date of a comment where it is written for machines, with its zone: this is most often so."""
        written = self._dates.get(number, "")
        if written[10:11] != "T":
            return None
        try:
            date = datetime.fromisoformat(written)
        except ValueError:
            return None
        return date if date.tzinfo is not None else None

    def text(self, number: int) -> str:
        """Return the text of a comment without its name, date, links to answer and the answers to it."""
        text = self._texts.get(number)
        if text is None:
            text = text_of(self._bodies.get(number, self.nodes[number]), self._apart)
            return _SAYS_FIRST.sub("", text)
        return text

    def facts(
        self,
        selectors: Iterable[str],
        read: Callable[[LexborNode, int], str | None],
        before: Facts | None = None,
    ) -> Facts:
        """Read a fact of each comment where the first selector finds it, until all that are awaited have it."""
        found: Facts = before or {}
        for selector in selectors:
            if self.awaited <= found.keys():
                break
            for node in self.tree.css(LIST + selector):
                number = self.owner(node)
                if number is not None and number not in found:
                    fact = read(node, number)
                    if fact is not None:
                        found[number] = fact
                        self._read.add(node.mem_id)
        return found

    @cached_property
    def _apart(self) -> set[int]:
        """The nodes that belong to no text: names, dates, links to answer, and the comments themselves."""
        found = {node.mem_id for node in self.nodes}
        found.update(node.mem_id for node in self.tree.css(", ".join(APART)))
        return found | self._read

    @cached_property
    def _authors(self) -> Facts:
        return self.facts(self._selectors[0], lambda node, _: _name(node))

    @cached_property
    def _dates(self) -> Facts:
        odd: Facts = {}

        def date(node: LexborNode, number: int) -> str | None:
            written = node.attributes.get("datetime")
            if written and written.startswith("20"):
                return written
            for written in _printed(node):
                if written.startswith("20") or read_date(written).problem != NOT_A_DATE:
                    return written
                odd.setdefault(number, written)
            return None

        found = self.facts(self._selectors[1], date)
        return self.facts(LOOSE_DATES, date, odd | found)

    @cached_property
    def _texts(self) -> Facts:
        assert self._authors is not None  # names and dates first: they are no part of a text
        assert self._dates is not None
        alone = self.facts(self._selectors[2][:1], lambda node, _: self._text(node, _paragraphs(node)))
        return self.facts(self._selectors[2][1:], lambda node, _: self._text(node), alone)

    def _text(self, node: LexborNode, quick: str | None = None) -> str:
        return text_of(node, self._apart) if quick is None else quick


def _name(node: LexborNode) -> str | None:
    """Return the name that an element holds, without the words around it; None for a source of a quotation."""
    first = node.first_child
    if first is not None and first.next is None and first.tag == "-text":
        name = first.text_content or ""
    elif node.tag == "cite" and node.parent is not None and node.parent.tag in ("p", "blockquote"):
        return None
    else:
        parts = (part for part in node.traverse(include_text=True) if part.tag == "-text" and not _beside(part.parent))
        words = [part.text_content or "" for part in parts]
        name = "".join([word for word in words if word.strip().lower() not in _ROLES and not _is_date(word)] or words)
    if not name.isprintable() or "  " in name:
        name = " ".join(name.split())
    name = name.strip()
    if name[-1:] == ":":
        name = _SAYS.sub("", name)
    return None if not name or _is_date(name) else name


def _is_date(words: str) -> bool:
    return _DATED.search(words) is not None and read_date(words).problem != NOT_A_DATE


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
        text = child.text_content
        if text is not None:
            if text.isspace():
                continue
            return None
        inner = child.first_child
        if child.tag != "p" or inner is None or inner.next is not None:
            return None
        text = inner.text_content
        if text is None or "  " in text:
            return None
        if not text.isprintable() and not text.replace("\xa0", "").replace("\u202f", "").isprintable():
            return None
        parts.append(text.rstrip().lstrip(" "))
    return "\n\n".join(filter(None, parts)).lstrip()
