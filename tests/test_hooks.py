"""The plain-function hook: a comment is neither lost nor published unseen. Hooks of systems are tested in tests/clients."""

import logging
import subprocess
import sys
import threading

import pytest

from moderation import Moderator, PolicyError
from moderation.errors import StoreError
from moderation.hooks import Hook, Outcome, function
from moderation.store import Store

INSULT = "SALE IMBÉCILE 😀"
FAILED = "La modération automatique a échoué : à vérifier par une personne"


@pytest.fixture(scope="module")
def hook():
    return Hook()


def test_an_insult_is_held_with_its_words(hook):
    outcome = hook(INSULT, id=2, parent=1, author="Awa")
    assert (outcome.held, outcome.note) == (True, "Mots à l’origine du signalement : « SALE IMBÉCILE »")
    assert (outcome.decision.comment_id, outcome.decision.labels) == ("2", ("insult",))


def test_praise_is_approved_without_a_note(hook):
    outcome = hook("Merci pour cet article.")
    assert (outcome.action, outcome.held, outcome.note) == ("approve", False, "")


def test_html_is_read_as_readers_see_it(hook):
    assert hook("<p>Esp&egrave;ce d'im<b>b&eacute;</b>cile&nbsp;!</p>").held


def test_whom_the_site_trusts_is_never_blocked(hook):
    assert hook(INSULT, trusted=True) == Outcome("approve")


def test_the_note_can_be_in_english():
    assert Hook(language="en-gb")(INSULT).note == "Words that caused it: “SALE IMBÉCILE”"


def test_without_a_model_a_comment_is_held_and_the_log_says_why(tmp_path, caplog):
    outcome = Hook(tmp_path / "nowhere")(INSULT, id="c-7")
    assert (outcome.action, outcome.note, outcome.decision) == ("review", FAILED, None)
    (record,) = caplog.records
    assert (record.levelno, record.name) == (logging.ERROR, "moderation.hooks")
    assert "comment c-7 is held" in record.getMessage()
    assert "nowhere" in record.getMessage()


@pytest.mark.parametrize("text", [None, 7, b"Bonjour"])
def test_what_is_no_text_is_held(hook, text):
    assert hook(text).note == FAILED


def test_an_error_that_nobody_thought_of_holds_the_comment_and_its_text_is_in_no_log(hook, monkeypatch, caplog):
    def judge(text, *rest):
        raise RuntimeError(text)

    monkeypatch.setattr(function, "judge", judge)
    assert hook(INSULT).note == FAILED
    assert "RuntimeError in " in caplog.text
    assert "IMBÉCILE" not in caplog.text


def test_a_model_that_could_not_be_loaded_is_tried_again(monkeypatch):
    load, failures = Moderator.load, [PolicyError("site.toml: being written")]

    def flaky(*paths):
        if failures:
            raise failures.pop()
        return load(*paths)

    monkeypatch.setattr(Moderator, "load", flaky)
    hook = Hook()
    assert [hook("Merci pour cet article.").action for _ in range(2)] == ["review", "approve"]


def test_threads_load_one_model(monkeypatch):
    load, loaded, together = Moderator.load, [], threading.Barrier(8)

    def counted(*paths):
        loaded.append(paths)
        return load(*paths)

    monkeypatch.setattr(Moderator, "load", counted)
    hook, found = Hook(), []

    def post():
        together.wait()
        found.append(hook(INSULT).action)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(loaded), found) == (1, ["reject"] * 8)


def test_a_wrong_path_is_told_to_whom_asks_for_the_model_at_start(tmp_path):
    with pytest.raises(PolicyError, match=r"site\.toml"):
        _ = Hook(policy=tmp_path / "site.toml").moderator


def test_feedback_is_on_the_disk(tmp_path):
    hook = Hook(store=tmp_path / "moderation.db")
    assert hook.feedback(INSULT, {"removed": 1}, id=2, parent=1, thread="/coupures", author="Awa")
    with Store(tmp_path / "moderation.db", create=False) as store:
        (said,) = store.feedback()
    facts = (said.protocol, dict(said.verdict), said.comment_id, said.parent_id, said.thread)
    assert facts == ("hook", {"removed": 1}, "2", "1", "/coupures")
    assert (said.text, said.author) == (None, None)


def test_texts_and_authors_are_kept_if_the_site_says_so(tmp_path):
    hook = Hook(store=tmp_path / "moderation.db", keep_texts=True, keep_authors=True)
    hook.feedback(INSULT, {"insult": True}, author="Awa")
    with Store(tmp_path / "moderation.db", create=False) as store:
        (said,) = store.feedback()
    assert (said.text, said.author, dict(said.verdict)) == (INSULT, "Awa", {"insult": 1})


def test_a_store_that_fails_stops_no_moderator(tmp_path, caplog):
    hook = Hook(store=tmp_path / "no folder" / "moderation.db")
    assert hook.feedback(INSULT, {"removed": 1}, id=2) is False
    assert "feedback on comment 2 is lost" in caplog.text
    assert "IMBÉCILE" not in caplog.text


def test_feedback_without_a_store_or_with_no_label_is_the_callers_mistake(hook, tmp_path):
    with pytest.raises(StoreError, match="has no store"):
        hook.feedback(INSULT, {"removed": 1})
    with pytest.raises(ValueError, match="expected lower-case"):
        Hook(store=tmp_path / "moderation.db").feedback(INSULT, {"Insulte !": 1})


def test_a_store_without_its_library_is_told_at_start(monkeypatch):
    monkeypatch.setattr(function, "find_spec", lambda name: None)
    with pytest.raises(StoreError, match="needs SQLAlchemy"):
        Hook(store="moderation.db")


def test_importing_a_hook_loads_no_model_and_no_database():
    code = "import sys, moderation.hooks; print([name for name in ('sqlalchemy', 'sklearn') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_hook_of_the_docs_holds_and_publishes(root, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    section = (root / "docs" / "library.md").read_text(encoding="utf-8").split("## In a CMS")[1].split("\n## ")[0]
    code, printed = section.split("```python\n")[1].split("```")[0], section.split("```text\n")[1].split("```")[0]
    exec(code, {})
    assert capsys.readouterr().out == printed
