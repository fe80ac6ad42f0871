"""A draft: the answers to one comment while they are given, and the label that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from moderation.errors import LabelError
from moderation.labelling.material import RANDOM
from moderation.labelling.queue import Entry
from moderation.labels import MARKED, Label

#: Notes that the program writes by itself: a question is left open; the model's reasons were looked at first.
UNSURE, REASONS = "unsure", "reasons"
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers to one comment, as far as they are given.

    Parameters
    ----------
    names
        The labels that are asked for.
    answers
        Label -> 1, 0, or None for unsure; a label that is not in it is not yet answered.
    target
        Of the insult; None while it is not yet answered.
    note
        What the person wrote.
    spans
        The words that make it an insult: half-open ranges of the text; kept if it is one.
    looked
        Whether the person has looked at the model's reasons.

    Examples
    --------
    >>> draft = Draft(("insult", "spam")).answer("insult", 1)
    >>> draft.missing
    ('target', 'spam')
    >>> draft.rest().complete
    True
    """

    names: tuple[str, ...]
    answers: Mapping[str, int | None] = field(default_factory=dict)
    target: str | None = None
    note: str = ""
    spans: Spans = ()
    looked: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """What has no answer yet; ``target`` comes with an insult."""
        asked = [part for name in self.names for part in ([name, "target"] if name == MARKED else [name])]
        return tuple(part for part in asked if not self._given(part))

    def _given(self, part: str) -> bool:
        if part == "target":
            return self.target is not None or self.answers.get(MARKED) != 1
        return part in self.answers

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    def answer(self, name: str, value: int | None) -> Draft:
        """Return the draft with one answer more, or another one."""
        return replace(self, answers={**self.answers, name: value})

    def rest(self) -> Draft:
        """Return the draft with a no for each label that has no answer, and an insult's target left open."""
        answers = {**dict.fromkeys(self.names, 0), **self.answers}
        return replace(self, answers=answers, target="" if self.target is None else self.target)

    def judgement(self, entry: Entry, annotator: str, day: date) -> Label:
        """Return the label that these answers make."""
        insult = self.answers.get(MARKED)
        notes = [*self.note.split(), *([RANDOM] if entry.random else []), *([REASONS] if self.looked else [])]
        notes += [UNSURE] if None in self.answers.values() else []
        return replace(
            entry.comment,
            answers={name: self.answers.get(name) for name in self.names},
            target=(self.target or "") if insult == 1 else "none" if insult == 0 else "",
            spans=self.spans if insult == 1 else (),
            note=" ".join(dict.fromkeys(notes)),
            annotator=annotator,
            labelled_at=day.isoformat(),
        )


def draft_of(label: Label, names: Sequence[str]) -> Draft:
    """Return the note and the spans of a judgement that is taken back, to be answered anew."""
    added = {RANDOM, REASONS} | ({UNSURE} if None in label.answers.values() else set())
    own = [word for word in label.note.split() if word not in added]
    return Draft(tuple(names), note=" ".join(own), spans=label.spans, looked=REASONS in label.note.split())


def find_spans(text: str, words: str) -> Spans:
    """Return where words stand in a text, each at its first place; a semicolon separates one group of words from the next.

    Raises
    ------
    LabelError
        Where some do not stand in it.

    Examples
    --------
    >>> find_spans("Tu n'es qu'un gros imbécile, va !", "Gros  imbécile; va")
    ((14, 27), (29, 31))
    """
    found = []
    for group in filter(None, (part.split() for part in words.split(";"))):
        match = re.search(r"\s+".join(map(re.escape, group)), text, re.IGNORECASE)
        if match is None:
            raise LabelError(f"«{' '.join(group)}» does not stand in the comment")
        found.append(match.span())
    return tuple(sorted(set(found)))
