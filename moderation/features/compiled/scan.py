"""Folding, compiled: the tokens of a chunk (what stands between two spaces) that tables and one scan can fold.

`moderation.text` is the definition. A chunk that may hold a disguised word, a link without a scheme or an address is left
to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.codes import (
    BANG,
    BLANK,
    DOMAIN,
    DOT,
    ELIDED,
    EURO,
    HIDDEN,
    LOW_A,
    NINE,
    PREFIX,
    QUOTE,
    SEED,
    ZERO,
    alnum,
    hash_range,
    jit,
    member,
    step,
)
from moderation.text import MARKERS
from moderation.text.disguises import DISGUISED

LINK = 1 << MARKERS.index("link")
STRETCHED = 1 << MARKERS.index("stretched")


@jit
def write_chunk(line: Any, at: Any, end: Any, out: Any, size: Any, words: Any, lengths: Any) -> Any:
    """Write the tokens of a chunk, each with a space after it; return the length (-1: left to `fold`) and the markers."""
    start, stop = find_host(line, at, end)
    if stop >= 0:
        size, marks = write_words(line, start, stop, out, size, words, lengths)
        return size, marks | LINK
    found = 0
    while at < end:
        c = line[at]
        if c == EURO:  # may stand for an e
            return -1, 0
        if c >= 128:  # an emoji, or a letter of a script that is not read
            out[size], out[size + 1] = c, BLANK
            size, at = size + 2, at + 1
            continue
        stop = at
        while stop < end and in_segment(line[stop]):
            stop += 1
        if stop == at:
            if c == 47 and at > 0 and line[at - 1] == 58:  # "://" inside
                return -1, 0
            at += 1
            continue
        size, marks = write_segment(line, at, stop, out, size, words, lengths)
        if size < 0:
            return -1, 0
        found |= marks
        at = stop
    return size, found


@jit
def is_final(c: Any) -> Any:
    """Tell whether it is one of . , ; : ! ? ) and the double quotation mark."""
    return c == DOT or c == 44 or c == 59 or c == 58 or c == BANG or c == 63 or c == 41 or c == 34


@jit
def find_host(line: Any, at: Any, end: Any) -> Any:
    """Return the range of the host of a link that begins here; -1 where there is no scheme."""
    while at < end and (line[at] == 40 or line[at] == 60 or line[at] == 91 or line[at] == 34 or line[at] == QUOTE):
        at += 1
    stop = at
    while stop < end and alnum(line[stop]):
        stop += 1
    if not (2 <= stop - at <= 10 and line[at] >= LOW_A and stop + 2 < end):
        return 0, -1
    if not (line[stop] == 58 and line[stop + 1] == 47 and line[stop + 2] == 47):
        return 0, -1
    for i in range(at, end):
        if line[i] == 64:  # "@": may be an e-mail address
            return 0, -1
    start = stop = stop + 3
    while stop < end and line[stop] != 47 and line[stop] != 63 and line[stop] != 35:
        stop += 1
    return start, stop


@jit
def write_segment(line: Any, at: Any, stop: Any, out: Any, size: Any, words: Any, lengths: Any) -> Any:
    """Write the tokens of a segment; return the new length (-1: left to `fold`) and the markers."""
    quotes = others = 0
    for i in range(at, stop):
        plain = alnum(line[i])
        quotes += line[i] == QUOTE
        others += not plain and line[i] != QUOTE
    if others and line[at] == 64 and others == 1 and not quotes and stop - at > 1:  # "@name"
        if is_hidden(line, at, stop, words):
            return -1, 0
        at, others = at + 1, 0
    elif others and line[at] == 35 and others == 1 and not quotes:  # "#topic"
        at, others = at + 1, 0
    if others and is_hard(line, at, stop, words):
        return -1, 0
    if not quotes:
        return write_words(line, at, stop, out, size, words, lengths)
    while at < stop and line[at] == QUOTE:
        at += 1
    while at < stop:
        end = at
        while end < stop and line[end] != QUOTE:
            end += 1
        if end == stop or end - at > 7 or not member(words, ELIDED, hash_range(line, at, end)):
            break
        for i in range(at, end + 1):
            out[size] = line[i]
            size += 1
        out[size] = BLANK
        size += 1
        at = end
        while at < stop and line[at] == QUOTE:
            at += 1
    while stop > at and line[stop - 1] != QUOTE and not alnum(line[stop - 1]) and not is_sign(line[stop - 1]):
        stop -= 1
    quotes = others = 0
    for i in range(at, stop):
        quotes += line[i] == QUOTE
        others += line[i] != QUOTE and not alnum(line[i])
    if quotes and others:
        return -1, 0
    if quotes:
        return write_word(line, at, stop, out, size, words, lengths)
    return write_words(line, at, stop, out, size, words, lengths)


@jit
def is_hidden(line: Any, at: Any, stop: Any, words: Any) -> Any:
    """Tell whether "@name" may be a listed word with an a in front."""
    h = step(SEED, LOW_A)
    for i in range(at + 1, stop):
        c = line[i]
        if c <= NINE or (i == at + 2 and c == line[i - 1] == LOW_A):
            return True
        if i == stop - 1 and c == 115 and member(words, HIDDEN, h):
            return True
        h = step(h, c)
    return member(words, HIDDEN, h)


@jit
def write_words(line: Any, at: Any, stop: Any, out: Any, size: Any, words: Any, lengths: Any) -> Any:
    """Write the runs of letters and digits in a range."""
    found = 0
    while at < stop:
        end = at
        while end < stop and alnum(line[end]):
            end += 1
        if end > at:
            size, marks = write_word(line, at, end, out, size, words, lengths)
            if size < 0:
                return -1, 0
            found |= marks
        at = end + 1
    return size, found


@jit
def write_word(line: Any, at: Any, stop: Any, out: Any, size: Any, words: Any, lengths: Any) -> Any:
    """Write one token, the apostrophes inside it left out."""
    first, digits, stretched = size, 0, False
    for i in range(at, stop):
        c = line[i]
        if c != QUOTE:
            out[size] = c
            digits += c <= NINE
            size += 1
            stretched = stretched or (size >= first + 3 and c == out[size - 2] and c == out[size - 3] and c > NINE)
    if size == first:
        return size, 0
    marks = 0
    if digits == size - first:
        for i in range(first, size):
            out[i] = ZERO
    elif stretched and digits:
        return -1, 0
    elif stretched and is_stretched(out, first, size):
        size, marks = unstretch(out, first, size), STRETCHED
    elif digits and may_be_leet(out, first, size, lengths):
        return -1, 0
    out[size] = BLANK
    return size + 1, marks


@jit
def in_segment(c: Any) -> Any:
    """Tell whether it belongs to a segment, see `moderation.text`."""
    return alnum(c) or c == QUOTE or c == DOT or c == BANG or c == 45 or c == 95 or is_sign(c)


@jit
def is_sign(c: Any) -> Any:
    """Tell whether it is one of # $ * @ |, which may stand for a letter."""
    return 35 <= c <= 36 or c == 42 or c == 64 or c == 124  # # $ * @ |


@jit
def is_domain(line: Any, at: Any, stop: Any, words: Any) -> Any:
    """Tell whether what stands after a dot may end a domain."""
    end = at
    while end < stop and (alnum(line[end]) or line[end] == 45):
        end += 1
    return member(words, DOMAIN, hash_range(line, at, end))


@jit
def is_hard(line: Any, start: Any, stop: Any, words: Any) -> Any:
    """Tell whether punctuation inside a segment may be a disguise, a link or an address."""
    some = False
    for at in range(start, stop):
        some = some or alnum(line[at])
    if not some:
        return False
    prefix, masked = SEED, True  # of the word that a mask may hide the rest of
    for at in range(start, stop):
        c = line[at]
        if is_sign(c):
            return True
        if alnum(c):
            prefix = step(prefix, c)
            masked = masked and c > NINE
            continue
        if c == QUOTE:  # what stands before it may be elided
            prefix, masked = SEED, True
            continue
        if c == DOT and at - start >= 3 and line[at - 1] == line[at - 2] == line[at - 3] == 119:  # "www."
            return True
        if at + 1 < stop:
            after = line[at + 1]
            if c == DOT and is_domain(line, at + 1, stop, words):
                return True
            if c == BANG and (alnum(after) or after == QUOTE) and at > start:
                return True
            if after == c and c != BANG and prefix != SEED:
                end = at
                while end < stop and line[end] == c:
                    end += 1
                if end < stop and (not masked or member(words, PREFIX, prefix)):
                    return True
    return False


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
    for word in DISGUISED:
        for first in {word[0], digits.get(word[0], word[0])}:
            found[ord(first), len(word) :] = True
    return found
