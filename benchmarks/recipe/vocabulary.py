"""Vocabulary: how many n-grams a model needs, and what they weigh on disk."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import Task, validated
from moderation.dataset import Data, Recipe
from moderation.features import Block, Features
from moderation.features.counts import count
from moderation.training import learn_blocks

ALL = 1 << 31  # more than there are


def megabytes(blocks: Sequence[Block], labels: int, comments: int) -> float:
    """Return the size of the weights of a model in millions of bytes: what `moderation.model_files` writes, less its header.

    Four bytes for the idf and for each label's weight of each n-gram, the hash table, the n-grams, eight bytes a comment.
    """
    features = Features(tuple(blocks))
    cells = 4 * (1 + labels) * sum(len(block.ngrams) for block in blocks)
    letters = sum(len("\n".join(block.ngrams).encode()) for block in blocks)
    return float(cells + letters + features.slots.nbytes + 8 * comments + 4 * labels) / 1e6


def size(data: Data, recipe: Recipe) -> str:
    """Return the remark on a recipe: n-grams and megabytes when it has learnt from everything."""
    blocks = learn_blocks(data, recipe, None)
    ngrams = sum(len(block.ngrams) for block in blocks)
    return f"{ngrams:,} n-grams, {megabytes(blocks, len(data.labels), len(data.comments)):.1f} MB"


def most(ngrams: int) -> Variant:
    """Return the variant with so many words and as many character n-grams at most."""
    recipe = replace(Recipe(), max_words=ngrams, max_chars=ngrams)
    name = f"{ngrams:,} of each kind" if ngrams < ALL else "all"

    def run(base: Base) -> Scored:
        scores = base.reference if recipe == Recipe() else validated(Task(base.data, recipe=recipe))
        return Scored({"insult": scores["insult"]}, size(base.data, recipe))

    return Variant(name, run)


def in_at_least(min_df: int) -> Variant:
    """Return the variant where an n-gram must stand in so many units."""
    recipe = replace(Recipe(), min_df=min_df)

    def run(base: Base) -> Scored:
        data = replace(base.data, counts=count(base.texts, recipe.ranges, min_df))
        return Scored(validated(Task(data, recipe=recipe)), size(data, recipe))

    return Variant(f"in at least {min_df} units", run)


GROUP = Group(
    "Vocabulary",
    "Shipped: at most 90,000 words and word pairs and as many character n-grams, each in at least 3 units. The size is that of a "
    "model file trained on everything.",
    [*(most(ngrams) for ngrams in (10_000, 20_000, 40_000, 90_000, ALL)), *(in_at_least(min_df) for min_df in (2, 5))],
)
