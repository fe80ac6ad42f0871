"""Saved HTML pages: the comments as the page shows them, with the nesting of its markup.

`SYSTEMS` is the table of the systems whose markup is known, in the order in which they are tried. A system is one
module with one function, ``fill(tree, draft)``: it adds the comments of the page to the draft, in reading order and
with their parents, and returns True; or it adds nothing and returns False where the page is not of this system.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from moderation.comments import Thread
from moderation.threads.draft import Draft
from moderation.threads.pages import drupal, generic, joomla, page, schema, spip, widgets, wordpress
from moderation.threads.source import Source


class System(NamedTuple):
    """A system whose markup is known.

    Parameters
    ----------
    signs
        One of them stands in the source of every page of the system; looking for them costs less than a query.
    fill
        Reads the comments.
    """

    signs: Sequence[str]
    fill: Callable[[LexborHTMLParser, Draft], bool]


SYSTEMS: Mapping[str, System] = {
    "WordPress": System(("thread-even depth-1",), wordpress.fill),  # its own words, which stand early in a large page
    "SPIP": System(
        (
            "forum-",
            "ugccmt",
            "comment-texte",
            "comment-fil",
            "dtreviewed",
            'comment-li"',
            "comment-li ",
            "comment-li>",
        ),
        spip.fill,
    ),
    "Drupal": System(
        (
            ":Comment",
            "js-comment",
            "name-comment-body",
            "data-comment-timestamp",
            "comment_",
            "indented",
        ),
        drupal.fill,
    ),
    "Joomla": System(("comment-item-", "kmt-"), joomla.fill),
    "a comment widget": System(
        ("post-message", "isso-comment", "remark42__comment", "commento-card", "atk-comment", "d-noscript-comments"),
        widgets.fill,
    ),
    "relatives of WordPress": System(("",), wordpress.fill),
    "schema.org": System(("schema.org",), schema.fill),
    "generic": System(("",), generic.fill),
}
"""Name -> what reads its comments; the last one guesses."""

_TAG = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|main|article|section|footer|[uod]l|li|p|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(r"^\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.MULTILINE)
_NEAR = 4_000  # characters before a page begins: servers print warnings there, and archives what they saved


def matches(head: str) -> bool:
    """Tell whether a text begins like an HTML page, or like a part of one.

    Examples
    --------
    >>> matches("<!DOCTYPE html><html>"), matches("<ol class=comment-list>"), matches("<rss>"), matches("a < b")
    (True, True, False, False)
    """
    return _TAG.match(head) is not None or _PAGE.search(head, 0, _NEAR) is not None


def read(source: Source) -> Iterator[Thread]:
    """Read the one thread of a page, with no comments where none are found; the notes say why.

    Raises
    ------
    SourceError
        Where the page is longer than `page.LONGEST`.

    Examples
    --------
    >>> source = Source.of("<title>Prix du riz</title><ol><li class=comment id=comment-7><p>Bravo")
    >>> thread = next(read(source))
    >>> thread.title, [(comment.id, comment.text) for comment in thread]
    ('Prix du riz', [('7', 'Bravo')])
    """
    draft = Draft(PurePath(source.name).name, source)
    html = page.decoded(source, draft.notes)
    tree = LexborHTMLParser(html)
    page.describe(tree, draft)
    any(fill(tree, draft) for signs, fill in SYSTEMS.values() if any(sign in html for sign in signs))
    page.conclude(tree, draft, html)
    yield draft.thread()
