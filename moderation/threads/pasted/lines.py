"""Lines of printed text: their indentation, and the number or bullet that begins an item of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

TAB = 4
_SPACE = " \t\u00a0\u2007\u202f\u3000"
_MARKER = re.compile(
    r"\d{1,5}[.)](?=\s|$)"
    r"|[•‣◦▪●○](?=\s|$)"
    r"|[·*–—-](?=\s.*[^\s·*–—-])"  # alone or repeated, it is a rule across the page
)


class Line(NamedTuple):
    r"""One line: the column at which it begins, its marker ("" without one), and what stands from there on.

    Examples
    --------
    >>> Line.of("\t12) Bravo "), Line.of("1è GRANDES MANŒUVRES").marker
    (Line(indent=4, marker='12)', content='12) Bravo'), '')
    """

    indent: int
    marker: str
    content: str

    @classmethod
    def of(cls, raw: str) -> Line:
        """Measure a line as it was printed."""
        content = raw.lstrip(_SPACE)
        margin = raw[: len(raw) - len(content)]
        marker = _MARKER.match(content)
        indent = len(margin.expandtabs(TAB)) if content.strip() else 0
        return cls(indent, marker[0] if marker else "", content.rstrip())

    @property
    def number(self) -> int | None:
        """The number of a numbered item."""
        return int(self.marker[:-1]) if self.marker[:-1] else None

    @property
    def unmarked(self) -> str:
        """What stands after the marker."""
        return self.content[len(self.marker) :].strip()

    @property
    def at_margin(self) -> bool:
        """Whether text begins in the first column."""
        return self.indent == 0 and self.content != ""


BLANK = Line(0, "", "")


def text_of(item: Sequence[Line]) -> str:
    r"""Return the text of an item: without its marker, its indentation, and blank lines at the ends.

    Examples
    --------
    >>> text_of([Line.of("  1. Bonjour,"), BLANK, Line.of("    merci"), BLANK])
    'Bonjour,\n\nmerci'
    """
    first, *rest = item
    return f"{first.unmarked}\n{dedented(rest)}".strip("\n")


def dedented(lines: Sequence[Line]) -> str:
    """Return lines as text without the indentation that all of them have."""
    margin = min((line.indent for line in lines if line.content), default=0)
    return "\n".join(" " * (line.indent - margin) + line.content if line.content else "" for line in lines)


def item_starts(lines: Sequence[Line]) -> list[int]:
    """Return where the items of a list begin; markers of lists that stand inside an item are not among them.

    Where blank lines separate the items, a marker with none before it, and the markers of a paragraph that
    holds several on one level, are a list that the writer of the item typed.

    Examples
    --------
    >>> printed = ("  1. Deux raisons :", "", "    - a", "    - b", "", "  2. Oui")
    >>> item_starts([Line.of(raw) for raw in printed])
    [0, 5]
    """
    markers = [at for at, line in enumerate(lines) if line.marker]
    outer = min((lines[at].indent for at in markers), default=0)
    if not _spaced(lines, markers, outer):
        return markers
    typed = _typed(lines)
    starts: list[int] = []
    last: int | None = None
    for at in markers:
        is_outer, number = lines[at].indent == outer, lines[at].number
        firm = is_outer and outer > 0  # what is typed inside an item stands deeper, except at the margin
        counts_on = is_outer and last is not None and number == last + 1
        if not starts or firm or (_after_blank(lines, at) and (counts_on or at not in typed)):
            starts.append(at)
            last = number if is_outer and number is not None else last
    return starts


def widths(lines: Sequence[Line], starts: Sequence[int]) -> Iterable[int]:
    """Yield how far one level can be from the next: between markers, and from a marker to the text under it.

    Examples
    --------
    >>> lines = [Line.of(raw) for raw in ("  1. Oui", "    et non", "      • Ah")]
    >>> list(widths(lines, [0, 2]))
    [4, 2]
    """
    levels = sorted({lines[at].indent for at in starts})
    yield from (deeper - level for level, deeper in pairwise(levels))
    for at in starts:
        below = lines[at + 1] if at + 1 < len(lines) else BLANK
        if below.content and not below.marker and below.indent > lines[at].indent:
            yield below.indent - lines[at].indent


def _after_blank(lines: Sequence[Line], at: int) -> bool:
    return at == 0 or not lines[at - 1].content


def _spaced(lines: Sequence[Line], markers: Sequence[int], outer: int) -> bool:
    """Tell whether blank lines stand between items, from the outer ones where there are several."""
    sample = [at for at in markers if lines[at].indent == outer][1:] or markers[1:]
    return 2 * sum(_after_blank(lines, at) for at in sample) >= len(sample)


def _typed(lines: Sequence[Line]) -> set[int]:
    """Return the markers that share their paragraph and their level with another."""
    typed: set[int] = set()
    levels: dict[int, int] = {}  # indent -> its first marker in this paragraph
    for at, line in enumerate(lines):
        if not line.content:
            levels = {}
        elif line.marker and levels.setdefault(line.indent, at) != at:
            typed |= {levels[line.indent], at}
    return typed
