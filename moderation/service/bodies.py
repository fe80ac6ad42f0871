"""Bodies of requests: JSON that cannot harm, and the text of a comment whether it was sent as text or as HTML."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from moderation.comments import Comment
from moderation.moderator import Moderator
from moderation.policy import ACTIONS, Decision
from moderation.service.sites import Seen
from moderation.threads.markup import plain

#: Characters of a comment that are judged, as many as Discourse sends at most. What is longer is never approved unread.
LONGEST = 32_000
_MARKUP_FACTOR = 4  # markup read for that many characters of text
#: Tags that sites leave in comments. Another one is left out by a site that shows HTML, and is text on any other site.
_TAGS = (
    "a|abbr|acronym|b|big|blockquote|br|cite|code|dd|del|div|dl|dt|em|figcaption|figure|h[1-6]|hr|i|img|ins|kbd|li|ol|p|"
    "pre|q|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul"
)
_TYPED = re.compile(rf"<(?!/?(?:{_TAGS})(?![a-z0-9])|!--)", re.IGNORECASE)


class Judged(NamedTuple):
    """A decision, the text that it is about, and whether that is the body itself, to the character."""

    decision: Decision
    text: str
    exact: bool


def json_value(body: bytes, text: str | None = None) -> Any:
    """Return what stands in a JSON body; None for JSON's null and for what is no JSON.

    Parameters
    ----------
    text
        The decoded body, where its encoding is not one of Unicode's.

    Examples
    --------
    >>> json_value(b'{"input": "Bonjour"}'), json_value(b'{"input":'), json_value(b"[" * 100_000)
    ({'input': 'Bonjour'}, None, None)
    """
    try:
        return json.loads(body if text is None else text)
    except (ValueError, RecursionError):
        return None


def sound(text: str) -> str:
    """Return a text with U+FFFD for each lone surrogate: as many code points, and UTF-8 can write it."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text) if _has_surrogates(text) else text


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def readings(body: str) -> tuple[str, ...]:
    """Return the texts that a reader may see of a comment: as HTML, and where it differs with unknown tags as they were typed.

    Examples
    --------
    >>> readings("<p>Salut, <b>l'idi</b>ot &amp; Cie</p>")
    ("Salut, l'idiot & Cie",)
    >>> readings("Merci <abruti>")
    ('Merci', 'Merci <abruti>')
    """
    body = sound(body[: _MARKUP_FACTOR * LONGEST])
    if "<" not in body and "&" not in body:
        return (body,)
    return tuple(dict.fromkeys((plain(body, breaks=True), plain(_TYPED.sub("&lt;", body), breaks=True))))


def judge(
    body: str,
    moderator: Moderator,
    author: str | None = None,
    parent_id: str | None = None,
    seen: Seen | None = None,
) -> Judged:
    """Decide about a comment as it was sent: the most severe decision about its readings.

    Parameters
    ----------
    seen
        How it is compared with recent comments; None for not at all.
    """
    texts = readings(body)
    cut = len(body) > _MARKUP_FACTOR * LONGEST or any(len(text) > LONGEST for text in texts)
    window, thread_id, comment_id = seen or (None, None, "")
    now = datetime.now(UTC) if seen else None
    comments = [
        Comment(comment_id, text[:LONGEST], thread_id=thread_id, parent_id=parent_id, author=author, created_at=now)
        for text in texts
    ]
    found = [(moderator.check([comment], window=window)[0], comment.text) for comment in comments]
    decision, text = max(found, key=lambda one: ACTIONS.index(one[0].action))
    if cut and decision.action == "approve":
        decision = replace(decision, action="review")
    return Judged(decision, text, text == body)
