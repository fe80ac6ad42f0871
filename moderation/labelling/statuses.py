"""Decisions that moderators took in a comment system, as rows of a label file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from moderation.comments import Status, Thread
from moderation.labelling.material import unlabelled
from moderation.labels import Label

NAMES = ("spam", "removed")
"""What statuses answer. None says whether a comment is an insult: that is left to a person."""

ANSWERS: Mapping[Status | None, Mapping[str, int | None]] = {
    "approved": {"spam": 0, "removed": 0},
    "spam": {"spam": 1, "removed": None},
    "trash": {"spam": None, "removed": 1},
}
"""A comment in the bin may be spam or not; one that is held or deleted was judged by nobody."""

ANNOTATOR = "status"
NOTE = "from-status"


def decisions(thread: Thread, source: str) -> Iterator[Label]:
    """Yield a row for each comment with a text: with answers where a moderator decided, else as context only.

    Examples
    --------
    >>> from moderation.comments import Comment
    >>> thread = Thread("t", (Comment("1", "Prêt sans garantie", status="spam"), Comment("2", "Merci")))
    >>> [(label.answers, label.annotator) for label in decisions(thread, "site.xml")]
    [({'spam': 1, 'removed': None}, 'status'), ({}, '')]
    """
    for comment in thread:
        if comment.text.strip():
            label = unlabelled(comment, thread, Path(source))
            answers = dict(ANSWERS.get(comment.status, {}))
            yield replace(label, answers=answers, annotator=ANNOTATOR, note=NOTE) if answers else label
