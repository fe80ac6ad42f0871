"""How far a run is from an earlier one, or from a model's card, and whether that is drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.stats import binomtest, chi2

from moderation.drift.runs import COVERAGE, Counts, Numbers, Run, Tally
from moderation.errors import ModerationError
from moderation.policy import ACTIONS

Level = Literal["stable", "moderate", "drift", "few", "model"]

#: Population stability index from which a change is moderate, and from which it is drift. Source: the rule of thumb of credit
#: scoring, Siddiqi 2006, *Credit Risk Scorecards*.
MODERATE, DRIFT = 0.1, 0.25
#: How many times as many comments are flagged, or how many times fewer. Our choice, beside the index, which hardly moves where
#: a rare thing becomes twice as frequent.
MODERATE_RATIO, DRIFT_RATIO = 1.25, 1.5
#: Rows from which a run or a week is judged: by chance alone the index of ten bins then stays below 0.034 in 19 of 20 weeks.
LEAST_ROWS = 500
BINS = 10
ACTION, FLAGGED = "action", "flagged"
_ORDER: tuple[Level, ...] = ("stable", "moderate", "drift")


class Interval(NamedTuple):
    """A share with its 95 % interval, in [0, 1]. Source: Wilson 1927; rows are taken as independent."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """How far one quantity moved.

    Parameters
    ----------
    name
        A label, `COVERAGE` or `ACTION`.
    cuts
        Boundaries of the bins, those where the baseline has its deciles; empty for `ACTION`, whose bins are `ACTIONS`.
    baseline, new
        Share of the comments in each bin, in [0, 1].
    psi
        Population stability index, at least 0.
    chance
        What it stays below by chance alone in 19 of 20 comparisons of so many rows. Source: it is then distributed as chi
        squared times ``1 / n + 1 / m``; Yurdakul 2018.
    ks
        Least and highest value that the Kolmogorov-Smirnov statistic can have, in [0, 1]; None for `ACTION`.
    """

    name: str
    cuts: tuple[float, ...]
    baseline: tuple[float, ...]
    new: tuple[float, ...]
    psi: float
    chance: float
    ks: tuple[float, float] | None
    level: Level


@dataclass(frozen=True, slots=True)
class Week:
    """The comments of an ISO week of the new run beside the whole baseline.

    Parameters
    ----------
    psi
        Label, `COVERAGE` or `ACTION` -> index; empty where there are fewer than `LEAST_ROWS` rows.
    """

    name: str
    rows: int
    flagged: Interval
    psi: dict[str, float]
    level: Level


@dataclass(frozen=True)
class Side:
    """What one side of a comparison is.

    Parameters
    ----------
    actions
        Action or `FLAGGED` -> its share; empty for a card, which does not say.
    """

    name: str
    rows: int
    models: tuple[str, ...]
    actions: dict[str, Interval]


@dataclass(frozen=True)
class Comparison:
    """What `compare` and `compare_card` find.

    Parameters
    ----------
    measures
        Labels, coverage and, between runs, actions.
    undated
        Rows of the new run without a date that can be read.
    card
        Whether the baseline is the card of a model.
    """

    baseline: Side
    new: Side
    measures: tuple[Measure, ...]
    weeks: tuple[Week, ...]
    undated: int
    card: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times the share flagged of the baseline that of the new run is; None where the baseline has none."""
        before = self.baseline.actions.get(FLAGGED)
        return self.new.actions[FLAGGED].value / before.value if before and before.value else None

    @property
    def flagged(self) -> Level:
        """How far the share flagged has moved; stable where the two intervals meet."""
        return _flagged_level(self.baseline.actions.get(FLAGGED), self.new.actions[FLAGGED])

    @property
    def level(self) -> Level:
        """The verdict: that of the measure that moved most.

        Of a card only the coverage counts: labelled comments are chosen, and hold more insults than a site's.
        """
        if self.baseline.models != self.new.models:
            return "model"
        if min(self.baseline.rows, self.new.rows) < LEAST_ROWS:
            return "few"
        return _worst([self.flagged, *(measure.level for measure in self.measures if self._counts(measure.name))])

    @property
    def causes(self) -> list[str]:
        """The names of what gives the verdict."""
        moved = [
            measure.name for measure in self.measures if measure.level == self.level and self._counts(measure.name)
        ]
        return moved + [FLAGGED] * (self.flagged == self.level)

    def judges(self, name: str) -> bool:
        """Whether a measure counts for the verdict."""
        return self.level not in ("few", "model") and self._counts(name)

    def _counts(self, name: str) -> bool:
        return name == COVERAGE or not self.card

    def __getitem__(self, name: str) -> Measure:
        """Return a measure by its name."""
        return next(measure for measure in self.measures if measure.name == name)


def compare(baseline: Run, new: Run) -> Comparison:
    """Compare two runs.

    Raises
    ------
    ModerationError
        Where one has a label that the other lacks.
    """
    _check_labels(baseline.name, baseline.labels, new)
    names = (*baseline.labels, COVERAGE)
    cuts = {name: deciles(baseline.total.scores[name], baseline.edges[name]) for name in names}
    counts = {name: _pooled(baseline.total.scores[name], baseline.edges[name], cuts[name]) for name in names}
    counts[ACTION], cuts[ACTION] = baseline.total.actions, np.zeros(0)
    ks = {name: ks_bounds(baseline.total.scores[name], new.total.scores[name]) for name in names}
    return Comparison(
        _side(baseline),
        _side(new),
        _measures(counts, new, cuts, ks),
        _weeks(counts, new, cuts, _flagged(baseline.total)),
        new.undated,
    )


def _check_labels(name: str, labels: Iterable[str], new: Run) -> None:
    wanted, found = set(labels), set(new.labels)
    for one, other, absent in ((new.name, name, wanted - found), (name, new.name, found - wanted)):
        if absent:
            raise ModerationError(
                f"{one}: no {', '.join(sorted(absent))}, which {other} has; give two runs with the same labels"
            )


def card_cuts(card: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the scores at which a card tells the share of its comments that reach them: its thresholds and its least coverage."""
    cuts = {
        label: sorted({band["threshold"] for band in bands.values() if band["threshold"] is not None})
        for label, bands in card["thresholds"].items()
    }
    return {label: found for label, found in cuts.items() if found} | {COVERAGE: [card["coverage"]["floor"]]}


def compare_card(card: Mapping[str, Any], new: Run) -> Comparison:
    """Compare a run with the card of a model: the shares at its thresholds, and below its least coverage.

    Parameters
    ----------
    new
        Read with the `card_cuts` of the card.

    Raises
    ------
    ModerationError
        Where one has a label that the other lacks.
    """
    title = f"card of {card['id']}"
    _check_labels(title, card["thresholds"], new)
    cuts = {name: np.array(found) for name, found in card_cuts(card).items()}
    rows = max(parts["all"]["comments"] for parts in card["figures"].values())
    reached = {
        label: {band["threshold"]: band["match_rate"] for band in bands.values() if band["threshold"] is not None}
        for label, bands in card["thresholds"].items()
    }
    reached[COVERAGE] = {card["coverage"]["floor"]: 1 - card["coverage"]["quantile"]}
    counts = {}
    for name, found in cuts.items():
        above = np.array([1.0, *(reached[name][cut] for cut in found.tolist()), 0.0])
        counts[name] = np.rint(rows * -np.diff(above)).astype(np.int64)
    side = Side(title, rows, (card["id"],), {})
    return Comparison(
        side, _side(new), _measures(counts, new, cuts, {}), _weeks(counts, new, cuts, None), new.undated, card=True
    )


def psi(baseline: Counts, new: Counts) -> float:
    """Return the population stability index of counts in the same bins: the sum of ``(q - p) ln(q / p)`` over their shares.

    An empty bin counts as half a comment, since the logarithm of nothing is no number.

    Examples
    --------
    >>> round(psi(np.array([50, 50]), np.array([80, 20])), 3)
    0.416
    """
    p, q = (np.maximum(counts, 0.5) / counts.sum() for counts in (baseline, new))
    return float(((q - p) * np.log(q / p)).sum())


def ks_bounds(baseline: Counts, new: Counts) -> tuple[float, float]:
    """Return between which values the Kolmogorov-Smirnov statistic lies, from histograms with the same bins.

    The lower is the greatest difference of the two cumulative shares at the boundaries of bins; within a bin it may be greater
    by no more than what stands in that bin. The last bin holds one value only.
    """
    p, q = (np.concatenate([[0.0], np.cumsum(counts) / counts.sum()]) for counts in (baseline, new))
    at_edges = float(np.abs(p - q).max())
    inside = np.maximum(p[1:] - q[:-1], q[1:] - p[:-1])[:-1]
    return at_edges, float(max(at_edges, inside.max()))


def deciles(counts: Counts, edges: Numbers) -> Numbers:
    """Return the boundaries of bins nearest to the deciles; fewer than nine where many comments have one score."""
    below = np.cumsum(counts)[:-1] / counts.sum()
    nearest = [int(np.argmin(np.abs(below - tenth / BINS))) for tenth in range(1, BINS)]
    kept = [place for place in nearest if 0 < below[place] < 1]
    if not kept:  # all in one bin: what leaves it shall be seen
        only = int(np.argmax(counts))
        kept = [place for place in (only - 1, only) if 0 <= place < len(edges)]
    return np.unique(edges[kept])


def _pooled(counts: Counts, edges: Numbers, cuts: Numbers) -> Counts:
    """Return the counts between cuts, which are some of the edges."""
    starts = np.concatenate([[0], np.searchsorted(edges, cuts) + 1])
    return np.add.reduceat(counts, starts)


def _measures(
    baseline: Mapping[str, Counts], new: Run, cuts: Mapping[str, Numbers], ks: Mapping[str, tuple[float, float]]
) -> tuple[Measure, ...]:
    found = []
    for name, before in baseline.items():
        after = _counts(new.total, new, name, cuts[name])
        index = psi(before, after)
        chance = chi2.ppf(0.95, len(before) - 1) * (1 / before.sum() + 1 / after.sum()) if len(before) > 1 else 0.0
        p, q = (tuple((counts / counts.sum()).tolist()) for counts in (before, after))
        found.append(
            Measure(name, tuple(cuts[name].tolist()), p, q, index, float(chance), ks.get(name), psi_level(index))
        )
    return tuple(found)


def _counts(tally: Tally, run: Run, name: str, cuts: Numbers) -> Counts:
    return tally.actions if name == ACTION else _pooled(tally.scores[name], run.edges[name], cuts)


def _weeks(
    baseline: Mapping[str, Counts], new: Run, cuts: Mapping[str, Numbers], before: Interval | None
) -> tuple[Week, ...]:
    judged = [name for name in baseline if before is not None or name == COVERAGE]
    found = []
    for week, tally in new.weeks.items():
        flagged = _flagged(tally)
        if tally.rows < LEAST_ROWS:
            found.append(Week(week, tally.rows, flagged, {}, "few"))
            continue
        index = {name: psi(counts, _counts(tally, new, name, cuts[name])) for name, counts in baseline.items()}
        level = _worst([*(psi_level(index[name]) for name in judged), _flagged_level(before, flagged)])
        found.append(Week(week, tally.rows, flagged, index, level))
    return tuple(found)


def _side(run: Run) -> Side:
    tally = run.total
    actions = {name: share(int(count), tally.rows) for name, count in zip(ACTIONS, tally.actions, strict=True)}
    return Side(run.name, tally.rows, tuple(sorted(run.models)), actions | {FLAGGED: _flagged(tally)})


def _flagged(tally: Tally) -> Interval:
    return share(int(tally.actions[1:].sum()), tally.rows)


def share(count: int, rows: int) -> Interval:
    """Return a share with its interval.

    Examples
    --------
    >>> [round(value, 3) for value in share(10, 100)]
    [0.1, 0.055, 0.174]
    """
    found = binomtest(count, rows).proportion_ci(0.95, "wilson")
    return Interval(count / rows, float(found.low), float(found.high))


def psi_level(index: float) -> Level:
    """Return how far an index says that something moved."""
    return _ORDER[int(index >= MODERATE) + int(index >= DRIFT)]


def _flagged_level(before: Interval | None, after: Interval) -> Level:
    if before is None or (before.low <= after.high and after.low <= before.high):
        return "stable"
    low, high = sorted((before.value, after.value))
    return _ORDER[int(high >= MODERATE_RATIO * low) + int(high >= DRIFT_RATIO * low)]


def _worst(levels: Sequence[Level]) -> Level:
    return max(levels, key=_ORDER.index)
