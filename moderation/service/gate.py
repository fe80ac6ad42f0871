"""Who may call: keys, what they are for, and how often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from moderation.store import Key, Store

MOST_KEYS = 10_000  # whose requests are counted at once


class Admission(NamedTuple):
    """What the gate says of a request.

    Parameters
    ----------
    outcome
        ``missing``: no key; ``unknown``: none that is in force, or not for this; ``limited``: too often.
    key
        The key; None in an open service.
    retry_after
        Seconds until the next request of a key that calls too often.
    """

    outcome: Literal["admitted", "missing", "unknown", "limited"]
    key: Key | None = None
    retry_after: float = 0.0

    @property
    def key_id(self) -> int | None:
        """The number of the key."""
        return self.key.id if self.key else None

    @property
    def headers(self) -> dict[str, str]:
        """What tells a key that calls too often when to come again.

        Examples
        --------
        >>> Admission("limited", retry_after=2.5).headers
        {'Retry-After': '3'}
        """
        return {"Retry-After": str(int(self.retry_after) + 1)}


class Gate:
    """Checks keys, and counts their requests over a minute.

    Parameters
    ----------
    store
        Knows the keys.
    is_open
        Whether a request without a key is admitted.
    per_minute
        Requests of one key in this process; 0 for no limit. A key may send as many at once, and regains them over a minute.
    clock
        Seconds that never go back.
    """

    def __init__(
        self, store: Store, is_open: bool = False, per_minute: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._is_open, self._per_minute, self._clock = store, is_open, per_minute, clock
        self._left: dict[int, tuple[float, float]] = {}  # key -> requests left, and when that was so
        self._lock = threading.Lock()

    def admit(self, written: str | None, scope: str) -> Admission:
        """Decide about a request that shows this key, for a protocol or for ``feedback``."""
        if not written:
            return Admission("admitted" if self._is_open else "missing")
        key = self._store.key(written)
        if key is None or key.revoked_at is not None or scope not in key.scopes:
            return Admission("admitted" if self._is_open else "unknown")
        wait = self._wait(key.id) if self._per_minute else 0.0
        return Admission("limited", key, wait) if wait else Admission("admitted", key)

    def _wait(self, key_id: int) -> float:
        """Take one request from what a key has left; return the seconds until it has one, 0 where it had."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= MOST_KEYS:
                self._left.clear()
            left, since = self._left.get(key_id, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
            if left < 1:
                return (1 - left) * 60 / self._per_minute
            self._left[key_id] = left - 1, now
        return 0.0
