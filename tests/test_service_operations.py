"""Running the service: keys, limits, settings, log lines, figures, time, and what is seen over several calls."""

import http.client
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
import warnings
from dataclasses import fields

import pytest

from moderation.cli import main
from moderation.errors import StoreError
from moderation.service import akismet, coral, logs, perspective
from moderation.service.app import create_app
from moderation.service.gate import ADDRESS_TRIES, LIFE, TRIES, Gate
from moderation.service.settings import Settings, SettingsError
from moderation.store import SCOPES, Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the test client's own library
    from fastapi.testclient import TestClient

SPAM = (
    "Prêt rapide sans garantie entre particuliers, réponse en deux jours, écrivez-moi dès maintenant sur ma page. " * 2
)
LONG = "Une phrase de lecteur qui ne dit pas grand-chose. " * 400  # longer than what is judged on the loop
OPEN = {"server": {"open": True}}


@pytest.fixture
def store(tmp_path):
    with Store(str(tmp_path / "moderation.db"), keep_texts=True) as opened:
        yield opened


@pytest.fixture
def client(store, moderator):
    def client(sections=OPEN, address="127.0.0.1"):
        app = create_app(Settings.of(sections), store, moderator)
        return TestClient(app, raise_server_exceptions=False, client=(address, 50_000))

    return client


class Counting:
    """A store that counts how often it is asked for a key, and that can be away."""

    def __init__(self, store):
        self.store, self.asked, self.away = store, 0, False

    def key(self, written):
        self.asked += 1
        if self.away:
            raise StoreError("away")
        return self.store.key(written)


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def counting(store):
    return Counting(store)


@pytest.fixture
def gate(counting, clock):
    return Gate(counting, clock=lambda: clock[0])


# Keys


def test_a_key_in_use_is_looked_up_once_in_its_life(gate, counting, store, clock):
    key = store.create_key("journal.example", SCOPES)
    for _ in range(50):
        assert gate.admit(key, "native").outcome == "admitted"
    assert counting.asked == 1
    assert gate.remembers(key)
    clock[0] = LIFE
    assert not gate.remembers(key)


def test_a_key_that_was_revoked_or_made_is_so_within_seconds_in_a_running_process(gate, store, clock, monkeypatch):
    monkeypatch.setattr("moderation.store.keys.secrets.token_hex", lambda _: "0123456789ab")
    assert gate.admit("0123456789ab", "native").outcome == "unknown"
    key = store.create_key("journal.example", SCOPES)
    clock[0] += LIFE
    assert gate.admit(key, "native").outcome == "admitted"
    store.revoke(store.keys()[0].id)
    assert gate.admit(key, "native").outcome == "admitted"
    clock[0] += LIFE
    assert gate.admit(key, "native").outcome == "unknown"


def test_wrong_keys_cannot_keep_the_process_busy_nor_lock_others_out(gate, counting, store, clock):
    known, fresh = store.create_key("journal.example", SCOPES), store.create_key("revue.example", SCOPES)
    assert gate.admit(known, "native", "192.0.2.1").outcome == "admitted"
    counting.asked = 0
    found = [gate.admit(f"{number:012x}", "native", "192.0.2.66") for number in range(3 * ADDRESS_TRIES)]
    assert counting.asked == ADDRESS_TRIES
    assert found[-1].outcome == "limited"
    assert found[-1].retry_after > 0
    clock[0] = LIFE
    assert (
        gate.admit(known, "native", "192.0.2.66").outcome == "admitted"
    )  # as behind a proxy, with one address for all
    assert gate.admit(fresh, "native", "192.0.2.2").outcome == "admitted"


def test_wrong_keys_from_many_addresses_are_bounded_together(gate, counting):
    for number in range(2 * TRIES):
        gate.admit(f"{number:012x}", "native", f"192.0.2.{number}")
    assert counting.asked == TRIES


def test_one_wrong_key_again_and_again_costs_nothing(gate, counting):
    assert {gate.admit("0123456789ab", "native").outcome for _ in range(2 * TRIES)} == {"unknown"}
    assert counting.asked == 1


def test_while_the_store_is_away_known_keys_stay_in_force_and_others_are_not_guessed(gate, counting, store, clock):
    key = store.create_key("journal.example", SCOPES)
    gate.admit(key, "native")
    counting.away, clock[0] = True, LIFE
    assert gate.admit(key, "native").outcome == "admitted"
    with pytest.raises(StoreError):
        gate.admit("0123456789ab", "native")


def test_a_store_that_is_away_is_said_in_the_shape_of_the_path(client, monkeypatch):
    api = client({})
    monkeypatch.setattr(api.app.state.store, "key", Counting(None).key)
    api.app.state.store.key.__self__.away = True
    found = api.post("/1.1/comment-check", data={"api_key": "0123456789ab", "comment_content": "Merci."})
    assert (found.status_code, found.text) == (503, "")
    assert api.post("/v1alpha1/comments:analyze?key=0123456789ab").json()["error"]["status"] == "UNAVAILABLE"


# Settings


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"akismet": {"discard": 0.2}}, r"\[akismet\] discard: found 0.2; expected 0.5 to 1, or false"),
        ({"akismet": {"discard": True}}, r"\[akismet\] discard: found True; expected a number or false"),
        ({"server": {"metrics": "all"}}, r"\[server\] metrics: found 'all'; expected one of local, key, none"),
        ({"server": {"timeout": -1}}, r"\[server\] timeout: found -1; expected 0 to 3600"),
        ({"server": {"timeout": float("nan")}}, "found nan"),
        (
            {"server": {"public_url": "journal.example"}},
            r"\[server\] public_url: found 'journal.example'; expected an address",
        ),
        ({"openai": {"path": "v1"}}, r"\[openai\] path: found 'v1'; expected a path"),
        ({"coral": {"secrets": ["very secret", ""]}}, "expected a list of texts, none of them empty"),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_secrets(sections, message):
    with pytest.raises(SettingsError, match=message) as caught:
        Settings.of(sections)
    assert "very secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"perspective": {"attributes": {"THREAT": "menace"}}}, r"THREAT = 'menace'.* expected one of insult, spam"),
        ({"openai": {"path": "/v1/check"}}, "/v1/check is answered already"),
        ({"perspective": {"language": "en"}}, "language: en is not among languages"),
        ({"perspective": {"languages": []}}, "language: fr is not among languages"),
    ],
)
def test_what_does_not_fit_the_model_or_the_paths_is_refused_at_start(client, sections, message):
    with pytest.raises(SettingsError, match=message):
        client(sections)


def test_every_plain_setting_has_a_variable_by_one_rule():
    for section in fields(Settings):
        for setting in fields(section.default):
            value = getattr(section.default, setting.name)
            if isinstance(value, str | bool | int | float):
                variable = f"MODERATION_{section.name}_{setting.name}".upper()
                written = str(value).lower() if isinstance(value, bool) else str(value)
                if written:
                    read = Settings.read(environment={variable: written})
                    assert getattr(getattr(read, section.name), setting.name) == value


def test_variables_are_read_as_the_kind_of_their_setting_and_wrong_ones_named():
    read = Settings.read(environment={"MODERATION_AKISMET_DISCARD": "false", "MODERATION_SERVER_TIMEOUT": "2.5"})
    assert read.akismet.discard > 1
    assert read.server.timeout == 2.5
    for name, written in (("MODERATION_SERVER_PORT", "eighty"), ("MODERATION_SERVER_PROT", "80")):
        with pytest.raises(SettingsError, match=name):
            Settings.read(environment={name: written})


def test_the_settings_in_the_docs_are_all_there_are_with_their_defaults(root):
    page = (root / "docs" / "service.md").read_text(encoding="utf-8")
    block = tomllib.loads(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1])
    names = {section.name: {setting.name for setting in fields(section.default)} for section in fields(Settings)}
    assert {section: set(values) for section, values in block.items()} == names
    block["server"]["public_url"], block["perspective"]["attributes"] = "", {}
    assert Settings.of(block) == Settings()


# Log lines


def lines_of(caplog):
    return [json.loads(logs.Lines().format(one)) for one in caplog.records if one.name == logs.LOGGER.name]


def test_a_request_is_one_line_that_says_what_was_done_and_for_whom(client, store, caplog):
    caplog.set_level(logging.INFO)
    key = store.create_key("journal.example", SCOPES)
    form = {"comment_content": SPAM, "comment_author": "Awa", "user_ip": "192.0.2.7"}
    found = client({}).post("/1.1/comment-check?api_key=" + key, data=form)
    (line,) = lines_of(caplog)
    assert line["id"] == found.headers["x-request-id"]
    expected = {"event": "request", "method": "POST", "path": "/1.1/{method}", "call": "comment-check", "status": 200}
    expected |= {"protocol": "akismet", "key": "journal.example", "key_id": 1, "actions": {"review": 1}}
    expected["actions"] = {found.headers["x-moderation-action"]: 1}
    assert expected.items() <= line.items()
    assert not any(secret in json.dumps(line) for secret in (key, "Prêt", "garantie", "Awa", "192.0.2", "api_key"))


@pytest.mark.parametrize(
    ("path", "work", "shape"),
    [
        ("/v1alpha1/comments:analyze", (perspective, "analyze"), '"status":"INTERNAL"'),
        ("/1.1/comment-check", (akismet, "check"), ""),
        ("/coral", (coral, "moderate"), '{"error":"internal error"}'),
    ],
)
def test_an_unexpected_error_is_logged_without_its_words_and_said_in_the_shape_of_the_path(
    client, caplog, monkeypatch, path, work, shape
):
    def fail(*_, **__):
        raise ValueError("what somebody wrote")

    monkeypatch.setattr(*work, fail)
    found = client().post(path, content=b"{}", headers={"Content-Type": "application/json"})
    assert found.status_code == 500
    assert shape in found.text
    event, request = lines_of(caplog)
    assert (event["event"], event["error"], event["id"]) == ("error", "ValueError", request["id"])
    assert "test_service_operations.py" in event["at"][0]
    assert "somebody" not in json.dumps([event, request])


def test_the_words_of_other_programs_are_not_logged():
    try:
        raise ValueError("a text")
    except ValueError:
        record = logging.LogRecord("asyncio", logging.ERROR, "a.py", 1, "handle a text", (), sys.exc_info())
    assert "a text" not in logs.Lines().format(record)


# Time


@pytest.mark.parametrize(
    ("path", "work", "shape"),
    [
        ("/v1alpha1/comments:analyze", (perspective, "analyze"), '"status":"UNAVAILABLE"'),
        ("/1.1/comment-check", (akismet, "check"), ""),
        ("/coral", (coral, "moderate"), '{"error":"no answer in time"}'),
    ],
)
def test_a_request_that_takes_too_long_ends_in_the_shape_of_the_path(client, monkeypatch, path, work, shape):
    released = threading.Event()

    def wait(*_, **__):
        released.wait(60)
        raise ValueError("too late to be heard")

    monkeypatch.setattr(*work, wait)
    timer = threading.Timer(0.5, released.set)  # after the answer, or never heard
    timer.start()
    found = client({"server": {"open": True, "timeout": 0.05}}).post(
        path, content=json.dumps({"comment": {"text": LONG}, "comment_content": LONG})
    )
    timer.join()
    assert (found.status_code, shape in found.text) == (503, True)
    assert found.text not in ("true", "false")


# Figures


def test_figures_are_for_this_machine_unless_a_key_is_asked_for(client, store):
    assert client().get("/metrics").status_code == 200
    assert client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client(address="192.0.2.1").get("/metrics").status_code == 403
    assert client({"server": {"metrics": "none"}}).get("/metrics").status_code == 403
    guarded = client({"server": {"metrics": "key", "open": True}}, address="192.0.2.1")
    key = store.create_key("prometheus", ["native"])
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_decisions_refusals_and_feedback_are_counted_by_protocol(client, store):
    key = store.create_key("journal.example", SCOPES)
    api, bearer = client({}), {"Authorization": f"Bearer {key}"}
    asked = {"comment": {"text": "Merci."}, "requestedAttributes": {"SPAM": {}}, "languages": ["fr"]}
    api.post(f"/v1alpha1/comments:analyze?key={key}", json=asked)
    api.post("/1.1/comment-check", data={"api_key": key, "comment_content": "Merci."})
    api.post("/1.1/submit-ham", data={"api_key": key, "comment_content": "Merci."})
    api.post("/v1/moderations", json={"input": ["Merci.", "Bravo."]}, headers=bearer)
    api.post("/v1/check", json={"comments": [{"id": "1", "text": "Merci."}]}, headers=bearer)
    api.post("/v1/check", json={"comments": [{"id": "1", "text": "Merci."}]})
    api.post("/coral", json={"comment": {"body": "Merci."}})
    found = api.get("/metrics").text
    for protocol, count in (("perspective", 1), ("akismet", 1), ("openai", 2), ("native", 1)):
        assert sum_of(found, "moderation_actions_total", protocol) == count
    assert sum_of(found, "moderation_feedback_total", "akismet") == 1
    assert 'moderation_refused_total{protocol="native",reason="missing"} 1.0' in found
    assert 'moderation_refused_total{protocol="coral",reason="signature"} 1.0' in found
    assert 'path="/v1alpha1/comments:analyze",status="200"' in found
    assert "moderation_coverage_count 5.0" in found


def sum_of(figures, name, protocol):
    lines = re.findall(rf"^{name}{{(.*)}} ([\d.]+)$", figures, re.MULTILINE)
    return sum(float(value) for labels, value in lines if f'protocol="{protocol}"' in labels)


def test_several_processes_count_together(tmp_path):
    code = (
        "from moderation.service.logs import Facts; from moderation.service.metrics import Metrics; metrics = Metrics('b28c'); "
        "metrics.observe(Facts('7a', 'native'), '/v1/check', 200, 0.01); print(metrics.exposed()[0].decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        found = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
    assert 'moderation_requests_total{path="/v1/check",status="200"} 2.0' in found.stdout
    assert 'moderation_model_info{id="b28c"} 1.0' in found.stdout


# What is seen over several calls


def checked(api, story, text=SPAM, author="Ali", **fields):
    form = {"comment_content": text, "comment_post_ID": story, "comment_author": author, "blog": "https://j.example"}
    return flood_in(api.post("/1.1/comment-check", data=form | fields))


def flood_in(answer):
    return '"flood"' in answer.headers.get("x-moderation-words", "")


def test_the_same_text_below_one_article_after_another_is_a_flood(client):
    api = client()
    assert [checked(api, str(story)) for story in range(4)] == [False, False, True, True]


def test_whoever_asks_again_about_a_comment_makes_no_copies(client):
    api = client()
    assert not any(checked(api, "7", recheck_reason=reason) for reason in ("", "recheck", "recheck_queue", "", ""))
    assert not any(checked(api, "7", SPAM + "!" * n, recheck_reason="edit") for n in range(5))
    assert not any(checked(api, "7", SPAM, author="") for _ in range(5))


def test_sites_keep_their_comments_apart(client):
    api = client()
    assert not any(checked(api, str(n), blog=f"https://{n}.example") for n in range(5))


def test_floods_over_calls_can_be_switched_off(client):
    api = client({"server": {"open": True, "floods": False}})
    assert not any(checked(api, str(story)) for story in range(5))


def test_coral_s_floods_are_seen_and_a_second_try_after_a_warning_is_none(client):
    api = client()

    def asked(story, action="NEW"):
        body = {"action": action, "comment": {"body": SPAM}, "author": {"id": "a"}, "story": {"id": story}}
        return flood_in(api.post("/coral", json=body))

    assert not any(asked("1") for _ in range(4))
    assert not any(asked(str(n), "EDIT") for n in range(4))
    assert [asked(str(n)) for n in range(2, 5)] == [False, True, True]


def test_native_comments_are_compared_over_calls_where_their_thread_is_named(client):
    api = client()

    def asked(comment_id, **page):
        body = {"comments": [{"id": comment_id, "text": SPAM, "author": "Ali"}], **page}
        (found,) = api.post("/v1/check", json=body).json()["comments"]
        return any(reason["marker"] == "flood" for reason in found["reasons"])

    assert not any(asked(str(n)) for n in range(4))
    assert not any(asked("1", thread_id="a") for _ in range(4))
    assert [asked(str(n), thread_id=f"b{n}") for n in range(3)] == [False, True, True]


# A process


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_check_tries_a_key_and_says_what_its_holder_is_told(tmp_path, store, capsys, monkeypatch):
    monkeypatch.setenv("MODERATION_STORE", str(tmp_path / "moderation.db"))
    key = store.create_key("journal.example", ["native"])
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--check", "--key", key])
    said = capsys.readouterr().err
    assert stop.value.code in (0, None)
    assert "key 1, journal.example" in said
    assert "akismet: verify-key and comment-check: invalid" in said
    assert key not in said
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--check", "--key", "0123456789ab"])
    assert stop.value.code == 1
    assert "the key is not in force" in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MODERATION_STORE", str(tmp_path / "kept.db"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit) as stop:
            main(["serve", "--port", str(taken.getsockname()[1])])
    assert stop.value.code == 1
    assert "cannot listen there" in capsys.readouterr().err


def test_a_live_process_logs_no_key_and_no_text_and_ends_what_runs(tmp_path, capsys):
    """Keys at all their places, a request that is none, `--check --url`, and SIGTERM in the middle of feedback."""
    port, path = free_port(), str(tmp_path / "kept.db")
    with Store(path) as store:
        key = store.create_key("journal.example", SCOPES)
    command = [sys.executable, "-c", "from moderation.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env=os.environ | {"MODERATION_STORE": path}, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            wait_for(process, port)
            asked = json.dumps({"comment": {"text": "Mamadou"}, "requestedAttributes": {"SPAM": {}}})
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            for method, url, body, headers in (
                ("POST", f"/v1alpha1/comments:analyze?key={key}", asked, {}),
                ("POST", "/1.1/comment-check", "comment_content=Mamadou", form | {"Host": f"{key}.rest.akismet.com"}),
                ("POST", "/1.1/comment-check", f"api_key={key}&comment_content=Mamadou", form),
                ("POST", "/1.1/verify-key", f"key={key}&blog=x", form),
                ("GET", f"/1.2/usage-limit?api_key={key}", None, {}),
                ("GET", f"/nowhere/{key}?key={key}&text=Mamadou", None, {}),
                (f"X{key}", f"/v1/{key}", None, {}),
            ):
                assert call(port, method, url, body, headers) < 500
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(f"GARBAGE {key} Mamadou\r\n\r\n".encode())
                raw.recv(1000)
            main_check(port, key)
            assert "feedback: suggestscore" in capsys.readouterr().err
            assert ended_in_peace(process, port, key) == 201
            said = process.stderr.read()
        finally:
            process.kill()
    lines = [json.loads(line) for line in said.splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) >= 9
    assert not any(secret in said for secret in (key, "Mamadou", "key=", "127.0.0.1", "GARBAGE"))
    with Store(path) as store:
        assert [kept.protocol for kept in store.feedback()] == ["native"]


def wait_for(process, port):
    while "listening" not in (line := process.stderr.readline()):
        assert line, process.wait()
    for _ in range(10_000):
        try:
            call(port, "GET", "/readyz")
        except ConnectionError:
            continue
        return


def call(port, method, url, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, url, body, headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def main_check(port, key):
    with pytest.raises(SystemExit) as stop:
        main(["serve", "--check", "--url", f"http://127.0.0.1:{port}/", "--key", key])
    assert stop.value.code in (0, None)


def ended_in_peace(process, port, key):
    """Send half of a request, ask the process to end, send the other half once nobody else is let in; return the status."""
    body = json.dumps({"comment": {"id": "7", "text": "Nul."}, "labels": {"insult": False}}).encode()
    head = f"POST /v1/feedback HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as running:
        running.sendall(head.encode() + body[:5])
        call(port, "GET", "/healthz")  # by then the half has come
        process.send_signal(signal.SIGTERM)
        while True:
            try:
                call(port, "GET", "/healthz")
            except (ConnectionError, http.client.HTTPException):
                break
        running.sendall(body[5:])
        answer = running.makefile("rb").readline()
    process.wait()
    return int(answer.split()[1])
