"""Feeding: the loop that hands texts to a compiled function, and learns what that function asks for."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.features.compiled.read import END, KEY, WANTED
from moderation.features.compiled.score import ABANDONED, FULL, STRANGE, TODO
from moderation.features.compiled.tables import (
    CHUNKS,
    MOST_FOLDED,
    Reading,
    code_points,
    learn_characters,
    learn_chunk,
    no_chunks,
)
from moderation.text import MARKERS, fold

MOST_TRIES = 4  # of a comment, before it is left to `fold`: its characters, its chunks, and a table that was full
_learning = Lock()


class Work(Protocol):
    """A compiled function, and the room that it works in."""

    @property
    def room(self) -> Any:
        """What the texts are read in: has the arrays `filled`, `wanted` and `used`."""

    def call(
        self,
        text: NDArray[np.uint32],
        bounds: NDArray[np.int64],
        marks: NDArray[np.int64],
        states: NDArray[np.int64],
        tables: Reading,
    ) -> int:
        """Do the texts that are TODO; return the least one that must be tried again, FULL where the room is."""

    def make_room(self, again: bool) -> None:
        """Make room; `again`: the last time was not enough."""


class Feed:
    """What is known of characters and chunks, learned as texts are fed; threads may share it."""

    def __init__(self) -> None:
        self.tables = Reading.of_words()

    def run(self, texts: Sequence[str], marks: NDArray[np.int64], work: Work) -> NDArray[np.int64]:
        """Feed texts; return for each whether it is DONE, or ABANDONED because `fold` must fold it.

        `marks`: for each text RAW, WHOLE, or its markers where it is folded.
        """
        size = len(texts)
        joined = texts[0] if size == 1 else "".join(texts)
        text = code_points(joined)
        bounds = np.zeros(size + 1, dtype=np.int64)
        np.cumsum([len(one) for one in texts], out=bounds[1:])
        states = np.zeros(size, dtype=np.int64)
        tries, last = 0, -1
        while True:
            found = work.call(text, bounds, marks, states, self.tables)
            if found == size:
                return states
            first = int(np.argmax(states == TODO))
            tries = tries + 1 if first == last else 1
            last = first
            if found == FULL:
                work.make_room(tries > 1)
            elif tries > MOST_TRIES:
                states[first] = ABANDONED
            else:
                self.learn(text, joined, work.room)

    def learn(self, text: NDArray[np.uint32], joined: str, room: Any) -> None:
        """Learn what the last call asked for: the characters of the text, and the chunks that only `fold` can fold."""
        wanted = room.wanted[: room.filled[WANTED]].tolist()
        with _learning:
            if room.used[STRANGE]:
                learn_characters(text, self.tables)
            chunks = {joined[start:end] for start, end in wanted}
            used = np.count_nonzero(self.tables.chunks[:-1, KEY]) + len(chunks)
            if used > CHUNKS // 2 or self.tables.chunks[-1, END] > MOST_FOLDED // 2:
                self.tables = no_chunks(self.tables)
            for chunk in chunks:
                learn_chunk(chunk, self.tables)


def folded_text(text: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return a unit as `fold` folds it, and its markers, in the form that `Feed.run` takes.

    They are fed one at a time: where a token comes from is looked up by its place in all that is fed.
    """
    folded = fold(text)
    marks = np.array([sum(1 << MARKERS.index(marker) for marker in folded.markers)], dtype=np.int64)
    return [folded.text + " " * bool(folded.text)], marks
