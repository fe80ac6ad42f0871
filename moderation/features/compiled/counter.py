"""Counting the n-grams of many texts, compiled: what `moderation.features.counts` asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.cache import announced
from moderation.features.compiled.count import (
    FIRST,
    IDS,
    LENGTH_BITS,
    LETTERS,
    MARKS,
    NONE,
    PLACES,
    count_all,
    list_chars,
    list_words,
    number_all,
    write_all,
)
from moderation.features.compiled.feed import Feed, folded_text
from moderation.features.compiled.numbers import Desk, Grams, Lists, Words
from moderation.features.compiled.score import ABANDONED, DONE, WHOLE
from moderation.features.compiled.tables import Reading

BATCH = 10_000  # texts that are read at a time, to bound the memory


class Rows(NamedTuple):
    """Counts of n-grams as rows of columns.

    Parameters
    ----------
    ngrams
        In alphabetical order.
    ends, columns, counts
        Shapes ``(n_texts + 1,)`` and ``(n_cells,)`` twice: a CSR matrix, its columns in order.
    totals
        Shape ``(n_texts,)``: how many n-grams each text has, those that were not kept among them.
    """

    ngrams: tuple[str, ...]
    ends: NDArray[np.int64]
    columns: NDArray[np.int32]
    counts: NDArray[np.int32]
    totals: NDArray[np.int64]


class Counter:
    """Reads texts once, into numbers of tokens, and counts n-grams from these.

    Parameters
    ----------
    texts
        As readers wrote them; none is cut into sentences.
    room
        How many tokens there is room for at first, a power of two.
    """

    def __init__(self, texts: Sequence[str], room: int = 1 << 16) -> None:
        self._words = Words.of(room)
        self._room = room
        feed = Feed()
        parts = [self._read(texts[at : at + BATCH], feed) for at in range(0, len(texts), BATCH)]
        self._spots = np.concatenate([np.zeros((0, 3), dtype=np.int64), *parts])
        letters = self._words.letters[: self._words.used[LETTERS]].tobytes().decode("utf-32-le", "surrogatepass")
        ends = self._words.ends[: self._words.used[IDS] + 1].tolist()
        self._tokens = [letters[begin:end] for begin, end in pairwise(ends)]

    @property
    def marks(self) -> NDArray[np.int64]:
        """Shape ``(n_texts,)``: a bit for each marker of `moderation.text`."""
        return self._spots[:, MARKS]

    def chars(self, low: int, high: int, min_df: int) -> Rows:
        """Count the runs of characters inside a token that stand in at least `min_df` of the texts."""
        count, words = int(self._words.used[IDS]), self._words
        padded = np.diff(words.ends[: count + 1]) + 2
        starts = np.zeros(count + 1, dtype=np.int64)
        numbers = np.empty(sum(int(np.maximum(padded - n + 1, 1).sum()) for n in range(low, high + 1)), dtype=np.uint32)
        grams, done = Grams.of(self._room), 0
        while (done := list_chars(done, low, high, words.ends, words.letters, grams, starts, numbers)) < count:
            grams = grams.larger()
        lists = Lists(words.places[: words.used[PLACES]], starts, numbers[: starts[-1]])

        def texts(heads: NDArray[np.int64]) -> list[str]:
            begins, lengths = heads[:, 1] >> LENGTH_BITS, heads[:, 1] & (1 << LENGTH_BITS) - 1
            ranges = zip(heads[:, 0].tolist(), begins.tolist(), (begins + lengths).tolist(), strict=True)
            return [f" {self._tokens[token]} "[begin:end] for token, begin, end in ranges]

        return self._rows(lists, grams, min_df, texts)

    def words(self, low: int, high: int, min_df: int) -> Rows:
        """Count the runs of tokens that stand in at least `min_df` of the texts."""
        words = self._words
        size = int(words.used[PLACES])
        starts = np.zeros(size + 1, dtype=np.int64)
        numbers = np.empty(size * (high - low + 1), dtype=np.uint32)
        spots = self._spots[np.argsort(self._spots[:, FIRST], kind="stable")]
        grams, done = Grams.of(self._room), 0
        where = spots, words.places, words.hashes
        while (done := list_words(done, low, high, *where, grams, starts, numbers)) < len(spots):
            grams = grams.larger()
        lists = Lists(np.arange(size, dtype=np.uint32), starts, numbers[: starts[-1]])

        def texts(heads: NDArray[np.int64]) -> list[str]:
            found = np.empty(len(heads), dtype=object)
            for length in range(low, high + 1):
                some = np.flatnonzero(heads[:, 1] == length)
                places = [words.places[heads[some, 0] + n].tolist() for n in range(length)]
                runs = zip(*[[self._tokens[token] for token in part] for part in places], strict=True)
                found[some] = list(map(" ".join, runs))
            return list(found)

        return self._rows(lists, grams, min_df, texts)

    def _read(self, texts: Sequence[str], feed: Feed) -> NDArray[np.int64]:
        """Give the tokens of texts numbers; return for each text the range of its places, and its markers."""
        spots = np.empty((len(texts), 3), dtype=np.int64)
        states = self._number(texts, np.full(len(texts), WHOLE), feed, spots)
        for number in np.flatnonzero(states == ABANDONED).tolist():
            states[number] = self._number(*folded_text(texts[number]), feed, spots[number : number + 1])[0]
        assert (states == DONE).all()
        return spots

    def _number(
        self, texts: Sequence[str], marks: NDArray[np.int64], feed: Feed, spots: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        work = _Numbering(self._words, Desk.of(max(map(len, texts))), spots)
        states = feed.run(texts, marks, work)
        self._words = work.words
        return states

    def _rows(self, lists: Lists, grams: Grams, min_df: int, texts: Callable[[NDArray[np.int64]], list[str]]) -> Rows:
        """Keep the n-grams that stand in enough texts, put them in alphabetical order, and write the rows."""
        seen = np.zeros((int(grams.used[0]), 2), dtype=np.uint32)
        totals = np.empty(len(self._spots), dtype=np.int64)
        count_all(self._spots, *lists, seen, totals)
        kept = np.flatnonzero(seen[:, 1] >= min_df)
        found = texts(grams.heads[kept])
        order = sorted(range(len(found)), key=found.__getitem__)
        columns = np.full(len(seen), NONE, dtype=np.uint32)
        columns[kept[order]] = np.arange(len(order), dtype=np.uint32)
        size = int(seen[kept, 1].sum(dtype=np.int64))
        rows = Rows(
            tuple([found[number] for number in order]),
            np.zeros(len(self._spots) + 1, dtype=np.int64),
            np.empty(size, dtype=np.int32),
            np.empty(size, dtype=np.int32),
            totals,
        )
        groups = -(-len(found) // 4096)
        room = np.zeros(len(found), dtype=np.int32), np.zeros(64 * groups, np.uint64), np.zeros(groups, np.uint64)
        write_all(self._spots, *lists.of_columns(columns), *room, *rows[1:4])
        return rows


@cache
def make_ready() -> None:
    """Compile everything, or load what is kept of it."""
    with announced("counting"):
        counter = Counter(["Merci."], room=2)
        counter.words(1, 2, 1)
        counter.chars(2, 5, 1)


@dataclass
class _Numbering:
    """Numbers of tokens as they are written, for `Feed.run`."""

    words: Words
    room: Desk
    spots: NDArray[np.int64]

    def call(
        self,
        text: NDArray[np.uint32],
        bounds: NDArray[np.int64],
        marks: NDArray[np.int64],
        states: NDArray[np.int64],
        tables: Reading,
    ) -> int:
        return int(number_all(text, bounds, marks, states, tables, self.room, self.words, self.spots))

    def make_room(self, again: bool) -> None:
        """Take more room."""
        self.words = self.words.larger()
