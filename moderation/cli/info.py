"""``moderation info``: what a model is, or what label files hold."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from moderation.cli import output


def info(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="A model folder, or label files and folders of them.", show_default="the shipped model"),
    ] = None,
) -> None:
    """Show the card of a model, or count what label files hold: kinds, targets, languages, lengths."""
    from moderation.card import render
    from moderation.labels import label_files, read_labels, tally
    from moderation.model import Model
    from moderation.model_files import CARD

    if not paths or (len(paths) == 1 and (paths[0] / CARD).is_file()):
        output.console().print(Markdown(output.printable(render(Model.load(paths[0] if paths else None).card))))
        return
    labels = [label for path in label_files(paths) for label in read_labels(path)]
    for title, counts in tally(labels).items():
        table = output.table(title, *next(iter(counts.values())))
        for name, row in counts.items():
            table.add(name, *map(str, row.values()))
        output.console().print(table)
        output.console().print()
