"""The engine that hands chunks to a Dask cluster: of this machine, or of many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from logging import ERROR
from typing import TYPE_CHECKING

from moderation.bulk.engines import AHEAD, Engine, Workers, count_of
from moderation.bulk.scoring import Job, checked, score_part
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from distributed import Client

WAIT = 30  # seconds for the scheduler, and for its first worker


def dask(jobs: int, scheduler: str | None = None) -> Engine:
    """Return the engine of a Dask cluster; a worker that is lost loses no row, since another does its chunks.

    Parameters
    ----------
    jobs
        Workers of a cluster on this machine, -1 for one a core; where there is no `scheduler`.
    scheduler
        Address of a cluster whose workers have this program and the model.
    """

    @contextmanager
    def start(job: Job) -> Iterator[Workers]:
        try:
            from distributed import CancelledError, KilledWorker
        except ImportError:
            raise ModerationError('Dask is not installed: pip install "moderation[dask]"') from None
        with ExitStack() as stack:
            client = _client(jobs, scheduler, stack)
            _check(client, job)
            ahead = AHEAD * sum(client.ncores().values())
            try:
                yield Workers(lambda chunk, format: client.submit(score_part, job, chunk, format, pure=False), ahead)
            except (KilledWorker, CancelledError) as error:
                raise ModerationError(
                    f"the cluster gave up on a chunk ({type(error).__name__}): its workers died again and again, perhaps for "
                    "want of memory, or its scheduler is gone; run the same command again: it goes on where it was"
                ) from None

    return start


def _client(jobs: int, scheduler: str | None, stack: ExitStack) -> Client:
    from distributed import Client, LocalCluster

    if scheduler is None:
        cluster = LocalCluster(
            n_workers=count_of(jobs), threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=ERROR
        )
        scheduler = stack.enter_context(cluster).scheduler_address
    try:
        client: Client = stack.enter_context(Client(scheduler, timeout=WAIT))
        client.wait_for_workers(1, timeout=WAIT)
    except (OSError, ValueError) as error:
        raise ModerationError(
            f"{scheduler}: no Dask cluster with a worker answers there ({error}); expected an address such as "
            "tcp://10.0.0.1:8786; start `dask scheduler` and `dask worker`"
        ) from None
    return client


def _check(client: Client, job: Job) -> None:
    """Make sure that every worker has the program and the model of the job, and loads it."""
    for worker, found in client.run(_ready, job, on_error="return").items():
        if found is not True:
            raise ModerationError(f"the worker {worker}: {found}")


def _ready(job: Job) -> bool:
    checked(job)
    return True
