"""JSON Lines: one comment a line, or one thread with its comments a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads.draft import Draft
from moderation.threads.rows import COUNTS, FIELDS, Row, add, gathered, whole
from moderation.threads.source import Source

BLANK = " \t\r\n\f\v"  # of such characters alone, a line is none


def matches(head: str) -> bool:
    """Tell whether a text begins like JSON.

    Examples
    --------
    >>> matches('{"id": 1, "text": "Bonjour"}'), matches("{sic} Bonjour")
    (True, False)
    """
    return re.match(r"\s*\{\s*[\"}]", head) is not None


def read(source: Source) -> Iterator[Thread]:
    r"""Read the threads of JSON Lines.

    A line is a comment, ``{"id", "thread_id", "parent_id", "text", "author", "created_at", …}`` of which only
    ``text`` must be there, or a thread, ``{"id", "title", "url", "comments": […]}``. Other keys are ignored.

    Raises
    ------
    DamagedSourceError
        Where a line is not a JSON object, or a comment has no text.

    Examples
    --------
    >>> lines = Source.of('{"text": "Bonjour"}\n{"text": "Bonsoir", "parent_id": 1}\n')
    >>> [(comment.id, comment.parent_id) for comment in next(read(lines))]
    [('1', None), ('2', '1')]
    """
    return gathered(lambda: entries(source), source)


def entries(source: Source) -> Iterator[Row | Thread]:
    """Yield the comments and threads of JSON Lines in their order, as they stand on the lines."""
    number = source.rows_before
    with source.text() as lines:
        for line_number, line in enumerate(lines, start=1 + source.lines_before):
            if not line.strip(BLANK):
                continue
            number += 1
            try:
                found = _object(line.strip(BLANK), f"{source.name}, line {line_number}")
                yield (
                    _thread(found, source, line_number)
                    if "comments" in found
                    else _row(found, number, f"line {line_number}", source)
                )
            except DamagedSourceError as error:
                source.damaged(str(error), rows=1)


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DamagedSourceError(
            f"{where}: not JSON ({error}); expected one JSON object a line; correct the line"
        ) from None
    return _mapping(found, where)


def _mapping(found: object, where: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise DamagedSourceError(f"{where}: found {_kind(found)}; expected one JSON object a comment; correct the line")
    return found


def _thread(found: Mapping[str, Any], source: Source, line: int) -> Thread:
    where = f"{source.name}, line {line}"
    comments = found["comments"]
    if not isinstance(comments, list):
        raise DamagedSourceError(
            f"{where}: 'comments' is {_kind(comments)}; expected an array of objects; correct the value"
        )
    facts = {key: _plain(found, key, where) for key in ("id", "url", "title", "announced")}
    thread_id = facts["id"] or facts["url"] or f"{PurePath(source.name).name}:{line}"
    rows = []
    for number, comment in enumerate(comments, start=1):
        place = f"line {line}, comment {number}"
        rows.append(_row(_mapping(comment, f"{source.name}, {place}"), number, place, source))
    announced = facts["announced"]
    count = int(announced) if announced is not None and announced.isdecimal() else None
    draft = Draft(thread_id, source, title=facts["title"], url=facts["url"], announced=count)
    for row in rows:
        add(draft, row)
    return draft.thread()


def _row(found: Mapping[str, Any], number: int, place: str, source: Source) -> Row:
    where = f"{source.name}, {place}"
    keys = {field: source.options.columns.get(field, field) for field in FIELDS}
    text = found.get(keys["text"])
    if not isinstance(text, str):
        names = ", ".join(map(repr, found)) or "no key"
        have = f"{keys['text']!r} is {_kind(text)}" if keys["text"] in found else f"no {keys['text']}; found {names}"
        raise DamagedSourceError(
            f"{where}: {have}; expected a string under {keys['text']!r}; name the key that holds the comment with --map text=KEY"
        )
    return Row(number, place, {field: value for field, key in keys.items() if (value := _plain(found, key, where))})


def _plain(found: Mapping[str, Any], key: str, where: str) -> str | None:
    value = found.get(key)
    if value is None:
        return None
    if key in COUNTS:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DamagedSourceError(
            f"{where}: {key!r} is {_kind(value)}; expected a string or a number; correct the value"
        )
    return whole(str(value)) if isinstance(value, float) else str(value)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", bool: "true or false", str: "a string", type(None): "null"}
    return names.get(type(value), "a number")
