"""The lines of a page that begin and end comments which no list holds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from moderation.threads.headings import bare
from moderation.threads.pasted.footers import Footer, footer
from moderation.threads.pasted.headers import Header, header_at
from moderation.threads.pasted.lines import Line

_OTHER_LISTS = re.compile(
    r"(?:sur le m[êe]me (?:sujet|th[èe]me)|[àa] (?:lire|voir|d[ée]couvrir) (?:aussi|[ée]galement)|lire (?:aussi|[ée]galement)"
    r"|dans la m[êe]me rubrique|les plus (?:lus?|lues|comment[ée]e?s|consult[ée]e?s|populaires)|navigation de l['’]article"
    r"|(?:les )?(?:derniers|autres) articles(?: de .*)?|plus d['’]articles|derni[èe]res (?:nouvelles|actualit[ée]s|infos|news)"
    r"|(?:articles?|posts?) (?:similaires?|li[ée]s?|connexes?|r[ée]cents?|populaires?|associ[ée]s?|pr[ée]c[ée]dents?|suivants?)"
    r"|(?:commentaires r[ée]cents|derniers commentaires|vous aimerez aussi|vous pourriez aussi aimer)"
    r"|(?:related|recent|popular) (?:articles|posts|comments))\s*:?",
    re.IGNORECASE,
)


def heads_other_lists(line: str) -> bool:
    """Tell whether a line is the heading of other articles of the site, which pages print beside the comments.

    Examples
    --------
    >>> heads_other_lists("Articles similaires :"), heads_other_lists("Lire aussi ne suffit pas")
    (True, False)
    """
    return _OTHER_LISTS.fullmatch(bare(line)) is not None


class Landmarks(NamedTuple):
    """The lines of a page, and which of them begin and end comments, by their places.

    Examples
    --------
    >>> page = Landmarks.of([Line.of(raw) for raw in ("Awa dit :", "12 mars 2024", "Oui", "Répondre")])
    >>> page.header_places, page.footer_places, page.linked([0], 4)
    ([0], [3], True)
    """

    lines: Sequence[Line]
    headers: Mapping[int, Header]
    footers: Mapping[int, Footer]
    header_places: Sequence[int]
    footer_places: Sequence[int]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Landmarks:
        """Look for them on a page."""
        headers = dict(headers_of(lines))
        footers = {
            at: said for at, line in enumerate(lines) if line.content and (said := footer(line.content)) is not None
        }
        return cls(lines, headers, footers, list(headers), list(footers))

    def linked(self, starts: Sequence[int], stop: int) -> bool:
        """Tell whether links stand after most comments that begin here."""
        counts = [bisect_left(self.footer_places, at) for at in (*starts, stop)]
        return 2 * sum(before < after for before, after in pairwise(counts)) >= len(starts)


def headers_of(page: Sequence[Line]) -> Iterator[tuple[int, Header]]:
    """Yield the headers on a page that stand in no list, and the lines on which they begin."""
    lines = [line.content for line in page]
    at = 0
    while at < len(lines):
        line = page[at]
        free = not line.marker or (line.indent == 0 and line.number is not None)
        header = header_at(lines, at) if free and line.content else None
        if header is not None:
            yield at, header
        at += header.lines if header is not None else 1
