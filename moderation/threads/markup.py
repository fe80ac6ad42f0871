"""Markup: the text of a comment from its HTML, as a reader sees it, with the addresses that its links hide.

A tree is walked with a stack of iterators, so that no depth ends it. Text, entities, paragraphs, line breaks and
links of plain text alone are read without a tree, ten times faster: however such tags are nested, they move and hide
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_GAPS = {
    2: "address article aside blockquote center details dir div dl fieldset figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr listing main menu nav ol p plaintext pre section summary table ul xmp",
    1: "caption dd dt li tr",
    -1: "audio button canvas datalist embed form frameset head iframe input noembed noframes noscript object script"
    " select style svg template textarea title video",
}
GAPS = {tag: gap for gap, tags in _GAPS.items() for tag in tags.split()}
"""Tag -> newlines around what it holds, -1 where no reader sees it; other tags add nothing."""
LISTS = ("ul", "ol", "menu", "dir")  # inside an item they begin a line, not a paragraph
TYPED = ("pre", "listing", "plaintext", "xmp")

MOST_TAGS = 1_000  # read at once: on hostile markup a parser takes the square of the tags, in time and in memory
LONGEST_TAG = 16_384  # characters: the same for the attributes of one tag

_BARE = re.compile(  # a tag, or a whole link: its address, in which no reference is ambiguous, and its label
    r"<(?:(/?(?:p|br|b|i|em|strong)) ?/?>"
    r'|a href="((?:[^"&<>\0]|&amp;|&#0?38;){0,2000})"(?: (?:rel|target)="[\w ]{0,99}")*>([^<]*)</a>)'
)
_HTML = re.compile(r"</?(?:p|br|div|blockquote)\b[^<>]{0,500}>", re.IGNORECASE)
_HUGE_TAG = re.compile(rf"<[a-zA-Z/!?][^<>]{{{LONGEST_TAG},}}>?")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(end - 2)}{chr(end - 1)}" for end in range(1 << 16, 18 << 16, 1 << 16))
_NOT_TEXT = re.compile(f"[\0-\x08\x0b\x0e-\x1f\x7f-\x9f{_NONCHARACTERS}]")
_SPACES = re.compile(r"[ \t\n\f\r]{2,}|[\t\n\f\r]")
_WEB = re.compile(r"(?:https?:)?//[^/]", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:(?:https?:)?//)?(?:www\.)?")
_MENTION = re.compile(r"@[\w.-]+")


def plain(html: str, *, breaks: bool = False) -> str:
    r"""Give the text of a fragment of HTML as exports hold it.

    Parameters
    ----------
    html
        The fragment, sound or not. Control characters and noncharacters are left out, lone surrogates become
        U+FFFD. Markup of more than `MOST_TAGS` tags is read in pieces; a tag over `LONGEST_TAG` is left out.
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
    if "<" not in html and "&" not in html and "  " not in html:
        if html.isprintable() or (breaks and _is_tidy(html)):
            return html.strip()
    try:
        html.encode()
    except UnicodeEncodeError:  # surrogates: pairs are characters, others become U+FFFD
        html = html.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    text = _Text(breaks)
    if not _read_bare(html, text):
        for piece in _pieces(html):
            root = LexborHTMLParser(piece, is_fragment=True).root
            _read_tree(root.iter(include_text=True) if root else iter(()), text, ())
    return str(text)


def is_html(text: str) -> bool:
    """Tell whether a paragraph, a line break, a block or a quotation is marked up in a text.

    Examples
    --------
    >>> is_html("Bravo<br/>Awa"), is_html("Je <3 Bamako & <b>toi</b>")
    (True, False)
    """
    return _HTML.search(text) is not None


def text_of(node: LexborNode, skip: Container[int] = (), *, breaks: bool = False) -> str:
    """Give the text of an element of a parsed page, without the nodes whose ``mem_id`` is in `skip`.

    It is what `plain` gives for the markup in the element, `breaks` too; the own tag of the element adds nothing.

    Examples
    --------
    >>> body = LexborHTMLParser("<p>Bravo <i>Awa</i> !<p>Merci").body
    >>> text_of(body, skip={body.last_child.mem_id})
    'Bravo Awa !'
    """
    text = _Text(breaks, node.tag in TYPED)
    _read_tree(node.iter(include_text=True), text, skip)
    return str(text)


def _read_bare(html: str, text: _Text) -> bool:
    """Read what holds only bare tags and links; tell whether it does."""
    parts = _BARE.split(html)  # text, then of each match the tag, the address, the label, and the text after it
    if html.count("<") != sum(1 if tag else 2 for tag in parts[1::4]):
        return False
    if "&" in html:
        try:
            parts = [unescape(part) if part and "&" in part else part for part in parts]
        except ValueError:  # a character number of thousands of digits
            return False
    text.add(parts[0])
    for tag, href, label, part in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        if tag is None:
            start = text.end
            text.add(label)
            text.end_link(href, start)
        elif tag[-1] in "pr":  # p or br
            text.leave(2) if tag[-1] == "p" else text.end_line()
        text.add(part)
    return True


def _pieces(html: str) -> Iterator[str]:
    if len(html) > LONGEST_TAG:
        html = _HUGE_TAG.sub("", html)
    start, *tags = html.split("<")
    for at in range(0, len(tags) + 1, MOST_TAGS):
        yield "<".join([start if at == 0 else "", *tags[at : at + MOST_TAGS]])


def _read_tree(children: Iterator[LexborNode], text: _Text, skip: Container[int]) -> None:
    # What is open, outermost first: its nodes to come, the gap around it, whether it is read as typed, its link,
    # and where the label of the link starts.
    above = [(children, 0, text.typed, "", 0)]
    while above:
        children, gap, text.typed, href, label = above[-1]
        for child in children:
            if skip and child.mem_id in skip:
                continue
            tag = child.tag or ""
            if tag == "-text":
                text.add(child.text_content or "")
            elif tag == "br":
                text.end_line()
            elif tag == "img":
                text.add(child.attributes.get("alt") or "")
            elif (inner := GAPS.get(tag, 0)) >= 0:
                if gap == 1 and tag in LISTS:
                    inner = 1
                text.leave(inner)
                if tag in ("td", "th"):
                    text.add(" ")
                typed, link = text.typed or tag in TYPED, child.attributes.get("href") if tag == "a" else None
                above.append((child.iter(include_text=True), inner, typed, link or "", text.end))
                break
        else:
            above.pop()
            if href:
                text.end_link(href, label)
            text.leave(gap)


class _Text:
    """The text so far: parts up to `end`, then white space that counts only where text follows on its line."""

    newlines = end = 0  # newlines: those before the next text, of which two at most are written
    soft = False  # a typed newline next to a break of the markup adds nothing
    last_link = ""

    def __init__(self, breaks: bool = False, typed: bool = False) -> None:
        self.breaks, self.typed = breaks, typed
        self.parts: list[str] = []

    def __str__(self) -> str:
        return "".join(self.parts[: self.end]).lstrip()

    def add(self, text: str) -> None:
        if _is_text(text) and ("  " not in text or self.typed):
            return self._write(text)
        if not _is_text(text.replace("\n", "")):
            text = _NOT_TEXT.sub("", text)
        for at, line in enumerate(text.split("\n") if self.breaks or self.typed else (text,)):
            if at:
                self.end_line(typed=True)
            if self.typed:
                self._write(re.sub(r"[\f\r]", " ", line))
            else:
                self._write(line if line.isprintable() and "  " not in line else _SPACES.sub(" ", line))

    def _write(self, text: str) -> None:
        parts = self.parts
        if not self.typed and text[:1] == " ":
            on_space = parts[-1][-1] == " " if len(parts) > self.end else self.newlines or not self.end
            text = text[1:] if on_space else text
        solid = text.rstrip()
        if solid:
            if self.newlines and self.end:
                parts.insert(self.end, "\n\n"[: self.newlines])
            self.newlines, self.soft = 0, False
            parts.append(solid)
            self.end = len(parts)
        if len(solid) < len(text):
            parts.append(text[len(solid) :])

    def leave(self, gap: int) -> None:
        """Begin a line after a gap of so many newlines; 0 is no gap."""
        if gap:
            del self.parts[self.end :]
            self.newlines, self.soft = max(self.newlines, gap), True

    def end_line(self, typed: bool = False) -> None:
        self.leave(0 if typed and self.soft else self.newlines + 1)
        self.soft = not typed

    def end_link(self, href: str, start: int) -> None:
        """Show the address of a link of the web after its label, unless the label shows it or is a mention.

        The same address is not shown twice in a row: parsers repeat an open link in each block that follows it.
        """
        if not href.isprintable():
            href = re.sub(r"[\t\n\r]", "", _NOT_TEXT.sub("", href))
        href = href.strip().replace(" ", "%20")
        if not _WEB.match(href) or href == self.last_link:
            return
        label = "".join(self.parts[start : min(self.end, start + 99)]).strip()  # no address has more parts
        if _MENTION.fullmatch(label):
            return
        self.last_link = href
        if not label:
            self._write(href)
        elif not _shows(label, href):
            self.parts.insert(self.end, f" ({href})")
            self.end += 1


def _is_tidy(typed: str) -> bool:
    """Tell whether lines, with paragraphs at most between them, are already as `plain` gives them."""
    gaps = "\n\n\n" in typed or "\n " in typed or " \n" in typed
    return not gaps and typed.replace("\n", "").isprintable()


def _is_text(line: str) -> bool:
    return line.isprintable() or line.replace("\xa0", "").replace("\u202f", "").isprintable()


def _shows(label: str, href: str) -> bool:
    """Tell whether a label is the address, or its start with the whole host."""
    address, shown = (_SCHEME.sub("", text.lower(), count=1).rstrip("/") for text in (href, label))
    shown = shown.removesuffix("…").removesuffix("...")
    return address.startswith(shown) and len(shown) >= len(re.split(r"[/?#\\]", address, maxsplit=1)[0])
