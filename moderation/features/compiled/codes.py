"""Code points, hashes and what all compiled parts share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000
SEEN, SPACE, UPPER, CASED, HARD, LETTER = 1, 2, 4, 8, 16, 32  # what is known of a code point
LOW_A, LOW_Z, ZERO, NINE, BLANK, QUOTE, DOT, BANG = 97, 122, 48, 57, 32, 39, 46, 33
SEED = np.uint64(14695981039346656037)  # FNV-1a, 64 bits. Source: Fowler, Noll and Vo
PRIME = np.uint64(1099511628211)
#: Not cached on disk: Numba would not notice that a callee in another file, or a table of `moderation.text`, has changed.
jit = numba.njit(nogil=True)


@jit
def step(h: Any, c: Any) -> Any:
    """Add one character to a hash."""
    return (h ^ np.uint64(c)) * PRIME


@jit
def hash_range(buffer: Any, start: Any, end: Any) -> Any:
    """Return the hash of a part of a buffer."""
    h = SEED
    for i in range(start, end):
        h = step(h, buffer[i])
    return h


@jit
def member(sorted_hashes: Any, h: Any) -> Any:
    """Tell whether a sorted array holds a hash."""
    at = np.searchsorted(sorted_hashes, h)
    return at < len(sorted_hashes) and sorted_hashes[at] == h


@jit
def alnum(c: Any) -> Any:
    """Tell whether it is a lower-case ASCII letter or a digit."""
    return LOW_A <= c <= LOW_Z or ZERO <= c <= NINE


def hash_text(text: str, seed: int = int(SEED)) -> int:
    """Return what `hash_range` gives for these characters, as a Python number."""
    for character in text:
        seed = (seed ^ ord(character)) * int(PRIME) & 0xFFFFFFFFFFFFFFFF
    return seed


def hash_words(words: Iterable[str]) -> NDArray[np.uint64]:
    """Return the sorted hashes of words."""
    return np.array(sorted(hash_text(word) for word in words), dtype=np.uint64)
