"""From disagreements to rows that decide."""

import pytest

from moderation.labelling.adjudication import cases, material_of
from moderation.labelling.draft import Draft
from moderation.labelling.log import Log
from moderation.labelling.session import Session
from moderation.labels import ADJUDICATED, Label, adjudicate, read_labels

NAMES = ("insult", "spam")


def label(name, insult, spam, who, **more):
    return Label(name, f"texte {name}", {"insult": insult, "spam": spam}, annotator=who, **more)


LABELS = [
    label("p", 0, 0, "awa"),
    label("1", 1, 0, "awa", target="author", spans=((0, 5),), note="random fact unsure", parent_id="p", kind="irony"),
    label("1", 0, 0, "issa", target="none", note="random reasons", parent_id="p"),
    label("2", 0, 1, "awa"),
    label("2", 1, 0, "issa", target="group"),
    label("3", 1, 0, "awa"),
    label("3", 0, 0, "issa"),
    label("3", 0, 0, ADJUDICATED),
    label("4", 1, 0, "awa"),
    label("4", None, 0, "issa", note="unsure"),
]


def test_what_is_agreed_is_answered_already():
    first, second = cases(LABELS, NAMES, "Fanta D.")
    assert first.draft == Draft(NAMES, {"spam": 0}, "author", "random fact by:Fanta_D.", ((0, 5),))
    assert second.draft.missing == ("insult", "spam")
    assert first.opinions == (
        "awa: insult yes (author), spam no [fact unsure]",
        "issa: insult no, spam no",
    )


@pytest.mark.parametrize(("answer", "spans", "target"), [(1, ((0, 5),), "author"), (0, (), "none"), (None, (), "")])
def test_the_row_that_is_written_decides(tmp_path, answer, spans, target):
    found = cases(LABELS, NAMES, "fanta")
    with Log(tmp_path / "x.csv", NAMES) as log:
        drafts = {case.entry.comment.id: case.draft for case in found}
        entries = [case.entry for case in found]
        session = Session(entries, material_of(LABELS, found), log, ADJUDICATED, NAMES, drafts)
        session.judge(session.draft.answer("insult", answer))
        rows = read_labels(log.path)
        (decided,) = [one for one in adjudicate([*LABELS, *rows]) if one.id == "1"]
        assert decided.annotator == ADJUDICATED
        assert (decided.answers, decided.spans, decided.target) == ({"insult": answer, "spam": 0}, spans, target)
        assert (decided.kind, decided.parent_id) == ("irony", "p")
        assert decided.note.split()[:3] == ["random", "fact", "by:fanta"]
        assert [one.id for one in rows] == ["p", "1"]
        assert session.undo()
        assert session.draft == found[0].draft
    assert len(cases([*LABELS, *rows], NAMES, "fanta")) == 1
