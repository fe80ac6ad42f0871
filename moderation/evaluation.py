"""Figures of a classifier, with intervals from resampling groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

from moderation.duplicates import groups
from moderation.errors import LabelError
from moderation.labels import Joined, adjudicate
from moderation.model import Model
from moderation.policy import Policy

Numbers = NDArray[np.float64]
Answers = NDArray[np.int64]
Figure = Callable[[NDArray[np.int64], Numbers, Numbers], float]
RESAMPLES = 200
LEAST_EVALUATED = 300  # at 15 % positives the interval of a recall is then about 0.15 to either side


def recall_at_precision(y: NDArray[np.int64], p: Numbers, weight: Numbers, precision: float = 0.9) -> float:
    """Return the highest recall, in [0, 1], at which the precision is at least the one given; 0 where it never is."""
    precisions, recalls, _ = precision_recall_curve(y, p, sample_weight=weight)
    return float(recalls[precisions >= precision].max(initial=0.0))


#: What the card of a model holds.
FIGURES: dict[str, Figure] = {
    "average_precision": lambda y, p, w: float(average_precision_score(y, p, sample_weight=w)),
    "roc_auc": lambda y, p, w: float(roc_auc_score(y, p, sample_weight=w)),
    "recall_at_precision_0.9": recall_at_precision,
    "brier": lambda y, p, w: float(brier_score_loss(y, p, sample_weight=w)),
}


def expected_calibration_error(y: Answers, p: Numbers, weight: Numbers, bins: int = 15) -> float:
    """Return how far probabilities are from what happens, in [0, 1]; 0 is best.

    The sum over bins of equal width of ``n_bin / n * |share of positives - mean probability|``. Source: Naeini et al.
    2015; 15 bins as in Guo et al. 2017.

    Examples
    --------
    >>> expected_calibration_error(np.array([0, 1]), np.array([0.2, 0.9]), np.ones(2))
    0.15...
    """
    _, mean, share, size = reliability(y, p, weight, bins)
    return float(np.abs(size * (share - mean)).sum() / size.sum())


def reliability(y: Answers, p: Numbers, weight: Numbers, bins: int = 15) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the bins of a reliability plot that are not empty: lower edge, mean probability, share of positives, weight."""
    place = np.minimum((p * bins).astype(np.int64), bins - 1)
    size, mean, share = (np.bincount(place, weight * x, bins).astype(np.float64) for x in (np.ones(len(p)), p, y))
    used = np.flatnonzero(size > 0)
    return used.astype(np.float64) / bins, mean[used] / size[used], share[used] / size[used], size[used]


def share_at_recall(y: Answers, p: Numbers, weight: Numbers, recall: float = 0.9) -> float:
    """Return the smallest share of the comments that people must read to see that share of the positives, in [0, 1].

    Comments are read from the highest probability down, equal ones together.
    """
    order = np.argsort(-p, kind="stable")
    last = np.append(p[order][1:] != p[order][:-1], True)  # of the comments with one probability
    read, found = (np.cumsum(values[order])[last] for values in (weight, weight * y))
    return float(read[np.argmax(found >= recall * found[-1] - 1e-9)] / read[-1])


def at_threshold(name: str, threshold: float) -> dict[str, Figure]:
    """Return figures for a threshold: precision, recall and share flagged where ``p >= threshold``."""
    return {
        f"precision at {name}": lambda y, p, w: float(
            precision_score(y, p >= threshold, sample_weight=w, zero_division=0)
        ),
        f"recall at {name}": lambda y, p, w: float(recall_score(y, p >= threshold, sample_weight=w, zero_division=0)),
        f"flagged at {name}": lambda y, p, w: float(np.average(p >= threshold, weights=w)),
    }


#: What `FIGURES` leaves out: calibration, and the work that is left to people.
MORE_FIGURES: dict[str, Figure] = {
    "expected_calibration_error": expected_calibration_error,
    "share_sent_at_recall_0.9": share_at_recall,
}


def subgroup_auc(y: Answers, p: Numbers, member: NDArray[np.bool_]) -> float:
    """Return the ROC-AUC among the comments that name the subgroup. Source: Borkan et al. 2019, *Nuanced metrics*."""
    return float(roc_auc_score(y[member], p[member]))


def bpsn_auc(y: Answers, p: Numbers, member: NDArray[np.bool_]) -> float:
    """Return the ROC-AUC of the subgroup's negatives against the background's positives; low: falsely flagged.

    Background positive, subgroup negative. Source: Borkan et al. 2019.
    """
    use = (member & (y == 0)) | (~member & (y == 1))
    return float(roc_auc_score(y[use], p[use]))


def bnsp_auc(y: Answers, p: Numbers, member: NDArray[np.bool_]) -> float:
    """Return the ROC-AUC of the subgroup's positives against the background's negatives; low: its insults are missed.

    Background negative, subgroup positive. Source: Borkan et al. 2019.
    """
    use = (member & (y == 1)) | (~member & (y == 0))
    return float(roc_auc_score(y[use], p[use]))


def figures(
    y: Answers, p: Numbers, groups: Answers, seed: int = 0, wanted: Mapping[str, Figure] = FIGURES
) -> dict[str, list[float]]:
    """Return figures with their 95 % intervals, from resampling whole groups with replacement.

    Parameters
    ----------
    y, p, groups
        Shape ``(n_comments,)``: the answers (0 or 1), the probabilities in [0, 1], and which comments belong together.
    wanted
        Name -> figure.

    Returns
    -------
    dict
        Name -> [value, low, high]. Source of the method: cluster bootstrap, percentile interval (Efron and Tibshirani 1993).
    """
    one, weights = np.ones(len(y)), _resampled(y, groups, seed)
    found = {}
    for name, figure in wanted.items():
        low, high = np.percentile([figure(y, p, weight) for weight in weights], [2.5, 97.5])
        found[name] = [round(float(value), 4) for value in (figure(y, p, one), low, high)]
    return found


def difference(figure: Figure, y: Answers, a: Numbers, b: Numbers, groups: Answers, seed: int = 0) -> list[float]:
    """Return the figure of `a` minus that of `b` with its 95 % interval, both on the same resampled groups."""
    one = np.ones(len(y))
    found = [figure(y, a, weight) - figure(y, b, weight) for weight in _resampled(y, groups, seed)]
    value = figure(y, a, one) - figure(y, b, one)
    return [float(value), *map(float, np.percentile(found, [2.5, 97.5]))]


def _resampled(y: Answers, groups: Answers, seed: int) -> list[Numbers]:
    """Return how often each comment is drawn in each resample that holds both answers."""
    members = np.unique(groups, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    size = int(members.max()) + 1
    draws = (rng.multinomial(size, np.full(size, 1 / size)).astype(float)[members] for _ in range(RESAMPLES))
    return [weight for weight in draws if np.unique(y[weight > 0]).size == 2]


@dataclass(frozen=True, slots=True)
class Report:
    """A table of figures: one row for each label, and what was left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def evaluate_model(model: Model, joined: Joined, n_jobs: int = 1) -> Report:
    """Evaluate a model, with the thresholds of its card, on comments that it was not trained on; `n_jobs` as for `score`.

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
    scores = model.score(texts, n_jobs)
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
