"""Terminals: text that a reader wrote, made safe to print."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    r"""Replace what could move a terminal's cursor, change its colours or turn the direction of writing.

    Examples
    --------
    >>> printable("a\x1b[31mb\u202ec")
    'a�[31mb�c'
    """
    return "".join("�" if _is_control(character) else character for character in text)


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return (
        category in {"Cc", "Cs", "Cn"} and character not in "\n\t"
    ) or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
