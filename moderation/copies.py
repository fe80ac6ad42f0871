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
_INSULTING = re.compile(r"[^\W\d_]{3,}")
_ANY = re.compile(r"[^\W\d_]{4,}")


def disguised(label: Label, start: int, end: int, insult: int, seed: int) -> list[str]:
    """Return copies of a unit of a labelled comment, each with one attack on some of its words.

    Parameters
    ----------
    start, end
        The unit's range in the comment.
    insult
        Whether the unit holds an insult: then the words of three letters or more that are marked in it are disguised, else one
        or two words of four letters or more.
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
        words = [match.span() for match in _ANY.finditer(part)]
        words = rng.sample(words, min(len(words), rng.randint(1, 2)))
    attacks = rng.sample(TAUGHT, 2 if insult else 1)
    return [disguise(part, attack, words, seed) for attack in attacks] if words else []


def _marked(spans: Sequence[tuple[int, int]], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the ranges, counted from `start`, of the marked words of a unit."""
    found = []
    for first, last in spans:
        for match in _INSULTING.finditer(text, max(first, start), min(last, end)):
            found.append((match.start() - start, match.end() - start))
    return sorted(set(found))
