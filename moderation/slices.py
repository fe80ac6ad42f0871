"""Parts of a model's comments, how it does on each, and its clearest mistakes: what the card tells an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.evaluation import at_threshold

LEAST = 50  # comments with a positive answer; of fewer a recall says little
EXAMPLES = 6  # of each kind of mistake
LONGEST_EXAMPLE = 140  # characters
LENGTHS = ((0, 40), (41, 150), (151, 400), (401, None))
DISGUISES = {"leet", "masked", "spaced", "stretched"}
_ACCENT = re.compile(r"[À-ÖØ-öø-ÿŒœ]")
Mask = NDArray[np.bool_]


def slices(texts: Sequence[str], markers: Mapping[str, Mask]) -> Iterator[tuple[str, Mask]]:
    """Yield names and members of slices of comments, shape ``(n_comments,)`` each; they overlap.

    Parameters
    ----------
    markers
        Marker -> shape ``(n_comments,)``: whether it holds. What is absent holds nowhere.
    """
    nowhere = np.zeros(len(texts), dtype=bool)
    yield "in capitals", markers.get("capitals", nowhere)
    yield "without an accent", np.array([_ACCENT.search(text) is None for text in texts])
    yield "with a disguised word", np.any([markers.get(name, nowhere) for name in DISGUISES], axis=0)
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
    precision, recall, _ = at_threshold("review", threshold).values()
    found = []
    for name, members in parts:
        judged = members & ~np.isnan(y)
        positives = int((y[judged] == 1).sum())
        if positives >= LEAST and (p[judged] >= threshold).any():
            facts = y[judged].astype(np.int64), p[judged], np.ones(int(judged.sum()))
            row = {"slice": name, "comments": len(facts[0]), "positives": positives}
            found.append(row | {"precision": round(precision(*facts), 3), "recall": round(recall(*facts), 3)})
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
