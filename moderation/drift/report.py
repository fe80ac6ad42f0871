"""The report: one page of HTML for a newsroom, without scripts, that loads nothing and names no comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from moderation.drift import pictures
from moderation.drift.comparison import ACTION, BINS, FLAGGED, LEAST_ROWS, Comparison, Week
from moderation.drift.words import Language
from moderation.policy import ACTIONS

_STYLE = """
body { font: 16px/1.5 sans-serif; color: #222; max-width: 800px; margin: 2em auto; padding: 0 1em; }
h2 { margin-top: 1.8em; font-size: 1.2em; }
.verdict { border-left: 8px solid; padding: .6em 1em; background: #f6f6f6; font-size: 1.15em; }
.small { color: #555; font-size: .9em; }
table { border-collapse: collapse; }
td { white-space: nowrap; }
td, th { padding: .15em 1.2em .15em 0; text-align: left; border-bottom: 1px solid #ddd; }
svg { width: 100%; }
"""


def report(found: Comparison, language: Language) -> str:
    """Return the page."""
    body = "\n".join(_body(found, language))
    return (
        f'<!doctype html>\n<html lang="{language.code}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(language('title'))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(found: Comparison, language: Language) -> Iterator[str]:
    yield f"<h1>{escape(language('title'))}</h1>"
    colour = pictures.COLOURS[found.level]
    yield f'<p class="verdict" style="border-color: {colour}"><strong>{escape(language.verdict(found))}</strong></p>'
    yield _paragraph(language(f"advice_{found.level}"))
    yield _paragraph(language.thresholds(), "small")
    for side, name in ((found.baseline, "baseline"), (found.new, "new")):
        yield _paragraph(f"{language(name)} — {language.side(side)}", "small")
    if found.card:
        yield _paragraph(language("card"))
    yield _heading(language("decisions"))
    yield _decisions(found, language)
    for measure in sorted(found.measures, key=lambda measure: measure.name != ACTION):
        if measure.name != ACTION:
            yield _heading(language("scores", name=language.name(measure.name)))
            names = [language("from", score=language.score(cut)) for cut in (0.0, *measure.cuts)]
            yield pictures.bands(measure, names, language)
        yield _paragraph(language.measure(found, measure), "small")
    yield _heading(language("weeks"))
    yield from _weeks(found, language)
    yield _heading(language("how"))
    yield from (_paragraph(language(f"how_{part}", bins=BINS), "small") for part in ("psi", "ks", "weeks"))


def _decisions(found: Comparison, language: Language) -> str:
    sides = [side for side in (found.baseline, found.new) if side.actions]
    names = [language("baseline"), language("new")][-len(sides) :]
    rows = [
        [language.name(name), *(language.interval(side.actions[name]) for side in sides)]
        for name in (*ACTIONS, FLAGGED)
    ]
    return _table([language("share"), *names], rows)


def _weeks(found: Comparison, language: Language) -> Iterator[str]:
    if not found.weeks:
        yield _paragraph(language("no_weeks"))
        return
    if any(week.level != "few" for week in found.weeks):
        yield pictures.weeks(found.weeks, found.baseline.actions.get(FLAGGED), language)
    few = sum(week.level == "few" for week in found.weeks)
    if few:
        yield _paragraph(language("few_weeks", count=language.count(few), least=LEAST_ROWS), "small")
    if found.undated:
        yield _paragraph(language("undated", count=language.count(found.undated)), "small")
    measures = [measure.name for measure in found.measures]
    columns = [
        language("week"),
        language("rows"),
        language.name(FLAGGED),
        *(f"PSI {language.name(name)}" for name in measures),
    ]
    rows = [_week(week, measures, language) for week in found.weeks]
    yield _table([*columns, language("level")], rows)


def _week(week: Week, measures: Sequence[str], language: Language) -> list[str]:
    psi = [language.number(week.psi[name]) if week.psi else "" for name in measures]
    return [week.name, language.count(week.rows), language.share(week.flagged.value), *psi, language.name(week.level)]


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return "<table>\n" + "\n".join(f"<tr>{line}</tr>" for line in [head, *lines]) + "\n</table>"
