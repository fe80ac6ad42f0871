"""What all variants start from: the label files, read once by the shipped recipe, and what that recipe says of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from benchmarks.recipe.validation import BOTH, Answers, Mask, Numbers, Task, pooled, unit_log_odds
from moderation.copies import disguised
from moderation.dataset import Data, Recipe, prepare
from moderation.labels import MARKED, Joined, Label, adjudicate
from moderation.scores import units

LONG = 300  # characters


@dataclass(frozen=True, eq=False)
class Base:
    """The shipped recipe on the label files: the reference of every variant.

    Parameters
    ----------
    labels
        Adjudicated, in the order of the rows of ``data.comments``.
    texts
        Of the units of `data`, in their order.
    origin
        Shape ``(n_units,)``: the unit that a copy is made of; each other unit's own number.
    log_odds
        Label -> shape ``(n_units,)``: of the shipped recipe, out of fold, see `unit_log_odds`.
    """

    labels: list[Label]
    data: Data
    texts: list[str]
    origin: Answers
    log_odds: dict[str, Numbers]

    @property
    def reference(self) -> dict[str, Numbers]:
        """The pooled log-odds of each comment by the shipped recipe."""
        return pooled(self.data, self.log_odds, Recipe())

    def parts(self) -> dict[str, Mask]:
        """Return which comments belong to each part that figures are given for."""
        comments = self.data.comments
        by_reference = comments["by_reference"].to_numpy()
        return {
            "all": np.ones(len(comments), dtype=bool),
            "with text": ~by_reference,
            "real messages": by_reference,
            f"over {LONG} characters": comments["text"].str.len().to_numpy() > LONG,
            "answers": np.array([bool(text) for text in self.parents()]),
        }

    def parents(self) -> list[str]:
        """Return the text that each comment answers, "" where it answers none or that is not among the labels."""
        texts = {(_file(label), label.id): label.text or "" for label in self.labels}
        return [texts.get((_file(label), label.parent_id), "") for label in self.labels]


class Scored(NamedTuple):
    """What a variant says: label -> score of each comment, and a remark for its row of the table."""

    scores: dict[str, Numbers]
    remark: str = ""


class Variant(NamedTuple):
    """A name, and how to come to scores."""

    name: str
    run: Callable[[Base], Scored]


class Group(NamedTuple):
    """Variants that stand in one table.

    Parameters
    ----------
    parts
        Names of the parts of `Base.parts` that figures of insult are given for.
    """

    title: str
    about: str
    variants: Sequence[Variant]
    parts: tuple[str, ...] = ("all", "with text", "real messages", f"over {LONG} characters")


def prepared(joined: Joined, jobs: int = -1) -> Base:
    """Read the labels by the shipped recipe, and cross-validate it; `jobs`: processes for the folds."""
    data = prepare(joined, Recipe())
    labels = [label for label in adjudicate(joined.labels) if not label.is_flood]
    texts, origin = _units(labels, data)
    return Base(labels, data, texts, origin, unit_log_odds(Task(data, BOTH), jobs))


def tenth(joined: Joined) -> Joined:
    """Return the labels of a tenth of the threads, articles and single comments."""

    def kept(label: Label) -> bool:
        return sha256((label.thread_id or label.title or label.id).encode()).digest()[0] < 26

    return replace(joined, labels=tuple(filter(kept, joined.labels)))


def _units(labels: Sequence[Label], data: Data) -> tuple[list[str], Answers]:
    """Return the texts of the units in the order of `prepare`, copies last, and what each is made of."""
    ranges = [span for label in labels for span in units(label.text or "")]
    owners, answers = data.owner.tolist(), data.answers[MARKED].tolist()
    texts = [(labels[owners[unit]].text or "")[start:end] for unit, (start, end) in enumerate(ranges)]
    origin = list(range(len(texts)))
    for unit, span in enumerate(ranges):
        if answers[unit] >= 0:
            copies = disguised(labels[owners[unit]], *span, answers[unit], Recipe().seed)
            texts += copies
            origin += [unit] * len(copies)
    assert len(texts) == len(owners)
    return texts, np.array(origin)


def _file(label: Label) -> str:
    return label.place.rpartition(": line ")[0]
