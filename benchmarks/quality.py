"""How well the model does, beside what a user would take instead, in one run.

Part 1, grouped cross-validation on labels/: our recipe and the plain scikit-learn recipe (word 1-2 and char_wb 2-5
TF-IDF on lower-cased text, logistic regression with its defaults, whole comments only) on the same folds.
Part 2, transfer: both trained on all of labels/, tested on public French sets that are never trained on; the few of their
texts that fold to a training text ("oui", "...") are left out.

    MODERATION_SHARED=../shared python benchmarks/quality.py [--write docs/quality-figures.md]

Without the data sets, part 1 runs on the comments of labels/ alone, and part 2 is left out; both is said.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from moderation import Model
from moderation.dataset import Data, Recipe, prepare
from moderation.evaluation import FIGURES, RESAMPLES, figures
from moderation.labels import join, label_files, read_labels
from moderation.policy import Policy
from moderation.training import train

ROOT = Path(__file__).parent.parent
SHARED = ROOT / os.environ.get("MODERATION_SHARED", "../shared")
Numbers = NDArray[np.float64]
Answers = NDArray[np.int64]


class Set(NamedTuple):
    """A public set that is only evaluated on: its file, the column that answers, and our label that should find it."""

    name: str
    column: str
    label: str


SETS = (
    Set("toxifrench_balanced", "toxic", "insult"),
    Set("cyberagression_large", "insult", "insult"),
    Set("hatecheck_fr", "toxic", "insult"),
    Set("sms_spam_fr", "spam", "spam"),
)


def plain_recipe() -> Pipeline:
    """Return what a tutorial would build."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, characters), LogisticRegression(max_iter=1000))


def difference(y: Answers, ours: Numbers, plain: Numbers, groups: Answers) -> list[float]:
    """Return the difference of average precision and its 95 % interval, both recipes on the same resampled groups."""
    members = np.unique(groups, return_inverse=True)[1]
    size = int(members.max()) + 1
    rng = np.random.default_rng(0)
    found = []
    for _ in range(RESAMPLES):
        weight = rng.multinomial(size, np.full(size, 1 / size)).astype(float)[members]
        if np.unique(y[weight > 0]).size == 2:
            a = average_precision_score(y, ours, sample_weight=weight)
            b = average_precision_score(y, plain, sample_weight=weight)
            found.append(float(a - b))
    value = average_precision_score(y, ours) - average_precision_score(y, plain)
    return [float(value), *map(float, np.percentile(found, [2.5, 97.5]))]


def rows(where: str, y: Answers, scores: dict[str, Numbers], groups: Answers) -> Iterator[str]:
    """Yield the lines of the table for one label on one set; the first score is ours, the second the plain recipe's."""
    for name, p in scores.items():
        cells = ["{:.3f} [{:.3f}, {:.3f}]".format(*value) for value in figures(y, p, groups).values()]
        yield f"| {where} | {len(y)} | {int(y.sum())} | {name} | " + " | ".join(cells) + " |"
    ours, plain = list(scores.values())[:2]
    value, low, high = difference(y, ours, plain, groups)
    missing = (1 - average_precision_score(y, ours)) / (1 - average_precision_score(y, plain))
    yield f"| {where} | | | difference | {value:+.3f} [{low:+.3f}, {high:+.3f}], ratio of 1 - AP {missing:.2f} | | | |"


def cross_validated(data: Data, label: str) -> Numbers:
    """Return the out-of-fold probabilities of the plain recipe on our folds."""
    comments, found = data.comments, np.zeros(len(data.comments))
    for fold in sorted(comments["fold"].unique()):
        learn = comments[(comments["fold"] != fold) & comments[label].notna()]
        held_out = (comments["fold"] == fold).to_numpy()
        model = plain_recipe().fit(learn["text"], learn[label].astype(int))
        found[held_out] = model.predict_proba(comments.loc[held_out, "text"])[:, 1]
    return found


def read_set(name: str, column: str, model: Model) -> tuple[list[str], Answers]:
    """Read the rows of a public set that answer a question and are not among the training texts."""
    with (SHARED / "data" / "evaluate" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        found = [(row["text"], int(row[column])) for row in csv.DictReader(stream) if row[column] in {"0", "1"}]
    found = [(text, answer) for text, answer in found if not model.was_trained_on(text)]
    return [text for text, _ in found], np.array([answer for _, answer in found])


def main(say: Callable[[str], None]) -> None:
    """Run both parts."""
    data_sets = SHARED / "data" / "train"
    joined = join([x for path in label_files([ROOT / "labels"]) for x in read_labels(path)], data_sets)
    if joined.missing:
        say(f"Not joined, the data sets are absent: {joined.missing}.\n")
    say(
        "| set | comments | positive | recipe | "
        + " | ".join(FIGURES)
        + " |\n|---|---|---|---|"
        + "---|" * len(FIGURES)
    )
    trained = train(joined)
    data = prepare(joined, Recipe())
    frame = trained.out_of_fold
    for label in data.labels:
        plain = cross_validated(data, label)
        length = data.comments["text"].str.len().to_numpy().astype(float)
        parts = {"labels/, all": frame[label].notna().to_numpy()}
        parts["labels/, with text"] = parts["labels/, all"] & ~frame["by_reference"].to_numpy()
        parts["labels/, real messages"] = parts["labels/, all"] & frame["by_reference"].to_numpy()
        for part, use in parts.items():
            scores = {"ours": frame[f"p_{label}"].to_numpy(), "plain": plain, "length alone": length / length.max()}
            y, groups = frame[label].to_numpy()[use].astype(int), frame["group"].to_numpy()[use]
            for line in rows(f"{label}: {part}", y, {name: p[use] for name, p in scores.items()}, groups):
                say(line)
    if not (SHARED / "data" / "evaluate").is_dir():
        say("\nTransfer is left out: the public sets are absent.")
        return
    model = trained.model
    for found in SETS:
        texts, y = read_set(found.name, found.column, model)
        learn = data.comments[data.comments[found.label].notna()]
        plain = plain_recipe().fit(learn["text"], learn[found.label].astype(int)).predict_proba(texts)[:, 1]
        ours = np.array([scores.probabilities[found.label] for scores in model.score(texts)])
        for line in rows(
            f"transfer to {found.name} ({found.column})", y, {"ours": ours, "plain": plain}, np.arange(len(y))
        ):
            say(line)
    false_alarms(model, say)


def false_alarms(model: Model, say: Callable[[str], None]) -> None:
    """Print the share of clean texts that the shipped thresholds would send to a person for a label."""
    policy = Policy.of(model)
    say("\nFlagged for a label at the shipped review threshold, of texts that are clean:\n")
    say("| set | texts | flagged |\n|---|---|---|")
    with (SHARED / "data" / "evaluate" / "hatecheck_fr.csv").open(encoding="utf-8", newline="") as stream:
        cases = list(csv.DictReader(stream))
    clean = {
        f"HateCheck-fr {function}": [case["text"] for case in cases if case["source"].endswith(function)]
        for function in (
            "ident_neutral_nh",
            "ident_pos_nh",
            "counter_quote_nh",
            "counter_ref_nh",
            "profanity_nh",
            "negate_neg_nh",
        )
    }
    with (SHARED / "data" / "evaluate" / "bambara_unlabelled.csv").open(encoding="utf-8", newline="") as stream:
        clean["clean Bambara"] = [row["text"] for row in csv.DictReader(stream)]
    for name, texts in clean.items():
        flagged = sum(bool(policy.action(scores)[1]) for scores in model.score(texts))
        say(f"| {name} | {len(texts)} | {flagged / max(1, len(texts)):.1%} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="also write the tables to this file")
    arguments = parser.parse_args()
    lines: list[str] = []

    def say(line: str) -> None:
        """Print a line and keep it."""
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    main(say)
    if arguments.write:
        heading = "# Figures\n\nWritten by `make quality`; do not edit. What they mean: [quality.md](quality.md).\n\n"
        arguments.write.write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
