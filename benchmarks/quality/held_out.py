"""Grouped cross-validation on labels/: ours and the plain recipe on the same folds, calibration, the shipped thresholds."""

from collections.abc import Iterator

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.quality.pictures import precision_recall_picture, reliability_picture
from benchmarks.quality.report import Bar, Section, interval, table
from benchmarks.quality.subject import Answers, Numbers, Subject
from moderation.evaluation import FIGURES, MORE_FIGURES, at_threshold, difference, figures
from moderation.model_files import WEIGHTS, shipped_model

COLUMNS = ["set", "comments", "positive", "recipe", *FIGURES, *MORE_FIGURES]
LEAST_AVERAGE_PRECISION = {"insult": 0.90, "spam": 0.97}
MOST_CALIBRATION_ERROR = 0.03
MOST_MEGABYTES = 8.0


def section(subject: Subject) -> Section:
    """Return the figures of comments that the model scoring them had not seen."""
    frame = subject.trained.out_of_fold
    rows: list[list[str]] = []
    bands: list[list[str]] = []
    bars: list[Bar] = []
    curves: dict[str, tuple[Answers, Numbers]] = {}
    for label in subject.data.labels:
        length = subject.data.comments["text"].str.len().to_numpy().astype(float)
        scores = {
            "ours": frame[f"p_{label}"].to_numpy(),
            "plain": subject.plain[label],
            "length alone": length / length.max(),
        }
        judged, by_reference = frame[label].notna().to_numpy(), frame["by_reference"].to_numpy()
        parts = {"all": judged, "with text": judged & ~by_reference, "real messages": judged & by_reference}
        for part, use in parts.items():
            y, groups = frame[label].to_numpy()[use].astype(np.int64), frame["group"].to_numpy()[use]
            if np.unique(y).size == 2:
                name, used = f"{label}: labels/, {part}", {recipe: p[use] for recipe, p in scores.items()}
                rows += compared(name, y, used, groups)
                bands.append(_bands(subject, label, name, y, used["ours"], groups))
        y, p = frame[label].to_numpy()[judged].astype(np.int64), scores["ours"][judged]
        curves[label] = y, p
        bars += _bars(label, y, p)
    lines = [*_about(subject), *table(COLUMNS, rows), "", "At the thresholds of the shipped model:", ""]
    columns = [
        "set",
        *(f"{what} at {band}" for band in ("review", "reject") for what in ("precision", "recall", "flagged")),
    ]
    lines += table(columns, bands)
    lines += [
        "",
        "![Reliability of the probabilities](reliability.svg)",
        "",
        "![Precision and recall](precision-recall.svg)",
    ]
    size = (shipped_model() / WEIGHTS).stat().st_size / 1e6
    bars.append(Bar("size of the shipped model", size, "<=", MOST_MEGABYTES, unit=" MB"))
    pictures = {
        "reliability.svg": reliability_picture(curves),
        "precision-recall.svg": precision_recall_picture(curves),
    }
    return Section("Grouped cross-validation on labels/", lines, bars, pictures)


def compared(name: str, y: Answers, scores: dict[str, Numbers], groups: Answers) -> Iterator[list[str]]:
    """Yield a row for each recipe, and one for the first minus the second in average precision."""
    for recipe, p in scores.items():
        found = figures(y, p, groups, wanted=FIGURES | MORE_FIGURES)
        yield [name, str(len(y)), str(int(y.sum())), recipe, *map(interval, found.values())]
    ours, plain = list(scores.values())[:2]
    found_difference = difference(FIGURES["average_precision"], y, ours, plain, groups)
    ratio = (1 - average_precision_score(y, ours)) / (1 - average_precision_score(y, plain))
    text = f"{interval(found_difference, '+')}, ratio of 1 - AP {ratio:.2f}"
    yield [name, "", "", "difference", text, *[""] * (len(FIGURES) + len(MORE_FIGURES) - 1)]


def _bands(subject: Subject, label: str, name: str, y: Answers, p: Numbers, groups: Answers) -> list[str]:
    wanted = at_threshold("review", subject.policy.review[label]) | at_threshold("reject", subject.policy.reject[label])
    return [name, *map(interval, figures(y, p, groups, wanted=wanted).values())]


def _bars(label: str, y: Answers, p: Numbers) -> Iterator[Bar]:
    one = np.ones(len(y))
    if label in LEAST_AVERAGE_PRECISION:
        value = FIGURES["average_precision"](y, p, one)
        yield Bar(f"{label}: average precision, cross-validation", value, ">=", LEAST_AVERAGE_PRECISION[label])
        value = MORE_FIGURES["expected_calibration_error"](y, p, one)
        yield Bar(f"{label}: expected calibration error, cross-validation", value, "<=", MOST_CALIBRATION_ERROR)


def _about(subject: Subject) -> list[str]:
    """Say what could not be joined, and whether the shipped model is the one that these labels give."""
    lines = []
    if subject.joined.missing:
        lines += [f"Not joined, the data sets are absent: {subject.joined.missing}.", ""]
    if np.array_equal(subject.trained.model.weights, subject.model.weights):
        return [*lines, "The shipped model is the one that these labels give.", ""]
    return [
        *lines,
        "The shipped model is **not** the one that these labels give: other label files, or other versions.",
        "",
    ]
