"""What is refused before a protocol sees it, in the shape that the clients of its path read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.service import openai, perspective
from moderation.service.answer import NONE, Answer


def refusal(path: str, status: int, message: str, headers: Mapping[str, str] = NONE, found: Any = ()) -> Answer:
    """Return a refusal.

    Parameters
    ----------
    path
        Of the request.
    message
        What is wrong, without anything of the request.
    found
        Where a body is wrong, for the native API.

    Examples
    --------
    >>> refusal("/v1/score", 413, "too long").body, refusal("/1.1/comment-check", 413, "too long").headers
    (b'{"error":"too long"}', {'X-akismet-error': 'too long'})
    """
    if path.startswith(("/v1alpha1/", "/$discovery")):
        answer = perspective.refusal(status, message)
    elif path.startswith(("/1.1/", "/1.2/")):  # neither "true" nor "false": WordPress holds the comment and asks again
        answer = Answer(status, b"", "text/plain; charset=utf-8", {"X-akismet-error": message})
    elif path.startswith("/v1/moderations"):
        answer = openai.error(status, message)
    else:
        answer = Answer.json(status, {"error": message, "found": found} if found else {"error": message})
    return answer._replace(headers={**answer.headers, **headers})
