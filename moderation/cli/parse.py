"""``moderation parse``: the comments of thread files, with their nesting."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from moderation.cli import options, output
from moderation.comments import Thread
from moderation.threads import read_threads


def parse(
    sources: options.Sources,
    format: options.OutputFormat = options.Format.TABLE,
    source_format: options.SourceFormat = "auto",
) -> None:
    """Read threads and print their comments; what was odd is said on standard error."""
    if format is options.Format.TABLE:
        for thread in _threads(sources, source_format):
            _print(thread)
    else:
        output.rows((row for thread in _threads(sources, source_format) for row in _rows(thread)), format)


def _threads(sources: list[str], source_format: str) -> Iterator[Thread]:
    for source in sources:
        for thread in read_threads(source, source_format):
            announced = f", {thread.announced} announced" if thread.announced is not None else ""
            output.say(f"{source}: {len(thread)} comments{announced}")
            for note in thread.notes:
                output.say(f"{source}: {note}")
            yield thread


def _print(thread: Thread) -> None:
    console = output.console()
    console.print(Text(output.printable(thread.title or thread.id), style="bold"))
    for place, comment in enumerate(thread, start=1):
        indent = "  " * min(thread.depth(comment.id) - 1, 20)
        head = f"{indent}{place}" + (f" {comment.author}" if comment.author else "")
        line = Text(output.printable(head), style="cyan")
        line.append(" " + output.printable(" ".join(comment.text.split())), style="default")
        console.print(line, no_wrap=True, overflow="ellipsis")
    console.print()


def _rows(thread: Thread) -> Iterator[dict[str, Any]]:
    for comment in thread:
        yield {
            "id": comment.id,
            "thread_id": thread.id,
            "parent_id": comment.parent_id,
            "title": thread.title,
            "text": comment.text,
            "author": comment.author,
            "created_at": comment.created_at.isoformat() if comment.created_at else None,
            "status": comment.status,
            "kind": comment.kind,
            "depth": thread.depth(comment.id),
        }
