"""Judgements of one comment brought together."""

import pytest

from moderation.errors import LabelError
from moderation.labelling.judged import By, gather
from moderation.labels import Label


def label(name, answer, who, place="a.csv: line 2", **more):
    return Label(name, "texte", {"insult": answer}, annotator=who, place=place, **more)


def test_judgements_of_one_text_come_together_in_the_order_of_the_files():
    found = gather([label("2", 1, "awa"), label("1", 0, "awa"), label("2", 0, "issa"), Label("2", "x", {"insult": 1})])
    assert [[*one.judgements] for one in found] == [["awa", "issa"], ["awa"], [""]]
    assert [one.disputed(["insult", "spam"]) for one in found] == [("insult",), (), ()]


def test_adjudicated_rows_and_rows_of_context_are_no_judgements():
    assert gather([label("1", 1, "adjudicated"), label("1", None, "", note="context")]) == []


def test_a_person_without_a_name_is_the_file():
    (one,) = gather([label("1", 1, "", "x/awa.csv: line 2"), label("1", 0, "", "x/issa.csv: line 9")])
    assert one.answers("insult") == {"awa": 1, "issa": 0}


def test_a_person_can_be_compared_with_himself_by_file():
    labels = [label("1", 1, "awa", "x/1.csv: line 2"), label("1", 0, "awa", "x/2.csv: line 3")]
    with pytest.raises(LabelError, match=r"x/2\.csv: line 3: 'awa' judges '1' a second time, after x/1\.csv: line 2"):
        gather(labels)
    (one,) = gather(labels, By.FILE)
    assert one.answers("insult") == {"x/1.csv": 1, "x/2.csv": 0}


def test_an_open_answer_is_no_answer():
    (one,) = gather(
        [label("1", 1, "awa", target="author"), label("1", None, "issa", note="unsure"), label("1", 1, "o")]
    )
    assert one.answers("insult") == {"awa": 1, "o": 1}
    assert (one.disputed(["insult"]), one.targets) == ((), {"author"})
