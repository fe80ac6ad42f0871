"""The watch over each request: its number, size, time and log line, and an answer where the application has none."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from moderation.service import logs
from moderation.service.answer import Answer
from moderation.service.logs import Facts
from moderation.service.refusals import protocol, refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FACTS = "moderation.facts"
"""Where a request's `Facts` stand in its scope."""
GONE = Answer(499, b"", "text/plain")
"""Of a client that has closed the connection: it reads it nowhere but in log lines and figures."""
_METHODS = frozenset(("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"))
_CLOSE = {"Connection": "close"}  # the rest of a request that is too slow is not waited for
_REFUSED = {413: "size"}
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Watch:
    """Stands around the application.

    Parameters
    ----------
    openai_path
        Where OpenAI's protocol is spoken.
    limit
        Bytes of the largest body.
    timeout
        Seconds after which a client is told that there is no answer; 0 for never. What was begun for it ends by itself.
    observe
        Called with the facts of a request that has ended, the path of its route, its status and its seconds.
    """

    def __init__(
        self,
        app: Application,
        openai_path: str,
        limit: int,
        timeout: float,
        observe: Callable[[Facts, str, int, float], None],
    ) -> None:
        self._app, self._openai_path, self._limit, self._timeout, self._observe = (
            app,
            openai_path,
            limit,
            timeout,
            observe,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        facts = scope[FACTS] = Facts(secrets.token_hex(8), protocol(scope["path"], self._openai_path))
        watched = _Request(facts, self._limit, receive, send)
        timer = asyncio.get_running_loop().call_later(self._timeout, watched.expire) if self._timeout else None
        try:
            await self._app(scope, watched.receive, watched.send)
        except Exception as error:
            await watched.fail(error)
        finally:
            if timer is not None:
                timer.cancel()
            await watched.end()
            self._report(scope, watched)

    def _report(self, scope: Scope, watched: _Request) -> None:
        facts, status, seconds = watched.facts, watched.status, time.perf_counter() - watched.start
        facts.refused = facts.refused or _REFUSED.get(status)
        path = getattr(scope.get("route"), "path", "other")
        self._observe(facts, path, status, seconds)
        level = logging.ERROR if status >= 500 else logging.WARNING if facts.refused else logging.INFO
        if logs.LOGGER.isEnabledFor(level):
            logs.event(
                "request",
                level,
                method=scope["method"] if scope["method"] in _METHODS else "other",
                path=path,
                status=status,
                ms=round(seconds * 1000, 1),
                bytes_in=watched.bytes_in,
                bytes_out=watched.bytes_out,
                **facts.content(),
            )


class _Request:
    """One request under watch."""

    def __init__(self, facts: Facts, limit: int, receive: Receive, send: Send) -> None:
        self.facts, self._limit, self._receive, self._send = facts, limit, receive, send
        self.start, self.status, self.bytes_in, self.bytes_out = time.perf_counter(), 0, 0, 0
        self._late: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        if self.bytes_in > self._limit:
            raise HTTPException(413, f"the body is larger than {self._limit} bytes")
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, unless it comes too late."""
        if self._late is None:
            await self._pass(message)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.facts.id.encode()), *HEADERS]
        self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    def expire(self) -> None:
        """Answer in place of the application, which has not begun to."""
        if not self.status:
            self.facts.refused = "timeout"
            self._late = asyncio.ensure_future(
                self._answer(refusal(self.facts.protocol, 503, "no answer in time", _CLOSE))
            )

    async def fail(self, error: Exception) -> None:
        """Log what nobody expected, and say that there is no answer; after `expire` nobody listens any more."""
        if self._late is not None:
            return
        if isinstance(error, ClientDisconnect):
            self.facts.refused = "disconnected"
            await self._answer(GONE)
            return
        logs.unexpected(error, self.facts)
        if not self.status:
            await self._answer(refusal(self.facts.protocol, 500, "internal error"))

    async def end(self) -> None:
        """Wait until what was sent in place of the application is out."""
        if self._late is not None:
            await self._late

    async def _answer(self, answer: Answer) -> None:
        headers = {"content-type": answer.media_type, "content-length": str(len(answer.body)), **answer.headers}
        pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._pass({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await self._pass({"type": "http.response.body", "body": answer.body})
