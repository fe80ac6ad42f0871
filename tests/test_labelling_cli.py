"""The commands of labelling, the screen included: in a terminal of its own, and killed."""

import csv
import io
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from moderation.cli import terminal
from moderation.labelling.log import Log
from moderation.labels import Label, adjudicate, read_labels

pytest.importorskip("textual")
fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))

HEADER = "id,parent_id,text,insult,spam,target,note,annotator\n"


@pytest.fixture
def pair(tmp_path):
    """Two label files by two persons, with one disagreement on each label."""
    for who, first, second in (("awa", "1,0,author", "0,0,none"), ("issa", "0,0,none", "0,1,none")):
        (tmp_path / f"{who}.csv").write_text(
            HEADER + f'1,,"nul\nde chez nul",{first},,{who}\n2,1,bon,{second},,{who}\n3,,bof,0,0,none,random,{who}\n',
            encoding="utf-8",
        )
    return tmp_path / "awa.csv", tmp_path / "issa.csv"


@contextmanager
def screen(*arguments, columns=80, rows=24):
    """Run a command in a terminal of its own; give its process, and what sends keys to it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    code = "from moderation.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=os.environ | {"TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        threading.Thread(target=drain, args=(ours,), daemon=True).start()
        yield process, lambda keys: os.write(ours, keys.encode())
        if process.poll() is None:
            process.kill()
    os.close(ours)


def drain(terminal):
    """Read what a terminal is sent, so that its program never waits."""
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass


def judged(path):
    """Return the ids that a person has judged, once the file holds whole rows."""
    try:
        return [label.id for label in read_labels(path) if label.annotator]
    except Exception:
        return []


def wait_for(count, path, press):
    """Press enter until so many comments are judged."""
    end = time.monotonic() + 60
    while len(judged(path)) < count:
        assert time.monotonic() < end, f"{len(judged(path))} of {count} judged"
        before = len(judged(path))
        press("\r")
        settled = time.monotonic() + 2
        while len(judged(path)) == before and time.monotonic() < settled:
            time.sleep(0.02)


def test_a_killed_screen_loses_nothing_and_is_gone_on_from(root, tmp_path):
    out = tmp_path / "x.csv"
    arguments = ("label", root / "examples" / "thread.txt", "--out", out, "--annotator", "awa", "--queue", "random")
    with screen(*arguments) as (process, press):
        wait_for(4, out, press)
        kept = judged(out)
        process.send_signal(signal.SIGKILL)
    again = judged(out)
    assert again[: len(kept)] == kept
    with screen(*arguments) as (process, press):
        wait_for(len(again) + 3, out, press)
        press("q")
        assert process.wait(20) == 0
        assert f"{14 - len(judged(out))} of 14 left" in process.stderr.read().decode()
    found = judged(out)
    assert found[: len(again)] == again
    assert len(set(found)) == len(found)
    assert {label.note for label in read_labels(out) if label.annotator} == {"random"}


def test_adjudication_on_the_screen(tmp_path, pair):
    out = tmp_path / "decided.csv"
    with screen("adjudicate", *pair, "--out", out, "--annotator", "fanta") as (process, press):
        wait_for(2, out, press)
        press("q")
        assert process.wait(20) == 0
    labels = [label for path in (*pair, out) for label in read_labels(path)]
    assert {label.id: label.answers for label in adjudicate(labels)} == {
        "1": {"insult": 0, "spam": 0},
        "2": {"insult": 0, "spam": 0},
        "3": {"insult": 0, "spam": 0},
    }
    assert {label.note for label in read_labels(out)} == {"by:fanta"}


def test_without_a_terminal_or_textual_one_line_says_so(run, root, tmp_path, monkeypatch):
    arguments = ("label", root / "examples" / "thread.txt", "--out", tmp_path / "x.csv", "--annotator", "awa")
    assert run(*arguments) == (
        1, "", "moderation: labelling needs a terminal: standard input and output must not be a pipe or a file\n"
    )  # fmt: skip
    monkeypatch.setattr(terminal, "find_spec", lambda name: None)
    assert run(*arguments) == (
        1, "", 'moderation: labelling needs Textual, which is not installed: pip install "moderation[label]"\n'
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--annotator", "adjudicated"], "annotator 'adjudicated'"),
        (["--annotator", "awa", "--label", "note"], "label 'note': stands for another column"),
        (["--annotator", "awa", *"--label a --label b --label c --label d --label e".split()], "keys for 4"),
        (["--annotator", "awa", "--share", "0"], "more than 0"),
        (["--annotator", "awa", "--queue", "disagreement"], "compares two models"),
        (["--annotator", "awa", "--label", "off_topic"], "no model knows the label off_topic"),
        (["--annotator", "awa", "--out", "/none/x.csv"], "no folder /none"),
    ],
)
def test_what_label_refuses_is_one_line_and_leaves_no_file(run, root, tmp_path, monkeypatch, more, message):
    monkeypatch.setattr(terminal, "check", lambda: None)
    monkeypatch.setattr(terminal, "ask", lambda *found: pytest.fail("asked"))
    code, _, err = run("label", root / "examples" / "thread.txt", "--out", tmp_path / "x.csv", *more)
    assert (code, len(err.splitlines())) == (1, 1)
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_two_models_may_disagree(run, root, tmp_path, monkeypatch, folder):
    asked = []
    monkeypatch.setattr(terminal, "check", lambda: None)
    monkeypatch.setattr(terminal, "ask", lambda session, *rest: asked.append(session))
    code, _, _ = run(
        "label", root / "examples" / "thread.txt", "--out", tmp_path / "x.csv", "--annotator", "awa",
        "--queue", "disagreement", "--model", folder, "--share", "0.5",
    )  # fmt: skip
    assert (code, asked[0].total) == (0, 14)


def test_agreement(run, pair):
    code, out, _ = run("agreement", *pair)
    assert code == 0
    for word in ("raw", "positive", "kappa", "alpha", "ac1", "awa:1 issa:0", "nul de chez nul"):
        assert word in out
    rows = [json.loads(line) for line in run("agreement", *pair, "--format", "jsonl")[1].splitlines()]
    assert [(row["label"], row["comments"], row["disputed"]) for row in rows] == [("insult", 3, 1), ("spam", 3, 1)]
    assert rows[0]["raw"] == pytest.approx(2 / 3, abs=1e-4)
    listed = list(csv.DictReader(io.StringIO(run("agreement", *pair, "--list", "--format", "csv")[1])))
    assert [(row["label"], row["id"], json.loads(row["answers"])) for row in listed] == [
        ("insult", "1", {"awa": 1, "issa": 0}),
        ("spam", "2", {"awa": 0, "issa": 1}),
    ]
    assert run("agreement", *pair, "--by", "file", "--list")[0] == 0


def test_agreement_of_one_person_is_no_agreement(run, pair):
    code, _, err = run("agreement", pair[0])
    assert code == 1
    assert "no comment has two judgements" in err


def test_many_disagreements_are_cut_short_in_the_table_only(run, tmp_path):
    rows = "".join(f"{n},,t{n},{answer},0,,,{who}\n" for n in range(30) for who, answer in (("a", 0), ("b", 1)))
    (tmp_path / "x.csv").write_text(HEADER + rows, encoding="utf-8")
    assert "and 10 more: --list" in run("agreement", tmp_path / "x.csv")[1]
    assert len(run("agreement", tmp_path / "x.csv", "--list", "--format", "jsonl")[1].splitlines()) == 30


def test_nothing_to_adjudicate(run, tmp_path, pair, monkeypatch):
    monkeypatch.setattr(terminal, "check", lambda: None)
    code, _, err = run("adjudicate", pair[0], "--out", tmp_path / "x.csv", "--annotator", "fanta")
    assert code == 0
    assert "nothing to adjudicate" in err
    assert not (tmp_path / "x.csv").exists()


def test_suspects_from_training_and_from_its_scores(run, root, tmp_path):
    labels = [root / "labels" / name for name in ("threads.csv", "spam.csv")]
    code, out, err = run("suspects", *labels, "--jobs", "1", "--format", "jsonl", "--most", "0")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert f"{len(rows)} answers are contradicted" in err
    assert all(row["reasons"] for row in rows[:3])
    path, line = rows[0]["place"].split(": line ")
    below = Path(path).read_text(encoding="utf-8").split("\n", int(line) - 1)[-1]
    assert rows[0]["id"] in below.splitlines()[0]
    scores = tmp_path / "scores.csv"
    code, _, _ = run("train", *labels, "--out", tmp_path / "m", "--jobs", 1, "--out-of-fold", scores)
    assert code == 0
    code, out, _ = run(
        "suspects", *labels, "--scores", scores, "--model", tmp_path / "m", "--format", "jsonl", "--most", 3
    )
    assert [json.loads(line)["id"] for line in out.splitlines()] == [row["id"] for row in rows[:3]]
    code, out, _ = run("suspects", *labels, "--scores", scores, "--label", "spam")
    assert "threads.csv:" in out or "spam.csv:" in out
    assert "insult" not in {line.split(" ")[0] for line in out.splitlines()}


def test_evaluation_on_the_random_share(run, folder, tmp_path):
    rows = "".join(
        f"{n},,{'Espèce de crétin' if n % 2 else 'Bonjour'} numéro {'x' * n},{n % 2},0,,{'random' if n % 3 else ''},a\n"
        for n in range(40)
    )
    (tmp_path / "x.csv").write_text(HEADER + rows, encoding="utf-8")
    code, _, err = run("evaluate", folder, tmp_path / "x.csv", "--note", "random")
    assert code == 0
    assert "of 26 comments" in err


def test_a_file_that_was_labelled_trains(run, root, tmp_path):
    with Log(tmp_path / "x.csv", ["insult", "spam"]) as log:
        parent = Label("p", "Le parent", {}, note="context")
        log.append(Label("1", "nul", {"insult": 1, "spam": None}, annotator="awa", parent_id="p"), [parent])
    labels = [root / "labels" / name for name in ("threads.csv", "spam.csv")]
    code, _, err = run("train", *labels, tmp_path / "x.csv", "--out", tmp_path / "m", "--jobs", 1)
    assert (code, "written to" in err) == (0, True)
