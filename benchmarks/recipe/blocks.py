"""Which n-grams: words, characters, both, and the markers beside them."""

from dataclasses import replace

from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH, Task, validated
from moderation.features import Analyzer
from moderation.features.counts import count

Span = tuple[int, int] | None
MARKERS: Span = (1, 1)


def ngrams(name: str, words: Span, characters: Span, markers: Span = MARKERS) -> Variant:
    """Return the recipe on these n-grams; None leaves a block out."""
    kinds: dict[Analyzer, Span] = {"word": words, "char": characters, "marker": markers}

    def run(base: Base) -> Scored:
        ranges = {kind: span for kind, span in kinds.items() if span is not None}
        data = replace(base.data, counts=count(base.texts, ranges, Task(base.data).recipe.min_df))
        return Scored(validated(Task(data, BOTH)))

    return Variant(name, run)


GROUP = Group(
    "N-grams and blocks",
    "Shipped: words 1-2, characters 2-5, and markers.",
    [
        *(ngrams(f"words 1-{high}, no characters", (1, high), None) for high in (1, 2, 3)),
        *(
            ngrams(f"characters {low}-{high}, no words", None, (low, high))
            for low, high in ((2, 4), (2, 5), (3, 5), (2, 6))
        ),
        ngrams("words 1-1, characters 2-5", (1, 1), (2, 5)),
        ngrams("words 1-3, characters 2-5", (1, 3), (2, 5)),
        ngrams("words 1-2, characters 2-4", (1, 2), (2, 4)),
        ngrams("words 1-2, characters 2-6", (1, 2), (2, 6)),
        ngrams("words 1-2, characters 2-5, no markers", (1, 2), (2, 5), None),
    ],
)
