"""Spelling: folded text whose numbers keep their digits, for finding what a site names and what readers repeat."""

from __future__ import annotations

from dataclasses import replace

from moderation.text import Folded, fold


def spell(text: str) -> Folded:
    """Fold a text and put the digits of its numbers back, which `fold` masks: to a model all amounts are one word.

    Examples
    --------
    >>> spell("Le C4, de 14 h à 18 h !").text
    'le c4 de 14 h a 18 h'
    """
    folded = fold(text)
    if "0" not in folded.text:
        return folded
    kept = [
        _digit(text[start:end]) if character == "0" else character
        for character, start, end in zip(folded.text, folded.starts, folded.ends, strict=True)
    ]
    return replace(folded, text="".join(kept))


def _digit(original: str) -> str:
    return str(int(original)) if len(original) == 1 and original.isdecimal() else "0"
