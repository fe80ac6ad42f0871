"""The plug-in for SPIP: PHP itself runs it, against a live service; only SPIP is a stand-in, see programs/spip_forum.php."""

import json
import os
import shutil
import subprocess

import pytest
from environments import PROGRAMS, ROOT

from moderation.store import Store

pytestmark = pytest.mark.clients

PLUGIN = ROOT / "integrations" / "spip" / "moderation" / "moderation_pipelines.php"
INSULT, HAM = "SALE IMBÉCILE 😀", "Merci pour cet article sur le marché de Ségou 😀"
NEW = {"table": "spip_forum", "id_objet": 3, "action": "instituer"}


def message(text=HAM, title="Coupures", status="publie", visitor="", args=NEW):
    data = {"titre": title, "texte": text, "auteur": "Awa", "objet": "article", "id_objet": 12, "statut": status}
    return {"pipeline": "pre_edition", "args": args, "data": data, "visitor": visitor}


def click(old, new, visitor="0minirezo"):
    args = NEW | {"id_objet": 7, "statut_ancien": old}
    return {"pipeline": "post_edition", "args": args, "data": {"statut": new}, "visitor": visitor}


@pytest.fixture
def spip(server):
    php = shutil.which("php")
    if php is None:
        pytest.skip("PHP is not installed")

    def calls(*calls, url=server.url, key=server.key, text=INSULT):
        variables = {"SERVER": url, "KEY": key, "TEXT": text, "CALLS": json.dumps(calls)}
        command = [php, PROGRAMS / "spip_forum.php", PLUGIN]
        done = subprocess.run(
            command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        found = json.loads(done.stdout)  # a warning of PHP would stand before it
        return [data.get("statut") for data in found["data"]], found["log"]

    return calls


def test_an_insult_waits_in_the_text_or_in_the_title_and_praise_is_published(spip):
    status, log = spip(message(), message(INSULT), message(title="Sale imbécile"))
    assert status == ["publie", "prop", "prop"]
    assert log == ["moderation: a message is held: insult"] * 2


def test_what_a_form_of_the_sites_own_enters_waits_too(spip):
    entered = {"table": "spip_forum", "id_parent": 3}
    calls = [message(text, args=entered) | {"pipeline": "pre_insertion"} for text in (HAM, INSULT)]
    assert spip(*calls)[0] == ["publie", "prop"]


def test_what_spip_does_not_publish_itself_and_other_tables_are_left_alone(spip):
    articles = NEW | {"table": "spip_articles"}
    statuses = [message(INSULT, status=status) for status in ("prop", "off", "prive", "spam")]
    assert spip(*statuses, message(INSULT, args=articles))[0] == ["prop", "off", "prive", "spam", "publie"]


def test_who_moderates_the_forum_is_never_held_and_other_members_are(spip):
    assert spip(message(INSULT, visitor="0minirezo"), message(INSULT, visitor="6forum"))[0] == ["publie", "prop"]


@pytest.mark.parametrize("wrong", [{"url": "http://127.0.0.1:1"}, {"key": "nobody"}], ids=["down", "wrong key"])
def test_without_an_answer_messages_wait_and_none_is_lost(spip, wrong):
    status, log = spip(message(), **wrong)
    assert (status, log) == (["prop"], ["moderation: a message is held: the service did not answer"])


def test_what_a_moderator_does_is_feedback_and_what_a_program_does_is_not(spip, server):
    text = "SALE IMBÉCILE, du test de SPIP 😀"
    clicks = [("prop", "publie"), ("publie", "off"), ("off", "spam"), ("spam", "publie"), ("publie", "prop")]
    assert spip(*(click(*one) for one in clicks), click("prop", "publie", visitor=""), text=text)[1] == []
    with Store(server.store, create=False) as store:
        found = [one for one in store.feedback() if one.text == text]
    assert [dict(one.verdict) for one in found] == [{"removed": 0}, {"removed": 1}, {"spam": 1}, {"spam": 0}]
    assert {(one.comment_id, one.parent_id, one.author) for one in found} == {("7", "3", "Awa")}


def test_feedback_that_is_lost_stops_no_moderator(spip):
    assert spip(click("prop", "publie"), url="http://127.0.0.1:1") == (
        ["publie"],
        ["moderation: feedback on message 7 is lost"],
    )
