"""Turns: which work is done at once on the event loop, and which in a thread beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

#: Bytes of a body, or characters of comments. To read and explain so much takes about a millisecond, and to compare it with the
#: recent comments of a site some four, the most that a request should keep others waiting; a thread costs a short one more than
#: its answer (0.05 to 0.1 ms, and twice that when all are busy).
SHORT = 2_048

P = ParamSpec("P")
T = TypeVar("T")


async def take(size: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the work gives: done at once where it is about so little, else in a thread.

    Examples
    --------
    >>> import asyncio
    >>> asyncio.run(take(2, len, "ab"))
    2
    """
    return work(*args, **kwargs) if size <= SHORT else await run_in_threadpool(work, *args, **kwargs)
