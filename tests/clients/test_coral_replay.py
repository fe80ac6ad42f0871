"""Coral's requests, replayed by code of our own: as it sends them, with its rules for answers."""

import hashlib
import hmac
import json
import uuid

import httpx
import pytest
from environments import COMMENTS, CORAL_SECRET

pytestmark = pytest.mark.clients

STATUSES = {"NONE", "APPROVED", "REJECTED", "PREMOD", "SYSTEM_WITHHELD"}
FLAGS = {"COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"}
TAGS = {"FEATURED", "STAFF"}
CODES = {
    *("OFFENSIVE", "ABUSIVE", "SPAM", "BANNED_WORD", "AD", "ILLEGAL_CONTENT", "HARASSMENT_BULLYING", "MISINFORMATION"),
    *("HATE_SPEECH", "IRRELEVANT_CONTENT", "OTHER"),
}
UNDECIDED = "Les wqpzx grrfv du kxzj"  # no word that the model knows: for a person


class WrongAnswerError(Exception):
    """An answer that Coral throws away whole, and publishes the comment."""


def request(body, action="NEW", parent=None):
    """Return the bytes of a request, which are what is signed."""
    value = {
        "action": action,
        "comment": {"body": body, "parentID": parent},
        "author": {"id": str(uuid.uuid4()), "role": "COMMENTER"},
        "story": {"id": str(uuid.uuid4()), "url": "https://journal.example/mali/marche"},
        "site": {"id": str(uuid.uuid4())},
        "tenantID": str(uuid.uuid4()),
        "tenantDomain": "talk.journal.example",
    }
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def signature(body, *secrets):
    return ",".join("sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets)


def sent(server, body, signed):
    headers = {"Content-Type": "application/json", "User-Agent": "Coral Moderation/9.11.8", "X-Coral-Signature": signed}
    return httpx.post(f"{server.url}/coral", content=body, headers=headers, timeout=30)


def moderated(server, comment, *secrets, **options):
    """Return what Coral takes from the answer about a comment; None where it goes on without one."""
    body = request(comment, **options)
    answer = sent(server, body, signature(body, *(secrets or (CORAL_SECRET,))))
    assert len(answer.content) < 2_000_000
    if not answer.is_success or answer.status_code == 204 or answer.text in ("", "{}"):
        return None
    return taken(answer.json())


def taken(value):
    """Return the members that Coral knows of an answer; the others are left out."""
    found = {name: value[name] for name in ("status", "actions", "tags", "moderationAction") if name in value}
    actions = found["actions"] = [known(one, "actionType", "reason") for one in found.get("actions", [])]
    demand(found.get("status", "NONE") in STATUSES)
    demand(all(one.get("actionType") == "FLAG" and one.get("reason") in FLAGS for one in actions))
    demand(set(found.get("tags", [])) <= TAGS)
    if "moderationAction" in found:
        action = found["moderationAction"] = known(found["moderationAction"], "status", "rejectionReason")
        reason = action["rejectionReason"] = known(
            action["rejectionReason"], "code", "detailedExplanation", "legalGrounds"
        )
        demand(action.get("status") in STATUSES and reason.get("code") in CODES)
        demand(all(isinstance(text, str) for text in reason.values()))
    return found


def known(value, *names):
    demand(isinstance(value, dict))
    return {name: value[name] for name in names if name in value}


def demand(holds):
    if not holds:
        raise WrongAnswerError


@pytest.fixture(scope="session")
def rejecting(served):
    """A site with Coral's mode for the Digital Services Act, and two secrets while one is replaced."""
    return served('[coral]\nsecrets = ["the-new-secret", "the-old-secret"]\ndsa = true\n')


def test_the_rules_reject_one_wrong_word():
    assert taken({"status": "PREMOD", "more": 1}) == {"status": "PREMOD", "actions": []}
    for wrong in (
        {"status": "HELD"},
        {"status": "PREMOD", "actions": [{"actionType": "FLAG", "reason": "TOXIC"}]},
        {"tags": ["SPAM"]},
        {"moderationAction": {"status": "REJECTED", "rejectionReason": {"code": "INSULT"}}},
    ):
        with pytest.raises(WrongAnswerError):
            taken(wrong)


def test_a_comment_is_published_withheld_or_held(server):
    withheld = {"status": "SYSTEM_WITHHELD"}
    toxic = [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]
    spam = [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}]
    assert moderated(server, COMMENTS["HAM"]) is None
    assert moderated(server, COMMENTS["INSULT"]) == withheld | {"actions": toxic}
    assert moderated(server, f"<p>{COMMENTS['INSULT']}</p>", action="EDIT") == withheld | {"actions": toxic}
    assert moderated(server, COMMENTS["SPAM"], parent=str(uuid.uuid4())) == withheld | {"actions": spam}
    assert moderated(server, UNDECIDED) == {"status": "PREMOD", "actions": []}


def test_a_rejection_names_its_words_to_the_author(rejecting):
    found = moderated(rejecting, COMMENTS["INSULT"], "the-new-secret")
    assert (found["status"], found["moderationAction"]["status"]) == ("REJECTED", "REJECTED")
    reason = found["moderationAction"]["rejectionReason"]
    assert reason["code"] == "ABUSIVE"
    assert "abruti" in reason["detailedExplanation"]
    found = moderated(rejecting, COMMENTS["SPAM"], "the-new-secret")
    assert found["moderationAction"]["rejectionReason"]["code"] == "SPAM"
    assert moderated(rejecting, UNDECIDED, "the-new-secret")["status"] == "PREMOD"


def test_every_signature_of_a_rotation_is_tried_and_others_are_refused(rejecting, server):
    for secrets in (("the-new-secret",), ("the-old-secret",), ("the-newest-secret", "the-old-secret")):
        assert moderated(rejecting, COMMENTS["INSULT"], *secrets)["status"] == "REJECTED"
    body = request(COMMENTS["INSULT"])
    packed = json.dumps(json.loads(body)).encode()  # the same value in other bytes
    for wrong, signed in (
        (body, signature(body, "another-secret")),
        (packed, signature(body, CORAL_SECRET)),
        (body, ""),
        (body, signature(body, CORAL_SECRET).removeprefix("sha256=")),
    ):
        assert sent(server, wrong, signed).status_code == 401


def test_answers_come_within_the_time_that_coral_waits(server):
    body = request(COMMENTS["INSULT"] * 50)
    signed = signature(body, CORAL_SECRET)
    fastest = min(sent(server, body, signed).elapsed.total_seconds() for _ in range(10))  # the machine may be busy
    assert fastest < 0.2


def test_toxicity_is_scored_at_the_custom_endpoint(server):
    url = f"{server.url}/v1alpha1/comments:analyze?key={server.key}"
    asked = {
        "comment": {"text": COMMENTS["INSULT"]},
        "doNotStore": True,
        "requestedAttributes": {"TOXICITY": {}},
        "languages": ["fr"],
    }
    found = httpx.post(url, json=asked, timeout=30)
    assert found.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert (
        httpx.post(url, json=asked | {"languages": ["en"]}, timeout=30).status_code == 400
    )  # logged by Coral; goes on


def test_a_decision_of_a_moderator_is_kept_with_its_thread(server):
    url = f"{server.url}/v1alpha1/comments:suggestscore?key={server.key}"
    comment, parent, story = str(uuid.uuid4()), str(uuid.uuid4()), "https://journal.example/a?commentID=1"
    facts = {"url": story, "reply_to_id_Coral_comment_id": parent, "Coral_comment_id": comment}
    for removed in (0, 1):
        said = {
            "comment": {"text": f"Décision {comment} 😀"},
            "context": {"entries": [{"text": json.dumps(facts)}]},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": removed}}},
            "languages": ["fr"],
            "communityId": "Coral:https://talk.journal.example",
            "clientToken": f"comment:{comment}",
        }
        answer = httpx.post(url, json=said, timeout=30).json()
        assert answer == {
            "requestedLanguages": ["fr"],
            "detectedLanguages": ["fr"],
            "clientToken": f"comment:{comment}",
        }
    kept = server.feedback(f"Décision {comment} 😀")
    assert [dict(one.verdict) for one in kept] == [{"removed": 0}, {"removed": 1}]
    assert {(one.comment_id, one.parent_id, one.thread) for one in kept} == {(comment, parent, story)}


def test_corrections_of_spam_come_as_json_without_site_and_key(server):
    comment = {
        "user_ip": "",
        "user_agent": "a browser",
        "referrer": "https://journal.example/",
        "permalink": "https://journal.example/a",
        "comment_type": "comment",
        "comment_author": "Awa Traoré",
        "comment_content": "Corrigé par Coral 😀",
        "is_test": False,
        "comment_date_gmt": "2026-11-22T10:00:00.000Z",
    }
    for method, more in (("submit-spam", {}), ("submit-ham", {"recheck_reason": "edit"})):
        headers = {"Host": f"{server.key}.rest.akismet.com"}
        answer = httpx.post(f"{server.url}/1.1/{method}", json=comment | more, headers=headers, timeout=30)
        assert answer.text == "Thanks for making the web a better place."
    kept = server.feedback("Corrigé par Coral 😀")
    assert [(one.verdict["spam"], one.thread, one.author) for one in kept] == [
        (1, "https://journal.example/a", "Awa Traoré"),
        (0, "https://journal.example/a", "Awa Traoré"),
    ]
