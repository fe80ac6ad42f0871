"""A live service for the clients: the command line itself, on a free port, with a store and keys."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from moderation.store import SCOPES, Store

collect_ignore_glob = ["programs/*"]  # they run in environments of their own

CORAL_SECRET = "a-secret-of-the-tests"
SETTINGS = f"""
[server]
port = {{port}}
[store]
url = "{{store}}"
keep_texts = true
keep_authors = true
[coral]
secrets = ["{CORAL_SECRET}"]
"""


class Server(NamedTuple):
    """A service that runs.

    Parameters
    ----------
    key
        For all protocols; 12 characters.
    """

    url: str
    port: int
    key: str
    store: Path
    log: Path
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a service; `settings` are added to those of the tests."""
    running: list[subprocess.Popen[bytes]] = []

    def start(settings: str = "", port: int = 0) -> Server:
        folder = tmp_path_factory.mktemp("service")
        port = port or _free_port()
        with Store(folder / "moderation.db") as store:
            key = store.create_key("journal.example", SCOPES)
        config, log = folder / "moderation.toml", folder / "log"
        config.write_text(SETTINGS.format(port=port, store=folder / "moderation.db") + settings, encoding="utf-8")
        command = "from moderation.cli import main; main()"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-c", command, "serve", "--config", config], stdout=file, stderr=file
            )
        running.append(process)
        server = Server(f"http://127.0.0.1:{port}", port, key, folder / "moderation.db", log, process)
        _wait(server)
        return server

    yield start
    for process in running:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def server(served: Callable[..., Server]) -> Server:
    """The service of most tests."""
    return served()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(server: Server) -> None:
    for _ in range(600):
        assert server.process.poll() is None, server.log.read_text()
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the service does not answer:\n{server.log.read_text()}")
