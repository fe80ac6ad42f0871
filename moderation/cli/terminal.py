"""The full screen that ``label`` and ``adjudicate`` share: whether it can be shown, and what is said when it ends."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli import output
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from moderation.labelling.advice import Advice
    from moderation.labelling.session import Session
    from moderation.model import Model

Annotator = Annotated[
    str,
    typer.Option(
        help="Who judges; a pseudonym will do.", envvar="MODERATION_ANNOTATOR", show_default=False, metavar="NAME"
    ),
]
Out = Annotated[
    Path, typer.Option(help="Label file to write to; it is gone on from if it is there.", show_default=False)
]


def check() -> None:
    """Make sure that a screen can be shown, before any work is done for it.

    Raises
    ------
    ModerationError
        Where Textual is not installed, or there is no terminal.
    """
    if find_spec("textual") is None:
        raise ModerationError('labelling needs Textual, which is not installed: pip install "moderation[label]"')
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ModerationError("labelling needs a terminal: standard input and output must not be a pipe or a file")


def check_labels(names: Sequence[str]) -> None:
    """Make sure that there are keys for all labels, and that each can be a column."""
    from moderation.labelling.view import KEYS
    from moderation.labels import FIELDS

    if wrong := [name for name in names if name in FIELDS or not name.strip()]:
        raise ModerationError(f"label {wrong[0]!r}: stands for another column of label files; choose another name")
    if len(names) > len(KEYS):
        raise ModerationError(
            f"{len(names)} labels ({', '.join(names)}); there are keys for {len(KEYS)}: ask for fewer"
        )


def adviser(load: Callable[[], "Model"], names: Sequence[str]) -> Callable[[str], Sequence["Advice"]]:
    """Return what tells the reasons of a model, which is loaded when it is first asked."""
    model = cache(load)

    def advise_on(text: str) -> Sequence["Advice"]:
        from moderation.labelling.advice import advise

        return advise(model(), text, names)

    return advise_on


def ask(
    session: "Session", advise_on: Callable[[str], Sequence["Advice"]], opinions: Mapping[str, Sequence[str]]
) -> None:
    """Show the screen until the person ends it; then say what is done."""
    from moderation.labelling.screen import LabellingApp

    before = session.done
    screen = LabellingApp(session, advise_on, opinions)
    screen.run()
    if screen.failure is not None:
        raise screen.failure
    output.say(
        f"{session.done - before} judged now, {session.total - session.done} of {session.total} left; "
        f"written to {session.log.path}"
    )
