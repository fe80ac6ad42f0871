"""Comments of WordPress."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft
from moderation.threads.markup import text_of


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of a page of WordPress."""
    found = tree.css("li.comment")
    for item in found:
        draft.add((item.id or "").removeprefix("comment-"), text_of(item))
    return bool(found)
