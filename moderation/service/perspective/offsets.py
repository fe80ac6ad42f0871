"""Perspective counts in UTF-16: an emoji is two, where Python counts one."""

from __future__ import annotations

import re
from bisect import bisect_left

_PAIR = re.compile("[\U00010000-\U0010ffff]")


class Utf16:
    """The places of a text, in code points and in UTF-16 code units.

    Examples
    --------
    >>> offsets = Utf16("😀 Espèce d’abruti")
    >>> offsets.of(11), offsets.of(17), offsets.place(12)
    (12, 18, 11)
    """

    def __init__(self, text: str) -> None:
        self._pairs = [found.start() for found in _PAIR.finditer(text)]
        self._starts = [place + before for before, place in enumerate(self._pairs)]
        self.length = len(text) + len(self._pairs)

    def of(self, place: int) -> int:
        """Return the UTF-16 offset of a code point."""
        return place + bisect_left(self._pairs, place)

    def place(self, offset: int) -> int:
        """Return the code point at an offset, or in the middle of whose pair the offset is."""
        return offset - bisect_left(self._starts, offset)
