"""Thresholds from what moderators decided in the past: chosen on one half of the threads, measured on the other.

A threshold that is measured on the comments that it was chosen on looks better than it is. So the comments are cut in two;
threads, articles and near-duplicates stay together, as in training.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from moderation.duplicates import groups
from moderation.errors import LabelError, TrainingError
from moderation.evaluation import Answers, Numbers, at_threshold, figures
from moderation.labelling.decided import REMOVED, Decided
from moderation.model import Model
from moderation.policy import NEVER, Policy, policy_text
from moderation.queries import Old, Query

MOST = (
    20_000  # comments that are used, drawn at random: a precision is then known to within a point, in a minute or two
)
LEAST = 50  # decisions with either answer; of 25 in one half a recall of 0.8 is known to within 0.16
LEAST_GROUPS = 10  # that they come from: the interval is of groups
#: What is wished for where nothing is said.
WISHES = ("{} review: precision @ recall >= 0.8", "{} reject: recall @ precision >= 0.95")
#: For `REMOVED` a share of the work: much is taken down for reasons that no label stands for, and a recall could be had only by
#: flagging nearly all. Nothing is rejected for it, unless that is wished for.
WISH_REMOVED = "removed review: recall @ match_rate <= 0.1"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold, and what it does on comments that it was not chosen on.

    Parameters
    ----------
    label, band
        A label of the model or `REMOVED`; ``review`` or ``reject``.
    wish
        What was asked for.
    threshold
        None where no threshold does what was asked for.
    chosen_on, measured_on, positives
        Comments of the two halves, and those of the second whose answer is 1.
    precision, recall, flagged
        ``[value, low, high]`` on the second half, with the 95 % interval; for the threshold of another service of what that
        had flagged. Empty without a threshold.
    """

    label: str
    band: str
    wish: Query | Old
    threshold: float | None
    chosen_on: int
    measured_on: int
    positives: int
    precision: tuple[float, ...] = ()
    recall: tuple[float, ...] = ()
    flagged: tuple[float, ...] = ()

    @property
    def falls_short(self) -> bool:
        """Whether the precision or recall that was asked for is beyond the interval that was measured."""
        if self.threshold is None or not isinstance(self.wish, Query) or self.wish.bound not in ("precision", "recall"):
            return False
        return bool(getattr(self, self.wish.bound)[2] < self.wish.value)


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that can be proposed.

    Parameters
    ----------
    thresholds
        Label -> band -> threshold, `NEVER` for none: what a policy file says. See `_bands`.
    notes
        What was left out and why.
    """

    model_id: str
    found: tuple[Proposal, ...]
    thresholds: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...]

    def policy(self) -> str:
        """Return them as a policy file."""
        return policy_text(self.model_id, self.thresholds) + "\n"


def propose(
    model: Model,
    decided: Sequence[Decided],
    wishes: Iterable[Query | Old] = (),
    n_jobs: int = 1,
    seed: int = 0,
) -> Proposals:
    """Propose thresholds for a model from past decisions.

    Parameters
    ----------
    decided
        Comments as they came, not only those that were taken down: else no share of anything means anything.
    wishes
        They replace `WISHES` for their label and band.
    n_jobs
        As for `Model.score`.
    seed
        Of the drawing and the cutting in two.

    Raises
    ------
    LabelError
        Where nothing can be proposed; says what is missing.
    """
    notes: list[str] = []
    wishes = list(wishes)
    _check(wishes, model.labels)
    used = _usable(model, decided, notes, seed)
    texts = [one.label.text or "" for one in used]
    keys = [(one.label.thread_id and f"thread {one.label.thread_id}", one.label.title) for one in used]
    if used and not any(thread for thread, _ in keys):
        notes.append(
            "no comment has a thread: comments of one thread may stand in both halves; name the column with --map thread_id=COLUMN"
        )
    together = groups(texts, keys) if used else np.zeros(0, dtype=np.int64)
    scores = [one.probabilities for one in model.score(texts, n_jobs)] if used else []
    found = []
    for wish in _with_defaults(wishes, used, model.labels):
        answers = [_answer(wish, one, model.labels) for one in used]
        judged = np.array([at for at, answer in enumerate(answers) if answer is not None], dtype=np.int64)
        y = np.array([answers[at] for at in judged], dtype=np.int64)
        p = np.array([_probability(wish.label, scores[at]) for at in judged])
        if (missing := _missing(y, p, together[judged])) is not None:
            notes.append(f"{wish.label if isinstance(wish, Query) else wish}: nothing proposed, {missing}")
            continue
        found.append(_proposal(wish, y, p, together[judged], seed))
    notes += [f"{one.wish}: falls short on the other half, see the interval" for one in found if one.falls_short]
    if not found:
        raise LabelError(f"nothing to propose; {'; '.join(dict.fromkeys(notes)) or 'nothing was decided'}")
    thresholds = _bands(found, Policy.of(model), notes)
    return Proposals(model.id, tuple(found), thresholds, tuple(dict.fromkeys(notes)))


def _check(wishes: Iterable[Query | Old], labels: Sequence[str]) -> None:
    known = (*labels, REMOVED)
    for wish in wishes:
        if wish.label not in known:
            raise TrainingError(f"threshold {str(wish)!r}: no label {wish.label!r}; expected one of {', '.join(known)}")


def _usable(model: Model, decided: Sequence[Decided], notes: list[str], seed: int) -> list[Decided]:
    """Return the comments that can be used, at most `MOST`, and say how many cannot."""
    fresh = [one for one in decided if not one.label.is_flood and (one.label.text or "").strip()]
    if len(fresh) < len(decided):
        notes.append(
            f"{len(decided) - len(fresh)} of {len(decided)} comments are left out: no text, or noted as a flood"
        )
    if undecided := sum(not one.scores and set(one.label.answers.values()) <= {None} for one in fresh):
        notes.append(f"of {undecided} comments nothing is known: no decision, no score, or a status that is none")
    new = [one for one in fresh if not model.was_trained_on(one.label.text or "")]
    if len(new) < len(fresh):
        notes.append(f"{len(fresh) - len(new)} of {len(decided)} comments are left out: the model was trained on them")
    if len(new) > MOST:
        notes.append(f"{MOST} of {len(new)} comments are used, drawn at random")
        new = Random(seed).sample(new, MOST)
    return new


def _with_defaults(
    wishes: Sequence[Query | Old], used: Sequence[Decided], labels: Sequence[str]
) -> Iterator[Query | Old]:
    """Yield the wishes, and those by default for what was decided: of labels, or only that comments were removed."""
    asked = {(wish.label, wish.band) for wish in wishes}
    counts = {name: Counter(one.label.answers.get(name) for one in used) for name in (*labels, REMOVED)}
    texts = [wish.format(name) for name in labels if counts[name][0] or counts[name][1] for wish in WISHES]
    enough = all(min(counts[name][0], counts[name][1]) >= LEAST for name in labels)
    if not enough and (counts[REMOVED][0] or counts[REMOVED][1]):
        texts.append(WISH_REMOVED)
    yield from wishes
    yield from (query for query in map(Query.parse, texts) if (query.label, query.band) not in asked)


def _answer(wish: Query | Old, one: Decided, labels: Sequence[str]) -> int | None:
    if isinstance(wish, Old):
        return wish.flags(one.scores.get(wish.column))
    return one.removed(labels) if wish.label == REMOVED else one.label.answers.get(wish.label)


def _probability(label: str, probabilities: Mapping[str, float]) -> float:
    """Return what a threshold is compared with: one threshold for all labels flags what reaches it with the highest."""
    return max(probabilities.values()) if label == REMOVED else probabilities[label]


def _bands(found: Sequence[Proposal], card: Policy, notes: list[str]) -> dict[str, dict[str, float]]:
    """Return label -> band -> threshold; a label without a decision of its own has that of `REMOVED`, and rejects nothing.

    Where none does what was asked for, review stays as in the card, and nothing is rejected. What is rejected must reach review
    too: review is lowered, which flags no less; one that keeps the share of another service stays, and reject is raised.
    """
    bands: dict[str, dict[str, float]] = {name: {} for name in card.review}
    kept = {(one.label, one.band) for one in found if isinstance(one.wish, Old)}
    for one in sorted(found, key=lambda one: one.label != REMOVED):
        for name in bands if one.label == REMOVED else (one.label,):
            if one.threshold is not None:
                bands[name][one.band] = one.threshold
            if one.threshold is None and one.band == "reject":
                bands[name]["reject"] = NEVER
            elif one.label == REMOVED:
                bands[name].setdefault("reject", NEVER)
    for name, values in bands.items():
        review = values.get("review", card.review[name])
        if values.get("reject", NEVER) < review:
            moved = "reject" if {(name, "review"), (REMOVED, "review")} & kept else "review"
            values[moved] = review if moved == "reject" else values["reject"]
            notes.append(
                f"{name}: {moved} is set to {values[moved]:.3f}, since what is rejected must reach review too: "
                "all that is flagged is rejected, and nobody sees it first"
            )
    return {name: values for name, values in bands.items() if values}


def _missing(y: Answers, p: Numbers, together: Answers) -> str | None:
    """Return what is missing for a threshold, None where nothing is."""
    for answer in (1, 0):
        members = y == answer
        if members.sum() < LEAST:
            return (
                f"{int((y == 1).sum())} comments with 1 and {int((y == 0).sum())} with 0; at least {LEAST} of either are needed, "
                f"so {LEAST - int(members.sum())} more with {answer}"
            )
        if (count := np.unique(together[members]).size) < LEAST_GROUPS:
            return (
                f"the {int(members.sum())} comments with {answer} are of only {count} threads or floods of copies; "
                f"at least {LEAST_GROUPS} are needed"
            )
    return f"all comments have the same score, {p[0]:.3f}" if np.ptp(p) == 0 else None


def _proposal(wish: Query | Old, y: Answers, p: Numbers, together: Answers, seed: int) -> Proposal:
    first, second = _halves(y, together, seed)
    threshold = wish.answer(y[first], p[first])["threshold"]
    counts = len(first), len(second), int(y[second].sum())
    if not isinstance(threshold, float):
        return Proposal(wish.label, wish.band, wish, None, *counts)
    wanted = at_threshold("it", threshold)
    measured = [tuple(value) for value in figures(y[second], p[second], together[second], seed, wanted).values()]
    return Proposal(wish.label, wish.band, wish, threshold, *counts, *measured)


def _halves(y: Answers, together: Answers, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of two halves with like shares of answers; a group is in one."""
    splitter = StratifiedGroupKFold(2, shuffle=True, random_state=seed)
    first, second = next(splitter.split(y, y, together))
    return first, second
