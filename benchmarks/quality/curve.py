"""Learning curve: what more labels are worth."""

from dataclasses import replace

import numpy as np

from benchmarks.quality.report import Section, interval, table
from benchmarks.quality.subject import Answers, Subject
from moderation.dataset import Data, Recipe
from moderation.evaluation import FIGURES, figures
from moderation.training import cross_validate

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)
WANTED = {name: FIGURES[name] for name in ("average_precision", "roc_auc")}


def section(subject: Subject) -> Section:
    """Return average precision and ROC-AUC of models that learn from a share of the groups, on the same folds."""
    data, rows = subject.data, []
    order = np.random.default_rng(0).permutation(data.comments["group"].to_numpy().max() + 1)
    for share in SHARES:
        taught = order[data.comments["group"].to_numpy()] < share * len(order)
        log_odds = {label: np.zeros(len(data.comments)) for label in data.labels}
        for fold in range(Recipe().folds):
            held_out = data.comments["fold"].to_numpy() == fold
            part, used = _part(data, taught, held_out)
            found, _ = cross_validate(part, replace(Recipe(), folds=1), jobs=1)
            for label, values in found.items():
                log_odds[label][held_out] = values[held_out[used]]
        count = int(taught.sum() * (1 - 1 / Recipe().folds))
        for label in data.labels:
            judged = data.comments[label].notna().to_numpy()
            y = data.comments.loc[judged, label].to_numpy().astype(np.int64)
            groups = data.comments["group"].to_numpy()[judged]
            cells = map(interval, figures(y, log_odds[label][judged], groups, wanted=WANTED).values())
            rows.append([label, f"{share:.1%}", f"about {count}", *cells])
    rows.sort(key=lambda row: str(row[0]))
    columns = ["label", "share of the groups learnt from", "comments learnt from", *WANTED]
    return Section("Learning curve", table(columns, rows))


def _part(data: Data, taught: np.ndarray, held_out: np.ndarray) -> tuple[Data, Answers]:
    """Return the data of one fold: what is held out as fold 0, what teaches as fold 1; and which comments these are."""
    used = np.flatnonzero(taught | held_out)
    units = np.flatnonzero(np.isin(data.owner, used))
    comments = data.comments.iloc[used].reset_index(drop=True)
    comments["fold"] = (~held_out[used]).astype(int)
    counts = tuple(part.of_rows(units) for part in data.counts)
    return Data(
        comments,
        np.searchsorted(used, data.owner[units]),
        data.whole[units],
        data.copy[units],
        counts,
        {label: answers[units] for label, answers in data.answers.items()},
        {label: inherited[units] for label, inherited in data.inherited.items()},
    ), used
