"""The recent comments of each site, so that floods are seen by protocols that show one comment at a time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import timedelta
from typing import NamedTuple

from moderation.comments import Comment
from moderation.floods import LONG, NAMELESS, FloodWindow

MOST_SITES = 16  # the least recently seen is forgotten
MOST_COMMENTS = 2_000  # of each, with about 7 kB: 14 MB
SPAN = timedelta(days=1)


class Seen(NamedTuple):
    """Under which name a comment is compared with the recent ones of its site.

    Whoever asks again about a comment must find its first time replaced, and no copy of it.
    """

    window: FloodWindow
    thread_id: str
    comment_id: str


class Sites:
    """A window for each site; a process has its own.

    Examples
    --------
    >>> sites = Sites()
    >>> sites.of(1) is sites.of(1), sites.of(1) is sites.of(2)
    (True, False)
    """

    def __init__(self) -> None:
        self._windows: OrderedDict[Hashable, FloodWindow] = OrderedDict()
        self._lock = threading.Lock()
        FloodWindow().add(Comment("", "a" * LONG))  # loads SciPy, for which no request should wait

    def of(self, site: Hashable) -> FloodWindow:
        """Return the window of a site."""
        with self._lock:
            window = self._windows.setdefault(site, FloodWindow(MOST_COMMENTS, SPAN))
            self._windows.move_to_end(site)
            if len(self._windows) > MOST_SITES:
                self._windows.popitem(last=False)
            return window

    def seen(self, site: Hashable, story: str, author: str | None, text: str) -> Seen | None:
        """Name a comment that came without an id: the newest of its author below one story.

        So the same text below other stories counts as a copy. Below the same story it does not, since nobody can tell it from a
        recheck, from a second try after a warning or from an edit; Coral and WordPress refuse such repetitions themselves.
        One without a known author is named by its text. None for one without a story.
        """
        name = " ".join((author or "").casefold().split())
        if not story:
            return None
        if not name or name in NAMELESS:
            name = hashlib.blake2b(" ".join(text.split()).encode("utf-8", "replace"), digest_size=16).hexdigest()
        return Seen(self.of(site), story, name)
