"""The native API: comments and threads in, scores and decisions with their reasons out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from moderation.comments import Comment, Thread
from moderation.floods import FloodWindow
from moderation.moderator import Moderator
from moderation.policy import Decision
from moderation.scores import Reason
from moderation.service.callers import admission_of, bearer
from moderation.service.documented import DocumentedRoute
from moderation.service.routes import decided
from moderation.service.schemas import (
    CheckIn,
    DecisionOut,
    DecisionsOut,
    ErrorOut,
    FeedbackIn,
    FeedbackOut,
    ModelOut,
    PolicyOut,
    ReasonOut,
    ScoreIn,
    ScoreOut,
    ScoresOut,
)
from moderation.service.sites import Sites
from moderation.service.turns import take
from moderation.store import Feedback


def _refusal(message: str, said: str) -> dict[str, Any]:
    return {"model": ErrorOut, "description": said, "content": {"application/json": {"example": {"error": message}}}}


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: _refusal("give a key in the header Authorization: Bearer KEY", "No key that is in force for this"),
    413: _refusal("1001 comments; send at most 1000 at once", "The body or the number of comments is too large"),
    422: _refusal("the request cannot be read", "The body is not JSON of the right shape"),
    429: _refusal("too many requests", "The key calls too often; `Retry-After` says when to come again"),
    503: _refusal("the store cannot be reached", "Nothing was kept; try again"),
}

router = APIRouter(
    prefix="/v1",
    tags=["native"],
    route_class=DocumentedRoute,
    dependencies=[
        Security(HTTPBearer(auto_error=False, scheme_name="key"))
    ],  # for the description; `admitted` checks it
    responses=REFUSALS,
)


@router.post("/score", summary="Score comments")
async def score(request: Request, body: ScoreIn) -> ScoresOut:
    """Score up to 1,000 comments; each is read on its own."""
    await admitted(request)
    bounded(body, request)
    model = request.app.state.moderator.model
    texts = [comment.text for comment in body.comments]
    scores = await take(sum(map(len, texts)), model.score, texts)
    return ScoresOut(
        model=model.id,
        comments=[
            ScoreOut(id=c.id, scores=s.probabilities, coverage=s.coverage)
            for c, s in zip(body.comments, scores, strict=True)
        ],
    )


@router.post("/check", summary="Decide about comments, with reasons")
async def check(request: Request, body: CheckIn) -> DecisionsOut:
    """Decide about up to 1,000 comments of a thread; floods are found among them, and among recent ones where it is named."""
    key_id = await admitted(request)
    bounded(body, request)
    moderator: Moderator = request.app.state.moderator
    size = sum(len(comment.text) for comment in body.comments)
    decisions = await take(size, moderator.check, thread_of(body), window=window_of(body, key_id, request))
    decided(decisions, request)
    return DecisionsOut(
        model=moderator.model.id, policy=moderator.policy.id, comments=[decision_out(one) for one in decisions]
    )


@router.get("/models", summary="The model in use")
async def models(request: Request) -> list[ModelOut]:
    """Say which model answers, and what its card says of it."""
    await admitted(request)
    moderator: Moderator = request.app.state.moderator
    model, policy = moderator.model, moderator.policy
    folder = request.app.state.settings.model.folder
    thresholds = PolicyOut(
        id=policy.id, review=dict(policy.review), reject=dict(policy.reject), coverage=policy.coverage
    )
    return [
        ModelOut(id=model.id, name=Path(folder).name, labels=list(model.labels), policy=thresholds, card=model.card)
    ]


@router.post("/feedback", status_code=201, summary="Say what a person decided")
async def feedback(request: Request, body: FeedbackIn) -> FeedbackOut:
    """Keep a decision; the answer comes when it is on the disk."""
    key_id = await admitted(request, "feedback")
    try:
        said = Feedback(
            protocol="native",
            verdict={label: int(holds) for label, holds in body.labels.items()},
            text=body.comment.text,
            comment_id=body.comment.id,
            parent_id=body.comment.parent_id,
            thread=body.url,
            author=body.comment.author,
            language=body.language,
            key_id=key_id,
            model_id=request.app.state.moderator.model.id,
        )
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    kept = FeedbackOut(id=await run_in_threadpool(request.app.state.store.add, said))
    request.app.state.metrics.kept(said.protocol)
    return kept


async def admitted(request: Request, scope: str = "native") -> int | None:
    """Return the number of the key of a request; None in an open service.

    Raises
    ------
    HTTPException
        401 where there is no key that is in force for this, 429 where it calls too often.
    """
    admission = await admission_of(request, bearer(request), scope)
    if admission.outcome == "limited":
        raise HTTPException(429, "too many requests", admission.headers)
    if admission.outcome != "admitted":
        raise HTTPException(401, "give a key in the header Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
    return admission.key_id


def bounded(body: ScoreIn, request: Request) -> None:
    """Refuse more comments than the settings allow.

    Raises
    ------
    HTTPException
        413.
    """
    most = request.app.state.settings.server.comments
    if len(body.comments) > most:
        raise HTTPException(413, f"{len(body.comments)} comments; send at most {most} at once")


def window_of(body: CheckIn, key_id: int | None, request: Request) -> FloodWindow | None:
    """Return the recent comments of a site, for a call that names its thread: only then does an id name a comment for good."""
    sites: Sites | None = request.app.state.sites
    return sites.of(("native", key_id)) if sites is not None and (body.thread_id or body.url) else None


def thread_of(body: CheckIn) -> Sequence[Comment] | Thread:
    """Return the comments of a request as a thread; as they are where it is one, or where two share an id."""
    thread_id = body.thread_id or body.url or ""
    comments = tuple(
        Comment(
            one.id,
            one.text.encode("utf-8", "replace").decode(),
            thread_id=thread_id,
            parent_id=one.parent_id,
            author=one.author,
            created_at=one.created_at if one.created_at and one.created_at.tzinfo else None,
            kind=one.kind,
        )
        for one in body.comments
    )
    if len({comment.id for comment in comments}) < max(2, len(comments)):
        return comments
    return Thread(thread_id, comments, body.title, body.url)


def decision_out(decision: Decision) -> DecisionOut:
    """Return a decision as plain values."""
    return DecisionOut(
        id=decision.comment_id,
        scores=dict(decision.scores.probabilities),
        coverage=decision.scores.coverage,
        action=decision.action,
        labels=list(decision.labels),
        reasons=[reason_out(reason) for reason in decision.reasons],
    )


def reason_out(reason: Reason) -> ReasonOut:
    """Return a reason as plain values."""
    return ReasonOut(
        label=reason.label,
        start=reason.start,
        end=reason.end,
        text=reason.text,
        weight=reason.weight,
        marker=reason.marker,
        rule=reason.rule,
    )
