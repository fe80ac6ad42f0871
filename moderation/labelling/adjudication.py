"""Adjudication: the comments on which persons differ, each with what was said and what is already agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from moderation.labelling.draft import REASONS, UNSURE, Draft
from moderation.labelling.judged import Judged, gather
from moderation.labelling.material import RANDOM, Material, unjudged
from moderation.labelling.queue import Entry
from moderation.labels import ADJUDICATED, MARKED, Label

_WORDS = {1: "yes", 0: "no"}


@dataclass(frozen=True)
class Case:
    """A comment to be decided.

    Parameters
    ----------
    entry
        The comment.
    draft
        What is agreed is answered already; the first marked words, the notes of all, and who decides.
    opinions
        What each person said, a line each.
    """

    entry: Entry
    draft: Draft
    opinions: tuple[str, ...]


def cases(labels: Sequence[Label], names: Sequence[str], decider: str) -> list[Case]:
    """Return the comments with both a yes and a no to one of the labels that nobody has decided yet.

    Parameters
    ----------
    decider
        Noted as ``by:<decider>``, since the row itself is by ``adjudicated``.

    Examples
    --------
    >>> labels = [Label("1", "nul", {"insult": n, "spam": 0}, annotator=who) for who, n in (("awa", 1), ("issa", 0))]
    >>> case, = cases(labels, ["insult", "spam"], "fanta")
    >>> case.draft.missing, case.opinions
    (('insult',), ('awa: insult yes, spam no', 'issa: insult no, spam no'))
    """
    decided = {_key(label) for label in labels if label.annotator == ADJUDICATED}
    return [
        _case(judged, names, decider)
        for judged in gather(labels)
        if judged.disputed(names) and _key(judged.first) not in decided
    ]


def material_of(labels: Iterable[Label], found: Sequence[Case]) -> Material:
    """Return the comments to be decided in the midst of all that the files hold."""
    known: dict[str, Label] = {}
    for label in labels:
        known.setdefault(label.id, unjudged(label))
    return Material(tuple(case.entry.comment for case in found), known)


def _key(label: Label) -> tuple[str, str]:
    return label.id, label.text or label.sha256


def _case(judged: Judged, names: Sequence[str], decider: str) -> Case:
    said = list(judged.judgements.values())
    answers = {
        name: found for name in names if len(values := set(judged.answers(name).values())) == 1 for found in values
    }
    target = next(iter(judged.targets)) if len(judged.targets) == 1 else None
    notes = [word for label in said for word in label.note.split() if word not in {UNSURE, REASONS}]
    note = " ".join(dict.fromkeys([*notes, f"by:{'_'.join(decider.split())}"]))
    spans = next((label.spans for label in said if label.answers.get(MARKED) == 1 and label.spans), ())
    draft = Draft(tuple(names), answers, target, note, spans)
    comment = replace(unjudged(judged.first), kind=next((label.kind for label in said if label.kind), ""))
    return Case(Entry(comment), draft, tuple(_opinion(who, label, names) for who, label in judged.judgements.items()))


def _opinion(who: str, label: Label, names: Sequence[str]) -> str:
    parts = []
    for name in names:
        answer = label.answers.get(name)
        target = f" ({label.target.replace('_', ' ')})" if name == MARKED and answer == 1 and label.target else ""
        parts.append(f"{name} {'?' if answer is None else _WORDS[answer]}{target}")
    note = " ".join(word for word in label.note.split() if word not in {RANDOM, REASONS})
    return f"{who}: {', '.join(parts)}" + (f" [{note}]" if note else "")
