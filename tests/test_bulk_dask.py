"""The engine that hands chunks to a Dask cluster. Its workers are processes that take seconds to start."""

import os
import pickle
import signal
from dataclasses import replace

import pytest

from moderation import ModerationError
from moderation.bulk import cluster
from moderation.bulk.plan import plan
from moderation.bulk.run import score_files
from moderation.bulk.scoring import job_of
from tests.test_bulk import ROWS, files, score, written

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of Dask's own sockets and loops, at the end of a cluster


@pytest.fixture(scope="module")
def running():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as running:
        yield running


@pytest.fixture
def source(tmp_path):
    return written(tmp_path / "c.csv", [row for _ in range(20) for row in ROWS])


def test_a_cluster_gives_the_bytes_of_this_machine(source, tmp_path, running):
    score([source], tmp_path / "here", rows=50)
    score([source], tmp_path / "there", rows=50, engine=cluster.dask(1, running.scheduler_address))
    assert files(tmp_path / "here") == files(tmp_path / "there")


def test_a_worker_that_is_killed_loses_nothing(source, tmp_path, running):
    score([source], tmp_path / "whole", rows=10)
    found = plan([str(source)], tmp_path / "out", {})
    steps = score_files(found, tmp_path / "out", job_of(), cluster.dask(1, running.scheduler_address), {}, 10)
    for _ in range(5):
        next(steps)
    with distributed.Client(running.scheduler_address) as client:
        pids = client.run(os.getpid)
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert sum(step.rows for step in steps) > 0
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_every_worker_is_checked_before_the_first_row(tmp_path, running):
    for job, message in (
        (replace(job_of(), version="0"), r"the worker tcp://.*is installed here, not 0"),
        (replace(job_of(), folder=str(tmp_path / "none")), r"the worker tcp://.*no card.json in it"),
        (replace(job_of(), model_id="x"), r"the worker tcp://.*the model here is .*, not x"),
    ):
        with pytest.raises(ModerationError, match=message), cluster.dask(1, running.scheduler_address)(job):
            pass


def test_no_cluster_at_the_address(monkeypatch):
    monkeypatch.setattr(cluster, "WAIT", 0.5)
    with (
        pytest.raises(ModerationError, match="no Dask cluster with a worker answers there"),
        cluster.dask(1, "tcp://127.0.0.1:1")(job_of()),
    ):
        pass


def test_what_goes_to_a_worker_holds_no_model():
    assert len(pickle.dumps(job_of())) < 2_000
