"""What goes in and out of the native API, as its OpenAPI description tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from moderation.comments import Kind
from moderation.labels import FIELDS

_SCORED: dict[str, Any] = {"id": "1", "scores": {"insult": 0.99, "spam": 0.01}, "coverage": 1.0}
_REASON = {"label": "insult", "start": 19, "end": 27, "text": "imbécile", "weight": 5.5}
_DECIDED = _SCORED | {"action": "reject", "labels": ["insult"], "reasons": [_REASON]}

LONGEST_ID = 500
LONGEST_TEXT = 1_000_000
"""Characters of one comment; `ServerSettings.body_bytes` bounds all of them together."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class CommentIn(_Body):
    """A comment to judge."""

    id: Id
    text: Text
    parent_id: Id | None = None
    author: Annotated[str, StringConstraints(max_length=LONGEST_ID)] | None = None
    created_at: datetime | None = Field(default=None, description="With a time zone; without one it is left out.")
    kind: Kind = "comment"


class ScoreIn(_Body):
    """Comments to score."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"comments": [{"id": "1", "text": "Tu n'es qu'un gros imbécile."}]}]}
    )

    comments: Annotated[list[CommentIn], Field(min_length=1)]


class CheckIn(ScoreIn):
    """A thread, or comments of one page, to decide about."""

    thread_id: Id | None = None
    title: Annotated[str, StringConstraints(max_length=LONGEST_ID)] | None = None
    url: Annotated[str, StringConstraints(max_length=4_000)] | None = None


class ScoreOut(BaseModel):
    """What the model says of one comment: label -> probability in [0, 1], and the share of it that the model knows."""

    id: str
    scores: dict[str, float]
    coverage: float


class ScoresOut(BaseModel):
    """Scores in the order of the comments."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"model": "5b735623d0eec870", "comments": [_SCORED]}]})

    model: str
    comments: list[ScoreOut]


class ReasonOut(BaseModel):
    """A word that speaks for a label: a half-open range of code points of the comment, its weight in log-odds."""

    label: str
    start: int
    end: int
    text: str
    weight: float
    marker: str | None = None
    rule: str | None = None


class DecisionOut(ScoreOut):
    """What to do with one comment, and why."""

    action: str
    labels: list[str]
    reasons: list[ReasonOut]


class DecisionsOut(BaseModel):
    """Decisions in the order of the comments."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "5b735623d0eec870", "policy": "760b8f60", "comments": [_DECIDED]}]}
    )

    model: str
    policy: str
    comments: list[DecisionOut]


class FeedbackIn(_Body):
    """What a person decided about a comment: label -> whether it holds."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"comment": {"id": "7", "text": "Nul."}, "labels": {"insult": False}}]}
    )

    comment: CommentIn
    labels: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], bool],
        Field(
            max_length=20,
            json_schema_extra={"additionalProperties": False, "propertyNames": {"not": {"enum": sorted(FIELDS)}}},
        ),
    ]
    url: Annotated[str, StringConstraints(max_length=4_000)] | None = None
    language: Annotated[str, StringConstraints(max_length=20)] | None = None


class FeedbackOut(BaseModel):
    """The number under which it was kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "0f8fad5bd9cb469fa16570867728950e"}]})

    id: str


class ErrorOut(BaseModel):
    """Why a request was refused; of a body that cannot be read, where it is wrong."""

    error: str
    found: list[dict[str, str]] = []


class PolicyOut(BaseModel):
    """The site's thresholds: label -> least probability; one above 1 is never reached."""

    id: str
    review: dict[str, float]
    reject: dict[str, float]
    coverage: float


class ModelOut(BaseModel):
    """The model in use, the policy on it, and its card."""

    id: str
    name: str
    labels: list[str]
    policy: PolicyOut
    card: dict[str, Any]
