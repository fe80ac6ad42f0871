"""Log lines: one JSON object for each request and event, without anything that a person wrote, a key or an address.

What a line can hold is listed in `Facts` and `event`; the words of other programs' messages are left out, since nobody knows what
stands in them. An exception is logged by its type and its places, without its message.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from pydantic_core import to_json

LOGGER = logging.getLogger("moderation.service")
MOST_PLACES = 12  # of an exception, the innermost
#: Ours, about the kernel, and the server's, about sockets and processes; those about requests are switched off.
_OWN_MESSAGES = frozenset({"moderation", "uvicorn.error"})


@dataclass
class Facts:
    """What is known of one request; its path, its status and the rest are added when it ends.

    Parameters
    ----------
    id
        Also in the answer's header ``X-Request-Id``.
    protocol, call
        Which of them was spoken, and which of Akismet's calls it was.
    key, key_id
        Name and number of the key.
    refused
        Why it was: ``missing``, ``unknown`` or ``limited`` of its key, ``signature``, ``size``, ``timeout``, ``disconnected``.
    actions
        Action -> how many comments it was taken for.
    """

    id: str
    protocol: str
    call: str | None = None
    key: str | None = None
    key_id: int | None = None
    refused: str | None = None
    actions: Counter[str] = field(default_factory=Counter)

    def content(self) -> dict[str, Any]:
        """Return what is known."""
        return {name: value for name, value in vars(self).items() if value}


def event(name: str, level: int = logging.INFO, **facts: Any) -> None:
    """Log one line."""
    if LOGGER.isEnabledFor(level):
        record = logging.LogRecord(LOGGER.name, level, "", 0, name, None, None)  # no search for who calls
        record.facts = facts
        LOGGER.handle(record)


def unexpected(error: BaseException, facts: Facts) -> None:
    """Log an exception that nobody expected."""
    event("error", logging.ERROR, id=facts.id, protocol=facts.protocol, **described(error))


def described(error: BaseException) -> dict[str, Any]:
    """Return the type of an exception and where it was raised, the innermost place first.

    Examples
    --------
    >>> try:
    ...     int("what somebody wrote")
    ... except ValueError as error:
    ...     described(error)["error"]
    'ValueError'
    """
    return {"error": type(error).__name__, "at": _places(error.__traceback__)}


def _places(at: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(at)
    return [
        f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in reversed(frames[-MOST_PLACES:])
    ]


class Lines(logging.Formatter):
    """Writes a record as a line of JSON.

    Examples
    --------
    >>> record = logging.LogRecord("somebody.else", logging.ERROR, "a.py", 7, "refused: %s", ("a text",), None)
    >>> "a text" in Lines().format(record)
    False
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        second, rest = divmod(record.created, 1)
        line: dict[str, Any] = {
            "time": f"{_written(int(second))}.{int(rest * 1000):03d}+00:00",
            "level": record.levelname.lower(),
        }
        if record.name == LOGGER.name:
            line |= {"event": record.getMessage(), **getattr(record, "facts", {})}
        else:
            line |= {"event": "other", "logger": record.name, "at": f"{record.module}:{record.lineno}"}
            error = record.exc_info[1] if record.exc_info else None
            if error is not None:
                line |= described(error)
            elif record.name in _OWN_MESSAGES:
                line["message"] = record.getMessage()
        return to_json(line).decode()


@lru_cache(maxsize=1)
def _written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def set_up(log: Literal["json", "none"], level: Literal["info", "warning"]) -> None:
    """Send all lines of this process to standard error, for whoever runs it to keep: once, when the service starts."""
    handler: logging.Handler = logging.NullHandler()
    if log == "json":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    LOGGER.setLevel(level.upper() if log == "json" else logging.CRITICAL)
    logging.captureWarnings(True)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line says them
