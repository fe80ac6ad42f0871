"""Errors as Google's clients expect them: they match on the message, on ``status`` and on ``errorType``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from moderation.errors import ModerationError
from moderation.service.answer import NONE, Answer

ErrorType = Literal[
    "COMMENT_EMPTY",
    "COMMENT_TOO_LONG",
    "NO_REQUESTED_ATTRIBUTES",
    "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
    "INVALID_REQUEST",
]
Failure = Literal["API_KEY_INVALID", "PERMISSION_DENIED", "RATE_LIMIT", "NOT_FOUND", "INTERNAL", "UNAVAILABLE"]
INVALID_JSON = "Invalid JSON payload received."
SERVICE = "commentanalyzer.googleapis.com"  # the name that clients look for, wherever the service runs
LONGEST_NAME = 100  # characters of an attribute or a language that are repeated in a message
_TYPE = "type.googleapis.com/"

_FAILURES: Mapping[Failure, tuple[int, str, str]] = {
    "API_KEY_INVALID": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "PERMISSION_DENIED": (
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form "
        "of API consumer identity to call this API.",
    ),
    "RATE_LIMIT": (
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit "
        f"'Analysis requests (AnalyzeComment) per minute' of service '{SERVICE}'.",
    ),
    "NOT_FOUND": (404, "NOT_FOUND", "Requested entity was not found."),
    "INTERNAL": (500, "INTERNAL", "Internal error encountered."),
    "UNAVAILABLE": (503, "UNAVAILABLE", "The service is currently unavailable."),
}

_STATUSES: Mapping[int, str] = {
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


class Refused(ModerationError):
    """A request that is answered with an error.

    Parameters
    ----------
    message
        As Google words it; never holds the comment.
    details
        Members of ``error.details``.
    """

    def __init__(self, message: str, details: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.answer = _error(400, "INVALID_ARGUMENT", message, details)

    @classmethod
    def because(cls, kind: ErrorType, message: str, **facts: Mapping[str, Any]) -> Refused:
        """Refuse a request that is understood."""
        detail = {"@type": f"{_TYPE}google.commentanalyzer.v1alpha1.Error", "errorType": kind, **facts}
        return cls(message, [detail])

    @classmethod
    def value(cls, path: str, kind: str) -> Refused:
        """Refuse a member that has not the type that it should have; Google names the value too, which may be a text."""
        message = f"Invalid value at '{path}' ({kind})"
        violation = {"field": path, "description": message}
        return cls(message, [{"@type": f"{_TYPE}google.rpc.BadRequest", "fieldViolations": [violation]}])


def failure(kind: Failure, retry_after: float | None = None, limit: int | None = None) -> Answer:
    """Return the error for what the body has no part in: the key, the rate, the address, or ourselves.

    Parameters
    ----------
    retry_after
        Seconds until the next try; becomes the header ``Retry-After``.
    limit
        Requests a minute that the key may send, for ``RATE_LIMIT``.

    Examples
    --------
    >>> answer = failure("RATE_LIMIT", retry_after=2.5, limit=60)
    >>> answer.status, answer.headers["Retry-After"]
    (429, '3')
    """
    headers = NONE if retry_after is None else {"Retry-After": str(_seconds(retry_after))}
    details: list[Mapping[str, Any]] = []
    if kind == "API_KEY_INVALID":
        details.append(_info(kind, {"service": SERVICE}))
    if kind == "RATE_LIMIT":
        quota = {"quota_limit": "AnalyzeRequestsPerMinutePerProject", "service": SERVICE}
        details.append(
            _info("RATE_LIMIT_EXCEEDED", quota if limit is None else quota | {"quota_limit_value": str(limit)})
        )
    code, status, message = _FAILURES[kind]
    return _error(code, status, message, details, headers)


def refusal(status: int, message: str) -> Answer:
    """Return the error for a request that is refused before it is read, under the name that Google has for its status.

    Examples
    --------
    >>> refusal(413, "Too long.").body
    b'{"error":{"code":413,"message":"Too long.","status":"INVALID_ARGUMENT"}}'
    """
    return _error(status, _STATUSES.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT"), message, [])


def shown(name: str) -> str:
    """Return a name of the request as a message may repeat it."""
    return name[:LONGEST_NAME]


def _seconds(value: float) -> int:
    return max(1, math.ceil(value)) if math.isfinite(value) else 60


def _info(reason: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@type": f"{_TYPE}google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }


def _error(
    code: int, status: str, message: str, details: Sequence[Mapping[str, Any]], headers: Mapping[str, str] = NONE
) -> Answer:
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return Answer.json(code, {"error": error}, headers)
