"""What is doubtful in the nesting of comments that a page prints as a list, or one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from moderation.threads.draft import Draft
from moderation.threads.pasted.entries import Entry
from moderation.threads.pasted.lines import Line, widths
from moderation.threads.pasted.lists import Printed, items_of

AS_PRINTED = (
    "nesting is as printed and may be doubtful: replies to a missing comment are printed under the previous one"
)
ORPHANS = "replies without a comment above them are kept at the top level"
JUMPS = "a level is lost above these replies, which stand under the nearest comment"
NUMBERED = "numbered replies may be a list that the author of the comment above typed"
RESTART = "the numbers start again, so these may be a list that the author of the comment above typed"
SEVERAL = "replies to one comment name different readers"
FLAT = "the text shows no nesting: comments are kept at the top level, though they may be replies"


def doubt_list(draft: Draft, found: Printed, starts: Sequence[int]) -> None:
    """Say which replies of a printed list may stand elsewhere."""
    items = [found.lines[at] for at in starts]
    ids = [comment.id for comment in draft.comments]
    outer = min((item.indent for item in items if item.number is not None), default=None)
    _doubt_typed(draft, items_of(found.lines, starts))
    _doubt_levels(draft, items, min(widths(found.lines, starts), default=1), outer)
    top = [(item.number, id) for item, id in zip(items, ids, strict=True) if item.indent == outer and item.number]
    draft.doubt([id for (before, _), (after, id) in pairwise(top) if after <= before], RESTART)
    replies = [comment.id for comment in draft.comments if comment.parent_id is not None]
    gaps = [id for (before, _), (after, id) in pairwise(top) if after > before + 1]
    if len(items) < (found.announced or 0) or gaps:
        draft.doubt(replies, AS_PRINTED)
        if not replies and gaps:
            draft.notes.add(f"comments are missing, their numbers are passed over before {', '.join(gaps[:5])}")
    else:
        _doubt_readers(draft)


def doubt_blocks(draft: Draft, entries: Sequence[Entry]) -> None:
    """Say that comments one after the other may be replies, unless some are indented."""
    if len({entry.indent for entry in entries}) == 1:
        draft.doubt([comment.id for comment in draft.comments][1:], FLAT)
    elif len(entries) < (draft.announced or 0):
        draft.doubt([comment.id for comment in draft.comments if comment.parent_id is not None], AS_PRINTED)
    else:
        _doubt_readers(draft)


def _doubt_typed(draft: Draft, items: Sequence[Sequence[Line]]) -> None:
    counts = {c.id: sum(line.marker != "" for line in item[1:]) for c, item in zip(draft.comments, items, strict=True)}
    typed = [id for id, count in counts.items() if count]
    number = sum(counts.values())
    draft.doubt(typed, f"lists inside comments are kept as their text, though these {number} items may be comments")


def _doubt_levels(draft: Draft, items: Sequence[Line], width: int, outer: int | None) -> None:
    orphans, jumps, numbered = [], [], []
    for comment, item in zip(draft.comments, items, strict=True):
        if comment.parent_id is not None:
            if item.indent - items[int(comment.parent_id) - 1].indent >= 2 * width:
                jumps.append(comment.id)
            if item.number is not None and comment.author is None:  # where it has an author, nobody typed it
                numbered.append(comment.id)
        elif item.number is None and outer is not None and item.indent >= outer:
            orphans.append(comment.id)
    draft.doubt(orphans, ORPHANS)
    draft.doubt(jumps, JUMPS)
    draft.doubt(numbered, NUMBERED)


def _doubt_readers(draft: Draft) -> None:
    """Say which replies to one comment name different readers: the page may have lost the comments of some."""
    named: dict[str, dict[str, str]] = {}
    for comment in draft.comments:
        if comment.parent_id is not None and comment.addressee:
            named.setdefault(comment.parent_id, {})[comment.id] = comment.addressee.casefold()
    draft.doubt([id for readers in named.values() if len(set(readers.values())) > 1 for id in readers], SEVERAL)
