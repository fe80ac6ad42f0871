"""What a person said of one comment, over any protocol."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from moderation.labels import FIELDS, text_hash

PROTOCOLS = ("native", "perspective", "akismet", "coral", "hook")
"""How feedback can arrive."""

_LABEL = re.compile(r"[a-z][a-z0-9_]{0,63}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL has no U+0000, and UTF-8 no lone surrogates
_TEXTS = ("text", "comment_id", "parent_id", "thread", "author", "author_hash", "language", "client_token", "model_id")


def _new_id() -> str:
    """Return a UUID of version 7, so that ids sort by the millisecond in which they were made.

    Source: RFC 9562, section 5.7.
    """
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    return str(uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a person said of one comment.

    A lone surrogate or U+0000, which not every database can hold, becomes U+FFFD in each field; the hash is of the text
    as it was given.

    Parameters
    ----------
    protocol
        One of `PROTOCOLS`.
    verdict
        Label -> 1 or 0, as far as the feedback says it; what it does not say is not in it. Who only keeps or removes a
        comment answers ``removed``, and neither ``insult`` nor ``spam``.
    text
        None in a store that keeps no texts.
    text_sha256
        Hexadecimal, as `moderation.labels.text_hash` gives it; taken from the text where it is not given.
    comment_id, parent_id, thread
        Names that the client has for the comment, the one it answers, and the page (its URL).
    author, author_hash
        Who wrote the comment. A store hashes the name, and keeps the name itself only if it is told to.
    language
        Of the comment, as the client says.
    key_id
        The key that the client showed.
    client_token
        What the client sent to know its request by.
    model_id
        The model that the client's decision came from, where it says so.
    id
        Ours. It is made before the row is written, so that adding the same feedback again adds nothing.
    created_at
        When it arrived, in UTC.

    Raises
    ------
    ValueError
        Where there is neither a text nor its hash, or a protocol, verdict or time that cannot stand in a store.

    Examples
    --------
    >>> feedback = Feedback(protocol="akismet", verdict={"spam": 0}, text="Merci !", comment_id="c1")
    >>> feedback.verdict["spam"], feedback.text_sha256[:8], feedback.parent_id is None
    (0, '03492115', True)
    """

    protocol: str
    verdict: Mapping[str, int]
    text: str | None = field(default=None, repr=False)
    text_sha256: str = ""
    comment_id: str | None = None
    parent_id: str | None = None
    thread: str | None = None
    author: str | None = field(default=None, repr=False)
    author_hash: str | None = None
    language: str | None = None
    key_id: int | None = None
    client_token: str | None = field(default=None, repr=False)
    model_id: str | None = None
    id: str = field(default_factory=_new_id)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise ValueError(f"protocol {self.protocol!r}: expected one of {', '.join(PROTOCOLS)}")
        for label, answer in self.verdict.items():
            if not _LABEL.fullmatch(label) or label in FIELDS:
                raise ValueError(
                    f"label {label!r}: expected lower-case letters, digits and _, and no column of label files"
                )
            if answer not in (0, 1):
                raise ValueError(f"label {label}: {answer!r}; expected 1 or 0")
        if self.text is None and not self.text_sha256:
            raise ValueError("feedback without a text; give the text, or its hash")
        if self.created_at.tzinfo is None:
            raise ValueError(f"created_at {self.created_at} has no time zone")
        changed: dict[str, object] = {
            "verdict": MappingProxyType({label: int(answer) for label, answer in self.verdict.items()}),
            "text_sha256": self.text_sha256 or text_hash(self.text or ""),
            "created_at": self.created_at.astimezone(UTC),
        }
        for name in _TEXTS:
            value = getattr(self, name)
            if value is not None:
                changed[name] = _UNSTORABLE.sub("\ufffd", value) or (value if name == "text" else None)
        for name, value in changed.items():
            object.__setattr__(self, name, value)
