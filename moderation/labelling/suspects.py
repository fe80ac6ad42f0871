"""Suspects: judgements that a model which has not seen the comment contradicts. Some are label errors, some hard cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from moderation.errors import LabelError
from moderation.labelling.advice import Advice, advise
from moderation.labels import Label, adjudicate, text_hash
from moderation.model import Model

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A judgement that may be wrong.

    Parameters
    ----------
    name
        The label in question.
    label
        The judgement as it stands, of the adjudicated comment.
    probability
        Of a yes, in [0, 1], from the model that was not trained on this comment or its like.
    reasons
        The words with which a model speaks for the label; None where it does not know it.
    """

    name: str
    label: Label
    probability: float
    reasons: Advice | None = None

    @property
    def answer(self) -> int:
        """What the label file says."""
        answer = self.label.answers[self.name]
        assert answer is not None
        return answer

    @property
    def doubt(self) -> float:
        """The probability that the answer is the other one, in [0, 1]."""
        return 1 - self.probability if self.answer == 1 else self.probability


def read_out_of_fold(path: str | Path) -> pd.DataFrame:
    """Read what ``moderation train --out-of-fold`` wrote.

    Raises
    ------
    LabelError
        Where the file cannot be read or is another kind of table.
    """
    try:
        frame = pd.read_csv(path, dtype={"id": str, "sha256": str}, keep_default_na=False, na_values=[""])
    except OSError as error:
        raise LabelError(
            f"{path}: cannot be read ({error.strerror}); give what `moderation train --out-of-fold` wrote"
        ) from error
    except ValueError as error:
        raise LabelError(f"{path}: not a table ({error}); give what `moderation train --out-of-fold` wrote") from error
    if not {"id", "sha256"} <= set(frame) or not _known(frame):
        raise LabelError(
            f"{path}: no columns id, sha256 and p_<label> in it; give what `moderation train --out-of-fold` wrote"
        )
    return frame


def _known(frame: pd.DataFrame) -> list[str]:
    """Return the labels that a table of out-of-fold scores has."""
    return [str(column).removeprefix("p_") for column in frame if str(column).startswith("p_")]


def suspects(labels: Sequence[Label], out_of_fold: pd.DataFrame, names: Sequence[str] = ()) -> list[Suspect]:
    """Return the judgements that the out-of-fold scores contradict, the most doubtful first.

    An answer is suspect where the probability of the other one is at least as high as it is on average among the comments
    that have that other answer. Source: confident learning, Northcutt, Jiang and Chuang 2021.

    Parameters
    ----------
    labels
        With their texts, several judgements of a comment included.
    out_of_fold
        See `moderation.training.Trained`; rows of comments that are not among the labels are passed over, and so are
        labels without a row.
    names
        Only these labels; all of them where none is named.

    Raises
    ------
    LabelError
        Where a name has no scores, or no comment has one.
    """
    known = _known(out_of_fold)
    if absent := [name for name in names if name not in known]:
        raise LabelError(f"no scores for the label {', '.join(absent)}; they hold {', '.join(known)}")
    rows = {(row.id, row.sha256): number for number, row in enumerate(out_of_fold.itertuples())}
    scored = []
    for label in adjudicate(labels):
        number = rows.get((label.id, text_hash(label.text or "")))
        if number is not None:
            scored.append((label, number))
    if not scored:
        raise LabelError(
            "none of the comments has an out-of-fold score; give the label files that the model was trained on"
        )
    found: list[Suspect] = []
    for name in names or known:
        judged = [(label, number) for label, number in scored if label.answers.get(name) is not None]
        p = out_of_fold[f"p_{name}"].to_numpy()[[number for _, number in judged]]
        y = np.array([label.answers[name] for label, _ in judged])
        found += [Suspect(name, judged[n][0], float(p[n])) for n in contradicted(y, p)]
    return sorted(found, key=lambda suspect: -suspect.doubt)


def contradicted(y: NDArray[np.int64], p: Numbers) -> NDArray[np.int64]:
    """Return the places of the answers that the probabilities contradict.

    Parameters
    ----------
    y, p
        Shape ``(n_comments,)``: answers, 0 or 1, and probabilities of 1, in [0, 1], from models that had not seen them.

    Examples
    --------
    >>> contradicted(np.array([1, 1, 1, 0, 0, 0]), np.array([0.9, 0.8, 0.1, 0.1, 0.2, 0.9])).tolist()
    [2, 5]
    """
    if np.unique(y).size < 2:
        return np.array([], dtype=np.int64)
    yes, no = p[y == 1].mean(), (1 - p[y == 0]).mean()
    return np.flatnonzero(((y == 0) & (p >= yes)) | ((y == 1) & (1 - p >= no)))


def explained(suspect: Suspect, model: Model) -> Suspect:
    """Return the suspect with the words of a model."""
    found = advise(model, suspect.label.text or "", [suspect.name])
    return Suspect(suspect.name, suspect.label, suspect.probability, found[0] if found else None)
