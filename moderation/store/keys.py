"""Keys of clients: how they are made, and what is kept of them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from moderation.errors import StoreError
from moderation.labels import ADJUDICATED

SCOPES = ("native", "perspective", "akismet", "openai", "feedback")
"""What a key may be used for: the protocols, and saying what becomes of a comment over any of them."""

_NAME = re.compile(r"[\w.-]{1,64}")
_KEY = re.compile(r"[0-9a-f]{12}|[0-9a-f]{32}")

_ITERATIONS = 10_000
"""Of PBKDF2. Twelve hexadecimal digits are 48 bits, few enough to be tried out against a stolen database at the speed of
plain SHA-256: some hours of one graphics card. This makes it years, for a few milliseconds, and only when a process sees a key for
the first time. A hash that costs more would let wrong keys keep the server busy."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is not.

    Parameters
    ----------
    name
        The client or site that holds it. Keys that follow each other share a name, and ids of comments are unique within one.
    scopes
        Some of `SCOPES`.
    revoked_at
        None for a key that is in force.
    """

    id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def revoked(self) -> bool:
        """Whether it is no longer in force."""
        return self.revoked_at is not None


def new_key(scopes: Iterable[str]) -> str:
    """Return a new random key: 32 hexadecimal digits, or 12 where a client of Akismet is to hold it.

    Those demand 12 characters and carry them in a host name; the settings page of Akismet's WordPress plugin moreover drops
    everything that is no hexadecimal digit.

    Examples
    --------
    >>> len(new_key(["perspective"])), len(new_key(["akismet", "feedback"]))
    (32, 12)
    """
    return secrets.token_hex(6 if "akismet" in scopes else 16)


def checked_name(name: str) -> str:
    """Return a name that a key can have.

    Raises
    ------
    StoreError
        Where it has other characters than letters, digits, dots, dashes and underscores, or means something in label files.
    """
    if not _NAME.fullmatch(name) or name in {ADJUDICATED, "majority"}:
        raise StoreError(
            f"key name {name[:80]!r}: expected 1 to 64 letters, digits, dots, dashes and underscores, such as a host name"
        )
    return name


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Return scopes that a key can have.

    Raises
    ------
    StoreError
        Where there is none, or one that is not in `SCOPES`.
    """
    found = frozenset(scopes)
    if not found or found - frozenset(SCOPES):
        wrong = ", ".join(sorted(found - frozenset(SCOPES))) or "none"
        raise StoreError(f"scopes of a key: {wrong[:80]}; expected some of {', '.join(SCOPES)}")
    return found


def digest_of(key: str, salt: str) -> str | None:
    """Return the hash by which a store finds a key, None for what cannot be one. Capital letters count as small ones.

    One salt serves all keys of a store: a salt for each would mean to try every row at every request.
    """
    key = key.lower() if len(key) <= 32 else ""
    return _slow_hash(key, salt) if _KEY.fullmatch(key) else None


@lru_cache(maxsize=1024)
def _slow_hash(key: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", key.encode(), bytes.fromhex(salt), _ITERATIONS).hex()
