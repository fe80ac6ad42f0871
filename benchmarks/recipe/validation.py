"""Grouped cross-validation by units: the library's own, with what variants need and the recipe has no setting for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from moderation.dataset import Data, Recipe
from moderation.features.counts import side_by_side
from moderation.labels import MARKED
from moderation.training import learn_blocks, ratios

Numbers = NDArray[np.float64]
Answers = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: From the numbers of the training units, their answers, which of these are inherited, and what a first round says of them, to the
#: answers and weights of a second.
SecondRound = Callable[[Answers, Answers, Mask, Numbers], tuple[Answers, Numbers]]
BOTH = ("insult", "spam")
INSULT = ("insult",)
SPAM = ("spam",)


@dataclass(frozen=True, eq=False)
class Task:
    """What is learnt, and how.

    Parameters
    ----------
    data
        Comments of fold -1 teach in every fold and are not asked.
    taught
        Shape ``(n_units,)``: units that teach where their fold is not held out; None for all. The others are asked as well,
        but give neither vocabulary nor idf.
    weight
        Shape ``(n_units,)``: weight in the regression, times that of the recipe; None for 1.
    second
        Where the regression is fitted a second time.
    """

    data: Data
    labels: tuple[str, ...] = INSULT
    recipe: Recipe = field(default_factory=Recipe)
    taught: Mask | None = None
    weight: Numbers | None = None
    class_weight: Literal["balanced"] | None = None
    second: SecondRound | None = None


def unit_log_odds(task: Task, jobs: int = 1) -> dict[str, Numbers]:
    """Return by label the log-odds of each unit from the model that has not seen its group, NaN for what is not asked."""
    work = (joblib.delayed(held_out)(task, number) for number in range(task.recipe.folds))
    found = {label: np.full(len(task.data.owner), np.nan) for label in task.labels}
    for rows, log_odds in joblib.Parallel(n_jobs=jobs)(work):
        for label, values in log_odds.items():
            found[label][rows] = values
    return found


class Fold(NamedTuple):
    """The units that teach when one fold is held out, those that are asked, and the TF-IDF of both."""

    rows: Answers
    asked: Answers
    matrix: sparse.csr_array[np.float64]
    questions: sparse.csr_array[np.float64]


def read_fold(task: Task, number: int) -> Fold:
    """Hold one fold out, and learn vocabulary and idf from the others."""
    data = task.data
    away = (data.comments["fold"].to_numpy() == number)[data.owner]
    rows = np.flatnonzero(~away if task.taught is None else ~away & task.taught)
    asked = np.flatnonzero(away & ~data.copy)
    blocks = learn_blocks(data, task.recipe, rows)
    return Fold(rows, asked, *(side_by_side(data.counts, blocks, units) for units in (rows, asked)))


def answered(task: Task, fold: Fold) -> dict[str, Numbers]:
    """Return by label the log-odds of the units that are asked."""
    data, recipe, rows = task.data, task.recipe, fold.rows
    others = np.where(data.copy[rows], recipe.disguised, 1.0)
    if task.weight is not None:
        others = others * task.weight[rows]
    found = {}
    for label in task.labels:
        answers, inherited = data.answers[label][rows], data.inherited[label][rows]
        weight = others * np.where(inherited, recipe.inherited, 1.0)
        weights, intercept = regression(fold.matrix, answers, weight, recipe, task.class_weight)
        if task.second is not None:
            log_odds = np.asarray(fold.matrix @ weights) + intercept
            answers, again = task.second(rows, answers, inherited, log_odds)
            weights, intercept = regression(fold.matrix, answers, others * again, recipe, task.class_weight)
        found[label] = np.asarray(fold.questions @ weights) + intercept
    return found


def held_out(task: Task, number: int) -> tuple[Answers, dict[str, Numbers]]:
    """Return the units that one fold holds out, copies left out, and their log-odds by label."""
    fold = read_fold(task, number)
    return fold.asked, answered(task, fold)


def regression(
    matrix: sparse.csr_array[np.float64],
    answers: Answers,
    weight: Numbers,
    recipe: Recipe,
    class_weight: Literal["balanced"] | None = None,
) -> tuple[Numbers, float]:
    """Return weights and intercept as `moderation.training.regress` does, which knows no other weights than the recipe's."""
    weight = np.where(answers < 0, 0.0, weight)
    scale = ratios(matrix, answers == 1, weight) ** recipe.ratio
    scale /= np.sqrt((scale**2).mean())
    scaled = sparse.csr_array((matrix.data * scale[matrix.indices], matrix.indices, matrix.indptr), matrix.shape)
    model = LogisticRegression(
        C=recipe.c, solver="liblinear", random_state=recipe.seed, max_iter=1000, class_weight=class_weight
    )
    with threadpool_limits(1):
        model.fit(scaled, answers == 1, weight)
    return model.coef_[0] * scale, float(model.intercept_[0])


def by_comment(data: Data, log_odds: Numbers) -> list[Numbers]:
    """Return for each comment that is asked, in order, the log-odds of its units, the whole first."""
    asked = np.flatnonzero(~np.isnan(log_odds))
    return np.split(log_odds[asked], np.flatnonzero(data.whole[asked])[1:])


def pooled(data: Data, log_odds: dict[str, Numbers], recipe: Recipe) -> dict[str, Numbers]:
    """Return by label the log-odds of each comment that is asked, pooled as the recipe says."""
    return {
        label: np.array(
            [highest(units, recipe.marked_share if label == MARKED else 0.0) for units in by_comment(data, values)]
        )
        for label, values in log_odds.items()
    }


def highest(units: Numbers, share: float) -> float:
    """Return the mean of the whole's log-odds and its highest sentence's, which counts `share`: `moderation.scores.pool`."""
    return float((1 - share) * units[0] + share * units[1:].max()) if len(units) > 1 else float(units[0])


def validated(task: Task) -> dict[str, Numbers]:
    """Return by label the pooled log-odds of each comment that is asked."""
    return pooled(task.data, unit_log_odds(task), task.recipe)
