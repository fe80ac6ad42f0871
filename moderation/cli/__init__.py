"""The command line: each command parses its options, calls one function, and prints.

Data goes to standard output, words about it to standard error. Exit codes: 0 done, 1 an error that the message explains,
2 wrong usage.
"""

import sys

import typer

from moderation.cli import evaluate, explain, flag, info, parse, score, train
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
app.command()(info.info)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of this package is one line on standard error and exit code 1."""
    try:
        app(arguments)
    except ModerationError as error:
        sys.stderr.write(f"moderation: {error}\n")
        sys.exit(1)
