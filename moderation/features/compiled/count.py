"""Counts, compiled: texts become numbers of tokens, tokens numbers of n-grams, and these the rows of a matrix.

Readers' words repeat. So the character n-grams of a token are looked up once, and a text is a walk over the lists of its
tokens: once to see in how many texts an n-gram stands, once to write the counts of those that are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from moderation.features.compiled.cache import cached, fingerprint
from moderation.features.compiled.codes import BLANK, SEED, after, jit, place, step
from moderation.features.compiled.read import BEGIN, END, HASH, LEFT, READ, TOKENS, UNSEEN, WANTED, read_comment
from moderation.features.compiled.score import (
    ABANDONED,
    CHAR,
    DONE,
    FULL,
    STRANGE,
    TODO,
    WORD,
    blind,
    length_of,
    letter,
    read_folded,
)

IDS, LETTERS, PLACES = 0, 1, 2  # how many tokens, letters of tokens, and places of tokens in texts there are
FIRST, LAST, MARKS = 0, 1, 2  # of a text: the range of its places, and its markers
NONE = np.uint32(0xFFFFFFFF)
LENGTH_BITS = 8  # of where an n-gram of characters begins, the length is below
#: The number of the lowest bit of a word, by what its product with this begins with. Source: Leiserson et al. 1998
DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
LOWEST = np.zeros(64, dtype=np.int64)
LOWEST[[((1 << bit) * int(DE_BRUIJN) & (1 << 64) - 1) >> 58 for bit in range(64)]] = range(64)


@jit
def number_each(text: Any, bounds: Any, marks: Any, states: Any, tables: Any, room: Any, words: Any, spots: Any) -> Any:
    """Give the tokens of the texts that are TODO, none cut, numbers; return as `score_each` does."""
    again = len(states)
    room.filled[WANTED] = room.used[STRANGE] = 0
    for n in range(len(states)):
        if states[n] != TODO:
            continue
        if marks[n] >= 0:
            status, _ = read_folded(text, bounds[n], bounds[n + 1], marks[n], tables.words, room)
        else:
            status, _ = read_comment(text, bounds[n], bounds[n + 1], True, tables, room)
        if status == LEFT:
            states[n] = ABANDONED
        elif status != READ:
            again = min(again, n)
            room.used[STRANGE] |= status == UNSEEN
        else:
            buffer = text if marks[n] >= 0 else room.out
            size = room.filled[TOKENS]
            blind(room.tokens, size, tables.words)
            if not has_room(room.tokens, size, words):
                return FULL
            spots[n, FIRST] = words.used[PLACES]
            for token in range(size):
                number_token(
                    buffer,
                    token,
                    room.tokens,
                    words.keys,
                    words.ids,
                    words.hashes,
                    words.ends,
                    words.letters,
                    words.places,
                    words.used,
                )
            spots[n, LAST], spots[n, MARKS] = words.used[PLACES], room.units[0, 2]
            states[n] = DONE
    return again


@jit
def has_room(tokens: Any, size: Any, words: Any) -> Any:
    """Tell whether all tokens of a text could be new."""
    letters = np.int64(0)
    for token in range(size):
        letters += length_of(np.int64(tokens[token, BEGIN]), np.int64(tokens[token, END]))
    return (
        2 * (words.used[IDS] + size) <= len(words.keys)
        and words.used[IDS] + size < len(words.hashes)
        and words.used[LETTERS] + letters <= len(words.letters)
        and words.used[PLACES] + size <= len(words.places)
    )


@jit
def number_token(
    buffer: Any,
    token: Any,
    tokens: Any,
    keys: Any,
    ids: Any,
    hashes: Any,
    ends: Any,
    letters: Any,
    places: Any,
    used: Any,
) -> None:
    """Note a token's number, and the token where it is new."""
    h = tokens[token, HASH]
    at = search(h, keys)
    if keys[at] == 0:
        number, size = used[IDS], used[LETTERS]
        keys[at], ids[at], hashes[number] = h, number, h
        begin, end = np.int64(tokens[token, BEGIN]), np.int64(tokens[token, END])
        for i in range(length_of(begin, end)):
            letters[size] = letter(buffer, i, begin, end)
            size += 1
        ends[number + 1], used[IDS], used[LETTERS] = size, number + 1, size
    places[used[PLACES]] = ids[at]
    used[PLACES] += 1


@jit
def search(h: Any, keys: Any) -> Any:
    """Return where a hash stands in a table, or the empty slot where it would."""
    at = place(h, len(keys))
    while keys[at] != 0 and keys[at] != h:
        at = after(at, len(keys))
    return at


@jit
def number_of(h: Any, keys: Any, ids: Any, heads: Any, count: Any, where: Any, what: Any) -> Any:
    """Return the number of an n-gram, a new one where it is met first: then note where it stands; and how many there are."""
    at = search(h, keys)
    if keys[at] == 0:
        keys[at], ids[at] = h, count
        heads[count, 0], heads[count, 1] = where, what
        count += 1
    return ids[at], count


@jit
def char_lists(first: Any, low: Any, high: Any, ends: Any, letters: Any, grams: Any, starts: Any, lists: Any) -> Any:
    """Write the numbers of the character n-grams of each token from the first on; return the first without room.

    `heads` gets the token of each n-gram, and where it begins in the token with its spaces, with its length.
    """
    keys, ids, heads, used = grams.keys, grams.ids, grams.heads, grams.used
    count = used[0]
    for token in range(first, len(starts) - 1):
        size, start = starts[token], ends[token]
        padded = ends[token + 1] - start + 2
        longest = min(high, max(low, padded))
        if 2 * (count + padded * (longest - low + 1)) > len(keys):
            used[0] = count
            return token
        for begin in range(padded):
            h = step(SEED, CHAR)
            for n in range(1, longest + 1):
                at = begin + n - 1
                if at >= padded and begin > 0:
                    break
                if at < padded:
                    h = step(h, BLANK if at == 0 or at == padded - 1 else letters[start + at - 1])
                if n < low:
                    continue
                lists[size], count = number_of(h, keys, ids, heads, count, token, begin << LENGTH_BITS | n)
                size += 1
                if at >= padded - 1 and begin == 0:
                    break
        starts[token + 1] = size
    used[0] = count
    return len(starts) - 1


@jit
def word_lists(
    first: Any, low: Any, high: Any, spots: Any, places: Any, hashes: Any, grams: Any, starts: Any, lists: Any
) -> Any:
    """Write the numbers of the runs of words that begin at each place of each text, as `char_lists` does.

    The texts are in the order of their places. `heads` gets the place where a run begins, and its length.
    """
    keys, ids, heads, used = grams.keys, grams.ids, grams.heads, grams.used
    count = used[0]
    for n in range(first, len(spots)):
        begin, end = spots[n, FIRST], spots[n, LAST]
        if 2 * (count + (end - begin) * (high - low + 1)) > len(keys):
            used[0] = count
            return n
        for at in range(begin, end):
            h, size = step(SEED, WORD), starts[at]
            for length in range(1, min(high, end - at) + 1):
                h = step(h, hashes[places[at + length - 1]])
                if length >= low:
                    lists[size], count = number_of(h, keys, ids, heads, count, at, length)
                    size += 1
            starts[at + 1] = size
    used[0] = count
    return len(spots)


@jit
def count_texts(spots: Any, items: Any, starts: Any, lists: Any, seen: Any, totals: Any) -> Any:
    """Count in how many texts each n-gram stands, in column 1 of `seen`, and how many n-grams each text has."""
    for n in range(len(spots)):
        total = 0
        for at in range(spots[n, FIRST], spots[n, LAST]):
            item = items[at]
            for k in range(starts[item], starts[item + 1]):
                if seen[lists[k], 0] != n + 1:
                    seen[lists[k], 0] = n + 1
                    seen[lists[k], 1] += 1
            total += starts[item + 1] - starts[item]
        totals[n] = total
    return 0


@jit
def write_rows(
    spots: Any,
    items: Any,
    starts: Any,
    lists: Any,
    counts: Any,
    bits: Any,
    groups: Any,
    ends: Any,
    columns: Any,
    data: Any,
) -> Any:
    """Write how often each column stands in each text, columns in order.

    `counts`, `bits` (one for each column) and `groups` (one for each 64 bits) are all 0, and are left so.
    """
    size = 0
    for n in range(len(spots)):
        for at in range(spots[n, FIRST], spots[n, LAST]):
            item = items[at]
            for k in range(starts[item], starts[item + 1]):
                column = lists[k]
                if counts[column] == 0:
                    bits[column >> 6] |= np.uint64(1) << np.uint64(column & 63)
                    groups[column >> 12] |= np.uint64(1) << np.uint64(column >> 6 & 63)
                counts[column] += 1
        for group in range(len(groups)):
            while groups[group] != 0:
                word = group << 6 | lowest(groups[group])
                groups[group] &= groups[group] - np.uint64(1)
                left = bits[word]
                while left != 0:
                    column = word << 6 | lowest(left)
                    left &= left - np.uint64(1)
                    columns[size], data[size], counts[column] = column, counts[column], 0
                    size += 1
                bits[word] = 0
        ends[n + 1] = size
    return size


@jit
def lowest(word: Any) -> Any:
    """Return the number of the lowest bit that is set."""
    one = word & (~word + np.uint64(1))
    return LOWEST[one * DE_BRUIJN >> np.uint64(58)]


@jit
def rehash(old_keys: Any, old_ids: Any, keys: Any, ids: Any) -> Any:
    """Copy a table of hashes and numbers to a larger one."""
    for i in range(len(old_keys)):
        if old_keys[i] != 0:
            at = search(old_keys[i], keys)
            keys[at], ids[at] = old_keys[i], old_ids[i]
    return 0


def _entries(version: str) -> Any:
    def number(text: Any, bounds: Any, marks: Any, states: Any, tables: Any, room: Any, words: Any, spots: Any) -> Any:
        return number_each(text, bounds, marks, states, tables, room, words, spots) if version else 0

    def chars(first: Any, low: Any, high: Any, ends: Any, letters: Any, grams: Any, starts: Any, lists: Any) -> Any:
        return char_lists(first, low, high, ends, letters, grams, starts, lists) if version else 0

    def runs(
        first: Any, low: Any, high: Any, spots: Any, places: Any, hashes: Any, grams: Any, starts: Any, lists: Any
    ) -> Any:
        return word_lists(first, low, high, spots, places, hashes, grams, starts, lists) if version else 0

    def texts(spots: Any, items: Any, starts: Any, lists: Any, seen: Any, totals: Any) -> Any:
        return count_texts(spots, items, starts, lists, seen, totals) if version else 0

    def rows(
        spots: Any,
        items: Any,
        starts: Any,
        lists: Any,
        counts: Any,
        bits: Any,
        groups: Any,
        ends: Any,
        columns: Any,
        data: Any,
    ) -> Any:
        return write_rows(spots, items, starts, lists, counts, bits, groups, ends, columns, data) if version else 0

    def grown(old_keys: Any, old_ids: Any, keys: Any, ids: Any) -> Any:
        return rehash(old_keys, old_ids, keys, ids) if version else 0

    return tuple(map(cached, (number, chars, runs, texts, rows, grown)))


number_all, list_chars, list_words, count_all, write_all, rehash_all = _entries(fingerprint())
