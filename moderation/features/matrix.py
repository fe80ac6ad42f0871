"""The features of many texts as one sparse matrix, and the scikit-learn transformer over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from moderation.features import Features
from moderation.features.counts import Counts, Ranges, side_by_side
from moderation.text import MARKERS, Folded, fold


def matrix_of(features: Features, texts: Sequence[Folded]) -> sparse.csr_array[np.float64]:
    """Return the features of texts, shape ``(n_texts, n_features)``."""
    counts = [Counts.of(texts, block.analyzer, block.low, block.high, block.ngrams) for block in features.blocks]
    return side_by_side(counts, features.blocks, None)


class NgramFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn transformer from texts to the features of `moderation.features`.

    Parameters
    ----------
    word_range, char_range
        Shortest and longest n-gram of each block; None leaves the block out.
    markers
        Whether to add the block of markers.
    min_df
        An n-gram is kept if at least so many texts hold it.
    max_words, max_chars
        The most n-grams kept in each block, those in the most texts; None keeps all.

    Examples
    --------
    >>> features = NgramFeatures(char_range=None, markers=False, min_df=1)
    >>> features.fit_transform(["gros nul", "gros malin"]).shape
    (2, 5)
    >>> list(features.get_feature_names_out())[:3]
    ['word:gros', 'word:gros malin', 'word:gros nul']
    """

    def __init__(
        self,
        word_range: tuple[int, int] | None = (1, 2),
        char_range: tuple[int, int] | None = (2, 5),
        markers: bool = True,
        min_df: int = 2,
        max_words: int | None = None,
        max_chars: int | None = None,
    ) -> None:
        self.word_range = word_range
        self.char_range = char_range
        self.markers = markers
        self.min_df = min_df
        self.max_words = max_words
        self.max_chars = max_chars

    def fit(self, texts: Iterable[str | Folded], y: Any = None) -> NgramFeatures:
        """Learn the vocabulary and the idf of texts."""
        folded = _folded(texts)
        limits = {"word": self.max_words, "char": self.max_chars, "marker": None}
        blocks = []
        for analyzer, (low, high) in self._ranges().items():
            counts = Counts.of(folded, analyzer, low, high)
            blocks.append(counts.vocabulary(None, self.min_df, limits[analyzer]))
        self.features_ = Features(tuple(blocks))
        self.n_features_out_ = len(self.features_)
        return self

    def transform(self, texts: Iterable[str | Folded]) -> sparse.csr_array[np.float64]:
        """Return the features of texts, shape ``(n_texts, n_features)``."""
        check_is_fitted(self)
        return matrix_of(self.features_, _folded(texts))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the name of each column."""
        check_is_fitted(self)
        return np.array(self.features_.names(), dtype=object)

    def _ranges(self) -> Ranges:
        ranges: Ranges = {}
        if self.word_range is not None:
            ranges["word"] = self.word_range
        if self.char_range is not None:
            ranges["char"] = self.char_range
        if self.markers:
            ranges["marker"] = (1, 1)
        return ranges


def _folded(texts: Iterable[str | Folded]) -> list[Folded]:
    return [text if isinstance(text, Folded) else fold(text) for text in texts]


assert sorted(MARKERS) == list(MARKERS)
