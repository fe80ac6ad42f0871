"""Folding, compiled: the tokens of a chunk (what stands between two spaces) that tables and one scan can fold.

`moderation.text` is the definition. A chunk that may hold a disguised word, a link without a scheme or an address is left
to it.
"""

from __future__ import annotations

from typing import Any

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
from moderation.features.compiled.words import is_stretched, may_be_leet, unstretch
from moderation.text import MARKERS

LINK = 1 << MARKERS.index("link")
STRETCHED = 1 << MARKERS.index("stretched")


@jit
def write_chunk(
    line: Any, raw: Any, at: Any, end: Any, out: Any, origin: Any, size: Any, words: Any, lengths: Any
) -> Any:
    """Write the tokens of a chunk, each with a space after it; return the length (-1: left to `fold`) and the markers.

    `origin` gets where the first character of a token begins in the text, and where its last ends; `raw` has where each of
    the line stands there.
    """
    start, stop = find_host(line, at, end)
    if stop >= 0:
        size, marks = write_words(line, raw, start, stop, out, origin, size, words, lengths)
        return size, marks | LINK
    found = 0
    while at < end:
        c = line[at]
        if c == EURO:  # may stand for an e
            return -1, 0
        if c >= 128:  # an emoji, or a letter of a script that is not read
            out[size], out[size + 1] = c, BLANK
            origin[size, 0], origin[size, 1] = raw[at], raw[at] + 1
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
        size, marks = write_segment(line, raw, at, stop, out, origin, size, words, lengths)
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
def write_segment(
    line: Any, raw: Any, at: Any, stop: Any, out: Any, origin: Any, size: Any, words: Any, lengths: Any
) -> Any:
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
        return write_words(line, raw, at, stop, out, origin, size, words, lengths)
    while at < stop and line[at] == QUOTE:
        at += 1
    while at < stop:
        end = at
        while end < stop and line[end] != QUOTE:
            end += 1
        if end == stop or end - at > 7 or not member(words, ELIDED, hash_range(line, at, end)):
            break
        origin[size, 0] = raw[at]
        for i in range(at, end + 1):
            out[size] = line[i]
            size += 1
        origin[size - 1, 1] = raw[end] + 1
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
        return write_word(line, raw, at, stop, out, origin, size, words, lengths)
    return write_words(line, raw, at, stop, out, origin, size, words, lengths)


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
def write_words(
    line: Any, raw: Any, at: Any, stop: Any, out: Any, origin: Any, size: Any, words: Any, lengths: Any
) -> Any:
    """Write the runs of letters and digits in a range."""
    found = 0
    while at < stop:
        end = at
        while end < stop and alnum(line[end]):
            end += 1
        if end > at:
            size, marks = write_word(line, raw, at, end, out, origin, size, words, lengths)
            if size < 0:
                return -1, 0
            found |= marks
        at = end + 1
    return size, found


@jit
def write_word(
    line: Any, raw: Any, at: Any, stop: Any, out: Any, origin: Any, size: Any, words: Any, lengths: Any
) -> Any:
    """Write one token, the apostrophes inside it left out."""
    first, digits, stretched, last = size, 0, False, at
    for i in range(at, stop):
        c = line[i]
        if c != QUOTE:
            if size == first:
                origin[size, 0] = raw[i]
            last = i
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
    origin[size - 1, 1] = raw[last] + 1
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
            if c == BANG and (alnum(after) or after == QUOTE):
                return True
            if (c == 45 or c == 95) and masked and alnum(after) and member(words, PREFIX, prefix):
                return True
            if after == c and c != BANG and prefix != SEED:
                end = at
                while end < stop and line[end] == c:
                    end += 1
                if end < stop and (not masked or member(words, PREFIX, prefix)):
                    return True
    return False
