"""What is refused before a protocol sees it, or cannot be answered, in the shape that the clients of its path read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.service import openai, perspective
from moderation.service.answer import NONE, Answer

_PROTOCOLS = {
    "v1alpha1": "perspective",
    "$discovery": "perspective",
    "batch": "perspective",
    "1.1": "akismet",
    "1.2": "akismet",
    "coral": "coral",
    "v1": "native",
}


def protocol(path: str, openai_path: str) -> str:
    """Return the protocol that a path belongs to; ``none`` for those of the service itself.

    Examples
    --------
    >>> [protocol(path, "/v1/moderations") for path in ("/v1/check", "/v1/moderations", "/1.1/verify-key", "/healthz")]
    ['native', 'openai', 'akismet', 'none']
    """
    if path == openai_path:
        return "openai"
    return _PROTOCOLS.get(path[1:].partition("/")[0], "none")


def refusal(protocol: str, status: int, message: str, headers: Mapping[str, str] = NONE, found: Any = ()) -> Answer:
    """Return a refusal.

    Parameters
    ----------
    protocol
        Of the path.
    message
        What is wrong, without anything of the request.
    found
        Where a body is wrong, for the native API.

    Examples
    --------
    >>> refusal("native", 413, "too long").body, refusal("akismet", 413, "too long").headers
    (b'{"error":"too long"}', {'X-akismet-error': 'too long'})
    """
    if protocol == "perspective":
        answer = perspective.refusal(status, message)
    elif protocol == "akismet":  # neither "true" nor "false": WordPress holds the comment and asks again
        answer = Answer(status, b"", "text/plain; charset=utf-8", {"X-akismet-error": message})
    elif protocol == "openai":
        answer = openai.error(status, message)
    else:
        answer = Answer.json(status, {"error": message, "found": found} if found else {"error": message})
    return answer._replace(headers={**answer.headers, **headers})
