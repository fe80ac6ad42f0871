"""N-gram TF-IDF of folded texts: the definition, in plain Python.

The features of a text are three blocks side by side:

``word``
    runs of 1 to 2 tokens,
``char``
    runs of 2 to 5 characters inside a token, with a space before and after it (scikit-learn's ``char_wb``),
``marker``
    the markers that `moderation.text.fold` found, each with the fixed value that stands in the place of its idf.

Names (`moderation.text.names`) are all read as one word in the first two, so that whom a comment names does not decide.

Of the first two, a value is ``(1 + ln count) * idf`` with ``idf = ln((1 + n) / (1 + df)) + 1`` over n training texts of which
df hold the n-gram, and each block is scaled to Euclidean length 1. Source: scikit-learn's ``TfidfVectorizer`` with
``sublinear_tf=True``; a test compares the two column by column.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moderation.features.index import slots_of
from moderation.text import MARKERS, Folded
from moderation.text.names import NAME, NAMES, blind

#: Value of a marker that holds. Tried 0 (none), 0.3 and 1 by grouped cross-validation on the label files: average precision
#: of insult 0.896, 0.898, 0.896, of spam 0.948, 0.951, 0.950. To try again: ``python -m benchmarks.quality``.
MARKER_VALUE = 0.3

Analyzer = Literal["word", "char", "marker"]
Occurrence = tuple[str, int, int]  # an n-gram and the range of the folded text that it stands for


def word_ngrams(text: str, low: int, high: int) -> Iterator[Occurrence]:
    """Yield the runs of `low` to `high` tokens of a folded text, names blinded.

    Examples
    --------
    >>> list(word_ngrams("gros nul", 1, 2))
    [('gros', 0, 4), ('nul', 5, 8), ('gros nul', 0, 8)]
    """
    ends = [index for index, character in enumerate(text) if character == " "] + [len(text)]
    starts = [0] + [end + 1 for end in ends[:-1]]
    tokens = blind(text).split(" ")
    for n in range(low, high + 1) if text else ():
        for first, (start, end) in enumerate(zip(starts, ends[n - 1 :], strict=False)):
            yield " ".join(tokens[first : first + n]), start, end


def char_ngrams(text: str, low: int, high: int) -> Iterator[Occurrence]:
    """Yield the runs of `low` to `high` characters of each token, which has a space before and after it.

    A token no longer than a run, spaces included, is counted once. The ranges leave the spaces out; those of a name, which
    is blinded, are the whole name.

    Examples
    --------
    >>> list(char_ngrams("nul", 4, 5))
    [(' nul', 0, 3), ('nul ', 0, 3), (' nul ', 0, 3)]
    """
    start = 0
    for token in text.split(" ") if text else ():
        named, end = token in NAMES, start + len(token)
        padded = f" {NAME if named else token} "
        for n in range(low, high + 1):
            for offset in range(max(1, len(padded) - n + 1)):
                first = start + offset - 1
                yield (
                    padded[offset : offset + n],
                    *((start, end) if named else (max(first, start), min(first + n, end))),
                )
            if len(padded) <= n:
                break
        start = end + 1


@dataclass(frozen=True, eq=False)
class Block:
    """The vocabulary of one kind of n-gram, in alphabetical order, with its idf.

    Parameters
    ----------
    analyzer
        ``word``, ``char`` or ``marker``.
    low, high
        The shortest and the longest n-gram; 1 and 1 for markers.
    ngrams
        The n-grams that the model knows, sorted.
    idf
        Shape ``(n_ngrams,)``, each >= 1; for markers their value.
    columns
        What `index` is, where a model file has it.
    """

    analyzer: Analyzer
    low: int
    high: int
    ngrams: Sequence[str]
    idf: NDArray[np.float64]
    columns: Mapping[str, int] | None = None

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Column of each n-gram within the block."""
        return {ngram: column for column, ngram in enumerate(self.ngrams)} if self.columns is None else self.columns

    def occurrences(self, folded: Folded) -> Iterator[Occurrence]:
        """Yield each n-gram of a text, known or not, with its range in the folded text."""
        return occurrences(folded, self.analyzer, self.low, self.high)

    def vector(self, folded: Folded) -> dict[str, float]:
        """Return the value of each known n-gram of a text."""
        counts = Counter(ngram for ngram, _, _ in self.occurrences(folded) if ngram in self.index)
        if self.analyzer == "marker":
            return {marker: float(self.idf[self.index[marker]]) for marker in counts}
        values = {g: (1 + math.log(count)) * self.idf[self.index[g]] for g, count in counts.items()}
        norm = math.sqrt(math.fsum(value * value for value in values.values()))
        return {ngram: float(value / norm) for ngram, value in values.items()}


def occurrences(folded: Folded, analyzer: Analyzer, low: int, high: int) -> Iterator[Occurrence]:
    """Yield each n-gram of one kind in a folded text; a marker stands for the whole text."""
    if analyzer == "word":
        return word_ngrams(folded.text, low, high)
    if analyzer == "char":
        return char_ngrams(folded.text, low, high)
    return ((marker, 0, len(folded.text)) for marker in folded.markers)


@dataclass(frozen=True, eq=False)
class Features:
    """All blocks of a model, their columns side by side.

    Examples
    --------
    >>> from moderation.text import fold
    >>> words = Block("word", 1, 1, ("gros", "nul"), np.array([1.0, 1.0]))
    >>> features = Features((words,))
    >>> features.row(fold("Gros nul !"))
    (array([0, 1]), array([0.707..., 0.707...]))
    >>> features.coverage([fold("gros malin")])
    0.5
    """

    blocks: tuple[Block, ...]
    hashed: NDArray[np.uint64] | None = None

    @cached_property
    def slots(self) -> NDArray[np.uint64]:
        """The hash table of the n-grams, see `moderation.features.index`; read from a model file where there is one."""
        return slots_of([(b.analyzer, b.ngrams) for b in self.blocks]) if self.hashed is None else self.hashed

    def __len__(self) -> int:
        return sum(len(block.ngrams) for block in self.blocks)

    def offsets(self) -> list[int]:
        """Return the first column of each block."""
        sizes = [len(block.ngrams) for block in self.blocks]
        return [sum(sizes[:position]) for position in range(len(sizes))]

    def names(self) -> list[str]:
        """Return the name of each column: ``word:nul``, ``char: nu``, ``marker:capitals``."""
        return [f"{block.analyzer}:{ngram}" for block in self.blocks for ngram in block.ngrams]

    def row(self, folded: Folded) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the columns of a text that are not zero, in order, and their values."""
        cells = [
            (offset + block.index[ngram], value)
            for offset, block in zip(self.offsets(), self.blocks, strict=True)
            for ngram, value in block.vector(folded).items()
        ]
        cells.sort()
        return np.array([c for c, _ in cells], dtype=np.int64), np.array([v for _, v in cells], dtype=np.float64)

    def coverage(self, texts: Sequence[Folded]) -> float:
        """Return the share, in [0, 1], of the words and character n-grams of the texts that the model knows.

        1.0 where there are none: punctuation alone holds nothing that is unknown.
        """
        known = total = 0
        for block in self.blocks:
            if block.analyzer == "marker":
                continue
            for folded in texts:
                for ngram, _, _ in block.occurrences(folded):
                    total += 1
                    known += ngram in block.index
        return known / total if total else 1.0


def marker_block() -> Block:
    """Return the block of markers, which is the same in every model."""
    return Block("marker", 1, 1, MARKERS, np.full(len(MARKERS), MARKER_VALUE))
