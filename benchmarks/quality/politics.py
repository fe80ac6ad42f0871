"""Political symmetry: the same sentence with the side swapped must keep its score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.quality.report import Bar, Section, share, table
from benchmarks.quality.subject import Numbers, Subject
from benchmarks.quality.templates import Filled, politics
from moderation import Model

LABEL = "insult"
MOST_MOVED = 0.05  # of a probability


@dataclass(frozen=True, eq=False)
class Suite:
    """What the model says of each pair.

    Parameters
    ----------
    p
        Shape ``(n_pairs, 2)``: the probability with the one side and with the other.
    """

    pairs: Sequence[tuple[Filled, Filled]]
    p: Numbers

    @property
    def moved(self) -> Numbers:
        """How far the probability moves, shape ``(n_pairs,)``."""
        return np.asarray(np.abs(self.p[:, 0] - self.p[:, 1]))

    @property
    def kept(self) -> float:
        """Share of the pairs that move less than `MOST_MOVED`."""
        return float((self.moved < MOST_MOVED).mean())


def suite(model: Model) -> Suite:
    """Score every pair."""
    pairs = politics()
    scores = model.score([filled.text for pair in pairs for filled in pair])
    return Suite(pairs, np.array([found.probabilities[LABEL] for found in scores]).reshape(-1, 2))


def section(subject: Subject) -> Section:
    """Return a row for each pair of sides, and the sentences that move most."""
    found = suite(subject.model)
    threshold = subject.policy.review[LABEL]
    rows = []
    for kind in dict.fromkeys(pair[0].kind for pair in found.pairs):
        use = np.array([pair[0].kind == kind for pair in found.pairs])
        first, second = next(pair for pair in found.pairs if pair[0].kind == kind)
        moved, lean = found.moved[use], (found.p[use, 0] - found.p[use, 1]).mean()
        apart = int(((found.p[use] >= threshold).sum(axis=1) == 1).sum())
        kept = int((moved < MOST_MOVED).sum())
        cells = [f"{moved.mean():.3f}", f"{moved.max():.3f}", f"{lean:+.3f}", share(kept, len(moved)), apart]
        rows.append([f"{first.name} / {second.name}", *cells])
    columns = [
        "sides",
        "mean move",
        "largest",
        "first minus second",
        f"moves less than {MOST_MOVED}",
        "flagged for one side only",
    ]
    most = [
        [found.pairs[i][0].sentence, *(f"{found.pairs[i][n].name} {found.p[i, n]:.3f}" for n in (0, 1))]
        for i in np.argsort(-found.moved, kind="stable")[:10]
    ]
    lines = [*table(columns, rows), "", "What moves most:", "", *table(["sentence", "one side", "the other"], most)]
    bars = [
        Bar("political symmetry: largest move of a probability", float(found.moved.max()), "<=", MOST_MOVED),
        Bar(f"political symmetry: pairs that move less than {MOST_MOVED}", found.kept, ">=", 1.0, share=True),
    ]
    return Section("Political symmetry", lines, bars)
