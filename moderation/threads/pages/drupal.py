"""Comments of Drupal 6 and later, and of Backdrop: answers stand in a ``div.indented`` after the comment, not in it."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft
from moderation.threads.pages import layout
from moderation.threads.pages.layout import Layout

LAYOUT = Layout(
    number=r"\bcomment[-/](\d+)\b",
    marks=('a[id^="comment-"]', "a.permalink", 'a[rel~="bookmark"]', 'a[href*="#comment-"]'),
    text=(
        ".field-name-comment-body",
        ".field--name-comment-body",
        ".field-comment-body",
        '[property="content:encoded"]',
        '[property="schema:text"]',
        ".comment__content",
        ".comment-content",
        ".content",
    ),
    title=("h3", ".comment__title", ".comment-title"),
    author=('[rel="schema:author"]', ".username", ".comment__author", ".comment-author", ".author"),
    date=(
        '[property~="dc:date"]',
        '[property="schema:dateCreated"]',
        "time",
        "[data-comment-timestamp]",
        ".comment__time",
        ".comment-time",
        ".comment-date",
    ),
    byline=(".submitted", ".comment__submitted", ".comment-submitted", ".comment__meta", ".attribution"),
    parent=('[rel="sioc:reply_of"]', ".comment__parent", ".parent"),
    indent=(".indented", ".comment__children"),
    held=(".comment-unpublished", ".comment--unpublished", ".unpublished"),
    aside=(
        "ul.links",
        ".links.inline",
        ".comment-form",
        "#comment-form",
        ".comment-preview",
        ".expanding-formatter-trigger",
    ),
)
COMMENTS = (
    '[typeof~="sioct:Comment"]',
    '[typeof~="schema:Comment"]',
    ".js-comment",
    "article.comment",
    "div.comment",
    ".comment",
)
"""Elements of a comment, of which a page uses one; themes put the class on others inside it too."""
SIGNS = (
    *COMMENTS[:3],
    ".field-name-comment-body",
    ".field--name-comment-body",
    "[data-comment-timestamp]",
)
"""What shows that a page is of Drupal."""
OLD_SIGNS = ("a[id^=comment-]", ".comment_reply, .comment_delete, .comment_forbidden, div.indented")
"""What together shows it before Drupal 7."""

CHANGED = "dated by its last change, as the page says no other time exactly"
PAGED = "indented under a comment that is on another page"


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of a page of Drupal.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> comment = "<a id=comment-{}></a><div class=comment><p class=submitted>Soumis par Awa le 5 mai 2024</p><div class=content>"
    >>> page = f"{comment.format(7)}Bravo</div></div><div class=indented>{comment.format(8)}Merci"
    >>> fill(LexborHTMLParser(page), draft), [(comment.id, comment.parent_id, comment.text) for comment in draft.comments]
    (True, [('7', None, 'Bravo'), ('8', '7', 'Merci')])
    """
    if not any(map(tree.css_first, SIGNS)) and not all(map(tree.css_first, OLD_SIGNS)):
        return False
    comments = next((nodes for selector in COMMENTS if (nodes := tree.css(selector))), [])
    found = layout.fill(tree, draft, LAYOUT, comments)
    for comment in found:
        date = comment.part("date")
        if date is not None and "data-comment-timestamp" in date.attributes:
            draft.notes.add(CHANGED, f"comment {comment.id}")
    draft.doubt([c.id or "" for c in found if c.indented and not (c.above or c.parent_id)], PAGED)
    return bool(found)
