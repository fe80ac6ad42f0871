"""Part 2: training, beside the same from stock scikit-learn parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from benchmarks.speed.corpus import LABELS, Comment
from benchmarks.speed.rows import Row, alternate, timed
from benchmarks.speed.stock import tfidf
from moderation.dataset import Data, Recipe
from moderation.features.counts import count
from moderation.text import fold
from moderation.training import fit


def training(comments: Sequence[Comment], runs: int) -> Row:
    """Vocabulary, matrix and one logistic regression a label, on whole comments."""
    folded = [fold(text).text for text, _ in comments]
    answers = np.array([comment.answers for comment in comments])
    calls = {"ours": timed(our_training, comments), "stock": timed(stock_training, folded, answers)}
    found = alternate(runs, calls)
    bar = 8 if len(comments) >= 100_000 else None
    name = f"train on {len(comments):,} comments ({runs} {'runs' if runs > 1 else 'run'})"
    return Row(name, "TfidfVectorizer, LogisticRegression", "s", float(found["ours"]), float(found["stock"]), bar)


def our_training(comments: Sequence[Comment]) -> None:
    """Fold, count and fit as `moderation.training` does."""
    recipe, size = Recipe(), len(comments)
    counts = count([text for text, _ in comments], recipe.ranges, recipe.min_df)
    answers = dict(zip(LABELS, np.array([comment.answers for comment in comments]).T, strict=True))
    inherited = {label: np.zeros(size, dtype=bool) for label in LABELS}
    every = np.ones(size, dtype=bool)
    fit(Data(pd.DataFrame(), np.arange(size), every, counts, answers, inherited), recipe, every, jobs=-1)


def stock_training(folded: Sequence[str], answers: NDArray[np.int64]) -> None:
    """Do the same as a scikit-learn pipeline with one classifier a label."""
    recipe = Recipe()
    union = make_union(
        tfidf("word", recipe.word_range, min_df=recipe.min_df, max_features=recipe.max_words),
        tfidf("char", recipe.char_range, min_df=recipe.min_df, max_features=recipe.max_chars),
    )
    matrix = sparse.csr_matrix(union.fit_transform(folded))
    for column in answers.T:
        judged = column >= 0
        LogisticRegression(C=recipe.c, solver="liblinear", max_iter=1000).fit(matrix[judged], column[judged])
