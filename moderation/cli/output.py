"""Printing: rows for programs, tables with highlighted words for people."""

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from moderation.cli.options import Format
from moderation.errors import ModerationError, PolicyError
from moderation.scores import Reason
from moderation.scores import reason_row as reason_row  # the commands print with it
from moderation.text import printable as printable  # the commands print with it too
from moderation.text import sentences

#: Colours of the actions, readable on dark and light grounds.
STYLES = {"approve": "green", "review": "yellow", "reject": "bold red"}
_HIGHLIGHT = "bold red"
_SHOWN = 300  # characters of a sentence: more than what is scored at once, so that a reader sees the context


def console(record: bool = False) -> Console:
    """Return a console for standard output: as wide as the terminal, 120 columns in a pipe or a picture."""
    return Console(width=None if sys.stdout.isatty() and not record else 120, highlight=False, record=record)


def save_picture(console: Console, path: Path, title: str) -> None:
    """Write what a recording console has printed as an SVG picture that loads nothing from the network."""
    from rich.console import CONSOLE_SVG_FORMAT  # type: ignore[attr-defined]

    without_fonts = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    try:
        console.save_svg(str(path), title=title, code_format=without_fonts, unique_id="moderation")
    except OSError as error:
        raise ModerationError(f"{path}: the picture cannot be written ({error.strerror}); name another file") from error


def say(message: str) -> None:
    """Write a line about the work to standard error."""
    sys.stderr.write(f"{printable(message)}\n")


def rows(found: Iterable[dict[str, Any]], format: Format) -> None:
    """Print rows as JSON Lines or CSV; values that are no plain text stand in a CSV cell as JSON.

    A reader that stops early, as ``head`` does, ends the program without an error.
    """
    try:
        _write(found, format)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to flush at the end
        sys.exit(0)


def check_new(path: Path | None) -> None:
    """Make sure, before any work, that a policy file is not written over another."""
    if path is not None and path.exists():
        raise PolicyError(f"{path}: is there already; name a new file, or move it away")


def write_new(text: str, path: Path) -> None:
    """Write a policy file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise PolicyError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that you may write to"
        ) from error
    say(f"thresholds written to {path}")


def document(found: dict[str, Any]) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n")


def plain(text: str, style: str = "") -> Text:
    """Return a text that is shown as it is: no markup, nothing that moves the cursor."""
    return Text(printable(text), style=style)


def _write(found: Iterable[dict[str, Any]], format: Format) -> None:
    if format is Format.JSONL:
        for row in found:
            sys.stdout.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n")
        return
    writer = None
    for row in found:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else json.dumps(value, ensure_ascii=False)


def highlighted(text: str, reasons: Sequence[Reason]) -> Text:
    """Return the sentences that hold the reasons' words, the words in colour; the beginning where there is no word."""
    words = [(reason.start, reason.end) for reason in reasons if reason.marker is None]
    spans = [span for span in sentences(text, _SHOWN) if any(start < span[1] and end > span[0] for start, end in words)]
    shown = Text()
    for start, end in spans or sentences(text, _SHOWN)[:1]:
        if shown:
            shown.append(" … ")
        part = Text(printable(text[start:end].replace("\n", " ")))
        for first, last in words:
            part.stylize(_HIGHLIGHT, max(0, first - start), max(0, last - start))
        shown.append_text(part)
    return shown


class SafeTable(Table):
    """A table whose plain cells are shown as they are: no markup, nothing that moves the cursor."""

    def add(self, *cells: str | Text) -> None:
        """Append a row."""
        self.add_row(*(Text(printable(cell)) if isinstance(cell, str) else cell for cell in cells))


def table(*columns: str) -> SafeTable:
    """Return an empty table with these headings."""
    found = SafeTable(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        found.add_column(Text(printable(column)), overflow="fold")
    return found
