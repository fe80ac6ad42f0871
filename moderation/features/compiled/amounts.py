"""Amounts of money and phone numbers, compiled: the markers of `moderation.text` that a whole line shows."""

from __future__ import annotations

from typing import Any

from moderation.features.compiled.codes import (
    BLANK,
    DOT,
    EURO,
    LOW_A,
    LOW_Z,
    MONEY,
    NINE,
    ZERO,
    alnum,
    hash_range,
    jit,
    member,
)
from moderation.text import MARKERS

PAID = 1 << MARKERS.index("money")
PHONE = 1 << MARKERS.index("phone")
PLUS, OPEN, CLOSE, COMMA, DASH, DOLLAR = 43, 40, 41, 44, 45, 36


@jit
def find_amounts(line: Any, start: Any, end: Any, words: Any) -> Any:
    """Return the markers for money and phone that hold in a line."""
    marks, free, at = 0, start, start  # free: where the next number may begin
    while at < end:
        c = line[at]
        if c == EURO or c == DOLLAR:
            before = line[at - 1] if at > start else 0
            after = line[at + 1] if at + 1 < end else 0
            if before == BLANK and at - 1 > start:
                before = line[at - 2]
            if after == BLANK and at + 2 < end:
                after = line[at + 2]
            if is_digit(before) or is_digit(after):
                marks |= PAID
        elif is_digit(c):
            if is_money(line, at + 1, end, words):
                marks |= PAID
        if at >= free and (is_digit(c) or c == PLUS or c == OPEN):
            before = line[at - 1] if at > start else 0
            if not (alnum(before) or before == DOT or before == COMMA):
                stop, found = number(line, at, end, words)
                if stop > at:
                    free = stop
                if found:
                    marks |= PHONE
        at += 1
    return marks


@jit
def is_digit(c: Any) -> Any:
    """Tell whether it is a digit."""
    return ZERO <= c <= NINE


@jit
def is_money(line: Any, at: Any, end: Any, words: Any) -> Any:
    """Tell whether a word or sign for money stands here, a space before it or not."""
    at += at < end and line[at] == BLANK
    if at < end and (line[at] == EURO or line[at] == DOLLAR):
        return True
    if at == end or not LOW_A <= line[at] <= LOW_Z:
        return False
    stop = at
    while stop < end and alnum(line[stop]):
        stop += 1
    return member(words, MONEY, hash_range(line, at, stop))


@jit
def number(line: Any, start: Any, end: Any, words: Any) -> Any:
    """Return where a number that begins here stops (`start`: none does), and whether it is a phone number."""
    at = start
    while at < end and at < start + 2 and (line[at] == PLUS or line[at] == OPEN):
        at += 1
    open_at = start
    while open_at < at and line[open_at] == OPEN:
        open_at += 1
    abroad = open_at < at or (at + 1 < end and line[at] == ZERO and line[at + 1] == ZERO)
    first = run(line, at, end)
    if not 1 <= first <= 16:
        return start, False
    at += first
    stop, digits, groups, pairs = start, 0, 0, True  # of the longest number that no letter or digit follows
    sum_of, in_pairs = first, True
    for group in range(9):
        if at == end or not alnum(line[at]):
            stop, digits, groups, pairs = at, sum_of, group + 1, in_pairs
        gap = 0
        while gap < 2 and at + gap < end and is_separator(line[at + gap]):
            gap += 1
        size = run(line, at + gap, end) if gap else 0
        if size == 0 or size > 10:
            break
        at += gap + size
        sum_of += size
        in_pairs = in_pairs and size == 2
    if stop == start or not 8 <= digits <= 16 or is_money(line, stop, min(end, stop + 8), words):
        return stop, False
    if abroad:
        return stop, True
    return stop, digits <= 13 if groups == 1 else first <= 3 and pairs


@jit
def run(line: Any, at: Any, end: Any) -> Any:
    """Return how many digits stand here."""
    stop = at
    while stop < end and is_digit(line[stop]):
        stop += 1
    return stop - at


@jit
def is_separator(c: Any) -> Any:
    """Tell whether it may stand between the groups of a number."""
    return c == BLANK or c == DOT or c == OPEN or c == CLOSE or c == DASH
