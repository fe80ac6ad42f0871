"""Trying a port, a key, or a service that runs somewhere, as its clients will."""

import json
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from moderation.cli import output
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from moderation.store import Store

PATIENCE = 15  # seconds, as WordPress waits
TOLD = {
    "perspective": ("comments:analyze is answered", "comments:analyze: 400, API key not valid"),
    "akismet": ("verify-key: valid; comment-check is answered", "verify-key and comment-check: invalid"),
    "openai": ("moderations are answered", "moderations: 401"),
    "native": ("score, check and models are answered", "score, check and models: 401"),
    "feedback": ("suggestscore, submit-spam, submit-ham and feedback are kept", "all feedback is refused"),
}
"""Scope -> what clients are told with it, and without."""


class Call(NamedTuple):
    """One request that changes nothing."""

    path: str
    body: bytes | None
    headers: Mapping[str, str]
    expected: bytes = b""  # what a body begins with whose key was taken; Akismet always answers 200


def port(host: str, number: int) -> None:
    """Try to listen.

    Raises
    ------
    ModerationError
        Where that cannot be.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        raise ModerationError(
            f"{host}:{number}: cannot listen there ({error.strerror}); another program may do so already: end it, or choose "
            "another host or port"
        ) from error


def key(store: "Store", written: str) -> None:
    """Say whose a key is, and what its holder is told.

    Raises
    ------
    ModerationError
        Where it is not in force.
    """
    found = store.key(written)
    if found is None:
        raise ModerationError(
            "the key is not in force: it was never made in this store, or it was revoked; see moderation keys list"
        )
    output.say(f"key {found.id}, {found.name}")
    for scope, (yes, no) in TOLD.items():
        output.say(f"  {scope}: {yes if scope in found.scopes else no}")


def service(url: str, written: str | None) -> None:
    """Ask a service that runs, over each protocol, whether it takes a key.

    Raises
    ------
    ModerationError
        Where it does not answer, or takes the key for nothing.
    """
    url = url.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ModerationError(f"{url}: expected the URL of a service, such as http://127.0.0.1:8085")
    status, body = _ask(url, Call("/readyz", None, {}))
    if status != 200 or b'"model"' not in body:
        raise ModerationError(
            f"{url}: /readyz answered with status {status}; expected this service, and a proxy that lets it"
        )
    output.say(f"{url}: model {json.loads(body)['model']}")
    if written is None:
        return
    taken = {protocol: _is_taken(url, call) for protocol, call in _calls(written).items()}
    for protocol, yes in taken.items():
        output.say(f"  {protocol}: {TOLD[protocol][0 if yes else 1]}")
    if not any(taken.values()):
        raise ModerationError("the key is not in force there: it was never made in that store, or it was revoked")


def _calls(written: str) -> dict[str, Call]:
    key = urllib.parse.quote(written, safe="")
    asked = {
        "comment": {"text": "Bonjour"},
        "requestedAttributes": {"INSULT": {}},
        "languages": ["fr"],
        "doNotStore": True,
    }
    bearer, form = {"Authorization": f"Bearer {written}"}, {"Content-Type": "application/x-www-form-urlencoded"}
    return {
        "perspective": Call(f"/v1alpha1/comments:analyze?key={key}", json.dumps(asked).encode(), {}),
        "akismet": Call("/1.1/verify-key", f"key={key}&blog=http://localhost".encode(), form, b"valid"),
        "openai": Call("/v1/moderations", b'{"input": "Bonjour"}', bearer),
        "native": Call("/v1/models", None, bearer),
        "feedback": Call("/1.1/submit-ham", f"api_key={key}&is_test=1".encode(), form, b"Thanks"),
    }


def _is_taken(url: str, call: Call) -> bool:
    status, body = _ask(url, call)
    return status == 200 and body.startswith(call.expected)


def _ask(url: str, call: Call) -> tuple[int, bytes]:
    request = urllib.request.Request(url + call.path, call.body, {"Content-Type": "application/json", **call.headers})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except (OSError, ValueError) as error:  # its message may hold the URL, and so the key
        reason = getattr(error, "reason", None) or type(error).__name__
        raise ModerationError(f"{url}: does not answer ({reason}); start the service, or correct the URL") from None
