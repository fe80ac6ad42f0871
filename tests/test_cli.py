"""The command line as its users meet it: output, messages, exit codes."""

import csv
import io
import json
import subprocess
import sys

import pytest
import typer

from moderation.cli import app
from moderation.labels import read_labels
from moderation.threads import read_threads

PAGE = """Titre

3 COMMENTAIRES

  1. Merci.

    • Espèce de gros imbécile !

  2. Quelle honte ce gouvernement, qu'il parte.

REPONDRE
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return str(path)


def test_flag_shows_the_insult_with_its_place_and_words(run, page):
    code, out, _ = run("flag", page)
    assert code == 0
    assert "1 of 3 comments flagged" in out
    assert "2 ↳ 1" in out
    assert "insult" in out
    assert "Merci" not in out


def test_flag_all_shows_every_comment_in_reading_order(run, page):
    _, out, _ = run("flag", page, "--all")
    assert out.index("Merci") < out.index("imbécile") < out.index("honte")


def test_flag_for_programs(run, page):
    code, out, _ = run("flag", page, "--format", "jsonl")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert (row["comment"], row["parent"], row["depth"], row["labels"]) == ("2", "1", 2, ["insult"])
    for reason in row["reasons"]:
        assert "marker" in reason or row["text"][reason["start"] : reason["end"]] == reason["text"]
    _, out, _ = run("flag", page, "--format", "csv", "--all")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["comment"] for row in rows] == ["1", "2", "3"]
    assert json.loads(rows[1]["labels"]) == ["insult"]


def test_flag_puts_the_most_serious_first(run, tmp_path, moderator):
    texts = ["Merci.", "tu es borné", "ESPÈCE DE GROS BÂTARD D'IMBÉCILE", "bon article"]
    path = tmp_path / "c.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    _, out, _ = run("flag", path, "--format", "jsonl")
    found = [json.loads(line)["p_insult"] for line in out.splitlines()]
    assert found == sorted(found, reverse=True)


def test_flag_writes_a_picture_that_loads_nothing(run, page, tmp_path):
    run("flag", page, "--picture", tmp_path / "p.svg")
    svg = (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert "<svg" in svg
    assert "@font-face" not in svg
    assert "https" not in svg.replace("https://www.textualize.io", "")


def test_flag_of_a_page_without_comments_says_why(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Article.\n\nL'espace des contributions est réservé aux abonnés.\n", encoding="utf-8")
    code, out, err = run("flag", path)
    assert code == 0
    assert "no comments" in out
    assert "for subscribers only" in err


def test_flag_keeps_a_terminal_safe(run, tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"text": "\x1b[2J espèce de \u202egros imbécile [bold]"}), encoding="utf-8")
    _, out, _ = run("flag", path)
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]" in out


def test_flag_reads_standard_input(page):
    command = [sys.executable, "-c", "from moderation.cli import main; main()", "flag", "-"]
    found = subprocess.run(command, input=PAGE.encode(), capture_output=True, check=True)
    assert "1 of 3 comments flagged" in found.stdout.decode()


def test_a_reader_that_stops_early_is_no_error(tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text(
        "".join(json.dumps({"text": f"espèce d'imbécile {n}"}) + "\n" for n in range(900)), encoding="utf-8"
    )
    command = f"{sys.executable} -c 'from moderation.cli import main; main()' flag {path} --format jsonl | head -n 1"
    found = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


LETTER = "Toute la ville de Sikasso vous attend samedi au grand marché pour soutenir nos soldats. Recopiez ce message."


def test_flag_names_the_copies_of_a_flood(run, tmp_path):
    path, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_text("".join(json.dumps({"id": f"{n}", "text": LETTER}) + "\n" for n in range(1, 6)), encoding="utf-8")
    second.write_text(json.dumps({"id": "x", "text": LETTER.upper()}), encoding="utf-8")
    _, out, _ = run("flag", path, second)
    assert "4 of 5 comments flagged" in out
    assert "flood: copy 2 of 5" in out
    assert "others: 1, 3, 4, …" in out
    assert "flood: copy 6 of 6" in out
    assert "1 of a.jsonl" in out
    _, out, _ = run("flag", path, "--format", "jsonl")
    reason = json.loads(out.splitlines()[0])["reasons"][-1]
    assert (reason["label"], reason["marker"], reason["copy"], reason["copies"]) == ("spam", "flood", 2, 5)
    assert reason["others"][0] == {"thread": "a.jsonl", "comment": "1"}


def test_files_of_one_name_are_flagged_too(run, tmp_path):
    paths = [tmp_path / folder / "page.jsonl" for folder in "ab"]
    for path, first in zip(paths, (5, 1), strict=True):
        path.parent.mkdir()
        rows = [json.dumps({"id": f"{n}", "text": LETTER}) + "\n" for n in range(first, first + 3)]
        path.write_text("".join(rows), encoding="utf-8")
    code, out, _ = run("flag", *paths)
    assert code == 0
    assert "others: 5 of page.jsonl" in out


def test_flag_and_score_show_the_rules_of_the_site(run, tmp_path, moderator):
    site, path = tmp_path / "site.toml", tmp_path / "c.jsonl"
    site.write_text(
        f'model = "{moderator.model.id}"\n[[rules]]\nname = "procès [b]"\nwords = ["procès"]\n', encoding="utf-8"
    )
    path.write_text(json.dumps({"text": "Le PROCES est pour demain."}), encoding="utf-8")
    _, out, _ = run("flag", path, "--policy", site)
    assert "rule procès [b]" in out
    assert "unknown words" not in out
    _, out, _ = run("flag", path, "--policy", site, "--format", "jsonl")
    row = json.loads(out)
    assert (row["action"], row["labels"]) == ("review", [])
    assert row["reasons"] == [
        {"label": "", "start": 3, "end": 9, "weight": 0.0, "text": "PROCES", "rule": "procès [b]"}
    ]
    assert "procès [b]: PROCES" in run("score", "Le PROCES", "--policy", site)[1]
    assert (
        json.loads(run("score", "Le PROCES", "--policy", site, "--format", "jsonl")[1])["rules"][0]["text"] == "PROCES"
    )
    assert json.loads(run("score", "Le PROCES", "--format", "jsonl")[1])["rules"] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 50, "binary|NUL"),
        ("été\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(run, tmp_path, content, message):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    code, out, err = run("flag", path)
    assert (code, out) == (1, "")
    assert err.startswith(f"moderation: {path}")
    assert len(err.splitlines()) == 1
    assert __import__("re").search(message, err)


def test_wrong_usage_is_exit_code_2(run):
    assert run("flag")[0] == 2
    assert run("nonsense")[0] == 2
    assert run("explain", "texte", "--label", "hate")[0] == 2


def test_score(run):
    code, out, _ = run("score", "Espèce d'imbécile", "--format", "jsonl")
    row = json.loads(out)
    assert code == 0
    assert row["insult"] > 0.5 > row["spam"]
    assert row["action"] != "approve"
    assert "insult" in run("score", "Bonjour")[1]


def test_explain_adds_up(run):
    _, out, _ = run("explain", "Espèce d'imbécile, merci.", "--label", "insult", "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows[0]["text"] in {"imbécile", "Espèce"}
    assert {row["label"] for row in rows} == {"insult"}
    table = run("explain", "Espèce d'imbécile, merci.")[1]
    assert "intercept" in table
    assert "spam" in table


def test_parse_prints_the_whole_comments_indented_under_what_they_answer(run, page):
    code, out, err = run("parse", page)
    assert code == 0
    assert out.splitlines()[:5] == ["Titre", "1", "  Merci.", "  2", "    Espèce de gros imbécile !"]
    assert f"{page}: pasted: 3 comments read, 3 kept in 1 thread; 3 announced" in err


TABLE = """ref,reply_to,body,status,who,when,mail
1,,Bonjour à tous,ok,Awa,2026-03-01 08:00,awa@journal.example
2,1,"Prêt rapide, WhatsApp",spam,Koffi,,k@banque.example
3,1,Va te faire voir,rejected,Issa,,
4,2,Bof,pending,,,
5,9,Salut,,,,
"""
MAP = "id=ref,text=body,parent=reply_to,author=who,date=when,email=mail"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("layout", ["jsonl", "csv"])
def test_what_parse_prints_is_read_again_with_every_parent(run, table, tmp_path, layout):
    _, out, err = run("parse", table, "--map", MAP, "--format", layout, "--zone", "Africa/Niamey")
    copy = tmp_path / "copy"
    copy.write_text(out, encoding="utf-8")
    (found,) = read_threads(copy)
    assert [(c.id, c.parent_id, found.depth(c.id), c.author, c.status) for c in found] == [
        ("1", None, 1, "Awa", "approved"),
        ("2", "1", 2, "Koffi", "spam"),
        ("3", "1", 2, "Issa", "trash"),
        ("4", "2", 3, None, "held"),
        ("5", "9", 1, None, None),
    ]
    assert found["1"].created_at.isoformat() == "2026-03-01T08:00:00+01:00"
    assert found["1"].email is None
    assert "@" not in out
    assert "answers a comment that is not in the thread, kept at top level: 1 comment (first: comment 5)" in err


def test_addresses_are_kept_where_they_are_asked_for(run, table):
    _, out, _ = run("parse", table, "--map", MAP, "--format", "jsonl", "--with-personal-data")
    assert json.loads(out.splitlines()[0])["email"] == "awa@journal.example"


def test_files_of_one_name_stay_two_threads(run, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.txt").write_text(PAGE, encoding="utf-8")
    _, out, _ = run("parse", tmp_path / "a" / "page.txt", tmp_path / "b" / "page.txt", "--format", "jsonl")
    copy = tmp_path / "copy"
    copy.write_text(out, encoding="utf-8")
    assert [len(thread) for thread in read_threads(copy)] == [3, 3]


def test_decisions_of_moderators_become_a_label_file(run, table, tmp_path):
    path = tmp_path / "labels.csv"
    _, _, err = run("parse", table, "--map", MAP, "--labels-from-status", path)
    assert "3 decisions of moderators written to" in err
    found = {label.text: (label.answers, label.annotator, label.source) for label in read_labels(path)}
    assert found["Bonjour à tous"] == ({"spam": 0, "removed": 0}, "status", "export")
    assert found["Prêt rapide, WhatsApp"] == ({"spam": 1, "removed": None}, "status", "export")
    assert found["Va te faire voir"] == ({"spam": None, "removed": 1}, "status", "export")
    assert found["Bof"] == ({"spam": None, "removed": None}, "", "export")
    code, _, err = run("parse", table, "--map", MAP, "--labels-from-status", path)
    assert code == 1
    assert f"{path}: is there already" in err


@pytest.mark.parametrize("command", ["parse", "flag"])
def test_what_stands_before_damage_is_printed_and_the_exit_code_is_1(run, tmp_path, command):
    path, report = tmp_path / "export.csv", tmp_path / "report.json"
    path.write_text("id,text\n1,Espèce d'imbécile\n2\n3,Sale chien\n", encoding="utf-8")
    more = ["--report", report] if command == "parse" else []
    code, out, err = run(command, path, page_of(tmp_path), "--format", "jsonl", *more)
    assert code == 1
    assert json.loads(out.splitlines()[0])["text"] == "Espèce d'imbécile"
    assert "Sale chien" not in out
    assert "gros imbécile" in out
    assert f"{path}, line 3: found 1 fields, expected 2 as in the header" in err
    code, out, _ = run(command, path, "--format", "jsonl", "--keep-going", *more)
    assert code == 0
    assert "Sale chien" in out
    if more:
        (found,) = json.loads(report.read_text(encoding="utf-8"))
        assert (found["read"], found["kept"], found["dropped"], len(found["damage"])) == (3, 2, {"damaged": 1}, 1)


def page_of(folder):
    path = folder / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--map", "corps=body", "expected FIELD=NAME"),
        ("--map", "text", "FIELD=NAME"),
        ("--zone", "Bamako", "Africa/Bamako"),
    ],
)
def test_wrong_options_of_parse_are_named(run, page, option, value, expected):
    code, _, err = run("parse", page, option, value)
    assert code == 2
    assert expected in " ".join(err.replace("│", " ").split())


def test_info_shows_the_card_and_counts_labels(run, root):
    assert "average precision" in run("info")[1]
    out = run("info", root / "labels" / "spam.csv")[1]
    assert all(title in out for title in ("kind", "target", "language", "length"))


def test_train_evaluate_and_use_a_model(run, root, tmp_path):
    labels = root / "labels"
    code, _, err = run("train", labels / "threads.csv", labels / "spam.csv", "--out", tmp_path / "m", "--jobs", 1,
                       "--threshold", "insult: recall @ precision >= 0.6")  # fmt: skip
    assert code == 0
    assert f"written to {tmp_path / 'm'}" in err
    code, out, err = run("evaluate", tmp_path / "m", labels / "daily-life.csv", labels / "spam.csv")
    assert code == 0
    assert "the model was trained on them" in err
    assert "insult" in out
    assert run("score", "Bonjour", "--model", tmp_path / "m")[0] == 0


def test_errors_of_labels_and_models_are_one_sentence(run, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("id,text,insult\n1,Bonjour,maybe\n", encoding="utf-8")
    code, _, err = run("train", bad, "--out", tmp_path / "m")
    assert code == 1
    assert err == f"moderation: {bad}: line 2, column insult: 'maybe'; expected 1, 0 or nothing\n"
    code, _, err = run("score", "Bonjour", "--model", tmp_path / "none")
    assert code == 1
    assert len(err.splitlines()) == 1


def test_a_model_without_its_data_sets_says_what_is_left_out(run, root, tmp_path, monkeypatch):
    monkeypatch.delenv("MODERATION_DATA", raising=False)
    reference = tmp_path / "reference.csv"
    reference.write_text(f"source,id,sha256,insult\nsomewhere,1,{'0' * 64},1\n", encoding="utf-8")
    labels = [root / "labels" / name for name in ("threads.csv", "spam.csv")]
    _, _, err = run("train", *labels, reference, "--out", tmp_path / "m", "--jobs", 1)
    assert "1 judgements of somewhere are left out: somewhere.csv is not in --data or MODERATION_DATA" in err


def test_every_command_and_option_is_documented(root):
    docs = "".join(path.read_text(encoding="utf-8") for path in (root / "docs").glob("*.md"))
    commands = dict(typer.main.get_command(app).commands)
    for group in ("keys", "feedback"):
        commands |= {f"{group} {name}": command for name, command in commands.pop(group).commands.items()}
    assert len(commands) == 21
    for name, command in commands.items():
        assert f"moderation {name}" in docs
        for parameter in command.params:
            assert all(option in docs for option in parameter.opts if option.startswith("--")), (name, parameter.opts)


def test_label_files_cannot_drive_the_terminal(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,text,insult,kind\n1,Bonjour,0,[/x] \x1b[31m[bold]\n", encoding="utf-8")
    code, out, _ = run("info", path)
    assert code == 0
    assert "[/x] �[31m[bold]" in out
    bad = tmp_path / "bad.csv"
    bad.write_text("id,\x1b[31mtexte\n1,a\n", encoding="utf-8")
    assert "\x1b" not in run("info", bad)[2]


def test_what_cannot_be_written_is_said_first(run, root, page, tmp_path):
    code, _, err = run("flag", page, "--picture", tmp_path / "none" / "x.svg")
    assert (code, len(err.splitlines())) == (1, 1)
    (tmp_path / "file").write_text("")
    code, _, err = run("train", root / "labels" / "spam.csv", "--out", tmp_path / "file")
    assert code == 1
    assert "is a file; expected a folder" in err
