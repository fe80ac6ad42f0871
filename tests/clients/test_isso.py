"""isso: readers post to its server, its moderators follow the links that it sends them."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from browser import Browser, Page
from environments import python
from sites import Site, program, sites

pytestmark = pytest.mark.clients

INSULT, HAM = "SALE IMBÉCILE 😀", "Merci pour cet article sur le marché de Ségou 😀"
SPAM = "PRÊT ENTRE PARTICULIERS EN 24H ! WhatsApp +229 97 00 00 00 ou pret@gmail.com"
NOTE = "Mots à l’origine du signalement : « SALE IMBÉCILE »"
SETTINGS = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[admin]
enabled = true
password = secret
[guard]
enabled = false
[moderation]
{moderation}
"""
PUBLIC, HELD, DELETED = 1, 2, 4


class Comments(Site):
    """isso, as its readers and moderators use it."""

    def post(self, text: str, parent: int | None = None, reader: Browser | None = None, **more: str) -> Page:
        value = {"text": text, "author": "Awa", "parent": parent, "title": "Coupures", **more}
        return (reader or Browser(self.url)).send("/new?uri=%2Fcoupures%2F", value)

    def moderate(self, action: str, comment: int) -> int:
        """Follow the link that isso sends to its moderators."""
        (key,) = set(re.findall(rf"/id/{comment}/{action}/(\S+)", self.log))
        return Browser(self.url).send(f"/id/{comment}/{action}/{key}", None).status

    @property
    def rows(self) -> list[tuple[str, int, int | None]]:
        with closing(sqlite3.connect(self.folder / "comments.db")) as database:
            return database.execute("SELECT text, mode, parent FROM comments ORDER BY id").fetchall()

    @property
    def notes(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "notes").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def comments(tmp_path):
    with sites() as start:

        def comments(moderation: str = "enabled = false", **hook: object) -> Comments:
            isso = python("isso", ".", "sqlalchemy==2.0.44", "isso==0.14.0")
            settings = SETTINGS.format(folder=tmp_path, port=1, moderation=moderation)
            (tmp_path / "isso.cfg").write_text(settings, encoding="utf-8")
            options = {"store": str(tmp_path / "moderation.db"), "keep_texts": True} | hook
            return start(Comments, program(isso, "isso_site.py"), tmp_path, HOOK=json.dumps(options))

        yield comments


def test_an_insult_and_spam_are_held_and_praise_is_published(comments):
    site = comments()
    assert [site.post(HAM).status, site.post(INSULT, parent=1).status, site.post(SPAM).status] == [201, 202, 202]
    assert site.rows == [(HAM, PUBLIC, None), (INSULT, HELD, 1), (SPAM, HELD, None)]
    page = Browser(site.url).get("/?uri=%2Fcoupures%2F").body
    assert ("Merci pour cet article" in page, "IMB" in page) == (True, False)
    assert site.notes[1] == {"id": 2, "action": "reject", "note": NOTE}


def test_a_word_that_markdown_cuts_is_read_as_readers_see_it(comments):
    assert comments().post("Sale im<!-- -->b**éci**le !").status == 202


def test_a_site_may_refuse_what_the_policy_rejects(comments):
    site = comments(refuse=True)
    assert [site.post(text).status for text in (INSULT, HAM)] == [403, 201]
    assert site.rows == [(HAM, PUBLIC, None)]
    assert site.notes[0] == {"id": None, "action": "reject", "note": NOTE}


def test_without_a_model_comments_are_held_and_none_is_lost(comments):
    site = comments(model="/nowhere")
    assert [site.post(text).status for text in (HAM, INSULT)] == [202, 202]
    assert site.rows == [(HAM, HELD, None), (INSULT, HELD, None)]
    assert "held, since moderation failed: /nowhere" in site.log


def test_a_comment_that_its_author_makes_an_insult_is_held(comments):
    site = comments()
    reader = Browser(site.url)
    assert site.post(HAM, reader=reader).status == 201
    edited = reader.send("/id/1", {"text": INSULT, "author": "Awa"}, "PUT")
    assert (edited.status, json.loads(edited.body)["mode"]) == (200, HELD)
    assert site.rows == [(INSULT, HELD, None)]


def test_an_author_whose_address_was_approved_before_is_held_all_the_same(comments):
    site = comments("enabled = true\napprove-if-email-previously-approved = true")
    assert site.post(HAM, email="awa@lecteurs.example").status == 202
    assert site.moderate("activate", 1) == 200
    assert site.post(HAM + " !", email="awa@lecteurs.example").status == 201
    assert site.post(INSULT, email="awa@lecteurs.example").status == 202
    assert [mode for _, mode, _ in site.rows] == [PUBLIC, PUBLIC, HELD]


def test_who_is_logged_in_as_administrator_is_never_held(comments):
    site = comments()
    chef = Browser(site.url)
    assert chef.submit("/login/", {"password": "secret"}).url.endswith("/admin/")
    assert (site.post(INSULT, reader=chef).status, site.post(INSULT).status) == (201, 202)


def test_what_moderators_do_is_feedback_and_what_authors_do_is_not(comments):
    site = comments()
    site.post(HAM)
    site.post(INSULT, parent=1)
    reader = Browser(site.url)
    site.post("Je retire ce que je disais.", reader=reader)
    assert reader.send("/id/3", None, "DELETE").status == 200
    assert [site.moderate(action, number) for action, number in (("activate", 2), ("delete", 2), ("delete", 1))] == [
        200
    ] * 3
    assert site.rows == []
    assert site.feedback == [
        ({"removed": 0}, "2", "1", INSULT),
        ({"removed": 1}, "2", "1", INSULT),
        ({"removed": 1}, "1", None, HAM),
    ]


def test_a_store_that_fails_stops_no_moderator(comments, tmp_path):
    site = comments(store=str(tmp_path / "no folder" / "moderation.db"))
    site.post(INSULT)
    assert site.moderate("activate", 1) == 200
    assert site.rows == [(INSULT, PUBLIC, None)]
    assert "feedback on comment 1 is lost" in site.log
