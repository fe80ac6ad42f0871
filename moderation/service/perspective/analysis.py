"""``comments:analyze``: one comment in, a score for each attribute out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from moderation.comments import Comment, Thread
from moderation.moderator import Moderator
from moderation.policy import Decision
from moderation.scores import Reason, units
from moderation.service.answer import Answer
from moderation.service.perspective.attributes import ATTRIBUTES, GOOGLES, MOST_ATTRIBUTES, pins, split
from moderation.service.perspective.entries import Context, Languages, read_comment, read_context, read_languages
from moderation.service.perspective.errors import Refused, shown
from moderation.service.perspective.fields import Fields, read_fields
from moderation.service.perspective.offsets import Utf16

LANGUAGES = frozenset({"fr"})
MOST_SPANS = 500  # of a comment; where it has more sentences, neighbours share one
_PROBABILITIES = frozenset({None, "", "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"})


class _Asked(NamedTuple):
    """One attribute that is answered."""

    name: str  # as the client wrote it, with its pin
    label: str
    threshold: float | None


class _Span(NamedTuple):
    start: int
    end: int
    probabilities: Mapping[str, float]


def analyze(
    body: bytes,
    moderator: Moderator,
    attributes: Mapping[str, str] = ATTRIBUTES,
    default_language: str = "fr",
    languages: Container[str] = LANGUAGES,
) -> Answer:
    """Answer a request for scores; an error is an answer too.

    Besides Google's members the answer has ``modelVersion``; ``decision``, what the site's policy says (action, labels, and
    the coverage: how much of the comment the model knows); ``explanations``, why; and ``words`` of each attribute, those that
    speak for it in a flagged comment. Offsets are UTF-16.

    Parameters
    ----------
    body
        As it came.
    attributes
        Attribute -> label.
    default_language
        Of a comment whose request names none.
    languages
        Those that the model can read, without region and in lower case.

    Examples
    --------
    >>> import json
    >>> request = {"comment": {"text": "Espèce d’imbécile !"}, "requestedAttributes": {"INSULT@1": {}}, "languages": ["fr"]}
    >>> answer = json.loads(analyze(json.dumps(request).encode(), Moderator.load()).body)
    >>> answer["attributeScores"]["INSULT@1"]["words"][0]["text"]
    'imbécile'
    """
    try:
        request = read_fields(body)
        text = read_comment(request)
        context = read_context(request)
        spoken = read_languages(request, default_language)
        supported = attributes if spoken.within(languages) else {}
        asked = _asked(request, moderator, attributes, supported, spoken)
        token, annotate = request.text("clientToken"), request.flag("spanAnnotations")
    except Refused as refused:
        return refused.answer
    decision = _decide(moderator, text, context)
    offsets = Utf16(text)
    answer: dict[str, Any] = {
        "attributeScores": _scores(moderator, text, offsets, asked, decision, annotate),
        "languages": spoken.effective,
        "detectedLanguages": spoken.detected,
        "modelVersion": decision.model_id,
        "decision": {
            "action": decision.action,
            "labels": decision.labels,
            "coverage": decision.scores.coverage,
        },
        "explanations": _explanations(offsets, asked, decision.reasons),
    }
    answer |= {} if token is None else {"clientToken": token}
    return Answer.json(200, answer)._replace(decisions=[decision])


def _asked(
    request: Fields,
    moderator: Moderator,
    attributes: Mapping[str, str],
    supported: Mapping[str, str],
    spoken: Languages,
) -> list[_Asked]:
    """Return the attributes that are answered, and refuse or drop the others as Google did."""
    requested = request.entries("requestedAttributes")
    if not requested:
        raise Refused.because("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    if len(requested) > MOST_ATTRIBUTES:
        raise Refused.because("INVALID_REQUEST", f"Too many requested attributes; at most {MOST_ATTRIBUTES}")
    drop = request.flag("dropUnsupportedAttributes")
    found = []
    for name, parameters in requested.items():
        attribute, pin = split(name)
        if attribute not in attributes and attribute not in GOOGLES:
            raise Refused.because("INVALID_REQUEST", f"Unknown requested attribute: {shown(name)}")
        if (kind := parameters.text("scoreType")) not in _PROBABILITIES:
            raise Refused.because(
                "INVALID_REQUEST",
                f"Requested score type {shown(str(kind))} is not supported by attribute {shown(name)}",
            )
        threshold = parameters.number("scoreThreshold")
        label = supported.get(attribute)
        if label is None or label not in moderator.model.labels:
            if drop:
                continue
            raise _not_supported(name, spoken)
        if not pins(pin, moderator.model.id):
            raise Refused.because(
                "INVALID_REQUEST",
                f"Requested version of attribute {shown(name)} is not available; the model is {moderator.model.id}",
            )
        found.append(_Asked(name, label, threshold))
    return found


def _not_supported(name: str, spoken: Languages) -> Refused:
    languages = {"requestedLanguages": spoken.requested} if spoken.requested else {}
    facts = {"detectedLanguages": spoken.detected, **languages, "attribute": shown(name)}
    return Refused.because(
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        f"Attribute {shown(name)} does not support request languages: {', '.join(map(shown, spoken.effective))}",
        languageNotSupportedByAttributeError=facts,
    )


def _decide(moderator: Moderator, text: str, context: Context) -> Decision:
    """Decide about the comment as the last of its thread, so that copies of what stands before it are seen."""
    before = [Comment(f"context-{place}", entry) for place, entry in enumerate(context.texts)]
    comment = Comment("comment", text, parent_id=before[-1].id if before else None)
    return moderator.check(Thread("request", (*before, comment), title=context.article))[-1]


def _scores(
    moderator: Moderator, text: str, offsets: Utf16, asked: Iterable[_Asked], decision: Decision, annotate: bool
) -> dict[str, dict[str, Any]]:
    """Return the scores of each attribute whose score reaches its threshold."""
    spans = [_Span(0, len(text), decision.scores.probabilities)]
    spans += _sentences(moderator, text) if annotate else []
    words = [reason for reason in decision.reasons if reason.marker is None and reason.rule is None]
    return {
        name: {
            "spanScores": [
                {"begin": offsets.of(start), "end": offsets.of(end), "score": _score(probabilities[label])}
                for start, end, probabilities in spans
            ],
            "summaryScore": _score(decision.scores.probabilities[label]),
            "words": [_word(reason, offsets) for reason in words if reason.label == label],
        }
        for name, label, threshold in asked
        if threshold is None or decision.scores.probabilities[label] >= threshold
    }


def _sentences(moderator: Moderator, text: str) -> list[_Span]:
    """Return the sentences as the model cuts them, each with the scores that it has alone; none for a single one."""
    ranges = units(text)[1:]
    step = -(-len(ranges) // MOST_SPANS) or 1
    parts = [ranges[first : first + step] for first in range(0, len(ranges), step)]
    joined = [(part[0][0], part[-1][1]) for part in parts]
    scores = moderator.model.score([text[start:end] for start, end in joined])
    return [_Span(*span, score.probabilities) for span, score in zip(joined, scores, strict=True)]


def _explanations(offsets: Utf16, asked: Iterable[_Asked], reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Return the reasons that speak for a label that was asked for, and the hits of rules without a label."""
    names: dict[str, list[str]] = {}
    for name, label, _ in asked:
        names.setdefault(label, []).append(name)
    found = []
    for reason in reasons:
        if reason.label in names or not reason.label:
            entry = {"label": reason.label, "attributes": names.get(reason.label, []), **_word(reason, offsets)}
            entry |= {"marker": reason.marker} if reason.marker else {}
            entry |= {"rule": reason.rule} if reason.rule else {}
            entry |= {"copies": reason.copies.count} if reason.copies else {}
            found.append(entry)
    return found


def _score(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}


def _word(reason: Reason, offsets: Utf16) -> dict[str, Any]:
    begin, end = offsets.of(reason.start), offsets.of(reason.end)
    return {"begin": begin, "end": end, "text": reason.text, "weight": reason.weight}
