"""Part 2: loading the model, and a command in a fresh process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO

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


_BULK = """
import sys
from moderation import Model
texts = sys.stdin.read().split("\\0")
model = Model.load()
model.compile()
for _ in range(int(sys.argv[1])):
    for scores in (model.score(texts[at:at + 2000]) for at in range(0, len(texts), 2000)):
        pass
"""


def bulk_memory(texts: Sequence[str]) -> Row:
    """Peak memory of a process that scores four times as many comments, against one that scores them once."""
    with tempfile.TemporaryFile() as file:
        file.write("\0".join(texts).encode("utf-8", "replace"))
        peaks = []
        for times in ("4", "1"):
            file.seek(0)
            peaks.append(fresh_process(["-c", _BULK, times], file)[1])
    return Row("peak memory, 4x comments", "1x comments", "MiB", peaks[0], peaks[1], 1.1, cost=True)


def fresh_process(arguments: Sequence[str], stdin: IO[bytes] | None = None) -> tuple[float, float]:
    """Return wall time and peak resident memory, in MiB, of a Python process."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", _WRAPPER, sys.executable, *arguments]
    done = subprocess.run(
        command, check=True, stdin=stdin, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
