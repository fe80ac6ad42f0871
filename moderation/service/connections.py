"""Connections: how long a client may take to send a request, and how much it may send before the body."""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 30.0  # seconds for a whole request; 4 MB come in that time at 1.1 Mbit/s
MOST_HEAD = 65_536  # bytes of the request line and the headers: a page's URL and some hundred fields


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with an end to waiting: it bounds the pause between two requests, and not the request itself.

    A client that sends nothing, or that does not come to an end, is told so (408, 431) and the connection is closed. The
    timer is set only where a request does not come in one piece.
    """

    _timer: TimerHandle | None = None
    _in_head = _in_body = False
    _head = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._timer = self.loop.call_later(PATIENCE, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._refuse(b"431 Request Header Fields Too Large")
                return
        if not (self._in_head or self._in_body):
            self._stop()
        elif self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(PATIENCE, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Count the head anew."""
        super().on_message_begin()
        self._in_head, self._in_body, self._head = True, False, 0

    def on_headers_complete(self) -> None:
        """Wait for the body."""
        self._in_head, self._in_body = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for nothing more: the request is here."""
        self._in_body = False
        super().on_message_complete()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        """Say why, unless an answer has begun, and close."""
        self._stop()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or self._in_head:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


#: What uvicorn is told beside host and port. Each connection costs a file descriptor, of which a process has 1,024 by default;
#: a proxy keeps its connections open for 60 seconds, and it should be the one that closes them.
OPTIONS: dict[str, Any] = {
    "http": Connection,
    "limit_concurrency": 800,
    "timeout_keep_alive": 75,
    "backlog": 2048,
    "ws": "none",
}
