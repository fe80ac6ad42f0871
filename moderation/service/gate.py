"""Who may call: keys, what they are for, and how often."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, NamedTuple

from moderation.errors import StoreError
from moderation.store import Key, Store

LIFE = 5.0
"""Seconds for which a process believes what it read of a key: so long after it was revoked, or made, that takes effect."""
MOST_KEYS = 10_000  # remembered at once
TRIES, ADDRESS_TRIES = 600, 120
"""Keys never seen before that a process looks up in a minute, of all clients and of one address. Each costs some milliseconds,
since the store's hash is slow on purpose: so wrong keys take 5 % of a core at most, and one address a fifth of that."""


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

    A key that was in force once is looked up again each `LIFE` seconds, which costs a query and nothing else. While the store
    does not answer it stays in force. Keys that are not known are looked up so often only that they cannot keep the process busy;
    keys in use are not touched by that, whoever tries others.

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
        self._store, self._is_open, self._clock = store, is_open, clock
        self._requests = _Rate(per_minute, clock) if per_minute else None
        self._tries, self._address_tries = _Rate(TRIES, clock), _Rate(ADDRESS_TRIES, clock)
        self._secret = secrets.token_bytes(32)
        self._found: OrderedDict[bytes, tuple[Key | None, float]] = OrderedDict()  # the oldest first, with its end
        self._lock = threading.Lock()

    def admit(self, written: str | None, scope: str, address: str = "") -> Admission:
        """Decide about a request that shows this key, for a protocol or for ``feedback``; `address` is its client's."""
        if not written:
            return Admission("admitted" if self._is_open else "missing")
        key, wait = self._key(written, address)
        if key is None or key.revoked_at is not None or scope not in key.scopes:
            if self._is_open:
                return Admission("admitted")
            return Admission("limited", None, wait) if wait else Admission("unknown")
        wait = self._requests.take(str(key.id)) if self._requests else 0.0
        return Admission("limited", key, wait) if wait else Admission("admitted", key)

    def remembers(self, written: str | None) -> bool:
        """Tell whether `admit` will ask nobody: so it may be called where nothing else can go on meanwhile."""
        found = self._found.get(self._handle(written)) if written else None
        return not written or (found is not None and self._clock() < found[1])

    def _key(self, written: str, address: str) -> tuple[Key | None, float]:
        """Return a key that is in force, or None and the seconds until it may be tried, 0 where it was."""
        handle, now = self._handle(written), self._clock()
        with self._lock:
            known, end = self._found.get(handle, (None, now))
            if now < end:
                return known, 0.0
            if known is not None:
                self._remember(handle, known, now)  # others go on with it while this one asks
        if known is None and (wait := self._address_tries.take(address) or self._tries.take("")):
            return None, wait
        try:
            found = self._store.key(written)
        except StoreError:
            if known is None:
                raise
            return known, 0.0
        with self._lock:
            self._remember(handle, found, self._clock())
        return found, 0.0

    def _handle(self, written: str) -> bytes:
        """Return what a key is remembered by: nobody can steer it, or read a key from it."""
        return hashlib.blake2b(written.encode("utf-8", "replace"), key=self._secret, digest_size=16).digest()

    def _remember(self, handle: bytes, key: Key | None, now: float) -> None:
        self._found[handle] = key, now + LIFE
        self._found.move_to_end(handle)
        if len(self._found) > MOST_KEYS:
            wrong = next((other for other, (found, _) in self._found.items() if found is None), None)
            del self._found[next(iter(self._found)) if wrong is None else wrong]


class _Rate:
    """So many each minute for each name: as many at once, which come back over the minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._left: dict[str, tuple[float, float]] = {}  # name -> how many are left, and when that was so
        self._lock = threading.Lock()

    def take(self, name: str) -> float:
        """Take one; return the seconds until there is one, 0 where there was."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= MOST_KEYS:
                self._left.clear()
            left, since = self._left.get(name, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
            if left < 1:
                return (1 - left) * 60 / self._per_minute
            self._left[name] = left - 1, now
        return 0.0
