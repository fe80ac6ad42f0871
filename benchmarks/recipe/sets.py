"""Data: what the real messages are worth, at which weight, and what the public sets' own answers would be.

The messages of four sets are judged anew in the label files. Their own answers stand in for these in training alone, in the
folds that do not hold the message out; what is asked is always our judgement. The other sets are more training comments.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.quality.subject import Subject
from benchmarks.recipe.base import Base, Group, Scored, Variant
from benchmarks.recipe.validation import BOTH, INSULT, SPAM, Answers, Task, validated
from moderation.dataset import Recipe
from moderation.duplicates import near_duplicates
from moderation.features.counts import count
from moderation.scores import units

WEIGHTS = (0.1, 0.3, 1.0)
OWN_WEIGHTS = (0.3, 1.0)  # beside the row that leaves the set out, which is weight 0
#: Set -> its column that comes nearest to our question of insult.
JUDGED_ANEW = {
    "toxifrench_annotation": "toxic",
    "mlma_fr": "insult",
    "surge_toxicity_en": "toxic",
    "ftr_racism": "hate",
}


def real_messages(weight: float) -> Variant:
    """Return the variant where what is known by reference weighs otherwise."""

    def run(base: Base) -> Scored:
        real = base.data.comments["by_reference"].to_numpy()[base.data.owner]
        return Scored(validated(Task(base.data, weight=np.where(real, weight, 1.0))))

    return Variant(f"real messages at weight {weight:g}", run)


def without_real(base: Base) -> Scored:
    """Learn from the comments with text alone."""
    real = base.data.comments["by_reference"].to_numpy()[base.data.owner]
    return Scored(validated(Task(base.data, BOTH, taught=~real)))


def without_ours(base: Base) -> Scored:
    """Learn from the real messages alone."""
    real = base.data.comments["by_reference"].to_numpy()[base.data.owner]
    return Scored(validated(Task(base.data, INSULT, taught=real)))


def without(name: str) -> Variant:
    """Return the variant that does not learn from one set."""

    def run(base: Base) -> Scored:
        return Scored(validated(Task(base.data, taught=~_members(base, name)[base.data.owner])))

    return Variant(f"without `{name}`", run)


def own_answers(name: str, column: str, weight: float) -> Variant:
    """Return the variant that learns a set's messages by the set's own answers, each sentence inheriting them."""

    def run(base: Base) -> Scored:
        rows = Subject().read(name, "train")  # first, for where it is absent
        own = {row["id"]: int(row[column]) for row in rows if row[column]}
        data = base.data
        members = _members(base, name)[data.owner]
        theirs = np.array([own.get(label.id, -1) for label in base.labels])[data.owner]
        answers = np.where(members, theirs, data.answers["insult"])
        inherited = np.where(members, (theirs == 1) & ~data.whole, data.inherited["insult"])
        changed = replace(data, answers={"insult": answers}, inherited={"insult": inherited})
        task = Task(changed, taught=~(members & data.copy), weight=np.where(members, weight, 1.0))
        return Scored(validated(task))

    return Variant(f"`{name}` by its own `{column}`, weight {weight:g}", run)


def added(name: str, label: str, weight: float) -> Variant:
    """Return the variant that learns from a set that is not in the label files."""

    def run(base: Base) -> Scored:
        rows = [row for row in Subject().read(name, "train") if row[label]]
        texts = [row["text"] for row in rows]
        fresh = new(texts, base)
        answers = np.array([int(rows[number][label]) for number in fresh])
        task = with_more(base, [texts[number] for number in fresh], answers, label, weight)
        return Scored(validated(task), f"{len(fresh)} of {len(texts)} comments")

    return Variant(f"`{name}` by its own `{label}`, weight {weight:g}", run)


def new(texts: Sequence[str], base: Base) -> list[int]:
    """Return the numbers of the texts that have no copy or near-duplicate among the labels."""
    known = base.data.comments["text"].tolist()
    pairs = near_duplicates([*known, *texts])
    stale = {second - len(known) for first, second, _ in pairs if first < len(known) <= second}
    return [number for number in range(len(texts)) if number not in stale]


def with_more(base: Base, texts: Sequence[str], answers: Answers, label: str, weight: float) -> Task:
    """Return the task of one label with more comments, which teach in every fold and are not asked."""
    data, recipe = base.data, Recipe()
    ranges = [(number, span) for number, text in enumerate(texts) for span in units(text)]
    numbers = np.array([number for number, _ in ranges], dtype=np.int64)
    parts = [texts[number][start:end] for number, (start, end) in ranges]
    whole = np.diff(numbers, prepend=-1) > 0
    more = pd.DataFrame({"text": list(texts), "fold": -1, label: answers.astype(float)})
    taught = answers[numbers]
    extended = replace(
        data,
        comments=pd.concat([data.comments[["text", "fold", label]], more], ignore_index=True),
        owner=np.append(data.owner, numbers + len(data.comments)),
        whole=np.append(data.whole, whole),
        copy=np.append(data.copy, np.zeros(len(parts), dtype=bool)),
        counts=count([*base.texts, *parts], recipe.ranges, recipe.min_df),
        answers={label: np.append(data.answers[label], taught)},
        inherited={label: np.append(data.inherited[label], (taught == 1) & ~whole)},
    )
    weights = np.append(np.ones(len(data.owner)), np.full(len(parts), weight))
    return Task(extended, (label,), weight=weights)


def _members(base: Base, name: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (base.data.comments["by_reference"] & (base.data.comments["source"] == name)).to_numpy()


GROUP = Group(
    "Data",
    "Shipped: all label files, each comment at weight 1. All but `jigsaw_small_en` and `youtube_spam_en` are judged anew in "
    "`labels/rejudged.csv`: their rows learn by the set's own answers instead of ours, in the folds that do not hold the message "
    "out, and what is asked is our judgement. The two are added whole, without what stands in `labels/` or nearly so.",
    [
        Variant("without real messages", without_real),
        Variant("without the comments with text", without_ours),
        *(real_messages(weight) for weight in (0.5, 2.0)),
        *(
            variant
            for name, column in JUDGED_ANEW.items()
            for variant in (without(name), *(own_answers(name, column, weight) for weight in OWN_WEIGHTS))
        ),
        *(added("jigsaw_small_en", *INSULT, weight) for weight in WEIGHTS),
        *(added("youtube_spam_en", *SPAM, weight) for weight in WEIGHTS),
    ],
)
