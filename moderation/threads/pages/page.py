"""A page around its comments: its text, title and address, how many comments it announces, why it shows none."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from moderation.errors import SourceError
from moderation.threads.draft import Draft
from moderation.threads.report import Notes
from moderation.threads.source import Source

LONGEST = 1 << 28
"""Bytes of the longest page: a tree takes six times as much memory."""


def decoded(source: Source, notes: Notes) -> str:
    """Return the text of a page."""
    source.data.seek(0)
    data = source.data.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise SourceError(f"{source.name}: is over {LONGEST >> 20} MB; expected one page; split it")
    return data.decode("utf-8", "replace")


def describe(tree: LexborHTMLParser, draft: Draft) -> None:
    """Set the title, the address and the announced count of a draft."""
    title = tree.css_first("title")
    draft.title = title.text(strip=True) if title else None


def conclude(tree: LexborHTMLParser, draft: Draft) -> None:
    """Note why a page shows no comments."""
    if not len(draft):
        draft.notes.add("no comments in it")
