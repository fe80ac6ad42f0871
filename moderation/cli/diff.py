"""``moderation diff``: what another model would decide otherwise, and which thresholds keep the share flagged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from moderation.cli import options, output
from moderation.cli.reading import Columns, KeepGoing, Reading, columns_of
from moderation.model import Model
from moderation.policy import Policy

if TYPE_CHECKING:
    from moderation.difference import Change, Difference, Opinion
    from moderation.mapping import Mapped


def diff(
    model_a: Annotated[Path, typer.Argument(help="Folder of the model in use.", show_default=False)],
    model_b: Annotated[Path, typer.Argument(help="Folder of the new model.", show_default=False)],
    sources: options.Sources,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="Policy file of the site, for MODEL_A.", show_default="the card of MODEL_A"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write a policy file for MODEL_B, with the thresholds that keep the share flagged.", show_default=False
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=0, max=1000, help="How many changed comments to show.")] = 10,
    source_format: options.SourceFormat = "auto",
    columns: Columns = "",
    keep_going: KeepGoing = False,
    format: options.SummaryFormat = options.Summary.TABLE,
    jobs: options.Jobs = -1,
) -> None:
    """Compare what two models decide about comments; show the most changed ones and map the old thresholds to new ones.

    Texts are shown on the terminal.
    """
    from moderation.difference import compare_models, policy_file

    output.check_new(out)
    old, new = Model.load(model_a), Model.load(model_b)
    site = Policy.of(old) if policy is None else Policy.read(policy, old)
    reading = Reading(source_format, columns_of(columns), keep_going=keep_going)
    threads = (thread for source in sources for thread in reading.threads(source))
    found = compare_models(old, new, threads, site, most, jobs)
    if format is options.Summary.JSON:
        output.document(_plain(found))
    else:
        _print(found)
    if out is not None:
        output.write_new(policy_file(found.policy, "" if policy is None else policy.read_text(encoding="utf-8")), out)
    reading.end()


def _print(found: Difference) -> None:
    console = output.console()
    console.print(output.plain(f"{found.comments:,} comments, {found.old_id} → {found.new_id}"))
    if found.trained:
        many = f"{found.trained:,} of the first {found.checked:,}"
        console.print(output.plain(f"{many} trained one of the models, whose scores for them are surer: take others"))
    for matrix, title in (
        (found.replaced, "with the thresholds of the new card"),
        (found.mapped, "with the thresholds below"),
    ):
        console.print()
        _print_matrix(console, matrix, title)
    console.print()
    thresholds = output.table("threshold", "old", "new", "95 % interval", "flagged by old", "by new")
    for label, bands in found.thresholds.items():
        for band, mapped in bands.items():
            thresholds.add(f"{label} {band}", f"{mapped.old:.3f}", *_mapped(mapped))
    console.print(thresholds)
    for label, rows in found.table.items():
        console.print()
        table = output.table(f"{label}, old score", "new", "95 % interval", "reached by old", "by new")
        for mapped in rows:
            table.add(f"{mapped.old:.1f}", *_mapped(mapped))
        console.print(table)
    if found.changes:
        console.print(output.plain("\nMost changed, with the thresholds of the new card\n"))
        _print_changes(console, found.changes)


def _print_matrix(console: Console, matrix: Any, title: str) -> None:
    from moderation.policy import ACTIONS

    changed = int(matrix.sum() - matrix.trace())
    console.print(output.plain(f"{changed:,} decisions change ({changed / matrix.sum():.1%}), {title}", "bold"))
    table = output.table("old \\ new", *ACTIONS)
    for action, row in zip(ACTIONS, matrix.tolist(), strict=True):
        table.add(action, *(f"{count:,}" for count in row))
    console.print(table)


def _mapped(mapped: Mapped) -> tuple[str, str, str, str]:
    if mapped.new is None:
        return "too few", "", f"{mapped.share:.2%}", ""
    return (
        f"{mapped.new:.3f}",
        f"{mapped.low:.3f} to {mapped.high:.3f}",
        f"{mapped.share:.2%}",
        f"{mapped.new_share:.2%}",
    )


def _print_changes(console: Console, changes: tuple[Change, ...]) -> None:
    table = output.table("comment", "decision", "why", "old words", "new words", "text")
    for change in changes:
        decision = Text()
        for mark, opinion in (("", change.old), ("\n→ ", change.new)):
            decision.append(mark).append(opinion.action, style=output.STYLES[opinion.action])
        why = f"{change.label}\n{change.old.probability:.0%} → {change.new.probability:.0%}"
        if change.old.coverage != change.new.coverage:
            why += f"\nknown\n{change.old.coverage:.0%} → {change.new.coverage:.0%}"
        comment = change.comment
        place = f"{comment.thread_id}\n{comment.id}" if comment.thread_id else comment.id
        words = [", ".join(dict.fromkeys(map(_word, one.reasons))) for one in (change.old, change.new)]
        table.add(
            place, decision, why, *words, output.highlighted(comment.text, change.new.reasons or change.old.reasons)
        )
    console.print(table)


def _word(reason: Any) -> str:
    return f"({reason.marker})" if reason.marker else str(reason.text)


def _plain(found: Difference) -> dict[str, Any]:
    """Return the difference as plain data."""
    return {
        "old_model": found.old_id,
        "new_model": found.new_id,
        "comments": found.comments,
        "checked": found.checked,
        "trained": found.trained,
        "replaced": found.replaced.tolist(),
        "mapped": found.mapped.tolist(),
        "thresholds": {
            label: {band: mapped._asdict() for band, mapped in bands.items()}
            for label, bands in found.thresholds.items()
        },
        "table": {label: [mapped._asdict() for mapped in rows] for label, rows in found.table.items()},
        "changes": [
            {
                "thread": change.comment.thread_id,
                "comment": change.comment.id,
                "text": change.comment.text,
                "label": change.label,
                "old": _opinion(change.old),
                "new": _opinion(change.new),
            }
            for change in found.changes
        ],
    }


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "action": opinion.action,
        "probability": round(opinion.probability, 6),
        "coverage": round(opinion.coverage, 4),
        "reasons": [output.reason_row(reason) for reason in opinion.reasons],
    }
