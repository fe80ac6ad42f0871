"""The same model from stock scikit-learn parts, and whether it gives the same scores."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.speed.rows import Numbers
from moderation import Model
from moderation.features import Block
from moderation.scores import pool, units
from moderation.text import MARKERS, fold
from moderation.text.names import blind


class Prepared(NamedTuple):
    """Comments cut into units and folded, for the stock side.

    Parameters
    ----------
    texts
        The folded units.
    markers
        Shape ``(n_units, n_markers)``, 1 where one holds.
    firsts
        Where each comment starts among the units.
    """

    texts: list[str]
    markers: Numbers
    firsts: list[int]


def prepared(comments: Sequence[str]) -> Prepared:
    """Cut, fold, and blind names."""
    folded, firsts = [], []
    for text in comments:
        firsts.append(len(folded))
        folded += [fold(text[start:end]) for start, end in units(text)]
    markers = np.array([[float(marker in unit.markers) for marker in MARKERS] for unit in folded])
    return Prepared([blind(unit.text) for unit in folded], markers, firsts)


class Stock:
    """A model's numbers in scikit-learn's vectorizers: what one would write without this package's features."""

    def __init__(self, model: Model) -> None:
        self.model = model
        weights = model.weights.astype(np.float64)
        parts = np.split(weights, model.features.offsets()[1:], axis=1)
        self.blocks = [
            (_vectorizer(block), part.T)
            for block, part in zip(model.features.blocks, parts, strict=True)
            if block.analyzer != "marker"
        ]
        self.marker_weights = np.zeros((len(MARKERS), len(weights)))
        for block, part in zip(model.features.blocks, parts, strict=True):
            if block.analyzer == "marker":
                self.marker_weights[[MARKERS.index(name) for name in block.ngrams]] = (part * block.idf).T
        self.calibration = np.array([model.card["calibration"][label] for label in model.labels])

    def score(self, comments: Prepared) -> Numbers:
        """Return the probabilities, shape ``(n_comments, n_labels)``."""
        log_odds = comments.markers @ self.marker_weights + self.model.intercepts
        for vectorizer, weights in self.blocks:
            log_odds += vectorizer.transform(comments.texts) @ weights
        pooled = np.array([pool(part, self.model.shares) for part in np.split(log_odds, comments.firsts[1:])])
        return np.asarray(1 / (1 + np.exp(-(pooled * self.calibration[:, 0] + self.calibration[:, 1]))))


def _vectorizer(block: Block) -> TfidfVectorizer:
    vectorizer = tfidf(block.analyzer, (block.low, block.high), vocabulary=block.index)
    vectorizer.idf_ = block.idf
    return vectorizer


def tfidf(kind: str, ngram_range: tuple[int, int], **options: Any) -> TfidfVectorizer:
    """Return a vectorizer of folded texts that gives the values of `moderation.features`."""
    if kind == "word":
        options["token_pattern"] = r"\S+"
    analyzer = {"word": "word", "char": "char_wb"}[kind]
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=ngram_range, lowercase=False, sublinear_tf=True, norm="l2", **options
    )


def checks(model: Model, stock: Stock, texts: Sequence[str], few: Sequence[str]) -> dict[str, float]:
    """Return the largest difference of a probability in each comparison."""
    ours, batch = scored(model, texts), prepared(texts)
    alone = np.concatenate([scored(model, [text]) for text in few])
    found = {
        "batch, ours and stock": ours - stock.score(batch),
        "one by one, ours and stock": alone - np.concatenate([stock.score(prepared([text])) for text in few]),
        "ours, one by one and batch": alone - ours[: len(few)],
    }
    found["ours, two jobs and one"] = scored(model, texts, n_jobs=2) - ours
    return {name: float(np.abs(difference).max()) for name, difference in found.items()}


def scored(model: Model, texts: Sequence[str], **options: int) -> Numbers:
    """Return our probabilities, shape ``(n_comments, n_labels)``."""
    return np.array([list(scores.probabilities.values()) for scores in model.score(texts, **options)])
