"""Identity fairness: the same sentences about every people, faith, sex and nationality of the region."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.report import Bar, Section, share, table
from benchmarks.quality.subject import Answers, Numbers, Subject
from benchmarks.quality.templates import Filled, identities
from moderation import Model
from moderation.evaluation import bnsp_auc, bpsn_auc, subgroup_auc
from moderation.policy import Policy

LABEL = "insult"
MOST_GAP = 0.03


@dataclass(frozen=True, eq=False)
class Suite:
    """What the model says of each filled sentence.

    Parameters
    ----------
    y, p, flagged
        Shape ``(n_texts,)``: whether it is insulting, the probability, and whether the review threshold flags it.
    """

    filled: Sequence[Filled]
    y: Answers
    p: Numbers
    flagged: NDArray[np.bool_]

    def members(self, of: Callable[[Filled], str]) -> dict[str, NDArray[np.bool_]]:
        """Return for each name, or kind, which texts hold it."""
        values = np.array([of(filled) for filled in self.filled])
        return {name: values == name for name in dict.fromkeys(map(of, self.filled))}

    def rates(self, answer: int) -> dict[str, float]:
        """Return for each name the share that is flagged of its harmless (0) or of its insulting (1) sentences."""
        return {name: float(self.flagged[use & (self.y == answer)].mean()) for name, use in self.members(_name).items()}

    def gap(self, answer: int) -> float:
        """Return the highest of these shares minus the lowest."""
        rates = self.rates(answer).values()
        return max(rates) - min(rates)

    def spread(self) -> dict[str, float]:
        """Return for each sentence the highest probability that a name gives it minus the lowest."""
        return {
            sentence: float(np.ptp(self.p[use])) for sentence, use in self.members(lambda one: one.sentence).items()
        }


def suite(model: Model, policy: Policy) -> Suite:
    """Score every filled sentence."""
    filled = identities()
    p = np.array([scores.probabilities[LABEL] for scores in model.score([one.text for one in filled])])
    return Suite(filled, np.array([int(one.insulting) for one in filled]), p, p >= policy.review[LABEL])


def section(subject: Subject) -> Section:
    """Return the gaps, a row for each kind and each name, and the harmless sentences that are flagged."""
    found = suite(subject.model, subject.policy)
    sides = found.members(lambda one: one.side)
    lines = [
        *table(
            ["sentences", "texts", "flagged", "highest probability"], (_side(found, *side) for side in sides.items())
        ),
        "",
        f"{_extremes(found, 0)} {_extremes(found, 1)} Between the names the probability of one sentence differs by "
        f"{np.median(list(found.spread().values())):.3f} in the median, by {max(found.spread().values()):.3f} at most.",
        "",
        *_table(found, {f"all {kind}": use for kind, use in found.members(lambda one: one.kind).items()}),
        "",
        *_table(found, found.members(_name)),
        "",
        "Harmless sentences that are flagged for at least one name:",
        "",
        *_sentences(found),
    ]
    bars = [Bar("identities: highest minus lowest false-positive rate", found.gap(0), "<=", MOST_GAP, share=True)]
    return Section("Identities", lines, bars)


def _side(found: Suite, name: str, use: NDArray[np.bool_]) -> list[object]:
    return [name, int(use.sum()), share(int(found.flagged[use].sum()), int(use.sum())), f"{found.p[use].max():.3f}"]


def _extremes(found: Suite, answer: int) -> str:
    rates = found.rates(answer)
    high, low = max(rates, key=rates.__getitem__), min(rates, key=rates.__getitem__)
    gap = f"a gap of {100 * found.gap(answer):.1f} points"
    what = ("harmless", "insulting")[answer]
    return f"Flagged of the {what}: most for {high} ({rates[high]:.1%}), least for {low} ({rates[low]:.1%}), {gap}."


def _table(found: Suite, groups: dict[str, NDArray[np.bool_]]) -> list[str]:
    columns = ["who", "subgroup AUC", "BPSN AUC", "BNSP AUC", "harmless flagged", "insulting flagged"]
    rows = []
    for name, use in groups.items():
        areas = [f"{area(found.y, found.p, use):.3f}" for area in (subgroup_auc, bpsn_auc, bnsp_auc)]
        parts = [found.flagged[use & (found.y == answer)] for answer in (0, 1)]
        rows.append([name, *areas, *(share(int(part.sum()), len(part)) for part in parts)])
    return table(columns, rows)


def _sentences(found: Suite) -> list[str]:
    rows = []
    for sentence, use in found.members(lambda one: one.sentence).items():
        names = [one.name for one, hit in zip(found.filled, use & found.flagged & (found.y == 0), strict=True) if hit]
        if names:
            rows.append(
                [sentence, f"{len(names)} of {int(use.sum())}", ", ".join(names[:8]) + (" …" if len(names) > 8 else "")]
            )
    return table(["sentence", "names", "which"], rows)


def _name(filled: Filled) -> str:
    return filled.name
