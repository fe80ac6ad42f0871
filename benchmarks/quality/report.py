"""What a part hands over: lines of Markdown, and figures held against a bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scipy.stats import binomtest


@dataclass(frozen=True)
class Bar:
    """A figure and what it is to reach.

    Parameters
    ----------
    value
        None where nothing could be measured.
    sign
        From which side `bound` is to be reached.
    share
        Whether both numbers are shares, printed in percent; a difference of shares is in points.
    """

    name: str
    value: float | None
    sign: Literal[">=", "<="]
    bound: float
    share: bool = False
    unit: str = ""

    @property
    def missing(self) -> float:
        """How much is missing; 0 or less where the bar is reached."""
        assert self.value is not None
        return self.bound - self.value if self.sign == ">=" else self.value - self.bound

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.value is not None and self.missing <= 1e-12

    def line(self) -> str:
        """Return the row of the table of bars."""
        bound = f"{self.sign} {self._shown(self.bound)}"
        if self.value is None:
            return f"| {self.name} | | {bound} | not measured |"
        off = self._shown(abs(self.missing)).replace("%", " points")
        return f"| {self.name} | {self._shown(self.value)} | {bound} | {'met, by' if self.met else 'short by'} {off} |"

    def _shown(self, number: float) -> str:
        number = round(number, 3) + 0.0  # no "-0.0"
        return f"{number:.1%}" if self.share else f"{number:.3f}{self.unit}"


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Parameters
    ----------
    lines
        Markdown below the title.
    pictures
        File name -> SVG.
    """

    title: str
    lines: Sequence[str]
    bars: Sequence[Bar] = ()
    pictures: dict[str, str] = field(default_factory=dict)


BAR_HEADING = ["| bar | today | to reach | |", "|---|---|---|---|"]


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return [*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]


def interval(found: Sequence[float], sign: str = "") -> str:
    """Return ``value [low, high]``."""
    value, low, high = found
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def share(count: int, of: int) -> str:
    """Return a share in percent with its 95 % interval (Wilson); nothing where there is nothing to share."""
    if not of:
        return ""
    found = binomtest(count, of).proportion_ci(method="wilson")
    return f"{count / of:.1%} [{found.low:.1%}, {found.high:.1%}]"
