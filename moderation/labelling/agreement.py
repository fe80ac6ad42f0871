"""Agreement between persons who judged the same comments: how often, how much beyond chance, and where they differ.

Insults and spam are rare. There kappa and alpha are low even where two people seldom differ, while AC1 stays high; so
neither is shown without the other, and beside them stands how often they agree on a yes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from moderation.errors import LabelError
from moderation.labelling.judged import Judged

RESAMPLES = 500  # percentiles of 500 draws move by less than 0.01 from seed to seed, on 300 comments
Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic with its 95 % interval; None where it is not defined, as kappa is where all answers are alike."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far persons agree on one label.

    Parameters
    ----------
    comments
        Number with two answers or more.
    annotators
        Number of persons who gave them.
    disputed
        Number of these comments with both answers.
    raw
        Share of pairs of answers that are alike, in [0, 1].
    positive
        Where one of a pair says yes, the chance that the other does, in [0, 1]. Source: Cicchetti and Feinstein 1990.
    kappa
        Cohen's, at most 1, 0 for chance; for three persons or more the mean of their pairs (Light 1971), without interval.
    alpha
        Krippendorff's, nominal, at most 1, 0 for chance.
    ac1
        Gwet's, at most 1, 0 for chance.
    """

    label: str
    comments: int
    annotators: int
    disputed: int
    raw: Figure
    positive: Figure
    kappa: Figure
    alpha: Figure
    ac1: Figure


def agreement(judged: Sequence[Judged], name: str) -> Agreement:
    """Measure the agreement on one label, with intervals from resampling comments.

    Source of the intervals: percentile bootstrap (Efron and Tibshirani 1993).

    Raises
    ------
    LabelError
        Where no comment has two answers.

    Examples
    --------
    >>> from moderation.labelling.judged import gather
    >>> from moderation.labels import Label
    >>> rows = [("1", 1, 1), ("2", 0, 0), ("3", 0, 0), ("4", 1, 0)]
    >>> labels = [Label(n, "t", {"spam": x}, annotator=who) for n, *pair in rows for who, x in zip("ab", pair)]
    >>> found = agreement(gather(labels), "spam")
    >>> found.comments, found.disputed, found.raw.value, round(found.kappa.value, 2)
    (4, 1, 0.75, 0.5)
    """
    answers = [found for one in judged if len(found := one.answers(name)) > 1]
    if not answers:
        raise LabelError(
            f"label {name}: no comment has two answers; give files in which several persons judged the same"
        )
    people = sorted({who for one in answers for who in one})
    table = np.array([[one.get(who, -1) for who in people] for one in answers], dtype=np.int64)
    rng = np.random.default_rng(0)
    draws = [table[rng.integers(len(table), size=len(table))] for _ in range(RESAMPLES)]
    several = len(people) > 2
    return Agreement(
        name,
        comments=len(table),
        annotators=len(people),
        disputed=int((counts(table) > 0).all(axis=1).sum()),
        raw=_figure(raw, table, draws),
        positive=_figure(positive, table, draws),
        kappa=_figure(kappa, table, [] if several else draws),
        alpha=_figure(alpha, table, draws),
        ac1=_figure(ac1, table, draws),
    )


def _figure(statistic: Callable[[Counts], float], table: Counts, draws: Sequence[Counts]) -> Figure:
    value = statistic(table)
    found = [again for draw in draws if not np.isnan(again := statistic(draw))]
    if np.isnan(value) or not found:
        return Figure(None if np.isnan(value) else value)
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(value, float(low), float(high))


def counts(table: Counts) -> Counts:
    """Return how many answered no and yes to each comment.

    Parameters
    ----------
    table
        Shape ``(n_comments, n_annotators)``: 1, 0, or -1 for not answered.

    Returns
    -------
    Shape ``(n_comments, 2)``.
    """
    return np.stack([(table == 0).sum(axis=1), (table == 1).sum(axis=1)], axis=1)


def raw(table: Counts) -> float:
    """Return the mean over comments of the share of pairs of answers that are alike, in [0, 1].

    Examples
    --------
    >>> raw(np.array([[1, 1], [1, 0]]))
    0.5
    """
    found = counts(table)
    given = found.sum(axis=1)
    return float(((found * (found - 1)).sum(axis=1) / (given * (given - 1))).mean())


def positive(table: Counts) -> float:
    """Return the agreement on yes, in [0, 1]; NaN where nobody says it.

    Examples
    --------
    >>> positive(np.array([[1, 1], [1, 0], [0, 0]])).__round__(3)
    0.667
    """
    found = counts(table)
    yes, given = found[:, 1], found.sum(axis=1)
    return float((yes * (yes - 1) / (given - 1)).sum() / yes.sum()) if yes.any() else float("nan")


def kappa(table: Counts) -> float:
    """Return Cohen's kappa, the mean of all pairs of annotators; NaN where each pair's is undefined.

    Examples
    --------
    >>> kappa(np.array([[1, 1], [1, 1], [0, 0], [0, 1]]))
    0.5
    """
    found = []
    for first, second in itertools.combinations(table.T, 2):
        both = (first >= 0) & (second >= 0)
        if np.unique([first[both], second[both]]).size > 1:
            found.append(float(cohen_kappa_score(first[both], second[both])))
    return float(np.mean(found)) if found else float("nan")


def alpha(table: Counts) -> float:
    """Return Krippendorff's alpha for nominal data; NaN where all answers are alike.

    Examples
    --------
    >>> round(alpha(np.array([[1, 1], [1, 1], [0, 0], [0, 1]])), 3)
    0.533
    """
    found = counts(table)
    if (found.sum(axis=0) == 0).any():
        return float("nan")
    return float(krippendorff.alpha(value_counts=found, level_of_measurement="nominal"))


def ac1(table: Counts) -> float:
    """Return Gwet's AC1 for any number of annotators and gaps.

    Written here because the package that has it, irrCAC 0.4.4, asks for exactly SciPy 1.12.0 and pandas below 3, which this
    project cannot be installed beside. Source: Gwet 2008, British Journal of Mathematical and Statistical Psychology 61,
    equations for two categories: chance agreement is 2 π (1 - π), π the mean share of yes.

    Examples
    --------
    >>> round(ac1(np.array([[1, 1], [1, 1], [0, 0], [0, 1]])), 3)
    0.529
    """
    found = counts(table)
    share = float((found[:, 1] / found.sum(axis=1)).mean())
    chance = 2 * share * (1 - share)
    return (raw(table) - chance) / (1 - chance)
