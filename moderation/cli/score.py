"""``moderation score``: the scores of one comment, or of whole files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from moderation.bulk.plan import plan
from moderation.bulk.scoring import job_of
from moderation.cli import bulk, options, output
from moderation.cli.reading import Columns, KeepGoing, columns_of
from moderation.moderator import Moderator


class Format(StrEnum):
    """How scores are written."""

    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def score(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="The comment, - to read it from standard input; with --out, files, folders and globs.",
            show_default=False,
            metavar="TEXT | INPUT...",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Score files into this folder; a run that was ended goes on there.", show_default=False),
    ] = None,
    model: options.ModelFolder = None,
    policy: options.PolicyFile = None,
    format: Annotated[
        Format | None,
        typer.Option("--format", help="How to print, or to write.", show_default="table; with --out, as the input"),
    ] = None,
    columns: Columns = "",
    source_format: options.SourceFormat = "auto",
    reasons: Annotated[bool, typer.Option("--reasons", help="With --out: write the reasons too.")] = False,
    jobs: options.Jobs = -1,
    engine: Annotated[
        bulk.Engine, typer.Option(help="With --out: what shares the work out; dask for many machines.")
    ] = bulk.Engine.LOCAL,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask cluster, e.g. tcp://10.0.0.1:8786.",
            show_default="a cluster on this machine",
            metavar="ADDRESS",
        ),
    ] = None,
    keep_going: KeepGoing = False,
) -> None:
    """Score one comment: a probability for each label, the rules of the site that it hits, and the action of the policy.

    With --out, score the comments of files, as many as there are, into files.
    """
    if out is None:
        if len(inputs) > 1 or format is Format.PARQUET:
            raise typer.BadParameter(
                "files are scored with --out FOLDER; a comment is one argument, between quotation marks"
            )
        _one(options.text_of(inputs[0]), Moderator.load(model, policy), options.Format(format or Format.TABLE))
        return
    if format is Format.TABLE:
        raise typer.BadParameter("--format table prints one comment; expected csv, jsonl or parquet with --out")
    if scheduler is not None and engine is not bulk.Engine.DASK:
        raise typer.BadParameter("--scheduler is for --engine dask; give both")
    names = columns_of(columns)
    files = plan(inputs, out, names, None if format is None else format.value, source_format, keep_going)
    job = job_of(model, policy, reasons)
    bulk.score(files, out, job, bulk.engine_of(engine, jobs, scheduler), names, keep_going)


def _one(text: str, moderator: Moderator, format: options.Format) -> None:
    decision = moderator.check_text(text)
    probabilities = decision.scores.probabilities
    hits = [reason for reason in decision.reasons if reason.rule is not None]
    if format is options.Format.TABLE:
        table = output.table("", "")
        for name, value in [*probabilities.items(), ("coverage", decision.scores.coverage)]:
            table.add(name, f"{value:.3f}")
        for reason in hits:
            table.add("rule", f"{reason.rule}: {reason.text}")
        table.add("action", Text(decision.action, style=output.STYLES[decision.action]))
        output.console().print(table)
        return
    scores = {label: round(probability, 6) for label, probability in probabilities.items()}
    more = {
        "coverage": round(decision.scores.coverage, 4),
        "rules": [output.reason_row(reason) for reason in hits],
        "action": decision.action,
        "model": decision.model_id,
    }
    output.rows([scores | more], format)
