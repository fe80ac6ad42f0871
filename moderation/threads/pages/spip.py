"""Forums of SPIP, the system of many French-speaking newspapers, as its own and other templates print them.

A message is in a list item; the answers to it are in a list in that item. Templates of two levels print the answer
to an answer under the first message; a flat one ({plat}) prints no answer under any.
"""

from __future__ import annotations

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
    text=(".ugccmt-commenttext", ".comment-texte", ".forum-texte", ".comment-content"),
    title=(".forum-titre", ".comment-titre"),
    author=("[class*=forum-qui]", "strong.fn", "span.fn", ".comment-author", ".forum-auteur"),
    date=("abbr.dtreviewed", "abbr.date", "time", "font", ".forum-date", ".date"),
    byline=("small", ".comment-meta", ".forum-nav", ".forum-chapo", ".forum-top"),
    parent=("a.in-reply-to",),
    aside=(".previsu", ".formulaire_spip", ".forum-repondre-message", ".repondre", ".comment-reply", ".comment-doc"),
    breaks=True,
)
MESSAGES = (".forum-message", ".ugccmt-commenttext", ".forum-texte")
PLUGIN = (".comment-fil", ".comment-li", "abbr.dtreviewed")
"""Of the templates that share ``.comment-content`` with other systems."""
TWO_LEVELS = (".comments-thread-1", "#navforum")

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
    if any(comment.above for comment in found) and any(tree.css_first(selector) for selector in TWO_LEVELS):
        draft.notes.add("the page shows two levels: an answer to an answer stands under the first comment")
    return bool(found)


def _comments(tree: LexborHTMLParser) -> list[LexborNode]:
    """Return the list item of each message, or the message itself where it is alone in none."""
    messages = next((found for selector in MESSAGES if (found := tree.css(selector))), [])
    if not messages and any(tree.css_first(selector) for selector in PLUGIN):
        messages = tree.css(".comment-content")
    items = [_item(message) for message in messages]
    times: dict[int, int] = {}
    for item in items:
        times[item.mem_id] = times.get(item.mem_id, 0) + 1
    return [item if times[item.mem_id] == 1 else message for item, message in zip(items, messages, strict=True)]


def _item(message: LexborNode) -> LexborNode:
    node: LexborNode | None = message
    for _ in range(NEAR):
        node = node.parent if node else None
        if node is not None and node.tag == "li":
            return node
    return message
