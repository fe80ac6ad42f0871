"""The application: every path, who may call it, and how large a request may be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from moderation.errors import StoreError
from moderation.moderator import Moderator
from moderation.service import logs, metrics, native, routes
from moderation.service.answer import NONE
from moderation.service.gate import Gate
from moderation.service.logs import Facts
from moderation.service.perspective import ATTRIBUTES
from moderation.service.perspective.entries import primary
from moderation.service.refusals import refusal
from moderation.service.settings import Settings, SettingsError
from moderation.service.sites import Sites
from moderation.service.watch import FACTS, Watch
from moderation.store import Store

HOUR = 3600


def create_app(settings: Settings, store: Store, moderator: Moderator | None = None) -> FastAPI:
    """Return the application; the model is loaded here, once a process.

    Parameters
    ----------
    store
        Open; keeps feedback and knows the keys.
    moderator
        Instead of the one that the settings name.

    Raises
    ------
    ModelError, PolicyError
        Where the model or the policy file cannot be used.
    """
    app = FastAPI(
        title="Moderation of reader comments",
        version=version("moderation"),
        description="Scores, decisions and their reasons; self-hosted.",
        docs_url=None,  # the page of the documentation loads its program from elsewhere
        redoc_url=None,
        lifespan=_purging,
        redirect_slashes=False,  # a redirection would repeat the key of its query
    )
    app.state.settings = settings
    app.state.moderator = moderator or Moderator.load(settings.model.folder or None, settings.model.policy or None)
    app.state.store = store
    app.state.gate = Gate(store, settings.server.open, settings.server.requests_per_minute)
    app.state.sites = Sites() if settings.server.floods else None
    app.state.attributes = _mapped(settings.perspective.attributes, app.state.moderator.model.labels)
    asked = settings.perspective
    if primary(asked.language) not in map(primary, asked.languages):
        raise SettingsError(
            f"[perspective] language: {asked.language} is not among languages, so requests that name none would be refused; add it"
        )
    app.state.metrics = metrics.Metrics(app.state.moderator.model.id)
    # A router within another costs each request, and so does each path before its own: those that are asked most come first
    app.router.routes[:0] = [*native.router.routes, *routes.served(settings.openai.path)]
    for kind, answer in ((RequestValidationError, _unreadable), (HTTPException, _refused), (StoreError, _unkept)):
        app.add_exception_handler(kind, answer)

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", tags=["operations"], summary="The process lives")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", tags=["operations"], summary="The model answers")
    def readyz(request: Request) -> dict[str, str]:
        decided = request.app.state.moderator.check_text("Bonjour")
        return {"status": "ok", "model": decided.model_id}

    taken = [getattr(route, "path", "") for route in app.routes]
    if taken.count(settings.openai.path) > 1:
        raise SettingsError(f"[openai] path: {settings.openai.path} is answered already; choose another")
    app.add_middleware(
        Watch,
        openai_path=settings.openai.path,
        limit=settings.server.body_bytes,
        timeout=settings.server.timeout,
        observe=app.state.metrics.observe,
    )
    return app


def _mapped(attributes: Mapping[str, str], labels: Sequence[str]) -> dict[str, str]:
    """Return which label of the model each of Perspective's attributes is."""
    for name, label in attributes.items():
        if label and label not in labels:
            raise SettingsError(
                f"[perspective] attributes: {name} = {label!r}, which the model does not know; "
                f'expected one of {", ".join(labels)}, or "" to take it away'
            )
    return {name: label for name, label in {**ATTRIBUTES, **attributes}.items() if label}


@asynccontextmanager
async def _purging(app: FastAPI) -> AsyncIterator[None]:
    """Delete old feedback at start and every hour."""

    async def purge() -> None:
        while True:
            try:
                await run_in_threadpool(app.state.store.purge)
            except StoreError as error:
                logs.event("store", logging.ERROR, **logs.described(error.__cause__ or error))
            await asyncio.sleep(HOUR)

    task = asyncio.create_task(purge())
    yield
    task.cancel()


async def _unreadable(request: Request, error: Exception) -> Response:
    """Say what is wrong with a body, without what it held."""
    assert isinstance(error, RequestValidationError)
    found = [{"at": ".".join(map(str, one["loc"]))[:200], "expected": one["msg"]} for one in error.errors()[:20]]
    return _refusal(request, 422, "the request cannot be read", found=found)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refusal(request, error.status_code, str(error.detail), error.headers or {})


async def _unkept(request: Request, error: Exception) -> Response:
    """Say that the store does not answer; the log says where."""
    facts: Facts = request.scope[FACTS]
    logs.event("store", logging.ERROR, id=facts.id, **logs.described(error.__cause__ or error))
    return _refusal(request, 503, "the store cannot be reached; try again", {"Retry-After": "5"})


def _refusal(
    request: Request, status: int, message: str, headers: Mapping[str, str] = NONE, found: Any = ()
) -> Response:
    return routes.respond(refusal(request.scope[FACTS].protocol, status, message, headers, found), request)
