"""Words, compiled: stretched letters, and digits that stand for letters, of `moderation.text.disguises`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.codes import LOW_A, jit
from moderation.text.disguises import COMMON, DISGUISED


@jit
def is_stretched(out: Any, start: Any, end: Any) -> Any:
    """Tell whether a word of letters is one that `unstretch` shortens."""
    run = vowel = False
    for at in range(start, end):
        vowel = vowel or is_vowel(out[at])
        run = run or (at >= start + 2 and out[at] == out[at - 1] == out[at - 2])
    return run and vowel and not keeps_stretch(out, start, end)


@jit
def is_vowel(c: Any) -> Any:
    """Tell whether it is one of a, e, i, o, u and y."""
    return c == 97 or c == 101 or c == 105 or c == 111 or c == 117 or c == 121


@jit
def keeps_stretch(out: Any, start: Any, end: Any) -> Any:
    """Tell whether letters repeated three times stay: "xxx", "XIII", "créée"."""
    size = end - start
    if size == 3:
        return True
    if size <= 12 and out[end - 1] == out[end - 2] == out[end - 3] == 105:
        numeral = True
        for at in range(start, end - 3):
            c = out[at]
            numeral = numeral and (c == 120 or c == 118 or c == 108 or c == 99)
        if numeral:
            return True
    stop = end - 1 if out[end - 1] == 115 else end
    return ends_in_eee(out, start, stop) or (stop < end and ends_in_eee(out, start, end))


@jit
def ends_in_eee(out: Any, start: Any, stop: Any) -> Any:
    """Tell whether it is at most 21 characters, the last no e, and then "eee"."""
    lead = stop - 3 - start
    return 1 <= lead <= 21 and out[stop - 4] != 101 and out[stop - 1] == out[stop - 2] == out[stop - 3] == 101


@jit
def unstretch(out: Any, start: Any, end: Any) -> Any:
    """Shorten letters repeated three times or more in place, as `moderation.text.disguises.unstretch`; return the end."""
    size, at = start, start
    before = 0  # the letter before the run, as it was written
    while at < end:
        c, stop = out[at], at
        while stop < end and out[stop] == c:
            stop += 1
        length = stop - at
        if length >= 3:
            if length == end - start:
                length = 3
            elif not is_vowel(c) and at > start and is_vowel(before) and stop < end and is_vowel(out[stop]):
                length = 2
            else:
                length = 1
        for _ in range(length):
            out[size] = c
            size += 1
        before, at = c, stop
    return size


@jit
def may_be_leet(out: Any, start: Any, end: Any, lengths: Any) -> Any:
    """Tell whether `fold` might read the digits of a token as letters; it may say yes too often, never no wrongly."""
    letters = 0
    for at in range(start, end):
        c = out[at]
        if c >= LOW_A:
            letters += 1
        elif c == 50 or c == 54 or c == 56 or c == 57:
            return False
    if letters >= 3 and 2 * letters > end - start and out[start] >= LOW_A and out[end - 1] >= LOW_A:
        return True
    size = min(end - start, lengths.shape[1] - 1)
    return lengths[out[start], size]


def disguised_lengths() -> NDArray[np.bool_]:
    """Return for a first character and a length whether a listed word may be behind it, stretched or not."""
    found = np.zeros((128, 32), dtype=np.bool_)
    digits = {"o": "0", "i": "1", "l": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
    for word in DISGUISED + COMMON:
        for first in {word[0], digits.get(word[0], word[0])}:
            found[ord(first), len(word) :] = True
    return found
