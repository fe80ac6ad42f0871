"""``comments:suggestscore``: what a moderator or a reader says of a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from moderation.service.answer import Answer
from moderation.service.perspective.attributes import ATTRIBUTES, DECISIONS, GOOGLES, MOST_ATTRIBUTES, split
from moderation.service.perspective.entries import primary, read_comment, read_context, read_languages
from moderation.service.perspective.errors import Refused, shown
from moderation.service.perspective.fields import Fields, read_fields
from moderation.service.perspective.offsets import Utf16

MOST_SPANS = 500  # in one request


class SuggestedSpan(NamedTuple):
    """A score for a part of the comment, in code points, half-open."""

    attribute: str
    start: int
    end: int
    value: float


class Suggestion(NamedTuple):
    """One suggestion, for the caller to store before it answers.

    Parameters
    ----------
    text
        Of the comment.
    languages
        As the client declares them; Coral before 2020 declares ``EN`` whatever the language is.
    scores
        Attribute, as the client writes it -> probability in [0, 1] for the whole comment.
    spans
        Scores for parts of it.
    context
        The conversation, the comment that is answered last.
    article
        Text or title of the article.
    url, comment_id, parent_id
        Of the comment, from the context entry that Coral writes.
    community_id, client_token, session_id
        As they are sent.
    """

    text: str
    languages: tuple[str, ...]
    scores: Mapping[str, float]
    spans: tuple[SuggestedSpan, ...] = ()
    context: tuple[str, ...] = ()
    article: str | None = None
    url: str | None = None
    comment_id: str | None = None
    parent_id: str | None = None
    community_id: str | None = None
    client_token: str | None = None
    session_id: str | None = None

    @property
    def language(self) -> str | None:
        """The first language without its region, None where none is declared."""
        return primary(self.languages[0]) if self.languages else None

    @property
    def removed(self) -> bool | None:
        """Whether a moderator took the comment down or kept it, where the score says no more than that.

        Coral sends 1 for what is rejected and 0 for what is approved, in the name of the attribute that the site uses and for
        whatever reason; older ones name the decision. None where the scores judge their attributes.
        """
        for name, removed in DECISIONS.items():
            if name in self.scores:
                return removed
        if self.comment_id is None or len(self.scores) != 1:
            return None
        return next(iter(self.scores.values())) >= 0.5


def suggest(
    body: bytes, attributes: Mapping[str, str] = ATTRIBUTES, default_language: str = "fr"
) -> tuple[Answer, Suggestion | None]:
    """Read a suggestion; None beside an error.

    Every attribute that Google had is taken, whether we score it or not, and what Coral wrote in place of one.

    Examples
    --------
    >>> body = b'{"comment": {"text": "nul"}, "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}}, "clientToken": "c"}'
    >>> answer, suggestion = suggest(body)
    >>> answer.body, suggestion.scores
    (b'{"detectedLanguages":["fr"],"clientToken":"c"}', {'INSULT': 1.0})
    """
    try:
        request = read_fields(body)
        text = read_comment(request)
        context = read_context(request)
        spoken = read_languages(request, default_language)
        scores, spans = _read_scores(request, text, attributes)
        suggestion = Suggestion(
            text,
            spoken.requested,
            scores,
            tuple(spans),
            context.texts,
            context.article,
            context.url,
            context.comment_id,
            context.parent_id,
            request.text("communityId"),
            request.text("clientToken"),
            request.text("sessionId"),
        )
    except Refused as refused:
        return refused.answer, None
    answer: dict[str, Any] = {"requestedLanguages": spoken.requested} if spoken.requested else {}
    answer["detectedLanguages"] = spoken.detected
    if suggestion.client_token is not None:
        answer["clientToken"] = suggestion.client_token
    return Answer.json(200, answer), suggestion


def _read_scores(
    request: Fields, text: str, attributes: Mapping[str, str]
) -> tuple[dict[str, float], list[SuggestedSpan]]:
    """Return the scores of the whole and of its parts."""
    suggested = request.entries("attributeScores")
    if not suggested:
        raise Refused.because("INVALID_REQUEST", "Missing attribute_scores")
    if len(suggested) > MOST_ATTRIBUTES:
        raise Refused.because("INVALID_REQUEST", f"Too many attribute scores; at most {MOST_ATTRIBUTES}")
    offsets = Utf16(text)
    scores: dict[str, float] = {}
    spans: list[SuggestedSpan] = []
    for name, fields in suggested.items():
        attribute = split(name)[0]
        if attribute not in attributes and attribute not in GOOGLES and attribute not in DECISIONS:
            raise Refused.because("INVALID_REQUEST", f"Unknown requested attribute: {shown(name)}")
        summary, parts = fields.part("summaryScore"), fields.parts("spanScores")
        if summary is None and not parts:
            raise Refused.because("INVALID_REQUEST", f"Missing score of attribute {shown(name)}")
        if len(spans) + len(parts) > MOST_SPANS:
            raise Refused.because("INVALID_REQUEST", f"Too many span scores; at most {MOST_SPANS}")
        if summary is not None:
            scores[name] = _value(summary, name)
        spans += [_span(part, name, offsets) for part in parts]
    return scores, spans


def _span(fields: Fields, name: str, offsets: Utf16) -> SuggestedSpan:
    """Return a score for a part; without begin and end it is for the whole."""
    begin, end = fields.number("begin"), fields.number("end")
    if begin is None and end is None:
        end = float(offsets.length)
    begin, end = begin or 0.0, end or 0.0
    if not (begin.is_integer() and end.is_integer() and 0 <= begin < end <= offsets.length):
        raise Refused.because("INVALID_REQUEST", f"Span of attribute {shown(name)} is not within the comment")
    score = fields.part("score") or Fields({})
    return SuggestedSpan(name, offsets.place(int(begin)), offsets.place(int(end)), _value(score, name))


def _value(score: Fields, name: str) -> float:
    """Return a probability; clients that leave out what is 0 mean 0."""
    if (kind := score.text("type")) not in {None, "", "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"}:
        raise Refused.because(
            "INVALID_REQUEST", f"Requested score type {shown(str(kind))} is not supported by attribute {shown(name)}"
        )
    value = score.number("value") or 0.0
    if not 0 <= value <= 1:
        raise Refused.because("INVALID_REQUEST", f"Score of attribute {shown(name)} is not between 0 and 1")
    return value
