"""Markup: the text of a comment from its HTML, as a reader sees it, with the addresses that its links hide.

A tree is walked with a stack of iterators, so that no depth of nesting ends it. To build a tree costs more than
to read it: text, entities, paragraphs and line breaks alone are read without one, which gives the same answer
because no order of these tags moves or hides text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

PARAGRAPHS = frozenset(
    "address article aside blockquote center details dir div dl fieldset figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr listing main menu nav ol p plaintext pre section summary table ul xmp".split()
)
LINES = frozenset("caption dd dt li tr".split())
NESTED = frozenset("dir menu ol ul".split())  # inside an item they begin a line, not a paragraph
CELLS = frozenset(("td", "th"))
AS_TYPED = frozenset("listing plaintext pre xmp".split())
UNSEEN = frozenset(
    "audio button canvas datalist embed form frameset head iframe input noembed noframes noscript object script"
    " select style svg template textarea title video".split()
)

MOST_TAGS = (
    1_000  # parsers take the square of the tags in time and memory on hostile markup: longer ones come in pieces
)
LONGEST_TAG = 16_384  # characters: the same for the attributes of one tag

_BARE = re.compile(r"<(/?(?:p|br|b|i|em|strong)) ?/?>")
_HUGE_TAG = re.compile(rf"<[a-zA-Z/!?][^<>]{{{LONGEST_TAG},}}>?")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(end - 2)}{chr(end - 1)}" for end in range(1 << 16, 18 << 16, 1 << 16))
_NOT_TEXT = re.compile(f"[\0-\x08\x0b\x0e-\x1f\x7f-\x9f{_NONCHARACTERS}]")
_SPACES = re.compile(r"[ \t\n\f\r]+")
_RETURNS = re.compile(r"[\f\r]")
_WEB = re.compile(r"(?:https?:)?//(?=[^/])", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?|www\.")
_HOST_END = re.compile(r"[/?#\\]")
_MENTION = re.compile(r"@[\w.-]+")


def plain(html: str, *, breaks: bool = False) -> str:
    r"""Give the text of a fragment of HTML as exports hold it.

    Parameters
    ----------
    html
        The fragment, sound or not. Control characters, noncharacters and lone surrogates are no text: the former
        are left out, the latter become U+FFFD. More than `MOST_TAGS` tags are read in pieces of so many; a tag
        longer than `LONGEST_TAG` is left out.
    breaks
        Whether a newline in the source is a line break, as in texts that are stored as they were typed.

    Examples
    --------
    >>> plain("<p>Salut &amp; merci</p><p>L'<b>idi</b>ot&nbsp;!<br>Oui.</p>")
    "Salut & merci\n\nL'idiot\xa0!\nOui."
    >>> plain('Voir <a href="https://gagner.example/1">ici</a>')
    'Voir ici (https://gagner.example/1)'
    >>> plain("Un\nDeux<br />\nTrois", breaks=True)
    'Un\nDeux\nTrois'
    """
    if "<" not in html and "&" not in html and "  " not in html and html.isprintable():
        return html.strip()
    html = _sound(html)
    text = _Text(breaks)
    if not _read_bare(html, text):
        for piece in _pieces(html):
            root = LexborHTMLParser(piece, is_fragment=True).root
            if root is not None:
                _read_tree(root.iter(include_text=True), text, ())
    return str(text)


def text_of(node: LexborNode, skip: Container[int] = ()) -> str:
    """Give the text of an element of a parsed page, as `plain` does for a fragment.

    Parameters
    ----------
    node
        The element; its own tag adds nothing, even where it is a link.
    skip
        ``mem_id`` of the nodes that are left out with all that is in them.

    Examples
    --------
    >>> body = LexborHTMLParser("<p>Bravo <i>Awa</i> !<p>Merci").body
    >>> text_of(body, skip={body.last_child.mem_id})
    'Bravo Awa !'
    """
    text = _Text()
    text.typed = node.tag in AS_TYPED
    _read_tree(node.iter(include_text=True), text, skip)
    return str(text)


def _sound(html: str) -> str:
    try:
        html.encode()
    except UnicodeEncodeError:  # surrogates: pairs are characters, others become U+FFFD
        html = html.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return html.replace("\r\n", "\n").replace("\r", "\n") if "\r" in html else html


def _read_bare(html: str, text: _Text) -> bool:
    """Read what holds only bare tags; tell whether it does."""
    parts = _BARE.split(html)
    if html.count("<") != len(parts) // 2:
        return False
    try:
        parts[::2] = [unescape(part) if "&" in part else part for part in parts[::2]]
    except ValueError:  # a character number of thousands of digits
        return False
    text.add(parts[0])
    for tag, part in zip(parts[1::2], parts[2::2], strict=True):
        if tag.endswith("br"):
            text.end_line()
        elif tag.endswith("p"):
            text.leave(2)
        if part:
            text.add(part)
    return True


def _pieces(html: str) -> Iterator[str]:
    if len(html) > LONGEST_TAG:
        html = _HUGE_TAG.sub("", html)
    start, *tags = html.split("<")
    yield "<".join([start, *tags[:MOST_TAGS]])
    for at in range(MOST_TAGS, len(tags), MOST_TAGS):
        yield "<" + "<".join(tags[at : at + MOST_TAGS])


def _read_tree(children: Iterator[LexborNode], text: _Text, skip: Container[int]) -> None:
    # What is open, outermost first: the children to come, the gap around it, whether it is read as typed, its
    # link, and where the label of the link starts.
    above = [(children, 0, text.typed, "", 0)]
    while above:
        children, gap, text.typed, href, label = above[-1]
        for child in children:
            tag = child.tag or ""
            if skip and child.mem_id in skip:
                continue
            if tag == "-text":
                text.add(child.text_content or "")
            elif tag == "br":
                text.end_line()
            elif tag == "img":
                text.add(child.attributes.get("alt") or "")
            elif tag not in UNSEEN:
                inner = _gap(tag, gap)
                text.leave(inner)
                if tag in CELLS:
                    text.add(" ")
                link = child.attributes.get("href") or "" if tag == "a" else ""
                typed = text.typed or tag in AS_TYPED
                above.append((child.iter(include_text=True), inner, typed, link, text.end))
                break
        else:
            above.pop()
            if href:
                text.end_link(href, label)
            text.leave(gap)


def _gap(tag: str, around: int) -> int:
    if tag in PARAGRAPHS:
        return 1 if around == 1 and tag in NESTED else 2
    return 1 if tag in LINES else 0


class _Text:
    """The text so far: parts up to `end`, then white space that counts only where text follows on its line."""

    __slots__ = ("breaks", "end", "last_link", "newlines", "parts", "soft", "typed")

    def __init__(self, breaks: bool = False) -> None:
        self.breaks, self.typed = breaks, False
        self.parts: list[str] = []
        self.end = 0
        self.newlines = 0  # to be written before the next text: at most a blank line
        self.soft = False  # a typed newline next to a break of the markup adds nothing
        self.last_link = ""

    def __str__(self) -> str:
        return "".join(self.parts[: self.end]).lstrip()

    def add(self, text: str) -> None:
        if text.isprintable() and ("  " not in text or self.typed):
            self._write(text)
            return
        text = _NOT_TEXT.sub("", text)
        if not (self.breaks or self.typed):
            self._write(_SPACES.sub(" ", text))
            return
        for at, line in enumerate(text.split("\n")):
            if at:
                self._typed_newline()
            self._write(_RETURNS.sub(" ", line) if self.typed else _SPACES.sub(" ", line))

    def _write(self, text: str) -> None:
        parts = self.parts
        if not self.typed and text[:1] == " " and (parts[-1][-1] == " " if len(parts) > self.end else self._at_start()):
            text = text[1:]
        solid = text.rstrip()
        if solid:
            if self.newlines and self.end:
                parts.insert(self.end, "\n\n"[: self.newlines])
            self.newlines, self.soft = 0, False
            parts.append(solid)
            self.end = len(parts)
        if len(solid) < len(text):
            parts.append(text[len(solid) :])

    def _at_start(self) -> bool:
        return self.newlines > 0 or not self.end

    def leave(self, gap: int) -> None:
        """Begin a line after a gap of so many newlines; 0 is no gap."""
        if gap:
            self._break(max(self.newlines, gap))

    def end_line(self) -> None:
        self._break(self.newlines + 1)

    def _typed_newline(self) -> None:
        if self.soft:
            self.soft = False
        else:
            self._break(self.newlines + 1)
            self.soft = False

    def _break(self, newlines: int) -> None:
        del self.parts[self.end :]
        self.newlines = min(newlines, 2)
        self.soft = True

    def end_link(self, href: str, start: int) -> None:
        """Show the address of a link of the web after its label, unless the label shows it or greets somebody."""
        href = _SPACES.sub("", _NOT_TEXT.sub("", href))
        if not _WEB.match(href) or href == self.last_link:
            return
        label = "".join(self.parts[start : self.end]).strip()
        if not label:
            self._write(href)
        elif not _MENTION.fullmatch(label) and not _shows(label, href):
            self.parts.insert(self.end, f" ({href})")
            self.end += 1
        self.last_link = href


def _shows(label: str, href: str) -> bool:
    """Tell whether a label is the address, or its start with the whole host."""
    address, shown = (_SCHEME.sub("", text.lower()).rstrip("/") for text in (href, label))
    shown = shown.removesuffix("…").removesuffix("...")
    host = _HOST_END.split(address, maxsplit=1)[0]
    return len(host) <= len(shown) and address.startswith(shown)
