"""Requests in JSON, read within bounds and with the types that they must have."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from moderation.service.perspective.errors import INVALID_JSON, Refused, shown

MOST_BYTES = 1 << 20  # of a request: a comment has 20,480, the rest is room for an article as context
_CAPITAL = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True)
class Fields:
    """The members of a JSON object as Google's services read them: null is unset, names may be written in snake_case.

    Members that nobody asks for are left alone. Every method raises `Refused` for a value of another type.

    Examples
    --------
    >>> fields = Fields({"span_annotations": True, "comment": {"text": "Bonjour"}})
    >>> fields.flag("spanAnnotations"), fields.part("comment").text("text"), fields.text("clientToken")
    (True, 'Bonjour', None)
    """

    members: Mapping[str, Any]
    path: str = ""

    def text(self, name: str) -> str | None:
        """Return a string, None where it is unset."""
        value = self._value(name)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(name, "TYPE_STRING")

    def texts(self, name: str) -> list[str]:
        """Return a list of strings; one string is a list of one."""
        value = self._value(name)
        values = [value] if isinstance(value, str) else [] if value is None else value
        if isinstance(values, list) and all(isinstance(item, str) for item in values):
            return values
        raise self._wrong(name, "TYPE_STRING")

    def flag(self, name: str) -> bool:
        """Return a boolean, False where it is unset."""
        value = self._value(name)
        if value in (None, False, "false"):
            return False
        if value in (True, "true"):
            return True
        raise self._wrong(name, "TYPE_BOOL")

    def number(self, name: str) -> float | None:
        """Return a finite number, also one written as a string or wrapped in ``{"value": …}``; None where it is unset."""
        value = self._value(name)
        if isinstance(value, dict):
            value = value.get("value")
        if value is None:
            return None
        try:
            number = math.nan if isinstance(value, bool | list | dict) else float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(name, "TYPE_FLOAT")
        return number

    def part(self, name: str) -> Fields | None:
        """Return an object, None where it is unset."""
        value = self._value(name)
        return None if value is None else self._fields(value, name)

    def parts(self, name: str) -> list[Fields]:
        """Return a list of objects; one object is a list of one."""
        value = self._value(name)
        values = [] if value is None else value if isinstance(value, list) else [value]
        return [self._fields(item, f"{name}[{place}]") for place, item in enumerate(values)]

    def entries(self, name: str) -> dict[str, Fields]:
        """Return an object whose names are the client's; null in it is an object without members."""
        found = self.part(name)
        if found is None:
            return {}
        return {key: found._fields({} if value is None else value, shown(key)) for key, value in found.members.items()}

    def _value(self, name: str) -> Any:
        value = self.members.get(name)
        return self.members.get(_snake(name)) if value is None else value

    def _fields(self, value: object, name: str) -> Fields:
        if isinstance(value, dict):
            return Fields(value, self._path(name))
        raise self._wrong(name, "TYPE_MESSAGE")

    def _path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _wrong(self, name: str, kind: str) -> Refused:
        return Refused.value(self._path(name), kind)


def read_fields(body: bytes) -> Fields:
    """Read the body of a request; nothing at all is an object without members.

    Raises
    ------
    Refused
        Where it is too long, or not an object in JSON.
    """
    if len(body) > MOST_BYTES:
        raise Refused(f"Request payload size exceeds the limit: {MOST_BYTES} bytes.")
    try:
        value = read_json(body.decode("utf-8-sig") if body.strip() else "{}")
    except ValueError:
        raise Refused(INVALID_JSON) from None  # the cause holds the text
    if not isinstance(value, dict):
        raise Refused(INVALID_JSON)
    return Fields(value)


def read_json(text: str) -> Any:
    """Read strict JSON: no name twice in an object, no NaN, no half of a surrogate pair, no nesting without end.

    Raises
    ------
    ValueError
        Where it is anything else.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # raises for half of a surrogate pair
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


@lru_cache(maxsize=64)  # the names that the code asks for, some forty
def _snake(name: str) -> str:
    return _CAPITAL.sub(lambda capital: "_" + capital.group().lower(), name)
