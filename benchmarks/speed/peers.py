"""Other filters, each in a virtual environment of its own under build/bench-venvs."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed.corpus import ROOT, Comment

VENVS = ROOT / "build" / "bench-venvs"


class Filter(NamedTuple):
    """Another filter: its name, the package, and three pieces of program that run where that is installed.

    Parameters
    ----------
    setup
        Reads ``request`` (texts and answers) and makes what the other two need.
    batch, single
        Work on the list ``texts``; one by one for `single`, which may be absent.
    """

    name: str
    package: str
    setup: str
    batch: str
    single: str = ""
    sample: int | None = None


#: fastText learns from the same comments that it is timed on; its answer is one class a comment. It reads no line breaks.
#: Vectors of 100 numbers are its default; 16, as in its language identification, is several times as fast.
_FASTTEXT = """
import fasttext, pathlib
texts = [" ".join(text.split()) for text in texts]
names = ["insult" if insult == 1 else "spam" if spam == 1 else "none" for insult, spam in request["answers"]]
learn = pathlib.Path(sys.argv[1]).with_suffix(".learn")
lines = [f"__label__{name} " + " ".join(text.split()) for name, text in zip(names, request["learn"])]
learn.write_text("\\n".join(lines), encoding="utf-8")
model = fasttext.train_supervised(str(learn), minn=2, maxn=5, wordNgrams=2, dim=DIM, verbose=0)
"""
FILTERS = (
    Filter(
        "alt-profanity-check",
        "alt-profanity-check",
        "from profanity_check import predict_prob",
        "predict_prob(texts)",
        "for text in texts: predict_prob([text])",
    ),
    Filter("fastText", "fasttext-wheel", _FASTTEXT.replace("DIM", "100"), "model.predict(texts)"),
    Filter("fastText, dim 16", "fasttext-wheel", _FASTTEXT.replace("DIM", "16"), "model.predict(texts)"),
    Filter(
        "better-profanity",
        "better-profanity",
        "from better_profanity import profanity; profanity.load_censor_words()",
        "for text in texts: profanity.contains_profanity(text)",
        sample=200,
    ),
)
_CHILD = """
import json, os, sys, time
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a package prints is no answer
with open(sys.argv[1], encoding="utf-8") as stream:
    request = json.load(stream)
texts = request["texts"]
{setup}
every, texts = texts, texts[:1]
{batch}
print("ready", file=answer, flush=True)
for line in sys.stdin:
    kind, count = line.split()
    texts = every[: int(count)]
    start = time.perf_counter()
    if kind == "batch":
        {batch}
    else:
        {single}
    print(time.perf_counter() - start, file=answer, flush=True)
"""


class Failed(Exception):
    """Another filter could not be installed or run."""


class Child:
    """A process in which another filter waits for work."""

    def __init__(self, other: Filter, folder: Path, request: Path) -> None:
        program = folder / f"{other.name}.py"
        program.write_text(
            _CHILD.format(setup=other.setup, batch=other.batch, single=other.single or "pass"), encoding="utf-8"
        )
        self.errors = (folder / f"{other.name}.err").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [environment(other.package), program, request],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        )
        self._line()

    def call(self, kind: str, count: int) -> float:
        """Let it work on the first `count` texts; return the seconds that it says it took."""
        assert self.process.stdin
        self.process.stdin.write(f"{kind} {count}\n")
        self.process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()

    def _line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise Failed(f"failed: {_last_line(self.errors.read())}")
        return line


def environment(package: str, *more: str) -> Path:
    """Return the Python of a virtual environment that holds a package, and more that it needs; make it the first time."""
    python = VENVS / package / "bin" / "python"
    made = VENVS / package / "installed"
    if not made.is_file():
        sys.stderr.write(f"installing {package} under {VENVS}\n")
        _run([sys.executable, "-m", "venv", "--clear", VENVS / package])
        _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package, *more])
        made.touch()
    return python


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failed(f"not installed: {_last_line(done.stdout)}")


def _last_line(text: str) -> str:
    """Return what an error output says at last, fit for a cell of the table."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines or ["no message"])[-1].replace("|", "/")[:160]


def children(folder: Path, texts: Sequence[str], learn: Sequence[Comment]) -> dict[str, Child | str]:
    """Start the other filters; a message stands for one that cannot be had."""
    request = folder / "request.json"
    content = {"texts": texts, "learn": [c.text for c in learn], "answers": [c.answers for c in learn]}
    request.write_text(json.dumps(content), encoding="utf-8")
    found: dict[str, Child | str] = {}
    for other in FILTERS:
        try:
            found[other.name] = Child(other, folder, request)
        except Failed as error:
            found[other.name] = str(error)
    return found
