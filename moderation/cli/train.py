"""``moderation train``: a model from label files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from moderation.cli import output
from moderation.errors import TrainingError

if TYPE_CHECKING:
    from pandas import DataFrame

    from moderation.labels import Joined


def train(
    labels: Annotated[list[Path], typer.Argument(help="Label files (CSV), or folders of them.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder to write the model to.", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the data sets that labels refer to.", envvar="MODERATION_DATA", show_default="none"
        ),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            help='Wish for a threshold, e.g. "insult: recall @ precision >= 0.9"; may be repeated.', show_default=False
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for all cores.")] = -1,
    out_of_fold: Annotated[
        Path | None,
        typer.Option(
            help="Also write each comment's scores by the model that had not seen it (CSV).", show_default=False
        ),
    ] = None,
) -> None:
    """Train a model: cross-validate by groups, calibrate, choose thresholds, fit on everything, and write it."""
    from moderation import dataset, training  # scikit-learn takes a second to load, and only two commands need it
    from moderation.labels import label_files

    if out.exists() and not out.is_dir():
        raise TrainingError(f"{out}: is a file; expected a folder to write the model to")
    if jobs == 0:
        raise typer.BadParameter("give a number of processes, or -1 for all cores", param_hint="--jobs")
    files = label_files(labels)
    sources = _sources(files)
    joined = joined_labels(files, data)
    recipe = dataset.Recipe()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("cross-validation", total=recipe.folds)
        trained = training.train(joined, recipe, threshold or [], sources, jobs, on_fold=lambda: progress.advance(task))
    model = trained.model.save(out)
    if out_of_fold is not None:
        _write(trained.out_of_fold, out_of_fold)
    for bands in model.card["thresholds"].values():
        for answer in bands.values():
            if answer["threshold"] is None:
                output.say(f'no threshold fulfils "{answer["query"]}": that band is switched off')
    for label, parts in model.card["figures"].items():
        figures = parts["all"]
        value, low, high = figures["average_precision"]
        output.say(
            f"{label}: average precision {value:.3f} [{low:.3f}, {high:.3f}] on {figures['comments']} comments, "
            f"{figures['positives']} positive (grouped cross-validation)"
        )
    output.say(f"model {model.id} written to {out}")


def joined_labels(files: list[Path], data: Path | None) -> Joined:
    """Read label files and join references with their data sets; say on standard error what is left out."""
    from moderation.labels import join, read_labels

    joined = join([label for path in files for label in read_labels(path)], data)
    for source, count in sorted(joined.missing.items()):
        output.say(
            f"{count} judgements of {source} are left out: {source}.csv is not in {data or '--data or MODERATION_DATA'}"
        )
    for source, count in sorted(joined.changed.items()):
        output.say(f"{count} judgements of {source} are left out: the texts are no longer those that were judged")
    return joined


def _write(frame: DataFrame, path: Path) -> None:
    try:
        frame.to_csv(path, index=False)
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error}); the model is written, the scores are not") from error


def _sources(files: list[Path]) -> dict[str, Any]:
    """Read ``sources.toml`` beside the label files: what each source is and its licence."""
    found: dict[str, Any] = {}
    for folder in sorted({path.parent for path in files}):
        if (folder / "sources.toml").is_file():
            try:
                found |= tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
            except ValueError as error:
                raise TrainingError(
                    f"{folder / 'sources.toml'}: not TOML ({error}); mend or remove the file"
                ) from error
    return found
