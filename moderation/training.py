"""Training: from label files to a model, by the same steps every time.

Same labels, recipe, seed and versions give the same bytes: nothing of the clock or the machine enters the model.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import moderation
from moderation.dataset import LEAST_POSITIVES, Data, Recipe, prepare
from moderation.errors import TrainingError
from moderation.evaluation import figures
from moderation.features import Block, Features
from moderation.features.counts import side_by_side
from moderation.labels import MARKED, Joined, text_hash
from moderation.model import Model, text_key
from moderation.queries import Query
from moderation.scores import pool
from moderation.slices import mistakes, on_slices, slices

#: Stored in each model with their scores. They touch every step of folding, so that a change in one shows at loading.
PROBES = (
    "Bravo pour cet article, merci à la rédaction.",
    "ESPÈCE DE GROS C0NN*RD, l’imbécile !!!",
    "Ce gouvernement a échoué, qu'il démissionne.",
    "Maître Dossou, retour d'affection, +229 97 00 00 00, paiement 50 000 FCFA, www.exemple.org/x",
    "i d i o t, va au diable\u200b ! Dіеu te maudisse. An ka taa.",
    "Les Peuls et les Mossis : quel abr*ti, ce conanrd, et quelle sotti*se.",
    "",
)
#: What the shipped model answers, found on out-of-fold scores; ``moderation train --threshold`` overrides.
THRESHOLDS = tuple(
    f"{label} {band}: recall @ precision >= {precision}"
    for label, band, precision in (
        ("insult", "review", 0.8),
        ("insult", "reject", 0.97),
        ("spam", "review", 0.85),
        ("spam", "reject", 0.98),
    )
)
_OTHER_LABELS = (("review", 0.8), ("reject", 0.97))


@dataclass(frozen=True, eq=False)
class Trained:
    """A model, and what it said of each comment when it had not been trained on its group.

    Parameters
    ----------
    out_of_fold
        One row a comment: id, sha256 of the text, group, fold, by_reference, the labels, and ``p_<label>`` in [0, 1],
        calibrated on the other folds.
    """

    model: Model
    out_of_fold: pd.DataFrame


def train(
    joined: Joined,
    recipe: Recipe | None = None,
    queries: Sequence[str] = (),
    sources: dict[str, Any] | None = None,
    jobs: int = -1,
    on_fold: Callable[[], None] = lambda: None,
) -> Trained:
    """Cross-validate, calibrate, choose thresholds, and fit on everything.

    Parameters
    ----------
    queries
        Thresholds wished for, see `Query`; `THRESHOLDS` stand for what they leave out.
    sources
        What ``labels/sources.toml`` says of each source, for the card.
    jobs
        Processes for the folds, then threads for the labels; -1 for all cores. The result does not depend on it.
    on_fold
        Called after each fold.

    Raises
    ------
    TrainingError
        Where a label has too few positives or negatives, or a query is wrong.
    """
    recipe = recipe or Recipe()
    data = prepare(joined, recipe)
    wishes = _wishes(queries, data.labels)
    log_odds, coverage = cross_validate(data, recipe, jobs, on_fold)
    calibration = {label: _platt(log_odds[label], data.comments[label]) for label in data.labels}
    hashes = [text_hash(text) for text in data.comments["text"]]
    frame = data.comments.drop(columns="text").assign(sha256=hashes, coverage=coverage)
    card: dict[str, Any] = {
        "labels": data.labels,
        "calibration": calibration,
        "coverage": {"floor": round(float(np.quantile(coverage, recipe.coverage)), 4), "quantile": recipe.coverage},
        "thresholds": {},
        "figures": {},
        "slices": {},
        "mistakes": {},
        "recipe": asdict(recipe),
        "pooling": dict(zip(data.labels, map(float, _shares(data, recipe)), strict=True)),
        "sources": _sources(joined, data.comments, sources or {}),
        "environment": _environment(),
        "probes": [[text, {}] for text in PROBES],
    }
    texts = data.comments["text"].tolist()
    parts = list(slices(texts, data.markers))
    shown = (
        data.comments["source"].map(lambda name: bool((sources or {}).get(name, {}).get("show"))).to_numpy(dtype=bool)
    )
    for label in data.labels:
        judged = data.comments[label].notna().to_numpy()
        y = data.comments.loc[judged, label].to_numpy().astype(np.int64)
        p = _probability(log_odds[label], calibration[label])
        honest = _cross_fitted(log_odds[label], data.comments, label)
        frame[f"p_{label}"] = honest
        card["thresholds"][label] = {query.band: query.answer(y, p[judged]) for query in wishes if query.label == label}
        card["figures"][label] = _figures(data.comments[judged], y, honest[judged])
        review = card["thresholds"][label]["review"]["threshold"]
        if review is not None:
            whole = data.comments[label].to_numpy(), honest, review
            card["slices"][label] = on_slices(parts, *whole)
            card["mistakes"][label] = mistakes(texts, *whole, shown)
    features, weights, intercepts = fit(data, recipe, np.ones(len(data.owner), dtype=bool), jobs)
    trained = np.unique(np.array([text_key(text) for text in data.comments["text"]], dtype=np.uint64))
    cells = np.column_stack([np.concatenate([block.idf for block in features.blocks]), *weights]).astype(np.float32)
    model = Model(features, cells, intercepts.astype(np.float32), card, trained)
    return Trained(model, frame)


def _shares(data: Data, recipe: Recipe) -> NDArray[np.float64]:
    return np.array([recipe.marked_share if label == MARKED else 0.0 for label in data.labels])


def cross_validate(
    data: Data, recipe: Recipe, jobs: int = -1, on_fold: Callable[[], None] = lambda: None
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Return for each comment, from the model that has not seen its group: pooled log-odds by label, and coverage."""
    work = (joblib.delayed(_held_out)(data, recipe, number) for number in range(recipe.folds))
    log_odds = {label: np.zeros(len(data.comments)) for label in data.labels}
    coverage = np.zeros(len(data.comments))
    for rows, found, known in joblib.Parallel(n_jobs=jobs, return_as="generator")(work):
        for number, label in enumerate(data.labels):
            log_odds[label][rows] = found[:, number]
        coverage[rows] = known
        on_fold()
    return log_odds, coverage


def _held_out(
    data: Data, recipe: Recipe, number: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    held_out = data.comments["fold"].to_numpy() == number
    features, weights, intercepts = fit(data, recipe, ~held_out[data.owner])
    rows = np.flatnonzero(held_out[data.owner] & ~data.copy)
    log_odds = side_by_side(data.counts, features.blocks, rows) @ weights.T + intercepts
    firsts = np.flatnonzero(data.whole[rows])
    pooled = np.array([pool(part, _shares(data, recipe)) for part in np.split(log_odds, firsts[1:])])
    return np.flatnonzero(held_out), pooled, _coverage(data, features.blocks, rows[firsts])


def fit(
    data: Data, recipe: Recipe, use: NDArray[np.bool_], jobs: int = 1
) -> tuple[Features, NDArray[np.float64], NDArray[np.float64]]:
    """Fit vocabulary, idf and one logistic regression per label on the units in `use`.

    `jobs`: threads, a label each. The result does not depend on it.

    Returns
    -------
    The features, the weights, shape ``(n_labels, n_features)``, and the intercepts, shape ``(n_labels,)``.
    """
    rows = None if use.all() else np.flatnonzero(use)
    blocks = learn_blocks(data, recipe, rows)
    weights, intercepts = regress(data, recipe, use, side_by_side(data.counts, blocks, rows), jobs)
    return Features(blocks), weights, intercepts


def learn_blocks(data: Data, recipe: Recipe, rows: NDArray[np.int64] | None) -> tuple[Block, ...]:
    """Learn vocabulary and idf from these units, from all of them if None."""
    limits = {"word": recipe.max_words, "char": recipe.max_chars, "marker": None}
    return tuple(counts.vocabulary(rows, recipe.min_df, limits[counts.analyzer]) for counts in data.counts)


def regress(
    data: Data, recipe: Recipe, use: NDArray[np.bool_], matrix: sparse.csr_array[np.float64], jobs: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and intercepts of one logistic regression per label; `matrix` has a row for each unit in `use`."""

    def regression(label: str) -> tuple[NDArray[np.float64], float]:
        answers = data.answers[label][use]
        weight = np.where(data.inherited[label][use], recipe.inherited, 1.0)
        weight[data.copy[use]] *= recipe.disguised
        weight[answers < 0] = 0.0  # liblinear leaves such rows out; to leave them out here would copy the matrix
        scale = ratios(matrix, answers == 1, weight) ** recipe.ratio
        scale /= np.sqrt((scale**2).mean())
        scaled = sparse.csr_array((matrix.data * scale[matrix.indices], matrix.indices, matrix.indptr), matrix.shape)
        found = LogisticRegression(C=recipe.c, solver="liblinear", random_state=recipe.seed, max_iter=1000)
        found.fit(scaled, answers == 1, weight)
        return found.coef_[0] * scale, found.intercept_[0]

    # the order of sums, and so the last bits, would depend on the number of threads that one sum is shared out to
    with threadpool_limits(1), ThreadPoolExecutor(joblib.effective_n_jobs(jobs)) as threads:
        found = list(threads.map(regression, data.labels))
    return np.array([weights for weights, _ in found]), np.array([intercept for _, intercept in found])


def ratios(
    matrix: sparse.csr_array[np.float64], answers: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return for each feature how far apart the classes are in it, shape ``(n_features,)``, each >= 0.

    It is the absolute log-count ratio of naive Bayes, with one added to each feature's sum. Source: Wang and Manning 2012,
    "Baselines and Bigrams", who scale features by it so that the penalty spares those that tell the classes apart.
    """
    sums = [1 + np.asarray(matrix.T @ (weight * (answers == answer))) for answer in (True, False)]
    return np.asarray(np.abs(np.log(sums[0] / sums[0].sum()) - np.log(sums[1] / sums[1].sum())))


def _coverage(data: Data, blocks: Sequence[Block], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what `Features.coverage` gives for these units."""
    known, total = np.zeros(len(rows)), np.zeros(len(rows))
    for counts, block in zip(data.counts, blocks, strict=True):
        if block.analyzer != "marker":
            total += counts.totals[rows]
            known += counts.known(rows, block)
    return np.divide(known, total, out=np.ones(len(rows)), where=total > 0)


def _platt(log_odds: NDArray[np.float64], answers: pd.Series[float]) -> list[float]:
    """Fit slope and intercept of the log-odds. Source: Platt 1999, without his smoothing of the targets."""
    judged = answers.notna().to_numpy()
    regression = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds[judged, None], answers[judged])
    return [round(float(regression.coef_[0, 0]), 6), round(float(regression.intercept_[0]), 6)]


def _probability(log_odds: NDArray[np.float64], calibration: Sequence[float]) -> NDArray[np.float64]:
    slope, intercept = calibration
    return np.asarray(1 / (1 + np.exp(-(slope * log_odds + intercept))))


def _cross_fitted(log_odds: NDArray[np.float64], comments: pd.DataFrame, label: str) -> NDArray[np.float64]:
    """Calibrate each fold on the others, so that the figures do not flatter the calibration."""
    found = np.zeros(len(log_odds))
    for number in comments["fold"].unique():
        held_out = (comments["fold"] == number).to_numpy()
        calibration = _platt(log_odds[~held_out], comments.loc[~held_out, label])
        found[held_out] = _probability(log_odds[held_out], calibration)
    return found


def _figures(comments: pd.DataFrame, y: NDArray[np.int64], p: NDArray[np.float64]) -> dict[str, Any]:
    """Return the figures on all comments, on those written for the project, and on real ones known by reference."""
    parts = {"all": np.ones(len(y), dtype=bool), "with text": ~comments["by_reference"].to_numpy()}
    parts["by reference"] = ~parts["with text"]
    found = {}
    for part, rows in parts.items():
        counts = np.bincount(y[rows], minlength=2)
        if counts.min() >= LEAST_POSITIVES:
            found[part] = {
                "comments": int(rows.sum()),
                "positives": int(y[rows].sum()),
                **figures(y[rows], p[rows], comments["group"].to_numpy()[rows]),
            }
    return found


def _wishes(queries: Sequence[str], labels: Sequence[str]) -> list[Query]:
    """Return one query for each label and band: the given ones, and the defaults for the rest."""
    defaults = [
        *THRESHOLDS,
        *(f"{label} {band}: recall @ precision >= {p}" for label in labels for band, p in _OTHER_LABELS),
    ]
    wishes: dict[tuple[str, str], Query] = {}
    for query in map(Query.parse, [*queries, *defaults]):
        wishes.setdefault((query.label, query.band), query)
    for text in queries:
        if (label := Query.parse(text).label) not in labels:
            raise TrainingError(f"threshold {text!r}: no label {label!r}; the label files hold {', '.join(labels)}")
    return [query for query in wishes.values() if query.label in labels]


def _sources(joined: Joined, comments: pd.DataFrame, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Return for the card what each source gave, and what of it was absent."""
    names = [column for column in comments if column not in {"id", "text", "source", "by_reference", "group", "fold"}]
    judgements = Counter(label.source for label in joined.labels)
    found = []
    for source in sorted({*judgements, *joined.missing, *joined.changed}):
        rows = comments[comments["source"] == source]
        found.append(
            {
                "source": source,
                "about": known.get(source, {}).get("about", ""),
                "licence": known.get(source, {}).get("licence", "not stated"),
                "judgements": judgements[source],
                "comments": len(rows),
                "positives": {name: int((rows[name] == 1).sum()) for name in names},
                "missing": joined.missing.get(source, 0),
                "changed": joined.changed.get(source, 0),
            }
        )
    return found


def _environment() -> dict[str, str]:
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {"moderation": moderation.__version__, "python": ".".join(platform.python_version_tuple()[:2]), **packages}
