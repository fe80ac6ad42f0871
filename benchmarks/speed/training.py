"""Part 2: training, beside the same from stock scikit-learn parts."""

from collections.abc import Iterator, Sequence
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from benchmarks.speed.corpus import LABELS, Comment
from benchmarks.speed.rows import Row, alternate
from benchmarks.speed.stock import tfidf
from moderation.dataset import Data, Recipe
from moderation.features.counts import COMPILED_FROM, count, side_by_side
from moderation.text import fold
from moderation.training import learn_blocks, regress


def training(comments: Sequence[Comment], runs: int) -> Iterator[Row]:
    """Vocabulary, matrix and one logistic regression a label, on whole comments; then the two parts of that time."""
    count(["Merci."] * COMPILED_FROM, Recipe().ranges, 1)  # loads and compiles the kernel
    folded = [fold(text).text for text, _ in comments]
    answers = np.array([comment.answers for comment in comments])
    found = alternate(runs, {"ours": lambda: our_training(comments), "stock": lambda: stock_training(folded, answers)})
    bar = 8 if len(comments) >= 100_000 else None
    name, against = f"train on {len(comments):,} comments", "stock scikit-learn"
    parts = [f"{name} ({runs} {'runs' if runs > 1 else 'run'})", f"{name}: vocabulary and matrix", f"{name}: liblinear"]
    for part, title in enumerate(parts):
        ours, stock = float(found["ours"][part]), float(found["stock"][part])
        yield Row(title, against, "s", ours, stock, None if part else bar)


def our_training(comments: Sequence[Comment]) -> tuple[float, ...]:
    """Fold, count and fit as `moderation.training` does, one label a thread; return the seconds: all, matrix, fits."""
    recipe, size = Recipe(), len(comments)
    start = perf_counter()
    counts = count([text for text, _ in comments], recipe.ranges, recipe.min_df)
    answers = dict(zip(LABELS, np.array([comment.answers for comment in comments]).T, strict=True))
    inherited = {label: np.zeros(size, dtype=bool) for label in LABELS}
    every = np.ones(size, dtype=bool)
    data = Data(pd.DataFrame(), np.arange(size), every, counts, answers, inherited)
    matrix = side_by_side(counts, learn_blocks(data, recipe, None), None)
    made = perf_counter()
    regress(data, recipe, every, matrix, jobs=-1)
    return perf_counter() - start, made - start, perf_counter() - made


def stock_training(folded: Sequence[str], answers: NDArray[np.int64]) -> tuple[float, ...]:
    """Do the same as a scikit-learn pipeline with one classifier a label."""
    recipe = Recipe()
    start = perf_counter()
    union = make_union(
        tfidf("word", recipe.word_range, min_df=recipe.min_df, max_features=recipe.max_words),
        tfidf("char", recipe.char_range, min_df=recipe.min_df, max_features=recipe.max_chars),
    )
    matrix = sparse.csr_matrix(union.fit_transform(folded))
    made = perf_counter()
    for column in answers.T:
        judged = column >= 0
        LogisticRegression(C=recipe.c, solver="liblinear", max_iter=1000).fit(matrix[judged], column[judged])
    return perf_counter() - start, made - start, perf_counter() - made
