"""Comments as a page prints them: the lines of one, parted into author, date, text and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from moderation.comments import Status
from moderation.threads.pasted.dated import is_date
from moderation.threads.pasted.footers import Footer, footer
from moderation.threads.pasted.headers import SAID, Header, header_at, is_name, waits
from moderation.threads.pasted.lines import Line, dedented, text_of

HELD = 4
"""Lines below a header among which one may say that the comment waits for a moderator."""


class Entry(NamedTuple):
    """One printed comment.

    Parameters
    ----------
    indent
        The column in which it begins: of two, the deeper one may answer the other.
    number
        Before it, where the page counts comments.
    text, author, written, to, status, likes
        As of `Draft.add`.
    title
        That its author gave it.
    """

    indent: int
    number: int | None
    text: str
    author: str | None = None
    written: str | None = None
    to: str | None = None
    status: Status | None = None
    likes: int | None = None
    title: str | None = None


def of_item(item: Sequence[Line], *, headed: bool) -> Entry:
    r"""Return an item of a list as a comment; only where most items are `headed`, its first lines may name its author.

    Examples
    --------
    >>> of_item([Line.of(raw) for raw in ("  1. Awa dit :", "    12 mars 2024 à 10:15", "    Bravo")], headed=True)[2:5]
    ('Bravo', 'Awa', '12 mars 2024 à 10:15')
    """
    first = item[0]
    found = item_header(item) if headed else None
    if found is None:
        return Entry(first.indent, first.number, text_of(_without_links(item)))
    at, header = found
    below = item[at + header.lines :]
    last = next((at for at in reversed(range(len(below))) if below[at].content), -1)
    links = next(_links(below, header.author, range(max(last, 0), last + 1)), None)
    stop, said = links or (len(below), Footer())
    return _entry(first.indent, first.number, header, below[:stop], said)


def item_header(item: Sequence[Line]) -> tuple[int, Header] | None:
    """Return the header of an item of a list, and the line on which it begins: the first with text."""
    first = item[0]
    lines = [first.unmarked, *(line.content for line in item[1:6])]
    at = next((at for at, line in enumerate(lines) if line), None)
    header = header_at(lines, at) if at is not None else None
    return (at, header) if at is not None and header is not None else None


def of_block(lines: Sequence[Line], header: Header, *, linked: bool) -> tuple[Entry, list[str]]:
    """Return lines that begin with a header as a comment, and what stands behind its links; `linked` if all have links."""
    below = lines[header.lines :]
    links = next(_links(below, header.author, range(len(below))), None) if linked else None
    stop, said = links or (len(below), Footer())
    behind = [line.content for line in below[stop + 1 :] if line.content and footer(line.content) is None]
    return _entry(lines[0].indent, header.number, header, below[:stop], said), behind


def of_footed(lines: Sequence[Line], said: Footer) -> Entry:
    """Return lines that links follow as a comment: the first is its author's name."""
    name = lines[0].content if lines else ""
    author = said.author or (name if is_name(name) else None)
    text = dedented(lines[1:] if author and not said.author else lines).strip("\n")
    return Entry(lines[0].indent if lines else 0, None, text, author, said.written, likes=said.likes)


def _links(lines: Sequence[Line], author: str | None, places: Iterable[int]) -> Iterator[tuple[int, Footer]]:
    """Yield where links after a comment stand, and what they say."""
    for at in places:
        found = footer(lines[at].content, author) if lines[at].content else None
        if found is not None:
            yield at, found


def _without_links(item: Sequence[Line]) -> Sequence[Line]:
    """Return an item without the links at its end; one of nothing else is left alone."""
    end = len(item)
    while end > 1 and (not item[end - 1].content or _is_link(item[end - 1].content)):
        end -= 1
    return item[:end]


def _is_link(line: str) -> bool:
    return footer(line) is not None or line.lower() in {"réponses", "replies"}


def _entry(indent: int, number: int | None, header: Header, below: Sequence[Line], said: Footer) -> Entry:
    waiting = [at for at, line in enumerate(below[:HELD]) if waits(line.content)]
    kept = [line for at, line in enumerate(below) if at not in waiting]
    written = header.written or said.written
    last = next((at for at in reversed(range(len(kept))) if kept[at].content), None)
    if (
        written is None and last and is_date(kept[last].content) and header.kind == SAID
    ):  # Blogger prints it below the text
        written, kept = kept[last].content, kept[:last]
    status: Status | None = "held" if waiting else None
    text = dedented(kept).strip("\n")
    return Entry(indent, number, text, header.author, written, header.to, status, said.likes, header.title)
