"""Taking times, and the rows of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Call = Callable[[], float | tuple[float, ...]]  # does the work, returns the seconds it took (and what else it measured)


def timed(work: Callable[..., object], *arguments: Any, **options: Any) -> Call:
    """Return a call that does the work and returns the seconds."""

    def call() -> float:
        start = perf_counter()
        work(*arguments, **options)
        return perf_counter() - start

    return call


def each(work: Callable[..., object], items: Sequence[Any]) -> None:
    """Do the work on one item after the other."""
    for item in items:
        work(item)


def alternate(runs: int, calls: dict[str, Call]) -> dict[str, Numbers]:
    """Let the calls take turns; return the median of each (of each thing that it measured)."""
    found: dict[str, list[Any]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, call in calls.items():
            found[name].append(call())
    return {name: np.median(np.array(values), axis=0) for name, values in found.items()}


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Parameters
    ----------
    ours, other
        In `unit`; None where it could not be measured, and `note` says why.
    cost
        Whether the ratio is ours / other (a cost, small is good); else it is other / ours (a gain).
    bar
        What the ratio is to reach, from above or, for a cost, from below; None where nothing was promised.
    """

    name: str
    against: str
    unit: str
    ours: float | None
    other: float | None = None
    bar: float | None = None
    cost: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours against the other."""
        if not self.ours or not self.other:
            return None
        return self.ours / self.other if self.cost else self.other / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none, or nothing to hold against it."""
        if self.bar is None or self.ratio is None:
            return None
        return self.ratio <= self.bar if self.cost else self.ratio >= self.bar

    def line(self) -> str:
        """Return the row in Markdown."""
        values = ["" if value is None else f"{digits(value)} {self.unit}" for value in (self.ours, self.other)]
        ratio = "" if self.ratio is None else f"{digits(self.ratio)}x"
        bar = "" if self.bar is None else f"{'<=' if self.cost else '>='} {self.bar:g}x"
        met = {None: self.note, True: "met", False: "not met"}[self.met]
        return f"| {self.name} | {self.against} | {values[0]} | {values[1]} | {ratio} | {bar} | {met} |"


HEADING = "| what | against | ours | other | ratio | bar | |\n|---|---|---|---|---|---|---|"


def digits(value: float) -> str:
    """Return a number with about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
