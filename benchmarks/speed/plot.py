"""The picture of the ratios."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import log10

import numpy as np

from benchmarks.speed.rows import Row, digits

_WIDTH, _LEFT, _STEP = 880, 400, 26


def plot(rows: Sequence[Row]) -> str:
    """Draw the gains as bars on a scale of powers of ten, a tick where a bar was promised."""
    shown = [row for row in rows if row.ratio is not None and not row.cost]
    ratios = [value for row in shown for value in (row.ratio, row.bar) if value]
    low = min(-1, int(np.floor(log10(min(ratios, default=1)))))
    high = max(1, int(np.ceil(log10(max(ratios, default=1)))))

    def x(ratio: float) -> float:
        return _LEFT + (log10(ratio) - low) / (high - low) * (_WIDTH - _LEFT - 70)

    height = 58 + _STEP * len(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="10" y="20" font-weight="bold">times faster (right of 1x) or slower (left); the tick is what was promised</text>',
    ]
    for power in range(low, high + 1):
        at, colour = x(10.0**power), "#333" if power == 0 else "#ddd"
        parts.append(f'<path d="M{at:.1f} 30V{height - 22}" stroke="{colour}"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle" fill="#555">{10.0**power:g}x</text>')
    parts += [part for number, row in enumerate(shown) for part in _bar(row, 36 + _STEP * number, x)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(row: Row, top: int, x: Callable[[float], float]) -> Iterator[str]:
    ratio = row.ratio or 1.0
    left, right = sorted((x(1), x(ratio)))
    colour = "#b5502d" if row.met is False else "#2d7fb5"
    name = f"{row.name.split(' (')[0]} / {row.against.removeprefix('the same model from ')}"
    yield f'<text x="10" y="{top + 13}">{escape(name)}</text>'
    yield f'<rect x="{left:.1f}" y="{top}" width="{max(right - left, 1):.1f}" height="18" fill="{colour}"/>'
    if row.bar:
        yield f'<path d="M{x(row.bar):.1f} {top - 3}v24" stroke="#111" stroke-width="2"/>'
    yield f'<text x="{max(right, x(row.bar or 0.1)) + 6:.1f}" y="{top + 13}">{digits(ratio)}x</text>'
