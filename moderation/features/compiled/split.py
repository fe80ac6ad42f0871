"""Sentences, compiled: the ranges of `moderation.text.sentences`."""

from __future__ import annotations

from typing import Any

from moderation.features.compiled.codes import BANG, DOT, LETTER, QUOTE, SPACE, jit
from moderation.text import LONGEST_SENTENCE


@jit
def split(text: Any, start: Any, end: Any, codes: Any, out: Any) -> Any:
    """Write the ranges of `moderation.text.sentences` to `out` and return how many there are."""
    count, first, at = 0, start, start
    while at < end:
        if text[at] > 63 and text[at] != 0x2026:  # most characters end no sentence
            at += 1
            continue
        stop = sentence_end(text, at, start, end, codes)
        if stop > at:
            count = cut(text, first, stop, codes, out, count)
            first = at = stop
        else:
            at += 1
    return cut(text, first, end, codes, out, count)


@jit
def sentence_end(text: Any, at: Any, start: Any, end: Any, codes: Any) -> Any:
    """Return where a sentence end that begins here stops, or `at` where none does."""
    c = text[at]
    if c == 10:
        return skip_space(text, at + 1, end, codes)
    if not ends(c) or (at > start and ends(text[at - 1])):
        return at
    if at > start and codes[text[at - 1]] & LETTER:
        before = text[at - 2] if at - start >= 2 else DOT
        if codes[before] & SPACE or before == DOT or before == 40:
            return at
    stop = at
    while stop < end and ends(text[stop]):
        stop += 1
    while stop < end and closes(text[stop]):
        stop += 1
    if stop + 1 < end and codes[text[stop]] & SPACE and (text[stop + 1] == 0xBB or text[stop + 1] == 0x201D):
        after = stop + 2
        if after == end or codes[text[after]] & SPACE:
            return skip_space(text, after, end, codes)
    if stop == end or codes[text[stop]] & SPACE:
        return skip_space(text, stop, end, codes)
    return at


@jit
def ends(c: Any) -> Any:
    """Tell whether it ends a sentence."""
    return c == DOT or c == BANG or c == 63 or c == 0x2026


@jit
def closes(c: Any) -> Any:
    """Tell whether it closes a quotation or a bracket."""
    return c == 34 or c == QUOTE or c == 0xBB or c == 0x201D or c == 0x2019 or c == 41 or c == 93


@jit
def skip_space(text: Any, at: Any, end: Any, codes: Any) -> Any:
    """Return the first position that is no space."""
    while at < end and codes[text[at]] & SPACE:
        at += 1
    return at


@jit
def cut(text: Any, start: Any, end: Any, codes: Any, out: Any, count: Any) -> Any:
    """Append a sentence, cut where it is too long, without surrounding space."""
    while end - start > LONGEST_SENTENCE:
        stop = soft_break(text, start, codes)
        count = append(text, start, stop, codes, out, count)
        start = stop
    return append(text, start, end, codes, out, count)


@jit
def soft_break(text: Any, start: Any, codes: Any) -> Any:
    """Return where to cut a sentence that is too long: after the last comma, else the last space."""
    at, limit = start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE
    weak = strong = -1
    while at < limit:
        c = text[at]
        stop = skip_space(text, at, limit, codes)
        if stop > at:
            weak = at = stop
        elif c == 44 or c == 59 or c == 58 or c == 0x2013 or c == 0x2014:
            stop = skip_space(text, at + 1, limit, codes)
            if stop > at + 1:
                strong = weak = stop
                at = stop
            else:
                at += 1
        else:
            at += 1
    return strong if strong >= 0 else weak if weak >= 0 else limit


@jit
def append(text: Any, start: Any, end: Any, codes: Any, out: Any, count: Any) -> Any:
    """Append a range without surrounding space."""
    start = skip_space(text, start, end, codes)
    while end > start and codes[text[end - 1]] & SPACE:
        end -= 1
    if end > start:
        out[count, 0], out[count, 1] = start, end
        count += 1
    return count
