"""``moderation suspects``: judgements that are likely errors, with the words that speak against them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from moderation.cli import options, output
from moderation.cli.train import joined_labels

if TYPE_CHECKING:
    from moderation.labelling.suspects import Suspect
    from moderation.labels import Joined
    from moderation.training import Trained


def suspects(
    labels: Annotated[list[Path], typer.Argument(help="Label files (CSV), or folders of them.", show_default=False)],
    scores: Annotated[
        Path | None,
        typer.Option(
            help="What `train --out-of-fold` wrote; without it the labels are trained on.", show_default=False
        ),
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="Only this label; may be repeated.", show_default="all")
    ] = None,
    most: Annotated[int, typer.Option(help="How many, at most; 0 for all.", min=0)] = 50,
    model: Annotated[
        Path | None,
        typer.Option(help="Model folder that the words come from.", show_default="the trained or shipped one"),
    ] = None,
    data: options.DataFolder = None,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for all cores.")] = -1,
    format: options.OutputFormat = options.Format.TABLE,
) -> None:
    """Name the judgements that a model contradicts which was not trained on them, the most doubtful first."""
    from moderation.labelling import suspects as found_by
    from moderation.labels import label_files
    from moderation.model import Model

    if jobs == 0:
        raise typer.BadParameter("give a number of processes, or -1 for all cores", param_hint="--jobs")
    joined = joined_labels(label_files(labels), data)
    if scores is not None:
        frame, explaining = found_by.read_out_of_fold(scores), None
    else:
        trained = _trained(joined, jobs)
        frame, explaining = trained.out_of_fold, trained.model
    found = found_by.suspects(joined.labels, frame, label or ())
    output.say(
        f"{len(found)} answers are contradicted" + (f"; the first {most} are shown" if 0 < most < len(found) else "")
    )
    if model is not None or explaining is None:
        explaining = Model.load(model)
    shown = [found_by.explained(suspect, explaining) for suspect in found[: most or None]]
    if format is options.Format.TABLE:
        _print(shown)
    else:
        output.rows(map(_row, shown), format)


def _trained(joined: "Joined", jobs: int) -> "Trained":
    from moderation import dataset, training

    recipe = dataset.Recipe()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("cross-validation", total=recipe.folds)
        return training.train(joined, recipe, jobs=jobs, on_fold=lambda: progress.advance(task))


def _print(found: list["Suspect"]) -> None:
    table = output.table("label", "says", "model", "place", "words")
    for suspect in found:
        reasons = suspect.reasons.reasons if suspect.reasons else ()
        words = output.highlighted(suspect.label.text or "", reasons)
        place = suspect.label.place.replace(": line ", ":")
        table.add(suspect.name, str(suspect.answer), f"{suspect.probability:.0%}", place, words)
    if found:
        output.console().print(table)


def _row(suspect: "Suspect") -> dict[str, Any]:
    label = suspect.label
    return {
        "label": suspect.name,
        "id": label.id,
        "answer": suspect.answer,
        "probability": round(suspect.probability, 6),
        "reasons": [output.reason_row(reason) for reason in (suspect.reasons.reasons if suspect.reasons else ())],
        "place": label.place,
        "annotator": label.annotator,
        "thread_id": label.thread_id,
        "parent_id": label.parent_id,
        "title": label.title,
        "text": label.text,
    }
