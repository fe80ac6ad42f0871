"""The paths of the protocols: each reads its key where its clients put it, and keeps feedback before it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match, Route
from starlette.types import Scope

from moderation.policy import Decision
from moderation.service import akismet, coral, openai, perspective
from moderation.service.answer import Answer
from moderation.service.callers import admission_of, bearer, is_local
from moderation.service.gate import Admission
from moderation.service.logs import Facts
from moderation.service.turns import take
from moderation.service.watch import FACTS
from moderation.store import Feedback


def respond(answer: Answer, request: Request) -> Response:
    """Return an answer as the framework sends it, and count what it tells of."""
    if answer.decisions:
        decided(answer.decisions, request)
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


def decided(decisions: Sequence[Decision], request: Request) -> None:
    """Count decisions."""
    facts: Facts = request.scope[FACTS]
    facts.actions.update(decision.action for decision in decisions)
    request.app.state.metrics.decided(decisions, facts.protocol)


# Perspective


async def discovery(request: Request) -> Response:
    """Describe the API to Google's clients, with our own address; one that shows a wrong key learns it here, as at Google's."""
    for_analysis = await _google(request, "perspective")
    if for_analysis.outcome == "unknown" and (await _google(request, "feedback")).outcome == "unknown":
        return respond(perspective.failure("API_KEY_INVALID"), request)
    url = request.app.state.settings.server.public_url or str(request.base_url)
    return respond(perspective.discovery(url), request)


async def analyze(request: Request) -> Response:
    """Score a comment."""
    refused = _refused(await _google(request, "perspective"), request)
    if refused is not None:
        return respond(refused, request)
    state, body = request.app.state, await request.body()
    settings = state.settings.perspective
    return respond(
        await take(
            len(body),
            perspective.analyze,
            body,
            state.moderator,
            state.attributes,
            settings.language,
            settings.languages,
        ),
        request,
    )


async def suggest(request: Request) -> Response:
    """Keep what a moderator says of a comment."""
    admission = await _google(request, "feedback")
    refused = _refused(admission, request)
    if refused is not None:
        return respond(refused, request)
    answer, found = perspective.suggest(
        await request.body(), request.app.state.attributes, request.app.state.settings.perspective.language
    )
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
    return respond(answer, request)


async def batch(request: Request) -> Response:
    """Answer several requests in one, each as if it had come alone."""
    try:
        parts = perspective.read_batch(request.headers.get("content-type", ""), await request.body())
    except perspective.Refused as refused:
        return respond(refused.answer, request)
    return respond(perspective.write_batch([(part, await _alone(part, request)) for part in parts]), request)


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


async def _google(request: Request, scope: str) -> Admission:
    key = request.query_params.get("key") or request.headers.get("x-goog-api-key")
    return await admission_of(request, key, scope)


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
CALLS = frozenset((*SUBMISSIONS, "comment-check", "deactivate", "key-sites", "usage-limit", "verify-key"))


async def akismet_call(request: Request) -> Response:
    """Answer a call of an Akismet client."""
    method, body = request.path_params["method"], await request.body()
    call = akismet.call(
        request.headers.get("host", ""),
        request.url.path,
        request.url.query,
        request.headers.get("content-type", ""),
        body,
        request.headers.get("user-agent", ""),
    )
    request.scope[FACTS].call = method if method in CALLS else None
    scope = "feedback" if method.startswith("submit-") else "akismet"
    admission = await admission_of(request, call.key, scope)
    return respond(await _akismet(method, call, admission, request), request)


async def _akismet(method: str, call: akismet.Call, admission: Admission, request: Request) -> Answer:
    if method == "test":
        return akismet.connected()
    if method == "verify-key" and (admission.key is not None or admission.outcome == "admitted"):
        return akismet.verify(True)
    if admission.outcome == "limited":
        return Answer(429, b"", "text/plain", admission.headers)
    if admission.outcome != "admitted":
        return akismet.invalid()
    if method == "comment-check":
        return await _checked(call, admission, request)
    if method in SUBMISSIONS:
        return await _submitted(call, method == "submit-spam", admission, request)
    return _other_call(method, call)


async def _checked(call: akismet.Call, admission: Admission, request: Request) -> Answer:
    state = request.app.state
    settings = state.settings.akismet
    return await take(
        sum(map(len, call.fields.values())),
        akismet.check,
        call,
        state.moderator,
        insult_is_spam=settings.insult_is_spam,
        recheck_after=settings.recheck_after,
        discard=settings.discard,
        sites=state.sites,
        key_id=admission.key_id,
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


async def coral_phase(request: Request) -> Response:
    """Decide about a comment for Coral's external moderation phase, which signs its requests."""
    state, body = request.app.state, await request.body()
    settings = state.settings.coral
    if not state.settings.server.open:
        secrets = [secret.encode() for secret in settings.secrets]
        if not coral.signed(request.headers.get(coral.SIGNATURE), body, secrets):
            request.scope[FACTS].refused = "signature"
            return respond(Answer.json(401, {"error": "the signature is missing or wrong"}), request)
    return respond(
        await take(
            len(body), coral.moderate, body, state.moderator, settings.language, settings.dsa, sites=state.sites
        ),
        request,
    )


async def moderations(request: Request) -> Response:
    """Judge texts in the shape of OpenAI's endpoint."""
    state = request.app.state
    admission = await admission_of(request, bearer(request), "openai")
    if admission.outcome == "limited":
        answer = openai.error(429, "Too many requests.", code="rate_limit_exceeded")
        return respond(answer._replace(headers=admission.headers), request)
    if admission.outcome != "admitted":
        return respond(openai.error(401, "The API key is missing or not known.", code="invalid_api_key"), request)
    body = await request.body()
    return respond(await take(len(body), openai.moderations, body, state.moderator), request)


# Figures


async def figures(request: Request) -> Response:
    """Show the counters to those whom the settings name."""
    who = request.app.state.settings.server.metrics
    if who == "key":
        if (await admission_of(request, bearer(request), "native")).key is None:
            return respond(Answer.json(401, {"error": "give a key in the header Authorization: Bearer KEY"}), request)
    elif who == "none" or not is_local(request):
        request.scope[FACTS].refused = "place"
        return respond(Answer.json(403, {"error": "not from here; see [server] metrics in the settings"}), request)
    body, media_type = await run_in_threadpool(request.app.state.metrics.exposed)
    return respond(Answer(200, body, media_type), request)


async def _keep(request: Request, feedback: Feedback) -> None:
    """Return when the feedback is on the disk."""
    await run_in_threadpool(request.app.state.store.add, feedback)
    request.app.state.metrics.kept(feedback.protocol)


class _Path(Route):
    """A route that says which one it is, as FastAPI's do, for figures and log lines."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return match, {**found, "route": self} if found else found


def served(openai_path: str) -> list[Route]:
    """Return the paths: Starlette's own routes, since nothing here is read or written by FastAPI; half the work of one of its."""
    return [
        _Path("/v1alpha1/comments:analyze", analyze, methods=["POST"]),
        _Path("/v1alpha1/comments:suggestscore", suggest, methods=["POST"]),
        _Path("/$discovery/rest", discovery, methods=["GET"]),
        _Path("/batch", batch, methods=["POST"]),
        _Path("/1.1/{method}", akismet_call, methods=["GET", "POST"]),
        _Path("/1.2/{method}", akismet_call, methods=["GET", "POST"]),
        _Path("/coral", coral_phase, methods=["POST"]),
        _Path(openai_path, moderations, methods=["POST"]),
        _Path("/metrics", figures, methods=["GET"]),
    ]
