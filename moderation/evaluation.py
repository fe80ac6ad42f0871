"""Figures of a classifier, with intervals, and thresholds found by a query on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve, roc_auc_score

from moderation.duplicates import groups
from moderation.errors import LabelError, TrainingError
from moderation.labels import Joined, adjudicate
from moderation.model import Model
from moderation.policy import Policy

Numbers = NDArray[np.float64]
Figure = Callable[[NDArray[np.int64], Numbers, Numbers], float]
RESAMPLES = 200
LEAST_EVALUATED = 300  # at 15 % positives the interval of a recall is then about 0.15 to either side
LEAST_FLAGGED = 20  # a precision measured on fewer comments than this is not trusted with a threshold
_QUERY = re.compile(
    r"\s*(?P<label>\w+)(?:\s+(?P<band>review|reject))?\s*:\s*(?:maximum\s+)?(?P<wanted>\w+)"
    r"\s*@\s*(?P<bound>\w+)\s*(?P<sign>>=|<=)\s*(?P<value>0(?:\.\d+)?|1(?:\.0+)?|\.\d+)\s*"
)
_STATISTICS = ("precision", "recall", "match_rate", "filter_rate")


def recall_at_precision(y: NDArray[np.int64], p: Numbers, weight: Numbers, precision: float = 0.9) -> float:
    """Return the highest recall, in [0, 1], at which the precision is at least the one given; 0 where it never is."""
    precisions, recalls, _ = precision_recall_curve(y, p, sample_weight=weight)
    return float(recalls[precisions >= precision].max(initial=0.0))


FIGURES: dict[str, Figure] = {
    "average_precision": lambda y, p, w: float(average_precision_score(y, p, sample_weight=w)),
    "roc_auc": lambda y, p, w: float(roc_auc_score(y, p, sample_weight=w)),
    "recall_at_precision_0.9": recall_at_precision,
    "brier": lambda y, p, w: float(brier_score_loss(y, p, sample_weight=w)),
}


def figures(y: NDArray[np.int64], p: Numbers, groups: NDArray[np.int64], seed: int = 0) -> dict[str, list[float]]:
    """Return each of `FIGURES` with its 95 % interval, from resampling whole groups with replacement.

    Parameters
    ----------
    y, p, groups
        Shape ``(n_comments,)``: the answers (0 or 1), the probabilities in [0, 1], and which comments belong together.

    Returns
    -------
    dict
        Name -> [value, low, high]. Source of the method: cluster bootstrap, percentile interval (Efron and Tibshirani 1993).
    """
    members = np.unique(groups, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    one = np.ones(len(y))
    size = int(members.max()) + 1
    draws = [rng.multinomial(size, np.full(size, 1 / size)).astype(float)[members] for _ in range(RESAMPLES)]
    weights = [weight for weight in draws if np.unique(y[weight > 0]).size == 2]
    found = {}
    for name, figure in FIGURES.items():
        low, high = np.percentile([figure(y, p, weight) for weight in weights], [2.5, 97.5])
        found[name] = [round(float(value), 4) for value in (figure(y, p, one), low, high)]
    return found


@dataclass(frozen=True, slots=True)
class Query:
    """A wish for a threshold: ``insult review: recall @ precision >= 0.9`` asks for the most recall at that precision.

    Statistics are ``precision``, ``recall``, ``match_rate`` (share of comments flagged) and ``filter_rate`` (share that
    nobody has to read). The band is ``review`` where none is named.
    """

    label: str
    band: str
    wanted: str
    bound: str
    sign: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a query.

        Raises
        ------
        TrainingError
            Where the text is no query.

        Examples
        --------
        >>> str(Query.parse("insult: maximum recall @ precision >= 0.9"))
        'insult review: recall @ precision >= 0.9'
        """
        match = _QUERY.fullmatch(text)
        if not match or match["wanted"] not in _STATISTICS or match["bound"] not in _STATISTICS:
            raise TrainingError(
                f'threshold {text!r}: not understood; expected e.g. "insult: recall @ precision >= 0.9" '
                f"with two of {', '.join(_STATISTICS)} and a number from 0 to 1"
            )
        band = match["band"] or "review"
        return cls(match["label"], band, match["wanted"], match["bound"], match["sign"], float(match["value"]))

    def __str__(self) -> str:
        return f"{self.label} {self.band}: {self.wanted} @ {self.bound} {self.sign} {self.value:g}"

    def answer(self, y: NDArray[np.int64], p: Numbers) -> dict[str, float | str | None]:
        """Return the threshold that fulfils the query best on these answers, and what it achieves there.

        The threshold is None where no threshold that flags `LEAST_FLAGGED` comments fulfils it.
        """
        thresholds = np.unique(p)
        statistics = _statistics(y, p, thresholds)
        bound = statistics[self.bound]
        allowed = (bound >= self.value) if self.sign == ">=" else (bound <= self.value)
        allowed &= statistics["match_rate"] * len(y) >= LEAST_FLAGGED
        if not allowed.any():
            return {"query": str(self), "threshold": None}
        best = int(np.flatnonzero(allowed)[np.argmax(statistics[self.wanted][allowed])])
        achieved: dict[str, float | str | None] = {
            name: round(float(values[best]), 4) for name, values in statistics.items()
        }
        return {"query": str(self), "threshold": round(float(thresholds[best]) - 5e-7, 6), **achieved}


def _statistics(y: NDArray[np.int64], p: Numbers, thresholds: Numbers) -> dict[str, Numbers]:
    """Return precision, recall and rates of ``p >= threshold`` for each threshold in ascending order."""
    order = np.argsort(p, kind="stable")
    first = np.searchsorted(p[order], thresholds)
    flagged = len(y) - first
    hits = np.append(np.cumsum(y[order][::-1])[::-1], 0)[first]
    rate = flagged / len(y)
    return {
        "precision": hits / flagged,
        "recall": hits / max(1, y.sum()),
        "match_rate": rate,
        "filter_rate": 1 - rate,
    }


@dataclass(frozen=True, slots=True)
class Report:
    """A table of figures: one row for each label, and what was left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def evaluate_model(model: Model, joined: Joined) -> Report:
    """Evaluate a model, with the thresholds of its card, on comments that it was not trained on.

    Raises
    ------
    LabelError
        Where no label of the model has both answers among those comments.
    """
    labels = [label for label in adjudicate(joined.labels) if not label.is_flood]
    fresh = [label for label in labels if not model.was_trained_on(label.text or "")]
    if not fresh:
        raise LabelError(
            f"nothing to evaluate: the model was trained on all {len(labels)} comments with text; give other label files"
        )
    notes = [f"{len(labels) - len(fresh)} of {len(labels)} comments are left out: the model was trained on them"]
    notes += [f"{count} judgements of {source} have no text here" for source, count in sorted(joined.missing.items())]
    notes += [f"{count} texts of {source} are not those that were judged" for source, count in joined.changed.items()]
    if len(fresh) < LEAST_EVALUATED:
        notes.append(
            f"{len(fresh)} comments are few: judge at least {LEAST_EVALUATED} before you rely on these figures"
        )
    texts = [label.text or "" for label in fresh]
    scores = model.score(texts)
    together = groups(texts, [(label.thread_id and f"thread {label.thread_id}", label.title) for label in fresh])
    policy = Policy.of(model)
    rows = []
    for name in model.labels:
        judged = np.array([i for i, label in enumerate(fresh) if label.answers.get(name) is not None], dtype=np.int64)
        y = np.array([fresh[i].answers[name] for i in judged], dtype=np.int64)
        if np.unique(y).size < 2:
            notes.append(f"{name}: not evaluated, the comments hold only {len(y)} answers of one kind")
            continue
        p = np.array([scores[i].probabilities[name] for i in judged])
        cells = ["{:.3f} [{:.3f}, {:.3f}]".format(*value) for value in figures(y, p, together[judged]).values()]
        bands = [_at_threshold(y, p, threshold) for threshold in (policy.review[name], policy.reject[name])]
        rows.append((name, str(len(y)), str(int(y.sum())), *cells, *bands))
    if not rows:
        raise LabelError(f"nothing to evaluate: {'; '.join(notes)}; give label files with other comments, both 1 and 0")
    columns = ("label", "comments", "positive", *FIGURES, "precision, recall at review", "at reject")
    return Report(columns, tuple(rows), tuple(notes))


def _at_threshold(y: NDArray[np.int64], p: Numbers, threshold: float) -> str:
    flagged = p >= threshold
    hits = int(y[flagged].sum())
    return f"{hits / flagged.sum():.3f}, {hits / y.sum():.3f}" if flagged.any() else "none flagged"
