"""``moderation adjudicate``: decide, one at a time, the comments on which persons differ."""

from pathlib import Path
from typing import Annotated

import typer

from moderation.cli import options, output, terminal


def adjudicate(
    files: Annotated[list[Path], typer.Argument(help="Label files (CSV), or folders of them.", show_default=False)],
    out: terminal.Out,
    annotator: terminal.Annotator,
    model: options.ModelFolder = None,
    data: options.DataFolder = None,
) -> None:
    """Show each comment on which judgements differ, with what was said, and write the answer that decides."""
    terminal.check()
    from moderation.labelling.adjudication import cases, material_of
    from moderation.labelling.log import Log
    from moderation.labelling.session import Session, check_annotator
    from moderation.labels import ADJUDICATED, join, label_files, read_labels
    from moderation.model import Model

    labels = join([label for path in label_files(files) for label in read_labels(path)], data).labels
    names = tuple(dict.fromkeys(name for label in labels for name in label.answers))
    terminal.check_labels(names)
    found = cases(labels, names, check_annotator(annotator))
    if not found:
        output.say("no comment has both a yes and a no that nobody has decided yet: nothing to adjudicate")
        return
    entries = [case.entry for case in found]
    drafts = {case.entry.comment.id: case.draft for case in found}
    opinions = {case.entry.comment.id: case.opinions for case in found}
    with Log(out, names, by_reference=any(entry.comment.sha256 for entry in entries)) as log:
        if log.recovered:
            output.say(log.recovered)
        session = Session(entries, material_of(labels, found), log, ADJUDICATED, names, drafts)
        terminal.ask(session, terminal.adviser(lambda: Model.load(model), names), opinions)
