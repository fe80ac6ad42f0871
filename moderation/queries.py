"""Wishes for thresholds, and the thresholds that fulfil them best on given answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from moderation.errors import TrainingError
from moderation.evaluation import Answers, Numbers
from moderation.mapping import map_threshold

LEAST_FLAGGED = 20  # a precision measured on fewer comments than this is not trusted with a threshold
_QUERY = re.compile(
    r"\s*(?P<label>\w+)(?:\s+(?P<band>review|reject))?\s*:\s*(?:maximum\s+)?(?P<wanted>\w+)"
    r"\s*@\s*(?P<bound>\w+)\s*(?P<sign>>=|<=)\s*(?P<value>0(?:\.\d+)?|1(?:\.0+)?|\.\d+)\s*"
)
_STATISTICS = ("precision", "recall", "match_rate", "filter_rate")
_OLD = re.compile(
    r"\s*(?P<label>\w+)(?:\s+(?P<band>review|reject))?\s*:\s*(?P<column>.*[^\s>=])\s*(?P<sign>>=?)\s*(?P<value>\d+(?:\.\d+)?)\s*"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A wish for a threshold: ``insult review: recall @ precision >= 0.9`` asks for the most recall at that precision.

    Statistics are ``precision``, ``recall``, ``match_rate`` (share of comments flagged) and ``filter_rate`` (share that
    nobody has to read). The band is ``review`` where none is named.
    """

    label: str
    band: str
    wanted: str
    bound: str
    sign: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a query.

        Raises
        ------
        TrainingError
            Where the text is no query.

        Examples
        --------
        >>> str(Query.parse("insult: maximum recall @ precision >= 0.9"))
        'insult review: recall @ precision >= 0.9'
        """
        match = _QUERY.fullmatch(text)
        if not match or match["wanted"] not in _STATISTICS or match["bound"] not in _STATISTICS:
            raise TrainingError(
                f'threshold {text!r}: not understood; expected e.g. "insult: recall @ precision >= 0.9" '
                f"with two of {', '.join(_STATISTICS)} and a number from 0 to 1"
            )
        band = match["band"] or "review"
        return cls(match["label"], band, match["wanted"], match["bound"], match["sign"], float(match["value"]))

    def __str__(self) -> str:
        return f"{self.label} {self.band}: {self.wanted} @ {self.bound} {self.sign} {self.value:g}"

    def answer(self, y: Answers, p: Numbers) -> dict[str, float | str | None]:
        """Return the threshold that fulfils the query best on these answers, and what it achieves there.

        The threshold is None where no threshold that flags `LEAST_FLAGGED` comments fulfils it.
        """
        thresholds = np.unique(p)
        statistics = _statistics(y, p, thresholds)
        bound = statistics[self.bound]
        allowed = (bound >= self.value) if self.sign == ">=" else (bound <= self.value)
        allowed &= statistics["match_rate"] * len(y) >= LEAST_FLAGGED
        if not allowed.any():
            return {"query": str(self), "threshold": None}
        best = int(np.flatnonzero(allowed)[np.argmax(statistics[self.wanted][allowed])])
        achieved: dict[str, float | str | None] = {
            name: round(float(values[best]), 4) for name, values in statistics.items()
        }
        return {"query": str(self), "threshold": round(float(thresholds[best]) - 5e-7, 6), **achieved}


def _statistics(y: Answers, p: Numbers, thresholds: Numbers) -> dict[str, Numbers]:
    """Return precision, recall and rates of ``p >= threshold`` for each threshold in ascending order."""
    order = np.argsort(p, kind="stable")
    first = np.searchsorted(p[order], thresholds)
    flagged = len(y) - first
    hits = np.append(np.cumsum(y[order][::-1])[::-1], 0)[first]
    rate = flagged / len(y)
    return {
        "precision": hits / flagged,
        "recall": hits / max(1, y.sum()),
        "match_rate": rate,
        "filter_rate": 1 - rate,
    }


@dataclass(frozen=True, slots=True)
class Old:
    """The threshold of another service, in whose place one of ours is to flag as large a share of the comments.

    Examples
    --------
    >>> str(Old.parse("insult: TOXICITY > 0.80"))
    'insult review: as many as TOXICITY > 0.8'
    """

    label: str
    band: str
    column: str
    sign: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Old:
        """Read it.

        Raises
        ------
        TrainingError
            Where the text is none.
        """
        match = _OLD.fullmatch(text)
        if not match:
            raise TrainingError(
                f"old threshold {text!r}: not understood; expected a label, a column of scores and a number, "
                'e.g. "insult: TOXICITY > 0.8"'
            )
        band = match["band"] or "review"
        return cls(match["label"], band, match["column"], match["sign"], float(match["value"]))

    def __str__(self) -> str:
        return f"{self.label} {self.band}: as many as {self.column} {self.sign} {self.value:g}"

    def flags(self, score: float | None) -> int | None:
        """Tell whether a score reached it; None where there is no score."""
        if score is None:
            return None
        return int(score >= self.value if self.sign == ">=" else score > self.value)

    def answer(self, y: Answers, p: Numbers) -> dict[str, float | str | None]:
        """Return the threshold that flags a share as near to the old one as can be; as `Query.answer`."""
        threshold = map_threshold(y.astype(np.float64), p, 1.0).new
        return {"query": str(self), "threshold": None if threshold is None else round(threshold, 6)}
