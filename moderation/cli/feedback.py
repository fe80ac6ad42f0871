"""``moderation feedback``: what moderators said over the service: as label files, and out of the store again."""

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli import output
from moderation.cli.stores import DEFAULT, StoreUrl, opened

app = typer.Typer(help="Export, purge and erase what moderators said over the service.", no_args_is_help=True)


@app.command()
def export(
    labels: Annotated[Path, typer.Option(help="New label file (CSV).", show_default=False)],
    store: StoreUrl = DEFAULT,
) -> None:
    """Write what moderators said as a label file, one row for each comment whose text was kept."""
    with opened(store) as feedback:
        found = feedback.export_labels(labels)
    output.say(f"{found.rows} comments written to {labels}")
    for count, what in (
        (found.without_text, "comments not written: their text was not kept, or is blank"),
        (found.without_answer, "comments not written: no label was named"),
        (found.of_older_text, "judgements not written: the comment was edited, and judged again"),
        (found.without_parent, "comments stand without the one they answer, on which there is no feedback with a text"),
    ):
        if count:
            output.say(f"{count} {what}")


@app.command()
def purge(
    days: Annotated[int, typer.Option(help="Delete what is older.", min=1, max=36_500, show_default=False)],
    store: StoreUrl = DEFAULT,
) -> None:
    """Delete old feedback."""
    with opened(store, retention_days=days) as feedback:
        output.say(f"{feedback.purge()} rows deleted")


@app.command()
def erase(
    author: Annotated[str | None, typer.Option(help="Whose comments; the name that the site shows.")] = None,
    comment: Annotated[str | None, typer.Option(help="Id of the comment.")] = None,
    key_name: Annotated[
        str | None, typer.Option(help="Only what came with keys of this name.", show_default="all")
    ] = None,
    store: StoreUrl = DEFAULT,
) -> None:
    """Delete all feedback on an author's comments, or on one comment."""
    if (author is None) == (comment is None):
        raise typer.BadParameter("give one of them", param_hint="--author, --comment")
    with opened(store) as feedback:
        count = feedback.erase(author=author, comment_id=comment, key_name=key_name)
    output.say(f"{count} rows deleted")
