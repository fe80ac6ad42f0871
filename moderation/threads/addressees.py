"""Whom a comment says that it answers: readers write the name into the text where a page shows no nesting."""

from __future__ import annotations

import re

LONGEST = 40
"""Characters of the longest name; nicknames on the sites measured have at most 30."""

_AT = re.compile(r"@[ \u00a0]?([\w][\w.’'-]*)")
_TO = re.compile(r"(?:en )?r[ée]ponse (?:à|a|au)\s+([^\n:,]{1,40}?)\s*(?:[:,\n]|$)", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w.-]*(?: [^\W\d_][\w.-]*)?")  # one word or two


def addressee(text: str) -> str | None:
    r"""Return the name that a comment begins with: after ``@``, after "En réponse à", or alone in capitals on a line.

    A first line of three words or more, with an apostrophe or a mark at its end is a sentence, not a name.

    Examples
    --------
    >>> [addressee(text) for text in ("FANGA\nTu as tort.", "@Awa non !", "En réponse à Issa : oui", "TROP CHER !\nOui")]
    ['FANGA', 'Awa', 'Issa', None]
    """
    start = text[: LONGEST + 20].lstrip()
    found = _AT.match(start) or _TO.match(start)
    if found:
        return found[1].strip(".-’'") or None
    line, more, _ = start.partition("\n")
    line = line.strip()
    if more and line.isupper() and len(line) <= LONGEST and _NAME.fullmatch(line):
        return line
    return None
