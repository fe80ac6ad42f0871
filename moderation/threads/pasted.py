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

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads import headings
from moderation.threads.draft import Draft
from moderation.threads.lines import Line, item_starts, text_of, widths
from moderation.threads.lists import Printed, printed_list
from moderation.threads.source import Source

LONGEST_TITLE = 250  # characters: a longer first line is a paragraph
DOUBTFUL = "nesting is as printed and may be doubtful: replies to a missing comment are printed under the previous one"


def matches(head: str) -> bool:
    """Take any text: this format is tried last.

    Examples
    --------
    >>> matches("Bonjour")
    True
    """
    return True


def read(source: Source) -> Iterator[Thread]:
    r"""Read the one thread of a text, with no comments where none are found; the notes say what is doubtful.

    Examples
    --------
    >>> page = Source.of("Titre\n\n3 COMMENTAIRES\n\n  1. Bravo\n\n    • Merci\n\nREPONDRE\n")
    >>> thread = next(read(page))
    >>> thread.title, thread.announced, thread["2"].parent_id, thread.notes[1]
    ('Titre', 3, '1', '2 of 3 announced comments are shown')
    """
    page: list[Line] = []
    damage: DamagedSourceError | None = None
    try:
        with source.text() as lines:
            page += [Line.of(raw) for raw in lines]
    except DamagedSourceError as error:
        damage = error
    draft = Draft(PurePath(source.name).name, source)
    found = printed_list(page)
    if found is None:
        _fill_empty(draft, page)
    else:
        _fill(draft, page, found)
    yield draft.thread()
    if damage is not None:
        raise damage


def _fill(draft: Draft, page: Sequence[Line], found: Printed) -> None:
    starts = item_starts(found.lines)
    draft.title, draft.announced = _title(page[: found.after]), found.announced
    _add(draft, found.lines, starts)
    for note in _notes_on_list(found, len(starts)):
        draft.notes.add(note)
    _check_nesting(draft, found, starts)


def _fill_empty(draft: Draft, page: Sequence[Line]) -> None:
    counts = (headings.announced(line.content) for line in page if line.at_margin)
    draft.title, draft.announced = _title(page), next((count for count in counts if count is not None), None)
    for note in _notes_on_nothing(page):
        draft.notes.add(note)


def _add(draft: Draft, lines: Sequence[Line], starts: Sequence[int]) -> None:
    above: list[tuple[int, str]] = []  # indent and id of the comments that are open, outermost first
    for number, (start, stop) in enumerate(pairwise([*starts, len(lines)]), start=1):
        indent = lines[start].indent
        while above and above[-1][0] >= indent:
            above.pop()
        draft.add(str(number), text_of(lines[start:stop]), above[-1][1] if above else None)
        above.append((indent, str(number)))


def _title(article: Sequence[Line]) -> str | None:
    first = next((line.content for line in article if line.content), "")
    return first if 0 < len(first) <= LONGEST_TITLE else None


def _notes_on_nothing(page: Sequence[Line]) -> Iterator[str]:
    reasons = dict.fromkeys(reason for line in page if (reason := headings.why_none(line.content)))
    yield from reasons or ["no thread found"]
    if next((line.content for line in page if line.content), "").startswith("<"):
        yield "the text looks like HTML or XML, which is not the text of a page"
    items = sum(line.marker != "" for line in page)
    if items and not reasons:
        yield f"a list of {items} items is not taken for comments: nothing announces it"


def _notes_on_list(found: Printed, shown: int) -> Iterator[str]:
    if found.reason:
        yield f"no heading announces the comments: the list is taken for comments because {found.reason}"
    typed = sum(line.marker != "" for line in found.lines) - shown
    if typed:
        yield f"lists inside comments are kept as their text, though these {typed} items may be comments"
    if found.left_out:
        yield f"lines at the margin inside the list are left out: {found.left_out}"
    if not found.ended:
        yield "nothing marks the end of the list: its last comment may hold other text of the page"


def _check_nesting(draft: Draft, found: Printed, starts: Sequence[int]) -> None:
    items = [found.lines[at] for at in starts]
    width = min(widths(found.lines, starts), default=1)
    outer = min((item.indent for item in items if item.number is not None), default=None)
    orphans, jumps, replies = [], [], []
    for comment, item in zip(draft.comments, items, strict=True):
        if comment.parent_id is not None:
            replies.append(comment.id)
            if item.indent - items[int(comment.parent_id) - 1].indent >= 2 * width:
                jumps.append(comment.id)
        elif item.number is None and outer is not None and item.indent >= outer:
            orphans.append(comment.id)
    draft.doubt(orphans, "replies without a comment above them are kept at the top level")
    draft.doubt(jumps, "a level is lost above these replies, which stand under the nearest comment")
    numbers = [item.number for item in items if item.indent == outer and item.number is not None]
    if len(items) < (found.announced or 0) or any(after > before + 1 for before, after in pairwise(numbers)):
        draft.doubt(replies, DOUBTFUL)
