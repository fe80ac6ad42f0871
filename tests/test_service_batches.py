"""Batches of Perspective's requests: the parts of one multipart body, answered one by one."""

import json
import warnings
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.service.app import create_app
from moderation.service.perspective import Part, Refused, read_batch
from moderation.service.settings import Settings
from moderation.store import SCOPES, Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the test client's own library
    from fastapi.testclient import TestClient

KIND = 'multipart/mixed; boundary="===1=="'
ANALYZE, SUGGEST = "/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"
INSULT = "Tu n'es qu'un gros imbécile 😀"


def written(*requests, line="\n"):
    """Return the body of a batch: (path with query, value) for each request."""
    parts = []
    for place, (path, value) in enumerate(requests):
        head = ["Content-Type: application/http", "MIME-Version: 1.0", f"Content-ID: <b0a1 + {place}>", ""]
        parts.append(line.join(["--===1==", *head, f"POST {path} HTTP/1.1", "Host: h", "", json.dumps(value), ""]))
    return ("".join(parts) + "--===1==--").encode()


def asked(text=INSULT, attribute="INSULT"):
    return {"comment": {"text": text}, "requestedAttributes": {attribute: {}}}


@pytest.fixture
def store(tmp_path):
    with Store(str(tmp_path / "moderation.db"), keep_texts=True) as opened:
        yield opened


@pytest.fixture
def sent(store, moderator):
    """Send a batch; the status, the value and the headers of each answer by the id of its request."""

    def sent(body, kind=KIND, **server):
        api = TestClient(create_app(Settings.of({"server": server}), store, moderator))
        found = api.post("/batch", content=body, headers={"Content-Type": kind})
        if found.status_code != 200:
            return found.json()["error"]
        head = f"Content-Type: {found.headers['content-type']}\r\n\r\n".encode()
        answers = {}
        for part in message_from_bytes(head + found.content).get_payload():
            top, _, value = part.get_payload(decode=True).partition(b"\r\n\r\n")
            status, *headers = top.decode().split("\r\n")
            answers[part["Content-ID"]] = (status, json.loads(value), dict(one.split(": ", 1) for one in headers))
        return answers

    return sent


@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_each_request_is_answered_as_if_it_had_come_alone(sent, store, line):
    key = store.create_key("journal.example", SCOPES)
    decided = {"comment": {"text": INSULT}, "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}}}
    requests = [
        (f"{ANALYZE}?key={key}&alt=json", asked()),
        (f"{ANALYZE.replace(':', '%3A')}?key={key}", asked("")),
        (f"{SUGGEST}?key={key}", decided),
        (f"/v1/check?key={key}", {}),
    ]
    found = sent(written(*requests, line=line))
    assert list(found) == [f"<response-b0a1 + {place}>" for place in range(4)]
    scored, empty, suggested, elsewhere = found.values()
    assert scored[0] == "HTTP/1.1 200 OK"
    assert scored[1]["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.5
    assert (empty[0], empty[1]["error"]["message"]) == ("HTTP/1.1 400 Bad Request", "Comment must be non-empty.")
    assert suggested[0] == "HTTP/1.1 200 OK"
    assert [dict(one.verdict) for one in store.feedback()] == [{"insult": 1}]
    assert elsewhere[0] == "HTTP/1.1 404 Not Found"


def test_keys_and_limits_hold_for_each_request(sent, store):
    key = store.create_key("journal.example", SCOPES)
    found = sent(written(*[(f"{ANALYZE}?key={key}", asked())] * 2), requests_per_minute=1)
    assert [one[0] for one in found.values()] == ["HTTP/1.1 200 OK", "HTTP/1.1 429 Too Many Requests"]
    assert [("retry-after" in one[2]) for one in found.values()] == [False, True]
    (refused,) = sent(written((f"{ANALYZE}?key=nobody", asked()))).values()
    assert refused[1]["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    several = sent(written(*[(f"{ANALYZE}?key={place}", asked()) for place in range(2)]))
    assert several["message"] == "All requests of a batch must have the same key."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (written((ANALYZE, {})), "application/json"),
        (written((ANALYZE, {})), "multipart/mixed"),
        (b"", KIND),
        (b"--===1==--", KIND),
        (b"--===1==\n\nnothing\n--===1==--", KIND),
        (b"--===1==\nContent-ID: <1>", KIND),
        (written(*[(ANALYZE, {})] * 101), KIND),
    ],
)
def test_what_is_no_batch_is_refused(sent, body, kind):
    assert sent(body, kind)["status"] == "INVALID_ARGUMENT"


def test_a_batch_may_hold_as_many_as_at_google(sent):
    assert len(sent(written(*[(ANALYZE, {})] * 100))) == 100


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_bodies_come_as_they_were_sent(texts):
    found = read_batch(KIND, written(*[(f"{ANALYZE}?key=k", asked(text)) for text in texts]))
    assert [json.loads(part.body)["comment"]["text"] for part in found] == texts
    assert {part[1:4] for part in found} == {("POST", ANALYZE, "key=k")}


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_are_parts_or_refused(body, kind):
    for content_type in (KIND, kind, f"multipart/mixed; boundary={kind}"):
        try:
            found = read_batch(content_type, b"--===1==\n" + body)
        except Refused:
            continue
        assert all(isinstance(part, Part) for part in found)
