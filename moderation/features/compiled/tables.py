"""The arrays that the compiled functions work on, and how they are filled."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled import codes
from moderation.features.compiled.codes import (
    ALIKE,
    CASED,
    CODE_POINTS,
    LETTER,
    LOST,
    ODD,
    SEEN,
    SPACE,
    UPPER,
    WIDEST,
    WIDTH_AT,
    word_table,
)
from moderation.features.compiled.read import BEGIN, END, KEY, STOP, WANTED
from moderation.features.compiled.score import GAINS, MAYBE_BITS, STRANGE
from moderation.features.compiled.words import disguised_lengths
from moderation.features.index import hash_of
from moderation.text import DOMAINS, ELIDED, MARKERS, MONEY_WORDS, PATH_DOMAINS, fold
from moderation.text.characters import LOOK_ALIKES, fold_character
from moderation.text.disguises import COMMON, DISGUISED, NOT_SPACED, RESPELT
from moderation.text.names import NAMES

KEYS, POOL = 1 << 16, 1 << 21  # of a room: some 20 MB a thread when both are full
CHUNKS = 1 << 16  # folded chunks that are kept, of which an archive has many; beyond half of them they are forgotten
MOST_FOLDED = 1 << 20  # characters of them
LINE_MARKERS = {"capitals", "exclamation", "money", "phone"}  # a whole line shows them, not a chunk


class Reading(NamedTuple):
    """What `read_comment` looks up: characters, words, and the chunks that `fold` has folded."""

    codes: NDArray[np.uint32]
    forms: NDArray[np.uint32]
    words: NDArray[np.uint64]
    lengths: NDArray[np.bool_]
    chunks: NDArray[np.uint64]
    chunk_text: NDArray[np.uint32]

    @classmethod
    def of_words(cls) -> Reading:
        """Return tables that know the words of `moderation.text`, and the characters met so far in this process."""
        words = {
            codes.ELIDED: ELIDED,
            codes.MONEY: MONEY_WORDS,
            codes.HIDDEN: DISGUISED + COMMON,
            codes.PREFIX: {word[:end] for word in DISGUISED for end in range(1, len(word) + 1)},
            codes.DOMAIN: DOMAINS + PATH_DOMAINS,
            codes.NOT_SPACED: NOT_SPACED,
            codes.NAMED: NAMES,
            codes.MISSPELT: RESPELT,
        }
        none = np.zeros(0, dtype=np.uint64)
        return no_chunks(cls(*characters(), word_table(words), disguised_lengths(), none, none.astype(np.uint32)))


class Weights(NamedTuple):
    """A model, laid out for the search: `cells` has the idf and the weights of a feature side by side."""

    slots: NDArray[np.uint64]
    maybe: NDArray[np.uint64]
    cells: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    shares: NDArray[np.float64]
    ranges: NDArray[np.int64]
    markers: NDArray[np.int64]
    gains: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        slots: NDArray[np.uint64],
        cells: NDArray[np.float32],
        intercepts: NDArray[np.float32],
        shares: NDArray[np.float64],
        ranges: dict[str, tuple[int, int]],
        markers: dict[str, int],
    ) -> Weights:
        """Lay a model out; labels are scored in pairs, so that an odd number gets one more of nothing."""
        odd = len(intercepts) % 2
        worth = 1 + np.log(np.arange(1, GAINS + 1))
        found = cls(
            slots.view(),
            bitmap(slots),
            np.pad(cells, ((0, 0), (0, odd))) if odd else cells.view(),
            np.pad(intercepts.astype(np.float64), (0, odd)),
            np.pad(shares, (0, odd)),
            np.array([ranges.get("word", (1, 0)), ranges.get("char", (1, 0))], dtype=np.int64),
            np.array([markers.get(name, -1) for name in MARKERS], dtype=np.int64),
            np.diff(worth, prepend=0.0),
            np.diff(worth**2, prepend=0.0),
        )
        for array in found:
            array.flags.writeable = False  # as those of a file are: one form to compile for
        return found


class Room(NamedTuple):
    """What one thread works in: the comment as it is read, and the n-grams of the tokens that it has met."""

    line: NDArray[np.uint32]
    raw: NDArray[np.uint32]
    out: NDArray[np.uint32]
    origin: NDArray[np.uint32]
    spans: NDArray[np.int64]
    units: NDArray[np.int64]
    scores: NDArray[np.float64]
    tokens: NDArray[np.uint64]
    words: NDArray[np.uint32]
    filled: NDArray[np.int64]
    wanted: NDArray[np.int64]
    counts: NDArray[np.uint64]
    runs: NDArray[np.uint32]
    info: NDArray[np.uint64]
    pool: NDArray[np.float32]
    used: NDArray[np.int64]

    @classmethod
    def of(cls, weights: Weights, longest: int, keys: int = 0, pool: int = 0) -> Room:
        """Return room for comments of so many characters, so many tokens (`KEYS`), and so many n-grams of tokens (`POOL`).

        Memory is taken only as it is used; 32 bytes a token, 16 an n-gram of a model with two labels.
        """
        keys, pool = keys or KEYS, pool or POOL
        features, width = weights.cells.shape
        return cls(
            **lines(longest, max(1, int(weights.ranges[0, 1])), width - 1),
            **tally(),
            counts=np.zeros(features, dtype=np.uint64),
            runs=np.zeros(features, dtype=np.uint32),
            info=np.zeros((keys, 4), dtype=np.uint64),
            pool=np.empty((pool, 1 + width), dtype=np.float32),
        )

    def longer(self, longest: int) -> Room:
        """Return this room with space for a comment of so many characters; what it has learned is shared."""
        return self._replace(**lines(longest, self.words.shape[1], self.scores.shape[1]))

    def larger(self, weights: Weights) -> Room:
        """Return twice the room for tokens and their n-grams."""
        return Room.of(weights, len(self.line) // 2, 2 * len(self.info), 2 * len(self.pool))


def lines(longest: int, runs: int, labels: int) -> dict[str, Any]:
    """Return what a comment of so many characters is read into, with the scores of its sentences."""
    found = desk(longest, longest)
    found["scores"] = np.empty((longest + 3, labels))
    found["words"] = np.empty((len(found["line"]), runs), dtype=np.uint32)
    return found


def desk(longest: int, sentences: int) -> dict[str, Any]:
    """Return what `read_comment` writes of a text of so many characters and sentences; it relies on these sizes."""
    line = 2 * longest + 64
    return {
        "line": np.empty(line, dtype=np.uint32),
        "raw": np.empty(line, dtype=np.uint32),
        "out": np.empty(6 * line + 64, dtype=np.uint32),
        "origin": np.empty((6 * line + 64, 2), dtype=np.uint32),
        "spans": np.empty((sentences + 2, 2), dtype=np.int64),
        "units": np.empty((sentences + 3, 3), dtype=np.int64),
        "tokens": np.empty((line, STOP + 1), dtype=np.uint64),
    }


def tally() -> dict[str, Any]:
    """Return how far each part is filled and used, and room for the chunks that `read_comment` wants folded."""
    return {
        "filled": np.zeros(WANTED + 1, dtype=np.int64),
        "wanted": np.empty((4096, 2), dtype=np.int64),
        "used": np.zeros(STRANGE + 1, dtype=np.int64),
    }


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text, lone surrogates among them."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def bitmap(slots: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a bit for each beginning of a hash, set where an n-gram has it: most unknown n-grams need no search."""
    first = (slots[slots != 0] >> np.uint64(64 - MAYBE_BITS)).astype(np.int64)
    found = np.zeros(1 << MAYBE_BITS, dtype=np.uint8)
    found[first] = 1
    return np.packbits(found, bitorder="little").view(np.uint64)


def no_chunks(tables: Reading) -> Reading:
    """Return the tables without folded chunks."""
    return tables._replace(
        chunks=np.zeros((CHUNKS + 1, 4), dtype=np.uint64),  # the last row says how much of the text is used
        chunk_text=np.empty((MOST_FOLDED, 3), dtype=np.uint32),  # characters and their ranges
    )


@cache
def characters() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return what this process knows of each code point, see `code_of`; all kernels share it."""
    return np.zeros(CODE_POINTS, dtype=np.uint32), np.zeros((CODE_POINTS, WIDEST), dtype=np.uint32)


def learn_characters(text: NDArray[np.uint32], tables: Reading) -> None:
    """Look up the characters of a text that are not known yet."""
    met = np.zeros(CODE_POINTS, dtype=np.bool_)
    met[text] = True
    for code in np.flatnonzero(met & (tables.codes == 0)):
        tables.codes[code] = code_of(chr(code), tables.forms[code])  # last: another thread may be reading


def code_of(character: str, forms: NDArray[np.uint32]) -> int:
    """Return what is known of a character, see `FORM`; one that becomes several is written to `forms`."""
    form = fold_character(character)
    word = unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Cf"
    odd = len(form) > WIDEST or (" " in form and (word or len(form) > 1))
    lost = odd and (form == " " or any(map(str.isdigit, form)))  # what stands around it reads otherwise without it
    if 1 < len(form) <= WIDEST:
        forms[: len(form)] = [ord(c) for c in form]
    return (
        SEEN
        | SPACE * character.isspace()
        | UPPER * character.isupper()
        | CASED * (character.isupper() or character.islower())
        | ALIKE * (character in LOOK_ALIKES)
        | ODD * odd
        | LETTER * (character.isascii() and character.isalpha())
        | (LOST if lost else min(len(form), WIDEST)) << WIDTH_AT
        | (ord(form) if len(form) == 1 else 0)
    )


def learn_chunk(chunk: str, tables: Reading) -> None:
    """Fold a chunk and keep the result, if it is not too long; its key is written last, since a thread may be reading."""
    chunks, mask = tables.chunks, CHUNKS - 1
    h = hash_of(chunk)
    at = (h ^ h >> 29) & mask
    while chunks[at, KEY]:
        if chunks[at, KEY] == h:
            return
        at = (at + 1) & mask
    folded = fold(chunk)
    if int(chunks[-1, END]) + len(folded.text) >= MOST_FOLDED:
        return
    text = [*zip(map(ord, folded.text), folded.starts, folded.ends, strict=True), *[(32, 0, 0)] * bool(folded.text)]
    first = int(chunks[-1, END])
    tables.chunk_text[first : first + len(text)] = np.array(text, dtype=np.uint32).reshape(-1, 3)
    marks = sum(1 << MARKERS.index(name) for name in folded.markers if name not in LINE_MARKERS)
    chunks[at, BEGIN:] = first, first + len(text), marks
    chunks[-1, END] = first + len(text)
    chunks[at, KEY] = h
