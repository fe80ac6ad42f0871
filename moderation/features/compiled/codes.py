"""Code points, hashes and what all compiled parts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from moderation.features import index

CODE_POINTS = 0x110000
WIDEST = 8  # characters that one code point may fold to
#: What is known of a code point, in one number: its form where that is one character, the width of its form, and flags.
#: ODD stands for what no scan can fold: forms that are wider, or that hold a space; LOST, in place of a width, for what
#: cannot be left to `fold` with its chunk alone.
FORM, WIDTH_AT, LOST = (1 << 21) - 1, 21, 15
SEEN, SPACE, UPPER, CASED, ALIKE, ODD, LETTER = (1 << bit for bit in range(25, 32))
LOW_A, LOW_I, LOW_Z, ZERO, NINE, BLANK, QUOTE, DOT, BANG, EURO = 97, 105, 122, 48, 57, 32, 39, 46, 33, 0x20AC
SEED, PRIME = np.uint64(index.SEED), np.uint64(index.PRIME)
ELIDED, MONEY, HIDDEN, PREFIX, DOMAIN, NOT_SPACED, NAMED, MISSPELT = range(1, 9)  # the roles of words

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function, cache: bool = False) -> Function:
    """Compile, without reference counts, which cost more than the work: nothing here makes an object."""
    options: dict[str, Any] = {"nogil": True, "cache": cache, "_nrt": False}
    compiled: Function = numba.njit(**options)(function)
    return compiled


@jit
def step(h: Any, c: Any) -> Any:
    """Add one character, or the hash of a word, to a hash."""
    return (h ^ np.uint64(c)) * PRIME


@jit
def hash_range(buffer: Any, start: Any, end: Any) -> Any:
    """Return the hash of a part of a buffer."""
    h = SEED
    for i in range(start, end):
        h = step(h, buffer[i])
    return h


@jit
def place(h: Any, size: Any) -> Any:
    """Return where the search for a hash begins in a table of that size, a power of two."""
    return (h ^ (h >> np.uint64(29))) & np.uint64(size - 1)


@jit
def after(at: Any, size: Any) -> Any:
    """Return where the search goes on."""
    return (at + np.uint64(1)) & np.uint64(size - 1)


@jit
def member(words: Any, role: Any, h: Any) -> Any:
    """Tell whether a word, by its hash, is listed in a role."""
    key = step(h, role)
    at = place(key, len(words))
    while words[at] != 0:
        if words[at] == key:
            return True
        at = after(at, len(words))
    return False


@jit
def alnum(c: Any) -> Any:
    """Tell whether it is a lower-case ASCII letter or a digit."""
    return LOW_A <= c <= LOW_Z or ZERO <= c <= NINE


def word_table(roles: Mapping[int, Iterable[str]]) -> NDArray[np.uint64]:
    """Return the hash table of words that are listed in roles; a quarter full at most."""
    hashes = {index.step(index.hash_of(word), role) for role, words in roles.items() for word in words}
    table = np.zeros(4 << len(hashes).bit_length(), dtype=np.uint64)
    for h in sorted(hashes):
        at = (h ^ h >> 29) & (len(table) - 1)
        while table[at]:
            at = (at + 1) & (len(table) - 1)
        table[at] = h
    return table
