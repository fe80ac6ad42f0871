"""A session of labelling: the comment that is asked about, its answers so far, undo, skip, and pace. No terminal here."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from moderation.errors import LabelError
from moderation.labelling.draft import Draft, draft_of
from moderation.labelling.log import Log
from moderation.labelling.material import CONTEXT, Material
from moderation.labelling.queue import Entry
from moderation.labels import ADJUDICATED, Label

_PAUSE = 60.0  # seconds; who needs longer for a comment is not at work on it
_RECENT = 20  # judgements that the pace is taken from


class Session:
    """Asks about entries in their order and writes each judgement to a log.

    Parameters
    ----------
    entries
        All comments in the order of the queue, those with a judgement by this person included: they are not asked again.
    material
        Where the comments stand in their threads.
    log
        Open for these labels.
    annotator
        Who judges.
    drafts
        Id -> answers to begin with.
    clock, today
        Seconds that only grow; the day.

    Raises
    ------
    LabelError
        Where the file holds another text under the id of a comment.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        material: Material,
        log: Log,
        annotator: str,
        names: Sequence[str],
        drafts: Mapping[str, Draft] | None = None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.material, self.log, self.annotator, self.names = material, log, annotator, tuple(names)
        self._drafts = drafts or {}
        self._clock, self._today = clock, today
        self._entries = {entry.comment.id: entry for entry in entries}
        self._check_texts()
        judged = {row.label.id for row in log.rows if row.label.annotator == annotator}
        self._waiting = deque(entry for entry in self._entries.values() if entry.comment.id not in judged)
        self.total = len(self._entries)
        self.draft = self._fresh()
        self._judged_at = deque([clock()], maxlen=_RECENT + 1)

    @property
    def current(self) -> Entry | None:
        """The comment that is asked about; None when all are judged."""
        return self._waiting[0] if self._waiting else None

    @property
    def done(self) -> int:
        """How many of the entries this person has judged, in this session and before."""
        return self.total - len(self._waiting)

    @property
    def pace(self) -> float | None:
        """Judgements a minute, of the last ones, pauses left out; None at the beginning."""
        times = list(self._judged_at)
        spent = sum(min(later - earlier, _PAUSE) for earlier, later in itertools.pairwise(times))
        return 60 * (len(times) - 1) / spent if len(times) > 1 and spent > 0 else None

    def judge(self, draft: Draft) -> Label:
        """Write the answers to the current comment, and go on to the next one."""
        entry = self.current
        assert entry is not None
        assert draft.complete
        label = draft.judgement(entry, self.annotator, self._today())
        self.log.append(label, [replace(other, note=CONTEXT) for other in reversed(self.context(entry.comment))])
        self._waiting.popleft()
        self._judged_at.append(self._clock())
        self.draft = self._fresh()
        return label

    def skip(self) -> None:
        """Put the current comment behind all others; nothing is written."""
        self._waiting.rotate(-1)
        self.draft = self._fresh()

    def clear(self) -> bool:
        """Forget the answers begun to the current comment; False where none was begun."""
        fresh = self._fresh()
        begun = (self.draft.answers, self.draft.target) != (fresh.answers, fresh.target)
        if begun:
            self.draft = replace(self.draft, answers=fresh.answers, target=fresh.target)
        return begun

    def undo(self) -> bool:
        """Take the last judgement out of the file and ask about that comment again; False where there is none to take."""
        entry = self._last()
        if entry is None:
            return False
        label = self.log.undo(self.annotator)
        assert label is not None
        self._waiting.appendleft(entry)
        self.draft = self._drafts.get(label.id) or draft_of(label, self.names)
        return True

    def context(self, comment: Label) -> tuple[Label, ...]:
        """Return the comments that this one answers, nearest first."""
        return () if comment.sha256 else self.material.ancestors(comment)

    def _last(self) -> Entry | None:
        judged = [row.label for row in self.log.rows if row.label.annotator]
        if not judged or judged[-1].annotator != self.annotator:
            return None
        return self._entries.get(judged[-1].id)

    def _fresh(self) -> Draft:
        entry = self.current
        empty = Draft(self.names)
        return empty if entry is None else self._drafts.get(entry.comment.id, empty)

    def _check_texts(self) -> None:
        present = {row.label.id: row.label for row in self.log.rows}
        for other in self.material.known.values():
            found = present.get(other.id)
            if found and (found.text, found.sha256) not in {
                (other.text, ""),
                (None, other.sha256),
                (other.text, other.sha256),
            }:
                raise LabelError(
                    f"{found.place}: another text than the source has under the id {other.id!r}; "
                    "rename the source file, or name another file for the judgements"
                )


def check_annotator(name: str) -> str:
    """Return a name that can stand as annotator.

    Raises
    ------
    LabelError
        Where it is empty or is the one that stands for adjudication.

    Examples
    --------
    >>> check_annotator(" awa ")
    'awa'
    """
    if name.strip() in {"", ADJUDICATED, "majority"}:
        raise LabelError(f"annotator {name!r}: expected a name or a pseudonym, not empty and not {ADJUDICATED!r}")
    return name.strip()
