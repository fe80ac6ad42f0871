"""Scores, compiled: the log-odds of comments, from their tokens.

Readers' words repeat. So the n-grams of a token are looked up once and kept, idf and weights beside each column, and a
unit is a walk over the lists of its tokens.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from moderation.features.compiled.cache import cached, fingerprint
from moderation.features.compiled.codes import BLANK, NAMED, SEED, after, jit, member, place, step
from moderation.features.compiled.read import (
    BEGIN,
    END,
    ENTRY,
    HASH,
    LEFT,
    READ,
    TOKENS,
    UNSEEN,
    WANTED,
    push_tokens,
    read_comment,
)
from moderation.features.index import COLUMN_BITS, KINDS, hash_of
from moderation.text.names import NAME

WORD, CHAR = np.uint64(KINDS["word"]), np.uint64(KINDS["char"])
TODO, DONE, ABANDONED = 0, 1, 2  # states of a comment
FULL = -1
RAW, WHOLE = -1, -2  # in place of markers
#: Of a token: its hash, where its n-grams stand, how many are known and, 32 bits higher, how many there are, its column.
KEY, FIRST, COUNT, COLUMN = 0, 1, 2, 3
KEYS_USED, POOL_USED, STAMP, STRANGE = 0, 1, 2, 3  # how far each is used; whether a character was met first
GAINS = 256  # counts of an n-gram whose worth is in a table
MAYBE_BITS = 20
HALF, LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)
#: A count, from the left: the number of the sentence that it was last met in, how often there, and how often in the comment.
STAMP_AT, HERE_AT = np.uint64(36), np.uint64(24)
HERE, THERE = np.uint64((1 << 12) - 1), np.uint64((1 << 24) - 1)
LAST_STAMP = 1 << 27
ONE = np.uint64(1)
UNKNOWN = 0xFFFFFFFF
NAME_HASH, NAME_CODES = np.uint64(hash_of(NAME)), np.array([ord(c) for c in NAME], dtype=np.uint32)
LOW_BITS = np.uint64((1 << COLUMN_BITS) - 1)


@jit
def score_each(
    text: Any, bounds: Any, marks: Any, states: Any, tables: Any, model: Any, room: Any, odds: Any, coverage: Any
) -> Any:
    """Score the comments that are TODO; return the least one that must be tried again, FULL where the room is.

    `marks` of a comment is RAW, or WHOLE where it is a unit that is not to be cut; else its text is folded, and these are
    its markers.
    """
    again = len(states)
    room.filled[WANTED] = room.used[STRANGE] = 0
    for comment in range(len(states)):
        if states[comment] != TODO:
            continue
        if 4 * room.used[KEYS_USED] > 3 * len(room.info) or 4 * room.used[POOL_USED] > 3 * len(room.pool):
            room.info[:, KEY] = 0
            room.used[:STAMP] = 0
        start, end = bounds[comment], bounds[comment + 1]
        if marks[comment] >= 0:
            status, sentences = read_folded(text, start, end, marks[comment], tables.words, room)
        else:
            status, sentences = read_comment(text, start, end, marks[comment] == WHOLE, tables, room)
        if status == LEFT:
            states[comment] = ABANDONED
        elif status != READ:
            again = min(again, comment)
            room.used[STRANGE] |= status == UNSEEN
        elif not look_up(text if marks[comment] >= 0 else room.out, tables.words, model, room):
            return FULL
        else:
            pool_units(sentences, model, room, odds[comment])
            coverage[comment] = known_share(model, room)
            states[comment] = DONE
    return again


def _entry(version: str) -> Any:
    def score_all(
        text: Any, bounds: Any, marks: Any, states: Any, tables: Any, model: Any, room: Any, odds: Any, coverage: Any
    ) -> Any:
        """Do `score_each`; the machine code is kept under the version."""
        return score_each(text, bounds, marks, states, tables, model, room, odds, coverage) if version else 0

    return cached(score_all)


score_all = _entry(fingerprint())


@jit
def read_folded(text: Any, start: Any, end: Any, marks: Any, words: Any, room: Any) -> Any:
    """Read a text that is folded and has a space after each token."""
    room.filled[:WANTED] = 0
    push_tokens(text, room.origin, start, end, room.filled, room.tokens, words, False)
    for n in range(2):
        room.units[n, 0], room.units[n, 1], room.units[n, 2] = 0, room.filled[TOKENS], marks
    return READ, 0


@jit
def pool_units(sentences: Any, model: Any, room: Any, row: Any) -> None:
    """Write a comment's log-odds, see `moderation.scores.pool`, two labels at a time."""
    units, tokens, info, pool, counts = room.units, room.tokens, room.info, room.pool, room.counts
    gains, squares, ranges, words, cells = model.gains, model.squares, model.ranges, room.words, model.cells
    for label in range(0, len(row), 2):
        if room.used[STAMP] + sentences + 2 > LAST_STAMP:
            counts[:] = 0
            room.used[STAMP] = 0
        stamp = first_stamp = np.uint64(room.used[STAMP] + 1)
        highest, total = (-np.inf, -np.inf), (0.0, 0.0, 0.0)
        for n in range(1, max(1, sentences) + 1):
            part, total = char_part(
                units[n, 0], units[n, 1], label, first_stamp, stamp, total, tokens, info, pool, counts, gains, squares
            )
            stamp += ONE
            if sentences:
                one = add_up(units, n, part, label, ranges, words, cells, room.runs, model)
                highest = max(highest[0], one[0]), max(highest[1], one[1])
                room.scores[n, label], room.scores[n, label + 1] = one
        room.used[STAMP] = stamp
        whole = add_up(units, 0, total, label, ranges, words, cells, room.runs, model)
        room.scores[0, label], room.scores[0, label + 1] = whole
        for k in range(2):
            share = model.shares[label + k]
            row[label + k] = (1 - share) * whole[k] + share * highest[k] if sentences and share else whole[k]


@jit
def char_part(
    first: Any,
    last: Any,
    label: Any,
    first_stamp: Any,
    stamp: Any,
    total: Any,
    tokens: Any,
    info: Any,
    pool: Any,
    counts: Any,
    gains: Any,
    squares: Any,
) -> Any:
    """Return what the character n-grams of a sentence add to two labels, with their norm, and the same for the whole.

    Each time that an n-gram occurs it adds what one more is worth.
    """
    a = b = norm = 0.0
    all_a, all_b, all_norm = total
    for token in range(first, last):
        entry = tokens[token, ENTRY]
        start = info[entry, FIRST]
        for k in range(start, start + (info[entry, COUNT] & LOWER)):
            column = np.uint32(pool[k, 0])
            count = counts[column]
            met = count >> STAMP_AT
            here = count >> HERE_AT & HERE if met == stamp else np.uint64(0)
            there = count & THERE if met >= first_stamp else np.uint64(0)
            counts[column] = stamp << STAMP_AT | (here + ONE & HERE) << HERE_AT | (there + ONE & THERE)
            if there < GAINS:
                gain, square = gains[here], squares[here]
                more, more_square = gains[there], squares[there]
            else:
                gain, square = gain_of(here)
                more, more_square = gain_of(there)
            idf = np.float64(pool[k, 1])
            x, y, z = idf * pool[k, label + 2], idf * pool[k, label + 3], idf * idf
            a += gain * x
            b += gain * y
            norm += square * z
            all_a += more * x
            all_b += more * y
            all_norm += more_square * z
    return (a, b, norm), (all_a, all_b, all_norm)


@jit
def add_up(
    units: Any,
    n: Any,
    part: Any,
    label: Any,
    ranges: Any,
    words: Any,
    cells: Any,
    counts: Any,
    model: Any,
) -> Any:
    """Return the log-odds of a unit for two labels."""
    intercepts, markers = model.intercepts, model.markers
    a, b = scaled(part)
    c, d = scaled(word_part(units[n, 0], units[n, 1], label, ranges, words, cells, counts, model.gains, model.squares))
    a, b = intercepts[label] + a + c, intercepts[label + 1] + b + d
    marks = units[n, 2]
    for marker in range(len(markers)):
        if marks >> marker & 1 and markers[marker] >= 0:
            value = np.float64(cells[markers[marker], 0])
            a += value * cells[markers[marker], label + 1]
            b += value * cells[markers[marker], label + 2]
    return a, b


@jit
def word_part(
    first: Any, last: Any, label: Any, ranges: Any, words: Any, cells: Any, counts: Any, gains: Any, squares: Any
) -> Any:
    """Return what the runs of words of a unit add to two labels, and their norm."""
    low, high = ranges[0, 0], ranges[0, 1]
    a = b = norm = 0.0
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            column = words[token, n - 1]
            if column != UNKNOWN:
                count = counts[column]
                counts[column] = count + 1
                if count < GAINS:
                    gain, square = gains[count], squares[count]
                else:
                    gain, square = gain_of(count)
                idf = np.float64(cells[column, 0])
                a += gain * idf * cells[column, label + 1]
                b += gain * idf * cells[column, label + 2]
                norm += square * idf * idf
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            if words[token, n - 1] != UNKNOWN:
                counts[words[token, n - 1]] = 0
    return a, b, norm


@jit
def scaled(part: Any) -> Any:
    """Return what a block adds to two labels, divided by its Euclidean length."""
    a, b, norm = part
    if norm > 0:
        length = np.sqrt(norm)
        return a / length, b / length
    return 0.0, 0.0


@jit
def gain_of(count: Any) -> Any:
    """Return what one more occurrence adds to 1 + ln count, and to its square."""
    new = 1.0 + np.log(count + 1.0)
    if count == 0:
        return new, new * new
    old = 1.0 + np.log(np.float64(count))
    return new - old, new * new - old * old


@jit
def known_share(model: Any, room: Any) -> Any:
    """Return the coverage of the comment that was read."""
    low, high = model.ranges[0, 0], model.ranges[0, 1]
    tokens, info, words = room.tokens, room.info, room.words
    known = total = np.int64(0)
    size = room.filled[TOKENS]
    for token in range(size):
        entry = tokens[token, ENTRY]
        known += np.int64(info[entry, COUNT] & LOWER)
        total += np.int64(info[entry, COUNT] >> HALF)
        for n in range(low, min(high, size - token) + 1):
            total += 1
            known += words[token, n - 1] != UNKNOWN
    return known / total if total else 1.0


@jit
def look_up(buffer: Any, listed: Any, model: Any, room: Any) -> Any:
    """Find the n-grams of each token, and the runs of words that begin at it; return False where the room is full."""
    high, slots, maybe = model.ranges[0, 1], model.slots, model.maybe
    tokens, words, info, used = room.tokens, room.words, room.info, room.used
    size = room.filled[TOKENS]
    blind(tokens, size, listed)
    for token in range(size):
        h = tokens[token, HASH]
        at = place(h, len(info))
        while info[at, KEY] != 0 and info[at, KEY] != h:
            at = after(at, len(info))
        if info[at, KEY] == 0:
            if 8 * used[KEYS_USED] > 7 * len(info) or not learn_token(buffer, token, at, model, room):
                return False
            info[at, KEY] = h
            used[KEYS_USED] += 1
        tokens[token, ENTRY] = at
        words[token, 0] = info[at, COLUMN]
    for token in range(size):
        h = step(step(SEED, WORD), tokens[token, HASH])
        for n in range(2, min(high, size - token) + 1):
            h = step(h, tokens[token + n - 1, HASH])
            words[token, n - 1] = find(slots, maybe, h)
    return True


@jit
def blind(tokens: Any, size: Any, listed: Any) -> None:
    """Make each token that is a name the one that stands for all names; it is empty, since its letters are not in the text."""
    for token in range(size):
        if member(listed, NAMED, tokens[token, HASH]):
            tokens[token, HASH] = NAME_HASH
            tokens[token, END] = tokens[token, BEGIN]


@jit
def letter(buffer: Any, at: Any, begin: Any, end: Any) -> Any:
    """Return a letter of a token, by its place: a name has those of `moderation.text.names.NAME`."""
    return NAME_CODES[at] if begin == end else buffer[begin + at]


@jit
def length_of(begin: Any, end: Any) -> Any:
    """Return how many letters a token has."""
    return np.int64(len(NAME_CODES)) if begin == end else end - begin


@jit
def learn_token(buffer: Any, token: Any, entry: Any, model: Any, room: Any) -> Any:
    """Look up the n-grams of a token; return False where there is no room."""
    low, high = model.ranges[1, 0], model.ranges[1, 1]
    slots, maybe, weights = model.slots, model.maybe, model.cells
    pool, info = room.pool, room.info
    start, stop = np.int64(room.tokens[token, BEGIN]), np.int64(room.tokens[token, END])
    used = room.used[POOL_USED]
    padded = length_of(start, stop) + 2
    longest = min(high, max(low, padded))
    if used + padded * max(0, longest - low + 1) > len(pool):
        return False
    first, total = used, 0
    for begin in range(padded):
        h = step(SEED, CHAR)
        for n in range(1, longest + 1):
            at = begin + n - 1
            if at >= padded and begin > 0:
                break
            if at < padded:
                h = step(h, BLANK if at == 0 or at == padded - 1 else letter(buffer, at - 1, start, stop))
            if n < low:
                continue
            total += 1
            column = find(slots, maybe, h)
            if column != UNKNOWN:
                pool[used, 0] = column
                for k in range(weights.shape[1]):
                    pool[used, k + 1] = weights[column, k]
                used += 1
            if at >= padded - 1 and begin == 0:
                break
    info[entry, FIRST], info[entry, COUNT] = first, used - first | total << 32
    info[entry, COLUMN] = find(slots, maybe, step(step(SEED, WORD), room.tokens[token, HASH]))
    room.used[POOL_USED] = used
    return True


@jit
def find(slots: Any, maybe: Any, h: Any) -> Any:
    """Return the column of an n-gram by its hash, UNKNOWN where the model does not know it."""
    first = h >> np.uint64(64 - MAYBE_BITS)
    if not maybe[first >> np.uint64(6)] >> (first & np.uint64(63)) & np.uint64(1):
        return np.uint32(UNKNOWN)
    at = place(h, len(slots))
    while slots[at] != 0:
        if (slots[at] ^ h) >> np.uint64(COLUMN_BITS) == 0:
            return np.uint32((slots[at] & LOW_BITS) - np.uint64(1))
        at = after(at, len(slots))
    return np.uint32(UNKNOWN)
