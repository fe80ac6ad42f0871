"""A session: answers, undo, skip, pace, and going on after the process was killed."""

import itertools
import os
import signal
import subprocess
import sys
from datetime import date

import pytest

from moderation.errors import LabelError
from moderation.labelling.draft import Draft, find_spans
from moderation.labelling.log import Log
from moderation.labelling.material import Material
from moderation.labelling.queue import Entry, queue
from moderation.labelling.session import Session, check_annotator
from moderation.labels import Label, read_labels

NAMES = ("insult", "spam")


def material(count=5):
    comments = [Label(f"c{n}", f"texte {n}", {}, parent_id=f"c{n - 1}" if n else "") for n in range(count)]
    return Material(tuple(comments), {comment.id: comment for comment in comments})


@pytest.fixture
def begin(tmp_path):
    """Begin a session on the same file."""
    logs = []

    def begin(annotator="awa", found=None, **more):
        found = found or material()
        logs.append(Log(tmp_path / "x.csv", NAMES))
        entries = [Entry(comment, random=n == 0) for n, comment in enumerate(found.comments)]
        return Session(entries, found, logs[-1], annotator, NAMES, **more)

    yield begin
    for log in logs:
        log.close()


NO = Draft(NAMES).rest()


def test_a_draft_asks_for_the_target_of_an_insult_only():
    assert Draft(NAMES).missing == NAMES
    assert Draft(NAMES).answer("insult", 0).missing == ("spam",)
    assert Draft(NAMES).answer("spam", 0).answer("insult", 1).missing == ("target",)
    assert Draft(NAMES).answer("spam", None).answer("insult", None).complete
    assert Draft(("spam",)).rest().complete


@pytest.mark.parametrize(
    ("draft", "answers", "target", "note"),
    [
        (NO, {"insult": 0, "spam": 0}, "none", "random"),
        (Draft(NAMES, {"insult": 1, "spam": 0}, "author", "fact"), {"insult": 1, "spam": 0}, "author", "fact random"),
        (Draft(NAMES, {"insult": 1}).rest(), {"insult": 1, "spam": 0}, "", "random"),
        (Draft(NAMES, {"insult": None, "spam": 1}), {"insult": None, "spam": 1}, "", "random unsure"),
        (Draft(NAMES, {"insult": 0, "spam": 0}, "author"), {"insult": 0, "spam": 0}, "none", "random"),
        (Draft(NAMES, {"insult": 0, "spam": 0}, looked=True), {"insult": 0, "spam": 0}, "none", "random reasons"),
    ],
)
def test_a_judgement_is_a_row_that_the_label_file_takes(begin, draft, answers, target, note):
    session = begin(today=lambda: date(2026, 3, 2))
    session.judge(draft)
    (label,) = read_labels(session.log.path)
    assert (label.answers, label.target, label.note) == (answers, target, note)
    assert (label.annotator, label.labelled_at) == ("awa", "2026-03-02")


def test_marked_words_are_kept_for_an_insult_only(begin):
    session = begin()
    session.judge(Draft(NAMES, {"insult": 1, "spam": 0}, "", spans=((0, 5),)))
    session.judge(Draft(NAMES, {"insult": 0, "spam": 0}, spans=((0, 5),)))
    assert [label.spans for label in read_labels(session.log.path)] == [((0, 5),), ()]


def test_words_are_found_where_they_stand():
    assert find_spans("Gros  CON, gros con", "gros con") == ((0, 9),)
    assert find_spans("a.b", "a.b; b ;a.b;") == ((0, 3), (2, 3))
    assert find_spans("abc", " ; ") == ()
    with pytest.raises(LabelError, match="«x y» does not stand in the comment"):
        find_spans("abc", "x  y")


def test_parents_stand_in_the_file_as_context_and_can_still_be_judged(begin):
    session = begin()
    session.skip()
    session.judge(NO)  # c1, which answers c0
    labels = read_labels(session.log.path)
    assert [(label.id, label.note, label.annotator) for label in labels] == [("c0", "context", ""), ("c1", "", "awa")]
    while session.current:
        session.judge(NO)
    assert session.done == session.total == 5
    assert len(read_labels(session.log.path)) == 6


def test_a_skipped_comment_comes_again_at_the_end(begin):
    session = begin()
    session.skip()
    order = []
    while session.current:
        order.append(session.current.comment.id)
        session.judge(NO)
    assert order == ["c1", "c2", "c3", "c4", "c0"]


def test_undo_asks_again_and_keeps_what_was_noted(begin):
    session = begin()
    session.judge(Draft(NAMES, {"insult": 1, "spam": 0}, "group", "fact", ((0, 2),), looked=True))
    session.judge(NO)
    assert session.undo()
    assert session.undo()
    assert not session.undo()
    assert (session.current.comment.id, session.done, read_labels(session.log.path)) == ("c0", 0, [])
    assert session.draft == Draft(NAMES, note="fact", spans=((0, 2),), looked=True)


def test_a_hesitation_that_was_typed_outlives_undo(begin):
    session = begin()
    session.judge(Draft(NAMES, {"insult": 1, "spam": 0}, "", "unsure"))
    session.undo()
    assert session.draft.note == "unsure"
    session.judge(Draft(NAMES, {"insult": None, "spam": 0}))
    session.undo()
    assert session.draft.note == ""


def test_clearing_forgets_only_the_answers_begun(begin):
    session = begin(drafts={"c0": Draft(NAMES, {"spam": 0}, note="x")})
    assert not session.clear()
    session.draft = session.draft.answer("insult", 1)
    assert session.clear()
    assert session.draft == Draft(NAMES, {"spam": 0}, note="x")


def test_nothing_judged_is_asked_again(begin):
    session = begin()
    session.judge(NO)
    session.judge(NO)
    session.log.close()
    again = begin()
    assert (again.current.comment.id, again.done, again.total) == ("c2", 2, 5)
    assert again.undo()  # of the session before
    assert again.current.comment.id == "c1"
    again.log.close()
    assert begin("issa").done == 0


def test_judgements_of_other_sources_are_no_hindrance(begin):
    session = begin()
    session.judge(NO)
    session.log.close()
    other = Label("z", "autre", {})
    again = begin(found=Material((other,), {"z": other}))
    assert (again.done, again.total, again.undo()) == (0, 1, False)
    again.judge(NO)
    assert [label.id for label in read_labels(again.log.path)] == ["c0", "z"]


def test_another_text_under_the_same_id_is_refused(begin):
    session = begin()
    session.judge(NO)
    session.log.close()
    other = Label("c0", "autre", {})
    with pytest.raises(LabelError, match=r"x\.csv: line 2: another text than the source has under the id 'c0'"):
        begin(found=Material((other,), {"c0": other}))


def test_the_pace_leaves_pauses_out(begin):
    times = iter([0.0, 10.0, 20.0, 5000.0])
    session = begin(clock=lambda: next(times))
    assert session.pace is None
    session.judge(NO)
    session.judge(NO)
    assert session.pace == pytest.approx(6)
    session.judge(NO)
    assert session.pace == pytest.approx(60 * 3 / 80)


@pytest.mark.parametrize("name", ["", "  ", "adjudicated", "majority"])
def test_names_that_no_person_can_have(name):
    with pytest.raises(LabelError, match="expected a name"):
        check_annotator(name)


PROCESS = """
import sys
from test_labelling_session import NAMES, NO, material
from moderation.labelling.log import Log
from moderation.labelling.queue import queue
from moderation.labelling.session import Session
found = material(3000)
session = Session(queue(found.comments), found, Log(sys.argv[1], NAMES), "awa", NAMES)
while session.current:
    name = session.current.comment.id
    session.judge(NO)
    print(name, flush=True)  # only now does the person see that it is kept
"""


def test_a_killed_process_loses_nothing(tmp_path):
    path = tmp_path / "x.csv"
    seen, count = [], itertools.count()
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", PROCESS, path],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.path.dirname(__file__)},  # noqa: PTH120
        ) as process:
            for line in process.stdout:
                seen.append(line.strip())
                if next(count) % 40 == 39:
                    process.send_signal(signal.SIGKILL)
                    break
            seen += [line.strip() for line in process.stdout if line.endswith("\n")]
        assert process.returncode == -signal.SIGKILL
    found = material(3000)
    with Log(path, NAMES) as log:
        session = Session(queue(found.comments), found, log, "awa", NAMES)
        judged = [row.label.id for row in log.rows if row.label.annotator]
        assert len(seen) >= 120
        assert len(set(judged)) == len(judged)
        assert set(seen) <= set(judged)
        assert len(judged) <= len(seen) + 3  # a kill may fall between the writing and the saying
        assert session.done == len(judged)
