"""Options that several commands share, and reading a text given on the command line."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from moderation.errors import SourceError

Sources = Annotated[list[str], typer.Argument(help="Thread files; - reads standard input.", show_default=False)]
Text = Annotated[str, typer.Argument(help="The comment; - reads it from standard input.", show_default=False)]
ModelFolder = Annotated[
    Path | None,
    typer.Option("--model", help="Model folder.", envvar="MODERATION_MODEL", show_default="the shipped model"),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="Thresholds of the site (TOML).", show_default="those of the model's card"),
]
SourceFormat = Annotated[str, typer.Option("--source-format", help="Format of the sources, if detection is wrong.")]
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Folder of the data sets that labels refer to.", envvar="MODERATION_DATA", show_default="none"
    ),
]


def _jobs(value: int) -> int:
    if value == 0:
        raise typer.BadParameter("give a number of cores, or -1 for all cores")
    return value


Jobs = Annotated[int, typer.Option("--jobs", help="Cores to use; -1 for all.", callback=_jobs)]


class Format(StrEnum):
    """How a command prints its rows."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


OutputFormat = Annotated[Format, typer.Option("--format", help="How to print.")]


class Summary(StrEnum):
    """How a command prints what it found when that is no list of rows."""

    TABLE = "table"
    JSON = "json"


SummaryFormat = Annotated[Summary, typer.Option("--format", help="How to print.")]


def text_of(argument: str) -> str:
    """Return the text given as an argument, or standard input for ``-``."""
    if argument != "-":
        return argument
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"standard input: byte {error.start} is not UTF-8; convert it, e.g. with iconv -t UTF-8"
        ) from error
