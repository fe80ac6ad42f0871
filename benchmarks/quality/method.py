"""Method check: our recipe against the plain one, trained and tested inside each public set.

The models made here are thrown away: no set is learnt from by the shipped model, and nothing was chosen on these figures.
No set marks the insulting words, so each label is judged by the whole comment, as any label without marks is (`Recipe`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.quality.report import Bar, Section, interval, table
from benchmarks.quality.subject import Absent, Answers, Numbers, Subject, plain_held_out
from moderation.dataset import Data, Recipe, prepare
from moderation.evaluation import FIGURES, difference, figures
from moderation.labels import Joined, Label
from moderation.model import text_key
from moderation.training import cross_validate

LEAST_GAIN, LEAST_F1 = 0.01, 0.95
ANSWER = "answer"  # the name of the label; that of no other, so that no rule for one applies
Row = dict[str, str]


class Set(NamedTuple):
    """A set, the column that answers, and how it is split.

    Parameters
    ----------
    group
        What of a row must stay on one side; None for near-duplicates, as in training. (Not both: the short messages of a
        chat, "oui" and the like, would tie all conversations together.)
    fold
        The part that a row is held out with, -1 for one that only teaches; None for five folds of groups.
    once
        Whether repeated texts are removed.
    """

    name: str
    folder: str
    column: str
    group: Callable[[Row], str] | None = None
    fold: Callable[[Row], int] | None = None
    once: bool = False


SETS = (
    Set("kaggle_insults_en", "evaluate", "insult", fold=lambda row: 0 if row["source"].endswith("/test") else -1),
    Set("cyberagression_large", "evaluate", "insult", group=lambda row: row["id"].rpartition("_")[0]),
    Set("toxifrench_balanced", "evaluate", "toxic"),
    Set("mlma_fr", "train", "insult"),
    Set(
        "youtube_spam_en",
        "train",
        "spam",
        fold=lambda row: int(row["source"].partition("/Youtube")[2][:2]) - 1,
        once=True,
    ),
    Set("sms_spam_fr", "evaluate", "spam"),
)


def section(subject: Subject) -> Section:
    """Return a row for each set and recipe."""
    rows, notes, bars = [], [], []
    for found in SETS:
        try:
            texts, y, groups, scores = _scores(subject, found)
        except Absent as error:
            notes += [f"- {error}"]
            continue
        gain = difference(FIGURES["average_precision"], y, scores["ours"], scores["plain"], groups)
        for name, p in scores.items():
            values = figures(
                y, p, groups, wanted={key: FIGURES[key] for key in ("average_precision", "roc_auc")}
            ).values()
            last = interval(gain, "+") if name == "ours" else ""
            rows.append([found.name, len(texts), int(y.sum()), name, *map(interval, values), f"{_f1(y, p):.3f}", last])
        bars.append(Bar(f"method, {found.name}: average precision, ours minus plain", gain[0], ">=", LEAST_GAIN))
        if found.once:
            bars.append(Bar(f"method, {found.name}: F1, one video left out", _f1(y, scores["ours"]), ">=", LEAST_F1))
    columns = [
        "set",
        "tested on",
        "positive",
        "recipe",
        "average_precision",
        "roc_auc",
        "F1 at 0.5",
        "ours minus plain, AP",
    ]
    return Section("Method check inside public sets", [*notes, "", *(table(columns, rows) if rows else [])], bars)


def _scores(subject: Subject, found: Set) -> tuple[list[str], Answers, Answers, dict[str, Numbers]]:
    """Return texts, answers and groups of what was held out, and what each recipe says of it."""
    rows = [row for row in subject.read(found.name, found.folder) if row[found.column] in {"0", "1"}]
    if found.once:
        rows = list({text_key(row["text"]): row for row in reversed(rows)}.values())[::-1]
    data = _data(rows, found)
    folds = data.comments["fold"].to_numpy()
    recipe = replace(Recipe(), folds=int(folds.max()) + 1)
    log_odds, _ = cross_validate(data, recipe, subject.jobs)
    ours = np.asarray(1 / (1 + np.exp(-log_odds[ANSWER])))
    y, texts = data.comments[ANSWER].to_numpy(), data.comments["text"].tolist()
    plain = plain_held_out(texts, y, folds, np.ones(len(y), dtype=bool))
    use = folds >= 0
    kept = [text for text, held_out in zip(texts, use, strict=True) if held_out]
    groups = data.comments["group"].to_numpy()[use]
    return kept, y[use].astype(np.int64), groups, {"ours": ours[use], "plain": plain[use]}


def _data(rows: Sequence[Row], found: Set) -> Data:
    labels = [
        Label(f"{number} {row['id']}", row["text"], {ANSWER: int(row[found.column])}) for number, row in enumerate(rows)
    ]
    data = prepare(Joined(tuple(labels), {}, {}), Recipe())
    if found.group is not None:
        groups = np.unique([found.group(row) for row in rows], return_inverse=True)[1]
        splitter = StratifiedGroupKFold(Recipe().folds, shuffle=True, random_state=Recipe().seed)
        for number, (_, held_out) in enumerate(splitter.split(groups, data.comments[ANSWER], groups)):
            data.comments.loc[held_out, "fold"] = number
        data.comments["group"] = groups
    if found.fold is not None:
        data.comments["fold"] = list(map(found.fold, rows))
    return data


def _f1(y: Answers, p: Numbers) -> Any:
    return f1_score(y, p >= 0.5)
