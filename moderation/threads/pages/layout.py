"""How a system lays out its comments: which elements hold what. One walk over a page finds them all.

A selector describes one element, without what stands around it: a selector of descendants takes the square of the
elements of a hostile page, and the walk knows where an element stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.draft import Draft
from moderation.threads.markup import text_of
from moderation.threads.pages.byline import LONGEST, Byline, byline, is_date, name

UNKNOWN = "its text is all that stands in it, where its markup is not known"
TITLED = "a title that its author gave it is left out"

ALLOWED = {"text": ("text",), "title": ("marks",)}
"""What is looked for in the words of a reader: the text itself in a wider one, the id in the link of a title."""

PARTS = ("text", "title", "author", "date", "byline", "likes", "to", "held")
DATES = ("datetime", "content", "title", "data-atk-comment-date", "data-comment-timestamp")
"""Attributes that hold a date, the one that says it best first."""
MARKS = ("id", "about", "data-id", "data-comment-id", "name", "itemid", "href", "content", "class")
"""Attributes that hold the id of a comment."""
PARENTS = ("parentid", "data-parentid", "resource", "itemid", "content", "href")
"""Attributes that hold the id of the comment that is answered; 0 is none."""

_ADDRESS = re.compile(r" \((?:https?:)?//\S+\)")
_ANSWER = re.compile(r"(?:re|r[ée]f?|aw|sv|tr)\s*:", re.IGNORECASE)
_SCRIPT_DATE = re.compile(r"(\w{3} \w{3} \d\d \d{4} [\d:]{8}) GMT([+-]\d{4}).*")  # as JavaScript prints one


class Layout(NamedTuple):
    """Selectors of the elements that hold the parts of a comment; an earlier one goes before a later one.

    Parameters
    ----------
    comment
        The element of one comment, where a selector can tell it. Another that stands in it answers it.
    number
        A pattern whose group is the id, in `MARKS` of a comment or of an element of `marks`.
    marks
        Elements with the id, in the comment or before it.
    text, title, author, date, byline, likes, to
        Of the comment. A byline holds author and date together; `to` names whom it answers.
    parent
        Links to the comment that is answered, or what holds one.
    indent
        Elements that hold the answers to the comment that ends before them, or whose number is in them.
    held
        Holds text where the comment waits for a moderator or, where it has no text of its own, where it was deleted.
    aside
        What readers do not write: forms, buttons, lists of the latest comments.
    breaks
        Whether texts stand on the page as they were typed.
    """

    comment: str = ""
    number: str = r"\bcomment[-_]?(\d+)\b"
    marks: Sequence[str] = ()
    text: Sequence[str] = ()
    title: Sequence[str] = ()
    author: Sequence[str] = ()
    date: Sequence[str] = ()
    byline: Sequence[str] = ()
    likes: Sequence[str] = ()
    to: Sequence[str] = ()
    parent: Sequence[str] = ()
    indent: Sequence[str] = ()
    held: Sequence[str] = ()
    aside: Sequence[str] = ()
    breaks: bool = False


class Found:
    """A comment on a page: what it stands in, and the elements that hold its parts.

    Parameters
    ----------
    node
        Its element.
    above
        The comment that it answers by where it stands, or the id of that comment.
    indented
        Whether it stands among answers.
    id
        As far as the page says it.
    """

    def __init__(self, node: LexborNode, above: Found | str | None, indented: bool, id: str | None) -> None:
        self.node, self.above, self.indented, self.id = node, above, indented, id
        self.parent_id: str | None = None  # as a link says it
        self.parts: dict[str, tuple[int, LexborNode]] = {}

    def part(self, role: str) -> LexborNode | None:
        """Return the element that holds a part."""
        return self.parts[role][1] if role in self.parts else None


def fill(
    tree: LexborHTMLParser, draft: Draft, layout: Layout, comments: Collection[LexborNode] | None = None
) -> list[Found]:
    """Add the comments of a page that has this layout to a draft, and return them; none where it has another.

    Parameters
    ----------
    comments
        The elements of the comments, where a selector cannot tell them.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> page = LexborHTMLParser("<div id=comment-7>Bravo<div id=comment-8><p class=by>Par Awa, le 5 mai 2024</p>Non")
    >>> len(fill(page, draft, Layout("[id^=comment-]", byline=(".by",))))
    2
    >>> [(comment.id, comment.parent_id, comment.author, comment.text) for comment in draft.comments]
    [('7', None, None, 'Bravo'), ('8', '7', 'Awa', 'Non')]
    """
    walk = _Walk(tree, layout, tree.css(layout.comment) if comments is None else comments)
    found = list(walk)
    taken = {comment.id for comment in found if comment.id}
    for number, comment in enumerate(found, start=1):
        comment.id = comment.id or place(number, taken)
    for comment in found:
        above = comment.above.id if isinstance(comment.above, Found) else comment.above
        _add(draft, comment, comment.parent_id or above, walk.apart, layout.breaks)
    return found


def has_text(tree: LexborHTMLParser, layout: Layout) -> bool:
    """Tell whether a page holds texts of comments: the elements around them may be those of another system.

    Examples
    --------
    >>> has_text(LexborHTMLParser("<ul><li class=post>Le prix du riz"), Layout("li.post", text=(".post-message",)))
    False
    """
    return any(tree.css_first(selector) for selector in layout.text)


class _Open(NamedTuple):
    """An element that the walk is in: its nodes to come, and what holds for them."""

    children: Iterator[LexborNode]
    here: Found | None = None  # whose parts they are
    above: Found | str | None = None  # what a comment among them answers
    indented: bool = False
    by_reader: str = ""  # "text" or "title": what is in it was written by a reader, and is no part of another kind
    in_parent: bool = False  # links lead to the comment that is answered
    last: tuple[Found | None] | None = None  # the comment that ended last, when this element ends


class _Walk:
    """The comments of a page in reading order; `apart` gathers the elements that are in no text."""

    def __init__(self, tree: LexborHTMLParser, layout: Layout, comments: Collection[LexborNode]) -> None:
        self._root = tree.root if comments else None
        self._number = re.compile(layout.number)
        self._comments = {node.mem_id for node in comments}
        self._roles: dict[int, list[tuple[str, int]]] = {}
        for role in (*PARTS, "marks", "parent", "indent", "aside") if comments else ():
            for rank, selector in enumerate(getattr(layout, role)):
                for node in tree.css(selector):
                    self._roles.setdefault(node.mem_id, []).append((role, rank))
        self._before: str | None = None  # the id that stands before its comment
        self._last: Found | None = None  # the comment that ended last
        asides = (key for key, roles in self._roles.items() if ("aside", 0) in roles or roles[0][0] == "aside")
        self.apart = self._comments | set(asides)

    def __iter__(self) -> Iterator[Found]:
        open_ = [_Open(self._root.iter())] if self._root else []
        while open_:
            node = next(open_[-1].children, None)
            if node is None:
                left = open_.pop()
                self._last = self._last if left.last is None else left.last[0]
                continue
            entered = self._enter(node, open_[-1])
            if entered is None:
                continue
            if entered.here is not None and entered.here is not open_[-1].here:
                yield entered.here
            open_.append(entered)

    def _enter(self, node: LexborNode, around: _Open) -> _Open | None:
        roles = self._roles.get(node.mem_id, ())
        inner = around._replace(children=node.iter(), last=None)
        if any(role == "aside" for role, _ in roles):
            return None
        if node.mem_id in self._comments:
            found = Found(node, around.above, around.indented, self._id(node) or self._before)
            inner = _Open(inner.children, found, found, around.indented, last=(found,))
            self._before = self._last = None
        if around.in_parent and inner.here and node.tag == "a":
            inner.here.parent_id = inner.here.parent_id or self._id(node, PARENTS)
        for role, rank in roles:
            inner = self._take(node, role, rank, inner)
        return inner

    def _take(self, node: LexborNode, role: str, rank: int, inner: _Open) -> _Open:
        here = inner.here
        if role == "indent":
            above = self._id(node) or self._last or inner.above
            return inner._replace(above=above, indented=True, last=inner.last or (self._last,))
        if role == "marks" and here is None:
            self._before = self._id(node) or self._before
        if here is None or role not in ALLOWED.get(inner.by_reader, (role,)):
            return inner
        if role == "parent":
            here.parent_id = here.parent_id or self._id(node, PARENTS)
            return inner._replace(in_parent=True)
        if role == "marks":
            if not inner.in_parent:
                here.id = here.id or self._id(node)
        elif role not in here.parts or rank < here.parts[role][0]:
            here.parts[role] = rank, node
            if role != "text":
                self.apart.add(node.mem_id)
            return inner._replace(by_reader=role) if role in ALLOWED else inner
        return inner

    def _id(self, node: LexborNode, names: Iterable[str] = MARKS) -> str | None:
        attributes = node.attributes
        for value in filter(None, map(attributes.get, names)):
            match = self._number.search(value[:LONGEST])
            if match:
                return match[match.lastindex or 1] if match[match.lastindex or 1] != "0" else None
        return None


def place(number: int, taken: Collection[str]) -> str:
    """Return the id of a comment without one: its place on the page, marked where others have numbers of their own."""
    return f"n{number}" if taken else str(number)


def _add(draft: Draft, comment: Found, parent_id: str | None, apart: Collection[int], breaks: bool) -> None:
    said, node, author = _byline(comment, apart), comment.part("text"), _line(comment.part("author"), apart)
    signed = byline(author)  # themes mark the whole line as the author: "Par Awa le 12 mars 2024"
    text = text_of(node or comment.node, apart, breaks=breaks)
    if node is None and text:
        draft.notes.add(UNKNOWN, f"comment {comment.id}")
    _note_title(draft, comment, text, apart)
    held = _line(comment.part("held"), apart)
    likes = re.search(r"\d{1,9}", _line(comment.part("likes"), apart))
    draft.add(
        comment.id or "",
        text,
        parent_id,
        author=(signed.author if signed.written else name(author))
        or said.author
        or byline(_line(comment.part("date"), apart)).author,
        written=_written(comment.part("date"), apart) or said.written or signed.written,
        status=("held" if text else "deleted") if held else None,
        likes=int(likes[0]) if likes else None,
        to=_line(comment.part("to"), apart)[:LONGEST] or None,
    )


def _byline(comment: Found, apart: Collection[int]) -> Byline:
    node = comment.part("byline")
    return byline(_ADDRESS.sub("", text_of(node, apart))) if node else Byline(None, None)


def _line(node: LexborNode | None, apart: Collection[int]) -> str:
    """Return the text of an element on one line, without the addresses of its links."""
    if node is None:
        return ""
    return " ".join(_ADDRESS.sub("", text_of(node, apart)).split()) or node.attributes.get("content") or ""


def _written(node: LexborNode | None, apart: Collection[int]) -> str | None:
    if node is None:
        return None
    attributes = node.attributes
    for value in filter(None, map(attributes.get, DATES)):
        value = _SCRIPT_DATE.sub(r"\1 \2", value[:LONGEST])
        if is_date(value):
            return value
    printed = _line(node, apart)
    return byline(printed).written or printed or None


def _note_title(draft: Draft, comment: Found, text: str, apart: Collection[int]) -> None:
    """Say that a title is left out which is not the one of the page or of the answered comment, nor the first words."""
    title = _line(comment.part("title"), apart)
    words = title.rstrip(".…, ")
    if (
        re.search(r"[^\W\d_]", words)
        and not _ANSWER.match(title)
        and not text.startswith(words)
        and words not in (draft.title or "")
    ):
        draft.notes.add(TITLED, f"comment {comment.id}, “{title[:60]}”")
