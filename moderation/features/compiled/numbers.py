"""The arrays that counting works on: what texts are read in, distinct tokens, distinct n-grams, and who holds which."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.count import NONE, PLACES, rehash_all
from moderation.features.compiled.tables import desk, tally


class Desk(NamedTuple):
    """What a text is read in, as the first arrays of `tables.Room`."""

    line: NDArray[np.uint32]
    raw: NDArray[np.uint32]
    out: NDArray[np.uint32]
    origin: NDArray[np.uint32]
    spans: NDArray[np.int64]
    units: NDArray[np.int64]
    tokens: NDArray[np.uint64]
    filled: NDArray[np.int64]
    wanted: NDArray[np.int64]
    used: NDArray[np.int64]

    @classmethod
    def of(cls, longest: int) -> Desk:
        """Return room for texts of so many characters, which are not cut into sentences."""
        return cls(**desk(longest, 0), **tally())


class Words(NamedTuple):
    """The distinct tokens met so far, their hashes and letters, and which stands at each place of the texts."""

    keys: NDArray[np.uint64]
    ids: NDArray[np.uint32]
    hashes: NDArray[np.uint64]
    ends: NDArray[np.int64]
    letters: NDArray[np.uint32]
    places: NDArray[np.uint32]
    used: NDArray[np.int64]

    @classmethod
    def of(cls, size: int) -> Words:
        """Return room for so many tokens, a power of two."""
        return cls(
            keys=np.zeros(2 * size, dtype=np.uint64),
            ids=np.empty(2 * size, dtype=np.uint32),
            hashes=np.empty(size, dtype=np.uint64),
            ends=np.zeros(size + 1, dtype=np.int64),
            letters=np.empty(8 * size, dtype=np.uint32),
            places=np.empty(8 * size, dtype=np.uint32),
            used=np.zeros(PLACES + 1, dtype=np.int64),
        )

    def larger(self) -> Words:
        """Return the same with twice the room."""
        found = Words.of(2 * len(self.hashes))
        found.hashes[: len(self.hashes)] = self.hashes
        found.ends[: len(self.ends)] = self.ends
        found.letters[: len(self.letters)] = self.letters
        found.places[: len(self.places)] = self.places
        found.used[:] = self.used
        rehash_all(self.keys, self.ids, found.keys, found.ids)
        return found


class Grams(NamedTuple):
    """The numbers of the distinct n-grams, by hash, and where each stands; `used`: how many there are."""

    keys: NDArray[np.uint64]
    ids: NDArray[np.uint32]
    heads: NDArray[np.int64]
    used: NDArray[np.int64]

    @classmethod
    def of(cls, size: int) -> Grams:
        """Return room for so many, a power of two."""
        return cls(
            np.zeros(2 * size, dtype=np.uint64),
            np.empty(2 * size, dtype=np.uint32),
            np.empty((size, 2), dtype=np.int64),
            np.zeros(1, dtype=np.int64),
        )

    def larger(self) -> Grams:
        """Return the same with twice the room."""
        found = Grams.of(2 * len(self.heads))
        found.heads[: len(self.heads)] = self.heads
        found.used[:] = self.used
        rehash_all(self.keys, self.ids, found.keys, found.ids)
        return found


class Lists(NamedTuple):
    """For each place of the texts an item, and for each item the numbers of its n-grams.

    Parameters
    ----------
    items
        Shape ``(n_places,)``.
    starts
        Shape ``(n_items + 1,)``: where the numbers of an item begin in `numbers`.
    """

    items: NDArray[np.uint32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.uint32]

    def of_columns(self, columns: NDArray[np.uint32]) -> Lists:
        """Return the columns in place of the numbers, those that have none left out."""
        found = columns[self.numbers]
        kept = found != NONE
        before = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum(kept, out=before[1:])
        return Lists(self.items, before[self.starts], found[kept])
