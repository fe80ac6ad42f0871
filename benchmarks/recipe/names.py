"""Names: what it costs, or gives, that the model does not see whom a comment names."""

import math
from dataclasses import replace
from unittest.mock import patch

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH, Task, validated
from moderation.dataset import Recipe
from moderation.features import counts


def seen(base: Base) -> Scored:
    """Count the n-grams of names as those of any word, by the plain definition, whose names can be put aside."""
    with (
        patch.multiple("moderation.features", NAMES=frozenset(), blind=str),
        patch.object(counts, "COMPILED_FROM", math.inf),
    ):
        found = counts.count(base.texts, Recipe().ranges, Recipe().min_df)
    return Scored(validated(Task(replace(base.data, counts=found), BOTH)))


GROUP = Group(
    "Names",
    "Shipped: all names are read as one word. That is a choice of fairness, not of quality: this row is its price. Folding still "
    "knows the names, so that none is taken for a disguised insult.",
    [Variant("names are seen", seen)],
)
