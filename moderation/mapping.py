"""Mapping: which threshold on new scores flags the share of comments that an old threshold flags on old scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
LEAST_MATCHED = 20  # flagged comments; a threshold that rests on fewer is not mapped, as `evaluation` trusts none
TENTHS = tuple(tenth / 10 for tenth in range(1, 10))
_Z = 1.959964  # of a 95 % interval


class Mapped(NamedTuple):
    """A threshold and its counterpart.

    Parameters
    ----------
    old, new
        Thresholds; `new` is None where fewer than `LEAST_MATCHED` comments reach `old`.
    low, high
        The 95 % interval of `new`: the thresholds that these comments cannot tell from it.
    share, new_share
        Of the comments that reach `old` on the old scores and `new` on the new ones, in [0, 1]. They differ where comments with
        one score stand at the boundary.
    """

    old: float
    new: float | None
    low: float | None
    high: float | None
    share: float
    new_share: float | None


def map_threshold(old: Numbers, new: Numbers, threshold: float) -> Mapped:
    """Return the threshold on `new` that flags as many of the same comments as `threshold` does on `old`.

    Parameters
    ----------
    old, new
        Shape ``(n_comments,)``: two scores of each comment, on any scales.
    threshold
        A comment is flagged where its score is at least this.

    Notes
    -----
    The interval holds the thresholds whose share flagged does not differ from the old one by McNemar's test for paired answers at
    5 %: with `b` comments flagged only by the old and `c` only by the new, ``(b - c)² <= 1.96² (b + c)``. It takes the comments as
    independent; where they come from few threads it is too narrow. Source: McNemar 1947, inverted.

    Examples
    --------
    >>> old = np.linspace(0, 1, 1001)
    >>> mapped = map_threshold(old, old**2, 0.9)
    >>> round(mapped.new, 3), round(mapped.share, 3)
    (0.809, 0.101)
    """
    flagged = old >= threshold
    count = int(flagged.sum())
    share = count / len(old) if len(old) else 0.0
    if count < LEAST_MATCHED:
        return Mapped(threshold, None, None, None, share, None)
    order = np.argsort(-new, kind="stable")
    ranked = new[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of the comments with one score
    reached = last + 1
    both = np.cumsum(flagged[order])[last]
    best = int(np.argmin(np.abs(reached - count)))
    alike = np.flatnonzero((count - reached) ** 2 <= _Z**2 * (count + reached - 2 * both))
    first, final = min(best, alike.min(initial=best)), max(best, alike.max(initial=best))
    return Mapped(
        threshold,
        _between(ranked, last, best),
        _between(ranked, last, final),
        _between(ranked, last, first),
        share,
        float(reached[best] / len(new)),
    )


def _between(ranked: Numbers, last: NDArray[np.int64], place: int) -> float:
    """Return the middle between a score and the next lower one, so that rounding moves no comment across."""
    at = int(last[place])
    return float((ranked[at] + ranked[min(at + 1, len(ranked) - 1)]) / 2)


def mapping_table(old: Numbers, new: Numbers, thresholds: Iterable[float] = TENTHS) -> list[Mapped]:
    """Return the counterpart of each threshold, by default of 0.1 to 0.9."""
    return [map_threshold(old, new, threshold) for threshold in thresholds]
