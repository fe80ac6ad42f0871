"""The file of judgements: what is in it after each way in which writing can go wrong."""

import csv
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import LabelError
from moderation.labelling.log import Log, columns
from moderation.labels import Label, read_labels, text_hash

NAMES = ("insult", "spam")
HARD = 'Ligne un\n"guillemets", virgules;\r\nfin \r seule 😂👩🏾‍🌾\x00\u2028'


def judged(name, text="nul", annotator="awa", **more):
    return Label(name, text, {"insult": 1, "spam": None}, annotator=annotator, **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.csv"


def test_a_row_comes_back_as_it_was(path):
    label = judged("1", HARD, title='Un "titre",\nlong', target="author", spans=((0, 5), (6, 8)), note="fact random")
    with Log(path, NAMES) as log:
        log.append(label)
    assert read_labels(path) == [label]
    assert path.read_bytes().endswith(b"\n")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), max_size=5))
def test_any_text_comes_back_as_it_was(texts):
    with tempfile.TemporaryDirectory() as folder:
        labels = [judged(str(n), text) for n, text in enumerate(texts)]
        for label in labels:  # each in a session of its own
            with Log(Path(folder) / "x.csv", NAMES) as log:
                log.append(label)
        with Log(Path(folder) / "x.csv", NAMES) as log:
            assert [row.label for row in log.rows] == labels
            for label in reversed(labels):
                assert log.undo("awa") == label
            assert log.undo("awa") is None
            assert read_labels(log.path) == []


def test_each_judgement_is_in_the_file_and_on_the_disk_at_once(path, monkeypatch):
    synced = []
    with Log(path, NAMES) as log:
        monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
        log.append(judged("1"))
        assert synced == [path.stat().st_size]
        assert [label.id for label in read_labels(path)] == ["1"]


def test_context_is_written_once_and_makes_a_valid_file(path):
    parent = Label("p", "parent", {}, note="context")
    with Log(path, NAMES) as log:
        log.append(judged("1", parent_id="p"), [parent])
        log.append(judged("2", parent_id="p"), [parent])
        assert [label.id for label in read_labels(path)] == ["p", "1", "2"]
        log.undo("awa")
        log.undo("awa")
        assert log.undo("awa") is None
    assert [label.id for label in read_labels(path)] == ["p"]


def test_only_ones_own_last_judgement_is_undone(path):
    with Log(path, NAMES) as log:
        log.append(judged("1"))
        log.append(judged("1", annotator="issa"))
        assert log.undo("awa") is None
        assert log.undo("issa") is not None


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_row_cut_short_by_a_crash_is_put_aside(path, cut):
    with Log(path, NAMES) as log:
        log.append(judged("1", HARD))
        whole = path.read_bytes()
        log.append(judged("2", HARD, source="page", labelled_at="2026-03-02"))
    content = path.read_bytes()
    last = len(content) - len(whole)
    path.write_bytes(content[: -min(cut * 2, last - 1)])
    with Log(path, NAMES) as log:
        kept = [row.label.id for row in log.rows]
        log.append(judged("3"))
    assert [label.id for label in read_labels(path)] == [*kept, "3"]
    if kept == ["1"]:
        assert log.recovered
        rest = path.with_name("x.csv.torn").read_bytes()
        assert whole + rest == content[: len(whole) + len(rest) - 1] + b"\n"
    else:  # the row was whole but for the end of its last field
        assert kept == ["1", "2"]


def test_a_header_cut_short_is_written_anew(path):
    path.write_bytes(b"id,thread_id,par")
    with Log(path, NAMES) as log:
        log.append(judged("1"))
    assert [label.id for label in read_labels(path)] == ["1"]


def test_a_file_without_its_last_line_end_is_gone_on_from(path):
    with Log(path, NAMES) as log:
        log.append(judged("1"))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    with Log(path, NAMES) as log:
        log.append(judged("2"))
        assert not log.recovered
    assert [label.id for label in read_labels(path)] == ["1", "2"]


def test_a_file_with_other_columns_and_line_ends_keeps_them(path):
    header = ["off_topic", *reversed(columns(NAMES))]
    row = {"id": "0", "text": "été", "off_topic": "1", "annotator": "issa"}
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(row)
    path.write_text("\ufeff" + stream.getvalue() + "\r\n", encoding="utf-8", newline="")
    with Log(path, NAMES) as log:
        log.append(judged("1"))
    first, second = read_labels(path)
    assert first.answers == {"off_topic": 1, "insult": None, "spam": None}
    assert second.answers == {"off_topic": None, "insult": 1, "spam": None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text,insult\n1,a,0\n", "line 1: no column .*spam.*; found id, text, insult"),
        ("n'importe quoi, sans colonnes", "no column id"),
        (",".join(columns(NAMES)) + "\n1,2,3\n", "3 fields"),
        (",".join(columns(NAMES)) + '\n1,"a"b' + "," * 13 + "\n", "not CSV"),
        (",".join(columns(NAMES, by_reference=True)) + "\n", "no column thread_id"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_left_alone(path, content, message):
    path.write_text(content, encoding="utf-8", newline="")
    with pytest.raises(LabelError, match=message):
        Log(path, NAMES)
    assert path.read_text(encoding="utf-8") == content
    assert [one.name for one in path.parent.iterdir()] == ["x.csv"]


def test_references_hold_no_text(path):
    with Log(path, NAMES, by_reference=True) as log:
        log.append(judged("1", "un secret", sha256=text_hash("un secret"), source="some"))
    assert b"secret" not in path.read_bytes()
    assert [label.sha256 for label in read_labels(path)] == [text_hash("un secret")]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(LabelError, match=r"no folder .*none; make it first"):
        Log(tmp_path / "none" / "x.csv", NAMES)
    with pytest.raises(LabelError, match="cannot be written"):
        Log(tmp_path, NAMES)


def test_a_folder_that_may_not_be_written_to():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(LabelError, match=r"x\.csv: cannot be written \(Permission denied\)"):
            Log(folder / "x.csv", NAMES)
    finally:
        if root:
            os.seteuid(0)
        folder.rmdir()


def test_a_full_disk_leaves_the_file_as_it_was(path, monkeypatch):
    write = os.write
    with Log(path, NAMES) as log:
        log.append(judged("1"))
        before = path.read_bytes()
        monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:10]))
        with pytest.raises(LabelError, match="no space is left"):
            log.append(judged("2"))
        assert path.read_bytes() == before
        monkeypatch.undo()
        log.append(judged("2"))
    assert [label.id for label in read_labels(path)] == ["1", "2"]


def test_another_program_that_changes_the_file_is_noticed(path):
    with Log(path, NAMES) as log:
        log.append(judged("1"))
        with path.open("a") as file:
            file.write("\n")
        for work in (lambda: log.append(judged("2")), lambda: log.undo("awa")):
            with pytest.raises(LabelError, match="another program has changed the file"):
                work()
    with Log(path, NAMES) as log:
        path.unlink()
        with pytest.raises(LabelError, match="another program"):
            log.append(judged("2"))


def test_two_sessions_cannot_write_to_one_file(path):
    code = "import sys; from moderation.labelling.log import Log; Log(sys.argv[1], ('insult', 'spam'))"
    with Log(path, NAMES):
        with pytest.raises(LabelError, match="open in another session"):
            Log(path, NAMES)
        found = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
        assert "open in another session" in found.stderr
    Log(path, NAMES).close()
