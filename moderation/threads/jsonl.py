"""JSON Lines: one comment a line, or one thread with its comments a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, TextIO

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads.rows import FIELDS, Draft, Row, gathered

_HALF = re.compile("[\ud800-\udfff]")  # half of an emoji, left where an exporter cut a text; no text may hold it


def matches(head: str) -> bool:
    """Tell whether a text begins like JSON.

    Examples
    --------
    >>> matches('{"id": 1, "text": "Bonjour"}'), matches("{sic} Bonjour")
    (True, False)
    """
    return re.match(r"\s*(?:\[\s*)?\{\s*[\"}]", head) is not None


def read(lines: TextIO, name: str) -> Iterator[Thread]:
    r"""Read the threads of JSON Lines.

    A line is a comment, ``{"id", "thread_id", "parent_id", "text", "author", "created_at", …}`` of which only
    ``text`` must be there, or a thread, ``{"id", "title", "url", "comments": […]}``. Other keys are ignored.

    Raises
    ------
    SourceError
        Where a line is not a JSON object, a comment has no text, or one id has two texts.

    Examples
    --------
    >>> from io import StringIO
    >>> lines = StringIO('{"text": "Bonjour"}\n{"text": "Bonsoir", "parent_id": 1}\n')
    >>> [(comment.id, comment.parent_id) for comment in next(read(lines, "comments.jsonl"))]
    [('1', None), ('2', '1')]
    """
    return gathered(lambda: _entries(lines, name), name)


def _entries(lines: TextIO, name: str) -> Iterator[Row | Thread]:
    lines.seek(0)
    number = 0
    for line_number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = _object(line, f"{name}, line {line_number}")
        if "comments" in found:
            yield _thread(found, name, line_number)
        else:
            number += 1
            yield _row(found, number, f"line {line_number}", name)


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"{where}: not JSON ({error}); expected one JSON object a line; "
            "convert a document of several lines with: jq -c ."
        ) from None
    return _mapping(found, where)


def _mapping(found: object, where: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise SourceError(
            f"{where}: found {_kind(found)}; expected one JSON object a comment; convert an array with: jq -c '.[]'"
        )
    return found


def _thread(found: Mapping[str, Any], name: str, line: int) -> Thread:
    where = f"{name}, line {line}"
    comments = found["comments"]
    if not isinstance(comments, list):
        raise SourceError(f"{where}: 'comments' is {_kind(comments)}; expected an array of objects; correct the value")
    facts = {key: _plain(found, key, where) for key in ("id", "url", "title")}
    thread_id = facts["id"] or facts["url"] or f"{PurePath(name).name}:{line}"
    draft = Draft(thread_id, name)
    for number, comment in enumerate(comments, start=1):
        place = f"line {line}, comment {number}"
        draft.add(_row(_mapping(comment, f"{name}, {place}"), number, place, name))
    thread = draft.thread()
    title, url = facts["title"] or thread.title, facts["url"] or thread.url
    return Thread(thread_id, thread.comments, title, url, notes=thread.notes)


def _row(found: Mapping[str, Any], number: int, place: str, name: str) -> Row:
    where = f"{name}, {place}"
    if not isinstance(found.get("text"), str):
        keys = ", ".join(map(repr, found)) or "no key"
        have = f"'text' is {_kind(found['text'])}" if "text" in found else f"no text; found {keys}"
        raise SourceError(f"{where}: {have}; expected a string under 'text'; rename the key that holds the comment")
    fields = {key: value for key in FIELDS if (value := _plain(found, key, where))}
    return Row(number, place, fields)


def _plain(found: Mapping[str, Any], key: str, where: str) -> str | None:
    value = found.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SourceError(f"{where}: {key!r} is {_kind(value)}; expected a string or a number; correct the value")
    return _HALF.sub("\ufffd", str(value))


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", bool: "true or false", str: "a string", type(None): "null"}
    return names.get(type(value), "a number")
