"""``moderation parse``: the comments of thread files, with their nesting."""

import textwrap
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from moderation.cli import options, output
from moderation.cli.reading import Columns, KeepGoing, Reading, Zone, columns_of
from moderation.comments import Comment, Thread

_DEEPEST = 20  # levels that are indented: what is deeper stands below them
_SHOWN = ("held", "spam", "trash", "deleted")


class Layout(StrEnum):
    """How ``parse`` prints comments."""

    TREE = "tree"
    JSONL = "jsonl"
    CSV = "csv"


def parse(
    sources: options.Sources,
    format: Annotated[Layout, typer.Option("--format", help="How to print.")] = Layout.TREE,
    source_format: options.SourceFormat = "auto",
    columns: Columns = "",
    zone: Zone = "UTC",
    personal_data: Annotated[
        bool, typer.Option("--with-personal-data", help="Keep e-mail addresses; left out otherwise.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Also write what was met to this file (JSON).", show_default=False)
    ] = None,
    labels_from_status: Annotated[
        Path | None,
        typer.Option(help="Also write the decisions of moderators as a label file: spam, removed.", show_default=False),
    ] = None,
    keep_going: KeepGoing = False,
) -> None:
    """Read threads and print their comments with their nesting; what was odd is said on standard error."""
    reading = Reading(source_format, columns_of(columns), zone, personal_data, keep_going, counts=True)
    found: Iterator[tuple[str, Thread]] = ((source, thread) for source in sources for thread in reading.threads(source))
    if labels_from_status is not None:
        found = _decided(found, labels_from_status)
    if format is Layout.TREE:
        console = output.console()
        for _, thread in found:
            _print(console, thread)
    else:
        output.rows(_rows(found, personal_data), options.Format(format.value))
    if report is not None:
        reading.write_report(report)
    reading.end()


def _decided(found: Iterator[tuple[str, Thread]], path: Path) -> Iterator[tuple[str, Thread]]:
    """Pass threads on, and write what moderators decided on their comments to a label file."""
    from moderation.labelling.log import new_label_file
    from moderation.labelling.statuses import NAMES, decisions

    judged = 0
    with new_label_file(path, NAMES) as write:
        for source, thread in found:
            for label in decisions(thread, source):
                write(label)
                judged += bool(label.annotator)
            yield source, thread
    output.say(f"{judged} decisions of moderators written to {path}")


def _print(console: Console, thread: Thread) -> None:
    console.print(Text(output.printable(thread.title or thread.id), style="bold"))
    if thread.url:
        console.print(Text(output.printable(thread.url), style="dim"))
    for place, comment in enumerate(thread, start=1):
        margin = "  " * min(thread.depth(comment.id), _DEEPEST)
        console.print(Text(margin[2:] + output.printable(_head(place, comment)), style="cyan"))
        width = max(console.width - len(margin), 20)
        for line in comment.text.split("\n"):
            for row in textwrap.wrap(output.printable(line), width, break_on_hyphens=False) or [""]:
                console.print(Text(margin + row))
    console.print()


def _head(place: int, comment: Comment) -> str:
    date = comment.created_at.strftime("%Y-%m-%d %H:%M") if comment.created_at else None
    status = comment.status if comment.status in _SHOWN else None
    kind = comment.kind if comment.kind != "comment" else None
    likes = f"+{comment.likes}" if comment.likes else None
    flags = f"{comment.flags} flags" if comment.flags else None
    return " · ".join(filter(None, (str(place), comment.author, date, kind, status, likes, flags)))


def _rows(found: Iterator[tuple[str, Thread]], personal_data: bool) -> Iterator[dict[str, Any]]:
    owners: dict[str, str] = {}  # thread id -> the source that has it: files of one name in two folders are two threads
    for source, thread in found:
        thread_id = thread.id if owners.setdefault(thread.id, source) == source else f"{source}#{thread.id}"
        for comment in thread:
            row = {
                "id": comment.id,
                "thread_id": thread_id,
                "parent_id": comment.parent_id,
                "title": thread.title,
                "url": thread.url,
                "text": comment.text,
                "author": comment.author,
                "created_at": comment.created_at.isoformat() if comment.created_at else None,
                "status": comment.status,
                "kind": comment.kind,
                "likes": comment.likes,
                "flags": comment.flags,
                "addressee": comment.addressee,
                "depth": thread.depth(comment.id),
            }
            yield row | ({"email": comment.email} if personal_data else {})
