"""``moderation drift``: whether the comments of a new bulk run are still like those of an earlier one."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli import options, output
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from moderation.drift.comparison import Comparison


class ReportLanguage(StrEnum):
    """The languages of a report."""

    FRENCH = "fr"
    ENGLISH = "en"


def drift(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Files that `moderation score --out` wrote, or folders of them; NEW alone is compared with the card of the model.",
            metavar="[BASELINE] NEW",
            show_default=False,
        ),
    ],
    model: options.ModelFolder = None,
    report: Annotated[
        Path | None, typer.Option(help="Also write a page (HTML) for the newsroom.", show_default=False)
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the report.")] = ReportLanguage.FRENCH,
    format: options.SummaryFormat = options.Summary.TABLE,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 where the verdict is drift, or another model.")
    ] = False,
) -> None:
    """Compare the scores, the coverage and the decisions of two bulk runs, by week where there are dates, and give a verdict."""
    if len(runs) > 2:
        raise typer.BadParameter("give one or two: [BASELINE] NEW", param_hint="[BASELINE] NEW")
    found = _compared(runs, model)
    if report is not None:
        _write(report, found, language)
    if format is options.Summary.JSON:
        output.document(asdict(found) | {"level": found.level, "causes": found.causes, "ratio": found.ratio})
    else:
        _print(found)
    if check and found.level in ("drift", "model"):
        raise typer.Exit(1)


def _compared(runs: list[Path], model: Path | None) -> Comparison:
    from moderation.drift.comparison import card_cuts, compare, compare_card
    from moderation.drift.runs import read_run

    if len(runs) == 2:
        return compare(read_run(runs[0]), read_run(runs[1]))
    from moderation.model import Model

    card = Model.load(model).card
    return compare_card(card, read_run(runs[0], card_cuts(card)))


def _write(path: Path, found: Comparison, language: ReportLanguage) -> None:
    from moderation.drift.report import report
    from moderation.drift.words import language as words

    try:
        path.write_text(report(found, words(language)), encoding="utf-8", errors="replace")
    except OSError as error:
        raise ModerationError(f"{path}: the report cannot be written ({error.strerror}); name another file") from error


def _print(found: Comparison) -> None:
    from moderation.drift.comparison import LEAST_ROWS
    from moderation.drift.words import language

    english = language("en")
    console = output.console()
    if found.level == "model":
        console.print(output.plain(english.verdict(found), "bold"))
    console.print(output.plain(f"baseline  {english.side(found.baseline)}"))
    console.print(output.plain(f"new       {english.side(found.new)}\n"))
    shares = output.table("share of the comments", *(["baseline"] if found.baseline.actions else []), "new")
    for name in found.new.actions:
        sides = [side.actions[name] for side in (found.baseline, found.new) if side.actions]
        shares.add(name, *(english.interval(side) for side in sides))
    console.print(shares)
    console.print()
    moved = output.table("", "PSI", "by chance", "Kolmogorov-Smirnov", "")
    for measure in found.measures:
        ks = english.ks(measure.ks) if measure.ks else ""
        psi, chance = english.index(measure.psi), f"< {english.chance(measure)}"
        moved.add(measure.name, psi, chance, ks, english.state(found, measure))
    console.print(moved)
    console.print()
    if found.weeks:
        weeks = output.table("week", "comments", "flagged", *(f"PSI {measure.name}" for measure in found.measures), "")
        for week in found.weeks:
            index = [english.number(week.psi[measure.name]) if week.psi else "" for measure in found.measures]
            weeks.add(
                week.name, english.count(week.rows), english.interval(week.flagged), *index, english.name(week.level)
            )
        console.print(weeks)
        console.print()
    few = sum(week.level == "few" for week in found.weeks)
    for line in (
        english("no_weeks") if not found.weeks else "",
        english("few_weeks", count=few, least=LEAST_ROWS) if few else "",
        english("undated", count=english.count(found.undated)) if found.weeks and found.undated else "",
        english("card") if found.card else "",
    ):
        if line:
            console.print(output.plain(line))
    console.print(output.plain(english.thresholds()))
    console.print(output.plain(english.verdict(found), "bold"))
