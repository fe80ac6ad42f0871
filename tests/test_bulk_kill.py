"""Runs that are killed from outside, with no warning, and go on."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moderation import ModerationError
from moderation.bulk import engines
from moderation.bulk.plan import plan
from moderation.bulk.run import score_files
from moderation.bulk.scoring import job_of
from tests.test_bulk import ROWS, files, score, written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes as Linux does")

PROGRAM = """
import sys
import time
from pathlib import Path
from moderation.bulk import engines
from moderation.bulk.plan import plan
from moderation.bulk.run import score_files
from moderation.bulk.scoring import job_of

if __name__ == "__main__":
    source, out, rows = sys.argv[1:]
    files = plan([source], Path(out), {})
    for step in score_files(files, Path(out), job_of(reasons=True), engines.local(2), {}, int(rows)):
        print(step.rows, flush=True)
"""


@pytest.fixture
def start(tmp_path, root):
    """Start a run in a process of its own, which prints a line a step."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    running = []

    def start(source, out, rows):
        command = [sys.executable, program, source, out, str(rows)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)}))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def killed(process):
    """Kill a run without a warning; return descriptors of the processes that it had started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    descriptors = [os.pidfd_open(int(child)) for child in children]
    process.send_signal(signal.SIGKILL)
    process.wait()
    return descriptors


def test_a_run_that_was_killed_goes_on_and_leaves_no_process(tmp_path, start):
    source = written(tmp_path / "c.csv", [row for _ in range(20) for row in ROWS])
    score([source], tmp_path / "whole", reasons=True)
    process = start(source, tmp_path / "out", 10)
    for _ in range(5):
        assert process.stdout.readline()
    for child in killed(process):
        assert select.select([child], [], [], 60)[0], "a worker outlives the run"
        os.close(child)
    assert len(list((tmp_path / "out" / ".work").rglob("0*.0*"))) >= 5
    score([source], tmp_path / "out", rows=10, reasons=True)
    assert files(tmp_path / "out")["c.scores.csv"] == files(tmp_path / "whole")["c.scores.csv"]


def test_a_worker_that_is_killed_ends_the_run_with_a_sentence(tmp_path):
    source = written(tmp_path / "c.csv", [row for _ in range(20) for row in ROWS])
    found = plan([str(source)], tmp_path / "out", {})
    before = _children()
    steps = score_files(found, tmp_path / "out", job_of(), engines.local(2), {}, 5)
    next(steps)
    for child in _children() - before:
        os.kill(child, signal.SIGKILL)
    with pytest.raises(ModerationError, match="a worker was ended from outside"):
        list(steps)
    score([source], tmp_path / "out")
    score([source], tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_run_that_is_told_to_end_says_how_to_go_on(tmp_path, root):
    source = written(tmp_path / "c.csv", [row for _ in range(4000) for row in ROWS])
    command = [sys.executable, "-c", "from moderation.cli import main; main()", "score", source, "--jobs", "2"]
    process = subprocess.Popen([*command, "--out", tmp_path / "out"], stderr=subprocess.PIPE, text=True, cwd=root)
    while not list((tmp_path / "out").glob(".work/*/0*")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 130
    assert said.strip() == f"{tmp_path / 'out'}: ended; the same command goes on where it was"


def _children():
    return {
        int(child)
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    }


@pytest.mark.slow
def test_killed_twenty_times_at_random_the_bytes_are_the_same(tmp_path, start):
    chance = random.Random(7)
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    rows = [row for _ in range(150) for row in ROWS]
    written(tmp_path / "in" / "a.csv", [*rows, ["short"], *rows])
    facts = [{"id": row[0], "text": row[2]} for row in rows]
    (tmp_path / "in" / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in facts), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist([*facts, {"id": "x", "text": None}]), tmp_path / "in" / "c.parquet")
    score([tmp_path / "in"], tmp_path / "whole", rows=100, reasons=True)
    kills = 0
    while kills < 20:
        process = start(tmp_path / "in", tmp_path / "out", 100)
        for _ in range(chance.randrange(8)):
            process.stdout.readline()
        try:
            process.wait(chance.uniform(0, 0.2))
        except subprocess.TimeoutExpired:
            kills += 1
            for child in killed(process):
                os.close(child)
    score([tmp_path / "in"], tmp_path / "out", rows=100, reasons=True)
    assert files(tmp_path / "out") == files(tmp_path / "whole")
