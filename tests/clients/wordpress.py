"""A real WordPress with its own Akismet plugin, used as readers and moderators use it."""

import html
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "integrations" / "wordpress" / "moderation.php"
URL = "http://127.0.0.1:8090"
STATUS = {"1": "published", "0": "pending", "spam": "spam", "trash": "trash"}
#: Of the tests: a French site, from which no mail leaves; comments may come as fast as they like.
TESTING = """<?php
if (!defined('MODERATION_TESTS')) exit('not yet');
add_filter('locale', function () { return 'fr_FR'; });
add_filter('pre_wp_mail', '__return_true');
remove_action('check_comment_flood', 'check_comment_flood_db', 10);
add_filter('wp_is_comment_flood', '__return_false', 99);
"""


class Posted(NamedTuple):
    """A comment as the database holds it."""

    id: int
    status: str
    parent: int
    text: str
    meta: dict[str, str]


class StandIn(NamedTuple):
    """A service of the tests: the host and the body of each call that it has got."""

    url: str
    calls: list[tuple[str, str]]


class Site:
    """A site that runs; `as_found` are the must-use plugins that its starter put there."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.article = folder, int(address.rpartition("=")[2])
        self._plugins = folder / "site" / "wp-content" / "mu-plugins"
        self._constants = folder / "constants.json"
        self.as_found = {path.stem: path.read_text() for path in self._plugins.iterdir()}
        self._numbers = itertools.count(1)
        self.reader, self.moderator = httpx.Client(timeout=90), httpx.Client(timeout=90)
        self._read_constants()
        self._log_in()

    def plugins(self, **files: str) -> None:
        """Put these must-use plugins in the place of those that are there."""
        for path in self._plugins.iterdir():
            path.unlink()
        for name, text in {"testing": TESTING, **files}.items():
            (self._plugins / f"{name}.php").write_text(text, encoding="utf-8")

    def configure(self, **constants: str | float | bool | None) -> None:
        """Set constants of wp-config.php as they were found, but for these; None takes one away."""
        all_of_them = {"MODERATION_TESTS": True, "WPCOM_API_KEY": self._key, **constants}
        self._constants.write_text(json.dumps({name: v for name, v in all_of_them.items() if v is not None}))

    def post(self, text: str, parent: int = 0, by: httpx.Client | None = None, **fields: str) -> Posted | None:
        """Post a comment as its form does, by another reader each time; None where nothing was kept."""
        before = self.query("select coalesce(max(comment_ID), 0) from wp_comments")
        number = next(self._numbers)
        form = {"author": f"Lecteur {number}", "email": f"lecteur{number}@example.org", "comment": text}
        form |= {"comment_post_ID": str(self.article), "comment_parent": str(parent), **fields}
        answer = (by or self.reader).post(f"{URL}/wp-comments-post.php", data=form)
        self.reader.cookies.clear()  # the next one is another reader
        assert answer.status_code == 302, answer.text
        after = self.query("select coalesce(max(comment_ID), 0) from wp_comments")
        return None if after == before else self.comment(int(after))

    def comment(self, comment_id: int) -> Posted:
        """Return a comment as it is now."""
        row = self.query(
            "select json_object('id', c.comment_ID, 'status', comment_approved, 'parent', comment_parent,"
            " 'text', comment_content, 'meta', (select coalesce(json_objectagg(meta_key, meta_value), '{}')"
            f" from wp_commentmeta m where m.comment_id = c.comment_ID)) from wp_comments c where comment_ID = {comment_id}"
        )
        found = json.loads(row)
        meta = found["meta"] if isinstance(found["meta"], dict) else json.loads(found["meta"])
        return Posted(found["id"], STATUS[found["status"]], found["parent"], found["text"], meta)

    def query(self, sql: str) -> str:
        """Return the first value that the database answers."""
        command = ["mariadb", f"--socket={self.folder}/db/s.sock", "-uroot", "-N", "-B", "--raw"]
        command += ["--default-character-set=utf8mb4", "wp", "-e", sql]
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode().rstrip("\n")

    def php(self, code: str) -> Any:
        """Return what an expression is inside of the site."""
        load = f"$_SERVER['HTTP_HOST'] = '127.0.0.1:8090'; require '{self.folder}/site/wp-load.php';"
        command = ["php", "-d", "display_errors=stderr", "-r", f'{load} echo "\\n" . json_encode({code});']
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
        return json.loads(done.stdout.splitlines()[-1])

    def cron(self) -> None:
        """Let the time come at which Akismet asks again, and WordPress do what is due."""
        self.php(
            "(wp_clear_scheduled_hook('akismet_schedule_cron_recheck'))"
            " . wp_schedule_single_event(time() - 1, 'akismet_schedule_cron_recheck')"
        )
        assert self.reader.get(f"{URL}/wp-cron.php").status_code == 200

    def page(self, path: str) -> str:
        """Return a page of wp-admin as a moderator sees it."""
        answer = self.moderator.get(f"{URL}/wp-admin/{path}", follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def click(self, action: str, comment_id: int, listed_in: str) -> None:
        """Follow the link of a row in the list of comments."""
        links = re.findall(r"href='(comment\.php\?[^']+)'|href=\"(comment\.php\?[^\"]+)\"", self.page(listed_in))
        found = {html.unescape(one or other) for one, other in links}
        (link,) = (x for x in found if f"action={action}&" in x and f"c={comment_id}&" in x)
        self.moderator.get(f"{URL}/wp-admin/{link}", follow_redirects=True)

    def bulk(self, action: str, comment_id: int, listed_in: str) -> None:
        """Choose an action of the list for a comment."""
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', self.page(listed_in))
        assert nonce is not None
        chosen = {"action": action, "delete_comments[]": str(comment_id), "_wpnonce": nonce[1]}
        headers = {"Referer": f"{URL}/wp-admin/{listed_in}"}
        self.moderator.get(f"{URL}/wp-admin/edit-comments.php", params=chosen, headers=headers)

    def _read_constants(self) -> None:
        """Let wp-config.php read a file: PHP keeps its own files compiled for some time after they have changed."""
        path = self.folder / "site" / "wp-config.php"
        found = re.search(r"define\('WPCOM_API_KEY','(\w+)'\);", path.read_text())
        assert found is not None
        self._key = found[1]
        reading = f"foreach (json_decode(file_get_contents('{self._constants}'), true) as $n => $v) define($n, $v);"
        path.write_text(path.read_text().replace(found[0], reading))
        self.configure()
        self.plugins()
        for _ in range(100):
            if self.reader.get(f"{URL}/wp-login.php").text != "not yet":
                return
            time.sleep(0.1)
        raise AssertionError("PHP does not see that wp-config.php has changed")

    def _log_in(self) -> None:
        self.moderator.get(f"{URL}/wp-login.php")
        form = {"log": "admin", "pwd": "admin", "testcookie": "1", "wp-submit": "Log In"}
        answer = self.moderator.post(f"{URL}/wp-login.php", data=form)
        assert answer.status_code == 302, answer.text


@contextmanager
def started(folder: Path, shared: Path, service: str, key: str) -> Iterator[Site]:
    """Start WordPress; skips where it is not installed, or not to be had here."""
    script = shared / "tools" / "wordpress.sh"
    if not script.exists():
        pytest.skip(f"{script} is not there; MODERATION_SHARED names the folder")
    missing = [name for name in ("php", "mariadbd", "mariadb", "setsid", "curl") if shutil.which(name) is None]
    if missing or not Path("/usr/share/wordpress").exists():
        pytest.skip(f"Debian's wordpress with {', '.join(missing) or 'its files'} is not installed")
    if os.geteuid() != 0:
        pytest.skip("the database of WordPress is started by root only")
    with socket.socket() as taken:
        assert taken.connect_ex(("127.0.0.1", 8090)) != 0, "port 8090 is taken; WordPress needs it"
    environment = {**os.environ, "AKISMET_KEY": key}
    with (folder / "started").open("w+b") as out:
        command = ["bash", script, "start", folder, service.removeprefix("http://")]
        subprocess.run(command, env=environment, stdout=out, stderr=subprocess.STDOUT, check=True, timeout=120)
        out.seek(0)
        address = out.read().decode().splitlines()[-1]
    try:
        yield Site(folder, address)
    finally:
        database = int((folder / "db" / "pid").read_text())
        subprocess.run(["bash", script, "stop", folder], check=False, timeout=60)
        _ended(database)


def _ended(process: int) -> None:
    for _ in range(300):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("the database of WordPress does not end")


@contextmanager
def answering(status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None) -> Iterator[StandIn]:
    """Run a service that answers all calls alike, and never where the status is 0."""
    over, calls = Event(), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append((self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"])).decode()))
            if status == 0:
                over.wait()
                return
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield StandIn(f"http://127.0.0.1:{server.server_port}", calls)
        finally:
            over.set()
            server.shutdown()


def nowhere() -> str:
    """Return an address at which nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
