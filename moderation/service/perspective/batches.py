"""Batches: several requests in the parts of one multipart body, as Google's client libraries send them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from moderation.service.answer import Answer
from moderation.service.perspective.errors import Refused

MOST_PARTS = 100  # as Google's limit
_BOUNDARY = re.compile(
    r"multipart/mixed\s*;.*?\bboundary=(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE | re.DOTALL
)
_BLANK = re.compile(rb"\r?\n\r?\n")
_CONTENT_ID = re.compile(rb"^content-id:[ \t]*<([!-;=?-~ ]{1,200})>[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_REQUEST = re.compile(
    rb"\s*([A-Z]{1,10}) (?:https?://[^/\s]{1,253})?(/[^\s?#]{0,200})(?:\?([^\s#]{0,2000}))?(?: HTTP/1\.\d)?"
)


class Part(NamedTuple):
    """One request of a batch.

    Parameters
    ----------
    id
        What its answer is known by; empty where the client names none.
    path
        Decoded; without `query`, which is not.
    """

    id: str
    method: str
    path: str
    query: str
    body: bytes


def read_batch(content_type: str, body: bytes) -> list[Part]:
    r"""Return the requests of a batch.

    Raises
    ------
    Refused
        Where it is no batch, has too many parts, or shows several keys: each is looked up slowly, so one must do for all.

    Examples
    --------
    >>> body = b"--b\nContent-ID: <7 + 1>\n\nPOST /v1alpha1/comments:analyze?key=k HTTP/1.1\n\n{}\n--b--"
    >>> read_batch("multipart/mixed; boundary=b", body)
    [Part(id='7 + 1', method='POST', path='/v1alpha1/comments:analyze', query='key=k', body=b'{}')]
    """
    found = _BOUNDARY.match(content_type)
    if found is None:
        raise Refused("Failed to parse batch request: expected multipart/mixed with a boundary.")
    line = re.escape((found[1] or found[2]).encode("utf-8", "replace"))
    # What stands before the first boundary belongs to no part, and behind the last one either
    written = re.split(rb"\r?\n--" + line, b"\n" + body, maxsplit=MOST_PARTS + 2)[1:]
    parts = [_part(one) for one in written if not one.startswith(b"--")]
    if not 0 < len(parts) <= MOST_PARTS:
        raise Refused(f"The batch has no request, or more than {MOST_PARTS}.")
    if len({dict(parse_qsl(part.query, keep_blank_values=True)).get("key") for part in parts}) > 1:
        raise Refused("All requests of a batch must have the same key.")
    return parts


def write_batch(answers: Iterable[tuple[Part, Answer]]) -> Answer:
    """Return the answers to the requests of a batch as one, each under the id of its request."""
    boundary = f"batch_{secrets.token_hex(12)}"
    written = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), _written(part, answer)) for part, answer in answers)
    return Answer(200, written + f"--{boundary}--\r\n".encode(), f"multipart/mixed; boundary={boundary}")


def _part(written: bytes) -> Part:
    outer, *rest = _BLANK.split(written, maxsplit=2)
    request = _REQUEST.match(rest[0]) if rest else None
    if request is None:
        raise Refused("Failed to parse batch request: a part holds no HTTP request.")
    name = _CONTENT_ID.search(outer)
    method, path, query = (group.decode("ascii", "replace") if group else "" for group in request.groups())
    return Part(name[1].decode() if name else "", method, unquote(path), query, rest[1] if len(rest) > 1 else b"")


def _written(part: Part, answer: Answer) -> bytes:
    headers = {"Content-Type": answer.media_type, "Content-Length": str(len(answer.body)), **answer.headers}
    lines = [
        "Content-Type: application/http",
        *([f"Content-ID: <response-{part.id}>"] if part.id else []),
        "",
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + answer.body
