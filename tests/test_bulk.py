"""Scoring files in bulk: what comes out, what cannot be scored, and how a run that was ended goes on."""

import csv
import gzip
import io
import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import ModerationError, Moderator
from moderation.bulk import engines
from moderation.bulk.plan import plan
from moderation.bulk.run import score_files
from moderation.bulk.scoring import job_of
from moderation.bulk.writing import Rows, encoded

TEXTS = [
    "Merci pour cet article.",
    "Espèce de gros imbécile !",
    "Qu'il parte, ce gouvernement.",
    "",
    'é🙂\n« oui », "non"',
]
ROWS = [(f"c{number}", f"t{number // 3}", TEXTS[number % len(TEXTS)], "awa", "2026-03-01") for number in range(23)]
HEADER = ("id", "thread_id", "text", "author", "created_at")


def written(path, rows=ROWS, header=HEADER):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def score(sources, out, *, engine=None, rows=5, columns=None, format=None, keep_going=False, **options):
    found = plan([*map(str, sources)], out, columns or {}, format, keep_going=keep_going)
    return list(score_files(found, out, job_of(**options), engine or engines.local(1), columns or {}, rows))


@pytest.fixture
def source(tmp_path):
    return written(tmp_path / "in" / "comments.csv")


def test_each_row_gets_the_decision_that_it_gets_alone(source, tmp_path, moderator):
    score([source], tmp_path / "out")
    rows = table(tmp_path / "out" / "comments.scores.csv")
    assert [row["id"] for row in rows] == [row[0] for row in ROWS]
    for row, (_, thread, text, _, written_at) in zip(rows, ROWS, strict=True):
        decision = moderator.check_text(text)
        assert (row["thread_id"], row["created_at"], row["model"]) == (thread, written_at, moderator.model.id)
        assert row["action"] == decision.action
        for label, probability in decision.scores.probabilities.items():
            assert float(row[label]) == pytest.approx(probability, abs=2e-6)
        assert float(row["coverage"]) == pytest.approx(decision.scores.coverage, abs=2e-6)


def test_no_text_and_no_author_goes_out(source, tmp_path):
    score([source], tmp_path / "out")
    found = b"".join(files(tmp_path / "out").values()).decode()
    assert "imbécile" not in found
    assert "awa" not in found


def test_neither_the_processes_nor_the_size_of_a_chunk_change_the_bytes(source, tmp_path):
    score([source], tmp_path / "one", rows=1000)
    score([source], tmp_path / "two", rows=3, engine=engines.local(2))
    name = "comments.scores.csv"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_every_format_becomes_every_other(tmp_path, kind, format):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    path = tmp_path / f"c.{kind}"
    facts = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    if kind == "csv":
        written(path)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in facts), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(facts), path)
    score([path], tmp_path / "out", format=format, reasons=True)
    out = tmp_path / "out" / f"c.scores.{format}"
    if format == "csv":
        rows = table(out)
    elif format == "jsonl":
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    else:
        rows = pq.read_table(out).to_pylist()
    assert [row["id"] for row in rows] == [row[0] for row in ROWS]
    assert list(rows[0])[:3] == ["id", "thread_id", "created_at"]
    assert list(rows[0])[-4:] == ["coverage", "action", "model", "reasons"]
    assert Counter(row["action"] for row in rows)["approve"] < len(rows)
    reasons = rows[1]["reasons"] if format == "jsonl" else json.loads(rows[1]["reasons"])
    assert reasons[0]["text"] == ROWS[1][2][reasons[0]["start"] : reasons[0]["end"]] == "imbécile"


def test_parquet_keeps_the_types_of_what_it_keeps(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    stamps = pa.array([0, None], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"id": [7, 9], "text": ["a", "b"], "created_at": stamps}), tmp_path / "c.parquet")
    score([tmp_path / "c.parquet"], tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out" / "c.scores.parquet")
    assert (schema.field("id").type, schema.field("created_at").type) == (pa.int64(), stamps.type)
    score([tmp_path / "c.parquet"], tmp_path / "text", format="csv")
    rows = table(tmp_path / "text" / "c.scores.csv")
    assert [(row["id"], row["created_at"]) for row in rows] == [("7", "1970-01-01T00:00:00+00:00"), ("9", "")]


def test_rows_without_an_id_are_numbered(tmp_path):
    path = written(tmp_path / "c.csv", [["Bonjour"], ["Bonsoir"]], ["text"])
    score([path], tmp_path / "out")
    assert [row["id"] for row in table(tmp_path / "out" / "c.scores.csv")] == ["1", "2"]


@given(st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from('",;\r\n'), max_size=5), min_size=1, max_size=4))
def test_a_table_is_written_as_csv_writes_it(ids):
    rows = Rows({"id": ids}, {"spam": [0.5] * len(ids)}, {"action": ["approve"] * len(ids)})
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\n").writerows((id, "0.500000", "approve") for id in ids)
    assert encoded(rows, "csv").decode() == expected.getvalue()


def test_columns_go_by_the_names_that_are_given(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("Numéro;Avis\n1;Espèce d'imbécile\n", encoding="utf-8")
    score([path], tmp_path / "out", columns={"text": "Avis", "id": "Numéro"})
    (row,) = table(tmp_path / "out" / "c.scores.csv")
    assert (row["id"], row["action"]) == ("1", "reject")


def test_a_thread_source_gives_its_comments(tmp_path, root):
    score([root / "examples" / "thread.txt"], tmp_path / "out")
    rows = table(tmp_path / "out" / "thread.scores.csv")
    assert len(rows) > 3
    assert {row["thread_id"] for row in rows} == {rows[0]["thread_id"]} != {""}


def test_packed_files_are_read(source, tmp_path):
    packed = tmp_path / "comments.csv.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    score([source], tmp_path / "one")
    score([packed], tmp_path / "two")
    assert files(tmp_path / "one")["comments.scores.csv"] == files(tmp_path / "two")["comments.scores.csv"]
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(ModerationError, match="is packed, and damaged"):
        score([packed], tmp_path / "three")


def test_zstandard_is_read(source, tmp_path):
    pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    packed = tmp_path / "comments.csv.zst"
    with pa.CompressedOutputStream(str(packed), "zstd") as stream:
        stream.write(source.read_bytes())
    score([packed], tmp_path / "out")
    assert len(table(tmp_path / "out" / "comments.scores.csv")) == len(ROWS)


def test_rules_of_the_site_count_and_floods_do_not(tmp_path, moderator):
    site = tmp_path / "site.toml"
    site.write_text(
        f'model = "{moderator.model.id}"\n[[rules]]\nname = "r"\nwords = ["maïs"]\naction = "reject"\n',
        encoding="utf-8",
    )
    long = "Votez tous pour le maire dimanche, le seul qui aime la jeunesse de la ville ! " * 2
    path = written(tmp_path / "c.csv", [["Le MAIS"], *[[long]] * 9], ["text"])
    score([path], tmp_path / "out", policy=site, reasons=True)
    rows = table(tmp_path / "out" / "c.scores.csv")
    assert rows[0]["action"] == "reject"
    assert json.loads(rows[0]["reasons"])[0]["rule"] == "r"
    assert len({row["action"] for row in rows[1:]}) == 1


def test_rows_that_cannot_be_read_are_named_and_counted(run, tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes('id,text\n1,oui\n2,"non",trop\n3,"a"b\n4,\xe9t\xe9\n5,merci\n'.encode("latin-1"))
    code, _, err = run("score", path, "--out", tmp_path / "out", "--jobs", 1)
    assert code == 1
    assert ": 2 cannot be scored, see" in err
    assert [row["id"] for row in table(tmp_path / "out" / "c.scores.csv")] == ["1", "4", "5"]
    rejects = table(tmp_path / "out" / "c.rejects.csv")
    assert [(row["file"], row["row"]) for row in rejects] == [("c.csv", ""), ("c.csv", "line 3"), ("c.csv", "line 4")]
    assert "found 3 fields" in rejects[1]["reason"]
    assert run("score", path, "--out", tmp_path / "out", "--jobs", 1)[0] == 1  # the finished run says so again
    assert run("score", path, "--out", tmp_path / "again", "--jobs", 1, "--keep-going")[0] == 0


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_texts_that_are_too_long_are_rejects(tmp_path, monkeypatch, kind):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    for module in ("chunks", "parquet"):
        monkeypatch.setattr(f"moderation.bulk.{module}.LONGEST_TEXT", 10)
    path, texts = tmp_path / f"c.{kind}", ["court", "bien trop long", "un peu", "encore trop long"]
    if kind == "csv":
        written(path, [[text] for text in texts], ["text"])
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    else:
        pq.write_table(pa.table({"text": texts}), path)
    score([path], tmp_path / "out", format="csv")
    assert [row["id"] for row in table(tmp_path / "out" / "c.scores.csv")] == ["1", "3"]
    rejects = table(tmp_path / "out" / "c.rejects.csv")
    assert [(row["row"], row["reason"]) for row in rejects] == [
        ("row 2", "a text of 14 characters; expected at most 10"),
        ("row 4", "a text of 16 characters; expected at most 10"),
    ]


def test_null_texts_are_rejects(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    pq.write_table(pa.table({"text": ["oui", None, "non"]}), tmp_path / "p.parquet")
    (tmp_path / "l.jsonl").write_text('{"text": "oui"}\n{"text": null}\n', encoding="utf-8")
    steps = score([tmp_path / "p.parquet", tmp_path / "l.jsonl"], tmp_path / "out")
    finished = [step.finished for step in steps if step.finished]
    assert [(found["rows"], found["rejected"]) for found in finished] == [(2, 1), (1, 1)]
    assert [row["row"] for row in table(tmp_path / "out" / "p.rejects.csv")] == ["row 2"]
    assert pq.read_table(tmp_path / "out" / "p.scores.parquet")["id"].to_pylist() == [1, 3]


def test_a_file_that_cannot_be_read_stops_the_plan_or_is_named_as_a_reject(source, tmp_path):
    bad = tmp_path / "in" / "page.pdf"
    bad.write_bytes(b"%PDF-1.7")
    with pytest.raises(ModerationError, match="is a PDF"):
        score([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    score([tmp_path / "in"], tmp_path / "out", keep_going=True)
    (reject,) = table(tmp_path / "out" / "page.rejects.csv")
    assert "is a PDF" in reject["reason"]
    assert len(table(tmp_path / "out" / "comments.scores.csv")) == len(ROWS)


def test_a_file_that_breaks_on_the_way_keeps_its_rows_and_ends_no_run(run, source, tmp_path):
    (source.parent / "a.xml").write_text(
        '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:comment>', encoding="utf-8"
    )
    (source.parent / "b.json").write_text('{"licence": "MIT"}', encoding="utf-8")
    code, _, err = run("score", source.parent, "--out", tmp_path / "out", "--jobs", 1)
    assert code == 1
    assert "a.xml: 1 problem, see" in err
    assert table(tmp_path / "out" / "a.rejects.csv")[0]["reason"]
    assert len(table(tmp_path / "out" / "comments.scores.csv")) == len(ROWS)


def test_parquet_that_is_damaged_within_counts_the_rows_that_are_lost(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"text": [f"texte {number}" for number in range(40)]}), path, row_group_size=20)
    content = bytearray(path.read_bytes())
    chunk = pq.ParquetFile(path).metadata.row_group(1).column(0)
    start = chunk.data_page_offset
    content[start : start + 60] = b"\xff" * 60
    path.write_bytes(content)
    (found,) = [step.finished for step in score([path], tmp_path / "out") if step.finished]
    assert found["rows"] + found["rejected"] == 40
    assert found["rows"] == 20
    assert "cannot be read" in table(tmp_path / "out" / "p.rejects.csv")[0]["reason"]


def test_values_of_parquet_that_cannot_be_read_are_rejects_by_themselves(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    texts = pa.StringArray.from_buffers(2, pa.array([0, 3, 4], pa.int32()).buffers()[1], pa.py_buffer(b"oui\xff"))
    dates = pa.array([0, 2**60, 0], pa.timestamp("us"))
    pq.write_table(pa.table({"text": texts}), tmp_path / "t.parquet")
    pq.write_table(pa.table({"text": ["a", "b", "c"], "created_at": dates}), tmp_path / "d.parquet")
    score([tmp_path / "t.parquet", tmp_path / "d.parquet"], tmp_path / "out")
    rejects = {name: table(tmp_path / "out" / f"{name}.rejects.csv") for name in "td"}
    assert {name: [row["row"] for row in rows] for name, rows in rejects.items()} == {"t": ["row 2"], "d": ["row 2"]}
    assert pq.read_table(tmp_path / "out" / "d.scores.parquet")["id"].to_pylist() == [1, 3]


def test_two_columns_of_one_name_in_parquet_stop_the_plan(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["text", "text"]), tmp_path / "p.parquet")
    with pytest.raises(ModerationError, match="2 columns text"):
        score([tmp_path / "p.parquet"], tmp_path / "out")


def test_a_text_without_a_comment_is_no_success(run, tmp_path):
    (tmp_path / "c.csv").write_text("comment_ID,comment_content\n1,oui\n", encoding="utf-8")  # no header that we know
    assert run("score", tmp_path / "c.csv", "--out", tmp_path / "out", "--jobs", 1)[0] == 1
    assert "--map text=COLUMN" in table(tmp_path / "out" / "c.rejects.csv")[0]["reason"]


def test_pipes_and_links_to_nothing_do_not_hold_a_run_up(source, tmp_path):
    os.mkfifo(source.parent / "pipe.csv")
    (source.parent / "link.csv").symlink_to("nothing.csv")
    score([source.parent], tmp_path / "out", keep_going=True)
    found = files(tmp_path / "out")
    assert "link.rejects.csv" in found
    assert "pipe.scores.csv" not in found
    with pytest.raises(ModerationError, match="no plain file there"):
        score([source.parent / "pipe.csv"], tmp_path / "other")


def test_a_name_that_is_not_utf8_is_gone_on_from(source, tmp_path):
    try:
        written(source.parent / os.fsdecode(b"\xe9.csv"))
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    for _ in range(2):
        assert [step.finished for step in score([source.parent], tmp_path / "out")][-1]


def test_a_table_without_texts_stops_the_plan(tmp_path):
    with pytest.raises(ModerationError, match=r"expected one named text.*--map"):
        score([written(tmp_path / "c.csv", [["1", "a", "b"]], ["id", "body", "x"])], tmp_path / "out")


def test_a_file_with_a_header_alone_gives_a_header_alone(tmp_path):
    score([written(tmp_path / "c.csv", [])], tmp_path / "out")
    assert table(tmp_path / "out" / "c.scores.csv") == []
    assert files(tmp_path / "out")["c.scores.csv"].startswith(
        b"id,thread_id,created_at,insult,spam,coverage,action,model"
    )


def test_outputs_stand_as_the_inputs_do(tmp_path, monkeypatch):
    for name in ("a/b.csv", "a/deep/c.csv", ".hidden/d.csv"):
        written(tmp_path / "in" / name)
    monkeypatch.chdir(tmp_path)
    for number, (source, names) in enumerate(
        {
            "in": ["a/b", "a/deep/c"],
            "in/*/*.csv": ["a/b"],
            "in/**/*.csv": ["a/b", "a/deep/c"],
            "in/a/b.csv": ["in/a/b"],
            str(tmp_path / "in" / "a" / "b.csv"): ["b"],
        }.items()
    ):
        out = tmp_path / f"out{number}"
        score([source], out)
        assert sorted(files(out)) == sorted([*(f"{name}.scores.csv" for name in names), "manifest.json"])


def test_what_stands_in_the_output_folder_is_no_input(source, tmp_path):
    for _ in range(2):
        score([tmp_path / "in"], tmp_path / "in" / "out")
    assert sorted(files(tmp_path / "in" / "out")) == ["comments.scores.csv", "manifest.json"]


def test_two_files_of_one_name_are_refused_before_anything_starts(source, tmp_path):
    (source.parent / "comments.jsonl").write_text('{"text": "oui"}\n', encoding="utf-8")
    with pytest.raises(ModerationError, match="would both become comments"):
        score([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("source", ["none.csv", "none/*.csv", "-"])
def test_a_source_that_is_not_there(tmp_path, source):
    with pytest.raises(ModerationError, match="no such file"):
        score([source], tmp_path / "out")


class Ended(Exception):
    """A run is ended here."""


def ending(after, submitted):
    """Return an engine that ends the run after so many chunks, and notes those."""

    @contextmanager
    def start(job):
        with engines.local(1)(job) as workers:

            def submit(chunk, format):
                if len(submitted) == after:
                    raise Ended
                submitted.append(chunk.read().kept["id"])
                return workers.submit(chunk, format)

            yield workers._replace(submit=submit)

    return start


def test_a_run_that_was_ended_goes_on_and_gives_the_same_bytes(tmp_path):
    spoilt = [*ROWS[:4], ("x", "y"), *ROWS[4:]]
    for name in ("a.csv", "b.csv"):
        written(tmp_path / "in" / name, spoilt)
    score([tmp_path / "in"], tmp_path / "whole")
    submitted = []
    for after in range(1, 10):
        with pytest.raises(Ended):
            score([tmp_path / "in"], tmp_path / "out", engine=ending(after, submitted))
    score([tmp_path / "in"], tmp_path / "out", engine=ending(10, submitted))
    assert files(tmp_path / "out") == files(tmp_path / "whole")
    assert sum(map(len, submitted)) == 2 * len(ROWS)  # none was scored twice


def test_what_an_ended_run_left_half_written_does_not_count(source, tmp_path):
    score([source], tmp_path / "whole")
    with pytest.raises(Ended):
        score([source], tmp_path / "out", engine=ending(2, []))
    parts = tmp_path / "out" / ".work" / "00000000"
    (parts / ".00000002.00000005.00000000.00000000.00000000.draft").write_bytes(b"c10,t3,2026-0")
    score([source], tmp_path / "out")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_finished_run_has_nothing_to_do_but_what_was_removed(source, tmp_path):
    score([source], tmp_path / "out")
    before = files(tmp_path / "out")
    submitted = []
    score([source], tmp_path / "out", engine=ending(0, submitted))
    (tmp_path / "out" / "comments.scores.csv").unlink()
    score([source], tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_another_run_is_not_mixed_in(source, tmp_path, moderator):
    folder = tmp_path / "model"
    replace(moderator.model, card=moderator.model.card | {"title": "another"}).save(folder)
    score([source], tmp_path / "out")
    site = tmp_path / "site.toml"
    site.write_text(f'model = "{moderator.model.id}"\ncoverage = 0.9\n', encoding="utf-8")

    def refused(**options):
        with pytest.raises(ModerationError) as error:
            score([source], tmp_path / "out", **options)
        return str(error.value)

    assert f"holds a run with model {moderator.model.id}, not " in refused(model=folder)
    assert f"holds a run with policy {moderator.policy.id}, not " in refused(policy=site)
    assert "holds a run with reasons False, not True" in refused(reasons=True)
    assert "another --format: comments.scores.csv, not comments.scores.jsonl" in refused(format="jsonl")
    written(source, ROWS[:-1])
    assert "holds a run with other input: another comments.csv" in refused()


def test_ctrl_c_says_how_to_go_on(run, source, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("moderation.cli.bulk.score_files", interrupted)
    code, _, err = run("score", source, "--out", tmp_path / "out")
    assert code == 130
    assert "the same command goes on where it was" in err


def test_a_folder_with_other_files_is_refused(source, tmp_path):
    written(tmp_path / "taken" / "mine.csv")
    with pytest.raises(ModerationError, match="holds other files"):
        score([source], tmp_path / "taken")
    with pytest.raises(ModerationError, match="holds only what stands in"):
        score([source], source.parent)


def test_an_output_that_cannot_be_written_is_a_sentence(source, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(ModerationError, match=r"file: File exists; the run stops"):
        score([source], tmp_path / "file")
    monkeypatch.setattr("os.fsync", lambda file: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ModerationError, match="out: No space left on device; the run stops"):
        score([source], tmp_path / "out")


def test_two_runs_cannot_share_a_folder(source, tmp_path):
    found = plan([str(source)], tmp_path / "out", {})
    steps = score_files(found, tmp_path / "out", job_of(), engines.local(1), {}, 5)
    next(steps)
    with pytest.raises(ModerationError, match="another run is writing to it"):
        score([source], tmp_path / "out")
    assert len([*steps])


def test_rows_that_were_lost_are_an_error(source, tmp_path):
    @contextmanager
    def losing(job):
        with engines.local(1)(job) as workers:
            yield workers._replace(
                submit=lambda chunk, format: engines._Here(lost(workers.submit(chunk, format).result()))
            )

    def lost(part):
        return part._replace(rows=part.rows - 1)

    with pytest.raises(ModerationError, match="5 rows were given to a worker and 4 came back"):
        score([source], tmp_path / "out", engine=losing)


def test_a_file_that_changes_while_it_is_read_is_an_error(source, tmp_path):
    found = plan([str(source)], tmp_path / "out", {})
    steps = score_files(found, tmp_path / "out", job_of(), engines.local(1), {}, 5)
    next(steps)
    with source.open("a", encoding="utf-8") as stream:
        stream.write("c99,t9,Oui,awa,2026-03-01\n")
    with pytest.raises(ModerationError, match="was changed while it was read"):
        list(steps)


def test_a_worker_that_has_another_model_or_version_says_so(source, tmp_path):
    job = job_of()
    found = plan([str(source)], tmp_path / "out", {})
    for changed, message in (
        (replace(job, model_id="x"), f"the model here is {job.model_id}, not x"),
        (replace(job, version="0"), "is installed here, not 0"),
        (replace(job, compiled=not job.compiled), "Numba is"),
    ):
        with pytest.raises(ModerationError, match=message):
            list(score_files(found, tmp_path / changed.model_id / changed.version, changed, engines.local(1), {}))


def test_only_so_many_chunks_are_read_ahead():
    taken = []

    class Late:
        def result(self):
            return len(taken)

    tasks = (taken.append(number) or engines.Task(number, "chunk") for number in range(100))
    found = engines.scored(engines.Workers(lambda chunk, format: Late(), 4), tasks)
    assert [at - mark for mark, at in found] == [5] * 96 + [4, 3, 2, 1]


def test_the_command_line(run, source, tmp_path):
    code, out, err = run("score", source, "--out", tmp_path / "out", "--jobs", 1)
    assert (code, out) == (0, "")
    assert "out: 23 scored, " in err
    assert "0 to review, 5 to reject" in err
    assert run("score", "un", "deux")[0] == 2
    assert run("score", "un", "--format", "parquet")[0] == 2
    assert run("score", source, "--out", tmp_path / "x", "--format", "table")[0] == 2
    assert run("score", source, "--out", tmp_path / "x", "--scheduler", "tcp://127.0.0.1:1")[0] == 2
    assert Moderator.load().model.id in (tmp_path / "out" / "manifest.json").read_text()
