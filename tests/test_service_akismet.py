"""Akismet: what its clients send, and what they must get back, to the byte."""

import json
import random
import re
import warnings
from dataclasses import replace
from urllib.parse import quote, unquote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Moderator
from moderation.policy import NEVER
from moderation.rules import Rules
from moderation.service import akismet, bodies, forms
from moderation.service.akismet import Call, Site, calls
from moderation.service.reasons import LONGEST_HEADER

HAM = "Merci à la rédaction pour cet article sur le marché de Ségou."
SPAM = "Gagnez 5000 FCFA par jour, contactez-moi sur whatsapp, cliquez http://gain.example"
INSULT = "Espèce de gros imbécile !"
UNKNOWN = "Les wqpzx grrfv du kxzj"
FORM = "application/x-www-form-urlencoded"
CHECK = "/1.1/comment-check"


def called(fields, host="rest.akismet.com", path=CHECK, query="", kind=FORM):
    return akismet.call(host, path, query, kind, urlencode(fields).encode())


def checked(moderator, text, **fields):
    return akismet.check(Call("k", {"comment_content": text, **fields}), moderator)


# Keys


@pytest.mark.parametrize(
    ("host", "fields", "query"),
    [
        ("0123456789ab.rest.akismet.com", {}, ""),
        ("0123456789AB.REST.akismet.com:443", {}, ""),
        ("0123456789ab.localhost:8085", {}, ""),
        ("rest.akismet.com", {"api_key": "0123456789ab"}, ""),
        ("rest.akismet.com", {"key": "0123456789ab"}, ""),
        ("rest.akismet.com", {}, "api_key=0123456789ab&format=csv"),
        ("127.0.0.1:8085", {"api_key": " 0123456789ab "}, ""),
    ],
)
def test_a_key_is_found_in_each_of_its_places(host, fields, query):
    assert called(fields, host, query=query).key == "0123456789ab"


@pytest.mark.parametrize(
    "host",
    ["rest.akismet.com", "REST.akismet.com:443", "127.0.0.1:8085", "[::1]:8085", "localhost:8085", "", "é.b", "..."],
)
def test_a_host_without_a_key_gives_none(host):
    assert called({"comment_content": "x"}, host).key is None


def test_verify_key_asks_about_the_key_in_its_body():
    call = called({"key": "new000000000", "blog": "b"}, "old000000000.rest.akismet.com", "/1.1/verify-key")
    assert call.key == "new000000000"
    assert called({"api_key": "only00000000"}, path="/1.1/verify-key").key == "only00000000"


def test_a_key_is_in_no_field():
    call = called({"api_key": "0123456789ab", "key": "0123456789ab", "comment_content": "x"})
    assert call.fields == {"comment_content": "x"}


# Bodies


def test_a_form_and_json_give_the_same_fields():
    fields = {"comment_content": "Ça alors 😀", "comment_author": "Awa", "is_test": "true", "comment_parent": "12"}
    body = json.dumps(fields | {"is_test": True, "comment_parent": 12, "user_ip": None}).encode()
    call = akismet.call("k.rest.akismet.com", "/1.1/submit-spam", "", "application/json", body)
    assert call == Call("k", fields, True)
    assert called(fields, "k.rest.akismet.com") == Call("k", fields, False)


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("; charset=ISO-8859-1", "cp1252"),
        ('; charset="iso-8859-1"', "cp1252"),
        ("; charset=windows-1252", "cp1252"),
        ("; charset=ISO-8859-15", "iso8859-15"),
        ("; charset=UTF-8", "utf-8"),
        ("; charset=windows-1252", "utf-8"),
        ("; charset=no-such-thing", "utf-8"),
        ("; charset=no-such-thing", "cp1252"),
        ("; charset=unicode_escape", "utf-8"),
        ("; charset=zlib", "cp1252"),
        ("", "utf-8"),
        ("", "cp1252"),
    ],
)
def test_any_encoding_is_read(kind, encoding):
    text = "Espèce d'abruti, à bas Moussa"
    body = b"comment_content=" + quote(text.encode(encoding)).encode()
    assert akismet.call("", CHECK, "", FORM + kind, body).fields["comment_content"] == text
    assert akismet.call("", CHECK, "", FORM + kind, text.encode(encoding).join((b"comment_content=", b""))).fields == {
        "comment_content": text
    }


def test_bytes_that_are_not_in_the_declared_encoding_are_read_anyway():
    assert forms.read(FORM + "; charset=utf-8", b"comment_content=d%92abruti").fields == [
        ("comment_content", "d’abruti")
    ]
    assert forms.read(FORM + "; charset=utf-8", b"a=%81%FF").fields == [("a", "\ufffdÿ")]


def test_the_encoding_of_the_blog_counts_where_the_request_names_none():
    body = b"comment_content=" + quote("œuvre".encode("iso8859-15")).encode() + b"&blog_charset=ISO-8859-15"
    assert forms.read(FORM, body).fields[0] == ("comment_content", "œuvre")


def test_json_in_an_old_encoding_is_read():
    body = '{"comment_content": "Espèce"}'.encode("cp1252")
    assert forms.read("application/json; charset=iso-8859-1", body).fields == [("comment_content", "Espèce")]


def test_a_form_in_parts_is_read():
    body = b'--xx\r\nContent-Disposition: form-data; name="comment_content"\r\n\r\n\xc3\x87a\r\nva\r\n--xx\r\n'
    body += b'Content-Disposition: form-data; name="api_key"\r\n\r\nk\r\n--xx--\r\n'
    assert akismet.call("", CHECK, "", "multipart/form-data; boundary=xx", body) == Call(
        "k", {"comment_content": "Ça\r\nva"}
    )


def test_no_encoding_that_is_tried_warns_or_fails():
    assert len(forms._CODECS) > 50
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for codec in sorted(forms._CODECS):
            assert isinstance(forms._decode(b"\\d \xff\xfe\x80 =C3 \\N{x} +AGE-", codec), str)


def test_aliases_and_tags_come_under_one_name():
    call = called([("content_type", "forum-post"), ("comment_context[]", "Mali"), ("comment_context[]", "Sport")])
    assert call.fields == {"comment_type": "forum-post", "comment_context[0]": "Mali", "comment_context[1]": "Sport"}
    assert called({"comment_context[0]": "Mali"}).fields == called({"comment_context": "Mali"}).fields
    assert called({"content_type": "x", "comment_type": "reply"}).fields == {"comment_type": "reply"}


def test_what_the_protocol_does_not_name_is_not_kept():
    noise = {f"POST_{n}": "v" for n in range(100)} | {"HTTP_COOKIE": "secret", "REMOTE_ADDR": "192.0.2.1"}
    assert called(noise | {"blog": "https://journal.example"}).fields == {"blog": "https://journal.example"}


def test_fields_are_bounded():
    assert len(called({"comment_author": "x" * 100_000}).fields["comment_author"]) == calls.LONGEST_FIELD
    assert len(called([("comment_context[]", "x")] * 1_000).fields) == calls.MOST_CONTEXT
    assert len(forms.read(FORM, b"a=1&" * 100_000).fields) == forms.MOST


# Answers


def test_the_key_is_answered_in_one_word_and_help_stands_on_errors_only():
    assert akismet.verify(True)[:4] == (200, b"valid", "text/plain; charset=utf-8", {})
    for answer in (akismet.verify(False), akismet.invalid()):
        assert (answer.status, answer.body) == (200, b"invalid")
        assert answer.headers["X-akismet-debug-help"]


@pytest.mark.parametrize(("text", "body"), [(HAM, b"false"), (SPAM, b"true"), (INSULT, b"false"), ("", b"false")])
def test_a_check_is_true_or_false_and_nothing_else(moderator, text, body):
    answer = checked(moderator, text)
    assert (answer.status, answer.body, answer.media_type) == (200, body, "text/plain; charset=utf-8")
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-akismet-guid"])
    names = {name.lower() for name in answer.headers}
    assert not names & {"x-akismet-debug-help", "x-akismet-alert-code", "x-akismet-alert-msg", "x-akismet-error"}
    assert answer.headers["X-akismet-guid"] != checked(moderator, text).headers["X-akismet-guid"]


def test_only_what_a_person_should_see_is_to_be_checked_again(moderator):
    assert "X-akismet-recheck-after" not in checked(moderator, HAM).headers
    assert "X-akismet-recheck-after" not in checked(moderator, SPAM).headers
    for text in (UNKNOWN, INSULT):
        answer = checked(moderator, text)
        assert (answer.body, answer.headers["X-akismet-recheck-after"]) == (b"false", str(akismet.RECHECK_AFTER))
    call = Call("k", {"comment_content": UNKNOWN})
    assert akismet.check(call, moderator, recheck_after=120).headers["X-akismet-recheck-after"] == "120"


def test_a_rejected_insult_is_spam_where_the_site_says_so(moderator):
    answer = akismet.check(Call("k", {"comment_content": INSULT}), moderator, insult_is_spam=True)
    assert answer.body == b"true"
    assert "X-akismet-pro-tip" not in answer.headers
    assert "X-akismet-recheck-after" not in answer.headers


def test_an_insult_to_review_is_held_even_then(moderator):
    policy = replace(moderator.policy, reject={"insult": NEVER, "spam": NEVER})
    for text in (INSULT, SPAM):
        answer = akismet.check(
            Call("k", {"comment_content": text}), replace(moderator, policy=policy), insult_is_spam=True
        )
        assert (answer.body, "X-akismet-recheck-after" in answer.headers) == (b"false", True)


def test_blatant_spam_may_be_discarded(moderator):
    assert checked(moderator, SPAM).headers["X-akismet-pro-tip"] == "discard"
    answer = akismet.check(Call("k", {"comment_content": SPAM}), moderator, discard=1.01)
    assert answer.body == b"true"
    assert "X-akismet-pro-tip" not in answer.headers
    mild = "Je vends un téléphone, contactez-moi"
    assert moderator.check_text(mild).scores.probabilities["spam"] < akismet.DISCARD
    assert (checked(moderator, mild).body, "X-akismet-pro-tip" in checked(moderator, mild).headers) == (b"true", False)


@pytest.mark.parametrize(("label", "body"), [(None, b"true"), ("spam", b"true"), ("insult", b"false")])
def test_a_rule_that_rejects_is_spam_unless_it_is_about_insults(moderator, label, body):
    rule = {"name": "concurrents", "words": ["journal x"], "action": "reject"} | ({"label": label} if label else {})
    rules = Rules.read([rule], {}, "site.toml", ("insult", "spam"))
    site = Moderator(moderator.model, replace(moderator.policy, rules=rules))
    answer = checked(site, "Lisez plutôt le Journal X.")
    assert (answer.body, "X-akismet-recheck-after" in answer.headers) == (body, body == b"false")


@pytest.mark.parametrize("role", ["administrator", "editor,administrator", "Administrator", "super_admin"])
def test_an_administrator_is_never_blocked_nor_held(moderator, role):
    for text in (SPAM, UNKNOWN):
        answer = checked(moderator, text, user_role=role)
        assert (answer.body, list(answer.headers)) == (b"false", ["X-akismet-guid"])
    assert checked(moderator, SPAM, user_role="editor").body == b"true"


@pytest.mark.parametrize(
    "fields",
    [
        {"comment_author": "viagra-test-123"},
        {"comment_author": "akismet‑guaranteed‑spam"},
        {"comment_author_email": "akismet-guaranteed-spam@example.com"},
    ],
)
def test_the_values_of_the_documentation_are_always_spam(moderator, fields):
    assert checked(moderator, HAM, **fields).body == b"true"
    assert checked(moderator, "akismet-guaranteed-spam").body == b"true"


def test_a_field_that_people_do_not_see_holds_a_comment(moderator):
    for fields in ({"honeypot_field_name": "fax", "fax": "x"}, {"POST_ak_hp_textarea": "x"}):
        call = called({"comment_content": HAM, **fields})
        assert "X-akismet-recheck-after" in akismet.check(call, moderator).headers
    for fields in ({"honeypot_field_name": "fax", "fax": ""}, {"honeypot_field_name": "comment_content"}):
        call = called({"comment_content": HAM, **fields})
        assert "X-akismet-recheck-after" not in akismet.check(call, moderator).headers


# WordPress

WORDPRESS = "WordPress/6.1.9 | Akismet/5.0.2"


def from_wordpress(fields):
    return akismet.call("rest.akismet.com", CHECK, "", FORM, urlencode(fields).encode(), WORDPRESS)


@pytest.mark.parametrize("text", [INSULT, UNKNOWN])
def test_wordpress_is_told_to_hold_in_words_that_all_its_versions_know(moderator, text):
    answer = akismet.check(from_wordpress({"comment_content": text}), moderator)
    assert answer.body == b"false"
    assert answer.headers["X-akismet-error"]
    assert "X-akismet-recheck-after" not in answer.headers
    assert answer.headers["X-Moderation-Action"] in ("review", "reject")
    assert "X-akismet-error" not in checked(moderator, text).headers


def test_wordpress_hears_of_ham_and_spam_what_others_hear(moderator):
    for text, body in ((HAM, b"false"), (SPAM, b"true")):
        for reason in ("", "retry", "recheck_queue"):
            answer = akismet.check(from_wordpress({"comment_content": text, "recheck_reason": reason}), moderator)
            assert (answer.body, "X-akismet-error" in answer.headers) == (body, False)


@pytest.mark.parametrize(("reason", "published"), [("retry", False), ("recheck_queue", True)])
def test_what_is_held_is_not_published_by_wordpresss_retry(moderator, reason, published):
    """On a retry it publishes at "false"; its button "check for spam" never publishes."""
    answer = akismet.check(from_wordpress({"comment_content": INSULT, "recheck_reason": reason}), moderator)
    assert answer.body != b"true"
    assert (answer.body == b"false") == published


def test_a_new_comment_of_wordpress_loses_its_backslashes(moderator):
    text = "L'essentiel \"d'un\" \\ article 😀, espèce d'imbécile"
    slashed = re.sub(r"(['\"\\])", r"\\\1", text)
    for sent, fields in ((slashed, {}), (text, {"recheck_reason": "retry"}), (text, {})):
        answer = akismet.check(from_wordpress({"comment_content": sent, **fields}), moderator)
        found = {row["text"]: row for row in words(answer)}
        assert text[found["imbécile"]["start"] : found["imbécile"]["end"]] == "imbécile"


# Reasons


def words(answer):
    written = answer.headers["X-Moderation-Words"]
    assert written.isascii()
    assert written.isprintable()
    return json.loads(unquote(written))


def test_the_words_of_a_decision_are_read_back_with_their_places(moderator):
    text = "😀 Modibo, espèce de gros imbécile !"
    answer = checked(moderator, text)
    found = {row["text"]: row for row in words(answer)}
    assert "imbécile" in found
    assert all(text[row["start"] : row["end"]] == name for name, row in found.items())
    assert answer.headers["X-Moderation-Model"] == moderator.model.id
    assert answer.headers["X-Moderation-Policy"] == moderator.policy.id
    assert answer.headers["X-Moderation-Action"] == "reject"
    assert json.loads(answer.headers["X-Moderation-Score"])["insult"] > 0.9
    assert words(checked(moderator, HAM)) == []


def test_words_of_html_have_no_places(moderator):
    found = words(checked(moderator, "<p>Espèce d'<em>imbé</em>cile</p>"))
    assert "imbécile" in [row["text"] for row in found]
    assert not any("start" in row for row in found)


def test_a_percent_sign_is_read_back_too(moderator):
    rules = Rules.read([{"name": "100%41", "words": ["modibo"]}], {}, "site.toml", ("insult", "spam"))
    answer = checked(Moderator(moderator.model, replace(moderator.policy, rules=rules)), "Merci Modibo.")
    assert [row["rule"] for row in words(answer)] == ["100%41"]


def test_headers_are_bounded_and_say_what_had_no_room(moderator):
    rules = Rules.read(
        [{"name": f"règle {n} " + "é" * 50, "words": ["modibo"]} for n in range(30)],
        {},
        "site.toml",
        ("insult", "spam"),
    )
    answer = checked(Moderator(moderator.model, replace(moderator.policy, rules=rules)), "Merci Modibo.")
    assert sum(len(name) + len(value) for name, value in answer.headers.items()) < LONGEST_HEADER + 500
    assert len(words(answer)) + int(answer.headers["X-Moderation-Words-Left-Out"]) == 30


# Text


def test_html_and_text_are_both_read(moderator):
    assert bodies.readings("Prix < 500 & bon") == ("Prix < 500 & bon",)
    assert bodies.readings("L'<b>idi</b>ot") == ("L'idiot",)
    assert checked(moderator, "Espèce d'<x>imbé</x>cile").headers["X-Moderation-Action"] != "approve"
    assert checked(moderator, "Merci, <gros imbécile>").headers["X-Moderation-Action"] != "approve"


def test_a_comment_is_never_approved_unread(moderator, monkeypatch):
    monkeypatch.setattr(bodies, "LONGEST", 1_000)
    long = (HAM + " ") * 20
    judged = bodies.judge(long, moderator)
    assert len(judged.text) == 1_000
    assert judged.decision.action == "review"
    assert bodies.judge("<p>" * 1_400, moderator).decision.action == "review"
    assert bodies.judge(long[:900], moderator).decision.action == "approve"


# Feedback


def test_feedback_is_thanked_and_handed_on():
    fields = {
        "comment_content": "<p>Gagnez</p>",
        "comment_ID": "7",
        "comment_parent": "3",
        "comment_post_ID": "12",
        "comment_author": "Ali",
        "reporter": "moderatrice",
        "blog_lang": "fr_FR",
    }
    answer, kept = akismet.submit(called(fields), spam=True)
    assert answer[:4] == (200, b"Thanks for making the web a better place.", "text/plain; charset=utf-8", {})
    assert kept is not None
    assert (kept.text, kept.spam, kept.comment_id, kept.parent_id, kept.author) == ("Gagnez", True, "7", "3", "Ali")
    assert (kept.post_id, kept.reporter, kept.language, kept.permalink) == ("12", "moderatrice", "fr_FR", None)
    assert akismet.submit(called({"comment_content": "x", "comment_parent": "0"}), spam=False)[1].parent_id is None


def test_corals_feedback_needs_no_blog_and_no_key_in_its_json():
    body = json.dumps({"user_ip": "", "comment_type": "comment", "comment_content": "Non", "is_test": False}).encode()
    call = akismet.call("0123456789ab.rest.akismet.com", "/1.1/submit-ham", "", "application/json", body)
    answer, kept = akismet.submit(call, spam=False)
    assert (call.key, answer.body, kept.text, kept.spam) == ("0123456789ab", akismet.THANKS.encode(), "Non", False)


@pytest.mark.parametrize(
    ("value", "learnt"), [("1", False), ("true", False), ("True", False), ("0", True), ("false", True)]
)
def test_nothing_is_learnt_of_a_test(value, learnt):
    answer, kept = akismet.submit(called({"comment_content": "x", "is_test": value}), spam=True)
    assert answer.body == akismet.THANKS.encode()
    assert (kept is not None) == learnt


# The calls around


def test_usage_and_the_calls_of_settings_pages():
    assert json.loads(akismet.usage_limit(3).body) == {
        "limit": "none",
        "usage": 3,
        "percentage": "0.00",
        "throttled": False,
    }
    assert akismet.deactivate().body == b"deactivated"
    assert json.loads(akismet.stats().body) is None
    assert json.loads(akismet.subscription().body)["status"] == "active"


def test_the_sites_of_a_key_as_json_and_as_csv():
    sites = [Site("a.example", 2, 2), Site("b.example", 9, 1, 8)]
    call = called({}, query="api_key=k&limit=1&month=2026-10")
    assert json.loads(akismet.key_sites(call, "2026-11", sites).body) == {
        "2026-10": [
            {
                "site": "b.example",
                "api_calls": "9",
                "spam": "1",
                "ham": "8",
                "missed_spam": "0",
                "false_positives": "0",
                "is_revoked": False,
            }
        ],
        "limit": 1,
        "offset": 0,
        "total": 2,
    }
    lines = (
        akismet.key_sites(called({}, query="format=csv&order=spam&month=x"), "2026-11", sites).body.decode().split("\n")
    )
    assert "2026-11" in lines[0]
    assert lines[1].startswith("Site,Total API Calls,Spam,Ham")
    assert lines[2:] == ["a.example,2,2,0,0,0,false", "b.example,9,1,8,0,0,false"]
    assert json.loads(akismet.key_sites(called({}), "2026-11").body)["2026-11"] == []


# Anything at all

BODIES = st.one_of(
    st.binary(max_size=300),
    st.dictionaries(st.sampled_from([*sorted(calls._NAMES), "comment_context[]", "key"]), st.text(max_size=40)).map(
        lambda fields: json.dumps(fields).encode()
    ),
    st.lists(st.tuples(st.sampled_from(["comment_content", "user_role", "limit"]), st.binary(max_size=30))).map(
        lambda pairs: b"&".join(name.encode() + b"=" + quote(value).encode() for name, value in pairs)
    ),
)
KINDS = st.one_of(st.text(max_size=40), st.sampled_from(["application/json", FORM, "multipart/form-data; boundary=0"]))


@settings(deadline=None, max_examples=60)
@given(host=st.text(max_size=30), query=st.text(max_size=30), kind=KINDS, body=BODIES)
def test_no_call_fails(moderator, host, query, kind, body):
    call = akismet.call(host, CHECK, query, kind, body)
    answer = akismet.check(call, moderator)
    assert answer.body in (b"true", b"false")
    assert all(f"{name}{value}".isascii() for name, value in answer.headers.items())
    assert akismet.submit(call, spam=False)[0].body == akismet.THANKS.encode()
    assert akismet.key_sites(call, "2026-11").status == 200


def test_no_depth_and_no_size_fails():
    for body in (b"[" * 200_000, b'{"a":' * 100_000, b"&" * 1_000_000, b"%" * 1_000_000, b"comment_context[" * 50_000):
        for kind in ("application/json", FORM, "multipart/form-data; boundary=a"):
            assert akismet.call("", CHECK, "", kind, body).key is None
    noise = random.Random(3).randbytes(200_000)
    assert akismet.call("", CHECK, "", FORM, noise).json is False
