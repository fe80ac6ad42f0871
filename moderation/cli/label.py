"""``moderation label``: ask a person about comments, full screen."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from moderation.cli import options, output, terminal
from moderation.cli.reading import Columns, columns_of
from moderation.labelling.queue import SHARE, Order


def label(
    sources: Annotated[list[Path], typer.Argument(help="Thread files or label files.", show_default=False)],
    out: terminal.Out,
    annotator: terminal.Annotator,
    label: Annotated[
        list[str] | None, typer.Option(help="Label to ask for; may be repeated.", show_default="insult and spam")
    ] = None,
    queue: Annotated[Order, typer.Option(help="Which comments come first.")] = Order.UNCERTAIN,
    share: Annotated[float, typer.Option(help="Share that is drawn at random, above 0, at most 1.")] = SHARE,
    model: Annotated[
        list[Path] | None,
        typer.Option(help="Model folder; twice for the order disagreement.", show_default="the shipped model"),
    ] = None,
    data: options.DataFolder = None,
    source_format: options.SourceFormat = "auto",
    columns: Columns = "",
) -> None:
    """Ask for labels of comments, one at a time; each answer is written at once, and a file is gone on from.

    A part of the comments is always drawn at random (note: random), so that recall can be measured on it.
    """
    terminal.check()
    from moderation.labelling import queue as queues
    from moderation.labelling.log import Log
    from moderation.labelling.material import read_material
    from moderation.labelling.session import Session, check_annotator
    from moderation.model import Model
    from moderation.model_files import shipped_model

    names = tuple(dict.fromkeys(label or ("insult", "spam")))
    terminal.check_labels(names)
    annotator = check_annotator(annotator)
    folders: list[Path | None] = [*model] if model else [None]
    if queue is Order.DISAGREEMENT and len(folders) == 1:
        folders.append(shipped_model())
    material = read_material(sources, names, source_format, data, columns_of(columns))
    models = [] if queue is Order.RANDOM else [Model.load(folder) for folder in folders]
    with Console(stderr=True).status(f"reading {len(material.comments)} comments with the model"):
        urgency = queues.urgency(queue, material.comments, models, names)
    entries = queues.queue_of(material, urgency, share)
    by_reference = any(comment.sha256 for comment in material.comments)
    with Log(out, names, by_reference) as log:
        if log.recovered:
            output.say(log.recovered)
        session = Session(entries, material, log, annotator, names)
        advise_on = terminal.adviser(lambda: models[0] if models else Model.load(folders[0]), names)
        terminal.ask(session, advise_on, {})
