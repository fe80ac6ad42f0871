"""What is to be labelled: ids that stay, parents that are found, and files that are no thread."""

import json

import pytest

from moderation.errors import LabelError
from moderation.labelling.material import Material, copies, is_label_file, read_material
from moderation.labelling.queue import queue_of
from moderation.labels import Label, text_hash

NAMES = ("insult", "spam")


@pytest.fixture
def source(tmp_path):
    def source(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        return path

    return source


def test_a_page_gives_ids_of_its_thread_and_its_parents(root):
    material = read_material([root / "examples" / "thread.txt"], NAMES)
    second = material.known["thread.txt#2"]
    assert len(material.comments) == 14
    assert (second.parent_id, second.thread_id, second.source) == ("thread.txt#1", "thread.txt", "thread")
    assert second.title.startswith("Délestages")
    assert [one.id for one in material.ancestors(material.known["thread.txt#3"])] == ["thread.txt#2", "thread.txt#1"]


def test_ids_with_letters_stay_as_they_are(source):
    path = source("c.jsonl", '{"id": "a-1", "text": "x"}\n{"id": 2, "thread_id": "t", "title": "T", "text": "y"}\n')
    first, second = read_material([path], NAMES).comments
    assert (first.id, first.thread_id) == ("a-1", "")  # a file without threads is not one thread
    assert (second.id, second.thread_id) == ("t#2", "t")


def test_empty_comments_are_not_asked_about_and_are_no_parents(source):
    rows = [{"id": "a", "text": " "}, {"id": "b", "parent_id": "a", "text": "y"}]
    path = source("c.jsonl", "\n".join(map(json.dumps, rows)))
    (only,) = read_material([path], NAMES).comments
    assert (only.id, only.parent_id) == ("b", "")


def test_a_label_file_keeps_its_ids_and_loses_its_answers(source):
    path = source(
        "awa.csv",
        "id,text,insult,target,note,annotator,language\n"
        "1,nul,1,author,unsure,awa,fr\n1,nul,0,,,issa,\n2,seul le parent,,,context,,\n3,pas encore jugé,,,,,\n",
    )
    material = read_material([path], NAMES)
    assert [one.id for one in material.comments] == ["1", "3"]
    assert material.comments[0] == Label("1", "nul", {}, language="fr")
    assert set(material.known) == {"1", "2", "3"}


def test_a_comment_that_was_judged_before_counts_as_drawn_only_if_it_was_drawn_then(source):
    path = source(
        "awa.csv",
        "id,text,insult,note,annotator\n1,a,1,random fact,awa\n1,a,0,,issa\n2,b,1,,awa\n3,c,,unsure,awa\n4,d,,,\n",
    )
    material = read_material([path], NAMES)
    assert material.drawn == {"1": True, "2": False, "3": False}
    drawn = {entry.comment.id: entry.random for entry in queue_of(material)}
    assert drawn == {"1": True, "2": False, "3": False, "4": True}
    assert {comment.note for comment in material.comments} == {""}


def test_references_are_joined_with_their_data(source, tmp_path):
    path = source("r.csv", f"source,id,sha256,insult\nsome,1,{text_hash('nul')},1\n")
    source("some.csv", "id,text\n1,nul\n")
    (only,) = read_material([path], NAMES, data=tmp_path).comments
    assert (only.text, only.sha256) == ("nul", text_hash("nul"))
    with pytest.raises(LabelError, match="no comment with a text"):
        read_material([path], NAMES)
    with pytest.raises(LabelError, match="label them apart"):
        read_material([path, source("t.csv", "id,text,insult\n2,b,0\n")], NAMES, data=tmp_path)


def test_one_id_cannot_stand_for_two_texts(source):
    first, second = source("a.jsonl", '{"id": "x", "text": "a"}'), source("b.jsonl", '{"id": "x", "text": "b"}')
    with pytest.raises(LabelError, match=r"b\.jsonl: the id 'x' stands for two texts"):
        read_material([first, second], NAMES)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("id,text,insult", True),
        ("id,sha256,source,spam", True),
        ("id,text", False),
        ("text,insult", False),
        ("", False),
    ],
)
def test_a_label_file_is_known_by_its_header(source, header, expected):
    assert is_label_file(source("x.csv", header + "\n"), NAMES) is expected


def test_a_file_that_is_not_there_is_no_label_file(tmp_path):
    assert not is_label_file(tmp_path / "none", NAMES)


def test_copies_are_counted_whatever_their_case():
    found = copies(Label(str(n), text, {}) for n, text in enumerate(["Prêt 1", "PRÊT  1", "Prêt 2", "prêt 1"]))
    assert found == {"0": (1, 3), "1": (2, 3), "2": (1, 1), "3": (3, 3)}


def test_a_chain_of_parents_that_closes_ends():
    loop = {name: Label(name, "x", {}, parent_id=other) for name, other in (("a", "b"), ("b", "a"))}
    assert [one.id for one in Material((), loop).ancestors(loop["a"])] == ["b"]
