"""Sentences, compiled: the ranges of `moderation.text.sentences`."""

from __future__ import annotations

from typing import Any

from moderation.features.compiled.codes import BANG, DOT, LETTER, QUOTE, SPACE, jit
from moderation.text import LONGEST_SENTENCE


@jit
def split(text: Any, start: Any, end: Any, flags: Any, out: Any) -> Any:
    """Write the ranges of `moderation.text.sentences` to `out` and return how many there are."""
    count, first, at = 0, start, start
    while at < end:
        stop = sentence_end(text, at, start, end, flags)
        if stop > at:
            count = cut(text, first, stop, flags, out, count)
            first = at = stop
        else:
            at += 1
    return cut(text, first, end, flags, out, count)


@jit
def sentence_end(text: Any, at: Any, start: Any, end: Any, flags: Any) -> Any:
    """Return where a sentence end that begins here stops, or `at` where none does."""
    c = text[at]
    if c == 10:
        return skip_space(text, at + 1, end, flags)
    if not ends(c) or (at > start and ends(text[at - 1])):
        return at
    if at > start and flags[text[at - 1]] & LETTER:
        before = text[at - 2] if at - start >= 2 else DOT
        if flags[before] & SPACE or before == DOT or before == 40:
            return at
    stop = at
    while stop < end and ends(text[stop]):
        stop += 1
    while stop < end and closes(text[stop]):
        stop += 1
    if stop + 1 < end and flags[text[stop]] & SPACE and (text[stop + 1] == 0xBB or text[stop + 1] == 0x201D):
        after = stop + 2
        if after == end or flags[text[after]] & SPACE:
            return skip_space(text, after, end, flags)
    if stop == end or flags[text[stop]] & SPACE:
        return skip_space(text, stop, end, flags)
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
def skip_space(text: Any, at: Any, end: Any, flags: Any) -> Any:
    """Return the first position that is no space."""
    while at < end and flags[text[at]] & SPACE:
        at += 1
    return at


@jit
def cut(text: Any, start: Any, end: Any, flags: Any, out: Any, count: Any) -> Any:
    """Append a sentence, cut where it is too long, without surrounding space."""
    while end - start > LONGEST_SENTENCE:
        stop = soft_break(text, start, flags)
        count = append(text, start, stop, flags, out, count)
        start = stop
    return append(text, start, end, flags, out, count)


@jit
def soft_break(text: Any, start: Any, flags: Any) -> Any:
    """Return where to cut a sentence that is too long: after the last comma, else the last space."""
    at, limit = start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE
    weak = strong = -1
    while at < limit:
        c = text[at]
        stop = skip_space(text, at, limit, flags)
        if stop > at:
            weak = at = stop
        elif c == 44 or c == 59 or c == 58 or c == 0x2013 or c == 0x2014:
            stop = skip_space(text, at + 1, limit, flags)
            if stop > at + 1:
                strong = weak = stop
                at = stop
            else:
                at += 1
        else:
            at += 1
    return strong if strong >= 0 else weak if weak >= 0 else limit


@jit
def append(text: Any, start: Any, end: Any, flags: Any, out: Any, count: Any) -> Any:
    """Append a range without surrounding space."""
    start = skip_space(text, start, end, flags)
    while end > start and flags[text[end - 1]] & SPACE:
        end -= 1
    if end > start:
        out[count, 0], out[count, 1] = start, end
        count += 1
    return count


@jit
def split_all(text: Any, bounds: Any, flags: Any, out: Any, firsts: Any) -> Any:
    """Write the units of each comment: the whole, then its sentences if there are two or more."""
    size = 0
    for comment in range(len(bounds) - 1):
        start, end = bounds[comment], bounds[comment + 1]
        firsts[comment] = size
        out[size, 0], out[size, 1] = start, end
        found = split(text, start, end, flags, out[size + 1 :])
        size += 1 + (found if found > 1 else 0)
    firsts[len(bounds) - 1] = size
    return size
