"""The list of comments on a page: the heading that announces it, or what else shows that it holds them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from moderation.threads import headings
from moderation.threads.pasted.entries import item_header
from moderation.threads.pasted.landmarks import heads_other_lists
from moderation.threads.pasted.lines import BLANK, Line, item_starts

BETWEEN = 3  # short lines ("Trier par : date") that may stand between a heading and its list
ENDS = (".", "!", "?", "…", "»", ")")  # signs of which one ends a line of almost any comments
SHORT = 60  # characters of the longest such line
NEAR = 20  # lines, blank ones included, within which the list begins

FORM = "a form for comments follows it"
HEADERS = "its items begin with a name and a date"
REPLIES = "replies stand under its items"
ALONE = "the text holds nothing else"


class Printed(NamedTuple):
    """A list of comments.

    Parameters
    ----------
    lines
        Its lines, the first of which begins an item; a blank one for each that was left out.
    first
        Where on the page it begins.
    after
        How many lines of the page stand before the list and its heading.
    announced
        The number in its heading; None without one.
    reason
        Why it is taken for comments where no heading announces it, else empty.
    left_out
        How many lines at the margin interrupt it: links or advertisements, no text of a comment.
    ended
        Whether something marks its end.
    """

    lines: Sequence[Line]
    first: int
    after: int
    announced: int | None
    reason: str
    left_out: int
    ended: bool


def printed_list(page: Sequence[Line]) -> Printed | None:
    """Return the list of comments of a page: one under a heading, else the last that is shown to hold some.

    A numbered list in an article has neither and is left alone.

    Examples
    --------
    >>> page = [Line.of(raw) for raw in ("Titre", "2 COMMENTAIRES", "  1. Oui", "  2. Non", "REPONDRE")]
    >>> found = printed_list(page)
    >>> found.announced, len(found.lines), found.ended
    (2, 2, True)
    """
    return _announced(page) or _unannounced(page)


def _announced(page: Sequence[Line]) -> Printed | None:
    """Return the list under a heading; of several, one with a number, then the one with the most items."""
    under = {at: first for at in range(len(page)) if (first := _under_heading(page, at)) is not None}
    if not under:
        return None
    items = list(accumulate((line.marker != "" for line in page), initial=0))
    ends = dict(zip(under, [*list(under)[1:], len(page)], strict=True))
    counts = {at: headings.announced(page[at].content) for at in under}
    best = max(under, key=lambda at: (counts[at] is not None, items[ends[at]] - items[at]))
    return _cut(page, under[best], best, counts[best], "")


def _under_heading(page: Sequence[Line], heading: int) -> int | None:
    """Return where a list begins under the heading on this line, if it is one."""
    if not page[heading].at_margin or not headings.announces(page[heading].content):
        return None
    count = headings.announced(page[heading].content)
    between = 0
    for at in range(heading + 1, min(heading + NEAR, len(page))):
        line = page[at]
        if line.marker:
            menu = line.number is None and at + 1 < len(page) and page[at + 1].marker != ""
            return None if count == 0 or (menu and (count is None or between)) else at
        between += line.content != ""
        if between > BETWEEN or len(line.content) > SHORT or heads_other_lists(line.content):
            return None
    return None


def _unannounced(page: Sequence[Line]) -> Printed | None:
    lists = _stretches(page)
    for first, after in reversed(lists):
        alone = len(lists) == 1 and not any(line.content for line in (*page[:first], *page[after:]))
        reason = ALONE if alone else _evidence(page, first, after)
        if reason:
            return _cut(page, first, first, None, reason)
    return None


def items_of(lines: Sequence[Line], starts: Sequence[int]) -> list[Sequence[Line]]:
    """Return the lines of each item that `item_starts` found."""
    return [lines[start:stop] for start, stop in pairwise([*starts, len(lines)])]


def headed(items: Sequence[Sequence[Line]]) -> bool:
    """Tell whether most items of a list begin with the author and the date of a comment, and go on after them.

    Examples
    --------
    >>> headed([[Line.of("  1. Awa"), Line.of("    12 mars 2024 à 10:15"), Line.of("    Bravo")]])
    True
    """
    count = 0
    for item in items:
        at, header = item_header(item) or (0, None)
        if header is not None and header.written:
            count += any(line.content for line in item[at + header.lines :])
    return count > 0 and 2 * count >= len(items)


def _stretches(page: Sequence[Line]) -> list[tuple[int, int]]:
    """Return where each stretch of items and of indented lines begins and ends."""
    found: list[tuple[int, int]] = []
    first: int | None = None
    for at, line in enumerate([*page, Line(0, "", "the end")]):
        if first is None and line.marker:
            first = at
        elif first is not None and line.at_margin and not line.marker:
            found.append((first, at))
            first = None
    return found


def _evidence(page: Sequence[Line], first: int, after: int) -> str:
    """Return what shows that a list holds comments: items without blank lines between are an article's."""
    lines = page[first:after]
    starts = item_starts(lines)
    if len(starts) > 1 and headed(items_of(lines, starts)):
        return HEADERS
    if any(lines[at - 1].content for at in starts[1:]) or _introduced(page, first):
        return ""
    outer = lines[starts[0]]
    nested = any(lines[at].indent > outer.indent and lines[at].number is None for at in starts)
    answered = nested and outer.number is not None
    written = answered or any(line.content.endswith(ENDS) for line in lines)  # else titles, or the points of a text
    if written and after < len(page) and headings.ends(page[after].content):
        return FORM
    return REPLIES if answered else ""


def _introduced(page: Sequence[Line], first: int) -> bool:
    """Tell whether the line before a list belongs to it, as in an article, or is the heading of other articles."""
    above = next((line.content for line in reversed(page[:first]) if line.content), "")
    return above.endswith(":") or heads_other_lists(above)


def _cut(page: Sequence[Line], first: int, after: int, announced: int | None, reason: str) -> Printed:
    """Take a list up to its end; after a line at the margin it goes on if its numbers do."""
    indented = page[first].indent > 0
    stop: int | None = None
    last: Line | None = None  # the latest of the outermost numbers
    for at in range(first, len(page)):
        line = page[at]
        if _interrupts(line, indented):
            stop = at if stop is None else stop
        elif line.number is not None and (last is None or line.indent <= last.indent):
            if stop is not None and not _continues(last, line):
                break
            last, stop = line, None
    lines = page[first:stop]
    kept = [BLANK if _interrupts(line, indented) else line for line in lines]
    left_out = sum(_interrupts(line, indented) for line in lines)
    return Printed(kept, first, after, announced, reason, left_out, indented or stop is not None)


def _continues(last: Line | None, line: Line) -> bool:
    """Tell whether a number goes on with the list; if not, it belongs to another list of the page."""
    return last is not None and line.indent == last.indent and (line.number or 0) > (last.number or 0)


def _interrupts(line: Line, indented: bool) -> bool:
    return line.at_margin and (indented or headings.ends(line.content))
