"""JSON documents of a source: an array, an object, JSON Lines, or the pages of an export one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TextIO

from moderation.threads.nested import Nested, decoder, mended
from moderation.threads.source import Source

STEP = 1 << 16  # characters read at once, more where one value is longer; an error counts the lines of all that is held

NEAR = 16
"""An error this close to the end of what was read may be of a word or an escape that goes on after it."""

_GAP = re.compile("[ \t\r\n\ufeff\x1e]*")  # joined pages have a mark each; RFC 7464 has record separators
_MORE = re.compile("[^ \t\r\n]")
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")  # escapes of halves of an emoji
_LINE = re.compile(r"\n[\[{]")


class Found(NamedTuple):
    """A value of a source, and where it stands: "item 12", "document 2, item 5", "line 3"."""

    where: str
    value: Any


class Top(NamedTuple):
    """The first object of a source, as far as its beginning shows it, and whether it stands in an array."""

    first: Mapping[str, Any]
    array: bool


@lru_cache(maxsize=1)  # every JSON format asks for the same beginning
def top(head: str) -> Top:
    """Return the first object of a text that begins like JSON and may be cut anywhere; of any other text, ``{}``.

    Examples
    --------
    >>> top('[{"id": 7, "content": {"rendered": "<p>Bonj')
    Top(first={'id': 7, 'content': {}}, array=True)
    >>> top("{sic} Bonjour")
    Top(first={}, array=False)
    """
    start = _GAP.match(head)
    nested = Nested()
    try:
        nested.read(head, start.end() if start else 0)
    except ValueError:
        pass
    first, array = nested.value, False
    while isinstance(first, list):
        first, array = first[0] if first else {}, True
    return Top(first if isinstance(first, dict) else {}, array)


def documents(source: Source) -> Iterator[Found]:
    r"""Yield the values of a source: the elements of each array that it holds, each other document as it is.

    One value is in memory at a time; it may be nested without limit. NaN and Infinity, which are not JSON, are
    None, and half of an emoji is U+FFFD.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON. All values that stand before it have been given, and of an object that breaks
        off in a list, what stands before. With `Options.keep_going`, the reading goes on at the next line that
        begins with a bracket.

    Examples
    --------
    >>> [found.where for found in documents(Source.of('[{"id": 1}, {"id": 2}]\n{"id": 3}\n[4]'))]
    ['item 1', 'item 2', 'line 2', 'document 3, item 1']
    """
    with source.text(whole_lines=False) as lines:
        text = _Text(lines)
        document = item = 0  # item 0: outside of an array
        while text.skips():
            if not item:
                document += 1
                if text.takes("["):
                    item = int(text.skips() and not text.takes("]"))
                    continue
            where = _where(text, document, item)
            try:
                value = text.value()
            except json.JSONDecodeError as error:
                begun, value = text.begins("{", "["), text.salvaged()
                if value is not None:
                    yield Found(where, value)
                _damaged(source, text, where, error, begun)
                item = text.resumes(error.pos, item)
                continue
            yield Found(where, value)
            try:
                item = item + 1 if item and text.separates() else 0
            except json.JSONDecodeError as error:
                _damaged(source, text, f"after {where}", error)
                item = item + 1 if text.begins("{") else text.resumes(error.pos, item)  # a comma is missing
        if item:
            place = f"{source.name}, line {text.line()}"
            source.damaged(f"{place}: ends inside an array; expected its closing bracket; export it again, it is cut")


def _where(text: _Text, document: int, item: int) -> str:
    if not item:
        return f"line {text.line()}"
    return f"item {item}" if document == 1 else f"document {document}, item {item}"


def _damaged(source: Source, text: _Text, where: str, error: json.JSONDecodeError, begun: bool = False) -> None:
    """Report damage; `begun`: whether it costs an object."""
    line, column = text.position(error.pos)
    cut = error.msg.startswith("Unterminated") or text.ends(error.pos)
    source.damaged(
        f"{source.name}, {where}: line {line}, column {column}: "
        + ("the text ends here; " if cut else f"not JSON ({error.msg.lower()}); ")
        + ("expected the rest of it; export it again" if cut else "expected JSON; correct it, or export it again"),
        rows=int(begun),
    )


class _Text:
    """A text that is read piece by piece, with the place where the next value begins.

    Parameters
    ----------
    lines
        Open at the beginning.
    """

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._held = ""
        self._at = 0
        self._counted = 0  # up to here, lines were counted
        self._line, self._column = 1, 1

    def skips(self) -> bool:
        """Pass over blanks, and tell whether something follows them."""
        while True:
            gap = _GAP.match(self._held, self._at)
            self._at = gap.end() if gap else self._at
            if self._at < len(self._held):
                return True
            if not self._grows():
                return False

    def begins(self, *brackets: str) -> bool:
        """Tell whether one of these stands next."""
        return self._held.startswith(brackets, self._at)

    def takes(self, mark: str) -> bool:
        """Pass over a mark where it stands next."""
        found = self._held.startswith(mark, self._at)
        self._at += found
        return found

    def separates(self) -> bool:
        """Pass over what follows an element: a comma, or the end of the array.

        Raises
        ------
        JSONDecodeError
            Where it is neither.
        """
        if not self.skips() or self.takes(","):
            return True
        if self.takes("]"):
            return False
        raise json.JSONDecodeError("Expecting ',' delimiter", self._held, self._at)

    def value(self) -> Any:
        """Return the next value.

        Raises
        ------
        JSONDecodeError
            Where it is not JSON.
        """
        while True:
            try:
                value, end = _decoded(self._held, self._at)
            except json.JSONDecodeError as error:
                of_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._held) - NEAR
                if not (of_cut and self._grows()):
                    raise
                continue
            if end == len(self._held) and self._grows():
                continue  # a number may go on
            if _HALVES.search(self._held, self._at, end):
                value = mended(value)
            self._at = end
            return value

    def salvaged(self) -> Any:
        """Return what can be used of a value that is not JSON up to its end; None where that is nothing."""
        nested = Nested()
        try:
            nested.read(self._held, self._at)
        except ValueError:
            nested.prune()
        return mended(nested.value)

    def resumes(self, at: int, item: int) -> int:
        """Pass to the next line that begins with a bracket; return the number of the item there, 0 outside of an array."""
        self._at = max(at - 1, self._at)
        while not (found := _LINE.search(self._held, self._at)):
            self._at = max(self._at, len(self._held) - 1)  # the line end before the bracket may be the last so far
            if not self._grows():
                self._at = len(self._held)
                return 0
        self._at = found.end() - 1
        return item + 1 if item and self._held[self._at] == "{" else 0

    def line(self) -> int:
        """Return the number of the line on which the next value begins."""
        return self.position(self._at)[0]

    def ends(self, at: int) -> bool:
        """Tell whether nothing but blanks follows a place."""
        return not _MORE.search(self._held, at)

    def position(self, at: int) -> tuple[int, int]:
        """Return the line and the column of a place, which is not before one that was asked for."""
        newlines = self._held.count("\n", self._counted, at)
        if newlines:
            self._column = at - self._held.rfind("\n", self._counted, at)
        else:
            self._column += at - self._counted
        self._line, self._counted = self._line + newlines, at
        return self._line, self._column

    def _grows(self) -> bool:
        """Read on, and forget what stands before the next value; tell whether there was more."""
        read = self._lines.read(max(STEP, len(self._held) - self._at))
        if not read:
            return False
        if self._counted < self._at:
            self.position(self._at)
        self._held = self._held[self._at :] + read
        self._counted, self._at = self._counted - self._at, 0
        return True


def _decoded(text: str, at: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        nested = Nested()
        end = nested.read(text, at)
        return nested.value, end
    except ValueError as error:
        raise json.JSONDecodeError(str(error), text, at + 1) from None


def at(value: object, *path: str) -> Any:
    """Return what stands under keys of objects that stand in each other; None where one is missing.

    Examples
    --------
    >>> at({"user": {"name": "Awa"}}, "user", "name"), at({"user": "Awa"}, "user", "name")
    ('Awa', None)
    """
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
