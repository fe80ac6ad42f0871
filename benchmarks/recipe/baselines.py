"""Baselines: what costs nothing, and what a tutorial builds."""

import numpy as np

from benchmarks.quality.subject import plain_held_out
from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH


def length(base: Base) -> Scored:
    """Take the longer comment for the worse one."""
    characters = base.data.comments["text"].str.len().to_numpy().astype(np.float64)
    return Scored(dict.fromkeys(BOTH, characters))


def majority(base: Base) -> Scored:
    """Say the same of every comment; the average precision is the share of positives."""
    return Scored(dict.fromkeys(BOTH, np.zeros(len(base.labels))))


def tutorial(base: Base) -> Scored:
    """Train a scikit-learn recipe on whole comments, on the same folds."""
    comments = base.data.comments
    texts, folds = comments["text"].tolist(), comments["fold"].to_numpy()
    answers = {label: comments[label].to_numpy() for label in BOTH}
    return Scored({label: plain_held_out(texts, y, folds, ~np.isnan(y)) for label, y in answers.items()})


GROUP = Group(
    "Baselines",
    "TF-IDF and logistic regression as a scikit-learn tutorial builds them, without folding, names, sentences or copies; the "
    "length of a comment; and one answer for all.",
    [
        Variant("scikit-learn, as in a tutorial", tutorial),
        Variant("length alone", length),
        Variant("majority", majority),
    ],
)
