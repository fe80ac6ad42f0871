"""What a training reads of a comment: the whole, its sentences, which of them count as positive, and disguised copies."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH, INSULT, Answers, Mask, Numbers, SecondRound, Task, validated
from moderation.dataset import Data, Recipe


def whole_only(base: Base) -> Scored:
    """Train on whole comments and their copies; the sentences are asked all the same."""
    return Scored(validated(Task(base.data, BOTH, taught=base.data.whole[base.origin])))


def all_inherit(base: Base) -> Data:
    """Return the data as if no words were marked: each sentence, and each copy, has the answer of its comment."""
    data = base.data
    answers = data.comments["insult"].fillna(-1).to_numpy().astype(np.int64)[data.owner]
    inherited = (answers == 1) & ~data.whole[base.origin]
    return replace(
        data,
        answers=data.answers | {"insult": answers},
        inherited=data.inherited | {"insult": inherited},
    )


def inheriting(weight: float) -> Variant:
    """Return the variant where a sentence of an insult is an insult, with this weight."""
    recipe = replace(Recipe(), inherited=weight)
    return Variant(
        f"every sentence inherits insult, weight {weight:g}",
        lambda base: Scored(validated(Task(all_inherit(base), INSULT, recipe))),
    )


def spam_inheriting(weight: float) -> Variant:
    """Return the variant where a sentence of spam weighs otherwise; with marked insults hardly anything else changes."""
    recipe = replace(Recipe(), inherited=weight)
    return Variant(
        f"a sentence inherits spam with weight {weight:g}",
        lambda base: Scored(validated(Task(base.data, ("spam",), recipe))),
    )


def kept(base: Base, rows: Answers, inherited: Mask, log_odds: Numbers) -> Mask:
    """Tell which training units a second round takes as they are: all but the inherited ones below the highest of their comment.

    A copy goes with the unit that it is made of.
    """
    candidates = np.flatnonzero(inherited & ~base.data.copy[rows])
    owner = base.data.owner[rows[candidates]]
    order = np.lexsort((-log_odds[candidates], owner))
    firsts = order[np.diff(owner[order], prepend=-1) != 0]
    return ~inherited | np.isin(base.origin[rows], rows[candidates[firsts]])


def others_out(base: Base) -> SecondRound:
    """Keep the highest sentence as positive and leave the others out, as MI-SVM does. Source: Andrews et al. 2003."""
    return lambda rows, answers, inherited, log_odds: (
        answers,
        kept(base, rows, inherited, log_odds).astype(np.float64),
    )


def others_negative(base: Base) -> SecondRound:
    """Keep the highest sentence as positive and take the others for negative."""
    return lambda rows, answers, inherited, log_odds: (
        np.where(kept(base, rows, inherited, log_odds), answers, 0),
        np.ones(len(rows)),
    )


def without_marks(second: Callable[[Base], SecondRound]) -> Callable[[Base], Scored]:
    """Train in two rounds on data without marks."""
    return lambda base: Scored(validated(Task(all_inherit(base), INSULT, second=second(base))))


def with_marks(base: Base) -> Scored:
    """Train in two rounds where no words are marked: all of spam, and the few insults without marks."""
    return Scored(validated(Task(base.data, BOTH, second=others_out(base))))


def copies(weight: float) -> Variant:
    """Return the variant with another weight of the copies; 0 leaves them out of the vocabulary too."""
    recipe = replace(Recipe(), disguised=weight)

    def run(base: Base) -> Scored:
        return Scored(validated(Task(base.data, INSULT, recipe, taught=None if weight else ~base.data.copy)))

    return Variant(f"disguised copies, weight {weight:g}" if weight else "no disguised copies", run)


GROUP = Group(
    "Training units",
    "Shipped: the whole comment and its sentences, of which those with marked words are insults; a sentence that is spam only "
    "because its comment is weighs 0.25; disguised copies weigh 0.2. In the rows of two rounds, the sentence of each comment that "
    "the first round scored highest is the positive one of the second.",
    [
        Variant("whole comments only", whole_only),
        *(inheriting(weight) for weight in (0.25, 1.0)),
        Variant("two rounds without marks, other sentences left out", without_marks(others_out)),
        Variant("two rounds without marks, other sentences negative", without_marks(others_negative)),
        Variant("marks, and two rounds where there are none", with_marks),
        *(spam_inheriting(weight) for weight in (0.1, 1.0)),
        *(copies(weight) for weight in (0.0, 0.1, 0.4)),
    ],
)
