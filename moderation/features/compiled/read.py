"""Reading, compiled: the tokens and the units of a comment.

A comment is read once. Its sentences are ranges of its tokens, since they begin and end at a space; where one is cut inside a
word, or a word set apart ends in the next, the comment is read unit by unit; what is left then `moderation.text.fold` folds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from moderation.features.compiled.amounts import find_amounts
from moderation.features.compiled.codes import (
    ALIKE,
    BANG,
    BLANK,
    CASED,
    FORM,
    HIDDEN,
    LOST,
    LOW_A,
    LOW_I,
    LOW_Z,
    MISSPELT,
    NINE,
    NOT_SPACED,
    ODD,
    SEED,
    SEEN,
    SPACE,
    UPPER,
    WIDTH_AT,
    ZERO,
    after,
    hash_range,
    jit,
    member,
    place,
    step,
)
from moderation.features.compiled.scan import STRETCHED, is_final, write_chunk
from moderation.features.compiled.split import split
from moderation.features.compiled.words import is_stretched, unstretch
from moderation.text import MARKERS
from moderation.text.disguises import LEAST_SPLIT

CAPITALS = 1 << MARKERS.index("capitals")
SET_APART = 1 << MARKERS.index("spaced")
EXCLAMATION = 1 << MARKERS.index("exclamation")
NEAR = 32  # characters; no amount looks further
LONGEST_CHUNK = 4096  # that `fold` folds on its own and the kernel keeps
WORD, MARKED, OTHER = 0, 1, 2  # what a chunk is so far: letters, letters and then marks, or neither
SPACED = 3  # so many single letters in a row are one word set apart
READ, UNSEEN, WANTS, LEFT = 0, 1, 2, 3  # done; a character, or a chunk, must be looked up; it is left to `fold`
KEY, BEGIN, END, MARKS = 0, 1, 2, 3  # of a chunk
HASH, ENTRY, START, STOP = 0, 3, 4, 5  # of a token, beside its range in `out`: START and STOP are its range in the text
LENGTH, SIZE, TOKENS, SINGLES, MOST_SINGLES, WANTED = 0, 1, 2, 3, 4, 5  # how far each part of the room is filled


@jit
def read_comment(text: Any, start: Any, end: Any, whole: Any, tables: Any, room: Any) -> Any:
    """Read a comment, or one unit as a whole; return READ, UNSEEN, WANTS or LEFT, and the number of its sentences."""
    codes, spans, units, filled = tables.codes, room.spans, room.units, room.filled
    count = 0 if whole else split(text, start, end, codes, spans)
    for n in range(1, count):
        if not codes[text[spans[n, 0] - 1]] & SPACE:
            return LEFT, 0
    if count < 2:
        spans[0, 0], spans[0, 1], count = start, end, 1
    filled[:WANTED] = 0
    upper = cased = bangs = digits = marks = 0
    status, at = READ, start
    for n in range(count):
        if filled[LENGTH] + spans[n, 0] - at + 2 > len(room.line):
            return LEFT, 0
        while at < spans[n, 0]:
            at = add_blank(room, at)
        line_start, token_start, carried = filled[LENGTH], filled[TOKENS], filled[SINGLES]
        found, part_upper, part_cased, part_bangs, part_digits, part_marks = read_range(
            text, at, spans[n, 1], tables, room
        )
        if found == LEFT or found == UNSEEN:
            return found, 0
        if filled[MOST_SINGLES] >= SPACED:
            more = join_spaced(token_start, carried, room.out, filled, room.tokens, tables.words)
            if more < 0:
                return LEFT, 0
            part_marks |= more
        status = max(status, found)
        units[n + 1, 0], units[n + 1, 1] = token_start, filled[TOKENS]
        units[n + 1, 2] = part_marks | shape(part_upper, part_cased, part_bangs)
        if part_digits:
            units[n + 1, 2] |= find_amounts(room.line, line_start, filled[LENGTH], tables.words)
        upper, cased, bangs = upper + part_upper, cased + part_cased, bangs + part_bangs
        digits, marks, at = digits + part_digits, marks | part_marks, spans[n, 1]
    units[0, 0], units[0, 1], units[0, 2] = 0, filled[TOKENS], marks | shape(upper, cased, bangs)
    if digits:
        units[0, 2] |= find_amounts(room.line, 0, filled[LENGTH], tables.words)
    return status, count if count > 1 else 0


@jit
def is_bent(kind: Any, h: Any, words: Any) -> Any:
    """Tell whether letters, maybe with marks after them, are a misspelling or may be a word whose last letters are marks."""
    if kind != MARKED:
        return member(words, MISSPELT, h)
    return member(words, MISSPELT, h) or member(words, HIDDEN, h) or member(words, HIDDEN, step(h, LOW_I))


@jit
def add_blank(room: Any, at: Any) -> Any:
    """Add a space between two sentences to the line."""
    room.line[room.filled[LENGTH]] = BLANK
    room.filled[LENGTH] += 1
    return at + 1


@jit
def shape(upper: Any, cased: Any, bangs: Any) -> Any:
    """Return the markers for capitals and exclamation marks."""
    return (CAPITALS if cased >= 10 and upper >= 0.8 * cased else 0) | (EXCLAMATION if bangs >= 3 else 0)


@jit
def read_range(text: Any, start: Any, end: Any, tables: Any, room: Any) -> Any:
    """Read a sentence; return READ, UNSEEN, WANTS or LEFT, what `shape` counts, how many digits there are, and the markers.

    A chunk that is one word of letters, maybe with marks after it, is a token as it stands; most are.
    """
    codes, forms, words, lengths, chunks, chunk_text = tables
    line, raw, out, origin = room.line, room.raw, room.out, room.origin
    filled, tokens, wanted = room.filled, room.tokens, room.wanted
    length = begin = filled[LENGTH]  # begin: of the chunk, in the line
    size = filled[SIZE]
    upper = cased = bangs = digits = marks = letters = 0
    alike: Any = 0
    odd, digit = -NEAR, -NEAR  # where the last character stands that only `fold` reads, and the last digit
    first, status, kind, h = start, READ, WORD, SEED  # first: of the chunk, in the text
    for at in range(start, end + 1):
        c = text[at] if at < end else np.uint32(BLANK)
        code = codes[c] if at < end else np.uint32(SEEN | BLANK | 1 << WIDTH_AT)
        width = code >> WIDTH_AT & 15
        if not code & SEEN or width == LOST or length + width + 2 > len(line):
            return LEFT if code & SEEN else UNSEEN, 0, 0, 0, 0, 0
        form = code & FORM
        if width == 1 and form == BLANK:
            line[length] = BLANK
            if kind != OTHER and not alike and letters and not is_bent(kind, h, words):
                last = raw[begin + letters - 1] + 1
                push_token(h, size, size + letters, raw[begin], last, out, filled, tokens)
                size += letters
            elif length > begin:
                stop, more, found = -1, 0, READ
                if not alike:
                    stop, more = write_chunk(line, raw, begin, length, out, origin, size, words, lengths)
                    if stop >= 0 and not push_tokens(out, origin, size, stop, filled, tokens, words, True):
                        stop = -1
                if stop < 0:
                    most = size + 4 * (length - begin)
                    found, more, stop = kept_chunk(
                        text, first, at, most, out, origin, size, filled, tokens, wanted, words, chunks, chunk_text
                    )
                    if found == LEFT:
                        return LEFT, 0, 0, 0, 0, 0
                status, marks, size = max(status, found), marks | more, stop
            length += at < end
            begin, first, alike, kind, letters, h = length, at + 1, 0, WORD, 0, SEED
        elif width == 1:
            line[length], raw[length] = form, at
            if kind == WORD and LOW_A <= form <= LOW_Z:
                if letters >= 2 and line[length - 1] == form and line[length - 2] == form:
                    kind = OTHER
                h = step(h, form)
                out[size + letters] = form
                letters += 1
            else:
                kind = MARKED if kind != OTHER and is_final(form) else OTHER
                if ZERO <= form <= NINE:
                    digits, digit = digits + 1, length
                bangs += c == BANG
            length += 1
        else:
            kind = OTHER if width else kind
            for k in range(width):
                part = forms[c, k]
                line[length], raw[length] = part, at
                length += 1
                if ZERO <= part <= NINE:
                    digits, digit = digits + 1, length
        if abs(odd - digit) < NEAR and odd >= 0 and digit >= 0:  # what it folds to may be part of an amount
            return LEFT, 0, 0, 0, 0, 0
        if at < end:
            alike |= code & (ALIKE | ODD)
            if code & ODD:
                odd = length
            upper += code & UPPER != 0
            cased += code & CASED != 0
    filled[LENGTH], filled[SIZE] = length, size
    return status, upper, cased, bangs, digits, marks


@jit
def kept_chunk(
    text: Any,
    start: Any,
    end: Any,
    most: Any,
    out: Any,
    origin: Any,
    size: Any,
    filled: Any,
    tokens: Any,
    wanted: Any,
    words: Any,
    chunks: Any,
    chunk_text: Any,
) -> Any:
    """Write the tokens of a chunk that `fold` has folded; return READ, WANTS or LEFT, its markers, and the length."""
    if end - start > LONGEST_CHUNK:
        return LEFT, 0, size
    h = hash_range(text, start, end)
    rows = len(chunks) - 1  # the last row says how much of the text is used
    at = place(h, rows)
    while chunks[at, KEY] != 0 and chunks[at, KEY] != h:
        at = after(at, rows)
    if chunks[at, KEY] == 0:
        if filled[WANTED] < len(wanted):
            wanted[filled[WANTED], 0], wanted[filled[WANTED], 1] = start, end
            filled[WANTED] += 1
        return WANTS, 0, size
    if np.int64(chunks[at, END]) - np.int64(chunks[at, BEGIN]) > most - size:
        return LEFT, 0, size
    stop = size
    for i in range(chunks[at, BEGIN], chunks[at, END]):
        out[stop] = chunk_text[i, 0]
        origin[stop, 0], origin[stop, 1] = start + chunk_text[i, 1], start + chunk_text[i, 2]
        stop += 1
    push_tokens(out, origin, size, stop, filled, tokens, words, False)
    return READ, np.int64(chunks[at, MARKS]), stop


@jit
def push_tokens(
    buffer: Any, origin: Any, start: Any, stop: Any, filled: Any, tokens: Any, words: Any, strict: Any
) -> Any:
    """Note the tokens of a text that has a space after each; refuse, if strict, single letters in a row and misspellings."""
    before, most, singles = filled[TOKENS], filled[MOST_SINGLES], filled[SINGLES]
    begin, h, here = start, SEED, 0
    for at in range(start, stop):
        c = buffer[at]
        if c != BLANK:
            h = step(h, c)
            continue
        single = push_token(h, begin, at, origin[begin, 0], origin[at - 1, 1], buffer, filled, tokens)
        here = here + 1 if single else 0
        if strict and (here >= SPACED or is_bent(MARKED, h, words)):
            filled[TOKENS], filled[MOST_SINGLES], filled[SINGLES] = before, most, singles
            return False
        begin, h = at + 1, SEED
    return True


@jit
def push_token(h: Any, begin: Any, end: Any, first: Any, last: Any, buffer: Any, filled: Any, tokens: Any) -> Any:
    """Note a token; tell whether it is a single letter, and keep count of those in a row."""
    count = filled[TOKENS]
    tokens[count, HASH], tokens[count, BEGIN], tokens[count, END] = h, begin, end
    tokens[count, START], tokens[count, STOP] = first, last
    filled[TOKENS] = count + 1
    if end == begin + 1 and LOW_A <= buffer[begin] <= LOW_Z:
        filled[SINGLES] += 1
        filled[MOST_SINGLES] = max(filled[MOST_SINGLES], filled[SINGLES])
        return True
    filled[SINGLES] = 0
    return False


@jit
def join_spaced(first: Any, carried: Any, out: Any, filled: Any, tokens: Any, words: Any) -> Any:
    """Join single letters in a row in the tokens from `first` on, as `fold` does; return the markers, -1 where it cannot.

    `carried`: how many stood at the end of the sentence before. A run over both is one word in the comment only.
    """
    count, kept, marks = np.int64(filled[TOKENS]), first, 0
    at = first
    while at < count:
        stop = at
        while stop < count and is_single(tokens, stop, out):
            stop += 1
        if at == first and carried and stop > at and stop - at + carried >= SPACED:
            return -1
        size = filled[SIZE]
        if stop - at >= LEAST_SPLIT:
            return -1
        if stop - at >= SPACED:
            h = SEED
            for n in range(at, stop):
                out[size + n - at] = out[tokens[n, BEGIN]]
                h = step(h, out[size + n - at])
            if not member(words, NOT_SPACED, h):
                end = size + stop - at
                marks |= SET_APART
                if is_stretched(out, size, end):
                    end, marks = unstretch(out, size, end), marks | STRETCHED
                tokens[kept, HASH], tokens[kept, BEGIN], tokens[kept, END] = hash_range(out, size, end), size, end
                tokens[kept, START], tokens[kept, STOP] = tokens[at, START], tokens[stop - 1, STOP]
                filled[SIZE] = end
                kept, at = kept + 1, stop
                continue
        for n in range(at, min(count, max(stop, at + 1))):
            for k in range(tokens.shape[1]):
                tokens[kept, k] = tokens[n, k]
            kept += 1
        at = max(stop, at + 1)
    filled[TOKENS], filled[MOST_SINGLES] = kept, 0
    return marks


@jit
def is_single(tokens: Any, n: Any, out: Any) -> Any:
    """Tell whether a token is a single letter."""
    return tokens[n, END] == tokens[n, BEGIN] + np.uint64(1) and LOW_A <= out[tokens[n, BEGIN]] <= LOW_Z
