"""Comments that a script put into a page, which a browser saved: Disqus, Isso, Remark42, Commento, Artalk.

Those of Coral and Hyvor stand in a shadow tree and those of Facebook in a frame, which no browser saves.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft
from moderation.threads.pages import layout
from moderation.threads.pages.layout import Layout

WIDGETS: Mapping[str, Layout] = {
    "Disqus": Layout(
        comment="li.post",
        number=r"\b(?:post|comment)-(\d+)\b",
        marks=("a.time-ago",),
        text=(".post-message",),
        author=(".author",),
        date=("a.time-ago",),
        likes=('[data-role="likes"]', ".updatable.count"),
        parent=("a.parent-link",),
        aside=(".post-menu", ".post-media", ".reply-form-container", "#recommendations", "#reactions__container"),
    ),
    "Isso": Layout(
        comment=".isso-comment",
        number=r"\bisso-(\d+)\b",
        text=(".isso-text", ".text"),
        author=(".isso-author", ".author"),
        date=("time",),
        held=(".isso-note", ".note"),
        aside=(".isso-comment-footer", ".isso-postbox", ".isso-avatar"),
    ),
    "Remark42": Layout(
        comment='article[id^="remark42__comment-"]',
        number=r"\bremark42__comment-([\w-]+)",
        text=(".comment__text",),
        author=(".comment__username",),
        date=(".comment__time",),
        indent=('[role~="listitem"]', ".thread"),
        aside=(".comment__actions", ".comment__input", ".comment__vote", ".comment-form"),
    ),
    "Commento": Layout(
        comment=".commento-card",
        number=r"\bcommento-comment-card-([0-9a-f]+)",
        text=('[id^="commento-comment-text-"]', ".commento-body"),
        author=(".commento-name",),
        date=(".commento-timeago",),
        aside=(".commento-options", ".commento-textarea-container"),
    ),
    "Artalk": Layout(
        comment=".atk-comment",
        number=r"\b(?:atk-comment-)?(\d+)\b",
        text=(".atk-content",),
        author=(".atk-nick",),
        date=(".atk-date",),
        to=(".atk-reply-at",),
        aside=(".atk-actions", ".atk-badge-wrap", ".atk-ua-wrap"),
    ),
}
DISQUS_COPY = Layout(
    comment=".comment",
    text=(".comment-body",),
    author=(".comment-author",),
    breaks=True,
)
"""What a site prints of the comments of Disqus for search engines."""
COPY = ".d-noscript-comments"


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of the first of these widgets that the page holds.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> page = "<div class=isso-comment id=isso-7><div class=isso-text>Oui</div><div class=isso-comment id=isso-8>Non"
    >>> fill(LexborHTMLParser(page), draft), [(comment.id, comment.parent_id, comment.text) for comment in draft.comments]
    (True, [('7', None, 'Oui'), ('8', '7', 'Non')])
    """
    if any(layout.fill(tree, draft, known) for known in WIDGETS.values() if layout.has_text(tree, known)):
        return True
    copy = tree.css_first(COPY)
    if copy is None or not layout.fill(tree, draft, DISQUS_COPY, copy.css(DISQUS_COPY.comment)):
        return False
    draft.notes.add("the page holds a copy of the comments of Disqus, without ids, dates and answers")
    return True
