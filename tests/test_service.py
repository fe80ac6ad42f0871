"""The service as its clients meet it: paths, keys, limits, feedback."""

import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from moderation.cli import main
from moderation.service.app import create_app
from moderation.service.gate import Gate
from moderation.service.settings import Settings, SettingsError
from moderation.service.watch import HEADERS
from moderation.store import SCOPES, Feedback, Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the test client's own library
    from fastapi.testclient import TestClient

INSULT = "Tu n'es qu'un gros imbécile 😀"


@pytest.fixture
def store(tmp_path):
    with Store(str(tmp_path / "moderation.db"), keep_texts=True) as opened:
        yield opened


@pytest.fixture
def client(store, moderator):
    def client(**sections):
        application = create_app(Settings.of(sections), store, moderator)
        return TestClient(application, raise_server_exceptions=False, client=("127.0.0.1", 50000))

    return client


@pytest.fixture
def key(store):
    return store.create_key("journal.example", SCOPES)


def test_a_thread_is_decided_with_reasons_at_their_places(client, key):
    body = {"comments": [{"id": "1", "text": "Merci."}, {"id": "2", "parent_id": "1", "text": INSULT}]}
    found = client().post("/v1/check", json=body, headers={"Authorization": f"Bearer {key}"})
    first, second = found.json()["comments"]
    assert (found.status_code, first["action"], second["labels"]) == (200, "approve", ["insult"])
    reason = second["reasons"][0]
    assert INSULT[reason["start"] : reason["end"]] == reason["text"] == "imbécile"
    assert {name.decode(): value.decode() for name, value in HEADERS}.items() <= dict(found.headers).items()


@pytest.mark.parametrize("path", ["/v1/score", "/v1/check"])
def test_without_a_key_nothing_is_answered_unless_the_service_is_open(client, path):
    body = {"comments": [{"id": "1", "text": "Merci."}]}
    assert client().post(path, json=body).status_code == 401
    assert client().post(path, json=body, headers={"Authorization": "Bearer 0123456789ab"}).status_code == 401
    assert client(server={"open": True}).post(path, json=body).status_code == 200


def test_a_key_is_good_for_its_scopes_until_it_is_revoked(client, store):
    key = store.create_key("journal.example", ["native"])
    headers, body = {"X-API-Key": key}, {"comments": [{"id": "1", "text": "Merci."}]}
    assert client().post("/v1/score", json=body, headers=headers).status_code == 200
    said = {"comment": {"id": "1", "text": "Merci."}, "labels": {"insult": False}}
    assert client().post("/v1/feedback", json=said, headers=headers).status_code == 401
    store.revoke(store.keys()[0].id)
    assert client().post("/v1/score", json=body, headers=headers).status_code == 401


def test_perspective_clients_find_the_api_score_and_say_what_they_decided(client, key, store):
    api = client()
    described = api.get("/$discovery/rest?version=v1alpha1").json()
    assert described["rootUrl"].startswith("http://testserver")
    asked = {"comment": {"text": INSULT}, "languages": ["fr"], "requestedAttributes": {"INSULT": {}, "TOXICITY": {}}}
    found = api.post(f"/v1alpha1/comments%3Aanalyze?key={key}&alt=json", json=asked).json()
    assert found["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.5
    refused = api.post("/v1alpha1/comments:analyze?key=nobody", json=asked)
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert api.post("/v1alpha1/comments:analyze", json=asked).status_code == 403
    decided = {"comment": {"text": INSULT}, "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}}}
    assert api.post(f"/v1alpha1/comments:suggestscore?key={key}", json=decided).status_code == 200
    (kept,) = store.feedback()
    assert (kept.protocol, dict(kept.verdict), kept.text) == ("perspective", {"insult": 1}, INSULT)


def test_a_suggestion_in_no_language_is_in_that_of_the_site(client, key):
    api = client(perspective={"language": "en", "languages": ["en"]})
    decided = {"comment": {"text": INSULT}, "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}}}
    found = api.post(f"/v1alpha1/comments:suggestscore?key={key}", json=decided)
    assert found.json() == {"detectedLanguages": ["en"]}


def test_a_wrong_key_is_told_with_the_discovery_document_and_none_is_needed_for_it(client, key, store):
    url = "/$discovery/rest?version=v1alpha1"
    answers = [client().get(f"{url}{shown}") for shown in ("", f"&key={key}", "&key=nobody")]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert answers[2].json()["error"]["message"] == "API key not valid. Please pass a valid API key."
    assert client().get(f"{url}&key={store.create_key('other.example', ['feedback'])}").status_code == 200
    assert client(server={"open": True}).get(f"{url}&key=nobody").status_code == 200


def test_a_site_may_take_requests_that_call_every_comment_english(client):
    asked = {"comment": {"text": INSULT}, "languages": ["en"], "requestedAttributes": {"INSULT": {}}}
    url = "/v1alpha1/comments:analyze"
    assert client(server={"open": True}).post(url, json=asked).status_code == 400
    taking = client(server={"open": True}, perspective={"languages": ["fr", "en"]})
    found = taking.post(url, json=asked).json()
    assert found["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.5
    assert found["languages"] == ["en"]


def test_akismet_clients_check_and_say_what_they_decided(client, key, store):
    api, host = client(), {"Host": f"{key}.rest.akismet.com"}
    spam = {
        "comment_content": "Prêt rapide sans garantie entre particuliers, WhatsApp +226 70 00 00 00",
        "blog": "https://j.example",
    }
    assert api.post("/1.1/verify-key", data={"key": key, "blog": "https://j.example"}).text == "valid"
    found = api.post("/1.1/comment-check", data=spam, headers=host)
    assert found.text == "true" or "x-akismet-recheck-after" in found.headers
    assert api.post("/1.1/comment-check", data={"comment_content": "Merci."}, headers=host).text == "false"
    assert api.post("/1.1/comment-check", data=spam).text == "invalid"
    assert api.post("/1.1/submit-ham", json=spam, headers=host).text == "Thanks for making the web a better place."
    assert [dict(kept.verdict) for kept in store.feedback()] == [{"spam": 0}]


def test_wordpress_is_told_to_hold_and_finds_the_service(client, key):
    api = client()
    said = {"comment_content": INSULT, "api_key": key}
    found = api.post("/1.1/comment-check", data=said, headers={"User-Agent": "WordPress/6.1.9 | Akismet/5.0.2"})
    assert (found.text, "x-akismet-error" in found.headers) == ("false", True)
    assert api.get("/1.1/test").text == "connected"


def test_coral_is_answered_where_it_signs(client):
    api = client(coral={"secrets": ["new", "old"]})
    body = json.dumps({"action": "NEW", "comment": {"body": INSULT}, "author": {"id": "a"}}, indent=2).encode()
    signature = hmac.new(b"old", body, hashlib.sha256).hexdigest()
    found = api.post("/coral", content=body, headers={"X-Coral-Signature": f"sha256={signature}"})
    assert found.json()["actions"] == [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]
    assert api.post("/coral", content=body).status_code == 401
    assert (
        api.post("/coral", content=body + b" ", headers={"X-Coral-Signature": f"sha256={signature}"}).status_code == 401
    )


def test_openai_clients_are_answered(client, key):
    found = client().post("/v1/moderations", json={"input": [INSULT]}, headers={"Authorization": f"Bearer {key}"})
    assert found.json()["results"][0]["flagged"] is True
    assert client().post("/v1/moderations", json={"input": "x"}).status_code == 401


def test_old_feedback_goes_when_the_service_starts(tmp_path, moderator, monkeypatch):
    purged = threading.Event()
    with Store(str(tmp_path / "old.db"), retention_days=30) as store:
        monkeypatch.setattr(store, "purge", lambda: (Store.purge(store), purged.set()))
        long_ago = datetime.now(UTC) - timedelta(days=31)
        store.add(Feedback(protocol="native", verdict={}, text="Nul.", created_at=long_ago))
        store.add(Feedback(protocol="native", verdict={}, text="Oui."))
        with TestClient(create_app(Settings(), store, moderator)):
            assert purged.wait(60)
        assert len(list(store.feedback())) == 1


def test_native_feedback_is_kept_before_it_is_acknowledged(client, key, store):
    said = {
        "comment": {"id": "7", "text": "Nul.", "author": "Awa"},
        "labels": {"insult": False},
        "url": "https://j.example/a",
    }
    found = client().post("/v1/feedback", json=said, headers={"Authorization": f"Bearer {key}"})
    (kept,) = store.feedback()
    assert (found.status_code, found.json()["id"]) == (201, kept.id)
    assert (dict(kept.verdict), kept.thread, kept.author) == ({"insult": 0}, "https://j.example/a", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"comments": 3}',
        b'{"comments": []}',
        b"\xff\xfe",
        b'{"comments": [{"id": "1"}]}',
        b"[" * 9_999,
    ],
)
def test_what_cannot_be_read_is_the_fault_of_the_client_and_is_not_repeated(client, content):
    found = client(server={"open": True}).post(
        "/v1/check", content=content, headers={"Content-Type": "application/json"}
    )
    assert 400 <= found.status_code < 500
    assert 'comments": 3' not in found.text


def test_too_much_is_refused(client):
    api = client(server={"open": True, "body_bytes": 2_000, "comments": 2})
    comment = {"id": "1", "text": "Merci."}
    assert api.post("/v1/score", json={"comments": [comment] * 3}).status_code == 413
    for path in ("/v1/score", "/v1alpha1/comments:analyze", "/1.1/comment-check", "/coral", "/v1/moderations"):
        assert api.post(path, content=b"x" * 5_000).status_code == 413


def test_a_key_that_calls_too_often_waits(store, key):
    now = [0.0]
    gate = Gate(store, per_minute=2, clock=lambda: now[0])
    assert [gate.admit(key, "native").outcome for _ in range(3)] == ["admitted", "admitted", "limited"]
    assert gate.admit(key, "native").retry_after == 30
    now[0] = 30
    assert gate.admit(key, "native").outcome == "admitted"


def test_the_process_says_how_it_is(client):
    api = client()
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json()["model"]
    assert [api.head(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    api.post("/v1/check", json={})
    assert 'moderation_requests_total{path="/v1/check",status="422"} 1.0' in api.get("/metrics").text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nport = 'x'", "[server] port: found 'x'; expected a whole number"),
        ("[server]\nport = 99999", "found 99999; expected 0 to 65535"),
        ("[serveur]", "unknown section [serveur]"),
        ("[store]\nurls = 'x'", "[store] urls: unknown; expected one of"),
        ("[coral]\nsecrets = 'x'", "expected a list of texts"),
        ("port =", "not TOML in UTF-8"),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, message):
    path = tmp_path / "moderation.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"moderation\.toml") as caught:
        Settings.read(path, {})
    assert message in str(caught.value)


def test_the_environment_goes_before_the_file(tmp_path):
    path = tmp_path / "moderation.toml"
    path.write_text("[store]\nurl = 'a.db'\nkeep_texts = true\n", encoding="utf-8")
    settings = Settings.read(path, {"MODERATION_STORE": "b.db", "MODERATION_CORAL_SECRETS": "new,old"})
    assert (settings.store.url, settings.store.keep_texts, settings.coral.secrets) == ("b.db", True, ("new", "old"))


def test_serve_checks_its_settings_and_says_that_no_key_is_there(tmp_path, capsys):
    config = tmp_path / "moderation.toml"
    config.write_text(f"[store]\nurl = '{tmp_path / 'kept.db'}'\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--config", str(config), "--check"])
    assert stop.value.code in (0, None)
    assert "no key is in force" in capsys.readouterr().err


def test_a_server_answers_over_a_socket(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from moderation.cli import main; main()", "serve", "--open", "--port", str(port)]
    environment = os.environ | {"MODERATION_STORE": str(tmp_path / "kept.db")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            while "listening" not in (line := process.stderr.readline()):
                assert line, process.wait()
            body = json.dumps({"comments": [{"id": "1", "text": INSULT}]}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/v1/check", body, {"Content-Type": "application/json"}
            )
            for _ in range(100):
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        found = json.load(answer)
                    break
                except ConnectionError:
                    continue
                except urllib.error.URLError:
                    time.sleep(0.1)  # it says so just before it listens
            assert found["comments"][0]["labels"] == ["insult"]
        finally:
            process.terminate()


@pytest.mark.parametrize("path", ["/v1/score", "/v1/check", "/v1/feedback"])
def test_the_examples_of_the_description_are_what_happens(client, path):
    def shape(value):
        if isinstance(value, dict):
            return {name: shape(one) for name, one in value.items() if one is not None}  # OpenAPI leaves null out
        return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value)

    api = client(server={"open": True})
    schemas = api.get("/openapi.json").json()["components"]["schemas"]
    asked, told = {"score": ("ScoreIn", "ScoresOut"), "check": ("CheckIn", "DecisionsOut")}.get(
        path.removeprefix("/v1/"), ("FeedbackIn", "FeedbackOut")
    )
    found = api.post(path, json=schemas[asked]["examples"][0])
    assert found.is_success
    assert shape(found.json()) == shape(schemas[told]["examples"][0])


def test_no_redirection_repeats_a_key(client, key):
    found = client().post(f"/v1alpha1/comments:analyze/?key={key}", json={}, follow_redirects=False)
    assert (found.status_code, found.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert key not in str(found.headers)
