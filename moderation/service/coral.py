"""Coral's external moderation phase: signed requests about one comment, strict answers within 200 milliseconds.

An answer with one wrong word in it is thrown away whole and the comment is published, so nothing stands in one that Coral does
not list. "No opinion" is 204: the comment goes on through the site's other rules.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any, Literal

from moderation.moderator import Moderator
from moderation.policy import Decision
from moderation.service import reasons
from moderation.service.answer import Answer
from moderation.service.bodies import json_value, judge
from moderation.service.sites import Seen, Sites

SIGNATURE = "X-Coral-Signature"
MOST_SIGNATURES = 16  # Coral signs with each secret that has not expired
Status = Literal["PREMOD", "SYSTEM_WITHHELD", "REJECTED"]
Code = Literal["ABUSIVE", "SPAM", "BANNED_WORD", "OTHER"]
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.IGNORECASE)
_FLAGS = {"insult": "COMMENT_DETECTED_TOXIC", "spam": "COMMENT_DETECTED_SPAM"}
_CODES: dict[str, Code] = {"insult": "ABUSIVE", "spam": "SPAM"}


def signed(header: str | None, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Tell whether one of the signatures of a request is made with one of the secrets, over the bytes as they came.

    Parameters
    ----------
    header
        The value of `SIGNATURE`: ``sha256=<hex>``, several with commas while a secret is replaced.
    secrets
        The newest first; empty ones, with which anybody can sign, do not count.

    Examples
    --------
    >>> signature = hmac.new(b"new", b"{}", "sha256").hexdigest()
    >>> signed(f"sha256={'0' * 64},sha256={signature}", b"{}", [b"new", b"old"])
    True
    """
    found = [
        match[1].lower()
        for part in (header or "").split(",", MOST_SIGNATURES)[:MOST_SIGNATURES]
        if (match := _SIGNATURE.fullmatch(part.strip()))
    ]
    made = [hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in secrets if secret]
    return sum(hmac.compare_digest(one, other) for one in made for other in found) > 0


def moderate(
    body: bytes, moderator: Moderator, language: str = "fr", dsa: bool = False, sites: Sites | None = None
) -> Answer:
    """Decide about the comment of a request.

    A comment to review waits for a person (``PREMOD``), one to reject does too, as withheld by the system: a rejection shows
    its author no reason. With `dsa` it does, so there it is rejected, with the words that caused it.

    Parameters
    ----------
    language
        Of the explanation: English for "en", else French.
    dsa
        Whether the site uses Coral's mode for the Digital Services Act.
    sites
        The recent comments of all sites; None for no look at them.
    """
    request = json_value(body)
    comment = _comment(request)
    if comment is None:
        return Answer.json(400, {"error": "expected a JSON object with comment.body, a text"})
    text, parent_id, author = comment
    judged = judge(text, moderator, author=author, parent_id=parent_id, seen=_seen(request, sites, author, text))
    decision = judged.decision
    headers = reasons.headers(judged)
    if not decision.flagged:
        return Answer(204, b"", "application/json", headers, [decision])
    flags = [_FLAGS[label] for label in decision.labels if label in _FLAGS]
    answer: dict[str, Any] = {"status": _status(decision, dsa)}
    if flags:
        answer["actions"] = [{"actionType": "FLAG", "reason": reason} for reason in flags]
    if answer["status"] == "REJECTED":
        reason = {"code": _code(decision), "detailedExplanation": reasons.sentence(judged, language)}
        answer["moderationAction"] = {"status": "REJECTED", "rejectionReason": reason}
    return Answer.json(200, answer, headers)._replace(decisions=[decision])


def _seen(request: dict[str, Any], sites: Sites | None, author: str | None, text: str) -> Seen | None:
    """Return how a comment is compared with recent ones; not at all after an edit, whose first text would count as a copy."""
    if sites is None or request.get("action") == "EDIT":
        return None
    tenant, site, story = _text(request.get("tenantID")), _id(request.get("site")), _id(request.get("story"))
    return sites.seen(("coral", tenant, site), story or "", author, text)


def _id(value: object) -> str | None:
    return _text(value.get("id")) if isinstance(value, dict) else None


def _comment(value: object) -> tuple[str, str | None, str | None] | None:
    """Return the body, the id of the parent and the id of the author; None for anything else than a request."""
    comment = value.get("comment") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(comment, dict) or not isinstance(comment.get("body"), str):
        return None
    return comment["body"], _text(comment.get("parentID")), _id(value.get("author"))


def _text(value: object) -> str | None:
    return value[:200] if isinstance(value, str) and value else None


def _status(decision: Decision, dsa: bool) -> Status:
    if decision.action == "review":
        return "PREMOD"
    return "REJECTED" if dsa else "SYSTEM_WITHHELD"


def _code(decision: Decision) -> Code:
    """Return the reason that stands first: a label's, or that a rule of the site was hit."""
    for label in decision.labels:
        if label in _CODES:
            return _CODES[label]
    return "BANNED_WORD" if any(reason.rule is not None for reason in decision.reasons) else "OTHER"
