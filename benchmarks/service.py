"""How fast the service answers, in how much memory, beside a bare FastAPI application, in one run.

    python -m benchmarks.service [--rounds 5] [--seconds 4] [--paced 30] [--replayed 150000] [--write]

One process of `moderation serve` with a key and a store in SQLite, on loopback, one comment a request. The comments are those
of the thread files of labels/, as readers write under articles: half have less than 140 characters, a tenth more than 480.
Three in ten of them are flagged, more than on any site, and what is flagged costs most, since its words are named.

Throughput is that of `wrk` on 8 connections. The echo is what FastAPI's own tutorial would write: it takes the same request as
the same pydantic model and returns it. A stricter one, which reads no JSON and returns the bytes, stands beside it. Both run
under uvicorn as the service does. All are measured in turns, since neighbours on the machine make its speed swing; a ratio is
the median of those of the rounds.

`wrk` cannot pace, so latency at 200 requests a second is measured by a client of our own: requests fall due at random
(exponential gaps, so that some come together), and each counts from the moment when it was due, also where it had to wait for
a connection: no coordinated omission.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np

from benchmarks.figures import publish
from moderation.store import SCOPES, Store

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "service-figures.md"
FILES = ("threads", "site-threads", "site-threads-2", "maliweb-threads")
RATE, CONNECTIONS, BATCH, SECRET = 200, 8, 1_000, "a secret of this run"
PATHS = {
    "`/v1/score`": "score",
    "`/v1/check`": "check",
    "Perspective `comments:analyze`": "analyze",
    "Akismet `comment-check`": "akismet",
    "Coral's phase": "coral",
    "OpenAI `/v1/moderations`": "openai",
}
ECHO = """
import sys
from fastapi import FastAPI, Request, Response
from moderation.service.schemas import CheckIn
import uvicorn

app = FastAPI()

@app.post("/echo")
async def echo(body: CheckIn) -> CheckIn:
    return body

@app.post("/bytes")
async def bytes_only(request: Request) -> Response:
    return Response(await request.body(), media_type="application/json")

uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning", loop="uvloop", http="httptools")
"""
SERVE = "from moderation.cli import main; main()"
LUA = """
local requests, place = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do table.insert(requests, (line:gsub("\\1", "\\r\\n"))) end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
"""


class Server(NamedTuple):
    """A server of this run."""

    port: int
    process: subprocess.Popen[bytes]


def comments() -> list[str]:
    """Return the comments of the thread files, shuffled."""
    found = []
    for name in FILES:
        with (ROOT / "labels" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            found += [row["text"] for row in csv.DictReader(stream) if row["text"]]
    random.Random(5).shuffle(found)
    return found


def request(kind: str, number: int, text: str, key: str) -> bytes:
    """Return a request about one comment as it goes over the wire."""
    path, media_type, headers = f"/v1/{kind}", "application/json", {"Authorization": f"Bearer {key}"}
    value: Any = {"comments": [{"id": str(number), "text": text}]}
    if kind in ("echo", "bytes"):
        path = f"/{kind}"
    elif kind == "analyze":
        path, value = (
            f"/v1alpha1/comments:analyze?key={key}",
            {
                "comment": {"text": text},
                "languages": ["fr"],
                "requestedAttributes": {"INSULT": {}, "SPAM": {}},
                "spanAnnotations": True,
            },
        )
    elif kind == "openai":
        path, value = "/v1/moderations", {"input": text}
    elif kind == "coral":
        path, value = (
            "/coral",
            {"action": "NEW", "comment": {"body": text}, "author": {"id": "a"}, "story": {"id": str(number)}},
        )
    body = json.dumps(value, ensure_ascii=False).encode()
    if kind == "coral":
        headers = {"X-Coral-Signature": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"}
    if kind == "akismet":
        path, media_type, headers = "/1.1/comment-check", "application/x-www-form-urlencoded", {}
        body = urlencode({"api_key": key, "blog": "https://journal.example", "comment_content": text}).encode()
    return http(path, body, {"Content-Type": media_type, **headers})


def http(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST request; without a newline in its body, so that a line of a file can hold it."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def served(command: Sequence[str], port: int, path: str) -> Iterator[Server]:
    """Run a server until the block ends."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", *command], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


class Wrk:
    """`wrk` with the requests of each kind."""

    def __init__(self, folder: Path, requests: Mapping[str, Sequence[bytes]]) -> None:
        self._folder = folder
        (folder / "wrk.lua").write_text(LUA, encoding="utf-8")
        for kind, one in requests.items():
            lines = [part.replace(b"\r\n", b"\1") for part in one if b"\n" not in part.partition(b"\r\n\r\n")[2]]
            (folder / kind).write_bytes(b"\n".join(lines))

    def run(self, kind: str, port: int, seconds: float) -> tuple[int, float]:
        """Return the number of answers and how many that is a second; an answer other than 2xx ends the run."""
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}", "-s", str(self._folder / "wrk.lua")]
        command += [f"http://127.0.0.1:{port}", "--", str(self._folder / kind)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if wrong := re.search(r"Non-2xx.*|Socket errors.*", said):
            raise SystemExit(f"{kind}: {wrong[0]}")
        return int(re.search(r"(\d+) requests in", said)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> int:
    """Send a request and read its answer; return the status."""
    writer.write(sent)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if length := re.search(rb"content-length: (\d+)", head):
        await reader.readexactly(int(length[1]))
    return int(head[9:12])


async def paced(port: int, requests: Sequence[bytes], seconds: float) -> list[float]:
    """Send requests at random, `RATE` a second; return the milliseconds from when each was due to its answer."""
    chance, due, found = random.Random(5), 0.0, []
    waiting: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    start = time.perf_counter() + 0.1

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        while (given := await waiting.get()) is not None:
            status = await answered(reader, writer, given[1])
            assert 200 <= status < 300, status
            found.append((time.perf_counter() - given[0]) * 1000)
        writer.close()

    connections = [asyncio.create_task(connection()) for _ in range(4 * CONNECTIONS)]
    for number in range(int(seconds * RATE)):
        due += chance.expovariate(RATE)
        await asyncio.sleep(start + due - time.perf_counter())
        waiting.put_nowait((start + due, requests[number % len(requests)]))
    for _ in connections:
        waiting.put_nowait(None)
    await asyncio.gather(*connections)
    return found


async def batches(port: int, sent: bytes, runs: int) -> list[float]:
    """Return the milliseconds of each run of one large request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        assert await answered(reader, writer, sent) == 200
        found.append((time.perf_counter() - start) * 1000)
    writer.close()
    return found


def memory(pid: int, name: str = "Rss") -> float:
    """Return the MB that a process holds: ``Rss``, or ``Pss``, in which what is shared counts once among its holders."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in children for one in family(int(child)))]


def settings(folder: Path) -> Path:
    """Write the settings of the service."""
    path = folder / "moderation.toml"
    path.write_text(
        f"[store]\nurl = '{folder / 'kept.db'}'\n[coral]\nsecrets = ['{SECRET}']\ndsa = true\n", encoding="utf-8"
    )
    return path


def service(folder: Path, port: int, workers: int = 1) -> list[str]:
    """Return the command that serves."""
    options = ["--config", str(settings(folder)), "--port", str(port), "--workers", str(workers)]
    return [SERVE, "serve", *options]


def against(bar: str, value: float, least: bool = False) -> str:
    """Return a bar, and whether it is reached."""
    number = float(re.sub(r"[^\d.]", "", bar))
    return f"{bar}: {'reached' if (value >= number if least else value <= number) else 'MISSED'}"


def report(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Measure, and yield the lines of the page."""
    texts = comments()
    with Store(str(folder / "kept.db")) as store:
        key = store.create_key("load", SCOPES)
    kinds = ("echo", "bytes", *PATHS.values())
    requests = {kind: [request(kind, n, text, key) for n, text in enumerate(texts)] for kind in kinds}
    wrk = Wrk(folder, requests)
    lengths = sorted(map(len, texts))
    yield (
        f"\n{len(texts):,} comments: half below {lengths[len(lengths) // 2]} characters, a tenth above "
        f"{lengths[-len(lengths) // 10]}, the longest {lengths[-1]:,}. One process, {os.cpu_count()} cores, "
        f"Python {sys.version.split()[0]}."
    )
    ours, theirs = free_port(), free_port()
    with (
        served(service(folder, ours), ours, "/healthz") as server,
        served([ECHO, str(theirs)], theirs, "/openapi.json"),
    ):
        for kind in kinds:
            wrk.run(kind, theirs if kind in ("echo", "bytes") else ours, 1)
        yield from latency(ours, requests, options)
        yield from throughput(wrk, ours, theirs, options)
        yield from batch(ours, texts, key, options)
        yield from replay(wrk, server, options)
    yield from workers(folder, wrk)


def latency(port: int, requests: Mapping[str, Sequence[bytes]], options: argparse.Namespace) -> Iterator[str]:
    """Yield how long single requests take at a given rate."""
    yield f"\n## {RATE} requests a second, for {options.paced:g} seconds each\n"
    yield "| path | p50 | p99 | longest | bar for p99 |\n|---|---:|---:|---:|---|"
    for name, kind in PATHS.items():
        found = np.array(asyncio.run(paced(port, requests[kind], options.paced)))
        p50, p99 = np.percentile(found, [50, 99])
        yield f"| {name} | {p50:.1f} ms | {p99:.1f} ms | {found.max():.0f} ms | {against('25 ms', p99)} |"


def throughput(wrk: Wrk, ours: int, theirs: int, options: argparse.Namespace) -> Iterator[str]:
    """Yield how many requests a second are answered, beside the echo."""
    kinds = {"echo of the model": "echo", "echo of the bytes": "bytes", **PATHS}
    rounds: list[dict[str, float]] = []
    for _ in range(options.rounds):
        rounds.append({})
        for kind in kinds.values():
            port = theirs if kind in ("echo", "bytes") else ours
            rounds[-1][kind] = wrk.run(kind, port, options.seconds)[1]
    yield f"\n## As many as it can, {CONNECTIONS} connections, {options.rounds} rounds of {options.seconds:g} seconds\n"
    yield "| path | requests a second | of the echo of the model | of the echo of the bytes | bar |\n|---|---:|---:|---:|---|"
    for name, kind in kinds.items():
        to_model, to_bytes = (median(one[kind] / one[base] for one in rounds) for base in ("echo", "bytes"))
        bar = "" if kind in ("echo", "bytes") else against("0.6x", to_model, least=True)
        yield f"| {name} | {median(one[kind] for one in rounds):,.0f} | {to_model:.2f}x | {to_bytes:.2f}x | {bar} |"


def batch(port: int, texts: Sequence[str], key: str, options: argparse.Namespace) -> Iterator[str]:
    """Yield how long a batch takes."""
    yield f"\n## {BATCH:,} comments in one request\n"
    yield "| path | median | longest | bar |\n|---|---:|---:|---|"
    value = {"comments": [{"id": str(number), "text": text} for number, text in enumerate(texts[:BATCH])]}
    for name in ("/v1/score", "/v1/check"):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        sent = http(name, json.dumps(value, ensure_ascii=False).encode(), headers)
        found = asyncio.run(batches(port, sent, 4 * options.rounds))
        middle = median(found)
        yield f"| `{name}` | {middle:.0f} ms | {max(found):.0f} ms | {against('150 ms', middle)} |"


def replay(wrk: Wrk, server: Server, options: argparse.Namespace) -> Iterator[str]:
    """Yield the memory over many requests in all protocols."""
    done, points = 0, []
    while done < options.replayed:
        for kind in PATHS.values():
            done += wrk.run(kind, server.port, options.seconds)[0]
        points.append((done, memory(server.process.pid)))
    counts, sizes = np.array(points[len(points) // 4 :]).T  # what is kept between requests is filled by then
    slope = np.polyfit(counts, sizes, 1)[0] * 1e5 if len(counts) > 1 else 0.0
    yield f"\n## Memory over {done:,} requests, as many as in {done / RATE / 3600:.1f} hours at {RATE} a second\n"
    yield "| | |\n|---|---:|"
    yield f"| after {points[0][0]:,} | {points[0][1]:.0f} MB |\n| at the end | {points[-1][1]:.0f} MB |"
    yield f"| slope of the last three quarters, of 100,000 requests | {slope:+.2f} MB |"


def workers(folder: Path, wrk: Wrk) -> Iterator[str]:
    """Yield the memory of several processes."""
    yield "\n## Memory of several workers, each after a second of requests\n"
    yield "What is shared is counted once: the model is mapped from its file.\n"
    yield "| workers | all processes | each more |\n|---:|---:|---:|"
    before: tuple[int, float] | None = None
    for count in (1, 2, 4):
        port = free_port()
        with served(service(folder, port, count), port, "/healthz") as server:
            time.sleep(3 * (count > 1))  # until all of them listen
            wrk.run("check", port, 3)
            size = sum(memory(pid, "Pss") for pid in family(server.process.pid))
        more = f"{(size - before[1]) / (count - before[0]):.0f} MB" if before else ""
        before = count, size
        yield f"| {count} | {size:.0f} MB | {more} |"


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    """Read the command line, print the figures, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of throughput")
    parser.add_argument("--seconds", type=int, default=4, help="of each path in a round")
    parser.add_argument("--paced", type=float, default=30, help="seconds of each path at a given rate")
    parser.add_argument(
        "--replayed",
        type=int,
        default=150_000,
        help="requests of the replay (two hours: 1440000)",
    )
    parser.add_argument("--write", action="store_true", help=f"write {FIGURES.relative_to(ROOT)}")
    options = parser.parse_args(given)
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    heading = (
        "# Figures of the service\n\nWritten by `make load`; do not edit. How: [benchmarks](../benchmarks/README.md)."
    )
    with tempfile.TemporaryDirectory() as folder:
        publish(heading, report(Path(folder), options), FIGURES if options.write else None)
    return vars(options)


if __name__ == "__main__":
    main()
