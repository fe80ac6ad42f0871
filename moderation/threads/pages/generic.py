"""Comments of a page whose system is not known: guessed from blocks that are alike and hold a name, a date and a text.

It is careful: what stands in navigation, beside the article or in lists of articles and of latest comments is left
alone, and a page is rather said to hold none than given comments that are none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.dates import NOT_A_DATE, read_date
from moderation.threads.draft import Draft
from moderation.threads.pages.blocks import Blocks
from moderation.threads.pages.selectors import AUTHORS, DATES, TEXTS

GUESSED = "the system of the page is not known: its comments are guessed from blocks that are alike"
LEAST = 1  # blocks with all three
PART_WHOLE = 0.5  # of the blocks of that kind must have all three
MOST_WORDS = 12  # of a name: a longer one is a sentence

_WORD = (
    r"(?:comm?ent(?:aire|ario|s)?s?|kommentare?|r[ée]actions?|avis|forum|opini[oó]n(?:es)?|messages?|replies|responses"
    r"|reviews?)"
)
_AREA = re.compile(rf"(?:^|[\s_-]){_WORD}(?:$|[\s_-])|comments?(?:list|area|section|block|container)", re.IGNORECASE)
_BLOCK = re.compile(
    r"(?:^|\s)(?:[a-z]+[-_]{1,2})?"
    r"(?:comm?ent(?:aire|ario)?|kommentar|r[ée]action|avis|message|opini[oó]n|post|reply|response|review|forum)"
    r"(?:[-_]{1,2}(?:item|entry|row|block|box|card|single|wrapper|container|\d+))?(?:$|\s)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:widget|sidebar|recent|latest|last|derniers?|derni[èe]res?|related|popular|menu|nav|teasers?|similar|promo)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE_TAGS = ("nav", "aside", "header", "footer", "head")
_HOLDERS = ("li", "div", "article", "section", "tr", "dd", "blockquote")
_VARIES = re.compile(r"[\w-]*\d[\w-]*|\b(?:even|odd|first|last|alt)\b")
_NUMBER = re.compile(r"(\d+)$")

_AUTHORS = (
    *AUTHORS,
    ".auteur",
    ".pseudo",
    ".user",
    ".user-name",
    ".nickname",
    ".nick",
    ".nom",
    ".autor",
    "[rel~=author]",
)
_DATES = (
    *DATES,
    ".posted",
    ".time",
    ".timestamp",
    ".heure",
    ".fecha",
    ".datum",
    ".posted-on",
    ".comment-meta",
    ".meta",
)
_TEXTS = (*TEXTS, ".text", ".texte", ".message", ".message-text", ".body", ".content", ".contenu", ".comment-message")


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add what looks like the comments of a page, and say that it is guessed.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of(""))
    >>> block = "<div class=avis-item><b class=pseudo>{}</b><span class=date>3 mars 2024</span><p>{}</div>"
    >>> page = f"<div id=avis>{block.format('Awa', 'Oui')}{block.format('Issa', 'Non')}</div>"
    >>> fill(LexborHTMLParser(page), draft), [(comment.author, comment.text) for comment in draft.comments]
    (True, [('Awa', 'Oui'), ('Issa', 'Non')])
    """
    blocks = Blocks(tree, authors=_AUTHORS, dates=_DATES, texts=_TEXTS)
    for node in _candidates(tree):
        blocks.add(node, blocks.owner(node))
    known = list(_alike(blocks, _articles(blocks, draft.url or "")))
    if not known:
        return False
    ids = _ids([blocks.nodes[number] for number in known])
    parents = blocks.parents(known)
    found = dict(zip(known, ids, strict=True))
    for number, comment_id in found.items():
        parent = parents[number]
        draft.add(
            comment_id,
            blocks.text(number),
            None if parent is None else found[parent],
            author=blocks.author(number),
            written=blocks.written(number),
        )
    draft.notes.add(GUESSED)
    return True


def _candidates(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Yield the elements in the areas of comments whose class or tag says that each may be one."""
    areas: dict[int, bool | None] = {}  # mem_id -> whether an element is in such an area; None beside the article
    for node in tree.body.traverse() if tree.body is not None else ():
        above = areas.get(node.parent.mem_id, False) if node.parent is not None else False
        attributes = node.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if above is None or node.tag in _ASIDE_TAGS or _ASIDE.search(names):
            areas[node.mem_id] = None if above is not True else True
            continue
        areas[node.mem_id] = above or _AREA.search(names) is not None
        if above and node.tag in _HOLDERS and (node.tag == "li" or _BLOCK.search(names)):
            yield node


def _articles(blocks: Blocks, url: str) -> set[int | None]:
    """Return the blocks that are about another page: teasers of articles, lists of topics, and latest comments."""
    found = {
        blocks.owner(node) for node in blocks.tree.css(".teaser, .forumtitle, .topictitle, h1 a, h2 a, h3 a, h4 a")
    }
    for node in blocks.tree.css('.no-such-class, [href*="#"]'):
        page = (node.attributes.get("href") or "").partition("#")[0]
        if page and page.partition("?")[0] != url:
            found.add(blocks.owner(node))
    return found


def _alike(blocks: Blocks, articles: Container[int | None]) -> Iterator[int]:
    """Yield the blocks that hold a name, a date and a text, and those of the same kind that lack one of them."""
    whole = {number for number in range(len(blocks.nodes)) if number not in articles and _is_whole(blocks, number)}
    kinds = {_kind(blocks.nodes[number]) for number in whole}
    alike = [
        number
        for number, node in enumerate(blocks.nodes)
        if number not in articles and _kind(node) in kinds and blocks.text(number)
    ]
    if len(whole) >= LEAST and len(whole) > len(alike) * PART_WHOLE:
        yield from alike


def _is_whole(blocks: Blocks, number: int) -> bool:
    author, written = blocks.author(number), blocks.written(number)
    if author is None or written is None or len(author.split()) > MOST_WORDS:
        return False
    return read_date(written).problem != NOT_A_DATE and any(map(str.isalpha, blocks.text(number)))


def _kind(node: LexborNode) -> tuple[str | None, str]:
    return node.tag, " ".join(_VARIES.sub("", node.attributes.get("class") or "").split())


def _ids(nodes: Sequence[LexborNode]) -> list[str]:
    """Return the numbers in the ids of elements where all have one of their own, else their count."""
    found = [_NUMBER.search(node.id or node.attributes.get("data-id") or "") for node in nodes]
    ids = [match[1] for match in found if match]
    return ids if len(set(ids)) == len(nodes) else [str(count) for count in range(1, len(nodes) + 1)]
