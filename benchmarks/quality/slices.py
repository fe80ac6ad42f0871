"""Slices: the cross-validation by how a comment is written, its length, language, target and topic."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.report import Section, interval, table
from benchmarks.quality.subject import Subject
from moderation.evaluation import FIGURES, at_threshold, figures
from moderation.labels import MARKED, Label
from moderation.text import fold

LEAST = 20  # comments of each answer; with fewer a figure says nothing
LENGTHS = ((0, 20), (21, 100), (101, 300), (301, 1000), (1001, 10_000_000))
LEAST_LETTERS = 40  # French of so many letters has an accent where the writer sets them
Mask = NDArray[np.bool_]


def section(subject: Subject) -> Section:
    """Return a row for each slice and label that has enough comments of both answers."""
    frame, labels = subject.trained.out_of_fold, subject.labels
    lines = []
    for label in subject.data.labels:
        judged = frame[label].notna().to_numpy()
        threshold = at_threshold("review", subject.policy.review[label])
        wanted = {name: FIGURES[name] for name in ("average_precision", "roc_auc")} | threshold
        rows = []
        for name, use in _slices(labels, frame[label].to_numpy() == 1):
            part = frame[use & judged]
            y = part[label].to_numpy().astype(np.int64)
            if np.bincount(y, minlength=2).min() >= LEAST:
                found = figures(y, part[f"p_{label}"].to_numpy(), part["group"].to_numpy(), wanted=wanted)
                rows.append([name, len(y), int(y.sum()), *map(interval, found.values())])
        lines += [f"`{label}`:", "", *table(["slice", "comments", "positive", *wanted], rows), ""]
    return Section("Slices of the cross-validation", lines)


def _slices(labels: list[Label], positive: Mask) -> Iterator[tuple[str, Mask]]:
    """Yield name and members of each slice."""
    texts = [label.text or "" for label in labels]
    yield "all", np.ones(len(labels), dtype=bool)
    capitals = np.array(["capitals" in fold(text).markers for text in texts])
    french = np.array([label.language.split("+")[0] == "fr" or label.source in _FRENCH for label in labels])
    long = np.array([sum(map(str.isalpha, text)) >= LEAST_LETTERS for text in texts])
    accents = np.array([bool(re.search(r"[À-ÖØ-öø-ÿŒœ]", text)) for text in texts])
    yield "in capitals", capitals
    yield "not in capitals", ~capitals
    yield f"French of {LEAST_LETTERS} letters or more without an accent", french & long & ~accents
    yield f"French of {LEAST_LETTERS} letters or more with accents", french & long & accents
    for low, high in LENGTHS:
        name = f"{low} to {high} characters" if high < LENGTHS[-1][1] else f"{low} characters and more"
        yield name, np.array([low <= len(text) <= high for text in texts])
    languages = np.array([_FRENCH.get(label.source, label.language) or _of_set(label.source) for label in labels])
    yield from ((f"language {name}", languages == name) for name in _names(languages))
    targets = np.array([label.target if label.answers.get(MARKED) == 1 else "" for label in labels])
    for name in _names(targets):  # the insults at one target beside all that is not positive
        yield f"target {name}", ~positive | (targets == name)
    topics = np.array([_topic(label) for label in labels])
    yield from ((f"topic {name}", topics == name) for name in _names(topics))


#: Sets by reference, whose rows name no language.
_FRENCH = dict.fromkeys(("mlma_fr", "ftr_racism", "toxifrench_annotation"), "fr")


def _of_set(source: str) -> str:
    return source.rpartition("_")[2] if source.endswith(("_en", "_fr")) else ""


def _topic(label: Label) -> str:
    """Return the label file, which is named for its topic; for a message by reference its set."""
    return label.source if label.sha256 else Path(label.place.split(": line ")[0]).stem


def _names(values: NDArray[np.str_]) -> list[str]:
    return sorted({str(value) for value in values} - {"", "none"})
