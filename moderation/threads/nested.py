"""JSON of any depth: read without recursion, and as far as it goes."""

from __future__ import annotations

import json
import re
from typing import Any

decoder = json.JSONDecoder(parse_constant=lambda name: None)
"""Reads all that is not nested too deep for the Python that runs; ``NaN`` is None."""

LISTS = ("comments", "posts", "edges", "nodes", "hits", "children")
"""What systems call the list of the comments of a thread, behind which other facts of it stand."""

_BLANK = re.compile(r"[ \t\r\n]*")
_HALF = re.compile("[\ud800-\udfff]")


class Nested:
    """A JSON value that is read piece by piece; `value` is what has been read, whole or not.

    Examples
    --------
    >>> nested = Nested()
    >>> nested.read('{"comments": [{"id": 1}, {"id": 2, "te', 0)
    Traceback (most recent call last):
        ...
    json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 36 (char 35)
    >>> nested.value
    {'comments': [{'id': 1}, {'id': 2}]}
    >>> nested.prune()
    >>> nested.value
    {'comments': [{'id': 1}]}
    """

    def __init__(self) -> None:
        self.value: Any = None
        self._open: list[Any] = []
        self._key = ""  # of the next value, in an object

    def read(self, text: str, at: int) -> int:
        """Read the value that begins at a place, and return where it ends.

        Raises
        ------
        JSONDecodeError
            Where it is not JSON.
        """
        while True:
            if text.startswith(("{", "["), at):
                at, begins = self._opened(text, at)
            else:
                value, at = decoder.raw_decode(text, at)
                self._put(value)
                begins = False
            while not begins:
                if not self._open:
                    return at
                at, begins = self._after_value(text, at)

    def prune(self) -> None:
        """Take away what is not whole: the last element of the innermost list that is still open.

        Where none is open, an object stays only if a list of comments, see `LISTS`, has ended in it.
        """
        begun = False
        while self._open:
            container = self._open.pop()
            if isinstance(container, list):
                if begun:
                    container.pop()
                return
            begun = True
        if not _has_comments(self.value):
            self.value = None

    def _opened(self, text: str, at: int) -> tuple[int, bool]:
        """Begin an object or a list; return where its first value begins, or False and where it ends."""
        container: Any = {} if text[at] == "{" else []
        self._put(container)
        self._open.append(container)
        at = _gap(text, at + 1)
        if text.startswith("}" if isinstance(container, dict) else "]", at):
            self._open.pop()
            return at + 1, False
        return self._keyed(text, at), True

    def _after_value(self, text: str, at: int) -> tuple[int, bool]:
        """Pass over what follows a value; return where the next begins, or False and where the container ends."""
        at = _gap(text, at)
        if text.startswith(",", at):
            return self._keyed(text, _gap(text, at + 1)), True
        if not text.startswith("}" if isinstance(self._open[-1], dict) else "]", at):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        self._open.pop()
        return at + 1, False

    def _keyed(self, text: str, at: int) -> int:
        """Read the key that stands before the next value of an object."""
        if isinstance(self._open[-1], list):
            return at
        if not text.startswith('"', at):
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        self._key, at = decoder.raw_decode(text, at)
        at = _gap(text, at)
        if not text.startswith(":", at):
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        return _gap(text, at + 1)

    def _put(self, value: Any) -> None:
        if not self._open:
            self.value = value
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._key] = value
        else:
            self._open[-1].append(value)


def mended(value: Any) -> Any:
    r"""Return a value in which each half of an emoji, which no text may hold, is U+FFFD; containers are changed.

    Examples
    --------
    >>> mended({"text": "oui \ud83d"}) == {"text": "oui \ufffd"}
    True
    """
    root = [value]
    containers: list[Any] = [root]
    while containers:
        container = containers.pop()
        for key, inner in list(container.items() if isinstance(container, dict) else enumerate(container)):
            if isinstance(inner, str):
                container[key] = _HALF.sub("\ufffd", inner)
            elif isinstance(inner, dict | list):
                containers.append(inner)
    return root[0]


def _has_comments(value: Any) -> bool:
    """Tell whether a list of comments stands in an object, or in one inside it."""
    objects = [value]
    while objects:
        found = objects.pop()
        if isinstance(found, dict):
            if any(isinstance(found.get(name), list) for name in LISTS):
                return True
            objects += found.values()
    return False


def _gap(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
