"""What is measured: the shipped model, the label files with their cross-validation, and the public sets."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from moderation import Model, Policy, Scores
from moderation.dataset import Data, Recipe, prepare
from moderation.labels import Joined, Label, adjudicate, join, label_files, read_labels
from moderation.training import Trained, train

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / os.environ.get("MODERATION_SHARED", "../shared")
Numbers = NDArray[np.float64]
Answers = NDArray[np.int64]


class Absent(Exception):
    """A data set is not here."""


@dataclass(frozen=True)
class Judged:
    """A public set with its own answers, without the texts that the model was trained on.

    Parameters
    ----------
    rows
        The columns of the file, in the order of `texts` and `y`.
    known
        How many texts were left out because the model was trained on them ("oui", "...").
    """

    name: str
    texts: list[str]
    y: Answers
    rows: list[dict[str, str]]
    known: int

    @property
    def note(self) -> str:
        """Say what was left out."""
        return f"{self.name}: {self.known} of {len(self.texts) + self.known} texts left out, the model was trained on them."


@dataclass(frozen=True)
class Subject:
    """Everything that several parts need, each found once and only when a part asks for it.

    Parameters
    ----------
    jobs
        Processes for the cross-validation, -1 for all cores.
    """

    jobs: int = -1

    @cached_property
    def model(self) -> Model:
        """The shipped model."""
        return Model.load()

    @cached_property
    def policy(self) -> Policy:
        """The thresholds of its card."""
        return Policy.of(self.model)

    @cached_property
    def joined(self) -> Joined:
        """All label files, with the texts of the sets that they refer to where these are here."""
        folder = SHARED / "data" / "train"
        labels = [label for path in label_files([ROOT / "labels"]) for label in read_labels(path)]
        return join(labels, folder if folder.is_dir() else None)

    @cached_property
    def trained(self) -> Trained:
        """A model trained on them anew, with what it says of comments held out."""
        return train(self.joined, jobs=self.jobs)

    @cached_property
    def data(self) -> Data:
        """What that training read."""
        return prepare(self.joined, Recipe())

    @cached_property
    def labels(self) -> list[Label]:
        """The adjudicated labels, in the order of the rows of `data` and `trained`."""
        return [label for label in adjudicate(self.joined.labels) if not label.is_flood]

    @cached_property
    def plain(self) -> dict[str, Numbers]:
        """Label -> out-of-fold probabilities of the plain recipe on our folds."""
        comments = self.data.comments
        found = {}
        for label in self.data.labels:
            y, judged = comments[label].to_numpy(), comments[label].notna().to_numpy()
            found[label] = plain_held_out(comments["text"].tolist(), y, comments["fold"].to_numpy(), judged)
        return found

    def read(self, name: str, folder: str = "evaluate") -> list[dict[str, str]]:
        """Read the rows of a data set.

        Raises
        ------
        Absent
            Where its file is not here.
        """
        path = SHARED / "data" / folder / f"{name}.csv"
        if not path.is_file():
            raise Absent(
                f"Left out: data/{folder}/{name}.csv is not here (MODERATION_SHARED names the folder above data/)."
            )
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def judged(self, name: str, column: str) -> Judged:
        """Read the rows of an evaluation set that answer a question."""
        rows = [row for row in self.read(name) if row[column] in {"0", "1"}]
        kept = [row for row in rows if not self.model.was_trained_on(row["text"])]
        y = np.array([int(row[column]) for row in kept])
        return Judged(name, [row["text"] for row in kept], y, kept, len(rows) - len(kept))

    def probabilities(self, texts: Sequence[str], label: str) -> Numbers:
        """Return what the shipped model says."""
        return np.array([scores.probabilities[label] for scores in self.model.score(texts)])

    def flagged(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which texts the shipped thresholds send to a person for a label."""
        return np.array([self.calls(scores) for scores in self.model.score(texts)], dtype=bool)

    def calls(self, scores: Scores) -> bool:
        """Whether scores reach a threshold of a label."""
        return bool(self.policy.action(scores)[1])


def plain_recipe() -> Pipeline:
    """Return what a tutorial would build."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, characters), LogisticRegression(max_iter=1000))


def plain_held_out(texts: Sequence[str], y: Numbers, folds: Answers, judged: NDArray[np.bool_]) -> Numbers:
    """Return for each text the probability of a plain recipe that has not seen its fold; folds below 0 only teach."""
    found, all_texts = np.zeros(len(texts)), np.array(texts, dtype=object)
    for fold in np.unique(folds[folds >= 0]):
        learn, held_out = (folds != fold) & judged, folds == fold
        model = plain_recipe().fit(all_texts[learn], y[learn].astype(int))
        found[held_out] = model.predict_proba(all_texts[held_out])[:, 1]
    return found
