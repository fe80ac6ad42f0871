"""Transfer: the shipped model, and the plain recipe trained on the same labels, on public sets that never train."""

from typing import NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline

from benchmarks.quality.held_out import COLUMNS, compared
from benchmarks.quality.report import Section, table
from benchmarks.quality.subject import Absent, Numbers, Subject, plain_recipe


class Set(NamedTuple):
    """A public set: its file, the column that answers, and our label that should find it."""

    name: str
    column: str
    label: str


SETS = (
    Set("toxifrench_balanced", "toxic", "insult"),
    Set("cyberagression_large", "insult", "insult"),
    Set("hatecheck_fr", "toxic", "insult"),
    Set("sms_spam_fr", "spam", "spam"),
)


def section(subject: Subject) -> Section:
    """Return the figures on each set."""
    rows: list[list[str]] = []
    notes: list[str] = []
    plain: dict[str, Pipeline] = {}
    for found in SETS:
        try:
            judged = subject.judged(found.name, found.column)
        except Absent as error:
            notes.append(f"- {error}")
            continue
        notes.append(f"- {judged.note}")
        if found.label not in plain:
            plain[found.label] = _plain(subject, found.label)
        scores: dict[str, Numbers] = {
            "ours": subject.probabilities(judged.texts, found.label),
            "plain": plain[found.label].predict_proba(judged.texts)[:, 1],
        }
        name = f"transfer to {found.name} ({found.column})"
        rows += compared(name, judged.y, scores, np.arange(len(judged.y)))
    return Section("Transfer to public sets", [*notes, "", *(table(COLUMNS, rows) if rows else [])])


def _plain(subject: Subject, label: str) -> Pipeline:
    """Train the plain recipe on all of labels/, as the shipped model is."""
    learn = subject.data.comments[subject.data.comments[label].notna()]
    return plain_recipe().fit(learn["text"], learn[label].astype(int))
