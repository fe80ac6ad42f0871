"""Sites that take comments: a program of `PROGRAMS` that runs in an environment, and the files that it leaves."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from environments import PROGRAMS

from moderation.store import Store


class Site:
    """A site that runs, and its folder."""

    def __init__(self, url: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.url, self.folder, self.process = url, folder, process

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text(encoding="utf-8")

    @property
    def feedback(self) -> list[tuple[object, ...]]:
        """What its store holds, the oldest first."""
        with Store(self.folder / "moderation.db", create=False) as store:
            return [(dict(one.verdict), one.comment_id, one.parent_id, one.text) for one in store.feedback()]


@contextmanager
def sites() -> Iterator[Callable[..., Site]]:
    """Start sites, and end them all."""
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: type[Site], command: list[str | Path], folder: Path, **variables: str) -> Site:
        port = free_port()
        facts = {"FOLDER": str(folder), "PORT": str(port)} | variables
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, env={**os.environ, **facts}, stdout=log, stderr=log)
        running.append(process)
        site = kind(f"http://127.0.0.1:{port}", folder, process)
        _wait(site)
        return site

    try:
        yield start
    finally:
        for process in running:
            process.terminate()
            process.wait(30)


def program(interpreter: Path, name: str) -> list[str | Path]:
    """Return the command that runs a program."""
    return [interpreter, PROGRAMS / name]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(site: Site) -> None:
    for _ in range(600):
        assert site.process.poll() is None, site.log
        try:
            with urllib.request.urlopen(site.url, timeout=5):
                return
        except urllib.error.HTTPError as answer:  # it answers
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the site does not answer:\n{site.log}")
