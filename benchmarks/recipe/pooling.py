"""Pooling: from the log-odds of a comment and its sentences to one number. Nothing is trained anew."""

from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH, Numbers, by_comment, highest

Pooling = Callable[[Numbers], float]  # from the units of a comment, the whole first
SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)


def sentences(units: Numbers) -> Numbers:
    """Return the log-odds of the sentences; a comment of one sentence is that sentence."""
    return units[1:] if len(units) > 1 else units


def whole(units: Numbers) -> float:
    """Return that of the whole comment."""
    return float(units[0])


def maximum(units: Numbers) -> float:
    """Return that of the highest sentence."""
    return float(sentences(units).max())


def two_highest(units: Numbers) -> float:
    """Return the mean of the two highest sentences."""
    return float(np.sort(sentences(units))[-2:].mean())


def log_odds_sum(units: Numbers) -> float:
    """Return the sum over the sentences."""
    return float(sentences(units).sum())


def positive_sum(units: Numbers) -> float:
    """Return the sum over the sentences that speak for the label; where none does, the highest."""
    parts = sentences(units)
    return float(parts[parts > 0].sum()) if parts.max() > 0 else float(parts.max())


def noisy_or(units: Numbers) -> float:
    """Return the log-odds of at least one sentence being positive, if they were independent; `units` are calibrated."""
    none = -np.logaddexp(0.0, sentences(units)).sum()  # log of the probability that no sentence is
    return float(np.log(-np.expm1(min(none, -1e-300))) - none)


def simple(pool: Pooling) -> Callable[[Base], Scored]:
    """Pool the reference's log-odds as they are."""

    def run(base: Base) -> Scored:
        units = {label: by_comment(base.data, base.log_odds[label]) for label in BOTH}
        return Scored({label: np.array([pool(part) for part in parts]) for label, parts in units.items()})

    return run


def of_calibrated(pool: Pooling) -> Callable[[Base], Scored]:
    """Pool log-odds that are calibrated, for each fold on the units of the other folds."""

    def run(base: Base) -> Scored:
        units = {label: by_comment(base.data, calibrated(base, label)) for label in BOTH}
        return Scored({label: np.array([pool(part) for part in parts]) for label, parts in units.items()})

    return run


def calibrated(base: Base, label: str) -> Numbers:
    """Return the log-odds of the units after Platt's calibration, fitted on those of other folds that are judged themselves."""
    data, log_odds = base.data, base.log_odds[label]
    folds = data.comments["fold"].to_numpy()[data.owner]
    judged = ~np.isnan(log_odds) & (data.answers[label] >= 0) & ~data.inherited[label]
    found = np.full(len(log_odds), np.nan)
    for fold in range(folds.max() + 1):
        learn, away = judged & (folds != fold), (folds == fold) & ~np.isnan(log_odds)
        model = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds[learn, None], data.answers[label][learn])
        found[away] = model.decision_function(log_odds[away, None])
    return found


GROUP = Group(
    "Pooling of the sentences",
    "Shipped: for insult the highest sentence and the whole comment count half each; spam is judged by the whole. All rows pool "
    "the same log-odds, those of the reference.",
    [
        Variant("whole comment only", simple(whole)),
        Variant("highest sentence only", simple(maximum)),
        Variant("mean of the two highest sentences", simple(two_highest)),
        *(
            Variant(f"highest sentence {share:g}, whole {1 - share:g}", simple(partial(highest, share=share)))
            for share in SHARES
        ),
        Variant("noisy-or of calibrated sentences", of_calibrated(noisy_or)),
        Variant("sum of the sentences' log-odds", simple(log_odds_sum)),
        Variant("sum of the positive log-odds", simple(positive_sum)),
    ],
)
