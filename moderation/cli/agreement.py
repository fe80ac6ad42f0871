"""``moderation agreement``: how far persons agree who judged the same comments, and where they differ."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli import options, output
from moderation.errors import LabelError, ModerationError
from moderation.labelling.judged import By, Judged, gather

if TYPE_CHECKING:
    from moderation.labelling.agreement import Agreement, Figure

_FIGURES = ("raw", "positive", "kappa", "alpha", "ac1")
_LONGEST = 200  # characters of a text in a table
_SHOWN = 20  # disagreements in a table beside the figures; --list gives them all


def agreement(
    files: Annotated[list[Path], typer.Argument(help="Label files (CSV), or folders of them.", show_default=False)],
    by: Annotated[By, typer.Option(help="Who counts as one person.")] = By.ANNOTATOR,
    list_: Annotated[bool, typer.Option("--list", help="Only the disagreements, all of them.")] = False,
    format: options.OutputFormat = options.Format.TABLE,
) -> None:
    """Measure agreement for each label: raw, on yes, Cohen's kappa, Krippendorff's alpha, Gwet's AC1; list disagreements."""
    if find_spec("krippendorff") is None:
        raise ModerationError('agreement needs krippendorff, which is not installed: pip install "moderation[label]"')
    from moderation.labelling.agreement import agreement as measured
    from moderation.labels import label_files, read_labels

    labels = [label for path in label_files(files) for label in read_labels(path)]
    judged = gather(labels, by)
    names = [
        name
        for name in dict.fromkeys(name for label in labels for name in label.answers)
        if any(len(one.answers(name)) > 1 for one in judged)
    ]
    if not names:
        raise LabelError("no comment has two judgements; give files in which several persons judged the same comments")
    if list_:
        _list(judged, names, format, None)
        return
    found = [measured(judged, name) for name in names]
    if format is not options.Format.TABLE:
        output.rows((_row(one) for one in found), format)
        return
    _print(found)
    _list(judged, names, format, _SHOWN)


def _print(found: list["Agreement"]) -> None:
    table = output.table("", *(one.label for one in found))
    for name in ("comments", "annotators", "disputed"):
        table.add(name, *(str(getattr(one, name)) for one in found))
    for name in _FIGURES:
        table.add(name, *(_text(getattr(one, name)) for one in found))
    output.console().print(table)
    output.console().print()


def _text(figure: "Figure") -> str:
    if figure.value is None:
        return "not defined"
    return f"{figure.value:.3f}" + ("" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]")


def _row(found: "Agreement") -> dict[str, Any]:
    row: dict[str, Any] = {
        "label": found.label,
        "comments": found.comments,
        "annotators": found.annotators,
        "disputed": found.disputed,
    }
    for name in _FIGURES:
        figure = getattr(found, name)
        row |= {
            name: _rounded(figure.value),
            f"{name}_low": _rounded(figure.low),
            f"{name}_high": _rounded(figure.high),
        }
    return row


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _list(judged: list[Judged], names: list[str], format: options.Format, most: int | None) -> None:
    found = [(name, one) for name in names for one in judged if name in one.disputed(names)]
    if format is not options.Format.TABLE:
        output.rows(
            (
                {"label": name, "id": one.first.id, "answers": one.answers(name), "text": one.first.text}
                for name, one in found
            ),
            format,
        )
        return
    table = output.table("label", "comment", "answers", "text")
    for name, one in found[:most]:
        answers = " ".join(f"{who}:{answer}" for who, answer in one.answers(name).items())
        text = " ".join((one.first.text or "(by reference)").split())
        table.add(name, one.first.id, answers, text[:_LONGEST] + ("…" if len(text) > _LONGEST else ""))
    if found:
        output.console().print(table)
    if most is not None and len(found) > most:
        output.console().print(f"and {len(found) - most} more: --list")
