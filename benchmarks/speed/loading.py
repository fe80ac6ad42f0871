"""Part 2: loading the model, and a command in a fresh process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.speed.corpus import ROOT
from benchmarks.speed.rows import Call, Row, alternate, timed
from moderation import Model

COLD_TEXT = "Ce gouvernement a échoué, qu'il démissionne. Bande d'incapables !"


def loading() -> Row:
    """Load the model from a warm file cache; the best of many, since the rest is noise."""
    load = timed(Model.load)
    milliseconds = min(float(load()) for _ in range(20)) * 1000  # type: ignore[arg-type]
    return Row("load the model, best of 20", "a bar of 20 ms", "ms", milliseconds, 20.0, 1, cost=True)


#: A small process starts the command, so that the peak is the command's and not the benchmark's.
_WRAPPER = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def cold(runs: int) -> Iterator[Row]:
    """Wall time and peak memory of ``moderation score`` in a fresh process, against an import of scikit-learn."""
    commands = {
        "ours": ["-c", "from moderation.cli import main; main()", "score", COLD_TEXT],
        "other": ["-c", "import sklearn.linear_model"],
    }
    calls: dict[str, Call] = {name: partial(fresh_process, command) for name, command in commands.items()}
    alternate(1, calls)  # compiles what is compiled once, and warms the file cache
    (ours, our_peak), (other, peak) = (found.tolist() for found in alternate(runs, calls).values())
    against = '`python -c "import sklearn.linear_model"`'
    yield Row("cold `moderation score`, time", against, "s", ours, other, 0.5, cost=True)
    yield Row("cold `moderation score`, peak memory", against, "MiB", our_peak, peak, 0.5, cost=True)


def fresh_process(arguments: Sequence[str]) -> tuple[float, float]:
    """Return wall time and peak resident memory, in MiB, of a Python process."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", _WRAPPER, sys.executable, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path})
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
