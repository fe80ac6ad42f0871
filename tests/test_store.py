"""The store of feedback and keys, in SQLite and in a PostgreSQL server that the tests start."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.errors import LabelError, StoreError
from moderation.labels import read_labels, text_hash

pytest.importorskip("sqlalchemy")

from sqlalchemy import text as sql

from moderation.store import SCOPES, Feedback, Store, database, keys, tables
from moderation.store import export as exporting

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Server:
    """A PostgreSQL server on a socket of its own; it listens to no network."""

    def __init__(self, binaries, folder, user):
        self.binaries, self.folder, self.user = binaries, folder, user
        self.run(
            "initdb", "-D", folder / "data", "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "--no-sync"
        )
        self.start()

    def run(self, program, *arguments):
        subprocess.run([self.binaries / program, *arguments], user=self.user, check=True, capture_output=True, cwd="/")

    def start(self):
        """Start it; after a crash, as soon as the processes of the old one have gone."""
        for _ in range(100):
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses="],
                user=self.user,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
            )
            while self.process.poll() is None:
                if self.answers():
                    return
                time.sleep(0.05)
            time.sleep(0.1)
        raise AssertionError("PostgreSQL does not start")

    def answers(self):
        import psycopg

        try:
            psycopg.connect(host=str(self.folder), user="tester", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def new_database(self, setting=""):
        """Return the URL of what is a database to a store: a schema, which is made and removed faster than a database."""
        import psycopg

        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(host=str(self.folder), user="tester", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"postgresql://tester@/postgres?host={self.folder}&options=-csearch_path%3D{name}{setting}"

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)  # at once: nobody reads its files again
        self.process.wait()


@pytest.fixture(scope="session")
def postgresql():
    """A server, where one is installed."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    found = [shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True)]
    binary = next(filter(None, found), None)
    if binary is None:
        pytest.skip("no PostgreSQL server is installed (no initdb found)")
    user = None
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        pwd = pytest.importorskip("pwd")
        user = next(
            (name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}), None
        )
        if user is None:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # short, for the socket, and with no parent that the user may not enter
    try:
        if user is not None:
            shutil.chown(folder, user)
        server = Server(Path(binary).resolve().parent, folder, user)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """A new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def store(url):
    """A new store that keeps texts."""
    with Store(url, keep_texts=True) as store:
        yield store


@pytest.fixture
def path(tmp_path):
    """Where a SQLite file will be."""
    return tmp_path / "store.db"


def said(verdict=None, text="Casino en ligne !", **facts):
    return Feedback(
        **{"protocol": "akismet", "verdict": verdict or {"spam": 1}, "text": text, "created_at": NOW} | facts
    )


def content(path):
    """Return all that a SQLite store has on the disk."""
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


# Feedback -------------------------------------------------------------------------------------------------------------


def test_what_is_added_is_read_back(url):
    with Store(url, keep_texts=True, keep_authors=True) as store:
        key = store.key(store.create_key("journal.example", ["perspective", "feedback"]))
        feedback = Feedback(
            protocol="perspective",
            verdict={"insult": 1, "spam": 0},
            text="Bande de nuls 😀",
            comment_id="c1",
            parent_id="p1",
            thread="https://journal.example/a?x=1",
            author="Awa K.",
            language="fr",
            key_id=key.id,
            client_token="comment:c1",
            model_id="fr-2026-11",
            created_at=datetime(2026, 11, 22, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
        )
        assert store.add(feedback) == feedback.id
    with Store(url) as store:
        (found,) = store.feedback()
    assert found.author_hash
    assert found == Feedback(**{name: getattr(feedback, name) for name in FACTS} | {"author_hash": found.author_hash})
    assert found.created_at == datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC
    assert found.text_sha256 == text_hash("Bande de nuls 😀")


FACTS = [name for name in Feedback.__dataclass_fields__ if name != "author_hash"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(), max_size=20),
    st.text(st.characters(), max_size=20),
    st.dictionaries(st.sampled_from(["spam", "insult", "x_1"]), st.integers(0, 1)),
)
def test_any_text_can_be_kept(store, text, name, verdict):
    given = Feedback(protocol="native", verdict=verdict, text=text, comment_id=name, thread=name, language=name)
    store.add(given)
    found = next(row for row in store.feedback(given.created_at) if row.id == given.id)
    assert found == given
    assert found.text_sha256 == text_hash(text)
    assert len(found.text) == len(text)
    assert found.comment_id == given.comment_id


def test_without_keep_texts_neither_texts_nor_names_reach_the_disk(path):
    with Store(path) as store:
        store.add(said(text="Gagnez un million", author="Zoumana"))
        (found,) = store.feedback()
        assert content(path).count(found.text_sha256.encode()) == 1
        assert b"million" not in content(path)
        assert b"Zoumana" not in content(path)
    assert (found.text, found.author) == (None, None)
    assert found.text_sha256 == text_hash("Gagnez un million")
    assert found.author_hash


def test_an_author_has_another_hash_in_another_store(tmp_path):
    with Store(tmp_path / "a.db") as first, Store(tmp_path / "b.db") as second:
        assert first.author_hash("Awa") == first.author_hash(" Awa ") != second.author_hash("Awa")
        assert first.author_hash("Awa") != first.author_hash("awa")
        assert first.author_hash("Aïssata") == first.author_hash("Ai\u0308ssata")


def test_feedback_that_is_added_twice_is_there_once(store):
    feedback = said()
    assert store.add(feedback) == store.add(feedback)
    assert len(list(store.feedback())) == 1


def test_feedback_is_read_in_order_over_pages_and_from_a_time_on(store, monkeypatch):
    monkeypatch.setattr("moderation.store.store._PAGE", 7)
    times = [NOW + timedelta(seconds=number // 10) for number in range(40)]
    added = [said(created_at=time) for time in times]
    for feedback in random.Random(1).sample(added, len(added)):
        store.add(feedback)
    expected = sorted(added, key=lambda feedback: (feedback.created_at, feedback.id))
    assert list(store.feedback()) == expected
    assert list(store.feedback(NOW + timedelta(seconds=2))) == expected[20:]
    assert list(store.feedback(NOW + timedelta(seconds=2, microseconds=1))) == expected[30:]


def test_one_may_write_while_one_reads(store):
    for _ in range(3):
        store.add(said())
    for feedback in store.feedback():
        store.erase(comment_id="none")
        store.add(feedback)
    assert len(list(store.feedback())) == 3


def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="no time zone"):
        said(created_at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="no time zone"):
        list(store.feedback(datetime(2026, 1, 1)))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"protocol": "smtp"}, "expected one of native"),
        ({"verdict": {"Spam": 1}}, "lower-case"),
        ({"verdict": {"note": 1}}, "no column of label files"),
        ({"verdict": {"spam": 2}}, "expected 1 or 0"),
        ({"verdict": {"spam": None}}, "expected 1 or 0"),
        ({"text": None}, "give the text, or its hash"),
    ],
)
def test_feedback_that_cannot_stand_in_a_store_is_refused(facts, message):
    with pytest.raises(ValueError, match=message):
        said(**facts)


def test_neither_text_nor_name_shows_in_the_printed_form():
    assert "Casino" not in repr(said(author="Zoumana"))
    assert "Zoumana" not in repr(said(author="Zoumana"))


def test_ids_are_uuids_of_version_7_that_sort_by_time():
    first = said().id
    time.sleep(0.002)
    later = said().id
    assert first < later
    assert uuid.UUID(first).version == 7
    assert uuid.UUID(first).variant == uuid.RFC_4122
    assert abs(int(first.replace("-", "")[:12], 16) / 1000 - time.time()) < 60


# Erasing --------------------------------------------------------------------------------------------------------------


def test_retention_deletes_what_is_older_and_nothing_else(url, monkeypatch):
    monkeypatch.setattr("moderation.store.store._PAGE", 4)
    with Store(url, retention_days=30) as store:
        for days in (0, 30, *[31] * 9):
            store.add(said(created_at=NOW - timedelta(days=days)))
        assert store.purge(NOW) == 9
        assert [NOW - found.created_at for found in store.feedback()] == [timedelta(days=30), timedelta(0)]
        assert store.purge(NOW + timedelta(microseconds=1)) == 1


@pytest.mark.parametrize("days", [None, 0])
def test_without_retention_nothing_is_purged(path, days):
    with Store(path, retention_days=days) as store:
        store.add(said(created_at=NOW - timedelta(days=9_999)))
        assert store.purge(NOW) == 0
        assert len(list(store.feedback())) == 1


@pytest.mark.parametrize("days", [-1, 36_501])
def test_a_retention_that_cannot_be_is_refused(path, days):
    with pytest.raises(StoreError, match="retention"):
        Store(path, retention_days=days)


def test_an_author_is_erased_everywhere(store):
    for author in ("Awa", "Issa", "Awa", None):
        store.add(said(author=author))
    assert store.erase(author="Awa") == 2
    assert [found.author_hash for found in store.feedback()] == [store.author_hash("Issa"), None]
    assert store.erase(author="Awa") == 0


def test_a_comment_is_erased_of_one_site_or_of_all(store):
    for name in ("a", "b", "c"):
        store.add(said(comment_id="1", key_id=store.key(store.create_key(name, SCOPES)).id))
    store.add(said(comment_id="1"))
    store.add(said(comment_id="2", parent_id="1"))
    assert store.erase(comment_id="1", key_name="a") == 1
    assert store.erase(comment_id="1") == 3
    assert [found.comment_id for found in store.feedback()] == ["2"]


def test_erasing_names_one_thing(store):
    for wrong in ({}, {"author": "a", "comment_id": "1"}):
        with pytest.raises(ValueError, match="give one of them"):
            store.erase(**wrong)


def test_what_is_erased_leaves_the_disk(path):
    with Store(path, keep_texts=True) as store:
        for number in range(50):
            store.add(said(text=f"Secret-{number} " * 300, comment_id=str(number)))
        assert b"Secret-7 " in content(path)
        store.erase(comment_id="7")
        assert b"Secret-7 " not in content(path)
        assert b"Secret-8 " in content(path)


# Label files ----------------------------------------------------------------------------------------------------------


def exported(store, folder):
    """Return the rows of the label file that a store gives, by text, and what was counted."""
    found = store.export_labels(folder / "labels.csv")
    labels = read_labels(folder / "labels.csv")
    assert len(labels) == found.rows
    return {label.text: label for label in labels}, found


def test_feedback_becomes_label_rows_with_source_who_and_when(store, tmp_path):
    key = store.key(store.create_key("journal.example", ["akismet"])).id
    store.add(
        said(
            {"spam": 0},
            'Un casino\r\nà Bamako, "enfin"',
            comment_id="1",
            key_id=key,
            thread="https://j.example/a",
            language="fr",
        )
    )
    store.add(said({"removed": 1}, "Ote-toi de là", protocol="coral", comment_id="2", parent_id="1", key_id=key))
    labels, found = exported(store, tmp_path)
    first, second = labels.values()
    assert first.text == 'Un casino\r\nà Bamako, "enfin"'
    assert (first.id, first.thread_id, first.parent_id) == ("journal.example:1", "https://j.example/a", "")
    assert first.answers == {"insult": None, "spam": 0, "removed": None}
    assert (first.source, first.annotator, first.labelled_at) == (
        "akismet",
        "journal.example",
        "2026-11-22T09:30:00+00:00",
    )
    assert (first.language, first.note) == ("fr", "from-feedback")
    assert second.answers == {"insult": None, "spam": None, "removed": 1}
    assert (second.source, second.parent_id) == ("coral", "journal.example:1")
    assert found == exporting.Exported(2, 0, 0, 0, 0)


def test_the_newest_answer_to_a_question_counts(store, tmp_path):
    for minute, verdict in enumerate(({"spam": 1, "insult": 1}, {"removed": 0}, {"spam": 0})):
        store.add(said(verdict, "Bof", comment_id="1", created_at=NOW + timedelta(minutes=minute)))
    labels, _ = exported(store, tmp_path)
    assert labels["Bof"].answers == {"insult": 1, "spam": 0, "removed": 0}
    assert labels["Bof"].labelled_at.startswith("2026-11-22T09:32")


def test_a_comment_that_was_edited_has_the_answers_on_its_newest_text(store, tmp_path):
    for minute, text in enumerate(("un", "un", "deux", "trois", "trois")):
        store.add(said({f"l{minute}": 1}, text, comment_id="1", created_at=NOW + timedelta(minutes=minute)))
    labels, found = exported(store, tmp_path)
    assert [(text, {name for name, answer in label.answers.items() if answer}) for text, label in labels.items()] == [
        ("trois", {"l3", "l4"})
    ]
    assert found.of_older_text == 3


def test_comments_without_id_are_known_by_their_text(store, tmp_path):
    for text in ("un", "deux", "un"):
        store.add(said(text=text))
    labels, _ = exported(store, tmp_path)
    assert labels.keys() == {"un", "deux"}
    assert {label.annotator for label in labels.values()} == {"feedback"}


def test_two_sites_may_have_comments_with_one_id_and_a_new_key_is_the_same_site(store, tmp_path):
    first, second, renewed = (store.key(store.create_key(name, ["native"])).id for name in ("a", "b", "a"))
    for key, text in ((first, "ici"), (second, "là"), (renewed, "ici")):
        store.add(said(text=text, comment_id="1", key_id=key))
    labels, _ = exported(store, tmp_path)
    assert {text: label.id for text, label in labels.items()} == {"ici": "a:1", "là": "b:1"}


def test_what_cannot_train_is_counted(url, tmp_path):
    with Store(url) as store:
        store.add(said(text="pas gardé", comment_id="1"))
    with Store(url, keep_texts=True) as store:
        store.add(said(text=" \n", comment_id="2"))
        store.add(Feedback(protocol="native", verdict={}, text="sans avis"))
        store.add(said(text="gardé", comment_id="4", parent_id="1"))
        store.add(said(text="réponse", comment_id="5", parent_id="4"))
        store.add(said(text="à soi-même", comment_id="6", parent_id="6"))
        labels, found = exported(store, tmp_path)
    assert found == exporting.Exported(rows=3, without_text=2, without_answer=1, of_older_text=0, without_parent=2)
    assert {text: label.parent_id for text, label in labels.items()} == {"gardé": "", "réponse": ":4", "à soi-même": ""}


def test_a_text_that_was_kept_once_serves_feedback_without(url, tmp_path):
    with Store(url, keep_texts=True) as store:
        store.add(said({"spam": 1}, "gardé", comment_id="1"))
    with Store(url) as store:
        store.add(said({"spam": 0}, "gardé", comment_id="1", created_at=NOW + timedelta(minutes=1)))
        labels, _ = exported(store, tmp_path)
    assert labels["gardé"].answers["spam"] == 0


def test_an_empty_store_gives_a_header(store, tmp_path):
    assert exported(store, tmp_path)[1].rows == 0
    assert (tmp_path / "labels.csv").read_text().startswith("id,thread_id,parent_id,title,text,insult,spam,target")


def test_a_label_file_is_never_overwritten(store, tmp_path):
    (tmp_path / "labels.csv").write_text("mine")
    with pytest.raises(LabelError, match="is there already"):
        store.export_labels(tmp_path / "labels.csv")
    assert (tmp_path / "labels.csv").read_text() == "mine"


def test_an_export_that_fails_leaves_no_file(store, tmp_path, monkeypatch):
    store.add(said())
    monkeypatch.setattr(exporting._Judged, "label", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.export_labels(tmp_path / "labels.csv")
    assert not (tmp_path / "labels.csv").exists()


def test_feedback_that_arrives_during_an_export_waits_for_the_next(store, url, tmp_path, monkeypatch):
    store.add(said(text="avant"))
    original = exporting.new_label_file

    def meanwhile(*arguments):
        with Store(url, keep_texts=True) as other:
            other.add(said({"new_label": 1}, "pendant"))
        return original(*arguments)

    monkeypatch.setattr(exporting, "new_label_file", meanwhile)
    labels, _ = exported(store, tmp_path)
    assert labels.keys() == {"avant"}
    assert len(list(store.feedback())) == 2


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_key_is_known_until_it_is_revoked(store, url):
    written = store.create_key("journal.example", ["akismet", "feedback"])
    other = store.create_key("journal.example", ["perspective"])
    with Store(url) as again:
        key = again.key(written)
    assert (key.name, key.scopes, key.revoked) == ("journal.example", {"akismet", "feedback"}, False)
    assert store.key(written.upper()) == key
    store.revoke(key.id)
    assert store.key(written) is None
    first, second = store.keys()
    assert first.revoked
    assert (second, second.revoked) == (store.key(other), False)
    store.revoke(key.id)
    assert store.keys()[0].revoked_at == first.revoked_at


def test_a_key_fits_the_client_that_will_hold_it():
    assert all(len(keys.new_key([scope])) == 32 for scope in SCOPES if scope != "akismet")
    made = {keys.new_key(["akismet"]) for _ in range(500)}
    assert len(made) == 500
    assert {len(key) for key in made} == {12}
    assert set("".join(made)) == set("0123456789abcdef")  # the plugin of WordPress drops all else


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(st.characters(), max_size=40), st.from_regex(r"[0-9a-f]{12}", fullmatch=True)))
def test_nothing_else_is_a_key(store, written):
    assert store.key(written) is None


def test_what_has_not_the_form_of_a_key_costs_no_hash(store, monkeypatch):
    monkeypatch.setattr(keys, "_slow_hash", lambda *_: pytest.fail("hashed"))
    for wrong in ("", "a" * 11, "g" * 12, "a" * 10_000_000, "0123456789abc\n", "٠" * 12):
        assert store.key(wrong) is None


def test_a_key_is_not_on_the_disk(path):
    with Store(path) as store:
        key = store.create_key("a", ["native"])
        assert key.encode() not in content(path)
        assert bytes.fromhex(key) not in content(path)


def test_keys_of_two_stores_have_nothing_in_common(tmp_path):
    with Store(tmp_path / "a.db") as first, Store(tmp_path / "b.db") as second:
        key = first.create_key("a", ["native"])
        assert second.key(key) is None
        assert first._database.salt != second._database.salt


def test_a_key_is_found_by_an_index(path):
    with Store(path), closing(sqlite3.connect(path)) as connection:
        (plan,) = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM moderation_keys WHERE digest = ''").fetchall()
    assert "SEARCH moderation_keys USING INDEX" in plan[-1]


@pytest.mark.parametrize(
    ("name", "scopes", "message"),
    [
        ("", ["native"], "1 to 64 letters"),
        ("a b", ["native"], "1 to 64 letters"),
        ("a:b", ["native"], "1 to 64 letters"),
        ("a" * 65, ["native"], "1 to 64 letters"),
        ("adjudicated", ["native"], "1 to 64 letters"),
        ("a", [], "none"),
        ("a", ["native", "root"], "root; expected some of native"),
    ],
)
def test_a_key_that_cannot_be_is_refused(path, name, scopes, message):
    with Store(path) as store, pytest.raises(StoreError, match=message):
        store.create_key(name, scopes)


def test_a_key_that_is_not_there_is_named(store):
    with pytest.raises(StoreError, match="no key 7"):
        store.revoke(7)
    with pytest.raises(StoreError):
        store.add(said(key_id=7))
    assert list(store.feedback()) == []


# Opening --------------------------------------------------------------------------------------------------------------


def test_sqlite_writes_ahead_and_waits_for_the_disk(path):
    with Store(path) as store, store._database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }


def test_the_first_to_open_a_file_waits_for_the_others(path):
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE x (y)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM x").fetchall()
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            end = threading.Timer(0.2, other.execute, ["COMMIT"])
            end.start()
            database._write_ahead(connection)
            end.join()
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_postgresql_waits_for_the_disk_whatever_its_setting(postgresql):
    for setting, found in (("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")):
        url = postgresql.new_database(f"%20-csynchronous_commit%3D{setting}")
        with Store(url) as store, store._database.reading() as connection:
            assert connection.execute(sql("SHOW synchronous_commit")).scalar() == found


def test_a_new_file_is_for_its_owner_only(path):
    with Store(path) as store:
        store.add(said())
        assert {file.stat().st_mode & 0o777 for file in path.parent.glob("store.db*")} == {0o600}


def test_a_store_of_a_newer_program_is_refused(store, url):
    with store._database.writing() as connection:
        connection.execute(tables.schema.update().values(version=tables.VERSION + 1))
    with pytest.raises(
        StoreError, match=rf"version {tables.VERSION + 1}; this program knows versions up to {tables.VERSION}"
    ):
        Store(url)


def test_a_store_without_its_version_is_refused(store, url):
    with store._database.writing() as connection:
        connection.execute(tables.schema.delete())
    with pytest.raises(StoreError, match="no version"):
        Store(url)


def test_a_store_that_must_be_there_is_not_made(url, tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        Store(url, create=False)
    assert list(tmp_path.iterdir()) == []
    Store(url).close()
    Store(url, create=False).close()


def test_a_store_stands_beside_tables_of_others(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE feedback (mine TEXT)")
        connection.execute("CREATE TABLE schema (mine TEXT)")
    with Store(path) as store:
        store.add(said())
        assert len(list(store.feedback())) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite+aiosqlite://", "in memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "in memory"),
        ("mysql://u:geheim@h/d", "a store in mysql"),
        ("postgresql://u:geheim@h:port/d", "cannot be read"),
        ("nothing at all://", "cannot be read"),
        ("postgresql+pigeon://u:geheim@h/d", "driver is not installed"),
        ("postgresql://u:geheim@/d?host=/nowhere", "expected a SQLite file"),
    ],
)
def test_a_url_that_cannot_be_is_refused_without_its_password(url, message):
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match=message) as refused:
        Store(url)
    assert "geheim" not in str(refused.value)


def test_a_file_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "text.db").write_text("not a database " * 100)
    for path, message in (
        (tmp_path, "cannot be opened"),
        (tmp_path / "none" / "x.db", "cannot be opened .No such file"),
        (tmp_path / "text.db", "file is not a database"),
    ):
        with pytest.raises(StoreError, match=message):
            Store(path)


def test_an_error_holds_no_text(store):
    with store._database.writing() as connection:
        connection.execute(sql("DROP TABLE moderation_feedback"))
    private = {"text": "Casino", "comment_id": "c-17", "client_token": "jeton", "author": "Zoumana"}
    with pytest.raises(StoreError) as error:
        store.add(said(**private))
    shown = "".join(traceback.format_exception(error.value))
    assert "moderation_feedback" in str(error.value)
    assert [value for value in private.values() if value in shown] == []


def test_a_store_that_stays_locked_acknowledges_nothing(path, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.1)
    with Store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked"):
            store.add(said())
        assert list(store.feedback()) == []
        other.execute("COMMIT")
        store.add(said())
        assert len(list(store.feedback())) == 1


# Several processes, and their end -------------------------------------------------------------------------------------

WRITER = """
import itertools, os, sys
from moderation.errors import StoreError
from moderation.store import Feedback, Store

url, path, most, patient = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "patient"
acknowledged = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.stdin.readline()
store = Store(url, keep_texts=True)
for number in itertools.count() if most < 0 else range(most):
    said = Feedback(protocol="native", verdict={"spam": number % 2}, text=f"{os.getpid()} {number}")
    while True:
        try:
            store.add(said)
            break
        except StoreError:
            if not patient:
                raise
    os.write(acknowledged, f"{said.id} {said.text}\\n".encode())
"""


class Writer:
    """A process that adds feedback as soon as it is told to, and notes each row when it is acknowledged."""

    def __init__(self, url, path, most=-1, patient=False):
        self.path = path
        arguments = [str(url), str(path), str(most), "patient" if patient else ""]
        self.process = subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdin=subprocess.PIPE)
        while not path.exists():
            assert self.process.poll() is None
            time.sleep(0.01)

    def go(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def acknowledged(self):
        """Return id -> text."""
        *lines, _ = self.path.read_text().split("\n")  # the last was cut short, or is nothing
        return dict(line.split(" ", 1) for line in lines)


@pytest.fixture
def writer(tmp_path):
    """Start writers; none outlives the test."""
    started = []

    def start(url, **how):
        started.append(Writer(url, tmp_path / f"acknowledged-{len(started)}", **how))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def kept(url):
    with Store(url, create=False) as store:
        return {feedback.id: feedback.text for feedback in store.feedback()}


def test_several_processes_make_and_write_one_store(url, writer):
    writers = [writer(url, most=25) for _ in range(4)]
    for one in writers:
        one.go()
    assert [one.process.wait() for one in writers] == [0] * 4
    expected = {row: text for one in writers for row, text in one.acknowledged().items()}
    assert len(expected) == 100
    assert kept(url) == expected


def test_many_threads_share_one_store(store):
    with ThreadPoolExecutor(20) as threads:
        added = list(threads.map(lambda number: store.add(said(text=str(number))), range(60)))
        assert {found.id for found in store.feedback()} == set(added)


def check_killed(url, writer, times):
    """Kill two writers at once, again and again; all that they had acknowledged must be there."""
    chance = random.Random(times)
    expected = {}
    for _ in range(times):
        writers = [writer(url) for _ in range(2)]
        for one in writers:
            one.go()
        time.sleep(chance.uniform(0.1, 0.5))
        for one in writers:
            one.kill()
        for one in writers:
            expected |= one.acknowledged()
    found = kept(url)
    assert len(expected) > times
    assert {row: found.get(row) for row in expected} == expected
    assert len(found) <= len(expected) + 2 * times  # at most the one row that each was about to acknowledge


def test_no_acknowledged_row_is_lost_when_writers_are_killed(path, writer):
    check_killed(path, writer, 2)


@pytest.mark.slow
def test_no_acknowledged_row_is_lost_when_writers_are_killed_fifty_times(url, writer):
    check_killed(url, writer, 50)


@pytest.mark.slow
def test_no_acknowledged_row_is_lost_or_doubled_when_the_server_is_killed(postgresql, writer):
    url = postgresql.new_database()
    one = writer(url, patient=True)
    one.go()
    known = 0
    for _ in range(10):
        while len(one.acknowledged()) < known + 20:
            time.sleep(0.05)
        postgresql.kill()
        postgresql.start()
        known = len(one.acknowledged())
    one.kill()
    expected, found = one.acknowledged(), kept(url)
    assert {row: found.get(row) for row in expected} == expected
    assert len(found) <= len(expected) + 1


# The commands ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(path, monkeypatch):
    """Run a command on a store, and return its exit code, standard output and standard error."""
    from typer.testing import CliRunner

    from moderation.cli import feedback
    from moderation.cli import keys as key_commands

    monkeypatch.setenv("MODERATION_STORE", str(path))

    def run(group, *arguments):
        found = CliRunner().invoke({"keys": key_commands, "feedback": feedback}[group].app, arguments)
        if isinstance(found.exception, StoreError | LabelError):
            return 1, found.stdout, str(found.exception)
        assert found.exception is None or isinstance(found.exception, SystemExit)
        return found.exit_code, found.stdout, found.stderr

    return run


def test_keys_are_created_listed_and_revoked(run, path):
    code, key, words = run("keys", "create", "journal.example", "--scope", "akismet", "--scope", "feedback")
    assert (code, len(key.strip())) == (0, 12)
    assert key.strip() not in words
    with Store(path) as store:
        assert store.key(key.strip()).scopes == {"akismet", "feedback"}
    assert run("keys", "revoke", "1")[0] == 0
    run("keys", "create", "autre.example")
    rows = [json.loads(line) for line in run("keys", "list", "--format", "jsonl")[1].splitlines()]
    assert [(row["id"], row["name"], bool(row["revoked_at"])) for row in rows] == [
        (1, "journal.example", True),
        (2, "autre.example", False),
    ]
    assert rows[1]["scopes"] == sorted(SCOPES)
    table = run("keys", "list")[1]
    assert "autre.example" in table
    assert key.strip() not in table
    assert run("keys", "revoke", "9") == (1, "", f"sqlite:///{path}: no key 9; list the keys to see their numbers")


def test_feedback_is_exported_purged_and_erased(run, path, tmp_path):
    with Store(path, keep_texts=True) as store:
        store.add(said(author="Awa", comment_id="1", parent_id="0"))
        store.add(said(text="vieux", created_at=NOW - timedelta(days=4000)))
        store.add(said(text=" "))
        store.add(said(author="Issa", comment_id="2", text="bien"))
    code, out, words = run("feedback", "export", "--labels", str(tmp_path / "out.csv"))
    assert (code, out) == (0, "")
    assert "3 comments written" in words
    assert "1 comments not written: their text" in words
    assert "1 comments stand without" in words
    assert len(read_labels(tmp_path / "out.csv")) == 3
    assert run("feedback", "export", "--labels", str(tmp_path / "out.csv"))[0] == 1
    assert run("feedback", "purge", "--days", "3650")[2] == "1 rows deleted\n"
    assert run("feedback", "erase", "--author", "Awa")[2] == "1 rows deleted\n"
    assert run("feedback", "erase", "--comment", "2")[2] == "1 rows deleted\n"
    assert run("feedback", "erase")[0] == 2


def test_commands_make_no_store_where_there_is_none(run, path):
    assert run("keys", "list") == (1, "", f"{path}: there is no store; name the one that the service uses")
    assert not path.exists()


def test_without_sqlalchemy_it_is_said_what_to_install(run, monkeypatch):
    monkeypatch.setattr("moderation.cli.stores.find_spec", lambda _: None)
    assert 'pip install "moderation[service]"' in run("keys", "create", "a")[2]
