"""The scores of `moderation.model.Model`, compiled: one pass over a batch of comments, no object for an n-gram.

The plain-Python modules are the definition: `moderation.text.fold`, `moderation.text.sentences` and
`moderation.features`. This module repeats them over arrays with Numba, and tests hold it to them on arbitrary text.
What tables and a scan cannot express, links, disguised words and mixed scripts, it does not try: it hands such a part of
a comment back, `fold` folds it, and the kernel goes on with the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from moderation.features import Block, Features
from moderation.text import ELIDED, LONGEST_SENTENCE, MARKERS, MONEY_WORDS, fold
from moderation.text.characters import LOOK_ALIKES, fold_character
from moderation.text.disguises import DISGUISED

_SEED = np.uint64(14695981039346656037)  # FNV-1a, 64 bits. Source: Fowler, Noll and Vo
_PRIME = np.uint64(1099511628211)
_WORD, _CHAR = np.uint64(1), np.uint64(2)
_SEEN, _SPACE, _UPPER, _CASED, _HARD, _LETTER = 1, 2, 4, 8, 16, 32  # what is known of a code point
_WIDEST = 8  # characters that one code point may fold to; a wider one is left to `fold`
_CODE_POINTS = 0x110000
_A, _Z, _0, _9, _BLANK, _QUOTE, _DOT, _BANG = 97, 122, 48, 57, 32, 39, 46, 33
_EURO = 0x20AC
_CAPITALS = 1 << MARKERS.index("capitals")
_EXCLAMATION = 1 << MARKERS.index("exclamation")
_MONEY = 1 << MARKERS.index("money")

_jit = numba.njit(cache=True, nogil=True)


@_jit
def _step(h: Any, c: Any) -> Any:
    return (h ^ np.uint64(c)) * _PRIME


@_jit
def _find(slots: Any, h: Any) -> Any:
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


@_jit
def _alnum(c: Any) -> Any:
    return _A <= c <= _Z or _0 <= c <= _9


@_jit
def _hash(buffer: Any, start: Any, end: Any) -> Any:
    h = _SEED
    for i in range(start, end):
        h = _step(h, buffer[i])
    return h


@_jit
def _member(sorted_hashes: Any, h: Any) -> Any:
    at = np.searchsorted(sorted_hashes, h)
    return at < len(sorted_hashes) and sorted_hashes[at] == h


@_jit
def _split(text: Any, start: Any, end: Any, flags: Any, out: Any) -> Any:
    """Write the ranges of `moderation.text.sentences` to `out` and return how many there are."""
    count, first, at = 0, start, start
    while at < end:
        stop = _sentence_end(text, at, start, end, flags)
        if stop > at:
            count = _cut(text, first, stop, flags, out, count)
            first = at = stop
        else:
            at += 1
    return _cut(text, first, end, flags, out, count)


@_jit
def _sentence_end(text: Any, at: Any, start: Any, end: Any, flags: Any) -> Any:
    """Return where a sentence end that begins here stops, or `at` where none does."""
    c = text[at]
    if c == 10:
        return _skip_space(text, at + 1, end, flags)
    if not _ends(c) or (at > start and _ends(text[at - 1])):
        return at
    if at > start and flags[text[at - 1]] & _LETTER:
        before = text[at - 2] if at - start >= 2 else _DOT
        if flags[before] & _SPACE or before == _DOT or before == 40:
            return at
    stop = at
    while stop < end and _ends(text[stop]):
        stop += 1
    while stop < end and _closes(text[stop]):
        stop += 1
    if stop + 1 < end and flags[text[stop]] & _SPACE and (text[stop + 1] == 0xBB or text[stop + 1] == 0x201D):
        after = stop + 2
        if after == end or flags[text[after]] & _SPACE:
            return _skip_space(text, after, end, flags)
    if stop == end or flags[text[stop]] & _SPACE:
        return _skip_space(text, stop, end, flags)
    return at


@_jit
def _ends(c: Any) -> Any:
    return c == _DOT or c == _BANG or c == 63 or c == 0x2026


@_jit
def _closes(c: Any) -> Any:
    return c == 34 or c == _QUOTE or c == 0xBB or c == 0x201D or c == 0x2019 or c == 41 or c == 93


@_jit
def _skip_space(text: Any, at: Any, end: Any, flags: Any) -> Any:
    while at < end and flags[text[at]] & _SPACE:
        at += 1
    return at


@_jit
def _cut(text: Any, start: Any, end: Any, flags: Any, out: Any, count: Any) -> Any:
    """Append a sentence, cut where it is too long, without surrounding space."""
    while end - start > LONGEST_SENTENCE:
        stop = _soft_break(text, start, flags)
        count = _append(text, start, stop, flags, out, count)
        start = stop
    return _append(text, start, end, flags, out, count)


@_jit
def _soft_break(text: Any, start: Any, flags: Any) -> Any:
    at, limit = start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE
    weak = strong = -1
    while at < limit:
        c = text[at]
        stop = _skip_space(text, at, limit, flags)
        if stop > at:
            weak = at = stop
        elif c == 44 or c == 59 or c == 58 or c == 0x2013 or c == 0x2014:
            stop = _skip_space(text, at + 1, limit, flags)
            if stop > at + 1:
                strong = weak = stop
                at = stop
            else:
                at += 1
        else:
            at += 1
    return strong if strong >= 0 else weak if weak >= 0 else limit


@_jit
def _append(text: Any, start: Any, end: Any, flags: Any, out: Any, count: Any) -> Any:
    start = _skip_space(text, start, end, flags)
    while end > start and flags[text[end - 1]] & _SPACE:
        end -= 1
    if end > start:
        out[count, 0], out[count, 1] = start, end
        count += 1
    return count


@_jit
def _characters(text: Any, start: Any, end: Any, flags: Any, widths: Any, forms: Any, line: Any) -> Any:
    """Fold character by character into `line`; return its length (-1: left to `fold`) and the markers found."""
    length = upper = cased = bangs = digits = 0  # digits: in a run of what phone numbers are written with
    for at in range(start, end):
        c = text[at]
        flag = flags[c]
        if flag & _HARD:
            return -1, 0
        upper += (flag & _UPPER) != 0
        cased += (flag & _CASED) != 0
        bangs += c == _BANG
        for k in range(widths[c]):
            form = forms[c, k]
            line[length] = form
            length += 1
            if _0 <= form <= _9:
                digits += 1
                if digits == 8:  # may be a phone number
                    return -1, 0
            elif not (form == _BLANK or 40 <= form <= 41 or 45 <= form <= 46):
                digits = 0
    line[length] = _BLANK
    marks = 0
    if cased >= 10 and upper >= 0.8 * cased:
        marks |= _CAPITALS
    if bangs >= 3:
        marks |= _EXCLAMATION
    return length, marks


@_jit
def _money(line: Any, length: Any, words: Any) -> Any:
    """Tell whether an amount of money stands in the line; 2 where it holds a currency sign: left to `fold`."""
    for at in range(length):
        if line[at] == _EURO or line[at] == 36:
            return 2
    for at in range(length - 1):
        if _0 <= line[at] <= _9:
            start = at + 1 + (line[at + 1] == _BLANK)
            stop = start
            while stop < length and _alnum(line[stop]):
                stop += 1
            if stop > start and _member(words, _hash(line, start, stop)):
                return 1
    return 0


@_jit
def _tokens(line: Any, length: Any, out: Any, elided: Any, disguised: Any) -> Any:
    """Write the tokens of a line, each with a space after it; return the length, or -1: left to `fold`."""
    size, single, at = 0, 0, 0
    while at < length:
        c = line[at]
        if c == _BLANK:
            at += 1
            continue
        if c >= 128:  # an emoji
            out[size], out[size + 1] = c, _BLANK
            size, single, at = size + 2, 0, at + 1
            continue
        stop = at
        quotes = others = 0
        while stop < length and _in_segment(line[stop]):
            quotes += line[stop] == _QUOTE
            others += line[stop] != _QUOTE and not _alnum(line[stop])
            stop += 1
        if stop == at:
            if c == 47 and at > 0 and line[at - 1] == 58:  # "://"
                return -1
            at += 1
            continue
        if others and _is_hard(line, at, stop):
            return -1
        if quotes:
            while at < stop and line[at] == _QUOTE:
                at += 1
            while at < stop:
                end = at
                while end < stop and line[end] != _QUOTE:
                    end += 1
                if end == stop or end - at > 7 or not _member(elided, _hash(line, at, end)):
                    break
                for i in range(at, end + 1):
                    out[size] = line[i]
                    size += 1
                out[size] = _BLANK
                size, single = size + 1, 0
                at = end
                while at < stop and line[at] == _QUOTE:
                    at += 1
            quotes = 0
            for i in range(at, stop):
                quotes += line[i] == _QUOTE
            if quotes and others:
                return -1
        while at < stop:
            while at < stop and not _alnum(line[at]):
                at += 1
            first = size
            digits = 0
            while at < stop and (_alnum(line[at]) or line[at] == _QUOTE):
                if line[at] != _QUOTE:
                    out[size] = line[at]
                    digits += line[at] <= _9
                    size += 1
                at += 1
            if size == first:
                break
            if digits == size - first:
                for i in range(first, size):
                    out[i] = _0
            elif _is_stretched(out, first, size) or (digits and _may_be_leet(out, first, size, disguised)):
                return -1
            single = single + 1 if size - first == 1 and digits == 0 else 0
            if single >= 3:
                return -1
            out[size] = _BLANK
            size += 1
    return max(0, size - 1)


@_jit
def _in_segment(c: Any) -> Any:
    return _alnum(c) or c == _QUOTE or c == _DOT or c == _BANG or c == 45 or c == 95 or _is_sign(c)


@_jit
def _is_sign(c: Any) -> Any:
    return 35 <= c <= 36 or c == 42 or c == 64 or c == 124  # # $ * @ |


@_jit
def _is_hard(line: Any, start: Any, stop: Any) -> Any:
    """Tell whether punctuation inside a segment may be a disguise, a link or an address."""
    some = False
    for at in range(start, stop):
        if _alnum(line[at]):
            some = True
    if not some:
        return False
    for at in range(start, stop):
        c = line[at]
        if _is_sign(c):
            return True
        if at + 1 < stop and not _alnum(c) and c != _QUOTE:
            after = line[at + 1]
            if c == _DOT and _A <= after <= _Z:
                return True
            if c == _BANG and (_alnum(after) or after == _QUOTE) and at > start:
                return True
            if after == c and c != _BANG and at > start:
                end = at
                while end < stop and line[end] == c:
                    end += 1
                if end < stop:
                    return True
    return False


@_jit
def _is_stretched(out: Any, start: Any, end: Any) -> Any:
    for at in range(start + 2, end):
        if out[at] == out[at - 1] == out[at - 2] and out[at] >= _A:
            return True
    return False


@_jit
def _may_be_leet(out: Any, start: Any, end: Any, disguised: Any) -> Any:
    """Tell whether `fold` might read the digits of a token as letters; it may say yes too often, never no wrongly."""
    letters = 0
    for at in range(start, end):
        c = out[at]
        if c >= _A:
            letters += 1
        elif c == 50 or c == 54 or c == 56 or c == 57:
            return False
    if letters >= 3 and 2 * letters > end - start and out[start] >= _A and out[end - 1] >= _A:
        return True
    size = min(end - start, disguised.shape[1] - 1)
    return disguised[out[start], size]


@_jit
def _ngrams(
    buffer: Any, length: Any, analyzer: Any, low: Any, high: Any, closed: Any, slots: Any, counts: Any, touched: Any
) -> Any:
    """Count the known n-grams of a folded text; return how many features, how many n-grams known, and how many in all.

    Where a block is closed, an n-gram is known only if its beginning is: then an unknown one ends the search.
    """
    used = known = total = 0
    at = 0
    while at < length:
        end = at
        while end < length and buffer[end] != _BLANK:
            end += 1
        if analyzer == _WORD:
            h, stop = _step(_SEED, _WORD), at
            for n in range(1, high + 1):
                if n > 1:
                    if stop >= length:
                        break
                    h = _step(h, _BLANK)
                    stop += 1
                while stop < length and buffer[stop] != _BLANK:
                    h = _step(h, buffer[stop])
                    stop += 1
                if n >= low:
                    total += 1
                    column = _find(slots, h)
                    if column >= 0:
                        known += 1
                        if counts[column] == 0:
                            touched[used] = column
                            used += 1
                        counts[column] += 1
        else:
            padded = end - at + 2
            longest = min(high, max(low, padded))
            for first in range(padded):
                h = _step(_SEED, _CHAR)
                for n in range(1, longest + 1):
                    place = first + n - 1
                    if place >= padded:
                        break
                    h = _step(h, _BLANK if place == 0 or place == padded - 1 else buffer[at + place - 1])
                    if n < low:
                        continue
                    column = _find(slots, h)
                    if column >= 0:
                        known += 1
                        if counts[column] == 0:
                            touched[used] = column
                            used += 1
                        counts[column] += 1
                    elif closed:
                        break
                total += max(0, min(longest, padded - first) - low + 1)
        at = end + 1
    return used, known, total


@_jit
def _odds(buffer: Any, length: Any, marks: Any, tables: Any, scratch: Any, row: Any) -> Any:
    """Write the log-odds of a folded text to `row`; return how many of its n-grams are known, and how many it has."""
    slots, cells, intercepts, ranges, first_marker, logs = tables
    counts, touched = scratch
    part = np.empty(len(row))
    for label in range(len(row)):
        row[label] = intercepts[label]
    known = total = 0
    for block in range(len(ranges)):
        analyzer, low, high, closed = ranges[block]
        used, some, all_ = _ngrams(buffer, length, np.uint64(analyzer), low, high, closed, slots, counts, touched)
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


@_jit
def _split_all(text: Any, bounds: Any, flags: Any, out: Any, firsts: Any) -> Any:
    """Write the units of each comment: the whole, then its sentences if there are two or more."""
    size = 0
    for comment in range(len(bounds) - 1):
        start, end = bounds[comment], bounds[comment + 1]
        firsts[comment] = size
        out[size, 0], out[size, 1] = start, end
        found = _split(text, start, end, flags, out[size + 1 :])
        size += 1 + (found if found > 1 else 0)
    firsts[len(bounds) - 1] = size
    return size


@_jit
def _score_units(
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
    elided, money, disguised = words
    for unit in range(len(units)):
        shares[unit, 0] = -1
        length, marks = _characters(text, units[unit, 0], units[unit, 1], flags, widths, forms, line)
        if length < 0:
            continue
        amount = _money(line, length, money)
        if amount == 2:
            continue
        length = _tokens(line, length, folded, elided, disguised)
        if length >= 0:
            marks |= _MONEY if amount else 0
            shares[unit] = _odds(folded, length, marks, tables, scratch, odds[unit])


@_jit
def _unseen(text: Any, flags: Any, out: Any) -> Any:
    """Write the code points that no batch has had so far, each as often as it stands, and return how many."""
    size = 0
    for c in text:
        if not flags[c] & _SEEN:
            out[size] = c
            size += 1
    return size


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
        self._tables = _tables(features, weights, intercepts)
        self._characters = (
            np.zeros(_CODE_POINTS, dtype=np.uint8),
            np.zeros(_CODE_POINTS, dtype=np.uint8),
            np.zeros((_CODE_POINTS, _WIDEST), dtype=np.uint32),
        )
        self._words = _hashes(ELIDED), _hashes(MONEY_WORDS), _disguised()

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
        units = units[: _split_all(text, bounds, self._characters[0], units, firsts)]
        longest = int((units[:, 1] - units[:, 0]).max(initial=0))
        line = np.empty(_WIDEST * longest + 2, dtype=np.uint32)
        odds = np.empty((len(units), self._labels))
        shares = np.empty((len(units), 2), dtype=np.int64)
        folded = np.empty(2 * len(line) + 8, dtype=np.uint32)
        width = len(self._tables[1])
        scratch = np.zeros(width, dtype=np.int32), np.zeros(width, dtype=np.int32)
        _score_units(text, units, self._characters, self._words, self._tables, scratch, line, folded, odds, shares)
        for unit in np.flatnonzero(shares[:, 0] < 0):
            start, end = units[unit]
            shares[unit] = self._folded(joined[start:end], scratch, odds[unit])
        known, total = shares[firsts[:-1]].T
        return odds, firsts, np.divide(known, total, out=np.ones(len(texts)), where=total > 0)

    def _learn(self, text: NDArray[np.uint32]) -> None:
        flags, widths, forms = self._characters
        new = np.empty(len(text), dtype=np.uint32)
        for code in np.unique(new[: _unseen(text, flags, new)]):
            form = fold_character(chr(code))
            if len(form) <= _WIDEST:
                widths[code] = len(form)
                forms[code, : len(form)] = [ord(c) for c in form]
            flags[code] = _SEEN | _flags(chr(code), form)  # last: another thread may be reading

    def _folded(self, text: str, scratch: Any, row: NDArray[np.float64]) -> tuple[int, int]:
        folded = fold(text)
        buffer = np.frombuffer(folded.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        marks = sum(1 << MARKERS.index(marker) for marker in folded.markers)
        known, total = _odds(buffer, len(buffer), marks, self._tables, scratch, row)
        return known, total


def _flags(character: str, form: str) -> int:
    hard = character in LOOK_ALIKES or len(form) > _WIDEST
    letter = character.isascii() and character.isalpha()
    return (
        _SPACE * character.isspace()
        | _UPPER * character.isupper()
        | _CASED * (character.isupper() or character.islower())
        | _HARD * hard
        | _LETTER * letter
    )


def _hash_of(text: str, seed: int = int(_SEED)) -> int:
    for character in text:
        seed = (seed ^ ord(character)) * int(_PRIME) & 0xFFFFFFFFFFFFFFFF
    return seed


def _hashes(words: Sequence[str] | frozenset[str]) -> NDArray[np.uint64]:
    return np.array(sorted(_hash_of(word) for word in words), dtype=np.uint64)


def _disguised() -> NDArray[np.bool_]:
    """Return for a first character and a length whether a listed word may be behind it, stretched or not."""
    found = np.zeros((128, 32), dtype=np.bool_)
    digits = {"o": "0", "i": "1", "l": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
    for word in DISGUISED:
        for first in {word[0], digits.get(word[0], word[0])}:
            found[ord(first), len(word) :] = True
    return found


def _is_closed(block: Block) -> bool:
    """Tell whether each n-gram's beginning, one character shorter, is in the block too, as training leaves it."""
    known = set(block.ngrams)
    return block.analyzer == "char" and all(len(g) <= block.low or g[:-1] in known for g in known)


def _tables(features: Features, weights: NDArray[Any], intercepts: NDArray[Any]) -> tuple[Any, ...]:
    """Lay the model out: a hash table of its n-grams, idf and weights of a feature side by side."""
    tags = {"word": int(_WORD), "char": int(_CHAR)}
    blocks = [block for block in features.blocks if block.analyzer in tags]
    size = 1 << max(4, (2 * len(features)).bit_length())
    slots = np.zeros(size, dtype=np.uint64)
    for offset, block in zip(features.offsets(), features.blocks, strict=True):
        if block.analyzer in tags:
            seed = _hash_of(chr(tags[block.analyzer]))
            text = np.frombuffer("\n".join(block.ngrams).encode("utf-32-le"), dtype=np.uint32)
            _insert_all(slots, text, np.uint64(seed), offset)
    first_marker = next(
        (o for o, b in zip(features.offsets(), features.blocks, strict=True) if b.analyzer == "marker"), -1
    )
    idf = np.concatenate([block.idf for block in features.blocks])
    ranges = np.array([[tags[b.analyzer], b.low, b.high, _is_closed(b)] for b in blocks], dtype=np.int64)
    cells = np.column_stack([idf, *weights]).astype(np.float32)  # idf and weights of a feature side by side
    logs = 1 + np.log(np.arange(1 << 10), where=np.arange(1 << 10) > 0, out=np.zeros(1 << 10))
    return slots, cells, intercepts.astype(np.float64), ranges, first_marker, logs


@_jit
def _insert_all(slots: Any, ngrams: Any, seed: Any, offset: Any) -> None:
    """Enter n-grams, one a line, under the hash that begins with `seed`."""
    mask = np.uint64(len(slots) - 1)
    h, column = seed, offset
    for at in range(len(ngrams) + 1):
        if at < len(ngrams) and ngrams[at] != 10:
            h = _step(h, ngrams[at])
            continue
        slot = (h ^ (h >> np.uint64(29))) & mask
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = (h & ~np.uint64(0xFFFFFF)) | np.uint64(column + 1)
        h, column = seed, column + 1
