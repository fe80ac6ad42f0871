"""The features of many texts as one sparse matrix, and the scikit-learn transformer over it."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from moderation.features import Analyzer, Block, Features, marker_block, occurrences
from moderation.text import MARKERS, Folded, fold

Ranges = dict[Analyzer, tuple[int, int]]
Rows = NDArray[np.int64] | slice


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each n-gram stands in each text, for one kind of n-gram.

    Parameters
    ----------
    matrix
        Shape ``(n_texts, n_ngrams)``, columns in alphabetical order of `ngrams`.
    """

    analyzer: Analyzer
    low: int
    high: int
    ngrams: tuple[str, ...]
    matrix: sparse.csr_array[np.float64]

    @classmethod
    def of(
        cls, texts: Sequence[Folded], analyzer: Analyzer, low: int, high: int, known: Sequence[str] | None = None
    ) -> Counts:
        """Count the n-grams of texts: all of them, or only those in `known`."""
        index: dict[str, int] = defaultdict() if known is None else {ngram: i for i, ngram in enumerate(known)}
        if isinstance(index, defaultdict):
            index.default_factory = index.__len__
        columns, ends = array("i"), array("i", [0])  # scikit-learn wants 32-bit indices
        for folded in texts:
            if known is None:
                columns.extend(index[ngram] for ngram, _, _ in occurrences(folded, analyzer, low, high))
            else:
                columns.extend(index[g] for g, _, _ in occurrences(folded, analyzer, low, high) if g in index)
            ends.append(len(columns))
        matrix = sparse.csr_array(
            (np.ones(len(columns)), np.asarray(columns), np.asarray(ends)), shape=(len(texts), len(index))
        )
        matrix.sum_duplicates()
        ngrams = sorted(index)
        order = np.array([index[ngram] for ngram in ngrams], dtype=np.int32)
        return cls(analyzer, low, high, tuple(ngrams), matrix[:, order])

    def vocabulary(self, rows: Rows, min_df: int, max_features: int | None) -> Block:
        """Return the block that these rows teach: n-grams in at least `min_df` of them, the most frequent if too many."""
        if self.analyzer == "marker":
            return marker_block()
        part = self.matrix[rows]
        frequency = np.bincount(part.indices, minlength=len(self.ngrams))
        kept = np.flatnonzero(frequency >= min_df)
        if max_features is not None and len(kept) > max_features:
            kept = np.sort(kept[np.argsort(-frequency[kept], kind="stable")[:max_features]])
        idf = np.log((1 + part.shape[0]) / (1 + frequency[kept])) + 1
        return Block(self.analyzer, self.low, self.high, tuple(self.ngrams[i] for i in kept), idf)

    def tfidf(self, rows: Rows, block: Block) -> sparse.csr_array[np.float64]:
        """Return the TF-IDF of these rows under the vocabulary of a block, shape ``(n_rows, n_ngrams)``."""
        position = {ngram: column for column, ngram in enumerate(self.ngrams)}
        columns = np.array([position.get(ngram, -1) for ngram in block.ngrams], dtype=np.int32)
        part = self.matrix[rows]
        if (columns < 0).any():  # n-grams that none of the texts holds
            part = sparse.hstack([part, sparse.csr_array((part.shape[0], 1))], format="csr")
        part = sparse.csr_array(part[:, columns])
        part.sort_indices()
        if block.analyzer == "marker":
            part.data = block.idf[part.indices]
            return part
        part.data = (1 + np.log(part.data)) * block.idf[part.indices]
        norms = np.sqrt(np.add.reduceat(np.append(part.data**2, 0.0), part.indptr[:-1]))
        norms[np.diff(part.indptr) == 0] = 1.0
        part.data /= np.repeat(norms, np.diff(part.indptr))
        return part


def matrix_of(features: Features, texts: Sequence[Folded]) -> sparse.csr_array[np.float64]:
    """Return the features of texts, shape ``(n_texts, n_features)``."""
    parts = []
    for block in features.blocks:
        counts = Counts.of(texts, block.analyzer, block.low, block.high, block.ngrams)
        parts.append(counts.tfidf(slice(None), block))
    return sparse.csr_array(sparse.hstack(parts, format="csr"))


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
            blocks.append(counts.vocabulary(slice(None), self.min_df, limits[analyzer]))
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
