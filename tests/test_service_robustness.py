"""The service against clients that send anything: no fault of ours, the right shape of each refusal, no memory lost."""

import asyncio
import gzip
import hashlib
import hmac
import json
import random
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import warnings
from pathlib import Path

import hypothesis
import pytest
import uvicorn

from moderation.service.app import create_app
from moderation.service.connections import MOST_HEAD, OPTIONS, Connection
from moderation.service.settings import Settings
from moderation.store import SCOPES, Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the test client's own library
    from fastapi.testclient import TestClient

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

SECRET = "a secret"
POSTS = {
    "/v1/score": b'{"comments": [{"id": "1", "text": "Merci."}]}',
    "/v1/check": b'{"comments": [{"id": "1", "text": "Merci."}], "thread_id": "t"}',
    "/v1/feedback": b'{"comment": {"id": "7", "text": "Nul."}, "labels": {"insult": false}}',
    "/v1alpha1/comments:analyze": b'{"comment": {"text": "Merci."}, "requestedAttributes": {"INSULT": {}}}',
    "/v1alpha1/comments:suggestscore": b'{"comment": {"text": "a"}, "attributeScores": {"SPAM": {"summaryScore": {"value": 1}}}}',
    "/1.1/comment-check": b"comment_content=Merci.&blog=https://j.example",
    "/1.1/submit-spam": b"comment_content=Casino&blog=https://j.example",
    "/1.2/key-sites": b"format=csv&limit=3",
    "/coral": b'{"action": "NEW", "comment": {"body": "Merci."}, "author": {"id": "a"}, "story": {"id": "s"}}',
    "/v1/moderations": b'{"input": ["Merci."]}',
}
GETS = ("/healthz", "/readyz", "/v1/models", "/openapi.json", "/$discovery/rest?version=v1alpha1", "/metrics")


def perspective(answer):
    error = json.loads(answer)["error"]
    return isinstance(error["code"], int) and isinstance(error["message"], str) and error["status"].isupper()


def akismet(answer):
    return answer in (b"", b"invalid", b"true", b"false")


def openai(answer):
    return json.loads(answer)["error"].keys() == {"message", "type", "param", "code"}


def plain(answer):
    return isinstance(json.loads(answer)["error"], str)


def shape(path):
    """Return what tells an error of a path's protocol."""
    path = path.replace("%3A", ":")
    if path.startswith(("/v1alpha1/", "/$discovery")):
        return perspective
    if path.startswith(("/1.1/", "/1.2/")):
        return akismet
    return openai if path.startswith("/v1/moderations") else plain


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store(str(tmp_path_factory.mktemp("robust") / "kept.db")) as opened:
        yield opened


@pytest.fixture(scope="module")
def key(store):
    return store.create_key("robust", SCOPES)


@pytest.fixture(scope="module")
def client(store, moderator):
    settings = Settings.of({"server": {"body_bytes": 100_000, "metrics": "local"}, "coral": {"secrets": [SECRET]}})
    with TestClient(create_app(settings, store, moderator), raise_server_exceptions=False) as opened:
        yield opened


def admitted(key, body=b""):
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"Authorization": f"Bearer {key}", "X-Goog-Api-Key": key, "X-Coral-Signature": f"sha256={signature}"}


def path_of(path, key):
    """Return a path with the key of those that read it from the query."""
    return f"{path}{'&' if '?' in path else '?'}api_key={key}" if path.startswith("/1.") else path


BAD_JSON = [
    b"",
    b"null",
    b"[]",
    b'"',
    b"{",
    b"nan",
    b"[" * 50_000,
    b'{"comments":' * 5_000,
    b'{"comment": {"text": ' + b"[" * 900 + b"]" * 900 + b"}}",
    b'{"comment": 1e999, "comments": 1e999, "input": 1e999}',
    b'{"comments": ' + b"9" * 5_000 + b"}",
    b'{"comment": {"text": "\\ud800"}, "comments": [{"id": "\\ud800", "text": "\\udfff"}], "input": ["\\ud800"]}',
    b'{"\\ud800": 1, "labels": {"\\ud800": true}, "requestedAttributes": {"\\ud800": {}}}',
    b'{"comment": {"text": "a\\u0000b", "body": "\\u0000", "id": "\\u0000"}, "labels": {"\\u0000": true}}',
    b'{"comment": {"body": []}, "comments": {"id": []}, "input": [[[]]]}',
    b'{"comments": [{"id": "1", "text": "a", "created_at": "9999-12-31T23:59:59-23:59"}]}',
    b'{"comments": [{"id": "1", "text": "a", "created_at": "0001-01-01T00:00:00+23:59", "kind": 5}]}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    "é".encode("latin-1"),
    gzip.compress(b'{"comments": []}'),
    b"\x00" * 1_000,
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("content", BAD_JSON, ids=range(len(BAD_JSON)))
def test_a_body_that_cannot_be_read_gets_the_error_of_its_protocol(client, key, path, content):
    headers = {"Content-Type": "application/json", **admitted(key, content)}
    found = client.post(path_of(path, key), content=content, headers=headers)
    assert found.status_code < 500
    if found.status_code >= 400:
        assert shape(path)(found.content), found.text


@pytest.mark.parametrize("path", [*POSTS, "/v1alpha1/comments%3Aanalyze"])
def test_a_body_that_is_too_long_gets_the_error_of_its_protocol(client, key, path):
    found = client.post(path_of(path, key), content=b"x" * 100_001, headers=admitted(key))
    assert found.status_code == 413
    assert shape(path)(found.content), found.text


@pytest.mark.parametrize("path", [path for path in POSTS if not path.startswith("/1.")])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_gets_the_error_of_its_protocol(client, path, method):
    found = client.request(method, path)
    assert found.status_code == 405
    assert shape(path)(found.content), found.text


@pytest.mark.parametrize(
    "path", ["/v1alpha1/none", "/1.1/a/b", "/v1/none", "/coral/none", "/none", "/%00", "/v1alpha1/%FF"]
)
def test_a_path_that_is_not_there_gets_the_error_of_its_protocol(client, path):
    found = client.post(path, content=b"{}")
    assert found.status_code == 404
    assert shape(path)(found.content), found.text


@pytest.mark.parametrize("path", [path for path in POSTS if path not in ("/1.1/comment-check",)])
def test_a_fault_of_ours_is_told_in_the_shape_of_the_path(client, key, path, monkeypatch):
    monkeypatch.setattr(client.app.state.gate, "admit", None)
    monkeypatch.setattr("moderation.service.coral.signed", None)
    found = client.post(path_of(path, key), content=POSTS[path], headers=admitted(key, POSTS[path]))
    assert found.status_code == 500
    assert shape(path)(found.content), found.text


def test_what_is_right_is_answered(client, key):
    for path, body in POSTS.items():
        assert client.post(path_of(path, key), content=body, headers=admitted(key, body)).status_code < 300, path
    for path in GETS[:-1]:
        assert client.get(path, headers=admitted(key)).status_code == 200, path


def test_every_answer_of_the_native_api_is_described(client):
    described = client.get("/openapi.json").json()
    for path in ("/v1/score", "/v1/check", "/v1/feedback"):
        answers = described["paths"][path]["post"]["responses"]
        assert {"401", "413", "422", "429", "503"} <= answers.keys()
        for answer in answers.values():
            assert answer["content"]["application/json"]["schema"]


def check_answers(app, key, examples):
    """Ask for each operation that is described, as it is described and otherwise, and compare the answers with the description."""
    quiet = {"deadline": None, "suppress_health_check": list(hypothesis.HealthCheck), "database": None}
    statuses = {"expected-statuses": [400, 401, 403, 404, 405, 413, 422, 429]}  # by default 413 is no refusal to it
    config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": statuses}})
    for found in schemathesis.openapi.from_asgi("/openapi.json", app, config=config).get_all_operations():
        operation = found.ok()
        for mode in GenerationMode if operation.body else [GenerationMode.POSITIVE]:

            @hypothesis.settings(max_examples=examples, derandomize=True, **quiet)
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def answer(case):
                case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

            answer()


def test_answers_are_as_described(store, moderator, key):
    check_answers(create_app(Settings(), store, moderator), key, 4)


@pytest.mark.slow
def test_many_answers_are_as_described(store, moderator, key):
    check_answers(create_app(Settings(), store, moderator), key, 300)


# A live process


class Live:
    """A process of `moderation serve`, and raw connections to it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = folder / "moderation.toml"
        config.write_text(
            f"[server]\nlog = 'none'\n[store]\nurl = '{folder / 'live.db'}'\n[coral]\nsecrets = ['{SECRET}']\n"
        )
        with Store(str(folder / "live.db")) as store:
            self.key = store.create_key("live", SCOPES)
        command = [sys.executable, "-c", "from moderation.cli import main; main()", "serve", "--config", str(config)]
        self.process = subprocess.Popen([*command, "--port", str(self.port)], stderr=subprocess.DEVNULL)
        while True:
            assert self.process.poll() is None
            try:
                return self.get("/healthz")
            except OSError:
                continue

    def get(self, path: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            assert answer.status == 200

    def memory(self) -> float:
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        found = re.search(r"^Rss:\s+(\d+)", text, re.MULTILINE)
        assert found
        return int(found[1]) / 1024

    async def send(self, *parts: bytes, end: bool = True) -> bytes:
        """Return all that comes back for parts that are sent one by one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            if end:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), 60)
        except OSError:
            return b""
        finally:
            writer.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("no /proc: the memory of a process cannot be read here")
    server = Live(tmp_path_factory.mktemp("live"))
    yield server
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(30)


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("utf-8", "surrogateescape")


def whole(path: str, body: bytes, key: str, *lines: str) -> bytes:
    also = [f"{name}: {value}" for name, value in admitted(key, body).items()]
    return (
        head("POST", path_of(path, key), "Host: h", f"Content-Length: {len(body)}", "Connection: close", *also, *lines)
        + body
    )


def malformed(chance: random.Random, key: str) -> list[bytes]:
    """Return the parts of one request that no good client sends."""
    path = chance.choice([*POSTS, *GETS, "/v1alpha1/comments%3Aanalyze", "/1.1/%2e%2e", "/%zz", "//", "*"])
    body = POSTS.get(path, b"{}")
    place = chance.randrange(len(body) + 1)
    kind = chance.randrange(14)
    if kind == 0:  # cut off
        return [whole(path, body[:place], key)]
    if kind == 1:  # bytes exchanged
        return [whole(path, body[:place] + chance.randbytes(chance.randrange(1, 9)) + body[place + 1 :], key)]
    if kind == 2:
        return [whole(path, chance.choice(BAD_JSON), key, "Content-Type: application/json")]
    if kind == 3:  # charsets
        charset = chance.choice(
            ["utf-7", "utf-16", "idna", "hex", "zlib_codec", "undefined", "x" * 90, "\udcff", "koi8-r"]
        )
        sent = chance.choice([body.decode().encode("utf-16"), body, chance.randbytes(50)])
        return [whole(path, sent, key, f"Content-Type: application/x-www-form-urlencoded; charset={charset}")]
    if kind == 4:  # encodings of the body
        coding = chance.choice(["gzip", "br", "deflate, gzip", "identity", "x"])
        return [whole(path, gzip.compress(body), key, f"Content-Encoding: {coding}", "Content-Type: application/json")]
    if kind == 5:  # chunks that end in the middle, or are none
        chunks = chance.choice(
            [b'5\r\n{"com', b"zz\r\n", b"ffffffffffffffff\r\n", b"-1\r\n", b"3;a=b\r\n{}\n\r\n0\r\n\r\n"]
        )
        return [head("POST", path, "Host: h", "Transfer-Encoding: chunked", f"Authorization: Bearer {key}"), chunks]
    if kind == 6:  # lengths
        length = chance.choice(
            ["-1", "1e3", "99999999999999999999", "5, 6", "0x10", "", "3\r\nContent-Length: 4", "100000"]
        )
        return [head("POST", path, "Host: h", f"Content-Length: {length}"), body]
    if kind == 7:  # headers
        size = chance.choice([100, 9_000, 40_000])
        return [
            head("POST", path, "Host: h", *[f"X-{n}: {'a' * 90}" for n in range(size // 100)], f"B: {'b' * size}"),
            body,
        ]
    if kind == 8:
        method = chance.choice(
            ["GET", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "PRI", "get", "HEAD", "P\x00ST", "M-SEARCH"]
        )
        return [head(method, path, "Host: h", f"Content-Length: {len(body)}") + body]
    if kind == 9:
        host = chance.choice(
            ["", "a b", "[::1", "\udcff", "0123456789ab.rest.akismet.com:x", "a" * 5_000, "h\r\nHost: i", "@", "%"]
        )
        return [head("POST", path, f"Host: {host}", f"Content-Length: {len(body)}", "Connection: close") + body]
    if kind == 10:  # one after the other, without waiting
        one = whole(path, body, key).replace(b"Connection: close\r\n", b"")
        return [one * chance.randrange(2, 9) + one[: chance.randrange(len(one))]]
    if kind == 11:
        return [whole(path, body, key, "Expect: 100-continue"), b"more"]
    if kind == 12:  # keys and queries
        query = chance.choice(
            ["key=%00", "key=" + "a" * 3_000, "api_key=%FF%FE", "%", "key[]=1&key=2", "a" * 9_000, "\udc80"]
        )
        return [head("POST", f"{path}?{query}", "Host: h", "Authorization: Bearer \udcff\udcfe", "Connection: close")]
    return [chance.randbytes(chance.randrange(1, 300))]


async def attacked(live: Live, seeds: range) -> list[bytes]:
    """Send malformed requests, some at a time; return the answers."""
    found: list[bytes] = []
    waiting = iter(seeds)

    async def one() -> None:
        for seed in waiting:
            chance = random.Random(seed)
            answer = await live.send(*malformed(chance, live.key))
            if re.search(rb"^HTTP/1.1 5\d\d", answer, re.MULTILINE):
                pytest.fail(f"seed {seed}: {answer[:300]!r}")
            found.append(answer)

    await asyncio.gather(*(one() for _ in range(8)))
    return found


def test_malformed_requests_do_no_harm(live):
    found = asyncio.run(attacked(live, range(400)))
    statuses = {answer[9:12] for answer in found if answer}
    assert {b"400", b"404", b"405", b"422"} <= statuses
    live.get("/readyz")


@pytest.mark.slow
def test_ten_thousand_malformed_requests_leave_the_memory_as_it_was(live):
    asyncio.run(attacked(live, range(1_000, 4_000)))
    before = live.memory()
    asyncio.run(attacked(live, range(4_000, 14_000)))
    live.get("/readyz")
    assert live.memory() < before + 30  # MB; one percent of the bodies kept would be more


def test_a_body_without_a_length_is_bounded_too(live):
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    start = head("POST", "/v1/score", "Host: h", "Transfer-Encoding: chunked", f"Authorization: Bearer {live.key}")
    before = live.memory()
    answer = asyncio.run(live.send(start, *[chunk] * 400, b"0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 413")
    assert live.memory() < before + 30


def test_a_head_without_an_end_is_refused(live):
    answer = asyncio.run(
        live.send(b"GET /healthz HTTP/1.1\r\n", *[b"A: " + b"a" * 8_000 + b"\r\n"] * (MOST_HEAD // 8_000 + 20))
    )
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    live.get("/readyz")


def test_a_request_in_single_bytes_is_answered(live):
    sent = whole("/v1/score", POSTS["/v1/score"], live.key)
    answer = asyncio.run(live.send(*(sent[place : place + 1] for place in range(len(sent)))))
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nA: b\r\n",
        head("POST", "/v1/score", "Content-Length: 9") + b"{",
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_a_client_that_does_not_come_to_an_end_is_sent_away(sent, monkeypatch):
    monkeypatch.setattr("moderation.service.connections.PATIENCE", 0.05)

    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def answer() -> bytes:
        config = uvicorn.Config(app, lifespan="off", log_level="critical", **OPTIONS)
        config.load()
        state = uvicorn.server.ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(sent)
            try:
                return await asyncio.wait_for(reader.read(), 30)
            finally:
                writer.close()
                await asyncio.gather(*state.tasks)

    found = asyncio.run(answer())
    assert (
        found.startswith(b"HTTP/1.1 408") or found == b""
    )  # where the application waits for the body, it hears the end
