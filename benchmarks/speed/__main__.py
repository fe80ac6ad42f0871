"""How fast it is, beside what a user would take instead, in one run.

Every row is a median of several runs; the contenders of a row take turns, so that a slow minute of the machine meets all of
them. First of all the scores are compared with those of the same model built from stock scikit-learn parts; where they
differ by more than 1e-6 the exit code is 1. The ratios are printed and decide nothing.

    python -m benchmarks.speed [--comments 20000] [--quick] [--json FILE] [--write]

Part 1, scoring: the stock model gets its texts cut and folded beforehand, outside the timing; everybody else gets comments as
they were written. The other filters run each in a virtual environment of its own, made once under build/bench-venvs.
What ours keeps of words that it has read before is forgotten before each run of the row "batch".
Part 2, the rest: one against two jobs, loading, a cold command, memory of a bulk run, training. Training is vocabulary,
idf, matrix and one logistic regression a label (liblinear), on whole comments as rows, ours one label a thread; the stock
side gets them folded. Two rows more say how much of that is making the matrix, and how much the fits, which are the same
solver's on both sides.
The cross-validation and the search for near-duplicates that `moderation train` adds are left out on both sides.
Part 3, growth: time per character for more comments, and for longer ones.

The comments are the texts of labels/ and, where MODERATION_SHARED names the public sets, those of data/train: sentences of
comments with the same answers, shuffled together, none twice, about 280 characters each.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `python benchmarks/speed` starts in this folder

from benchmarks.speed.corpus import ROOT, Comment, judged_comments, unjudged_comments, varied
from benchmarks.speed.growth import growth, growth_lines
from benchmarks.speed.loading import bulk_memory, cold, loading
from benchmarks.speed.peers import Child, children
from benchmarks.speed.plot import plot
from benchmarks.speed.rows import HEADING, Row
from benchmarks.speed.scoring import scoring
from benchmarks.speed.stock import Stock, checks
from benchmarks.speed.training import training
from moderation import Model

TOLERANCE = 1e-6  # of a probability


@dataclass(frozen=True)
class Sizes:
    """How much is measured: of comments, of comments taken one by one, of runs."""

    comments: int
    few: int
    runs: int
    training: tuple[int, ...]
    training_runs: int


def main(sizes: Sizes, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything; return what the JSON file holds."""
    judged = judged_comments()
    texts = [comment.text for comment in varied([*judged, *unjudged_comments()], sizes.comments)]
    model = Model.load()
    if not model.compile():
        say("Numba is not installed, so the plain definition is measured: pip install -e '.[fast]'\n")
    about = surroundings(model, texts)
    say(", ".join(f"{name} {value}" for name, value in about.items()) + f"; medians of {sizes.runs} runs\n")
    differences = checks(model, Stock(model), texts, texts[: sizes.few])
    for name, difference in differences.items():
        say(f"Largest difference of a probability, {name}: {difference:.1e}")
    if not all(difference <= TOLERANCE for difference in differences.values()):
        say(f"\nMore than {TOLERANCE:g}: the scores are wrong, so nothing is timed.")
        sys.exit(1)
    rows: list[Row] = []
    say("\n" + HEADING)
    for row in measured(model, texts, judged, sizes):
        rows.append(row)
        say(row.line())
    found = growth(model, texts, sizes.runs, longest=100_000 if quick else 1_000_000)
    for line in growth_lines(found):
        say(line)
    table = [asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]
    return {"about": about, "checks": differences, "rows": table, "growth": [part._asdict() for part in found]} | {
        "svg": plot(rows)
    }


def measured(model: Model, texts: Sequence[str], judged: Sequence[Comment], sizes: Sizes) -> Iterator[Row]:
    """Yield the rows of parts 1 and 2."""
    with tempfile.TemporaryDirectory() as folder:
        others = children(Path(folder), texts, judged)
        yield from scoring(model, texts, sizes.few, sizes.runs, others)
        for child in others.values():
            if isinstance(child, Child):
                child.close()
    yield loading()
    yield from cold(sizes.runs)
    yield bulk_memory(texts)
    for count in sizes.training:
        yield from training(varied(judged, count), sizes.training_runs)


def surroundings(model: Model, texts: Sequence[str]) -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "model": model.id,
        "comments": f"{len(texts):,}",
        "mean characters": f"{np.mean([len(text) for text in texts]):.0f}",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        "cores": str(os.cpu_count()),
        "machine": platform.machine(),
    }


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--comments", type=int, help="how many to score (default 20000, with --quick 6000)")
    parser.add_argument("--quick", action="store_true", help="fewer comments and runs, no training on 100,000")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--write", action="store_true", help="also write docs/speed-figures.md and docs/speed.svg")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    if given.quick:
        wanted = Sizes(given.comments or 6000, few=300, runs=3, training=(20_000,), training_runs=1)
    else:
        wanted = Sizes(given.comments or 20_000, few=500, runs=5, training=(20_000, 100_000), training_runs=1)

    said: list[str] = []

    def say(line: str) -> None:
        """Print a line at once, and keep it."""
        said.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with threadpool_limits(1, user_api="blas"):
        figures = main(wanted, given.quick, say)
    picture = figures.pop("svg")
    if given.write:
        (ROOT / "docs" / "speed.svg").write_text(picture, encoding="utf-8")
        text = "\n".join(["# Speed, measured", "", "Written by `python -m benchmarks.speed --write`.", "", *said, ""])
        (ROOT / "docs" / "speed-figures.md").write_text(text, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
