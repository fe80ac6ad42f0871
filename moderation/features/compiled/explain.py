"""Explanations, compiled: what each word of the unit that decided adds to its log-odds."""

from __future__ import annotations

from typing import Any

import numpy as np

from moderation.features.compiled.cache import cached, fingerprint
from moderation.features.compiled.codes import jit
from moderation.features.compiled.read import ENTRY, LEFT, READ, TOKENS, UNSEEN, WANTED, read_comment
from moderation.features.compiled.score import COUNT, FIRST, LOWER, STRANGE, UNKNOWN, look_up, pool_units


@jit
def explain_one(
    text: Any, whole: Any, tables: Any, model: Any, room: Any, decided: Any, odds: Any, weights: Any
) -> Any:
    """Say for each label which unit of a comment decided; return READ, LEFT or what `read_comment` lacks.

    `decided` gets the unit (0 is the whole), the range of its tokens and its markers; `odds` its log-odds; `weights`, shape
    ``(n_tokens, n_labels)``, what each token adds, NaN where the model knows nothing of it.
    """
    room.filled[WANTED] = room.used[STRANGE] = 0
    status, sentences = read_comment(text, 0, len(text), whole, tables, room)
    if status != READ:
        room.used[STRANGE] = status == UNSEEN
        return status
    if len(weights) < room.filled[TOKENS] or not look_up(room.out, tables.words, model, room):
        return LEFT
    pool_units(sentences, model, room, odds)
    units, scores = room.units, room.scores
    for label in range(len(odds)):
        unit = 0
        for n in range(1, sentences + 1):
            if model.shares[label] > 0 and (unit == 0 or scores[n, label] > scores[unit, label]):
                unit = n
        decided[label, 0], odds[label] = unit, scores[unit, label]
        decided[label, 1], decided[label, 2], decided[label, 3] = units[unit, 0], units[unit, 1], units[unit, 2]
        first, last = units[unit, 0], units[unit, 1]
        weights[first:last, label] = np.nan
        add_chars(first, last, label, room.tokens, room.info, room.pool, room.runs, weights)
        add_words(first, last, label, model.ranges, room.words, model.cells, room.runs, weights)
    return READ


@jit
def add_chars(first: Any, last: Any, label: Any, tokens: Any, info: Any, pool: Any, counts: Any, weights: Any) -> None:
    """Add the weight of each character n-gram, shared out over its occurrences, to its tokens."""
    for token in range(first, last):
        start = info[tokens[token, ENTRY], FIRST]
        for k in range(start, start + (info[tokens[token, ENTRY], COUNT] & LOWER)):
            counts[np.uint32(pool[k, 0])] += 1
    norm = 0.0
    for token in range(first, last):
        start = info[tokens[token, ENTRY], FIRST]
        for k in range(start, start + (info[tokens[token, ENTRY], COUNT] & LOWER)):
            count = counts[np.uint32(pool[k, 0])]
            value = (1.0 + np.log(np.float64(count))) * pool[k, 1]
            norm += value * value / count
    length = np.sqrt(norm)
    for token in range(first, last):
        start = info[tokens[token, ENTRY], FIRST]
        known = info[tokens[token, ENTRY], COUNT] & LOWER
        total = 0.0
        for k in range(start, start + known):
            count = counts[np.uint32(pool[k, 0])]
            total += (1.0 + np.log(np.float64(count))) * pool[k, 1] * pool[k, label + 2] / count
        if known:
            weights[token, label] = total / length
    for token in range(first, last):
        start = info[tokens[token, ENTRY], FIRST]
        for k in range(start, start + (info[tokens[token, ENTRY], COUNT] & LOWER)):
            counts[np.uint32(pool[k, 0])] = 0


@jit
def add_words(
    first: Any, last: Any, label: Any, ranges: Any, words: Any, cells: Any, counts: Any, weights: Any
) -> None:
    """Add the weight of each run of words, shared out over its occurrences, in equal parts to its tokens."""
    low, high = ranges[0, 0], ranges[0, 1]
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            if words[token, n - 1] != UNKNOWN:
                counts[words[token, n - 1]] += 1
    norm = 0.0
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            column = words[token, n - 1]
            if column != UNKNOWN:
                value = (1.0 + np.log(np.float64(counts[column]))) * cells[column, 0]
                norm += value * value / counts[column]
    length = np.sqrt(norm)
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            column = words[token, n - 1]
            if column != UNKNOWN:
                count = counts[column]
                value = (1.0 + np.log(np.float64(count))) * cells[column, 0]
                share = value * cells[column, label + 1] / (length * count * n)
                for one in range(token, token + n):
                    weights[one, label] = share + (0.0 if np.isnan(weights[one, label]) else weights[one, label])
    for token in range(first, last):
        for n in range(low, min(high, last - token) + 1):
            if words[token, n - 1] != UNKNOWN:
                counts[words[token, n - 1]] = 0


def _entry(version: str) -> Any:
    def explain_text(
        text: Any, whole: Any, tables: Any, model: Any, room: Any, decided: Any, odds: Any, weights: Any
    ) -> Any:
        """Do `explain_one`; the machine code is kept under the version."""
        return explain_one(text, whole, tables, model, room, decided, odds, weights) if version else LEFT

    return cached(explain_text)


explain_text = _entry(fingerprint())
