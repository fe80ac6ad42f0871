"""Attack suite: how many insults are still flagged when their telling words are disguised, and what that does to clean text.

What is disguised in a comment are the words that a decision names for `insult`: the words that whoever reads the reasons would
change. In a clean comment it is the words that would be named, so both get the same change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.report import Bar, Section, share, table
from benchmarks.quality.subject import Absent, Answers, Subject
from benchmarks.quality.templates import attack_comments
from moderation import Model
from moderation.attacks import ATTACKS, disguise
from moderation.moderator import LEAST_SHARE, MOST_REASONS
from moderation.policy import Policy

LABEL = "insult"
LEAST_KEPT, MOST_ADDED = 0.90, 0.01
PUBLIC = (("cyberagression_large", "insult"), ("toxifrench_balanced", "toxic"))


@dataclass(frozen=True)
class Outcome:
    """What one attack does to one set.

    Parameters
    ----------
    found, kept
        Insults flagged before, and how many of them after.
    clean, before, after
        Comments that are no insult, and how many of them are flagged before and after.
    """

    attack: str
    found: int
    kept: int
    clean: int
    before: int
    after: int

    @property
    def recall_kept(self) -> float:
        """Share of the insults flagged before that are flagged after; 1 where none was."""
        return self.kept / self.found if self.found else 1.0

    @property
    def added(self) -> float:
        """How much the share of clean comments that are flagged grows; below 0 it shrinks."""
        return (self.after - self.before) / self.clean if self.clean else 0.0


def section(subject: Subject) -> Section:
    """Return a table for each set, and for each attack the bars over all sets together."""
    sets, lines = {"written for this suite": attack_comments()}, []
    for name, column in PUBLIC:
        try:
            judged = subject.judged(name, column)
        except Absent as error:
            lines += [f"- {error}"]
            continue
        lines += [f"- {judged.note}"]
        sets[name] = judged.texts, judged.y
    total: dict[str, list[Outcome]] = {}
    for name, (texts, y) in sets.items():
        outcomes = list(suite(subject.model, subject.policy, texts, y))
        for outcome in outcomes:
            total.setdefault(outcome.attack, []).append(outcome)
        lines += ["", f"`{name}`, {len(texts)} comments:", "", *_table(outcomes)]
    return Section("Attacks", lines, list(_bars([_together(found) for found in total.values()])))


def suite(model: Model, policy: Policy, texts: Sequence[str], y: Answers) -> Iterator[Outcome]:
    """Yield the outcome of each attack; all the disguised texts are scored in one batch."""
    words = [named(model, text) for text in texts]
    variants = [disguise(text, attack, places) for attack in ATTACKS for text, places in zip(texts, words, strict=True)]
    p = np.array([scores.probabilities[LABEL] for scores in model.score([*texts, *variants])])
    before, *after = np.split(p >= policy.review[LABEL], len(ATTACKS) + 1)
    for attack, flagged in zip(ATTACKS, after, strict=True):
        yield _outcome(attack, y == 1, before, flagged)


def named(model: Model, text: str) -> list[tuple[int, int]]:
    """Return the ranges of the words that a decision names for the label."""
    reasons = [reason for reason in model.explain(text)[LABEL].reasons if reason.marker is None and reason.weight > 0]
    return [(r.start, r.end) for r in reasons[:MOST_REASONS] if r.weight >= LEAST_SHARE * reasons[0].weight]


def _outcome(attack: str, insult: NDArray[np.bool_], before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Outcome:
    found, clean = insult & before, ~insult
    counts = found, found & after, clean, clean & before, clean & after
    return Outcome(attack, *(int(count.sum()) for count in counts))


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    counts = zip(*((o.found, o.kept, o.clean, o.before, o.after) for o in outcomes), strict=True)
    return Outcome(outcomes[0].attack, *map(sum, counts))


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    columns = [
        "attack",
        "insults flagged before",
        "recall kept",
        "clean",
        "flagged before",
        "flagged after",
        "added, points",
    ]
    return table(columns, map(_row, outcomes))


def _row(o: Outcome) -> list[object]:
    before, after = share(o.before, o.clean), share(o.after, o.clean)
    return [o.attack, o.found, share(o.kept, o.found), o.clean, before, after, f"{o.added * 100:+.1f}"]


def _bars(outcomes: Sequence[Outcome]) -> Iterator[Bar]:
    for o in outcomes:
        yield Bar(f"attack {o.attack}: recall kept", o.recall_kept, ">=", LEAST_KEPT, share=True)
    for o in outcomes:
        yield Bar(f"attack {o.attack}: clean false alarms added", o.added, "<=", MOST_ADDED, share=True)
