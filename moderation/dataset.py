"""From labels to what a training reads: comments, their sentences, n-gram counts, and folds that keep groups together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from moderation.copies import disguised
from moderation.duplicates import groups
from moderation.errors import TrainingError
from moderation.features.counts import Counts, Ranges, count
from moderation.labels import MARKED, Joined, Label, adjudicate
from moderation.scores import units

LEAST_POSITIVES = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that is chosen by hand.

    Values are those of grouped cross-validation on the label files, see ``docs/recipe.md``: C tried 1 to 16 (flat from 4
    to 8), min_df 2 to 4 (2 and 3 alike, 3 halves the model), word n-grams 1-2 with character n-grams 2-5 against either
    alone (+0.02 to +0.03 average precision), liblinear against lbfgs (+0.01: it also shrinks the intercept).

    Parameters
    ----------
    c
        Inverse strength of the L2 penalty.
    marked_share
        How much the highest sentence counts for the label whose words are marked in the labels; the others are judged by
        the whole comment. See the pooling group of ``docs/recipe.md``: flat from 0.4 to 0.6.
    inherited
        Weight in training of a sentence that is positive only because its comment is. Tried 0.1, 0.25, 0.5, 1: average
        precision of spam 0.944, 0.957, 0.952, 0.955, on the 26 real ones 0.17, 0.27, 0.15, 0.15.
    ratio
        How far naive Bayes scales the features before the regression, see `moderation.training.ratios`; 0 for not at all, 1 for
        wholly.
    disguised
        Weight in training of a copy with disguised words, see `moderation.copies`; 0 for no copies.
    coverage
        The quantile of the comments' coverage below which a comment is called unknown.
    """

    word_range: tuple[int, int] = (1, 2)
    char_range: tuple[int, int] = (2, 5)
    min_df: int = 3
    max_words: int = 90_000
    max_chars: int = 90_000
    c: float = 4.0
    marked_share: float = 0.5
    inherited: float = 0.25
    ratio: float = 0.5
    disguised: float = 0.2
    folds: int = 5
    seed: int = 0
    coverage: float = 0.005

    @property
    def ranges(self) -> Ranges:
        """The shortest and the longest n-gram of each kind."""
        return {"word": self.word_range, "char": self.char_range, "marker": (1, 1)}


@dataclass(frozen=True, eq=False)
class Data:
    """Comments, their units (the whole and its sentences, then disguised copies of these) and the units' n-gram counts.

    Parameters
    ----------
    comments
        One row a comment: id, text, source, by_reference, group, fold, one column a label (1, 0 or NaN).
    owner, whole, copy
        Shape ``(n_units,)``: the comment's row, whether the unit is the whole comment, and whether it is a disguised copy,
        which teaches but is not scored.
    counts
        Of n-grams that stand in at least `Recipe.min_df` of the units, and of markers.
    answers
        Label -> shape ``(n_units,)``: 1, 0, or -1 for not judged.
    inherited
        Label -> shape ``(n_units,)``: whether a sentence is positive only because its comment is.
    """

    comments: pd.DataFrame
    owner: NDArray[np.int64]
    whole: NDArray[np.bool_]
    copy: NDArray[np.bool_]
    counts: tuple[Counts, ...]
    answers: dict[str, NDArray[np.int64]]
    inherited: dict[str, NDArray[np.bool_]]

    @property
    def labels(self) -> list[str]:
        """The questions, in alphabetical order."""
        return list(self.answers)

    @property
    def markers(self) -> dict[str, NDArray[np.bool_]]:
        """Marker -> shape ``(n_comments,)``: whether it holds of the whole comment; without those that hold of no unit."""
        counts = next(counts for counts in self.counts if counts.analyzer == "marker")
        held = counts.matrix[np.flatnonzero(self.whole)].toarray() > 0
        return dict(zip(counts.ngrams, held.T, strict=True))


def prepare(joined: Joined, recipe: Recipe) -> Data:
    """Adjudicate, leave floods out, cut into units, count n-grams, and assign folds by group."""
    labels = [label for label in adjudicate(joined.labels) if not label.is_flood]
    names = sorted({name for label in labels for name in label.answers})
    comments = _comments(labels, names, recipe)
    texts = comments["text"].tolist()
    owner, ranges = [], []
    for number, text in enumerate(texts):
        found = units(text)
        owner += [number] * len(found)
        ranges += found
    whole = np.append(True, np.diff(owner) > 0)
    answers = {
        name: np.array([_unit_answer(labels[n], name, *span) for n, span in zip(owner, ranges, strict=True)])
        for name in names
    }
    marked = np.array([bool(labels[n].spans) for n in owner])
    inherited = {name: (answers[name] == 1) & ~whole & ~(marked & (name == MARKED)) for name in names}
    parts = [texts[number][start:end] for number, (start, end) in zip(owner, ranges, strict=True)]
    copied = _copies(labels, owner, ranges, answers, recipe)
    rows = np.array([*range(len(parts)), *(unit for unit, _ in copied)])
    copy = np.arange(len(rows)) >= len(parts)
    return Data(
        comments,
        np.array(owner)[rows],
        whole[rows] & ~copy,
        copy,
        count([*parts, *(text for _, text in copied)], recipe.ranges, recipe.min_df),
        {name: values[rows] for name, values in answers.items()},
        {name: values[rows] for name, values in inherited.items()},
    )


def _comments(labels: Sequence[Label], names: list[str], recipe: Recipe) -> pd.DataFrame:
    """Return the rows of `Data.comments`, with their groups and folds."""
    comments = pd.DataFrame(
        {
            "id": [label.id for label in labels],
            "text": [label.text for label in labels],
            "source": [label.source for label in labels],
            "by_reference": [bool(label.sha256) for label in labels],
            **{name: [label.answers.get(name) for label in labels] for name in names},
        }
    )
    comments[names] = comments[names].astype(float)
    _check_enough(comments, names, recipe)
    keys = [
        (label.thread_id and f"thread {label.thread_id}", label.title and f"title {label.title}") for label in labels
    ]
    comments["group"] = groups(comments["text"].tolist(), keys)
    comments["fold"] = _folds(comments, names, recipe)
    return comments


def _copies(
    labels: Sequence[Label],
    owner: Sequence[int],
    ranges: Sequence[tuple[int, int]],
    answers: dict[str, NDArray[np.int64]],
    recipe: Recipe,
) -> list[tuple[int, str]]:
    """Return disguised copies of the units that are judged for insults, each with its unit's number."""
    if not recipe.disguised or MARKED not in answers:
        return []
    return [
        (unit, text)
        for unit, answer in enumerate(answers[MARKED].tolist())
        if answer >= 0
        for text in disguised(labels[owner[unit]], *ranges[unit], answer, recipe.seed)
    ]


def _unit_answer(label: Label, name: str, start: int, end: int) -> int:
    """Answer for a part of a comment: where words are marked, whether it holds some; else it inherits the answer."""
    answer = label.answers.get(name)
    if answer is None:
        return -1
    if answer == 1 and name == MARKED and label.spans:
        return int(any(first < end and last > start for first, last in label.spans))
    return answer


def _check_enough(comments: pd.DataFrame, names: Sequence[str], recipe: Recipe) -> None:
    if not names:
        raise TrainingError(
            "no labels to train from; give at least one label file with judgements whose texts are present"
        )
    for name in names:
        for answer, word in ((1, "positive"), (0, "negative")):
            count = int((comments[name] == answer).sum())
            if count < LEAST_POSITIVES:
                raise TrainingError(
                    f"label {name}: {count} {word} comments of {len(comments)}; expected at least {LEAST_POSITIVES}: "
                    "label more comments, or leave the column out"
                )


def _folds(comments: pd.DataFrame, names: Sequence[str], recipe: Recipe) -> NDArray[np.int64]:
    """Assign each comment a fold; a group stays in one, and each combination of answers is spread evenly."""
    if comments["group"].nunique() < recipe.folds:
        raise TrainingError(
            f"only {comments['group'].nunique()} groups of comments that do not share thread, article or near-duplicates; "
            f"expected at least {recipe.folds}, one for each fold: label comments of more threads"
        )
    combination = comments[list(names)].fillna(-1).astype(str).agg(" ".join, axis=1)
    rare = combination.map(combination.value_counts()) < recipe.folds
    combination = combination.mask(rare, combination.mode()[0])
    splitter = StratifiedGroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    folds = np.zeros(len(comments), dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(comments, combination, comments["group"])):
        folds[held_out] = number
    for name in names:
        for answer, word in ((1, "positive"), (0, "negative")):
            if np.unique(folds[comments[name] == answer]).size < 2:
                raise TrainingError(
                    f"label {name}: all {word} comments share threads, articles or near-duplicates, so that none is left "
                    "to learn from when they are held out: label comments of other threads, or leave the column out"
                )
    return folds
