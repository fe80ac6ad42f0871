"""Near-duplicates: texts that share most of their words in the same order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from moderation.text import fold

#: Jaccard similarity of the sets of word pairs. At 0.5 two texts share two thirds of their pairs. Tried 0.4 to 0.8 on the
#: label files: below 0.45 unrelated short greetings meet, above 0.6 copies with one changed sentence part.
SIMILAR = 0.5
_ROWS = 512  # rows compared at a time, to bound the memory


def near_duplicates(texts: Sequence[str], similar: float = SIMILAR) -> list[tuple[int, int, float]]:
    """Return the pairs (i, j, similarity), i < j, of texts whose sets of word pairs are alike.

    Parameters
    ----------
    similar
        The least Jaccard similarity, in (0, 1].

    Examples
    --------
    >>> near_duplicates(["Prêt rapide sans garantie ici", "PRET RAPIDE SANS GARANTIE, ICI !", "Bonjour"])
    [(0, 1, 1.0)]
    """
    pairs = _word_pairs(texts)
    sizes = np.diff(pairs.indptr)
    found = []
    for first in range(0, len(texts), _ROWS):
        shared = (pairs[first : first + _ROWS] @ pairs.T).tocoo()
        rows, columns = shared.row + first, shared.col
        jaccard = shared.data / (sizes[rows] + sizes[columns] - shared.data)
        for index in np.flatnonzero((rows < columns) & (jaccard >= similar)):
            found.append((int(rows[index]), int(columns[index]), float(jaccard[index])))
    return sorted(found)


def _word_pairs(texts: Sequence[str]) -> sparse.csr_array[np.float64]:
    """Return which text holds which pair of neighbouring words; a one-word text holds its word."""
    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        words = fold(text).text.split()
        pairs = {" ".join(pair) for pair in itertools.pairwise(words)} or set(words)
        columns += sorted(index.setdefault(pair, len(index)) for pair in pairs)
        ends.append(len(columns))
    return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(texts), len(index)))


def groups(texts: Sequence[str], keys: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Return a number for each of the groups that a split must keep together: same thread, same article, or near-duplicates.

    Parameters
    ----------
    keys
        For each text the names that tie it to others (thread, article); empty names tie to nothing.

    Returns
    -------
    Shape ``(n_texts,)``: texts with the same number belong together.
    """
    edges = [(i, j) for i, j, _ in near_duplicates(texts)]
    first: dict[str, int] = {}
    for number, names in enumerate(keys):
        edges += [(first.setdefault(name, number), number) for name in names if name]
    rows, columns = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(texts)))
    return connected_components(graph, directed=False)[1].astype(np.int64)
