"""The drawings of a report, as SVG that stands inside the page and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from moderation.drift.comparison import Interval, Measure, Week
from moderation.drift.words import Language

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 220, 52, 170
_BASELINE, _NEW = "#8a8a8a", "#2d7fb5"
COLOURS = {"stable": "#4c8c4a", "moderate": "#b8860b", "drift": "#b5502d", "few": "#8a8a8a", "model": "#7a5ca8"}


def bands(measure: Measure, names: Sequence[str], language: Language) -> str:
    """Draw two bars for each bin: its share of the baseline's comments, and of the new ones."""
    highest = max(*measure.baseline, *measure.new)
    step = (_WIDTH - _LEFT) / len(names)
    width = min(step * 0.38, 40)
    parts = _axis(highest, language)
    for number, (name, before, after) in enumerate(zip(names, measure.baseline, measure.new, strict=True)):
        middle = _LEFT + step * (number + 0.5)
        for left, share, colour in ((middle - width, before, _BASELINE), (middle, after, _NEW)):
            height = _y(0, highest) - _y(share, highest)
            parts.append(
                f'<rect x="{left:.1f}" y="{_y(share, highest):.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">'
                f"<title>{escape(language.share(share))}</title></rect>"
            )
        parts.append(_text(middle, _BOTTOM + 16, name, "middle"))
    for left, name, colour in ((_LEFT, "baseline", _BASELINE), (_LEFT + 150, "new", _NEW)):
        parts.append(f'<rect x="{left}" y="{_HEIGHT - 22}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(left + 18, _HEIGHT - 12, language(name)))
    return _picture(parts, f"{language.name(measure.name)}: {language('bands')}")


def weeks(found: Sequence[Week], before: Interval | None, language: Language) -> str:
    """Draw the share flagged of each week that has enough rows, with its interval, and that of the baseline as a line."""
    judged = [week.flagged.high for week in found if week.level != "few"]
    highest = max([*judged, before.high] if before else judged)
    parts = _axis(highest, language)
    step = (_WIDTH - _LEFT - 50) / max(1, len(found) - 1)
    if before:
        y = _y(before.value, highest)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH}" stroke="{_BASELINE}" stroke-dasharray="6 3"/>')
    every = -(-len(found) // 8)  # so many names fit
    for number, week in enumerate(found):
        x = _LEFT + 20 + step * number
        if week.level != "few":
            low, high = (_y(share, highest) for share in (week.flagged.low, week.flagged.high))
            colour = COLOURS[week.level]
            parts.append(f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{colour}"/>')
            parts.append(
                f'<circle cx="{x:.1f}" cy="{_y(week.flagged.value, highest):.1f}" r="3" fill="{colour}">'
                f"<title>{escape(f'{week.name}: {language.share(week.flagged.value)}')}</title></circle>"
            )
        if number % every == 0:
            parts.append(_text(x, _BOTTOM + 16, week.name, "middle"))
    return _picture(parts, language("week_picture"))


def _y(share: float, highest: float) -> float:
    return _BOTTOM - (_BOTTOM - 14) * share / (highest or 1.0)


def _axis(highest: float, language: Language) -> list[str]:
    parts = []
    for share in (0.0, highest / 2, highest):
        y = _y(share, highest)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, language.share(share), "end"))
    return parts


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _picture(parts: Sequence[str], title: str) -> str:
    head = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" font-size="11" font-family="sans-serif">'
    return "\n".join([head, *parts, "</svg>"])
