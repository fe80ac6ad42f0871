"""What a protocol answers, before any web framework sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic_core import to_json

from moderation.policy import Decision

NONE: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """One answer.

    Parameters
    ----------
    decisions
        Those that it tells of, for whoever counts them.

    Examples
    --------
    >>> Answer.json(200, {"languages": ["fr"]}).body
    b'{"languages":["fr"]}'
    """

    status: int
    body: bytes
    media_type: str
    headers: Mapping[str, str] = NONE
    decisions: Sequence[Decision] = ()

    @classmethod
    def json(cls, status: int, value: Any, headers: Mapping[str, str] = NONE) -> Answer:
        """Return a value as JSON in UTF-8; a lone surrogate in a text becomes a question mark."""
        try:
            body = to_json(value)
        except ValueError:  # of a surrogate; what is wrong besides fails again
            written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            body = written.encode("utf-8", "replace")
        return cls(status, body, "application/json; charset=utf-8", headers)

    @classmethod
    def text(cls, body: str, headers: Mapping[str, str] = NONE) -> Answer:
        """Return plain text with status 200 and no newline, as Akismet answers."""
        return cls(200, body.encode("utf-8"), "text/plain; charset=utf-8", headers)
