"""What the clients of each protocol are told where we fail: an unexpected error, or no answer in time."""

from __future__ import annotations

from typing import Literal

from moderation.service import openai, perspective
from moderation.service.answer import Answer

Kind = Literal["error", "timeout"]
_PREFIXES = {
    "/v1alpha1/": "perspective",
    "/$discovery/": "perspective",
    "/1.1/": "akismet",
    "/1.2/": "akismet",
    "/coral": "coral",
    "/v1/": "native",
}
_WORDS = {"error": "internal error", "timeout": "no answer in time"}
_CLOSE = {"Connection": "close"}  # the rest of a request that is too slow is not waited for


def protocol(path: str, openai_path: str) -> str:
    """Return the protocol that a path belongs to; ``none`` for those of the service itself.

    Examples
    --------
    >>> [protocol(path, "/v1/moderations") for path in ("/v1/check", "/v1/moderations", "/1.1/verify-key", "/healthz")]
    ['native', 'openai', 'akismet', 'none']
    """
    if path == openai_path:
        return "openai"
    return next((name for prefix, name in _PREFIXES.items() if path.startswith(prefix)), "none")


def failure(protocol: str, kind: Kind) -> Answer:
    """Return what tells a client that nothing was decided, so that it does as it does without a moderation service.

    Akismet's clients hold the comment, Coral goes on without an opinion, the others report an error.

    Examples
    --------
    >>> failure("akismet", "timeout")[:3], failure("native", "error").body
    ((503, b'', 'text/plain'), b'{"error":"internal error"}')
    """
    status = 500 if kind == "error" else 503
    if protocol == "perspective":
        answer = perspective.failure("INTERNAL" if kind == "error" else "UNAVAILABLE")
    elif protocol == "akismet":
        answer = Answer(status, b"", "text/plain", {"X-akismet-error": _WORDS[kind]})
    elif protocol == "openai":
        answer = openai.error(status, f"{_WORDS[kind].capitalize()}.", code="server_error")
    else:
        answer = Answer.json(status, {"error": _WORDS[kind]})
    return answer if kind == "error" else answer._replace(headers={**answer.headers, **_CLOSE})
