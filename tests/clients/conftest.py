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
from environments import CORAL_SECRET
from front import certificate

from moderation.store import SCOPES, Feedback, Store

collect_ignore_glob = ["programs/*"]  # they run in environments of their own

SETTINGS = {
    "[store]": 'url = "{store}"\nkeep_texts = true\nkeep_authors = true\n',
    "[coral]": f'secrets = ["{CORAL_SECRET}"]\n',
}
NAMES = Path(__file__).parent / "programs" / "names"


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

    def another_key(self) -> str:
        """Make one more key."""
        with Store(self.store) as store:
            return store.create_key("other.example", SCOPES)

    def feedback(self, text: str) -> list[Feedback]:
        """Return what was said of a comment, the oldest first."""
        with Store(self.store) as store:
            return [found for found in store.feedback() if found.text == text]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a service; `settings` are added to those of the tests, a section takes the place of theirs."""
    running: list[subprocess.Popen[bytes]] = []

    def start(settings: str = "", port: int = 0) -> Server:
        folder = tmp_path_factory.mktemp("service")
        port = port or _free_port()
        with Store(folder / "moderation.db") as store:
            key = store.create_key("journal.example", SCOPES)
        config, log = folder / "moderation.toml", folder / "log"
        usual = "".join(f"{name}\n{section}" for name, section in SETTINGS.items() if name not in settings)
        config.write_text(usual.format(store=folder / "moderation.db") + settings, encoding="utf-8")
        command = [sys.executable, "-c", "from moderation.cli import main; main()", "serve", "--config", config]
        with log.open("wb") as file:
            process = subprocess.Popen([*command, "--port", str(port)], stdout=file, stderr=file)
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


@pytest.fixture(scope="session")
def limited(served: Callable[..., Server]) -> Server:
    """A service that answers each key once a minute."""
    return served("[server]\nrequests_per_minute = 1\n")


@pytest.fixture(scope="session")
def named(served: Callable[..., Server]) -> Server:
    """A service for clients that know no other address than Google's; see `names`."""
    return served('[server]\npublic_url = "https://commentanalyzer.googleapis.com"\n')


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Server], dict[str, str]]]:
    """Put TLS before a service; the variables with which a program finds it under the names of Google and Akismet."""
    made, key = certificate(tmp_path_factory.mktemp("front"))
    running: dict[int, tuple[subprocess.Popen[str], str]] = {}

    def variables(server: Server) -> dict[str, str]:
        if server.port not in running:
            command = [sys.executable, Path(__file__).with_name("front.py"), made, key, str(server.port)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            running[server.port] = process, process.stdout.readline().strip()
        trusting = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "NODE_EXTRA_CA_CERTS")
        found = {name: str(made) for name in trusting} | {"PYTHONPATH": str(NAMES)}
        found |= {"NODE_OPTIONS": f"--require={NAMES / 'names.cjs'}", "KEY": server.key}
        return found | {"HTTP_PORT": str(server.port), "HTTPS_PORT": running[server.port][1]}

    yield variables
    for process, _ in running.values():
        process.terminate()
        process.communicate(timeout=30)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(server: Server) -> None:
    for _ in range(3000):
        assert server.process.poll() is None, server.log.read_text()
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the service does not answer:\n{server.log.read_text()}")
