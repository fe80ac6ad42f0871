"""Folding, compiled: what tables and one scan can fold; the rest is left to `moderation.text.fold`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.codes import (
    BANG,
    BLANK,
    CASED,
    DOT,
    HARD,
    LETTER,
    LOW_A,
    NINE,
    QUOTE,
    SEED,
    SEEN,
    SPACE,
    UPPER,
    ZERO,
    alnum,
    hash_range,
    jit,
    member,
    step,
)
from moderation.text import MARKERS
from moderation.text.characters import LOOK_ALIKES
from moderation.text.disguises import DISGUISED

WIDEST = 8  # characters that one code point may fold to; a wider one is left to `fold`
EURO = 0x20AC
CAPITALS = 1 << MARKERS.index("capitals")
EXCLAMATION = 1 << MARKERS.index("exclamation")
MONEY = 1 << MARKERS.index("money")
LINK = 1 << MARKERS.index("link")


@jit
def fold_characters(text: Any, start: Any, end: Any, flags: Any, widths: Any, forms: Any, line: Any) -> Any:
    """Fold character by character into `line`; return its length (-1: left to `fold`) and the markers found."""
    length = upper = cased = bangs = digits = 0  # digits: in a run of what phone numbers are written with
    for at in range(start, end):
        c = text[at]
        flag = flags[c]
        if flag & HARD:
            return -1, 0
        upper += (flag & UPPER) != 0
        cased += (flag & CASED) != 0
        bangs += c == BANG
        for k in range(widths[c]):
            form = forms[c, k]
            line[length] = form
            length += 1
            if ZERO <= form <= NINE:
                digits += 1
                if digits == 8:  # may be a phone number
                    return -1, 0
            elif not (form == BLANK or 40 <= form <= 41 or 45 <= form <= 46):
                digits = 0
    line[length] = BLANK
    marks = 0
    if cased >= 10 and upper >= 0.8 * cased:
        marks |= CAPITALS
    if bangs >= 3:
        marks |= EXCLAMATION
    return length, marks


@jit
def find_money(line: Any, length: Any, words: Any) -> Any:
    """Tell whether an amount of money stands in the line; 2 where it holds a currency sign: left to `fold`."""
    for at in range(length):
        if line[at] == EURO or line[at] == 36:
            return 2
    for at in range(length - 1):
        if ZERO <= line[at] <= NINE:
            start = at + 1 + (line[at + 1] == BLANK)
            stop = start
            while stop < length and alnum(line[stop]):
                stop += 1
            if stop > start and member(words, hash_range(line, start, stop)):
                return 1
    return 0


@jit
def write_tokens(line: Any, length: Any, out: Any, words: Any) -> Any:
    """Write the tokens of a line, each with a space after it; return the length (-1: left to `fold`) and the markers."""
    size, single, at, marks = 0, 0, 0, 0
    while at < length:
        c = line[at]
        if c == BLANK:
            at += 1
            continue
        if at == 0 or line[at - 1] == BLANK:
            start, stop, end = find_host(line, at, length)
            if stop >= 0:
                marks |= LINK
                size, single = write_words(line, start, stop, out, size, single, words)
                if size < 0:
                    return -1, 0
                at = end
                continue
        if c >= 128:  # an emoji, or a letter of a script that is not read
            out[size], out[size + 1] = c, BLANK
            size, single, at = size + 2, 0, at + 1
            continue
        stop = at
        while stop < length and in_segment(line[stop]):
            stop += 1
        if stop == at:
            if c == 47 and at > 0 and line[at - 1] == 58:  # "://" inside
                return -1, 0
            at += 1
            continue
        size, single = write_segment(line, at, stop, out, size, single, words)
        if size < 0:
            return -1, 0
        at = stop
    return max(0, size - 1), marks


@jit
def find_host(line: Any, at: Any, length: Any) -> Any:
    """Return the range of the host of a link that begins here, and where the chunk ends; -1 where there is no scheme."""
    end = at
    while end < length and line[end] != BLANK:
        if line[end] == 64:  # "@": may be an e-mail address
            return 0, -1, 0
        end += 1
    while at < end and (line[at] == 40 or line[at] == 60 or line[at] == 91 or line[at] == 34 or line[at] == QUOTE):
        at += 1
    stop = at
    while stop < end and alnum(line[stop]):
        stop += 1
    if not (2 <= stop - at <= 10 and line[at] >= LOW_A and stop + 2 < end):
        return 0, -1, 0
    if not (line[stop] == 58 and line[stop + 1] == 47 and line[stop + 2] == 47):
        return 0, -1, 0
    start = stop = stop + 3
    while stop < end and line[stop] != 47 and line[stop] != 63 and line[stop] != 35:
        stop += 1
    return start, stop, end


@jit
def write_segment(line: Any, at: Any, stop: Any, out: Any, size: Any, single: Any, words: Any) -> Any:
    """Write the tokens of a segment; return the new length (-1: left to `fold`) and the single letters in a row."""
    elided, _, disguised, hidden, domains = words
    quotes = others = 0
    for i in range(at, stop):
        quotes += line[i] == QUOTE
        others += line[i] != QUOTE and not alnum(line[i])
    if others and line[at] == 64 and others == 1 and not quotes and stop - at > 1:  # "@name"
        if is_hidden(line, at, stop, hidden):
            return -1, 0
        at, others = at + 1, 0
    elif others and line[at] == 35 and others == 1 and not quotes:  # "#topic"
        at, others = at + 1, 0
    if others and is_hard(line, at, stop, domains):
        return -1, 0
    if quotes:
        while at < stop and line[at] == QUOTE:
            at += 1
        while at < stop:
            end = at
            while end < stop and line[end] != QUOTE:
                end += 1
            if end == stop or end - at > 7 or not member(elided, hash_range(line, at, end)):
                break
            for i in range(at, end + 1):
                out[size] = line[i]
                size += 1
            out[size] = BLANK
            size, single = size + 1, 0
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
            return write_word(line, at, stop, out, size, single, disguised)
    return write_words(line, at, stop, out, size, single, words)


@jit
def is_hidden(line: Any, at: Any, stop: Any, hidden: Any) -> Any:
    """Tell whether "@name" may be a listed word with an a in front."""
    h = step(SEED, LOW_A)
    for i in range(at + 1, stop):
        c = line[i]
        if c <= NINE or (i == at + 2 and c == line[i - 1] == LOW_A):
            return True
        if i == stop - 1 and c == 115 and member(hidden, h):
            return True
        h = step(h, c)
    return member(hidden, h)


@jit
def write_words(line: Any, at: Any, stop: Any, out: Any, size: Any, single: Any, words: Any) -> Any:
    """Write the runs of letters and digits in a range."""
    while at < stop:
        end = at
        while end < stop and alnum(line[end]):
            end += 1
        if end > at:
            size, single = write_word(line, at, end, out, size, single, words[2])
            if size < 0:
                return -1, 0
        at = end + 1
    return size, single


@jit
def write_word(line: Any, at: Any, stop: Any, out: Any, size: Any, single: Any, disguised: Any) -> Any:
    """Write one token, the apostrophes inside it left out."""
    first = size
    digits = 0
    for i in range(at, stop):
        if line[i] != QUOTE:
            out[size] = line[i]
            digits += line[i] <= NINE
            size += 1
    if size == first:
        return size, single
    if digits == size - first:
        for i in range(first, size):
            out[i] = ZERO
    elif is_stretched(out, first, size) or (digits and may_be_leet(out, first, size, disguised)):
        return -1, 0
    single = single + 1 if size - first == 1 and digits == 0 else 0
    if single >= 3:
        return -1, 0
    out[size] = BLANK
    return size + 1, single


@jit
def in_segment(c: Any) -> Any:
    """Tell whether it belongs to a segment, see `moderation.text`."""
    return alnum(c) or c == QUOTE or c == DOT or c == BANG or c == 45 or c == 95 or is_sign(c)


@jit
def is_sign(c: Any) -> Any:
    """Tell whether it is one of # $ * @ |, which may stand for a letter."""
    return 35 <= c <= 36 or c == 42 or c == 64 or c == 124  # # $ * @ |


@jit
def _is_domain(line: Any, at: Any, stop: Any, domains: Any) -> Any:
    """Tell whether what stands after a dot may end a domain."""
    end = at
    while end < stop and (alnum(line[end]) or line[end] == 45):
        end += 1
    return member(domains, hash_range(line, at, end))


@jit
def is_hard(line: Any, start: Any, stop: Any, domains: Any) -> Any:
    """Tell whether punctuation inside a segment may be a disguise, a link or an address."""
    some = False
    for at in range(start, stop):
        if alnum(line[at]):
            some = True
    if not some:
        return False
    for at in range(start, stop):
        c = line[at]
        if is_sign(c):
            return True
        if c == DOT and at - start >= 3 and line[at - 1] == line[at - 2] == line[at - 3] == 119:  # "www."
            return True
        if at + 1 < stop and not alnum(c) and c != QUOTE:
            after = line[at + 1]
            if c == DOT and _is_domain(line, at + 1, stop, domains):
                return True
            if c == BANG and (alnum(after) or after == QUOTE) and at > start:
                return True
            if after == c and c != BANG and at > start:
                end = at
                while end < stop and line[end] == c:
                    end += 1
                if end < stop:
                    return True
    return False


@jit
def is_stretched(out: Any, start: Any, end: Any) -> Any:
    """Tell whether a letter stands three times in a row in a token that has a vowel."""
    found = vowel = False
    for at in range(start, end):
        c = out[at]
        vowel = vowel or c == 97 or c == 101 or c == 105 or c == 111 or c == 117 or c == 121
        found = found or (at >= start + 2 and c >= LOW_A and c == out[at - 1] == out[at - 2])
    return found and vowel


@jit
def may_be_leet(out: Any, start: Any, end: Any, disguised: Any) -> Any:
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
    size = min(end - start, disguised.shape[1] - 1)
    return disguised[out[start], size]


@jit
def unseen(text: Any, flags: Any, out: Any) -> Any:
    """Write the code points that no batch has had so far, each as often as it stands, and return how many."""
    size = 0
    for c in text:
        if not flags[c] & SEEN:
            out[size] = c
            size += 1
    return size


def flags_of(character: str, form: str) -> int:
    """Return what is known of a character."""
    hard = character in LOOK_ALIKES or len(form) > WIDEST
    letter = character.isascii() and character.isalpha()
    return (
        SPACE * character.isspace()
        | UPPER * character.isupper()
        | CASED * (character.isupper() or character.islower())
        | HARD * hard
        | LETTER * letter
    )


def disguised_lengths() -> NDArray[np.bool_]:
    """Return for a first character and a length whether a listed word may be behind it, stretched or not."""
    found = np.zeros((128, 32), dtype=np.bool_)
    digits = {"o": "0", "i": "1", "l": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
    for word in DISGUISED:
        for first in {word[0], digits.get(word[0], word[0])}:
            found[ord(first), len(word) :] = True
    return found
