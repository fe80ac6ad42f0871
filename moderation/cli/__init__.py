"""The command line: each command parses its options, calls one function, and prints.

Data goes to standard output, words about it to standard error. Exit codes: 0 done, 1 an error that the message explains,
2 wrong usage.
"""

import sys
from io import TextIOWrapper

import typer

from moderation.cli import (
    adjudicate,
    agreement,
    diff,
    drift,
    evaluate,
    explain,
    feedback,
    flag,
    info,
    keys,
    label,
    output,
    parse,
    score,
    serve,
    suspects,
    thresholds,
    train,
)
from moderation.errors import ModerationError

app = typer.Typer(
    name="moderation",
    help="Flag insults and spam among reader comments, and say why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(flag.flag)
app.command()(score.score)
app.command()(explain.explain)
app.command()(parse.parse)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(thresholds.thresholds)
app.command()(info.info)
app.command()(drift.drift)
app.command()(diff.diff)
app.command()(label.label)
app.command()(agreement.agreement)
app.command()(adjudicate.adjudicate)
app.command()(suspects.suspects)
app.command()(serve.serve)
app.add_typer(keys.app, name="keys")
app.add_typer(feedback.app, name="feedback")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of this package is one line on standard error and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an emoji must not end the work on a terminal without it
    try:
        app(arguments)
    except ModerationError as error:
        output.say(f"moderation: {error}")
        sys.exit(1)
