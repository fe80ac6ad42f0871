"""Parts of a model's comments, how it does on each, and its clearest mistakes: what the card tells an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.text import fold

LEAST = 50  # comments with a positive answer; of fewer a recall says little
EXAMPLES = 6  # of each kind of mistake
LONGEST_EXAMPLE = 140  # characters
LENGTHS = ((0, 40), (41, 150), (151, 400), (401, None))
DISGUISES = {"leet", "masked", "spaced", "stretched"}
_ACCENT = re.compile(r"[À-ÖØ-öø-ÿŒœ]")
Mask = NDArray[np.bool_]


def slices(texts: Sequence[str]) -> Iterator[tuple[str, Mask]]:
    """Yield names and members of slices of comments, shape ``(n_comments,)`` each; they overlap."""
    markers = [set(fold(text).markers) for text in texts]
    yield "in capitals", np.array(["capitals" in found for found in markers])
    yield "without an accent", np.array([_ACCENT.search(text) is None for text in texts])
    yield "with a disguised word", np.array([bool(found & DISGUISES) for found in markers])
    size = np.array([len(text) for text in texts])
    for low, high in LENGTHS:
        name = f"{low} to {high} characters" if high else f"over {low - 1} characters"
        yield name, (size >= low) & (size <= (high or size.max()))


def on_slices(
    parts: Sequence[tuple[str, Mask]], y: NDArray[np.float64], p: NDArray[np.float64], threshold: float
) -> list[dict[str, Any]]:
    """Return precision and recall at a threshold on each slice that has enough positives.

    Parameters
    ----------
    y, p
        Shape ``(n_comments,)``: the answers, 1, 0 or NaN where there is none, and the probabilities.
    """
    found = []
    for name, members in parts:
        positives, flagged = int((y[members] == 1).sum()), members & (p >= threshold) & ~np.isnan(y)
        if positives >= LEAST and flagged.any():
            hits = int((y[flagged] == 1).sum())
            row = {"slice": name, "comments": int((~np.isnan(y[members])).sum()), "positives": positives}
            found.append(row | {"precision": round(hits / int(flagged.sum()), 3), "recall": round(hits / positives, 3)})
    return found


def mistakes(
    texts: Sequence[str], y: NDArray[np.float64], p: NDArray[np.float64], threshold: float, shown: Mask
) -> dict[str, list[list[Any]]]:
    """Return the clearest mistakes on short comments that may be shown: text and probability, the clearest first."""
    short = shown & np.array([len(text) <= LONGEST_EXAMPLE for text in texts])
    order = np.argsort(-p, kind="stable")
    false_alarms = [at for at in order if short[at] and y[at] == 0 and p[at] >= threshold]
    missed = [at for at in order[::-1] if short[at] and y[at] == 1 and p[at] < threshold]
    return {
        name: [[texts[at], round(float(p[at]), 2)] for at in found[:EXAMPLES]]
        for name, found in (("false alarms", false_alarms), ("missed", missed))
    }
