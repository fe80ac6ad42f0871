"""The scores of `moderation.model.Model`, compiled: one pass over a batch of comments, no object for an n-gram.

The plain-Python modules are the definition: `moderation.text.fold`, `moderation.text.sentences` and
`moderation.features`. This package repeats them over arrays with Numba, and tests hold it to them on arbitrary text. What
tables and a scan cannot express it does not try: it hands such a chunk of a comment back, `fold` folds it, and the result
is kept for the next time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.cache import announced
from moderation.features.compiled.explain import explain_text
from moderation.features.compiled.feed import MOST_TRIES, Feed, folded_text
from moderation.features.compiled.read import LEFT, READ, START, STOP
from moderation.features.compiled.score import ABANDONED, DONE, RAW, STAMP, TODO, WHOLE, score_all
from moderation.features.compiled.tables import Reading, Room, Weights, code_points
from moderation.scores import pool, units
from moderation.text import MARKERS

LONGEST = 4096  # a comment of so many characters has room in what is kept between calls
Found = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
Single = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


class Decided(NamedTuple):
    """The unit of a comment that decided for a label.

    Parameters
    ----------
    start, end
        Its range in the comment.
    log_odds
        What it scores.
    words
        Range in the comment and what it adds, of each word of which the model knows something.
    markers
        Name and what it adds.
    """

    start: int
    end: int
    log_odds: float
    words: list[tuple[int, int, float]]
    markers: list[tuple[str, float]]


class Kernel:
    """Scores comments as `Model` defines it; threads may share it.

    Parameters
    ----------
    slots, cells
        The hash table of the n-grams, see `moderation.features.index`, and for each feature its idf and its weights, shape
        ``(n_features, 1 + n_labels)``.
    intercepts, shares
        Shape ``(n_labels,)``; see `moderation.scores.pool`.
    ranges
        Analyzer -> shortest and longest n-gram.
    markers
        Name of a marker -> its column.
    """

    def __init__(
        self,
        slots: NDArray[np.uint64],
        cells: NDArray[np.float32],
        intercepts: NDArray[np.float32],
        shares: NDArray[np.float64],
        ranges: dict[str, tuple[int, int]],
        markers: dict[str, int],
    ) -> None:
        self._labels = len(intercepts)
        self._weights = Weights.of(slots, cells, intercepts, shares, ranges, markers)
        self._feed = Feed()
        self._rooms: list[tuple[Room, Single]] = []
        with announced("scoring"):
            self.log_odds(["Merci."])

    def log_odds(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pooled log-odds of comments, shape ``(n_comments, n_labels)``, and their coverage, in [0, 1]."""
        odds, coverage, states = self._run(texts, np.full(len(texts), RAW))
        if (states == ABANDONED).any():
            for number in np.flatnonzero(states == ABANDONED).tolist():
                odds[number], coverage[number] = self._by_unit(texts[number])
        return odds[:, : self._labels], coverage

    def one(self, text: str) -> tuple[list[float], float]:
        """Return what `log_odds` gives for one comment, with less ado."""
        if len(text) <= LONGEST:
            codes = code_points(text)
            room, single = self._lent()
            try:
                bounds, marks, states, odds, coverage = single
                bounds[1], states[0] = len(codes), TODO
                score_all(codes, bounds, marks, states, self._feed.tables, self._weights, room, odds, coverage)
                if states[0] == DONE:
                    return odds[0, : self._labels].tolist(), float(coverage[0])
            finally:
                self._rooms.append((room, single))
        odds, coverage = self.log_odds([text])
        return odds[0].tolist(), float(coverage[0])

    def explain(self, text: str) -> list[Decided] | None:
        """Return for each label the unit that decided and what its words add; None where it is left to the definition."""
        found = self._explain(text, False)
        return self._explain_units(text) if found is None else found

    def _explain(self, text: str, whole: bool) -> list[Decided] | None:
        codes = code_points(text)
        pairs = len(self._weights.intercepts)
        odds, decided = np.empty(pairs), np.empty((pairs, 4), dtype=np.int64)
        weights = np.empty((2 * len(codes) + 1, pairs))
        with self._room(len(text)) as room:
            for _ in range(MOST_TRIES):
                status = explain_text(codes, whole, self._feed.tables, self._weights, room, decided, odds, weights)
                if status == READ:
                    return [self._decided(n, decided, odds, weights, room, len(text)) for n in range(self._labels)]
                if status == LEFT:
                    break
                self._feed.learn(codes, text, room)
        return None

    def _explain_units(self, text: str) -> list[Decided] | None:
        """Explain a comment that is read unit by unit."""
        ranges = units(text)
        odds, _ = self._units([text[start:end] for start, end in ranges])
        found = []
        for label, share in enumerate(self._weights.shares[: self._labels].tolist()):
            unit = 1 + int(odds[1:, label].argmax()) if share > 0 and len(ranges) > 1 else 0
            start, end = ranges[unit]
            explained = self._explain(text[start:end], True)
            if explained is None:
                return None
            one = explained[label]
            words = [(start + first, start + last, weight) for first, last, weight in one.words]
            found.append(one._replace(start=start, end=end, words=words))
        return found

    def _decided(
        self,
        label: int,
        decided: NDArray[np.int64],
        odds: NDArray[np.float64],
        weights: NDArray[np.float64],
        room: Room,
        length: int,
    ) -> Decided:
        unit, first, last, marks = decided[label].tolist()
        start, end = room.spans[unit - 1].tolist() if unit else (0, length)
        ranges = room.tokens[first:last, START : STOP + 1].tolist()
        words = [
            (*place, weight)
            for place, weight in zip(ranges, weights[first:last, label].tolist(), strict=True)
            if weight == weight
        ]
        cells, columns = self._weights.cells, self._weights.markers
        markers = [
            (name, float(cells[column, 0]) * float(cells[column, label + 1]))
            for bit, (name, column) in enumerate(zip(MARKERS, columns.tolist(), strict=True))
            if marks >> bit & 1 and column >= 0
        ]
        return Decided(start, end, float(odds[label]), words, markers)

    def _run(self, texts: Sequence[str], marks: NDArray[np.int64]) -> Found:
        size = len(texts)
        with self._room(len(texts[0]) if size == 1 else max(map(len, texts))) as room:
            work = _Scoring(self._weights, room, np.empty((size, len(self._weights.intercepts))), np.empty(size))
            states = self._feed.run(texts, marks, work)
        return work.odds, work.coverage, states

    def _by_unit(self, text: str) -> tuple[NDArray[np.float64], float]:
        """Score a comment unit by unit."""
        odds, coverage = self._units([text[start:end] for start, end in units(text)])
        return pool(odds, self._weights.shares), float(coverage[0])

    def _units(self, parts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Score units; `fold` folds those that the kernel leaves."""
        odds, coverage, states = self._run(parts, np.full(len(parts), WHOLE))
        for number in np.flatnonzero(states == ABANDONED).tolist():
            odds[[number]], coverage[[number]], states[[number]] = self._run(*folded_text(parts[number]))
        assert (states == DONE).all()
        return odds, coverage

    def _lent(self) -> tuple[Room, Single]:
        """Return a room that no other thread has, to be given back to `_rooms`."""
        try:
            return self._rooms.pop()
        except IndexError:
            pairs = len(self._weights.intercepts)
            single = np.zeros(2, dtype=np.int64), np.full(1, RAW), np.zeros(1, dtype=np.int64)
            return Room.of(self._weights, LONGEST), (*single, np.empty((1, pairs)), np.empty(1))

    @contextmanager
    def _room(self, longest: int) -> Iterator[Room]:
        """Lend a room to a thread; the space for a comment that is longer than most is not kept."""
        lent = self._lent()
        try:
            yield lent[0].longer(longest) if longest > LONGEST else lent[0]
        finally:
            self._rooms.append(lent)


@dataclass
class _Scoring:
    """Scores as they are written, for `Feed.run`."""

    weights: Weights
    room: Room
    odds: NDArray[np.float64]
    coverage: NDArray[np.float64]

    def call(
        self,
        text: NDArray[np.uint32],
        bounds: NDArray[np.int64],
        marks: NDArray[np.int64],
        states: NDArray[np.int64],
        tables: Reading,
    ) -> int:
        return int(score_all(text, bounds, marks, states, tables, self.weights, self.room, self.odds, self.coverage))

    def make_room(self, again: bool) -> None:
        """Forget the tokens met so far; where that is not enough, take more room."""
        self.room = self.room.larger(self.weights) if again else self.room
        self.room.info[:] = 0
        self.room.used[:STAMP] = 0
