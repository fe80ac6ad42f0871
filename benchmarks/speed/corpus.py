"""The comments that are scored and trained on: those of labels/ and of the public sets, shuffled sentence by sentence."""

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from moderation.labels import adjudicate, join, label_files, read_labels
from moderation.text import sentences

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / os.environ.get("MODERATION_SHARED", "../shared")
MEAN_LENGTH = 280  # of a comment, in characters
LABELS = ("insult", "spam")
Answers = tuple[int, ...]  # one a label: 1, 0, or -1 for not judged


class Comment(NamedTuple):
    """A text and its answers, one for each of `LABELS`."""

    text: str
    answers: Answers


def judged_comments() -> list[Comment]:
    """Return the comments of labels/ whose text is here."""
    joined = join([x for path in label_files([ROOT / "labels"]) for x in read_labels(path)], SHARED / "data" / "train")
    labels = [label for label in adjudicate(joined.labels) if label.text and not label.is_flood]
    return [Comment(label.text or "", tuple(_answer(label.answers.get(name)) for name in LABELS)) for label in labels]


def _answer(answer: int | None) -> int:
    return -1 if answer is None else answer


def unjudged_comments() -> Iterator[Comment]:
    """Yield the texts of the public sets, if they are here."""
    for path in sorted((SHARED / "data" / "train").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            yield from (Comment(row["text"], (-1,) * len(LABELS)) for row in csv.DictReader(stream) if row["text"])


def varied(comments: Sequence[Comment], count: int, seed: int = 0) -> list[Comment]:
    """Return so many comments made of the sentences of given ones, none twice; only equal answers are mixed."""
    rng = np.random.default_rng(seed)
    pieces: dict[Answers, list[str]] = {}
    for text, answers in comments:
        pieces.setdefault(answers, []).extend(text[start:end] for start, end in sentences(text))
    groups = [answers for _, answers in comments if pieces.get(answers)]
    found: dict[str, Answers] = {}
    while len(found) < count:
        answers = groups[rng.integers(len(groups))]
        found.setdefault(_shuffled(pieces[answers], rng), answers)
    return [Comment(*item) for item in found.items()]


def _shuffled(pieces: Sequence[str], rng: np.random.Generator) -> str:
    """Join sentences drawn at random; the lengths spread as those of comments do, most short, some long."""
    wanted, chosen = rng.gamma(1.5, MEAN_LENGTH / 1.5), []
    while (
        not chosen or sum(map(len, chosen)) + len(chosen) + 20 < wanted
    ):  # 20: half a sentence, so that the mean holds
        chosen.append(pieces[rng.integers(len(pieces))])
    return " ".join(chosen)
