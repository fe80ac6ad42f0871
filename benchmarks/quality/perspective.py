"""Side by side with Perspective and others, whose published answers stand beside each row of toxifrench_balanced."""

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from benchmarks.quality.report import Bar, Section, interval, table
from benchmarks.quality.subject import Answers, Judged, Numbers, Subject
from moderation.evaluation import FIGURES, difference, figures

SCORES = ("perspective_toxicity", "perspective_insult")  # the others answer yes or no
ANSWERS = ("openai_moderation", "mistral_moderation", "gpt_4o", "llama_guard", "shield_gemma")
THEIR_THRESHOLD = 0.5
#: The accuracy that is reported for Perspective. The two scores that the set holds do not give it: TOXICITY at 0.5 has 0.662 on
#: all rows, either score at 0.5 has 0.682, and no threshold gives both 0.696 and the F1 of 0.616 reported with it.
LEAST_ACCURACY = 0.696
NEAR_ROC_AUC = 0.874
RANKED = {name: FIGURES[name] for name in ("roc_auc", "average_precision")}
DECIDED = {
    "accuracy": lambda y, p, w: float(accuracy_score(y, p >= 0.5, sample_weight=w)),
    "f1": lambda y, p, w: float(f1_score(y, p >= 0.5, sample_weight=w, zero_division=0)),
}


def section(subject: Subject) -> Section:
    """Return a table of systems; differences are ours minus theirs on the same resampled rows."""
    judged = subject.judged("toxifrench_balanced", "toxic")
    p = subject.probabilities(judged.texts, "insult")
    ours = p, (p >= subject.policy.review["insult"]).astype(float)
    rows = [["ours (insult)", f"{subject.policy.review['insult']:.3f}", *_figures(judged.y, *ours)]]
    apart = []
    for name in (*SCORES, *ANSWERS):
        theirs = _theirs(judged, name)
        rows.append([name, str(THEIR_THRESHOLD) if name in SCORES else "", *_figures(judged.y, *theirs)])
        apart.append([name, *_differences(judged.y, ours, theirs)])
    lines = [judged.note, "", *_best(judged, p), "", *table(["system", "threshold", *RANKED, *DECIDED], rows), ""]
    lines += ["Ours minus theirs:", "", *table(["system", *RANKED, *DECIDED], apart)]
    one = np.ones(len(judged.y))
    bars = [
        Bar(
            "toxifrench_balanced: accuracy at our threshold",
            DECIDED["accuracy"](judged.y, ours[1], one),
            ">=",
            LEAST_ACCURACY,
        ),
        Bar("toxifrench_balanced: ROC-AUC (Perspective's)", RANKED["roc_auc"](judged.y, p, one), ">=", NEAR_ROC_AUC),
    ]
    return Section("Side by side with Perspective on toxifrench_balanced", lines, bars)


def _best(judged: Judged, ours: Numbers) -> list[str]:
    """Say how much of an accuracy is the choice of the threshold."""
    scores = {"ours": ours} | {name: np.array([float(row[name]) for row in judged.rows]) for name in SCORES}
    found = {
        name: max((float(((p >= at) == judged.y).mean()), float(at)) for at in np.unique(p))
        for name, p in scores.items()
    }
    cells = ", ".join(f"{name} {accuracy:.3f} (at {at:.3f})" for name, (accuracy, at) in found.items())
    return [f"The best accuracy at any threshold, chosen on these rows and so flattered: {cells}."]


def _theirs(judged: Judged, name: str) -> tuple[Numbers | None, Numbers]:
    """Return scores, None where there are only answers, and answers."""
    values = np.array([float(row[name]) for row in judged.rows])
    return (values if name in SCORES else None), (values >= THEIR_THRESHOLD).astype(float)


def _figures(y: Answers, scores: Numbers | None, answers: Numbers) -> list[str]:
    rows = np.arange(len(y))
    ranked = [""] * len(RANKED)
    if scores is not None:
        ranked = [interval(found) for found in figures(y, scores, rows, wanted=RANKED).values()]
    return ranked + [interval(found) for found in figures(y, answers, rows, wanted=DECIDED).values()]


def _differences(y: Answers, ours: tuple[Numbers, Numbers], theirs: tuple[Numbers | None, Numbers]) -> list[str]:
    rows = np.arange(len(y))
    found = []
    for figure in RANKED.values():
        found.append("" if theirs[0] is None else interval(difference(figure, y, ours[0], theirs[0], rows), "+"))
    return found + [interval(difference(figure, y, ours[1], theirs[1], rows), "+") for figure in DECIDED.values()]
