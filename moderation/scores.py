"""What a model says of a comment: scores, and the words that they come from; and why a site flags one beyond that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.floods import Copies
from moderation.text import sentences


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of one comment.

    Parameters
    ----------
    probabilities
        Label -> calibrated probability, in [0, 1].
    coverage
        Share of the comment's words and character n-grams that the model knows, in [0, 1].
    """

    probabilities: dict[str, float]
    coverage: float


class Reason(NamedTuple):
    """What one word, or one marker, adds to the log-odds of the sentence that decided; or a hit of a site's rule, or a flood.

    A tuple and no dataclass, since a long comment has a hundred of them, and an archive a million comments.

    Parameters
    ----------
    label
        What it speaks for; empty for a rule without a label.
    start, end
        Half-open code-point range of the comment as it was given.
    text
        What stands there.
    weight
        In log-odds; above 0 speaks for the label. 0 for a rule and a flood, which are no part of the score.
    marker
        Name of the marker, whose range is the whole sentence; ``flood``, whose range is the whole comment; None for words.
    rule
        Name of the site's rule that these words or this domain hit; None for what the model says.
    copies
        For a flood: which copy this is, and the others.
    """

    label: str
    start: int
    end: int
    text: str
    weight: float
    marker: str | None = None
    rule: str | None = None
    copies: Copies | None = None


def reason_row(reason: Reason) -> dict[str, Any]:
    """Return a reason as plain data."""
    row: dict[str, Any] = {
        "label": reason.label,
        "start": reason.start,
        "end": reason.end,
        "weight": round(reason.weight, 4),
    }
    row |= {"text": reason.text} if reason.marker is None else {"marker": reason.marker}
    if reason.rule is not None:
        row["rule"] = reason.rule
    if reason.copies is not None:
        others = [{"thread": other.thread_id, "comment": other.comment_id} for other in reason.copies.others]
        row |= {"copy": reason.copies.place, "copies": reason.copies.count, "others": others}
    return row


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a comment has its score for one label.

    Parameters
    ----------
    start, end
        The sentence that decided: the one with the highest log-odds; the whole comment for a label that sentences do
        not decide.
    intercept, log_odds
        ``log_odds`` of that sentence, before pooling and calibration, is `intercept` plus the weights of all `reasons`.
    reasons
        Strongest first.
    """

    label: str
    start: int
    end: int
    intercept: float
    log_odds: float
    reasons: tuple[Reason, ...]


def units(text: str) -> list[tuple[int, int]]:
    """Return the ranges that are scored: the whole comment, then each sentence if there are two or more."""
    spans = sentences(text)
    return [(0, len(text)), *(spans if len(spans) > 1 else [])]


def pool(log_odds: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds of a comment: a mean of the whole's and of its highest sentence's.

    Parameters
    ----------
    log_odds
        Shape ``(n_units, n_labels)``, the whole first, as from `units`.
    shares
        Shape ``(n_labels,)``: how much the highest sentence counts, in [0, 1].

    Returns
    -------
    Shape ``(n_labels,)``.
    """
    if len(log_odds) == 1:
        return np.asarray(log_odds[0])
    return np.asarray((1 - shares) * log_odds[0] + shares * log_odds[1:].max(axis=0))


def logistic(log_odds: float) -> float:
    """Return the probability of log-odds, without overflow."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0
