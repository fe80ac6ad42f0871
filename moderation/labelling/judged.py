"""Judged: a comment with the judgements of all persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from moderation.errors import LabelError
from moderation.labelling.material import judged
from moderation.labels import ADJUDICATED, MARKED, Label


class By(StrEnum):
    """Who counts as one person."""

    ANNOTATOR = "annotator"
    FILE = "file"


@dataclass(frozen=True)
class Judged:
    """A comment and what each person said of it.

    Parameters
    ----------
    judgements
        Annotator -> label, in the order of the files.
    """

    judgements: Mapping[str, Label]

    @property
    def first(self) -> Label:
        """The first judgement; id, text and title are the same in all."""
        return next(iter(self.judgements.values()))

    def answers(self, name: str) -> dict[str, int]:
        """Return annotator -> answer to one question; who did not answer it is left out."""
        found = ((who, label.answers.get(name)) for who, label in self.judgements.items())
        return {who: answer for who, answer in found if answer is not None}

    def disputed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the labels to which both yes and no were answered."""
        return tuple(name for name in names if len(set(self.answers(name).values())) > 1)

    @property
    def targets(self) -> set[str]:
        """Whom the insult hits, according to those who see one."""
        labels = self.judgements.values()
        return {label.target for label in labels if label.answers.get(MARKED) == 1 and label.target}


def gather(labels: Iterable[Label], by: By = By.ANNOTATOR) -> list[Judged]:
    """Bring the judgements of each comment together, in the order of their first appearance.

    A comment is known by its id and its text. Adjudicated rows are left out, and rows without any answer or annotator.

    Parameters
    ----------
    by
        Who counts as one person: an ``annotator`` (where none is named, the file), or each ``file``, to compare a person
        with himself.

    Raises
    ------
    LabelError
        Where a person judges one comment twice.

    Examples
    --------
    >>> labels = [Label("1", "nul", {"insult": n}, annotator=who) for who, n in (("awa", 1), ("issa", 0))]
    >>> [judged.disputed(["insult"]) for judged in gather(labels)]
    [('insult',)]
    """
    found: dict[tuple[str, str], dict[str, Label]] = {}
    for label in labels:
        if label.annotator == ADJUDICATED or not judged(label):
            continue
        file = Path(label.place.partition(": line")[0])
        who = str(file) if by is By.FILE else label.annotator or file.stem
        judgements = found.setdefault((label.id, label.text or label.sha256), {})
        if who in judgements:
            raise LabelError(
                f"{label.place}: {who!r} judges {label.id!r} a second time, after {judgements[who].place}; "
                "give each person one file or name, or compare the files with --by file"
            )
        judgements[who] = label
    return [Judged(judgements) for judgements in found.values()]
