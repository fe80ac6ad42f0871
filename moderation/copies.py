"""Disguised copies: what writers do to a word to get it past a filter, shown to a model in training.

Folding undoes what can be undone without doubt. A letter left out, two letters exchanged, a mask over an unlisted word and
the like leave a word that nobody has labelled; so a unit is also learnt from with some of its words disguised, insulting and
harmless ones alike, that the disguise itself speaks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from moderation.attacks import disguise
from moderation.labels import Label

#: Attacks that folding does not wholly undo, see `moderation.attacks`.
TAUGHT = ("leet", "masked", "spaced", "dotted", "repeats", "vowel_drop", "swap")
_WORD = re.compile(r"[^\W\d_]{2,}")


def disguised(label: Label, start: int, end: int, insult: int, seed: int) -> list[str]:
    """Return copies of a unit of a labelled comment, each with one attack on some of its words.

    Parameters
    ----------
    start, end
        The unit's range in the comment.
    insult
        Whether the unit holds an insult: then the words that are marked in it are disguised, of four letters or more if there
        are such, else one to three words of any length, short ones too: a disguised article is no sign of an insult.
    seed
        Same seed and unit: same copies.

    Returns
    -------
    Two copies of an insult and one of a harmless unit; none where there is no such word, as in an insult without marks.
    """
    assert label.text is not None
    part = label.text[start:end]
    rng = Random(f"{seed} {part}")
    if insult:
        words = _marked(label.spans, label.text, start, end)
    else:
        words = [match.span() for match in _WORD.finditer(part)]
        words = rng.sample(words, min(len(words), rng.randint(1, 3)))
    attacks = rng.sample(TAUGHT, 2 if insult else 1)
    return [disguise(part, attack, words, seed) for attack in attacks] if words else []


def _marked(spans: Sequence[tuple[int, int]], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the ranges, counted from `start`, of the marked words of a unit: the long ones, or all if there are none."""
    found = {
        (match.start() - start, match.end() - start)
        for first, last in spans
        for match in _WORD.finditer(text, max(first, start), min(last, end))
    }
    return sorted({(first, last) for first, last in found if last - first >= 4} or found)
