"""A page around its comments: its text, title and address, how many comments it announces, why it shows none."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.errors import SourceError
from moderation.threads import headings
from moderation.threads.draft import Draft
from moderation.threads.markup import text_of
from moderation.threads.report import Notes
from moderation.threads.source import HEAD, Source

LONGEST = 1 << 28
"""Bytes of the longest page: its tree takes several times as much memory."""
MOST_ATTRIBUTES = 2_000  # of one tag: a parser takes the square of their number
MOST_REGIONS = 20
MOST_LOOKED_AT = 5_000  # elements around comments in which their number is looked for

REGIONS = (
    "#comments, #comment, #commentaires, #comments-area, #wpdcom, #forum, #reactions, #kommentare, #comentarios,"
    " .comments, .comments-area, .comments-container, .comments-wrap, .comments-section, .comment-section,"
    " .commentaires, .comment-respond, .reactions, .forum, .td-comments, .fb-comments, #disqus_thread, #respond"
)
EMBEDDED = {
    '#disqus_thread, [src*="disqus.com/embed"]': "Disqus",
    "#coral_thread, #coral-thread, #coral_talk_stream, .coral-container, #coral-container": "Coral",
    '.fb-comments, [src*="facebook.com/plugins/comments"], [src*="plugins/feedback.php"]': "the Facebook plugin",
    "#hyvor-talk-view, hyvor-talk-comments": "Hyvor Talk",
    "#remark42": "Remark42",
    "#isso-thread": "Isso",
    "#commento, #comentario": "Commento",
    "#vuukle-comments": "Vuukle",
    "#graphcomment": "GraphComment",
    "[data-spotim-module], [data-spot-im-module], [data-openweb-ad]": "OpenWeb",
    "#livefyre-comments": "Livefyre",
    ".giscus, .utterances": "GitHub",
}
"""What stands where a script puts comments -> whose script that is."""

_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding=["']([\w-]{1,40})""")
_CHARSETS = re.compile(
    r"(?:iso-?8859|windows|cp|koi8|gb|euc|mac|ibm)[\w-]*|latin-?\d|big5|shift[-_]jis|sjis|(?:us-)?ascii", re.IGNORECASE
)
_LATIN_1 = re.compile(r"iso-?8859-?1|latin-?1|l1|(?:us-)?ascii|cp819|windows-1252|cp1252", re.IGNORECASE)
_STRAYS = {0xDC00 + byte: bytes([byte]).decode("windows-1252", "replace") for byte in range(0x80, 0x100)}
_LONG_TAG = re.compile(rf"<([a-zA-Z][^\s<>/]*)[^<>]{{{4 * MOST_ATTRIBUTES},}}>")
_INLINE = frozenset("a abbr b br em font i img small span strong svg u".split())
_PASSED = frozenset("ol ul dl form article blockquote table script style noscript nav aside".split())
_TITLED = re.compile(r"\s(?:on|to|for|sur|pour|à|au sujet de|zu|über|en|a|sobre)\s.*")  # "5 comments on A title"
_NUMBERED = re.compile(r"^(\D{1,40}) (\d{1,7})$")  # "Comments 5"
_HEADING = re.compile(r"h[1-6]")
_COUNTER = re.compile(
    r"(?:^|[\s_-])count(?:er|s)?(?:$|[\s_-])", re.IGNORECASE
)  # is no heading: it links to the comments
_COUNTERS = (
    '[href$="#disqus_thread"], .disqus-comment-count, .fb-comments-count, .fb_comments_count, .coral-count,'
    " .comments-count, .comment-count, .comments_count, .comment_count"
)
_COPY = re.compile(r"[?&]replytocom=\d+|#.*$")
_PAGE = re.compile(r"(.*?)(?:comment-page-|[?&]cpage=)(\d{1,6})")


def decoded(source: Source, notes: Notes) -> str:
    r"""Return the text of a page: UTF-8 where its bytes are, else as it says, else Windows-1252.

    Bytes in a page of UTF-8 that are none are read as Windows-1252, which pasted texts leave; NULs are left out.

    Raises
    ------
    SourceError
        Where the page is longer than `LONGEST`.

    Examples
    --------
    >>> pages = ("<p>été".encode("windows-1252"), "<p>été, ".encode() + b"l\x92\xe9t\xe9 et l'\xc3\xa9t\xc3\xa9")
    >>> [decoded(Source.of(page), Notes()) for page in pages]
    ['<p>été', "<p>été, l’été et l'été"]
    """
    source.data.seek(0)
    data = source.data.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise SourceError(
            f"{source.name}: is over {LONGEST >> 20} MB; expected one page with its comments; split it, or save it again"
        )
    html = data.decode(source.encoding, "replace") if source.encoding != "utf-8" else _decoded(data, notes)
    if "\0" in html:
        notes.add("NUL characters in the page are left out")
        html = html.replace("\0", "")
    return _bounded(html, notes)


def _decoded(data: bytes, notes: Notes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    charset = _declared(data)
    if charset is not None:
        return data.decode(charset, "replace")
    html = data.decode("utf-8", "surrogateescape")
    strays = len(data) - len(html.encode("utf-8", "ignore"))
    if strays <= len(data) - len(html):  # each character of UTF-8 beyond ASCII is at least a byte more than one
        notes.add(f"{strays} bytes that are not UTF-8 are read as Windows-1252")
        return html.translate(_STRAYS)
    return data.decode("windows-1252", "replace")


def _declared(data: bytes) -> str | None:
    """Return the encoding that a page names, where that is no UTF-8, no Windows-1252 and known."""
    found = _XML.search(data[:HEAD]) or _CHARSET.search(data[:HEAD])
    name = found[1].decode("ascii", "replace") if found else ""
    if not _CHARSETS.fullmatch(name) or _LATIN_1.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _bounded(html: str, notes: Notes) -> str:
    """Leave out the attributes of a tag that has thousands."""
    step = 2 * MOST_ATTRIBUTES
    if all(html.find("<", at, at + step) >= 0 for at in range(0, len(html), step)):
        return html
    return _LONG_TAG.sub(lambda tag: _without_attributes(tag, notes), html)


def _without_attributes(tag: re.Match[str], notes: Notes) -> str:
    if len(tag[0].split()) <= MOST_ATTRIBUTES:
        return tag[0]
    notes.add(f"the attributes of a tag with more than {MOST_ATTRIBUTES} are left out")
    return f"<{tag[1]}>"


def describe(tree: LexborHTMLParser, draft: Draft) -> None:
    """Set the title, the address and the announced number of comments of a draft.

    Examples
    --------
    >>> html = "<title>Riz | Le Site</title><h1 class=entry-title>Riz</h1><div id=comments><h2>2 commentaires</h2>"
    >>> draft = Draft("t", Source.of(""))
    >>> describe(LexborHTMLParser(html), draft)
    >>> draft.title, draft.url, draft.announced
    ('Riz', None, 2)
    """
    heading = tree.css_first("h1.entry-title, .entry-title")  # a list, as one class alone takes three times as long
    own = heading.text() if heading is not None and heading.tag == "h1" else ""
    title = own.strip() or _meta(tree, '[property="og:title"]', "content") or _text(tree.head, "title")
    draft.title = " ".join((title or _text(tree.body, "h1")).split()) or None
    url = _meta(tree, '[rel~="canonical"]', "href") or _meta(tree, '[property="og:url"]', "content")
    draft.url = _COPY.sub("", url) or None
    draft.announced = _announced(tree)


def _meta(tree: LexborHTMLParser, selector: str, attribute: str) -> str:
    node = tree.head.css_first(selector) if tree.head is not None else None
    return (node.attributes.get(attribute) or "").strip() if node is not None else ""


def _text(above: LexborNode | None, selector: str) -> str:
    node = above.css_first(selector) if above is not None else None
    return node.text().strip() if node is not None else ""


def _announced(tree: LexborHTMLParser) -> int | None:
    """Return the number that stands around the comments; None where none does."""
    first = tree.css_first(REGIONS)
    found = next(_counts(first), None) if first is not None else None
    if found is None:
        regions = tree.css(REGIONS)[1:MOST_REGIONS]
        found = next((count for region in regions for count in _counts(region)), None)
    if found is None:
        titles = tree.css(".comments-title, h2, h3")[:MOST_LOOKED_AT]
        found = next((count for title in titles if (count := _count(title)) is not None), None)
    return found


def _counts(region: LexborNode) -> Iterator[int]:
    """Yield the numbers of comments that the lines around comments say, which are not in a list, box or form."""
    above, looked_at = [region.iter()], 0
    while above:
        for node in above[-1]:
            looked_at += 1
            if looked_at > MOST_LOOKED_AT:
                return
            classes = (node.attributes.get("class") or "").split()
            if node.tag in _PASSED or "comment" in classes:
                continue
            if all(child.tag in _INLINE for child in node.iter()) and (count := _count(node)) is not None:
                yield count
            above.append(node.iter())
            break
        else:
            above.pop()


def _count(node: LexborNode) -> int | None:
    """Return the number of comments that an element says."""
    line = " ".join(node.text().split()).strip("{} ")
    count = headings.announced(line)
    if _HEADING.fullmatch(node.tag or ""):
        return headings.announced(_NUMBERED.sub(r"\2 \1", _TITLED.sub("", line, count=1))) if count is None else count
    return None if _COUNTER.search(node.attributes.get("class") or "") else count


def conclude(tree: LexborHTMLParser, draft: Draft, html: str) -> None:
    """Note what else the page says of its comments: that it is one page of several, or why it shows none.

    Examples
    --------
    >>> draft, html = Draft("t", Source.of("")), "<p class=no-comments>Les commentaires sont fermés."
    >>> conclude(LexborHTMLParser(html), draft, html)
    >>> list(draft.notes.lines())
    ['comments are closed']
    """
    pages = list(_other_pages(tree, draft.url or "")) if "comment-page-" in html or "cpage=" in html else []
    if pages:
        named = "page" if len(pages) == 1 else "pages"
        draft.notes.add(
            f"the comments stand on several pages, of which this is one: it links to {named} {', '.join(map(str, pages))}"
        )
    if not len(draft):
        reasons = list(dict.fromkeys(_reasons(tree, draft)))
        for reason in reasons or ["no comments in it"]:
            draft.notes.add(reason)


def _other_pages(tree: LexborHTMLParser, url: str) -> Iterator[int]:
    """Yield the numbers of the pages that hold the other comments of a thread."""
    found = set()
    for node in tree.css('[href*="comment-page-"], [href*="cpage="]'):
        href = node.attributes.get("href") or ""
        link = _PAGE.match(href)
        if link and href.endswith("#comments") and link[1].startswith(url.rstrip("/")):
            found.add(int(link[2]))
    yield from sorted(found)


def _reasons(tree: LexborHTMLParser, draft: Draft) -> Iterator[str]:
    """Yield why a page shows no comments, and learn how many a script would load."""
    for selector, name in EMBEDDED.items():
        if tree.css_first(selector) is not None:
            yield f"the comments are loaded by a script of {name}, they are not in the page"
            if draft.announced is None:
                draft.announced = _counter(tree, draft.url)
    body = tree.body
    for line in text_of(body).splitlines() if body is not None else ():
        if reason := headings.why_none(line):
            yield reason


def _counter(tree: LexborHTMLParser, url: str | None) -> int | None:
    """Return the number beside the title of the article, where it is not that of another."""
    for node in tree.css(_COUNTERS):
        href = _COPY.sub("", node.attributes.get("href") or "")
        digits = re.match(r"\(?(\d{1,7})\)?\b", node.text(strip=True))
        if digits and href in ("", url):
            return int(digits[1])
    return None
