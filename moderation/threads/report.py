"""What a reading of a source met: how much was kept, what was dropped and why, what was odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_NOTES = 200
"""Different sentences that are kept of one source: a hostile one must not fill the memory."""


class Notes:
    """Sentences about comments, each with how many it was said of and where the first stands.

    Examples
    --------
    >>> notes = Notes()
    >>> notes.add("no year, so the date is left out", "line 3")
    >>> notes.add("no year, so the date is left out", "line 9")
    >>> notes.add("comments are closed")
    >>> list(notes.lines())
    ['no year, so the date is left out: 2 comments (first: line 3)', 'comments are closed']
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, sentence: str, where: str = "", times: int = 1) -> None:
        """Count a sentence; `where` stands for the comment that it is said of, empty where it is about the thread."""
        if sentence not in self._found and len(self._found) >= MOST_NOTES:
            sentence, where = "further notes are not listed", ""
        before, first = self._found.get(sentence, (0, where))
        self._found[sentence] = before + times, first

    def merge(self, other: Notes) -> None:
        """Add all that another holds."""
        for sentence, (times, first) in other._found.items():
            self.add(sentence, first, times)

    def lines(self) -> Iterator[str]:
        """Yield the sentences with their counts, in the order in which they came."""
        for sentence, (times, first) in self._found.items():
            if first:
                yield f"{sentence}: {_some(times, 'comment')} (first: {first})"
            else:
                yield sentence + f" ({times} times)" * (times > 1)

    def rows(self) -> list[dict[str, Any]]:
        """Return the same as plain values."""
        return [
            {"note": sentence, "times": times, "first": first or None}
            for sentence, (times, first) in self._found.items()
        ]


@dataclass
class Report:
    """The tally of one source; a reader fills it while its threads are taken.

    Parameters
    ----------
    source, format
        The name of the source, and the format in which it was read.
    threads
        How many were given.
    read, kept
        Comments that were met and that are in the threads; ``read == kept + sum(dropped.values())``.
    dropped
        Reason -> how many comments are in no thread.
    orphans, cycles, duplicates, doubtful
        Comments whose parent is not in the thread, that are their own ancestor, whose id stood before, and
        whose place in the thread is not certain.
    announced
        How many comments the source says it has, over all threads that say a number; None without any.
    notes
        What was odd.
    damage
        Where the source is damaged, in the order found.

    Examples
    --------
    >>> list(Report("page.html", read=13, kept=13, threads=1, announced=21).lines())
    ['13 comments read, 13 kept in 1 thread; 21 announced']
    """

    source: str = ""
    format: str = ""
    threads: int = 0
    read: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    cycles: int = 0
    duplicates: int = 0
    doubtful: int = 0
    announced: int | None = None
    notes: Notes = field(default_factory=Notes)
    damage: list[str] = field(default_factory=list)

    def drop(self, reason: str, times: int = 1) -> None:
        """Count comments that were met and are in no thread."""
        if times:
            self.read += times
            self.dropped[reason] += times

    def lines(self) -> Iterator[str]:
        """Yield the tally as sentences, the counts first."""
        counts = [f"{_some(self.read, 'comment')} read, {self.kept} kept in {_some(self.threads, 'thread')}"]
        if self.dropped:
            counts.append("dropped: " + ", ".join(f"{times} ({why})" for why, times in self.dropped.items()))
        if self.announced is not None:
            counts.append(f"{self.announced} announced")
        yield "; ".join(counts)
        yield from self.notes.lines()
        yield from self.damage

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as they are written to a report file."""
        return {**vars(self), "dropped": dict(self.dropped), "notes": self.notes.rows()}


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
