"""A reader's browser: cookies, pages and their forms."""

import json
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any, NamedTuple


class Page(NamedTuple):
    """What a server answered."""

    status: int
    url: str
    body: str

    @property
    def forms(self) -> list[dict[str, str]]:
        """The values of the fields of each form."""
        reader = _Forms()
        reader.feed(self.body)
        return reader.forms


class Browser:
    """Asks one site, and keeps its cookies."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        """Ask for a page."""
        return self._ask(path)

    def submit(self, path: str, form: dict[str, str]) -> Page:
        """Send a form, and follow where it leads."""
        return self._ask(path, urllib.parse.urlencode(form).encode())

    def send(self, path: str, value: Any, method: str = "POST") -> Page:
        """Send JSON."""
        return self._ask(path, json.dumps(value).encode(), method, "application/json")

    def _ask(self, path: str, body: bytes | None = None, method: str | None = None, kind: str | None = None) -> Page:
        headers = {"Origin": self._site, "Referer": f"{self._site}/"} | ({"Content-Type": kind} if kind else {})
        request = urllib.request.Request(urllib.parse.urljoin(self._site, path), body, headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, error.url, error.read().decode(errors="replace"))


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif self.forms and given.get("name") and given.get("type") not in ("submit", "checkbox"):
            self.forms[-1][given["name"]] = given.get("value", "")
