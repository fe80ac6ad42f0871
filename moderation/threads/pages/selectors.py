"""Where the markup of comments puts names, dates and texts, surest first."""

from __future__ import annotations

AUTHORS = (
    ".fn",
    ".wpd-comment-author",
    ".wc-comment-author",
    ".wp-block-comment-author-name",
    ".comment-author-name",
    ".comment_author",
    ".comment-author-link",
    ".comment-author strong",
    ".comment-author b",
    ".comment-author cite",
    ".comment-author a",
    ".comment-author",
    ".comment-header h3",
    "cite",
    "[itemprop~=author]",
    "[itemprop~=creator]",
    ".comment-meta strong",
    ".author",
    ".username",
    ".name",
)
"""Where names stand, surest first; a query for a class is three times as fast as one for a tag."""

DATES = (
    "[datetime]",
    "[pubdate]",
    ".wpd-comment-date",
    ".wc-comment-date",
    ".comment-date",
    ".comment_date",
    ".comment-date-time",
    ".comment-meta-2",
    ".comment-time",
    ".comment_time",
    ".comment-metadata",
    ".commentmetadata",
    ".datetime",
    ".date",
    "[itemprop~=dateCreated]",
    "[itemprop~=datePublished]",
)
LOOSE_DATES = (".comment-meta", ".comment-author", ".comment-header", ".meta", '[href*="#comment-"]')
"""Where dates stand beside other words: those are no dates, and nothing is said of them."""

TEXTS = (
    ".comment-content",
    ".wpd-comment-text",
    ".wc-comment-text",
    ".wp-block-comment-content",
    ".comment-text",
    ".comment_text",
    ".comment_content",
    ".commenttext",
    ".comment-entry",
    ".format_text",
    "[itemprop~=text]",
    "[itemprop~=commentText]",
    ".comment-body",
)
APART = (
    ".comment-author",
    ".comment-meta",
    ".commentmeta",
    ".commentmetadata",
    ".comment-metadata",
    ".comment-date",
    ".comment-time",
    ".comment-header",
    ".wp-block-comment-date",
    ".comment-awaiting-moderation",
    ".comment-reply-link",
    ".comment-edit-link",
    ".comment-likes",
    ".cld-like-dislike-wrap",
    ".comment-actions",
    ".comment-footer",
    ".comment-reply",
    ".reply",
    ".edit-link",
    ".says",
    ".sharedaddy",
    ".screen-reader-text",
    ".avatar",
    "form",
    "button",
)
"""What stands beside the text of a comment, where nothing holds the text alone."""
