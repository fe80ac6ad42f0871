"""Forums of SPIP, the system of many French-speaking newspapers, as its own and other templates print them.

A message is in a list item; the answers to it are in a list in that item. Templates of two levels print the answer
to an answer under the first message; a flat one ({plat}) prints no answer under any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.draft import Draft
from moderation.threads.pages import layout
from moderation.threads.pages.layout import Layout

LAYOUT = Layout(
    number=r"\b(?:forum|comment)(?:-[a-z]+-)?(\d+)\b",
    marks=(
        "[id^=comment]",
        "[id^=forum]",
        "[name^=forum]",
        "[class*=forum-texte-]",
    ),
    text=(".ugccmt-commenttext", ".comment-content", ".forum-texte", ".comment-texte", ".forum-item"),
    title=(".forum-titre", ".comment-titre", "h3"),
    author=("[class*=forum-qui]", "strong.fn", "span.fn", ".comment-author", ".forum-auteur"),
    date=("abbr.dtreviewed", "abbr.date", "time", "font", ".forum-date", ".date"),
    byline=("small", ".comment-meta", ".forum-nav", ".forum-chapo", ".forum-top", "h4"),
    parent=("a.in-reply-to",),
    aside=(".previsu", ".formulaire_spip", ".forum-repondre-message", ".repondre", ".comment-reply", ".comment-doc"),
    breaks=True,
)
MESSAGES: Sequence[tuple[str, Sequence[str]]] = (
    (".forum-message", ("*",)),
    (".ugccmt-commenttext", ("*",)),
    (".forum-texte", ("*",)),
    (".comment-content", (".comment-fil", ".comment-li", "abbr.dtreviewed")),
    (".comment-texte", ("[id^=forum]",)),
    (".forum-item", ("a[name^=forum]",)),
)
"""Elements of a message, and what shows that they are of SPIP where other systems have such elements too."""
TWO_LEVELS = (".comments-thread-1", "#navforum", ".forum-item")

_COUNTED = re.compile(r"\s*(\d{1,6})\s+messages?(?:\s+de forum)?\s*(?:$|[:–-])", re.IGNORECASE)
LONGEST = 100  # characters of a heading that are looked at
MOST = 200  # headings that are looked at

NEAR = 8  # elements between a message and its list item; templates have at most 4


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the messages of a SPIP forum; a title of theirs is not part of the text.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> message = "<li><div class=forum-message><a id=forum{}></a><small>22 avril 2024, par Awa</small><div class=forum-texte>"
    >>> page = f"<ul class=forum>{message.format(7)}Bravo</div></div><ul>{message.format(8)}Merci"
    >>> fill(LexborHTMLParser(page), draft), [(comment.id, comment.parent_id, comment.text) for comment in draft.comments]
    (True, [('7', None, 'Bravo'), ('8', '7', 'Merci')])
    """
    found = layout.fill(tree, draft, LAYOUT, _comments(tree))
    if found and draft.announced is None:
        draft.announced = _announced(tree)
    if any(comment.above for comment in found) and any(tree.css_first(selector) for selector in TWO_LEVELS):
        draft.notes.add("the page shows two levels: an answer to an answer stands under the first comment")
    return bool(found)


def _comments(tree: LexborHTMLParser) -> list[LexborNode]:
    """Return the list item of each message, or the message itself where it is alone in none."""
    known = (selector for selector, signs in MESSAGES if any(tree.css_first(sign) for sign in signs))
    messages = next((found for selector in known if (found := tree.css(selector))), [])
    items = [_item(message) for message in messages]
    times: dict[int, int] = {}
    for item in items:
        times[item.mem_id] = times.get(item.mem_id, 0) + 1
    return [item if times[item.mem_id] == 1 else message for item, message in zip(items, messages, strict=True)]


def _announced(tree: LexborHTMLParser) -> int | None:
    """Return how many messages a heading such as "3 Messages" announces; elsewhere the word means other things."""
    counts = (_COUNTED.match(node.text()[:LONGEST]) for node in tree.css("h2, h3, h4")[:MOST])
    return next((int(count[1]) for count in counts if count), None)


def _item(message: LexborNode) -> LexborNode:
    node: LexborNode | None = message
    for _ in range(NEAR):
        node = node.parent if node else None
        if node is not None and node.tag == "li":
            return node
    return message
