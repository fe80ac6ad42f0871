"""Comments of Joomla, which has none of its own: of the extensions JComments and Komento."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft
from moderation.threads.pages import layout
from moderation.threads.pages.layout import Layout

JCOMMENTS = Layout(
    comment='[id^="comment-item-"]',  # the class is that of the latest comments in a margin, too
    number=r"\bcomments?-(?:item-|body-|list-)?(\d+)\b",
    text=('[id^="comment-body-"]', ".comment-body"),
    title=(".comment-title",),
    author=(".comment-author", ".author-homepage"),
    date=("time", ".comment-date", ".date"),
    indent=(".comments-list-child",),
    aside=(".comments-buttons", ".comments-vote", ".comment-avatar", ".toolbar"),
)
KOMENTO = Layout(
    comment='li[id^="kmt-"]',
    number=r"^(?:kmt-)?(\d+)$",
    text=(".kmt-text", ".kmt-body"),
    author=(".kmt-author", ".author-kmt"),
    date=("time", ".kmt-time"),
    likes=(".kmt-like-counter",),
    parent=("[parentid]",),
    held=(".kmt-unpublished",),
    aside=(".kmt-form", ".kmt-avatar", ".kmt-rank"),
)
KOMENTO_3 = Layout(
    comment=".kt-comments__item",
    number=r"^(?:kmt-)?(\d+)$",
    text=(".kt-comment-message",),
    author=(".kt-reply-to > :first-child", '[itemprop="creator"]'),  # behind it stands whom it answers
    date=('[itemprop="dateCreated"]', ".kt-comment-date"),
    likes=("[data-kt-likes-counter]",),
    parent=("[data-parentid]",),
    held=(".is-pending",),
    aside=(".kt-form",),
)


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of a page of Joomla.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> comment = "<div class=comment id=comment-item-{}><div class=comment-body>"
    >>> page = f"{comment.format(7)}Bravo</div></div><div class=comments-list-child id=comments-list-7>{comment.format(8)}Merci"
    >>> fill(LexborHTMLParser(page), draft), [(comment.id, comment.parent_id, comment.text) for comment in draft.comments]
    (True, [('7', None, 'Bravo'), ('8', '7', 'Merci')])
    """
    return any(
        layout.fill(tree, draft, known) for known in (JCOMMENTS, KOMENTO, KOMENTO_3) if layout.has_text(tree, known)
    )
