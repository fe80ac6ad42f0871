"""Comments of a page whose system is not known."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of a page."""
    return False
