"""``moderation flag``: the comments of threads that a person should look at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from moderation.cli import options, output
from moderation.cli.reading import Columns, KeepGoing, Reading, columns_of
from moderation.comments import Thread
from moderation.floods import Copies, FloodWindow
from moderation.moderator import Moderator
from moderation.policy import Decision

_OTHERS = 3  # other copies named in the table; programs get more
_ORDER = {"reject": 0, "review": 1, "approve": 2}


def flag(
    sources: options.Sources,
    model: options.ModelFolder = None,
    policy: options.PolicyFile = None,
    format: options.OutputFormat = options.Format.TABLE,
    source_format: options.SourceFormat = "auto",
    columns: Columns = "",
    keep_going: KeepGoing = False,
    all: Annotated[bool, typer.Option("--all", help="Show the approved comments too, in reading order.")] = False,
    jobs: options.Jobs = -1,
    picture: Annotated[
        Path | None, typer.Option(help="Also write the table to this file, as SVG.", show_default=False)
    ] = None,
) -> None:
    """Flag the comments of threads for review, most serious first, with the words that caused each flag."""
    moderator = Moderator.load(model, policy)
    reading = Reading(source_format, columns_of(columns), keep_going=keep_going)
    checked = _checked(sources, reading, moderator, jobs)
    if format is options.Format.TABLE:
        console = output.console(record=picture is not None)
        for source, thread, decisions in checked:
            _print(console, source, thread, decisions, all)
        if picture is not None:
            output.save_picture(console, picture, "moderation flag")
    else:
        output.rows(
            (_row(source, thread, decision) for source, thread, found in checked for decision in _chosen(found, all)),
            format,
        )
    reading.end()


def _checked(
    sources: list[str], reading: Reading, moderator: Moderator, jobs: int
) -> Iterator[tuple[str, Thread, list[Decision]]]:
    window = FloodWindow()  # floods go across files too
    for source in sources:
        for thread, decisions in moderator.check_threads(reading.threads(source), jobs, window):
            yield source, thread, decisions


def _chosen(decisions: list[Decision], all: bool) -> list[Decision]:
    if all:
        return decisions
    flagged = [decision for decision in decisions if decision.flagged]
    return sorted(
        flagged, key=lambda d: (_ORDER[d.action], -max((d.scores.probabilities.get(x, 0) for x in d.labels), default=0))
    )


def _print(console: Console, source: str, thread: Thread, decisions: list[Decision], all: bool) -> None:
    flagged = sum(decision.flagged for decision in decisions)
    console.print(Text(output.printable(thread.title or thread.id), style="bold"))
    console.print(f"{flagged} of {len(thread)} comments flagged\n" if len(thread) else "no comments\n")
    chosen = _chosen(decisions, all)
    if not chosen:
        return
    table = output.table("comment", "action", "why", "words")
    places = {comment.id: place for place, comment in enumerate(thread, start=1)}
    for decision in chosen:
        comment = thread[decision.comment_id]
        parent = thread.parent(comment.id)
        place = f"{places[comment.id]}" + (f" ↳ {places[parent.id]}" if parent else "")
        words = output.highlighted(comment.text, decision.reasons)
        table.add(
            place, Text(decision.action, style=output.STYLES[decision.action]), _why(decision, thread, places), words
        )
    console.print(table)
    console.print()


def _why(decision: Decision, thread: Thread, places: dict[str, int]) -> str:
    """Return what called for the action, a line each: labels that the scores reached, rules, a flood, unknown words."""
    beyond = [reason for reason in decision.reasons if reason.rule is not None or reason.copies is not None]
    scored = {reason.label for reason in decision.reasons if reason not in beyond}
    unscored = {reason.label for reason in beyond} - scored
    lines = [f"{name} {decision.scores.probabilities[name]:.0%}" for name in decision.labels if name not in unscored]
    lines += dict.fromkeys(f"rule {reason.rule}" for reason in beyond if reason.rule is not None)
    lines += [_flood(reason.copies, thread, places) for reason in beyond if reason.copies is not None]
    if decision.flagged and not lines:
        return f"unknown words, {decision.scores.coverage:.0%} known"
    return "\n".join(lines)


def _flood(copies: Copies, thread: Thread, places: dict[str, int]) -> str:
    """Name the first of the other copies: by their place in this thread, or by thread and id."""
    here = {
        ref: str(places[ref.comment_id])
        for ref in copies.others
        if ref.thread_id == thread.id and ref.comment_id in places
    }
    names = [here.get(ref, f"{ref.comment_id} of {ref.thread_id}") for ref in copies.others[:_OTHERS]]
    more = ", …" if copies.count - 1 > len(names) else ""
    return f"flood: copy {copies.place} of {copies.count}\nothers: {', '.join(names)}{more}"


def _row(source: str, thread: Thread, decision: Decision) -> dict[str, Any]:
    comment = thread[decision.comment_id]
    parent = thread.parent(comment.id)
    return {
        "source": source,
        "thread": thread.id,
        "comment": comment.id,
        "parent": parent.id if parent else None,
        "depth": thread.depth(comment.id),
        "action": decision.action,
        "labels": list(decision.labels),
        **{f"p_{label}": round(p, 6) for label, p in decision.scores.probabilities.items()},
        "coverage": round(decision.scores.coverage, 4),
        "reasons": [output.reason_row(reason) for reason in decision.reasons],
        "text": comment.text,
        "model": decision.model_id,
        "policy": decision.policy_id,
    }
