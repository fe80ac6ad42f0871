"""``moderation thresholds``: thresholds for a site from what its moderators decided in the past."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli import options, output
from moderation.cli.reading import columns_of

if TYPE_CHECKING:
    from moderation.thresholds import Proposal, Proposals


def thresholds(
    decisions: Annotated[
        list[str],
        typer.Argument(
            help="Past decisions: tables and label files (CSV), exports whose comments have a status.",
            show_default=False,
        ),
    ],
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            help='Wish for a threshold, e.g. "insult reject: recall @ precision >= 0.98"; may be repeated.',
            show_default="recall 0.8 at review, precision 0.95 at reject",
        ),
    ] = None,
    old: Annotated[
        list[str] | None,
        typer.Option(
            help='A threshold in use till now, whose share of comments is kept, e.g. "insult: TOXICITY > 0.8"; may be repeated.',
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="FIELD=NAME,…",
            help="Names that a table has for our fields, e.g. text=body,removed=decision.",
            show_default=False,
        ),
    ] = "",
    model: options.ModelFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write them to this new policy file (TOML).", show_default=False)
    ] = None,
    jobs: options.Jobs = -1,
    format: options.OutputFormat = options.Format.TABLE,
) -> None:
    """Propose review and reject thresholds from past decisions, and say what they do on decisions that they were not chosen on."""
    from moderation.labelling.decided import REMOVED, read_decided
    from moderation.model import Model
    from moderation.queries import Old, Query
    from moderation.thresholds import propose

    output.check_new(out)
    olds = [Old.parse(text) for text in old or ()]
    wishes: list[Query | Old] = [*olds, *map(Query.parse, threshold or ())]
    loaded = Model.load(model)
    named = columns_of(columns, (*loaded.labels, REMOVED))
    decided = read_decided(decisions, loaded.labels, named, {one.column for one in olds})
    found = propose(loaded, decided, wishes, jobs)
    for note in found.notes:
        output.say(note)
    if format is options.Format.TABLE:
        _print(found)
    else:
        output.rows(map(_row, found.found), format)
    if out is not None:
        output.write_new(found.policy(), out)


def _print(found: Proposals) -> None:
    table = output.table("wish", "threshold", "measured on", "with 1", "precision", "recall", "flagged")
    for one in found.found:
        threshold = "none" if one.threshold is None else f"{one.threshold:.3f}"
        figures = map(_interval, (one.precision, one.recall, one.flagged))
        table.add(str(one.wish), threshold, str(one.measured_on), str(one.positives), *figures)
    output.console().print(table)
    for line in _for_clients(found):
        output.say(line)


def _interval(figure: tuple[float, ...]) -> str:
    return "{:.2f} {:.2f}–{:.2f}".format(*figure) if figure else ""


def _for_clients(found: Proposals) -> Iterator[str]:
    """Say what to set in software that compares a score with a threshold of its own, and reads no policy of ours."""
    from moderation.service.perspective.attributes import ATTRIBUTES

    for label, bands in found.thresholds.items():
        names = [name for name, mapped in ATTRIBUTES.items() if mapped == label]
        if names and bands.get("review", 2.0) <= 1:
            share = math.floor(bands["review"] * 100) / 100  # clients have two digits; rounded down, they flag no less
            line = f"clients that compare a score with a threshold of their own: {share:.2f} for {', '.join(names)}"
            if "TOXICITY" in names:
                line += f"; Coral's toxicity threshold: {share:.0%}, Discourse's perspective_flag_post_min_toxicity: {share:.2f}"
            yield line


def _row(one: Proposal) -> dict[str, Any]:
    row: dict[str, Any] = {
        "label": one.label,
        "band": one.band,
        "query": str(one.wish),
        "threshold": one.threshold,
        "chosen_on": one.chosen_on,
        "measured_on": one.measured_on,
        "positives": one.positives,
    }
    for name in ("precision", "recall", "flagged"):
        value, low, high = getattr(one, name) or (None, None, None)
        row |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return row
