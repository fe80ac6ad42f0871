"""Text copied from a page: an article, a heading such as "21 COMMENTAIRES", the comments as an indented list.

This is the layout that programs print which turn a page into text: numbers before the comments, bullets
before the replies, two more columns for each level. Names and dates are lost on the way, and so are short
comments; a reply to a comment that is lost stands under the previous one, so the nesting is kept as printed,
and noted as doubtful.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import TextIO

from moderation.comments import Comment, Thread
from moderation.threads import headings
from moderation.threads.lines import Line, item_starts, text_of, widths
from moderation.threads.lists import Printed, printed_list

LONGEST_TITLE = 250  # characters: a longer first line is a paragraph
DOUBTFUL = "nesting is as printed and may be doubtful: replies to a missing comment are printed under the previous one"
NAMED = 5  # comments that a note names before it says "…"


def matches(head: str) -> bool:
    """Take any text: this format is tried last.

    Examples
    --------
    >>> matches("Bonjour")
    True
    """
    return True


def read(lines: TextIO, name: str) -> Iterator[Thread]:
    r"""Read the one thread of a text, with no comments where none are found; the notes say what is doubtful.

    Examples
    --------
    >>> from io import StringIO
    >>> page = StringIO("Titre\n\n3 COMMENTAIRES\n\n  1. Bravo\n\n    • Merci\n\nREPONDRE\n")
    >>> thread = next(read(page, "page.txt"))
    >>> thread.title, thread.announced, thread["2"].parent_id, thread.notes[0]
    ('Titre', 3, '1', '2 of 3 announced comments are shown')
    """
    lines.seek(0)
    page = [Line.of(raw) for raw in lines]
    thread_id = PurePath(name).name
    found = printed_list(page)
    yield _empty_thread(page, thread_id) if found is None else _thread(page, found, thread_id)


def _thread(page: Sequence[Line], found: Printed, thread_id: str) -> Thread:
    starts = item_starts(found.lines)
    comments = _comments(found.lines, starts, thread_id)
    items = [found.lines[at] for at in starts]
    width = min(widths(found.lines, starts), default=1)
    notes = [*_notes_on_list(found, len(items))]
    notes += _notes_on_nesting(items, comments, width, found.announced or 0)
    return Thread(thread_id, comments, _title(page[: found.after]), announced=found.announced, notes=tuple(notes))


def _empty_thread(page: Sequence[Line], thread_id: str) -> Thread:
    counts = (headings.announced(line.content) for line in page if line.at_margin)
    announced = next((count for count in counts if count is not None), None)
    notes = tuple(_notes_on_nothing(page, announced))
    return Thread(thread_id, title=_title(page), announced=announced, notes=notes)


def _comments(lines: Sequence[Line], starts: Sequence[int], thread_id: str) -> tuple[Comment, ...]:
    comments = []
    above: list[tuple[int, str]] = []  # indent and id of the comments that are open, outermost first
    for number, (start, stop) in enumerate(pairwise([*starts, len(lines)]), start=1):
        indent = lines[start].indent
        while above and above[-1][0] >= indent:
            above.pop()
        parent_id = above[-1][1] if above else None
        comments.append(Comment(str(number), text_of(lines[start:stop]), thread_id, parent_id))
        above.append((indent, str(number)))
    return tuple(comments)


def _title(article: Sequence[Line]) -> str | None:
    first = next((line.content for line in article if line.content), "")
    return first if 0 < len(first) <= LONGEST_TITLE else None


def _notes_on_nothing(page: Sequence[Line], announced: int | None) -> Iterator[str]:
    reasons = dict.fromkeys(reason for line in page if (reason := headings.why_none(line.content)))
    yield from reasons or ["no thread found"]
    if next((line.content for line in page if line.content), "").startswith("<"):
        yield "the text looks like HTML or XML, which is not the text of a page"
    if announced:
        yield f"0 of {announced} announced comments are shown"
    items = sum(line.marker != "" for line in page)
    if items and not reasons:
        yield f"a list of {items} items is not taken for comments: nothing announces it"


def _notes_on_list(found: Printed, shown: int) -> Iterator[str]:
    if found.announced is not None and shown < found.announced:
        yield f"{shown} of {found.announced} announced comments are shown"
    if found.announced is not None and shown > found.announced:
        yield f"{shown} comments are shown, more than the {found.announced} announced"
    if found.reason:
        yield f"no heading announces the comments: the list is taken for comments because {found.reason}"
    typed = sum(line.marker != "" for line in found.lines) - shown
    if typed:
        yield f"lists inside comments are kept as their text, though these {typed} items may be comments"
    if found.left_out:
        yield f"lines at the margin inside the list are left out: {found.left_out}"
    if not found.ended:
        yield "nothing marks the end of the list: its last comment may hold other text of the page"


def _notes_on_nesting(items: Sequence[Line], comments: Sequence[Comment], width: int, announced: int) -> Iterator[str]:
    outer = min((item.indent for item in items if item.number is not None), default=None)
    orphans, jumps = [], []
    for comment, item in zip(comments, items, strict=True):
        if comment.parent_id is not None:
            if item.indent - items[int(comment.parent_id) - 1].indent >= 2 * width:
                jumps.append(comment.id)
        elif item.number is None and outer is not None and item.indent >= outer:
            orphans.append(comment.id)
    if orphans:
        yield f"replies without a comment above them are kept at the top level: {_ids(orphans)}"
    if jumps:
        yield f"a level is lost above these replies, which stand under the nearest comment: {_ids(jumps)}"
    numbers = [item.number for item in items if item.indent == outer and item.number is not None]
    lost = len(items) < announced or any(after > before + 1 for before, after in pairwise(numbers))
    if lost and any(comment.parent_id is not None for comment in comments):
        yield DOUBTFUL


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(ids[:NAMED]) + ", …" * (len(ids) > NAMED)
