"""The words of a report, in French and English, and how each language writes numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from moderation.drift.comparison import (
    DRIFT,
    DRIFT_RATIO,
    LEAST_ROWS,
    MODERATE,
    MODERATE_RATIO,
    Comparison,
    Interval,
    Measure,
    Side,
)


@dataclass(frozen=True)
class Language:
    """One language.

    Parameters
    ----------
    decimal, thousands, percent
        The decimal mark, what parts thousands, and what follows a percentage.
    names
        Of labels, actions, levels and other quantities.
    texts
        Name -> sentence, with the fields of `str.format`.
    """

    code: str
    decimal: str
    thousands: str
    percent: str
    names: Mapping[str, str]
    texts: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text with its values filled in."""
        return self.texts[name].format(**values)

    def name(self, name: str) -> str:
        """Return a label, an action or another quantity in this language; as it is where it has no other name."""
        return self.names.get(name, name)

    def count(self, value: int) -> str:
        """Return a whole number with its thousands apart."""
        return f"{value:,}".replace(",", self.thousands)

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with so many digits behind the decimal mark."""
        return f"{value:.{digits}f}".replace(".", self.decimal)

    def share(self, value: float) -> str:
        """Return a share in [0, 1] as a percentage."""
        return self.number(100 * value, 1) + self.percent

    def interval(self, found: Interval) -> str:
        """Return a share with its interval."""
        return f"{self.share(found.value)} [{self.share(found.low)}, {self.share(found.high)}]"

    def score(self, value: float) -> str:
        """Return a score with as many digits as tell it from 0 and 1."""
        digits = 2 if 0.01 <= value <= 0.99 else 4
        return self.number(value, digits).rstrip("0").rstrip(self.decimal) or "0"

    def index(self, value: float) -> str:
        """Return a population stability index."""
        return self.number(value, 3)

    def chance(self, measure: Measure) -> str:
        """Return what an index stays below by chance."""
        return self.number(max(measure.chance, 0.001), 3)

    def state(self, found: Comparison, measure: Measure) -> str:
        """Return how far a quantity moved in a word."""
        return self.name(measure.level if found.judges(measure.name) else "unjudged")

    def ks(self, bounds: tuple[float, float]) -> str:
        """Return a Kolmogorov-Smirnov statistic: one number where its bounds differ by less than 0.005."""
        low, high = bounds
        if high - low < 0.005:
            return self.number(low)
        return f"{self.number(low)}–{self.number(high)}"

    def verdict(self, found: Comparison) -> str:
        """Return the verdict in a sentence."""
        causes = (
            ", ".join(self.cause(found, name) for name in found.causes) if found.level in ("moderate", "drift") else ""
        )
        return self(
            "verdict_stable_card" if found.card and found.level == "stable" else f"verdict_{found.level}",
            causes=causes,
            rows=self.count(min(found.baseline.rows, found.new.rows)),
            least=LEAST_ROWS,
            before=", ".join(found.baseline.models),
            after=", ".join(found.new.models),
        )

    def cause(self, found: Comparison, name: str) -> str:
        """Return a quantity that moved, with how far."""
        if name != "flagged":
            return f"{self.name(name)} (PSI {self.number(found[name].psi)})"
        before, after = found.baseline.actions[name].value, found.new.actions[name].value
        return f"{self.name(name)} ({self.share(before)} → {self.share(after)})"

    def thresholds(self) -> str:
        """Return the thresholds of the verdict in a sentence."""
        ratios = (self.number(value) for value in (MODERATE_RATIO, DRIFT_RATIO))
        return self(
            "thresholds",
            psi=self.number(MODERATE),
            high_psi=self.number(DRIFT),
            ratios=f" {self('or')} ".join(ratios),
            least=LEAST_ROWS,
        )

    def side(self, side: Side) -> str:
        """Return what one side of the comparison is."""
        return self("side", name=side.name, rows=self.count(side.rows), models=", ".join(side.models))

    def measure(self, found: Comparison, measure: Measure) -> str:
        """Return how far a quantity moved in a sentence."""
        ks = "" if measure.ks is None else " " + self("ks", ks=self.ks(measure.ks))
        return (
            self("measure", psi=self.index(measure.psi), level=self.state(found, measure), chance=self.chance(measure))
            + ks
        )


@cache
def language(code: str) -> Language:
    r"""Return a language by its code, ``fr`` or ``en``.

    Examples
    --------
    >>> language("fr").share(0.1234), language("en").count(12345)
    ('12,3\xa0%', '12,345')
    """
    content = tomllib.loads(files("moderation.drift").joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, **content)
