"""The order in which comments are asked about: what teaches most first, and always a random share.

The random share is drawn before anything else, by a hash of the id, and stands in random order between the others. So
wherever a person stops, the judged part of it is a random sample of the whole source, and recall can be measured on it;
it does not depend on the model, on the order, or on who judges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from moderation.errors import LabelError
from moderation.labelling.material import Material, copies
from moderation.labels import Label
from moderation.model import Model
from moderation.scores import Scores

#: One comment in five: a session of 500 leaves 100 for measuring, and costs a fifth of what the order gains.
SHARE = 0.2

Numbers = NDArray[np.float64]


class Order(StrEnum):
    """What comes first: probabilities near one half, anything, what two models disagree on, what a model knows least of."""

    UNCERTAIN = "uncertain"
    RANDOM = "random"
    DISAGREEMENT = "disagreement"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Entry:
    """A comment in the queue, and whether it stands there by chance."""

    comment: Label
    random: bool = False


def uncertainty(scores: Sequence[Scores], labels: Sequence[str]) -> Numbers:
    """Return how near the probability of any label comes to one half, in [0, 1].

    Source: uncertainty sampling, Lewis and Gale 1994.

    Returns
    -------
    Shape ``(n_comments,)``: 1 where a label has the probability 0.5, 0 where all are certain.

    Examples
    --------
    >>> uncertainty([Scores({"insult": 0.5, "spam": 0.0}, 1.0), Scores({"insult": 0.9, "spam": 0.0}, 1.0)], ["insult", "spam"])
    array([1. , 0.2])
    """
    return np.asarray((1 - np.abs(2 * _probabilities(scores, labels) - 1)).max(axis=1).round(12))


def disagreement(first: Sequence[Scores], second: Sequence[Scores], labels: Sequence[str]) -> Numbers:
    """Return how far apart two models are on the label on which they differ most, in [0, 1], shape ``(n_comments,)``.

    Source: query by committee, Seung, Opper and Sompolinsky 1992.

    Examples
    --------
    >>> disagreement([Scores({"insult": 0.9}, 1.0)], [Scores({"insult": 0.2}, 1.0)], ["insult"])
    array([0.7])
    """
    difference = np.abs(_probabilities(first, labels) - _probabilities(second, labels))
    return np.asarray(difference.max(axis=1).round(12))


def ignorance(scores: Sequence[Scores]) -> Numbers:
    """Return the share of each comment that the model does not know, in [0, 1], shape ``(n_comments,)``.

    Examples
    --------
    >>> ignorance([Scores({}, coverage=0.25)])
    array([0.75])
    """
    return np.array([1 - score.coverage for score in scores], dtype=np.float64)


def _probabilities(scores: Sequence[Scores], labels: Sequence[str]) -> Numbers:
    return np.array([[score.probabilities[label] for label in labels] for score in scores], dtype=np.float64)


def urgency(order: Order, comments: Sequence[Label], models: Sequence[Model], names: Sequence[str]) -> Numbers | None:
    """Return how soon each comment is to be asked about in an order.

    Parameters
    ----------
    models
        One for ``uncertain`` and ``coverage``, two for ``disagreement``; not used for ``random``.
    names
        The labels that will be asked for.

    Returns
    -------
    Shape ``(n_comments,)``, higher is sooner; None for ``random``.

    Raises
    ------
    LabelError
        Where the models know none of the labels, or there are not two different ones for ``disagreement``.
    """
    if order is Order.RANDOM:
        return None
    texts = [comment.text or "" for comment in comments]
    if order is Order.COVERAGE:
        return ignorance(models[0].score(texts))
    used = models[: 2 if order is Order.DISAGREEMENT else 1]
    known = [name for name in names if all(name in model.labels for model in used)]
    if not known:
        raise LabelError(f"no model knows the label {', '.join(names)}; choose the order random or coverage")
    if order is Order.UNCERTAIN:
        return uncertainty(used[0].score(texts), known)
    if len({model.id for model in used}) < 2:
        raise LabelError("the order disagreement compares two models; give --model with another one, or twice")
    return disagreement(used[0].score(texts), used[1].score(texts), known)


def queue(comments: Sequence[Label], urgency: Numbers | None = None, share: float = SHARE) -> list[Entry]:
    """Order comments: the most urgent first, mixed evenly with a random share.

    Parameters
    ----------
    urgency
        Shape ``(n_comments,)``, higher is sooner; None for an order that is random throughout.
    share
        How much of the source is drawn at random, in (0, 1].

    Returns
    -------
    list of Entry
        Each comment once. The second copy of a text comes after all that is new.

    Raises
    ------
    LabelError
        Where the share is outside its range.

    Examples
    --------
    >>> comments = [Label(str(n), f"texte {n}", {}) for n in range(100)]
    >>> found = queue(comments, np.arange(100.0))
    >>> len(found), {entry.random for entry in queue(comments)}
    (100, {True})
    >>> next(entry.comment.id for entry in found if not entry.random) in {"99", "98"}
    True
    """
    if not 0 < share <= 1:
        raise LabelError(f"a random share of {share}; expected more than 0 and at most 1, such as {SHARE}")
    places = {comment.id: _place(comment.id) for comment in comments}
    drawn = [comment for comment in comments if urgency is None or places[comment.id] < share]
    drawn.sort(key=lambda comment: places[comment.id])
    if urgency is None:
        return [Entry(comment, random=True) for comment in drawn]
    copy = copies(comments)
    chosen = [n for n, comment in enumerate(comments) if places[comment.id] >= share]
    chosen.sort(key=lambda n: (copy[comments[n].id][0] > 1, -urgency[n], places[comments[n].id]))
    return _mixed([Entry(comments[n]) for n in chosen], [Entry(comment, random=True) for comment in drawn])


def queue_of(material: Material, urgency: Numbers | None = None, share: float = SHARE) -> list[Entry]:
    """Order what is to be labelled, see `queue`.

    A comment that was judged before counts as drawn only if it was drawn then: those of a label file were chosen already.

    Examples
    --------
    >>> comment = Label("1", "nul", {})
    >>> [entry.random for entry in queue_of(Material((comment,), {"1": comment}, drawn={"1": False}))]
    [False]
    """
    found = queue(material.comments, urgency, share)
    return [replace(entry, random=material.drawn.get(entry.comment.id, entry.random)) for entry in found]


def _place(comment_id: str) -> float:
    """Return a number in [0, 1) that depends on the id alone, so that it is the same on every day and for every person."""
    digest = hashlib.sha256(f"random share {comment_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def _mixed(chosen: Sequence[Entry], drawn: Sequence[Entry]) -> list[Entry]:
    """Spread the drawn evenly between the chosen; both keep their order."""
    positions = [*((n + 0.5) / len(chosen) for n in range(len(chosen)))]
    positions += [(n + 0.5) / len(drawn) for n in range(len(drawn))]
    entries = [*chosen, *drawn]
    return [entries[n] for n in np.argsort(positions, kind="stable")]
