"""Engines: they hand chunks to workers, a bounded number at a time, and give the parts back in order."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import Generic, NamedTuple, Protocol, TypeVar

from moderation.bulk.chunks import Chunk
from moderation.bulk.scoring import Job, Part, checked, score_part
from moderation.errors import ModerationError

AHEAD = 2  # chunks a worker: one that it scores, one that waits for it

Mark = TypeVar("Mark")


class Future(Protocol):
    """A part that is being made."""

    def result(self) -> Part:
        """Wait for it."""


class Workers(NamedTuple):
    """What an engine offers: to score a chunk for a format, and how many chunks it takes at a time."""

    submit: Callable[[Chunk, str], Future]
    ahead: int


Engine = Callable[[Job], AbstractContextManager[Workers]]


class Task(NamedTuple, Generic[Mark]):
    """A chunk that is to be scored, None where there is nothing to do, and what the caller calls it."""

    mark: Mark
    chunk: Chunk | None = None
    format: str = ""


def scored(workers: Workers, tasks: Iterable[Task[Mark]]) -> Iterator[tuple[Mark, Part | None]]:
    """Yield the mark of each task and its part, in order; tasks are taken only as there is room for them."""
    waiting: deque[tuple[Mark, Future | None]] = deque()
    for mark, chunk, format in tasks:
        waiting.append((mark, None if chunk is None else workers.submit(chunk, format)))
        if len(waiting) > workers.ahead:
            yield _waited(*waiting.popleft())
    while waiting:
        yield _waited(*waiting.popleft())


def _waited(mark: Mark, future: Future | None) -> tuple[Mark, Part | None]:
    return mark, None if future is None else future.result()


def local(jobs: int) -> Engine:
    """Return the engine of this machine: one process a core, which share the file of the model.

    Parameters
    ----------
    jobs
        Cores; -1 for all. 1 takes no other process than this.
    """

    @contextmanager
    def start(job: Job) -> Iterator[Workers]:
        count = count_of(jobs)
        if count == 1:
            yield Workers(lambda chunk, format: _Here(score_part(job, chunk, format)), 0)
            return
        pool = ProcessPoolExecutor(count, get_context("spawn"), _prepare, (job,))
        try:
            yield Workers(lambda chunk, format: pool.submit(score_part, job, chunk, format), AHEAD * count)
        except BrokenProcessPool:
            raise ModerationError(
                "a worker was ended from outside, perhaps for want of memory; run the same command again: it goes on where "
                "it was, with fewer --jobs if need be"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)

    return start


def count_of(jobs: int) -> int:
    """Return how many cores are meant, as joblib counts: -1 is all of them."""
    return jobs if jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + jobs)


class _Here(NamedTuple):
    """A part that is made."""

    part: Part

    def result(self) -> Part:
        return self.part


def _prepare(job: Job) -> None:
    """Make a worker ready, and end when the process that started it does, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for that process
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(ModerationError):  # the first chunk says it
        checked(job)
    gc.freeze()  # what is loaded stays and need not be looked at again, and a chunk is 10,000 lists without a cycle
    gc.set_threshold(100_000)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
