import io
import json
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import Report, read_threads

THREADS = "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256))"
COMMENTS = """CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER,
    created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR,
    email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB)"""
TRIGGER = "CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN DELETE FROM threads; END"
PAGES = [(1, "/mali/or-2026", "L'or du Mali"), (2, "https://faso.example/coton", None)]
DATE = 1714217400.5  # 2024-04-27 11:30


def row(number, text, parent=None, tid=1, mode=1, author="Awa", likes=0, created=DATE):
    return (tid, number, parent, created, None, mode, "10.0.0.1", text, author, "awa@x.example", None, likes, 0, b"")


SAMPLE = [
    row(1, "Que vive le **partenariat** !", likes=3),
    row(2, "<p>Non &amp; non</p>", 1, author="Issa"),
    row(3, "Le coton baisse", tid=2, author=None),
    row(4, "", 1, mode=4, author=None),
    row(5, "En attente", mode=2),
]


def database(path, rows=SAMPLE, statements=(THREADS, COMMENTS, TRIGGER), pages=PAGES, page_size=4096):
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size = {page_size}")
    for statement in statements:
        connection.execute(statement)
    if rows:
        connection.executemany("INSERT INTO threads VALUES (?, ?, ?)", pages)
        connection.executemany(f"INSERT INTO comments VALUES ({','.join('?' * 14)})", rows)
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def sample(tmp_path):
    return database(tmp_path / "comments.db")


def facts(thread):
    return [(c.id, c.parent_id, c.text, c.author, c.status) for c in thread]


def test_comments_come_thread_by_thread_with_their_pages(sample):
    report = Report()
    first, second = read_threads(sample, report=report)
    assert (first.id, first.title, first.url) == ("/mali/or-2026", "L'or du Mali", None)
    assert (second.id, second.title, second.url) == ("https://faso.example/coton", None, "https://faso.example/coton")
    assert facts(first) == [
        ("1", None, "Que vive le **partenariat** !", "Awa", "approved"),
        ("2", "1", "Non & non", "Issa", "approved"),
        ("4", "1", "", None, "deleted"),
        ("5", None, "En attente", "Awa", "held"),
    ]
    assert facts(second) == [("3", None, "Le coton baisse", None, "approved")]
    assert first["1"].created_at.isoformat() == "2024-04-27T11:30:00.500000+00:00"
    assert first["1"].likes == 3
    assert (report.format, report.read, report.kept, report.threads, report.damage) == ("isso", 5, 5, 2, [])


def test_a_stream_gives_the_same_as_a_file_and_stays_open(sample):
    stream = io.BytesIO(sample.read_bytes())
    assert list(read_threads(stream)) == list(read_threads(sample))
    assert not stream.closed


def test_addresses_are_kept_only_where_they_are_asked_for(sample):
    assert next(read_threads(sample))["1"].email is None
    assert next(read_threads(sample, personal_data=True))["1"].email == "awa@x.example"
    assert "10.0.0.1" not in repr(list(read_threads(sample, personal_data=True)))


def test_the_columns_of_other_versions_are_read(tmp_path):
    old = "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, text)"
    new = COMMENTS.removesuffix(")") + ", notification INTEGER DEFAULT 0)"
    for name, table, values in (("old", old, "1, 7, 'Bonjour'"), ("new", new, "1, 7, 0, 1e9, 0, 1" + ", 'x'" * 9)):
        path = database(tmp_path / name, rows=(), statements=(THREADS, table))
        with sqlite3.connect(path) as connection:
            connection.execute(f"INSERT INTO comments VALUES ({values})")
        connection.close()
        (found,) = read_threads(path)
        assert [(c.id, c.parent_id) for c in found] == [("7", None)]
        assert found.notes == ("the page that the comments belong to is not in the database",)
        assert found.id == "1"


@pytest.mark.parametrize(
    ("mode", "status"),
    [(1, "approved"), (2, "held"), (4, "deleted"), (5, "deleted"), (None, None), (8, None), ("x", None)],
)
def test_the_mode_is_a_set_of_bits(tmp_path, mode, status):
    (found,) = read_threads(database(tmp_path / "a.db", [row(1, "a", mode=mode)]))
    assert found["1"].status == status
    assert any("the status is left out" in note for note in found.notes) == (mode in (8, "x"))


@pytest.mark.parametrize("value", [None, "texte", b"\xff\xfe", -1, 1e300, float("inf"), 2**62])
def test_values_of_any_type_are_read(tmp_path, value):
    values = [row(1, value or "", parent=value, likes=value, created=value or "", author=value, mode=value)]
    (found,) = read_threads(database(tmp_path / "a.db", values))
    assert len(found) == 1
    assert found["1"].likes in (None, -1, 2**62)


def test_bytes_that_are_not_text_are_replaced_and_named(tmp_path):
    (found,) = read_threads(database(tmp_path / "a.db", [row(1, b"caf\xe9")]))
    assert found["1"].text == "caf\ufffd"
    assert "not UTF-8" in found.notes[0]


def test_a_parent_in_another_thread_is_an_orphan(tmp_path):
    report = Report()
    first, second = read_threads(database(tmp_path / "a.db", [row(1, "a"), row(2, "b", 1, tid=2)]), report=report)
    assert (first.orphans, second.orphans, report.orphans) == ((), ("2",), 1)


def test_a_chain_of_5000_answers(tmp_path):
    path = database(tmp_path / "a.db", [row(n, "a", n - 1) for n in range(1, 5001)])
    (found,) = read_threads(path)
    assert found.depth("5000") == 5000


def test_a_database_without_comments_is_an_empty_thread_that_says_so(tmp_path):
    (found,) = read_threads(database(tmp_path / "vide.db", rows=()))
    assert (found.id, len(found), found.notes) == ("vide.db", 0, ("no comments in it",))


def test_a_database_that_keeps_a_log_is_read_without_making_one(sample):
    with sqlite3.connect(sample) as connection:
        connection.execute("PRAGMA journal_mode = wal")
    connection.close()
    threads = read_threads(sample)
    assert next(threads).id == "/mali/or-2026"
    assert [path.name for path in sample.parent.iterdir()] == ["comments.db"]
    assert len(list(threads)) == 1


def test_what_stands_only_in_a_log_is_named(sample):
    sample.with_name("comments.db-wal").write_bytes(b"")
    report = Report()
    list(read_threads(sample, report=report))
    assert list(report.notes.lines()) == ["what stands only in comments.db-wal is not read"]


@pytest.mark.parametrize(
    ("statements", "have"),
    [
        (["CREATE TABLE notes (a)", "CREATE TABLE users (b)"], "the tables notes, users"),
        ([], "the tables none"),
        ([THREADS, "CREATE TABLE comments (id INTEGER PRIMARY KEY, tid, body)"], "the tables comments, threads"),
        ([THREADS, "CREATE TABLE comments (id, tid, text)"], "the tables comments, threads"),
        ([THREADS, "CREATE VIEW comments AS SELECT 1 AS id, 1 AS tid, 'x' AS text"], "the tables threads"),
    ],
)
def test_other_databases_are_refused_with_the_names_of_their_tables(tmp_path, statements, have):
    path = database(tmp_path / "a.db", rows=(), statements=[*statements, "PRAGMA user_version = 1"])
    with pytest.raises(SourceError, match=have) as caught:
        list(read_threads(path))
    assert "expected comments and threads as Isso has them" in str(caught.value)


def test_a_view_that_never_ends_is_not_run(tmp_path):
    numbers = "WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c)"
    view = f"CREATE VIEW comments AS {numbers} SELECT id, id AS tid, id AS text FROM c"
    with pytest.raises(SourceError, match="the tables threads"):
        list(read_threads(database(tmp_path / "a.db", rows=(), statements=[THREADS, view])))


def test_a_computed_column_is_not_computed(tmp_path):
    table = THREADS.replace("title VARCHAR(256)", "title AS (hex(zeroblob(1000))), x AS (hex(zeroblob(60000000)))")
    path = database(tmp_path / "a.db", rows=(), statements=[table, COMMENTS])
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO threads (id, uri) VALUES (1, '/or')")
        connection.execute(f"INSERT INTO comments VALUES ({','.join('?' * 14)})", SAMPLE[0])
    connection.close()
    (found,) = read_threads(path)
    assert (found.id, found.title, len(found)) == ("/or", None, 1)


def test_a_trigger_is_not_run_and_the_file_is_not_written(sample):
    before = sample.read_bytes()
    list(read_threads(sample))
    assert sample.read_bytes() == before
    assert [path.name for path in sample.parent.iterdir()] == ["comments.db"]


# Damage


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    rows = [row(n, f"Le commentaire {n} " + "x" * 200, tid=1 + n % 2) for n in range(1, 201)]
    return database(tmp_path_factory.mktemp("isso") / "long.db", rows, page_size=1024).read_bytes()


def after_damage(data):
    threads, found = read_threads(io.BytesIO(data)), []
    with pytest.raises(DamagedSourceError) as caught:
        found.extend(int(c.id) for thread in threads for c in thread)
    going_on = Report()
    assert all(read_threads(io.BytesIO(data), report=going_on, keep_going=True))
    assert going_on.kept == len(found)
    assert going_on.read == going_on.kept + going_on.dropped["damaged"]
    assert going_on.damage == [str(caught.value)]
    return sorted(found), str(caught.value)


def test_what_stands_before_the_end_of_a_cut_file_is_read(long):
    end = len(long) // 2048 * 1024
    found, message = after_damage(long[:end])
    assert 60 < len(found) < 140
    assert found == list(range(1, len(found) + 1))
    assert f"it ends at byte {end}, its header says {len(long)}" in message
    assert "copy the database again" in message


def test_a_file_that_is_cut_inside_a_page_gives_no_comment_that_was_not_there(long):
    found, message = after_damage(long[: len(long) // 2])
    assert set(found) <= set(range(1, 201))
    assert len(found) > 60
    assert "at least 1 comments cannot be read" in message


def test_a_damaged_page_costs_no_comment_before_it(long):
    at = len(long) // 1024 // 2 * 1024
    found, message = after_damage(long[:at] + b"\xee" * 1024 + long[at + 1024 :])
    assert 60 < len(found) < 200
    assert "malformed" in message


def test_comments_whose_long_text_is_cut_are_counted(tmp_path):
    data = database(
        tmp_path / "a.db", [row(1, "court"), row(2, "long " * 9000), row(3, "après")], page_size=1024
    ).read_bytes()
    report = Report()
    (found,) = read_threads(io.BytesIO(data[:-2048]), report=report, keep_going=True)
    assert [c.id for c in found] == ["1", "3"]
    assert (report.read, report.kept, report.dropped["damaged"]) == (3, 2, 1)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_any_change_of_the_bytes_gives_threads_or_one_of_our_errors(data):
    for keep_going in (True, False):
        report = Report()
        mutated = bytearray(_sample())
        for _ in range(data.draw(st.integers(1, 20))):
            mutated[data.draw(st.integers(16, len(mutated) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(17, len(mutated)))
        try:
            for _ in read_threads(io.BytesIO(bytes(mutated[:cut])), "isso", report=report, keep_going=keep_going):
                pass
        except SourceError:
            pass
        assert report.read == report.kept + sum(report.dropped.values())


def _sample(held=[]):  # noqa: B006
    if not held:
        connection = sqlite3.connect(":memory:")
        connection.execute("PRAGMA page_size = 512")
        for statement in (THREADS, COMMENTS, TRIGGER):
            connection.execute(statement)
        connection.executemany("INSERT INTO threads VALUES (?, ?, ?)", PAGES)
        connection.executemany(f"INSERT INTO comments VALUES ({','.join('?' * 14)})", SAMPLE * 1)
        connection.commit()
        held.append(connection.serialize())
        connection.close()
    return held[0]


# Real files


@pytest.mark.parametrize("name", ["isso_disqus.db", "schnack.db"])
def test_the_databases_that_isso_wrote(shared, name):
    folder = shared / "fixtures" / "threads"
    truth = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))[f"isso-sqlite/{name}"]
    report = Report()
    found = list(read_threads(folder / "isso-sqlite" / name, report=report))
    depths = [thread.depth(c.id) for thread in found for c in thread]
    modes = [{"approved": "1", "held": "2", "deleted": "4"}[c.status] for thread in found for c in thread]
    assert (len(found), len(depths)) == (truth["threads"], truth["comments"])
    assert {str(depth): depths.count(depth) for depth in set(depths)} == truth["by_depth"]
    assert {mode: modes.count(mode) for mode in set(modes)} == truth["by_mode"]
    assert (report.orphans, report.damage) == (0, [])
