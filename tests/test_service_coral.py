"""Coral's external moderation phase: signatures, strict answers, and words for the author."""

import hashlib
import hmac
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Moderator
from moderation.policy import NEVER
from moderation.rules import Rules
from moderation.scores import Reason
from moderation.service import coral, reasons
from moderation.service.bodies import Judged

HAM = "Merci à la rédaction pour cet article."
INSULT = "Espèce de gros <b>abruti</b> !"
SPAM = "Gagnez 5000 FCFA par jour, contactez-moi sur whatsapp, cliquez http://gain.example"
UNKNOWN = "Les wqpzx grrfv du kxzj"


def request(body=HAM, action="NEW", parent=None):
    return json.dumps(
        {
            "action": action,
            "comment": {"body": body, "parentID": parent},
            "author": {"id": "u1", "role": "COMMENTER"},
            "story": {"id": "s1", "url": "https://journal.example/a"},
            "site": {"id": "j1"},
            "tenantID": "t1",
            "tenantDomain": "talk.journal.example",
        },
        indent=2,
        ensure_ascii=False,
    ).encode()


def is_accepted(answer):
    """Whether Coral would accept it: its own rules, of which one broken one publishes the comment."""
    if answer.status == 204:
        return answer.body == b""
    value = json.loads(answer.body)
    rejection = value.get("moderationAction", {"status": "REJECTED", "rejectionReason": {"code": "OTHER"}})
    return (
        answer.status == 200
        and value.keys() <= {"status", "actions", "moderationAction"}
        and value["status"] in {"NONE", "APPROVED", "REJECTED", "PREMOD", "SYSTEM_WITHHELD"}
        and all(
            action.keys() == {"actionType", "reason"}
            and action["actionType"] == "FLAG"
            and action["reason"] in {"COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"}
            for action in value.get("actions", [])
        )
        and rejection["status"] == "REJECTED"
        and rejection["rejectionReason"]["code"]
        in (
            "OFFENSIVE ABUSIVE SPAM BANNED_WORD AD ILLEGAL_CONTENT HARASSMENT_BULLYING MISINFORMATION HATE_SPEECH "
            "IRRELEVANT_CONTENT OTHER"
        ).split()
    )


def moderated(moderator, body=HAM, **options):
    answer = coral.moderate(request(body), moderator, **options)
    assert is_accepted(answer)
    return json.loads(answer.body or b"{}")


# Signatures


def sign(secret, body):
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_a_signature_over_the_bytes_is_accepted_and_over_others_not():
    body = request("Ça va 😀")
    assert coral.signed(sign(b"secret", body), body, [b"secret"])
    assert not coral.signed(sign(b"secret", body), json.dumps(json.loads(body)).encode(), [b"secret"])
    assert not coral.signed(sign(b"other", body), body, [b"secret"])


def test_one_of_several_signatures_and_one_of_several_secrets_will_do():
    body = request()
    both = f"{sign(b'old', body)},{sign(b'new', body)}"
    assert coral.signed(both, body, [b"new"])
    assert coral.signed(both.replace(",", " , ").upper().replace("SHA256", "sha256"), body, [b"old"])
    assert coral.signed(sign(b"old", body), body, [b"new", b"old"])
    assert not coral.signed(both, body, [b"third"])


@pytest.mark.parametrize(
    "header", [None, "", "sha256=", "sha1=" + "0" * 40, "sha256=" + "é" * 64, ",,,", "x" * 100_000]
)
def test_no_or_a_broken_signature_is_none(header):
    assert not coral.signed(header, request(), [b"secret"])


def test_nobody_can_sign_with_an_empty_secret_or_without_any():
    assert not coral.signed(sign(b"", b"{}"), b"{}", [b""])
    assert not coral.signed(sign(b"", b"{}"), b"{}", [])


def test_signatures_are_bounded():
    body = request()
    many = ",".join([sign(b"wrong", body)] * coral.MOST_SIGNATURES + [sign(b"secret", body)])
    assert not coral.signed(many, body, [b"secret"])


# Answers


def test_no_opinion_has_no_body_and_names_the_model(moderator):
    answer = coral.moderate(request(HAM), moderator)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["X-Moderation-Model"] == moderator.model.id


def test_what_is_rejected_waits_for_a_person_where_the_author_would_get_no_reason(moderator):
    assert moderated(moderator, INSULT) == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
    }
    assert moderated(moderator, SPAM)["actions"] == [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}]


def test_what_is_to_review_waits_too_in_both_modes(moderator):
    never = replace(moderator.policy, reject={"insult": NEVER, "spam": NEVER})
    held = replace(moderator, policy=never)
    for dsa in (False, True):
        assert moderated(held, INSULT, dsa=dsa)["status"] == "PREMOD"
        assert moderated(held, INSULT, dsa=dsa)["actions"][0]["reason"] == "COMMENT_DETECTED_TOXIC"
        assert moderated(moderator, UNKNOWN, dsa=dsa) == {"status": "PREMOD"}


def test_the_author_of_a_rejected_comment_reads_the_words_that_caused_it(moderator):
    answer = moderated(moderator, INSULT, dsa=True)
    reason = answer["moderationAction"]["rejectionReason"]
    assert answer["status"] == answer["moderationAction"]["status"] == "REJECTED"
    assert reason["code"] == "ABUSIVE"
    assert reason["detailedExplanation"] == "Mots à l’origine du signalement : « Espèce de gros abruti »"
    english = moderated(moderator, INSULT, dsa=True, language="en-GB")["moderationAction"]["rejectionReason"]
    assert english["detailedExplanation"] == "Words that caused it: “Espèce de gros abruti”"
    assert moderated(moderator, SPAM, dsa=True)["moderationAction"]["rejectionReason"]["code"] == "SPAM"


def test_a_word_of_the_site_is_a_banned_word(moderator):
    rules = Rules.read([{"name": "r", "words": ["journal x"], "action": "reject"}], {}, "site.toml", ("insult", "spam"))
    site = Moderator(moderator.model, replace(moderator.policy, rules=rules))
    reason = moderated(site, "Lisez le Journal X", dsa=True)["moderationAction"]["rejectionReason"]
    assert reason == {"code": "BANNED_WORD", "detailedExplanation": "Mots à l’origine du signalement : « Journal X »"}
    assert moderated(site, "Lisez le Journal X") == {"status": "SYSTEM_WITHHELD"}


def judged(moderator, text, **changes):
    return Judged(replace(moderator.check_text(text), **changes), text, True)


def test_without_words_what_else_was_noticed_is_said(moderator):
    markers = tuple(reason for reason in moderator.check_text(SPAM).reasons if reason.marker)
    assert reasons.sentence(judged(moderator, SPAM, reasons=markers)) == "Signalé pour : lien"
    assert reasons.sentence(judged(moderator, SPAM, reasons=()), "en") == "Flagged for: spam"
    assert reasons.sentence(judged(moderator, UNKNOWN)) == "Signalé pour : à vérifier par une personne"


def test_words_apart_are_named_apart_and_once_with_the_strongest_first(moderator):
    text = "Crétin, ABRUTI et puis Crétin ! Un abruti."
    places = [(32, 41), (7, 14), (0, 6), (23, 29)]
    found = tuple(Reason("insult", start, end, text[start:end], 1.0) for start, end in places)
    assert reasons.sentence(judged(moderator, text, reasons=found)) == (
        "Mots à l’origine du signalement : « Un abruti », « ABRUTI », « Crétin »"
    )


def test_an_explanation_is_bounded(moderator):
    text = " / ".join(f"{n}" + "a" * 500 for n in range(100))
    ranges = [(at.start(), at.end()) for at in re.finditer(r"\w+", text)]
    found = tuple(Reason("insult", start, end, text[start:end], 1.0) for start, end in ranges)
    assert len(reasons.sentence(judged(moderator, text, reasons=found))) < 1_000


@pytest.mark.parametrize("action", ["NEW", "EDIT"])
def test_html_and_text_and_edits_are_read(moderator, action):
    for body in ("<div>Espèce d&#39;<strong>imbé</strong>cile</div>", "Espèce d'imbécile"):
        answer = coral.moderate(request(body, action, parent="p1"), moderator)
        assert json.loads(answer.body)["status"] == "SYSTEM_WITHHELD"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"comment": {"body": 3}}', b'{"comment": []}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_request_is_an_error_without_its_text(moderator, body):
    answer = coral.moderate(body, moderator)
    assert answer.status == 400
    assert list(json.loads(answer.body)) == ["error"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "body", "parentID"]), inner),
    max_leaves=5,
)


@settings(deadline=None, max_examples=60)
@given(st.fixed_dictionaries({"comment": VALUES, "author": VALUES}), st.text(max_size=60), st.booleans())
def test_no_request_fails(moderator, value, text, dsa):
    answer = coral.moderate(json.dumps(value).encode(), moderator, dsa=dsa)
    assert answer.status == 400 or is_accepted(answer)
    value["comment"] = {"body": text}
    assert is_accepted(coral.moderate(json.dumps(value).encode(), moderator, dsa=dsa))
