"""Where an n-gram's column is found: a hash table that a model file holds as it is searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray

SEED, PRIME = 14695981039346656037, 1099511628211  # FNV-1a, 64 bits. Source: Fowler, Noll and Vo
KINDS = {"word": 1, "char": 2}
COLUMN_BITS = 24  # of a slot, the upper 40 are the hash's; an unknown n-gram is taken for a known one once in 10^12
_ALL = (1 << 64) - 1


def step(h: int, value: int) -> int:
    """Add a code point, or the hash of a word, to a hash."""
    return (h ^ value) * PRIME & _ALL


def hash_of(text: str, seed: int = SEED) -> int:
    """Return the hash of a run of characters."""
    for character in text:
        seed = step(seed, ord(character))
    return seed


def ngram_hash(kind: str, ngram: str) -> int:
    """Return the hash under which a model keeps an n-gram: of its characters, or of its words' hashes."""
    seed = step(SEED, KINDS[kind])
    if kind == "char":
        return hash_of(ngram, seed)
    for word in ngram.split(" "):
        seed = step(seed, hash_of(word))
    return seed


def slots_of(blocks: Sequence[tuple[str, Sequence[str]]]) -> NDArray[np.uint64]:
    """Return the hash table of the n-grams of blocks, whose columns stand side by side.

    A slot is 0 (empty), or the upper 40 bits of a hash and, below them, the column plus one. At least half are empty.
    """
    size = 1 << max(4, (2 * sum(len(ngrams) for _, ngrams in blocks)).bit_length())
    slots = np.zeros(size, dtype=np.uint64)
    taken = [False] * size
    column = 0
    for kind, ngrams in blocks:
        for ngram in ngrams if kind in KINDS else ():
            h = ngram_hash(kind, ngram)
            at = (h ^ h >> 29) & (size - 1)
            while taken[at]:
                at = (at + 1) & (size - 1)
            taken[at] = True
            column += 1
            slots[at] = h >> COLUMN_BITS << COLUMN_BITS | column
        column += len(ngrams) if kind not in KINDS else 0
    return slots


class Columns(Mapping[str, int]):
    """The columns of a block's n-grams, counted from its first, read from a model's hash table."""

    def __init__(self, slots: NDArray[np.uint64], kind: str, first: int, ngrams: Lines) -> None:
        self._slots, self._kind, self._first, self._ngrams = slots, kind, first, ngrams
        self._find = lru_cache(maxsize=1 << 17)(self._search)

    def __getitem__(self, ngram: str) -> int:
        column = self._find(ngram)
        if column < 0:
            raise KeyError(ngram)
        return column

    def __contains__(self, ngram: object) -> bool:
        return isinstance(ngram, str) and self._find(ngram) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._ngrams)

    def __len__(self) -> int:
        return len(self._ngrams)

    def _search(self, ngram: str) -> int:
        h = ngram_hash(self._kind, ngram)
        mask = len(self._slots) - 1
        at = (h ^ h >> 29) & mask
        while slot := int(self._slots[at]):
            if (slot ^ h) >> COLUMN_BITS == 0:
                return (slot & (1 << COLUMN_BITS) - 1) - 1 - self._first
            at = (at + 1) & mask
        return -1


class Lines(Sequence[str]):
    """The lines of a text, split only when one is asked for."""

    def __init__(self, text: bytes, count: int) -> None:
        self._text, self._count = text, count

    @cached_property
    def _lines(self) -> list[str]:
        lines = self._text.decode().split("\n")
        if len(lines) != self._count:
            raise ValueError(f"{len(lines)} n-grams where {self._count} were expected")
        return lines

    @overload
    def __getitem__(self, position: int) -> str: ...

    @overload
    def __getitem__(self, position: slice) -> list[str]: ...

    def __getitem__(self, position: int | slice) -> str | list[str]:
        return self._lines[position]

    def __len__(self) -> int:
        return self._count
