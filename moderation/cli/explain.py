"""``moderation explain``: what each word of a comment adds to its score."""

from typing import Annotated

import typer
from rich.text import Text

from moderation.cli import options, output
from moderation.model import Model
from moderation.scores import Explanation

_SHOWN = 12  # rows of a table; programs get all


def explain(
    text: options.Text,
    label: Annotated[str | None, typer.Option(help="Only this label.", show_default="all")] = None,
    model: options.ModelFolder = None,
    format: options.OutputFormat = options.Format.TABLE,
) -> None:
    """Show the sentence that decided, and the weight of each of its words, in log-odds.

    The weights and the intercept add up to the log-odds of that sentence.
    """
    comment = options.text_of(text)
    loaded = Model.load(model)
    if label is not None and label not in loaded.labels:
        raise typer.BadParameter(f"the model has the labels {', '.join(loaded.labels)}", param_hint="--label")
    found = [explanation for name, explanation in loaded.explain(comment).items() if label in (None, name)]
    if format is options.Format.TABLE:
        for explanation in found:
            _print(comment, explanation)
    else:
        output.rows((output.reason_row(reason) for explanation in found for reason in explanation.reasons), format)


def _print(comment: str, explanation: Explanation) -> None:
    console = output.console()
    console.print(Text(f"{explanation.label}: log-odds {explanation.log_odds:+.2f}", style="bold"))
    strong = [reason for reason in explanation.reasons if reason.weight > 0][:5]
    console.print(
        output.highlighted(comment[explanation.start : explanation.end], [])
        if not strong
        else output.highlighted(comment, strong)
    )
    table = output.table("weight", "word")
    reasons = sorted(explanation.reasons, key=lambda reason: -abs(reason.weight))
    for reason in reasons[:_SHOWN]:
        word = output.printable(reason.text) if reason.marker is None else f"({reason.marker})"
        table.add(f"{reason.weight:+.2f}", Text(word))
    rest = reasons[_SHOWN:]
    if rest:
        table.add(f"{sum(reason.weight for reason in rest):+.2f}", Text(f"{len(rest)} more", style="dim"))
    table.add(f"{explanation.intercept:+.2f}", Text("intercept", style="dim"))
    console.print(table)
    console.print()
