"""The paths of the protocols: each reads its key where its clients put it, and keeps feedback before it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.service import akismet, coral, openai, perspective
from moderation.service.answer import Answer
from moderation.service.gate import Admission
from moderation.store import Feedback

router = APIRouter(include_in_schema=False)


def respond(answer: Answer) -> Response:
    """Return an answer as the framework sends it."""
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


def bearer(request: Request) -> str | None:
    """Return the key of the header ``Authorization``, or of ``X-API-Key``."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" and key.strip() else request.headers.get("x-api-key")


# Perspective


@router.get("/$discovery/rest")
def discovery(request: Request) -> Response:
    """Describe the API to Google's clients, with our own address; one that shows a wrong key learns it here, as at Google's."""
    if request.query_params.get("key") and all(
        _google(request, scope).outcome == "unknown" for scope in ("perspective", "feedback")
    ):
        return respond(perspective.failure("API_KEY_INVALID"))
    return respond(perspective.discovery(request.app.state.settings.server.public_url or str(request.base_url)))


@router.post("/v1alpha1/comments:analyze")
async def analyze(request: Request) -> Response:
    """Score a comment."""
    refused = _refused(_google(request, "perspective"), request)
    if refused is not None:
        return respond(refused)
    state, body = request.app.state, await request.body()
    settings = state.settings.perspective
    return respond(
        await run_in_threadpool(
            perspective.analyze, body, state.moderator, state.attributes, settings.language, settings.languages
        )
    )


@router.post("/v1alpha1/comments:suggestscore")
async def suggest(request: Request) -> Response:
    """Keep what a moderator says of a comment."""
    admission = _google(request, "feedback")
    refused = _refused(admission, request)
    if refused is not None:
        return respond(refused)
    answer, found = perspective.suggest(await request.body(), request.app.state.attributes)
    if found is not None:
        verdict = {"removed": int(found.removed)} if found.removed is not None else _verdict(found.scores, request)
        await _keep(
            request,
            Feedback(
                protocol="perspective",
                verdict=verdict,
                text=found.text,
                comment_id=found.comment_id,
                parent_id=found.parent_id,
                thread=found.url,
                language=found.language,
                key_id=admission.key_id,
                client_token=found.client_token,
            ),
        )
    return respond(answer)


@router.post("/batch")
async def batch(request: Request) -> Response:
    """Answer several requests in one, each as if it had come alone."""
    try:
        parts = perspective.read_batch(request.headers.get("content-type", ""), await request.body())
    except perspective.Refused as refused:
        return respond(refused.answer)
    return respond(perspective.write_batch([(part, await _alone(part, request)) for part in parts]))


async def _alone(part: perspective.Part, request: Request) -> Answer:
    method = {"/v1alpha1/comments:analyze": analyze, "/v1alpha1/comments:suggestscore": suggest}.get(part.path)
    if method is None or part.method != "POST":
        return perspective.failure("NOT_FOUND")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": part.body}

    scope = {**request.scope, "path": part.path, "query_string": part.query.encode()}
    found = await method(Request(scope, receive))
    headers = {name: value for name, value in found.headers.items() if not name.startswith("content-")}
    return Answer(found.status_code, bytes(found.body), found.headers["content-type"], headers)


def _google(request: Request, scope: str) -> Admission:
    key = request.query_params.get("key") or request.headers.get("x-goog-api-key")
    admitted: Admission = request.app.state.gate.admit(key, scope)
    return admitted


def _refused(admission: Admission, request: Request) -> Answer | None:
    if admission.outcome == "missing":
        return perspective.failure("PERMISSION_DENIED")
    if admission.outcome == "unknown":
        return perspective.failure("API_KEY_INVALID")
    if admission.outcome == "limited":
        limit = request.app.state.settings.server.requests_per_minute
        return perspective.failure("RATE_LIMIT", admission.retry_after, limit)
    return None


def _verdict(scores: Any, request: Request) -> dict[str, int]:
    """Return what scores of attributes say of our labels; nothing where they are near the middle or contradict each other."""
    said: dict[str, set[int]] = {}
    for name, value in scores.items():
        label = request.app.state.attributes.get(name.partition("@")[0])
        if label and value != 0.5:
            said.setdefault(label, set()).add(int(value > 0.5))
    return {label: answers.pop() for label, answers in said.items() if len(answers) == 1}


# Akismet

SUBMISSIONS = ("submit-spam", "submit-ham")


@router.api_route("/1.1/{method}", methods=["GET", "POST"])
@router.api_route("/1.2/{method}", methods=["GET", "POST"])
async def akismet_call(method: str, request: Request) -> Response:
    """Answer a call of an Akismet client."""
    body = await request.body()
    call = akismet.call(
        request.headers.get("host", ""),
        request.url.path,
        request.url.query,
        request.headers.get("content-type", ""),
        body,
    )
    scope = "feedback" if method.startswith("submit-") else "akismet"
    admission: Admission = request.app.state.gate.admit(call.key, scope)
    if method == "verify-key":
        return respond(akismet.verify(admission.outcome in ("admitted", "limited")))
    if admission.outcome == "limited":
        return respond(Answer(429, b"", "text/plain", admission.headers))
    if admission.outcome != "admitted":
        return respond(akismet.invalid())
    if method == "comment-check":
        return respond(await _checked(call, request))
    if method in SUBMISSIONS:
        return respond(await _submitted(call, method == "submit-spam", admission, request))
    return respond(_other_call(method, call))


async def _checked(call: akismet.Call, request: Request) -> Answer:
    moderator, settings = request.app.state.moderator, request.app.state.settings.akismet
    return await run_in_threadpool(
        akismet.check,
        call,
        moderator,
        insult_is_spam=settings.insult_is_spam,
        recheck_after=settings.recheck_after,
    )


async def _submitted(call: akismet.Call, spam: bool, admission: Admission, request: Request) -> Answer:
    """Keep what a moderator says, then answer."""
    answer, found = akismet.submit(call, spam)
    if found is not None:
        feedback = Feedback(
            protocol="akismet",
            verdict={"spam": int(found.spam)},
            text=found.text,
            comment_id=found.comment_id,
            parent_id=found.parent_id,
            thread=found.permalink,
            author=found.author,
            language=found.language,
            key_id=admission.key_id,
        )
        await _keep(request, feedback)
    return answer


def _other_call(method: str, call: akismet.Call) -> Answer:
    if method == "usage-limit":
        return akismet.usage_limit()
    if method == "key-sites":
        return akismet.key_sites(call, datetime.now(UTC).strftime("%Y-%m"))
    if method == "deactivate":
        return akismet.deactivate()
    return akismet.subscription() if method == "get-subscription" else akismet.stats()


# Coral and OpenAI


@router.post("/coral")
async def coral_phase(request: Request) -> Response:
    """Decide about a comment for Coral's external moderation phase, which signs its requests."""
    state, body = request.app.state, await request.body()
    settings = state.settings.coral
    if not state.settings.server.open:
        secrets = [secret.encode() for secret in settings.secrets]
        if not coral.signed(request.headers.get(coral.SIGNATURE), body, secrets):
            return respond(Answer.json(401, {"error": "the signature is missing or wrong"}))
    return respond(await run_in_threadpool(coral.moderate, body, state.moderator, settings.language, settings.dsa))


@router.post("/v1/moderations")
async def moderations(request: Request) -> Response:
    """Judge texts in the shape of OpenAI's endpoint."""
    state = request.app.state
    admission: Admission = state.gate.admit(bearer(request), "openai")
    if admission.outcome == "limited":
        answer = openai.error(429, "Too many requests.", code="rate_limit_exceeded")
        return respond(answer._replace(headers=admission.headers))
    if admission.outcome != "admitted":
        return respond(openai.error(401, "The API key is missing or not known.", code="invalid_api_key"))
    return respond(await run_in_threadpool(openai.moderations, await request.body(), state.moderator))


async def _keep(request: Request, feedback: Feedback) -> None:
    """Return when the feedback is on the disk."""
    await run_in_threadpool(request.app.state.store.add, feedback)
