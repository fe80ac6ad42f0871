"""Forms: the names and values in a body, as a form, in parts or as JSON, in whatever encoding a client declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from encodings.aliases import aliases
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from moderation.service.bodies import json_value

MOST = 2_000  # fields; WordPress sends some hundred
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]{1,100})\"|([^\s;,]{1,100}))", re.IGNORECASE)
_PART_NAME = re.compile(rb"[;\s]name=(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
#: In these a client may say one thing and send UTF-8: bytes that are UTF-8 are hardly ever anything else.
_WESTERN = frozenset({"ascii", "latin_1", "cp1252"})
#: Python's codecs that are no encoding of text, take hostile input badly, or cannot stand in a form.
_UNFIT = re.compile(r".*_codec|rot_13|mbcs|oem|idna|punycode|undefined|.*unicode_.*|utf_(?:7|16|32).*")
_CODECS = frozenset(name for name in aliases.values() if not _UNFIT.fullmatch(name))


class Form(NamedTuple):
    """The fields in their order, and whether they came as JSON."""

    fields: list[tuple[str, str]]
    json: bool


def read(content_type: str, body: bytes) -> Form:
    """Return the fields of a body.

    Examples
    --------
    >>> read("application/x-www-form-urlencoded; charset=ISO-8859-1", b"comment_content=Esp%E8ce+d%92abruti").fields
    [('comment_content', 'Espèce d’abruti')]
    >>> read("application/json", b'{"is_test": true, "comment_context": ["Mali"]}')
    Form(fields=[('is_test', 'true'), ('comment_context[0]', 'Mali')], json=True)
    """
    declared = _CHARSET.search(content_type)
    codec = _codec(declared[1]) if declared else None
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json") or body.lstrip()[:1] == b"{":
        value = json_value(body)
        value = json_value(body, _decode(body, codec)) if value is None else value
        if isinstance(value, dict):
            return Form(list(_flat(value)), True)
        if kind.endswith("json"):
            return Form([], True)
    boundary = _BOUNDARY.search(content_type) if kind.startswith("multipart/") else None
    raw = list(_parts(body, boundary[1] or boundary[2]) if boundary else _pairs(body))
    if declared is None:
        codec = _codec(next((v.decode("ascii", "replace") for n, v in raw if n in (b"blog_charset", b"charset")), ""))
    return Form([(name.decode("utf-8", "replace"), _decode(value, codec)) for name, value in raw], False)


def of_query(query: str) -> list[tuple[str, str]]:
    """Return the fields of the part of a URL behind the question mark."""
    found = _pairs(query.encode("utf-8", "replace"))
    return [(name.decode("utf-8", "replace"), _decode(value, None)) for name, value in found]


def _codec(charset: str) -> str | None:
    """Return Python's name of an encoding that differs from UTF-8 and from windows-1252, which are tried anyway."""
    name = charset.lower().replace("-", "_").replace(" ", "_").replace(":", "_")
    codec = aliases.get(name, name)
    return codec if codec in _CODECS and codec not in _WESTERN else None


def _decode(value: bytes, codec: str | None) -> str:
    for name in (codec, "utf_8"):
        if name is not None:
            try:
                return value.decode(name)
            except (ValueError, LookupError):
                continue
    return value.decode("cp1252", "replace")


def _pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for pair in body.split(b"&", MOST)[:MOST]:
        name, _, value = pair.partition(b"=")
        if name:
            yield unquote_to_bytes(name.replace(b"+", b" ")), unquote_to_bytes(value.replace(b"+", b" "))


def _parts(body: bytes, boundary: str) -> Iterator[tuple[bytes, bytes]]:
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii", "replace"), MOST)
    for part in parts[1:MOST]:
        head, found, value = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head[:2_000])
        if found and name:
            yield name[1] or name[2], value


def _flat(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the plain values of a JSON object; those of a list or an object in it under PHP's names for them."""
    for name, field in list(value.items())[:MOST]:
        if isinstance(field, list | dict):
            inner = enumerate(field) if isinstance(field, list) else field.items()
            for _, (key, one) in zip(range(MOST), inner, strict=False):
                if (text := _plain(one)) is not None:
                    yield f"{name}[{key}]", text
        elif (text := _plain(field)) is not None:
            yield name, text


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None
