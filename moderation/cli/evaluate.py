"""``moderation evaluate``: the figures of a model on label files that it was not trained on."""

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli import options, output


def evaluate(
    model: Annotated[Path, typer.Argument(help="Model folder.", show_default=False)],
    labels: Annotated[list[Path], typer.Argument(help="Label files (CSV), or folders of them.", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the data sets that labels refer to.", envvar="MODERATION_DATA", show_default="none"
        ),
    ] = None,
    note: Annotated[
        str | None, typer.Option(help="Only comments with this note, e.g. random.", show_default="all comments")
    ] = None,
    jobs: options.Jobs = -1,
) -> None:
    """Print the figures of a model on label files, with 95 % intervals, and what its thresholds do there.

    Comments that the model was trained on are left out and counted.
    """
    from moderation.evaluation import evaluate_model
    from moderation.labelling.material import noted
    from moderation.labels import join, label_files, read_labels
    from moderation.model import Model

    found = [label for path in label_files(labels) for label in read_labels(path)]
    joined = join(found if note is None else noted(found, note), data)
    report = evaluate_model(Model.load(model), joined, jobs)
    for line in report.notes:
        output.say(line)
    table = output.table(*report.columns)
    for row in report.rows:
        table.add(*row)
    output.console().print(table)
