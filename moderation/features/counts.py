"""How often each n-gram stands in each text: what a vocabulary is learned from, and a matrix made of."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from moderation.errors import TrainingError
from moderation.features import Analyzer, Block, marker_block, occurrences
from moderation.text import MARKERS, Folded, fold

if TYPE_CHECKING:
    from moderation.features.compiled.counter import Counter

Ranges = dict[Analyzer, tuple[int, int]]
Rows = NDArray[np.int64] | None
#: From so many texts on, counting pays for loading the kernel (a second; some 20 where nothing is compiled yet).
COMPILED_FROM = 2_000
CELLS = 1 << 22
ROWS = 1_000  # texts whose matrix is made at a time


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each n-gram stands in each text, for one kind of n-gram.

    Parameters
    ----------
    ngrams
        In alphabetical order.
    matrix
        Shape ``(n_texts, n_ngrams)``, a column for each of `ngrams`, in order within a row.
    totals
        Shape ``(n_texts,)``: how many n-grams each text has, with those that are not in `ngrams`.
    """

    analyzer: Analyzer
    low: int
    high: int
    ngrams: tuple[str, ...]
    matrix: sparse.csr_array[np.int32]
    totals: NDArray[np.int64]

    @classmethod
    def of(
        cls, texts: Sequence[Folded], analyzer: Analyzer, low: int, high: int, known: Sequence[str] | None = None
    ) -> Counts:
        """Count the n-grams of texts: all of them, or only those in `known`."""
        index: dict[str, int] = defaultdict() if known is None else {ngram: i for i, ngram in enumerate(known)}
        if isinstance(index, defaultdict):
            index.default_factory = index.__len__
        columns, ends = array("i"), array("i", [0])  # scikit-learn wants 32-bit indices
        totals = np.zeros(len(texts), dtype=np.int64)
        for number, folded in enumerate(texts):
            found = [ngram for ngram, _, _ in occurrences(folded, analyzer, low, high)]
            columns.extend(index[ngram] for ngram in found if known is None or ngram in index)
            ends.append(len(columns))
            totals[number] = len(found)
        ngrams = sorted(index)
        order = np.empty(len(index), dtype=np.int32)
        order[[index[ngram] for ngram in ngrams]] = np.arange(len(index), dtype=np.int32)
        cells = np.ones(len(columns), dtype=np.int32), order[np.asarray(columns)], np.asarray(ends)
        matrix = sparse.csr_array(cells, shape=(len(texts), len(index)))
        matrix.sum_duplicates()
        return cls(analyzer, low, high, tuple(ngrams), matrix, totals)

    def of_at_least(self, min_df: int) -> Counts:
        """Return the counts without the n-grams that stand in fewer texts; `totals` stay."""
        kept = np.flatnonzero(_frequencies(self.matrix) >= min_df)
        ngrams = tuple(self.ngrams[column] for column in kept)
        return replace(self, ngrams=ngrams, matrix=_columns(self.matrix, kept))

    def of_rows(self, rows: NDArray[np.int64]) -> Counts:
        """Return the counts of some of the texts."""
        return replace(self, matrix=self.matrix[rows], totals=self.totals[rows])

    def vocabulary(self, rows: Rows, min_df: int, max_features: int | None) -> Block:
        """Return the block that these rows teach: n-grams in at least `min_df` of them, the most frequent if too many."""
        if self.analyzer == "marker":
            return marker_block()
        part = self._part(rows)
        frequency = _frequencies(part)
        kept = np.flatnonzero(frequency >= min_df)
        if max_features is not None and len(kept) > max_features:
            kept = np.sort(kept[np.argsort(-frequency[kept], kind="stable")[:max_features]])
        idf = np.log((1 + part.shape[0]) / (1 + frequency[kept])) + 1
        return Block(self.analyzer, self.low, self.high, tuple(self.ngrams[i] for i in kept), idf)

    def tfidf(
        self, rows: Rows, block: Block, positions: NDArray[np.int64] | None = None
    ) -> sparse.csr_array[np.float64]:
        """Return the TF-IDF of these rows under the vocabulary of a block, shape ``(n_rows, n_ngrams)``.

        `positions`: those of the block, where they are known.
        """
        part = _columns(self._part(rows), self.positions(block) if positions is None else positions)
        if block.analyzer == "marker":
            return _with_values(part, block.idf[part.indices])
        worth = 1 + np.log(np.arange(1, 1 + part.data.max(initial=1), dtype=np.float64))
        values = worth[part.data - 1] * block.idf[part.indices]
        sizes = np.diff(part.indptr)
        squares = np.add.reduceat(values**2, part.indptr[:-1][sizes > 0]) if len(values) else values
        values /= np.repeat(np.sqrt(squares), sizes[sizes > 0])
        return _with_values(part, values)

    def known(self, rows: NDArray[np.int64], block: Block) -> NDArray[np.int64]:
        """Return how many n-grams of each row the block knows, shape ``(n_rows,)``."""
        return np.asarray(_columns(self._part(rows), self.positions(block)).sum(axis=1))

    def positions(self, block: Block) -> NDArray[np.int64]:
        """Return the column of each n-gram of a block, -1 where none of the texts holds it."""
        return np.array([self._index.get(ngram, -1) for ngram in block.ngrams], dtype=np.int64)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {ngram: column for column, ngram in enumerate(self.ngrams)}

    def _part(self, rows: Rows) -> sparse.csr_array[np.int32]:
        """Return the rows; None stands for all, which are not copied."""
        return self.matrix if rows is None else self.matrix[rows]


def side_by_side(counts: Sequence[Counts], blocks: Sequence[Block], rows: Rows) -> sparse.csr_array[np.float64]:
    """Return the TF-IDF of these rows under a block for each kind of n-gram, shape ``(n_rows, n_features)``.

    Some rows at a time, so that what they are made from stays in the processor's cache.
    """
    wheres = [(block, part.positions(block)) for part, block in zip(counts, blocks, strict=True)]
    chosen = np.arange(counts[0].matrix.shape[0]) if rows is None else rows
    most = sum(int(np.diff(part.matrix.indptr)[chosen].sum()) for part in counts)
    values, columns = np.empty(most), np.empty(most, dtype=np.int32)  # memory is taken only as it is used
    ends = np.zeros(len(chosen) + 1, dtype=np.int64)
    for first in range(0, len(chosen), ROWS):
        some = chosen[first : first + ROWS]
        parts = [part.tfidf(some, *where) for part, where in zip(counts, wheres, strict=True)]
        piece = sparse.hstack(parts, format="csr")
        start, stop = ends[first], ends[first] + piece.nnz
        values[start:stop], columns[start:stop] = piece.data, piece.indices
        ends[first + 1 : first + 1 + len(some)] = start + piece.indptr[1:]
    shape = (len(chosen), sum(len(block.ngrams) for block in blocks))
    return sparse.csr_array((values[: ends[-1]], columns[: ends[-1]], _narrow(ends)), shape=shape)


def count(texts: Sequence[str], ranges: Ranges, min_df: int) -> tuple[Counts, ...]:
    """Fold texts and count their n-grams, compiled where Numba is installed and the texts are many.

    Parameters
    ----------
    ranges
        For each kind of n-gram the shortest and the longest.
    min_df
        N-grams in fewer of the texts are not kept: no vocabulary of any part of the texts could hold them. Markers are
        all kept.
    """
    if len(texts) >= COMPILED_FROM:
        try:
            from moderation.features.compiled.counter import Counter, make_ready
        except ImportError:
            pass
        else:
            make_ready()
            return _compiled(Counter(texts), ranges, min_df)
    folded = [fold(text) for text in texts]
    found = [Counts.of(folded, kind, *span) for kind, span in ranges.items()]
    return tuple(part if part.analyzer == "marker" else part.of_at_least(min_df) for part in found)


def _compiled(counter: Counter, ranges: Ranges, min_df: int) -> tuple[Counts, ...]:
    found = []
    for kind, (low, high) in ranges.items():
        if kind == "marker":
            found.append(_markers(counter.marks))
            continue
        rows = (counter.words if kind == "word" else counter.chars)(low, high, min_df)
        shape = (len(rows.totals), len(rows.ngrams))
        matrix = sparse.csr_array((rows.counts, rows.columns, _narrow(rows.ends)), shape=shape)
        found.append(Counts(kind, low, high, rows.ngrams, matrix, rows.totals))
    return tuple(found)


def _narrow(ends: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return where rows end in 32 bits, as liblinear wants them.

    Raises
    ------
    TrainingError
        Where there are more cells than that, some three million comments.
    """
    if ends[-1] >= 1 << 31:
        raise TrainingError(
            f"{ends[-1]} different n-grams, those of each text added up; expected at most {(1 << 31) - 1}: "
            "train on fewer comments"
        )
    return ends.astype(np.int32)


def _markers(marks: NDArray[np.int64]) -> Counts:
    """Return the counts of the markers whose bits are set."""
    held = (marks[:, None] >> np.arange(len(MARKERS)) & 1).astype(np.int32)
    some = np.flatnonzero(held.any(axis=0))
    matrix = sparse.csr_array(held[:, some])
    return Counts("marker", 1, 1, tuple(MARKERS[place] for place in some), matrix, held.sum(axis=1, dtype=np.int64))


def _frequencies(matrix: sparse.csr_array[np.int32]) -> NDArray[np.int64]:
    """Return in how many rows each column stands; some cells at a time, since NumPy copies them to 64 bits."""
    found = np.zeros(matrix.shape[1], dtype=np.int64)
    for first in range(0, len(matrix.indices), CELLS):
        found += np.bincount(matrix.indices[first : first + CELLS], minlength=len(found))
    return found


def _columns(matrix: sparse.csr_array[np.int32], columns: NDArray[np.int64]) -> sparse.csr_array[np.int32]:
    """Return columns in ascending order, those that are -1 empty."""
    place = np.full(matrix.shape[1], -1, dtype=np.int32)
    some = np.flatnonzero(columns >= 0)
    place[columns[some]] = some
    found = place[matrix.indices]
    kept = found >= 0
    ends = np.zeros(len(found) + 1, dtype=matrix.indptr.dtype)
    np.cumsum(kept, out=ends[1:])
    cells = matrix.data[kept], found[kept], ends[matrix.indptr]
    return sparse.csr_array(cells, shape=(matrix.shape[0], len(columns)))


def _with_values(matrix: sparse.csr_array[np.int32], values: NDArray[np.float64]) -> sparse.csr_array[np.float64]:
    return sparse.csr_array((values, matrix.indices, matrix.indptr), shape=matrix.shape)
