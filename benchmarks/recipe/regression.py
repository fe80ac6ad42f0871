"""The regression: C, class weights, how far naive Bayes scales the features, and what an honest choice of these gives."""

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import (
    BOTH,
    Answers,
    Mask,
    Numbers,
    Task,
    answered,
    held_out,
    pooled,
    read_fold,
    validated,
)
from moderation.dataset import Data, Recipe

INNER_FOLDS = 3
GRID = tuple(product((2.0, 4.0, 8.0), (0.0, 0.5)))  # C and ratio


def one(name: str, recipe: Recipe, labels: tuple[str, ...] = BOTH) -> Variant:
    """Return the variant with one setting changed."""
    return Variant(name, lambda base: Scored(validated(Task(base.data, labels, recipe))))


def balanced(base: Base) -> Scored:
    """Weigh both answers alike."""
    return Scored(validated(Task(base.data, BOTH, class_weight="balanced")))


def nested(base: Base) -> Scored:
    """Choose C and ratio for each fold anew, by cross-validation inside what teaches it."""
    found = np.full(len(base.data.owner), np.nan)
    chosen = []
    for number in range(Recipe().folds):
        c, ratio = chosen_inside(base.data, number)
        chosen.append(f"C {c:g} and ratio {ratio:g}")
        rows, log_odds = held_out(Task(base.data, recipe=replace(Recipe(), c=c, ratio=ratio)), number)
        found[rows] = log_odds["insult"]
    times = ", ".join(f"{name} in {times} of {len(chosen)} folds" for name, times in Counter(chosen).most_common())
    return Scored(pooled(base.data, {"insult": found}, Recipe()), f"chosen: {times}")


def chosen_inside(data: Data, number: int) -> tuple[float, float]:
    """Return the C and ratio of `GRID` with the highest average precision of insult on all folds but one."""
    teaching = (data.comments["fold"] != number).to_numpy()
    inner = replace(data, comments=data.comments.assign(fold=inner_folds(data, teaching)))
    found = {point: np.full(len(data.owner), np.nan) for point in GRID}
    for fold_number in range(INNER_FOLDS):
        task = Task(inner, taught=teaching[data.owner])
        fold = read_fold(task, fold_number)
        for (c, ratio), log_odds in found.items():
            recipe = replace(Recipe(), c=c, ratio=ratio)
            log_odds[fold.asked] = answered(replace(task, recipe=recipe), fold)["insult"]
    judged = data.comments["insult"].to_numpy()[teaching]
    known = ~np.isnan(judged)

    def worth(point: tuple[float, float]) -> float:
        scores = pooled(inner, {"insult": found[point]}, Recipe())["insult"]
        return float(average_precision_score(judged[known], scores[known]))

    return max(GRID, key=worth)


def inner_folds(data: Data, teaching: Mask) -> Answers:
    """Return a fold for each comment that teaches, by group, and -1 for the others."""
    folds = np.full(len(teaching), -1)
    rows = np.flatnonzero(teaching)
    answers: Numbers = data.comments["insult"].fillna(-1).to_numpy()[rows]
    splitter = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=Recipe().seed)
    for inner, (_, away) in enumerate(splitter.split(rows, answers, data.comments["group"].to_numpy()[rows])):
        folds[rows[away]] = inner
    return folds


GROUP = Group(
    "Regression",
    "Shipped: C 4, ratio 0.5, no class weights. Ratio is how far naive Bayes scales the features: 0 is plain logistic "
    f"regression, 1 the NB-SVM of Wang and Manning. The nested row chooses among C {sorted({c for c, _ in GRID})} and ratio "
    f"{sorted({ratio for _, ratio in GRID})} by {INNER_FOLDS} inner folds: what tuning gives on comments that had no part in it.",
    [
        Variant("C and ratio chosen by nested cross-validation", nested),
        *(one(f"C {c:g}", replace(Recipe(), c=c)) for c in (1.0, 2.0, 8.0, 16.0)),
        *(one(f"ratio {ratio:g}", replace(Recipe(), ratio=ratio)) for ratio in (0.0, 0.25, 0.75, 1.0)),
        Variant("balanced class weights", balanced),
    ],
)
