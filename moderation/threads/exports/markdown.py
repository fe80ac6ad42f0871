"""Markdown: texts that a system stores as readers typed them, and among which imports left HTML."""

from __future__ import annotations

import re

from moderation.threads.markup import plain

_TAGS = "a|b|blockquote|br|code|del|div|em|h[1-6]|hr|i|img|li|ol|p|pre|s|span|strong|u|ul"
_HTML = re.compile(
    rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|quot|nbsp|#\d{{1,7}}|#x[\da-f]{{1,6}});", re.IGNORECASE
)


def shown(text: str) -> str:
    r"""Return Markdown as it was typed, but the text of a comment that holds HTML.

    Parameters
    ----------
    text
        Stars, links and quotation marks of Markdown stay: they are what the reader wrote.

    Examples
    --------
    >>> shown("Je **refuse** si 3 < 4\n"), shown("<p>Bravo &amp; merci</p>")
    ('Je **refuse** si 3 < 4', 'Bravo & merci')
    """
    return plain(text, breaks=True) if _HTML.search(text) else text.strip()
