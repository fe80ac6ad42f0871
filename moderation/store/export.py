"""From feedback to rows of a label file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, case, select

from moderation.labelling.log import new_label_file
from moderation.labels import Label
from moderation.store.tables import feedback, keys

NAMES = ("insult", "spam")
"""Columns that a file always has; other labels follow where feedback names them."""

ANNOTATOR = "feedback"  # for feedback without a key; otherwise the name of the key
NOTE = "from-feedback"

_Row = Any  # a row of feedback and the name of its key; SQLAlchemy 2.0 and 2.1 type rows differently


@dataclass(frozen=True)
class Exported:
    """What became of feedback. A comment is known by the name of the key and its id, without an id by its text.

    Parameters
    ----------
    rows
        Comments that were written.
    without_text, without_answer
        Comments that were not: their text was not kept, or is blank; nothing was said that is a label. A model cannot
        learn from them.
    of_older_text
        Feedback on a text that has been edited since; what was said of the newest text counts.
    without_parent
        Comments that were written as top level, since the comment they answer is not in the file.
    """

    rows: int
    without_text: int
    without_answer: int
    of_older_text: int
    without_parent: int


@dataclass
class _Judged:
    """One comment with all that was said of it, the later over the earlier."""

    site: str
    last: _Row
    text: str = ""
    answers: dict[str, int | None] = field(default_factory=dict)
    heard: int = 0
    of_older_text: int = 0

    def hear(self, row: _Row) -> None:
        self.last = row
        self.text = row.text or self.text
        self.answers.update(row.verdict)
        self.heard += 1

    @property
    def id(self) -> str:
        return f"{self.site}:{self.last.comment_id}" if self.last.comment_id else f"{self.site}#{self.last.text_sha256}"

    @property
    def parent_id(self) -> str:
        return f"{self.site}:{self.last.parent_id}" if self.last.parent_id else ""

    @property
    def is_row(self) -> bool:
        return bool(self.text.strip() and self.answers)

    def label(self, parent_id: str) -> Label:
        return Label(
            id=self.id,
            text=self.text,
            answers=self.answers,
            thread_id=self.last.thread or "",
            parent_id=parent_id,
            language=self.last.language or "",
            note=NOTE,
            annotator=self.site or ANNOTATOR,
            labelled_at=self.last.created_at.isoformat(timespec="seconds"),
            source=self.last.protocol,
        )


def export(connection: Connection, path: str | Path) -> Exported:
    """Write a label file; the connection must show the same rows twice.

    Raises
    ------
    LabelError
        Where the file is there already, or cannot be written.
    """
    names: set[str] = set()
    ids: set[str] = set()
    without_text = without_answer = of_older_text = without_parent = 0
    for judged in _comments(connection):
        without_answer += not judged.answers
        without_text += bool(judged.answers) and not judged.is_row
        of_older_text += judged.of_older_text
        if judged.is_row:
            names.update(judged.answers)
            ids.add(judged.id)
    with new_label_file(path, [*NAMES, *sorted(names - set(NAMES))]) as write:
        try:
            for judged in _comments(connection):
                if judged.is_row:
                    known = judged.parent_id in ids and judged.parent_id != judged.id
                    without_parent += bool(judged.parent_id) and not known
                    write(judged.label(judged.parent_id if known else ""))
        except BaseException:
            Path(path).unlink()  # half a file looks like a whole one
            raise
    return Exported(len(ids), without_text, without_answer, of_older_text, without_parent)


def _comments(connection: Connection) -> Iterator[_Judged]:
    by_text = case((feedback.c.comment_id.is_(None), feedback.c.text_sha256))
    rows = (
        select(*feedback.c, keys.c.name.label("site"))
        .outerjoin_from(feedback, keys)
        .order_by("site", feedback.c.comment_id, by_text, feedback.c.created_at, feedback.c.id)
    )
    found: Iterable[_Row] = connection.execute(rows, execution_options={"yield_per": 1000})
    for (site, *_), group in groupby(found, _identity):
        yield _joined(site or "", group)


def _identity(row: _Row) -> tuple[str | None, str | None, str | None]:
    return row.site, row.comment_id, None if row.comment_id else row.text_sha256


def _joined(site: str, group: Iterator[_Row]) -> _Judged:
    judged = _Judged(site, next(group))
    judged.hear(judged.last)
    for row in group:
        if row.text_sha256 != judged.last.text_sha256:
            judged = _Judged(site, row, of_older_text=judged.of_older_text + judged.heard)
        judged.hear(row)
    return judged
