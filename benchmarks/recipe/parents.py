"""Context: the text of the comment that is answered, as features of its own."""

from dataclasses import replace

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import Task, validated
from moderation.dataset import Recipe
from moderation.features import Analyzer
from moderation.features.counts import count


def beside(*kinds: Analyzer) -> Variant:
    """Return the variant where each unit has the n-grams of its comment's parent in columns of their own."""

    def run(base: Base) -> Scored:
        ranges = {kind: span for kind, span in Recipe().ranges.items() if kind in kinds}
        found = count(base.parents(), ranges, Recipe().min_df)
        more = tuple(part.of_rows(base.data.owner) for part in found)
        data = replace(base.data, counts=(*base.data.counts, *more))
        return Scored(validated(Task(data)))

    return Variant(f"the parent's {' and '.join(f'{kind}s' for kind in kinds)} beside the comment's", run)


GROUP = Group(
    "Parent text",
    "Shipped: a comment is read without the one that it answers. Few comments of the label files answer one.",
    [beside("word"), beside("word", "char")],
    ("all", "with text", "answers"),
)
