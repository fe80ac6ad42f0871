"""django-contrib-comments and django-comments-xtd: readers post to a Django site, its moderators decide."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from browser import Browser
from environments import python
from sites import Site, program, sites

pytestmark = pytest.mark.clients

PACKAGES = ("sqlalchemy==2.0.44", "Django==5.2.19", "django-contrib-comments==2.2.0", "django-comments-xtd==2.10.13")

INSULT, HAM = "SALE IMBÉCILE 😀", "Merci pour cet article sur le marché de Ségou 😀"
SPAM = "PRÊT ENTRE PARTICULIERS EN 24H ! WhatsApp +229 97 00 00 00 ou pret@gmail.com"
NOTE = "Mots à l’origine du signalement : « SALE IMBÉCILE »"

BOTH = pytest.mark.parametrize("variables", [{}, {"REGISTER": "1"}], ids=["connect", "ReaderModerator"])


class Journal(Site):
    """The site, as its readers and moderators use it."""

    def post(self, text: str, browser: Browser | None = None, path: str = "/", **fields: str) -> int:
        """Post a comment as a reader does, with the form of the page; return the answer's status."""
        reader = browser or Browser(self.url)
        form = next(form for form in reader.get(path).forms if "security_hash" in form)
        filled = {"name": "Awa", "email": "awa@lecteurs.example", "comment": text}
        return reader.submit("/comments/post/", form | filled | fields).status

    def logged_in(self, name: str) -> Browser:
        browser = Browser(self.url)
        (form, *_) = browser.get("/accounts/login/").forms
        page = browser.submit("/accounts/login/", form | {"username": name, "password": "secret"})
        assert page.url == f"{self.url}/"
        return browser

    def click(self, browser: Browser, action: str, comment: int) -> int:
        """Confirm what the page of an action asks."""
        path = f"/comments/{action}/{comment}/"
        (form, *_) = browser.get(path).forms
        return browser.submit(path, form).status

    def choose(self, browser: Browser, action: str, comment: int) -> int:
        """Choose an action of Django's administration."""
        path = "/admin/django_comments/comment/"
        form = browser.get(path).forms[-1]
        return browser.submit(path, form | {"action": action, "_selected_action": str(comment)}).status

    def rows(
        self, query: str = "SELECT comment, is_public, is_removed FROM django_comments ORDER BY id"
    ) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / "site.db")) as database:
            return database.execute(query).fetchall()

    @property
    def notes(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "notes").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def journal(tmp_path):
    with sites() as start:

        def journal(moderation: dict | None = None, **variables: str) -> Journal:
            settings = {"STORE": str(tmp_path / "moderation.db"), "KEEP_TEXTS": True} | (moderation or {})
            command = program(python("django", ".", *PACKAGES), "django_site.py")
            return start(Journal, command, tmp_path, MODERATION=json.dumps(settings), **variables)

        yield journal


@BOTH
def test_an_insult_and_spam_are_held_and_praise_is_published(journal, variables):
    site = journal(**variables)
    assert [site.post(text) for text in (HAM, INSULT, SPAM)] == [200] * 3
    assert site.rows() == [(HAM, 1, 0), (INSULT, 0, 0), (SPAM, 0, 0)]
    page = Browser(site.url).get("/").body
    assert (HAM in page, INSULT in page) == (True, False)
    assert site.notes[2:4] == [{"id": number, "action": "reject", "note": NOTE} for number in (None, 2)]
    assert "IMBÉCILE" not in site.log


@BOTH
def test_a_site_may_refuse_what_the_policy_rejects(journal, variables):
    site = journal({"REFUSE": True}, **variables)
    assert [site.post(text) for text in (INSULT, HAM)] == [400, 200]
    assert site.rows() == [(HAM, 1, 0)]


@BOTH
def test_without_a_model_comments_are_held_and_none_is_lost(journal, variables):
    site = journal({"MODEL": "/nowhere"}, **variables)
    assert [site.post(text) for text in (HAM, INSULT)] == [200, 200]
    assert site.rows() == [(HAM, 0, 0), (INSULT, 0, 0)]
    assert "La modération automatique a échoué" in site.notes[0]["note"]
    assert "held, since moderation failed: /nowhere" in site.log


def test_staff_is_never_blocked_and_other_members_are(journal):
    site = journal()
    site.post(INSULT, site.logged_in("chef"), name="Le chef")
    site.post(INSULT, site.logged_in("awa"))
    assert [public for _, public, _ in site.rows()] == [1, 0]


def test_a_comment_that_is_sent_twice_stays_as_moderators_left_it(journal):
    site = journal()
    site.post(INSULT)
    site.click(site.logged_in("chef"), "approve", 1)
    assert site.post(INSULT) == 200
    assert site.rows() == [(INSULT, 1, 0)]


@BOTH
def test_what_moderators_and_readers_do_is_feedback(journal, variables):
    site = journal(**variables)
    for text in (HAM, INSULT):
        site.post(text)
    chef, awa = site.logged_in("chef"), site.logged_in("awa")
    assert [site.click(awa, "flag", 1) for _ in range(2)] == [200, 200]  # a reader reports it once
    assert [site.click(chef, action, 2) for action in ("approve", "delete")] == [200, 200]
    assert site.choose(chef, "approve_comments", 2) == 200
    assert site.rows()[1] == (INSULT, 1, 0)
    assert site.feedback == [
        ({"reported": 1}, "1", None, HAM),
        ({"removed": 0}, "2", None, INSULT),
        ({"removed": 1}, "2", None, INSULT),
        ({"removed": 0}, "2", None, INSULT),
    ]


def test_a_store_that_fails_stops_no_moderator(journal, tmp_path):
    site = journal({"STORE": str(tmp_path / "no folder" / "moderation.db")})
    site.post(INSULT)
    assert site.click(site.logged_in("chef"), "approve", 1) == 200
    assert site.rows() == [(INSULT, 1, 0)]
    assert "feedback on comment 1 is lost" in site.log


@BOTH
def test_xtd_keeps_its_threads_and_a_root_is_no_answer_to_itself(journal, variables):
    site = journal(XTD="1", **variables)
    assert site.post(HAM) == 200
    assert site.post(INSULT, path="/comments/reply/1/") == 200
    query = """SELECT comment, is_public, parent_id, level FROM django_comments
        JOIN django_comments_xtd_xtdcomment ON id = comment_ptr_id ORDER BY id"""
    assert site.rows(query) == [(HAM, 1, 1, 0), (INSULT, 0, 1, 1)]
    chef = site.logged_in("chef")
    clicks = [("approve", 2), ("flag", 2), ("delete", 1)]
    assert [site.click(chef, action, number) for action, number in clicks] == [200] * 3
    assert site.feedback == [
        ({"removed": 0}, "2", "1", INSULT),
        ({"reported": 1}, "2", "1", INSULT),
        ({"removed": 1}, "1", None, HAM),
    ]


def test_xtd_holds_what_its_api_takes_in(journal):
    site = journal(XTD="1")
    reader = Browser(site.url)
    (form, *_) = reader.get("/").forms
    form |= {"name": "Awa", "email": "awa@lecteurs.example", "reply_to": 0, "followup": False}
    found = [reader.send("/comments/api/comment/", form | {"comment": text}).status for text in (HAM, INSULT)]
    assert (found, site.rows()) == ([201, 202], [(HAM, 1, 0), (INSULT, 0, 0)])


@BOTH
def test_xtd_holds_what_its_reader_confirms_by_mail(journal, variables):
    site = journal(XTD="1", CONFIRM="1", **variables)
    assert (site.post(INSULT), site.rows()) == (200, [])
    (mail,) = (site.folder / "mails").iterdir()
    link = re.search(r"/comments/confirm/\S+", mail.read_text(encoding="utf-8").replace("=\n", ""))
    assert Browser(site.url).get(link[0]).status == 200
    assert site.rows() == [(INSULT, 0, 0)]


def test_a_wrong_setting_is_told_at_start(journal):
    with pytest.raises(AssertionError, match="MODERATION: unknown setting MODELL; expected some of KEEP_AUTHORS"):
        journal({"MODELL": "/models/essai"})
