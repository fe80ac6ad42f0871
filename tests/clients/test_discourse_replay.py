"""Discourse's requests, replayed by code of our own: its plugins for Perspective and for Akismet."""

import httpx
import pytest
from environments import COMMENTS

pytestmark = pytest.mark.clients

LONGEST = 20 * 1024  # bytes
PARAGRAPH = "Merci à la rédaction pour cet article 😀, le marché de Ségou est bien décrit.\n\n"
QUOTED = '[quote="awa, post:2, topic:7"]\nMerci.\n[/quote]\n\n'


def toxicity(server, text, key=None):
    """Return the score that Discourse reads, 0 for what it cannot read; texts are cut a few characters at a time."""
    while len(text.encode()) > LONGEST:
        text = text[:-4]
    asked = {
        "comment": {"text": text},
        "doNotStore": True,
        "sessionId": "https://forum.journal.example_42",
        "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY"}},
    }
    found = httpx.post(
        f"{server.url}/v1alpha1/comments:analyze", params={"key": key or server.key}, json=asked, timeout=30
    )
    scores = found.json().get("attributeScores", {})
    return next((score["summaryScore"]["value"] for score in scores.values()), 0.0)


def akismet(server, method, post, key=None):
    """Return the body of an answer; a form without charset, the key in the host."""
    host = f"{key or server.key}.rest.akismet.com"
    found = httpx.post(
        f"{server.url}/1.1/{method}",
        data=post | {"blog": "https://forum.journal.example"},
        headers={"Host": host, "User-Agent": "Discourse/3.5.0 | discourse-akismet/1.0"},
        timeout=30,
    )
    assert found.status_code == 200  # Discourse takes any other for an error, and asks again
    return found.text, found.headers


def post(text, kind="forum-post"):
    return {
        "content_type": kind,
        "referrer": "",
        "permalink": "https://forum.journal.example/t/marche/7/1",
        "comment_author": "awa",
        "comment_content": text,
        "user_ip": "192.0.2.1",
        "user_agent": "a browser",
    }


def test_toxicity_is_scored_without_a_language(server):
    assert toxicity(server, COMMENTS["INSULT"]) > 0.9
    assert toxicity(server, QUOTED + COMMENTS["INSULT"] + "\n\n![photo|690x460](upload://a.jpeg)") > 0.85
    assert toxicity(server, COMMENTS["HAM"]) < 0.1


def test_a_long_post_is_cut_to_the_limit_and_scored(server):
    long = COMMENTS["INSULT"] + "\n\n" + PARAGRAPH * 400
    assert len(long.encode()) > LONGEST
    assert toxicity(server, long) > 0.5


def test_a_wrong_key_scores_0_as_any_answer_that_discourse_cannot_read(server):
    assert toxicity(server, COMMENTS["INSULT"], "0123456789ab") == 0


@pytest.mark.parametrize("kind", ["forum-post", "reply", "signup", "post-voting-comment"])
def test_posts_are_checked_for_spam(server, kind):
    title = "Le marché de Ségou\n\n"
    assert akismet(server, "comment-check", post(title + COMMENTS["SPAM"], kind))[0] == "true"
    assert akismet(server, "comment-check", post(title + COMMENTS["HAM"], kind))[0] == "false"
    body, headers = akismet(server, "comment-check", post(title + COMMENTS["INSULT"], kind))
    assert (body, int(headers["X-akismet-recheck-after"]) > 0) == ("false", True)
    assert "X-akismet-error" not in headers


def test_a_post_of_the_greatest_length_is_judged_to_its_end(server):
    text = (PARAGRAPH * 500)[: 32_000 - len(COMMENTS["INSULT"])] + COMMENTS["INSULT"]
    body, headers = akismet(server, "comment-check", post(text))
    assert (body, '"insult"' in headers["X-Moderation-Words"]) == ("false", True)
    assert "X-akismet-recheck-after" in headers


def test_what_moderators_decide_is_kept(server):
    for method in ("submit-spam", "submit-ham"):
        text, _ = akismet(server, method, post("Décidé par Discourse 😀", "reply"))
        assert text == "Thanks for making the web a better place."
    assert [one.verdict["spam"] for one in server.feedback("Décidé par Discourse 😀")] == [1, 0]


def test_a_wrong_key_is_explained_in_the_header_that_discourse_shows(server):
    body, headers = akismet(server, "comment-check", post(COMMENTS["HAM"]), "0123456789ab")
    assert body == "invalid"
    assert headers["X-akismet-debug-help"] == "The API key is missing, or it is not known here."
