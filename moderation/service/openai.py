"""Moderations as OpenAI's clients ask for them.

This model judges insult, which is their ``harassment``, and spam, which they do not have; both stand in an answer under their
own names too. The other categories stand in it because clients read them, as OpenAI's own answers show what was not judged:
not flagged, 0, and no type of input in ``category_applied_input_types``.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

from moderation.comments import Comment
from moderation.moderator import Moderator
from moderation.policy import Decision, FloodPolicy
from moderation.service import reasons
from moderation.service.answer import Answer
from moderation.service.bodies import LONGEST, json_value, sound

MOST_INPUTS = 1_000
DEFAULT_MODEL = "moderation"
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
#: Category -> the label that it is.
LABELS = {"harassment": "insult"}
_MODEL = re.compile(r"([\w.:/-]{1,100})(?:@([\w-]{1,64}))?", re.ASCII)


class _BadInputError(ValueError):
    """What is wrong with the input, in words for the client."""


def moderations(body: bytes, moderator: Moderator) -> Answer:
    """Answer a request for moderations.

    A ``model`` with the id of ours behind an @ asks for that very model; the answer names it so.
    """
    request = json_value(body)
    if not isinstance(request, dict):
        return error(400, "The body is no JSON object.")
    named = request.get("model")
    match = _MODEL.fullmatch(DEFAULT_MODEL if named is None else named) if isinstance(named, str | None) else None
    if match is None:
        return error(400, "model is no name of a model.", param="model")
    if match[2] not in (None, moderator.model.id):
        message = f"This model is not here; the one in use is {match[1]}@{moderator.model.id}."
        return error(404, message, param="model", code="model_not_found")
    try:
        texts = _texts(request.get("input"))
    except _BadInputError as wrong:
        return error(400, str(wrong), param="input")
    decisions = _decisions(texts, moderator)
    results = [result(decision) for decision in decisions]
    model = f"{match[1]}@{moderator.model.id}"
    answer = Answer.json(200, {"id": f"modr-{uuid.uuid4().hex}", "model": model, "results": results})
    return answer._replace(decisions=decisions)


def result(decision: Decision) -> dict[str, Any]:
    """Return the result for one input.

    ``flagged`` is whether a person should look at it, which may be so without a category: for a rule of the site, or because
    the model knows too little of the words. ``moderation`` says why.
    """
    scores = decision.scores.probabilities
    labels = {name: name for name in CATEGORIES} | LABELS | {label: label for label in scores}
    return {
        "flagged": decision.flagged,
        "categories": {name: label in decision.labels for name, label in labels.items()},
        "category_scores": {name: scores.get(label, 0.0) for name, label in labels.items()},
        "category_applied_input_types": {name: ["text"] if label in scores else [] for name, label in labels.items()},
        "moderation": {
            "action": decision.action,
            "coverage": round(decision.scores.coverage, 4),
            "reasons": [reasons.row(reason) for reason in decision.reasons],
        },
    }


def error(status: int, message: str, *, param: str | None = None, code: str | None = None) -> Answer:
    """Return an error as OpenAI's clients read it.

    Examples
    --------
    >>> error(401, "No such key.", code="invalid_api_key").body
    b'{"error":{"message":"No such key.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}'
    """
    kind = "rate_limit_error" if status == 429 else "server_error" if status >= 500 else "invalid_request_error"
    return Answer.json(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


def _texts(given: object) -> list[str]:
    """Return the inputs: one text, several, or the parts of one."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        raise _BadInputError(
            "input is missing or empty; expected a text, a list of texts, or a list of parts of type text."
        )
    if len(given) > MOST_INPUTS:
        raise _BadInputError(f"input has {len(given)} entries; expected at most {MOST_INPUTS}.")
    texts = [text for text in given if isinstance(text, str)]
    if not texts:
        texts = ["\n".join(_part(part, place) for place, part in enumerate(given))]
    elif len(texts) < len(given):
        raise _BadInputError("input mixes texts with other values; expected one kind of them.")
    for place, text in enumerate(texts):
        if len(text) > LONGEST:
            raise _BadInputError(f"input[{place}] has {len(text)} characters; expected at most {LONGEST}.")
    return [sound(text) for text in texts]


def _part(part: object, place: int) -> str:
    if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
        raise _BadInputError(f"input[{place}] is no text; this model reads no images: send parts of type text only.")
    return str(part["text"])


def _decisions(texts: list[str], moderator: Moderator) -> list[Decision]:
    """Decide about each text on its own: those of one request are not comments of one page, and equal ones are no flood."""
    if len(texts) >= moderator.policy.flood.copies:
        moderator = replace(moderator, policy=replace(moderator.policy, flood=FloodPolicy(None)))
    return moderator.check([Comment(str(place), text) for place, text in enumerate(texts)])
