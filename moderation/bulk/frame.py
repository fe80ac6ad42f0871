"""Scoring a data frame: for Dask, Spark, Ray, Polars, and pandas itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moderation.bulk.chunks import KEPT, Batch
from moderation.bulk.scoring import loaded, score_batch
from moderation.bulk.writing import as_json
from moderation.errors import SourceError
from moderation.moderator import Moderator
from moderation.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


def score_frame(
    frame: pd.DataFrame,
    *,
    text: str = "text",
    id: str = "id",
    model: str | Path | None = None,
    policy: str | Path | None = None,
    reasons: bool = False,
) -> pd.DataFrame:
    """Score the rows of a data frame, or of a part of one that an engine hands to a worker.

    The model is loaded at the first call in a process, and stays. Floods are not looked for.

    Parameters
    ----------
    text, id
        The columns of the comments and of their ids.
    model, policy
        A model folder and a policy file, on the machine that scores; by default as `Moderator.load`.
    reasons
        Whether there is a column of them, JSON: for each its label, range, text or marker, and weight.

    Returns
    -------
    pandas.DataFrame
        A row for each row, with its index: ``id``; ``thread_id`` and ``created_at`` where the frame has them; for each label
        the probability, in [0, 1]; ``coverage``; ``action``; ``model``; ``reasons``.

    Raises
    ------
    SourceError
        Where a column is missing, or a text is none.

    Examples
    --------
    >>> import pandas as pd
    >>> scored = score_frame(pd.DataFrame({"id": ["1", "2"], "text": ["Merci.", "Espèce de gros imbécile !"]}))
    >>> list(scored.columns), list(scored["action"] == "approve")
    (['id', 'insult', 'spam', 'coverage', 'action', 'model'], [True, False])
    """
    import pandas as pd

    for name in (text, id):
        if name not in frame.columns:
            raise SourceError(
                f"a frame with the columns {', '.join(map(str, frame.columns))}; expected one named {name}; name yours "
                "with text= and id="
            )
    if twice := [name for name in (text, id, *KEPT[1:]) if list(frame.columns).count(name) > 1]:
        raise SourceError(f"a frame with several columns named {twice[0]}; expected one; rename or drop the others")
    texts = frame[text].tolist()
    for number, value in enumerate(texts):
        if not isinstance(value, str):
            raise SourceError(
                f"row {number + 1} of a frame (index {frame.index[number]}): the text is a {type(value).__name__}; expected a "
                f'string; leave such rows out, for example with frame.dropna(subset="{text}")'
            )
    found = loaded(model)
    found.compile()
    moderator = Moderator(found, Policy.of(found) if policy is None else Policy.read(policy, found))
    rows = score_batch(moderator, Batch(texts, {}), reasons)
    kept = {"id": frame[id]} | {name: frame[name] for name in KEPT[1:] if name in frame.columns}
    numbers = {name: np.asarray(values, np.float64) for name, values in rows.numbers.items()}
    facts = {
        name: pd.Series(list(map(as_json, values)) if name == "reasons" else values, frame.index, dtype="str")
        for name, values in rows.facts.items()
    }
    return pd.DataFrame({**kept, **numbers, **facts}, index=frame.index)
