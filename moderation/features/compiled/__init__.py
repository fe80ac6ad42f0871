"""The scores of `moderation.model.Model`, compiled: one pass over a batch of comments, no object for an n-gram.

The plain-Python modules are the definition: `moderation.text.fold`, `moderation.text.sentences` and
`moderation.features`. This module repeats them over arrays with Numba, and tests hold it to them on arbitrary text.
What tables and a scan cannot express, links, disguised words and mixed scripts, it does not try: it hands such a part of
a comment back, `fold` folds it, and the kernel goes on with the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.features import Block, Features
from moderation.features.compiled.codes import BLANK, CODE_POINTS, SEED, SEEN, hash_text, hash_words, jit, step
from moderation.features.compiled.scan import (
    MONEY,
    WIDEST,
    disguised_lengths,
    find_money,
    flags_of,
    fold_characters,
    unseen,
    write_tokens,
)
from moderation.features.compiled.split import split_all
from moderation.text import DOMAINS, ELIDED, MARKERS, MONEY_WORDS, PATH_DOMAINS, fold
from moderation.text.characters import fold_character
from moderation.text.disguises import DISGUISED

WORD, CHAR = np.uint64(1), np.uint64(2)


class Kernel:
    """Scores units of comments as `Model` defines it.

    Parameters
    ----------
    features
        The n-grams and their idf.
    weights, intercepts
        Shapes ``(n_labels, n_features)`` and ``(n_labels,)``.

    Raises
    ------
    ValueError
        Where the shortest character n-gram is longer than the shortest token with its two spaces.
    """

    def __init__(self, features: Features, weights: NDArray[Any], intercepts: NDArray[Any]) -> None:
        if any(block.analyzer == "char" and block.low > 3 for block in features.blocks):
            raise ValueError("character n-grams must begin at 3 characters or fewer")
        self._labels = len(intercepts)
        self._tables = tables(features, weights, intercepts)
        self._characters = (
            np.zeros(CODE_POINTS, dtype=np.uint8),
            np.zeros(CODE_POINTS, dtype=np.uint8),
            np.zeros((CODE_POINTS, WIDEST), dtype=np.uint32),
        )
        domains = hash_words(DOMAINS + PATH_DOMAINS)
        self._words = (
            hash_words(ELIDED),
            hash_words(MONEY_WORDS),
            disguised_lengths(),
            hash_words(DISGUISED),
            domains,
        )

    def log_odds(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
        """Return the log-odds of all units, where each comment's begin, and the comments' coverage.

        Returns
        -------
        log_odds
            Shape ``(n_units, n_labels)``: for each comment the whole, then its sentences if there are two or more.
        firsts
            Shape ``(n_comments + 1,)``: comment i has the units ``firsts[i]:firsts[i + 1]``.
        coverage
            Shape ``(n_comments,)``, in [0, 1].
        """
        joined = "".join(texts)
        text = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(one) for one in texts], out=bounds[1:])
        self._learn(text)
        units = np.empty((len(text) + 2 * len(texts) + 1, 2), dtype=np.int64)
        firsts = np.empty(len(texts) + 1, dtype=np.int64)
        units = units[: split_all(text, bounds, self._characters[0], units, firsts)]
        longest = int((units[:, 1] - units[:, 0]).max(initial=0))
        line = np.empty(WIDEST * longest + 2, dtype=np.uint32)
        odds = np.empty((len(units), self._labels))
        shares = np.empty((len(units), 2), dtype=np.int64)
        folded = np.empty(2 * len(line) + 8, dtype=np.uint32)
        width = len(self._tables[1])
        scratch = np.zeros(width, dtype=np.int32), np.zeros(width, dtype=np.int32)
        score_units(text, units, self._characters, self._words, self._tables, scratch, line, folded, odds, shares)
        for unit in np.flatnonzero(shares[:, 0] < 0):
            start, end = units[unit]
            shares[unit] = self._folded(joined[start:end], scratch, odds[unit])
        known, total = shares[firsts[:-1]].T
        return odds, firsts, np.divide(known, total, out=np.ones(len(texts)), where=total > 0)

    def _learn(self, text: NDArray[np.uint32]) -> None:
        flags, widths, forms = self._characters
        new = np.empty(len(text), dtype=np.uint32)
        for code in np.unique(new[: unseen(text, flags, new)]):
            form = fold_character(chr(code))
            if len(form) <= WIDEST:
                widths[code] = len(form)
                forms[code, : len(form)] = [ord(c) for c in form]
            flags[code] = SEEN | flags_of(chr(code), form)  # last: another thread may be reading

    def _folded(self, text: str, scratch: Any, row: NDArray[np.float64]) -> tuple[int, int]:
        folded = fold(text)
        buffer = np.frombuffer(folded.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        marks = sum(1 << MARKERS.index(marker) for marker in folded.markers)
        known, total = add_up(buffer, len(buffer), marks, self._tables, scratch, row)
        return known, total


@jit
def score_units(
    text: Any,
    units: Any,
    characters: Any,
    words: Any,
    tables: Any,
    scratch: Any,
    line: Any,
    folded: Any,
    odds: Any,
    shares: Any,
) -> None:
    """Score each unit; a share of -1 marks one that is left to `fold`."""
    flags, widths, forms = characters
    money = words[1]
    for unit in range(len(units)):
        shares[unit, 0] = -1
        length, marks = fold_characters(text, units[unit, 0], units[unit, 1], flags, widths, forms, line)
        if length < 0:
            continue
        amount = find_money(line, length, money)
        if amount == 2:
            continue
        length, more = write_tokens(line, length, folded, words)
        if length >= 0:
            marks |= more | (MONEY if amount else 0)
            shares[unit] = add_up(folded, length, marks, tables, scratch, odds[unit])


@jit
def add_up(buffer: Any, length: Any, marks: Any, tables: Any, scratch: Any, row: Any) -> Any:
    """Write the log-odds of a folded text to `row`; return how many of its n-grams are known, and how many it has."""
    slots, cells, intercepts, ranges, first_marker, logs = tables
    counts, touched = scratch
    part = np.empty(len(row))
    for label in range(len(row)):
        row[label] = intercepts[label]
    known = total = 0
    for block in range(len(ranges)):
        analyzer, low, high, closed = ranges[block]
        used, some, all_ = ngrams(buffer, length, np.uint64(analyzer), low, high, closed, slots, counts, touched)
        known += some
        total += all_
        norm = 0.0
        part[:] = 0.0
        for i in range(used):
            column = touched[i]
            count = counts[column]
            counts[column] = 0
            value = (logs[count] if count < len(logs) else 1.0 + np.log(count)) * cells[column, 0]
            norm += value * value
            for label in range(len(row)):
                part[label] += value * cells[column, label + 1]
        if norm > 0:
            for label in range(len(row)):
                row[label] += part[label] / np.sqrt(norm)
    if first_marker >= 0:
        for marker in range(len(cells) - first_marker):
            if marks >> marker & 1:
                for label in range(len(row)):
                    row[label] += cells[first_marker + marker, 0] * cells[first_marker + marker, label + 1]
    return known, total


@jit
def ngrams(
    buffer: Any, length: Any, analyzer: Any, low: Any, high: Any, closed: Any, slots: Any, counts: Any, touched: Any
) -> Any:
    """Count the known n-grams of a folded text; return how many features, how many n-grams known, and how many in all.

    Where a block is closed, an n-gram is known only if its beginning is: then an unknown one ends the search.
    """
    used = known = total = 0
    at = 0
    while at < length:
        end = at
        while end < length and buffer[end] != BLANK:
            end += 1
        if analyzer == WORD:
            h, stop = step(SEED, WORD), at
            for n in range(1, high + 1):
                if n > 1:
                    if stop >= length:
                        break
                    h = step(h, BLANK)
                    stop += 1
                while stop < length and buffer[stop] != BLANK:
                    h = step(h, buffer[stop])
                    stop += 1
                if n >= low:
                    total += 1
                    column = find(slots, h)
                    if column >= 0:
                        known += 1
                        used = tally(column, counts, touched, used)
        else:
            padded = end - at + 2
            longest = min(high, max(low, padded))
            for first in range(padded):
                h = step(SEED, CHAR)
                for n in range(1, longest + 1):
                    place = first + n - 1
                    if place >= padded:
                        break
                    h = step(h, BLANK if place == 0 or place == padded - 1 else buffer[at + place - 1])
                    if n < low:
                        continue
                    column = find(slots, h)
                    if column >= 0:
                        known += 1
                        used = tally(column, counts, touched, used)
                    elif closed:
                        break
                total += max(0, min(longest, padded - first) - low + 1)
        at = end + 1
    return used, known, total


@jit
def tally(column: Any, counts: Any, touched: Any, used: Any) -> Any:
    """Count a feature, note it at its first time, and return how many features are noted."""
    if counts[column] == 0:
        touched[used] = column
        used += 1
    counts[column] += 1
    return used


@jit
def find(slots: Any, h: Any) -> Any:
    """Return the column of a hashed n-gram, -1 where the model does not know it.

    A slot holds the upper 40 bits of the hash and, below them, the column plus one; 0 is empty. An unknown n-gram is taken
    for a known one about once in 10^12.
    """
    mask = np.uint64(len(slots) - 1)
    at = (h ^ (h >> np.uint64(29))) & mask
    while slots[at] != 0:
        if (slots[at] ^ h) >> np.uint64(24) == 0:
            return np.int64(slots[at] & np.uint64(0xFFFFFF)) - 1
        at = (at + np.uint64(1)) & mask
    return -1


def is_closed(block: Block) -> bool:
    """Tell whether each n-gram's beginning, one character shorter, is in the block too, as training leaves it."""
    known = set(block.ngrams)
    return block.analyzer == "char" and all(len(g) <= block.low or g[:-1] in known for g in known)


def tables(features: Features, weights: NDArray[Any], intercepts: NDArray[Any]) -> tuple[Any, ...]:
    """Lay the model out: a hash table of its n-grams, idf and weights of a feature side by side."""
    tags = {"word": int(WORD), "char": int(CHAR)}
    blocks = [block for block in features.blocks if block.analyzer in tags]
    size = 1 << max(4, (2 * len(features)).bit_length())
    slots = np.zeros(size, dtype=np.uint64)
    for offset, block in zip(features.offsets(), features.blocks, strict=True):
        if block.analyzer in tags:
            seed = hash_text(chr(tags[block.analyzer]))
            text = np.frombuffer("\n".join(block.ngrams).encode("utf-32-le"), dtype=np.uint32)
            insert_all(slots, text, np.uint64(seed), offset)
    first_marker = next(
        (o for o, b in zip(features.offsets(), features.blocks, strict=True) if b.analyzer == "marker"), -1
    )
    idf = np.concatenate([block.idf for block in features.blocks])
    ranges = np.array([[tags[b.analyzer], b.low, b.high, is_closed(b)] for b in blocks], dtype=np.int64)
    cells = np.column_stack([idf, *weights]).astype(np.float32)  # idf and weights of a feature side by side
    logs = 1 + np.log(np.arange(1 << 10), where=np.arange(1 << 10) > 0, out=np.zeros(1 << 10))
    return slots, cells, intercepts.astype(np.float64), ranges, first_marker, logs


@jit
def insert_all(slots: Any, ngrams: Any, seed: Any, offset: Any) -> None:
    """Enter n-grams, one a line, under the hash that begins with `seed`."""
    mask = np.uint64(len(slots) - 1)
    h, column = seed, offset
    for at in range(len(ngrams) + 1):
        if at < len(ngrams) and ngrams[at] != 10:
            h = step(h, ngrams[at])
            continue
        slot = (h ^ (h >> np.uint64(29))) & mask
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = (h & ~np.uint64(0xFFFFFF)) | np.uint64(column + 1)
        h, column = seed, column + 1
