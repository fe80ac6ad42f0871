"""Comments that no list holds: each begins with the name of its author and its date, or ends with links."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from moderation.threads import headings
from moderation.threads.pasted.entries import Entry, of_block, of_footed
from moderation.threads.pasted.headers import BYLINE, DATE_ALONE, DATE_FIRST, SAID, STACKED, Header
from moderation.threads.pasted.landmarks import Landmarks, heads_other_lists
from moderation.threads.pasted.lines import Line

BETWEEN = 6  # short lines ("Trier par : date") that may stand between a heading and the first comment
SHORT = 60  # characters of the longest such line
NEAR = 20  # lines, blank ones included, within which the first comment begins

NUMBERS = "numbers count them"
WEAK = {BYLINE, DATE_ALONE}

LINKS = "“Répondre” or the like stands after them"
REPEATED = "this repeats"

_ANSWER = re.compile(r"r[ée]pon(?:dre|se)\b", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:afficher|masquer|voir|show|hide|view) .*(?:r[ée]ponses?|commentaires?|replies|reply|comments?)"
    r"|trier par.*|sort by.*|ajouter un commentaire.*|add a comment.*|(?:les )?plus (?:anciens|r[ée]cents|pertinents)"
    r"|module .*facebook.*|facebook comments.*|modifi[ée]|\d{1,6}",
    re.IGNORECASE,
)


_TIME = re.compile(r"\d ?[:h] ?\d|\d ?h\b|il y a|\bago\b", re.IGNORECASE)


class Blocks(NamedTuple):
    """Comments, one after the other.

    Parameters
    ----------
    entries
        The comments.
    first
        The line on which the first begins.
    after
        How many lines of the page stand before them and their heading.
    announced
        The number in the heading; None without one.
    sign
        What the first begins with.
    reason
        Why they are taken for comments where no heading announces them, else empty.
    left_out
        Lines between the links of one and the beginning of the next.
    ended
        Whether something marks the end of the last.
    more
        How many look like such comments behind the end, or under other headings.
    """

    entries: Sequence[Entry]
    first: int
    after: int
    announced: int | None
    sign: str
    reason: str
    left_out: Sequence[str]
    ended: bool
    more: int = 0


class _Region(NamedTuple):
    """Where comments may stand on a page: after its heading if it has one, up to the next heading."""

    heading: int | None
    start: int
    stop: int
    announced: int | None


def blocks(lines: Sequence[Line]) -> Blocks | None:
    """Return the comments of a page that begin with a name and a date; under a heading, or where links show them.

    Examples
    --------
    >>> page = ("Titre", "Un commentaire", "Awa dit :", "12 mars 2024 à 10:15", "Bravo", "Répondre", "Contact")
    >>> found = blocks([Line.of(raw) for raw in page])
    >>> found.entries[0][2:5], found.first, found.ended
    (('Bravo', 'Awa', '12 mars 2024 à 10:15'), 2, True)
    """
    page = Landmarks.of(lines)
    under = [found for region in _regions(lines) if (found := _under_heading(page, region)) is not None]
    if not under:
        return _unannounced(page)
    best = max(under, key=_worth)
    return best._replace(more=best.more + sum(len(found.entries) for found in under if found is not best))


def _worth(found: Blocks) -> tuple[bool, int, int]:
    """Order the finds under several headings: with a number, as many comments as it says, the last."""
    return found.announced is not None, min(len(found.entries), found.announced or len(found.entries)), found.first


def _regions(page: Sequence[Line]) -> Iterator[_Region]:
    found = [at for at, line in enumerate(page) if line.at_margin and headings.announces(line.content)]
    announced = None
    for at, after in pairwise([*found, len(page)]):
        count = headings.announced(page[at].content)
        announced = (
            announced if count is None else count
        )  # "3 commentaires", then "Laisser un commentaire" and its form
        if announced != 0:
            yield _Region(at, at + 1, after, announced)


def _under_heading(page: Landmarks, region: _Region) -> Blocks | None:
    starts = _of_one_kind(page, _between(page.header_places, region))
    timed = [at for at in _between(page.footer_places, region) if page.footers[at].written]
    if len(timed) > len(starts):
        return _footed(page, region, timed)
    if not starts or not _is_near(page.lines, region.start, starts[0]):
        return None
    first = page.headers[starts[0]]
    if len(starts) < 2 and (first.kind in WEAK or first.written is None):
        return None
    counted = region.announced is not None and first.kind not in WEAK
    if not (counted or first.kind == SAID or _TIME.search(first.written or "") or page.linked(starts, region.stop)):
        return None  # the titles and days of other articles, below the form for a comment
    found = _cut(page, region, starts)
    return found if _have_texts(found.entries) else None


def _unannounced(page: Landmarks) -> Blocks | None:
    """Return blocks that no heading announces: articles have names above dates too, so more must show them."""
    starts = _of_one_kind(page, page.header_places)
    timed = [at for at in page.footer_places if page.footers[at].written and not page.footers[at].author]
    if len(timed) > max(len(starts), 1):
        region = _Region(None, _paragraph(page.lines, timed[0]), len(page.lines), None)
        found = _footed(page, region, timed)
        return found._replace(reason=LINKS) if found is not None else None
    reason = _reason(page, starts)
    if not reason:
        return None
    found = _cut(page, _Region(None, starts[0], len(page.lines), None), starts)
    return found._replace(reason=reason) if len(found.entries) > 1 and _have_texts(found.entries) else None


def _reason(page: Landmarks, starts: Sequence[int]) -> str:
    """Return what shows that headers are those of comments, if something does."""
    headers = [page.headers[at] for at in starts]
    if len(starts) < 2 or headers[0].kind in WEAK:
        return ""
    if len(page.footer_places) > 1 and page.linked(starts, len(page.lines)):
        return LINKS
    numbers = [header.number for header in headers]
    if numbers == list(range(1, len(numbers) + 1)):
        return NUMBERS
    timed = headers[0].kind in (SAID, DATE_FIRST) and all(_TIME.search(header.written or "") for header in headers)
    return REPEATED if timed else ""


def _paragraph(lines: Sequence[Line], last: int) -> int:
    """Return where the paragraph begins whose last line this is."""
    return next((at for at in range(last, 0, -1) if not lines[at - 1].content), 0)


def _between(places: Sequence[int], region: _Region) -> Sequence[int]:
    return places[bisect_left(places, region.start) : bisect_left(places, region.stop)]


def _of_one_kind(page: Landmarks, starts: Sequence[int]) -> list[int]:
    """Return the headers of the most frequent kind, and those after links; without time or date only if most are."""
    if not starts:
        return []
    kinds = Counter(page.headers[at].kind for at in starts)
    best = max(kinds, key=kinds.__getitem__)
    shape = _shape(next(page.headers[at] for at in starts if page.headers[at].kind == best))
    found = []
    for at in starts:
        header = page.headers[at]
        nameless = header.kind == DATE_ALONE and best == STACKED and _shape(header) == shape
        if header.kind == best or nameless or _after_links(page, at):
            found.append(at)
    timed = [at for at in found if _TIME.search(page.headers[at].written or "")]
    dated = [at for at in found if page.headers[at].written]
    return next((firm for firm in (timed, dated) if 2 * len(firm) >= len(found)), found)


def _shape(header: Header) -> str:
    """Return how a date is printed, without the date."""
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "0", header.written or ""))


def _after_links(page: Landmarks, at: int) -> bool:
    before = next((above for above in range(at - 1, max(at - 4, -1), -1) if page.lines[above].content), None)
    return before in page.footers


def _is_near(lines: Sequence[Line], start: int, first: int) -> bool:
    between = [line.content for line in lines[start : min(first, start + NEAR)] if line.content]
    plain = all(len(line) <= SHORT and not heads_other_lists(line) for line in between)
    return first - start < NEAR and len(between) <= BETWEEN and plain


def _have_texts(entries: Sequence[Entry]) -> bool:
    return 2 * sum(entry.text != "" for entry in entries) >= len(entries)


def _cut(page: Landmarks, region: _Region, starts: Sequence[int]) -> Blocks:
    """Part the lines from the first header to the end of the comments."""
    lines = page.lines
    stop = next((at for at in range(starts[0], region.stop) if _closes(lines[at])), region.stop)
    inside = [at for at in starts if at < stop]
    linked = page.linked(inside, stop)
    end = stop if linked else _form(lines, inside[-1] + 1, stop)
    parts = [of_block(lines[at:after], page.headers[at], linked=linked) for at, after in pairwise([*inside, end])]
    return Blocks(
        [entry for entry, _ in parts],
        inside[0],
        inside[0] if region.heading is None else region.heading,
        region.announced,
        lines[inside[0]].content,
        "",
        [line for _, behind in parts[:-1] for line in behind],
        linked or end < len(lines),
        len(starts) - len(inside),
    )


def _closes(line: Line) -> bool:
    """Tell whether a line stands after all comments; "Répondre" stands after each."""
    if _ANSWER.match(line.content):
        return False
    return headings.ends(line.content) or heads_other_lists(line.content)


def _form(lines: Sequence[Line], start: int, stop: int) -> int:
    """Return where a form begins with "Répondre", where this does not stand after each comment."""
    return next((at for at in range(start, stop) if lines[at].at_margin and headings.ends(lines[at].content)), stop)


def _footed(page: Landmarks, region: _Region, ends: Sequence[int]) -> Blocks | None:
    """Part comments after which links and a date stand, and before which the name."""
    entries: list[Entry] = []
    left_out: list[str] = []
    for start, end in pairwise([region.start - 1, *ends]):
        places = [at for at in range(start + 1, end) if at not in page.footers]
        lines = [page.lines[at] for at in places if not _is_furniture(page.lines[at])]
        if entries:
            left_out += [line.content for line in page.lines[start + 1 : end] if _is_furniture(line)]
        first = next((at for at, line in enumerate(lines) if line.content), len(lines))
        entries.append(of_footed(lines[first:], page.footers[end]))
    if not _have_texts(entries):
        return None
    sign = page.lines[ends[0]].content
    after = region.start if region.heading is None else region.heading
    return Blocks(entries, region.start, after, region.announced, sign, "", left_out, True)


def _is_furniture(line: Line) -> bool:
    return len(line.content) <= SHORT and _FURNITURE.fullmatch(line.content) is not None
