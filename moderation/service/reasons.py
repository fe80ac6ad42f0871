"""Reasons on the wire: in headers of our own, and as JSON."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from moderation.notes import LONGEST_WORD
from moderation.readings import Judged
from moderation.scores import Reason

#: Bytes of the header that names the words: proxies take 4,096 for all the headers of an answer.
LONGEST_HEADER = 1_500
_SAFE = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ "  # what a header may hold, without the percent sign


def headers(judged: Judged) -> dict[str, str]:
    """Return the headers that say what was decided and why, in ASCII, of bounded size.

    ``X-Moderation-Words`` is JSON, strongest reason first, with what is not ASCII, and the percent sign, percent-encoded as in
    a URL. ``start`` and ``end`` are code points of the comment as it was sent; they are left out where HTML was read.
    ``X-Moderation-Words-Left-Out`` counts the reasons that had no room.
    """
    decision = judged.decision
    scores = {label: round(p, 4) for label, p in decision.scores.probabilities.items()}
    kept: list[str] = []
    size = 2
    for reason in decision.reasons:
        written = quote(_json(row(reason, judged.exact)), safe=_SAFE, errors="replace")
        size += len(written) + 1
        if size > LONGEST_HEADER:
            break
        kept.append(written)
    found = {
        "X-Moderation-Model": decision.model_id,
        "X-Moderation-Policy": decision.policy_id,
        "X-Moderation-Action": decision.action,
        "X-Moderation-Score": json.dumps(scores, separators=(",", ":")),
        "X-Moderation-Words": f"[{','.join(kept)}]",
    }
    if len(kept) < len(decision.reasons):
        found["X-Moderation-Words-Left-Out"] = str(len(decision.reasons) - len(kept))
    return found


def row(reason: Reason, exact: bool = True) -> dict[str, Any]:
    """Return a reason as plain values; without its place where the text is not the one that was sent."""
    found: dict[str, Any] = {"label": reason.label}
    if exact:
        found |= {"start": reason.start, "end": reason.end}
    if reason.marker is not None:
        return found | {"marker": reason.marker}
    found["text"] = reason.text[:LONGEST_WORD]
    return found if reason.rule is None else found | {"rule": reason.rule}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
