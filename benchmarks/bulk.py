"""How fast and in how much memory files are scored in bulk, beside the same texts in memory and a stock pipeline, in one run.

    python -m benchmarks.bulk [--rows 2000000] [--growth 250000] [--most 10000000] [--runs 3] [--write]

The files are made for the run: comments of 280 characters put together from the sentences of labels/ and of the public
sets, each with a number of its own, in a table with an id, a thread, an author and a date. Each figure is the best of
several runs, each in a process of its own, its start included; memory is the sum over the run and its workers, beyond as
many processes that have imported the same modules and read nothing.

In memory: the texts of the same file in a list, scored on one core by `Model.score`, which gives an object a comment, and by
`Model.score_arrays`, which gives arrays; starting not included. Stock: pandas and a scikit-learn pipeline (n-grams of words
and characters, logistic regression) in one process, as a tutorial builds it, over a part of the rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python benchmarks/bulk.py` starts in this folder

from benchmarks.figures import publish
from benchmarks.speed.corpus import judged_comments, unjudged_comments, varied

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "bulk-figures.md"
CORES = os.cpu_count() or 1
BAR = 0.8  # of what all cores could do if each did what one does in memory
MOST_MEMORY = 600  # MB
PIECES = 50_000  # different comments; each row adds its number, so that no two are the same
IN_MEMORY, STOCK = 500_000, 20_000  # rows, at most

COMMAND = "from moderation.cli import main; main()"
NOTHING = "import sys, moderation.cli, moderation.features.compiled, pyarrow.parquet; print('ready', flush=True); sys.stdin.read()"
SCORING = f"""
import csv, json, sys, time
from itertools import islice
from moderation import Model
model = Model.load()
model.compile()
with open(sys.argv[1], encoding="utf-8", newline="") as stream:
    texts = [row["text"] for row in islice(csv.DictReader(stream), {IN_MEMORY})]
model.score_arrays(texts[:4000])
start = time.perf_counter()
for at in range(0, len(texts), 10_000):
    getattr(model, sys.argv[2])(texts[at:at + 10_000], int(sys.argv[3]))
print(json.dumps(len(texts) / (time.perf_counter() - start)))
"""
PIPELINE = f"""
import json, sys, time
import numpy as np, pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
def vectorizer(analyzer, ngrams):
    return TfidfVectorizer(analyzer=analyzer, ngram_range=ngrams, sublinear_tf=True, strip_accents="unicode", min_df=2)
pipeline = make_pipeline(make_union(vectorizer("word", (1, 2)), vectorizer("char_wb", (2, 5))), LogisticRegression())
learn = pd.read_csv(sys.argv[1], nrows=5_000)
pipeline.fit(learn["text"], np.arange(len(learn)) % 2)
start = time.perf_counter()
rows = 0
for part in pd.read_csv(sys.argv[1], chunksize=10_000, nrows={STOCK}):
    part["score"] = pipeline.predict_proba(part["text"])[:, 1]
    part[["id", "score"]].to_csv(sys.argv[2], mode="a", header=not rows, index=False, float_format="%.6f")
    rows += len(part)
print(json.dumps(rows / (time.perf_counter() - start)))
"""


class Figure(NamedTuple):
    """What a run took: rows a second, and MB of all its processes beyond those that do nothing."""

    rate: float
    memory: float


def comments() -> list[str]:
    """Return the texts that the files are made of."""
    return [comment.text for comment in varied([*judged_comments(), *unjudged_comments()], PIECES)]


def table(path: Path, texts: Sequence[str], rows: int) -> Path:
    """Write a table of so many rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "thread_id", "text", "author", "created_at"))
        for number in range(rows):
            text = f"{texts[number % len(texts)]} {number}"
            writer.writerow(
                (f"c{number}", f"t{number // 20}", text, f"Awa {number % 997}", "2026-03-01T08:00:00+00:00")
            )
    return path


def as_parquet(path: Path) -> Path:
    """Write a table anew as Parquet."""
    from pyarrow import csv as arrow_csv
    from pyarrow.parquet import ParquetWriter

    out = path.with_suffix(".parquet")
    options = arrow_csv.ParseOptions(newlines_in_values=True)
    with arrow_csv.open_csv(path, parse_options=options) as parts, ParquetWriter(out, parts.schema) as writer:
        for part in parts:
            writer.write_batch(part)
    return out


def answer(program: str, *arguments: str | Path, runs: int = 1) -> float:
    """Return the best number that a program prints."""
    return max(json.loads(_output(program, *arguments)) for _ in range(runs))


def scored(path: Path, rows: int, runs: int, *options: str) -> Figure:
    """Run the command over a file; return the best of each figure."""
    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            command = [sys.executable, "-c", COMMAND, "score", path, "--out", Path(folder) / "out", *options]
            start, most = time.perf_counter(), 0.0
            run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
            while run.poll() is None:
                most = max(most, memory(run.pid))
                with suppress(subprocess.TimeoutExpired):
                    run.wait(0.5)
            if run.returncode:
                raise RuntimeError(run.stderr.read() if run.stderr else "")
            found.append(Figure(rows / (time.perf_counter() - start), most - (1 + CORES) * idle()))
    return Figure(max(figure.rate for figure in found), min(figure.memory for figure in found))


def idle() -> float:
    """Return the MB of a process that has imported what a run imports."""
    run = subprocess.Popen(
        [sys.executable, "-c", NOTHING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert run.stdout is not None
    run.stdout.readline()
    found = memory(run.pid)
    run.communicate()
    return found


def memory(pid: int) -> float:
    """Return the MB of a process and of those that it started, pages that they share counted once (Linux)."""
    found = 0.0
    with suppress(OSError):  # it has ended by now
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                found = int(line.split()[1]) / 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += sum(memory(int(child)) for child in (task / "children").read_text().split())
    return found


def _output(program: str, *arguments: str | Path) -> str:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.splitlines()[-1]


def report(folder: Path, rows: int, growth: int, most: int, runs: int) -> Iterator[str]:
    """Make the files, measure, and yield the lines of the page."""
    texts = comments()
    path = table(folder / "comments.csv", texts, rows)
    parquet = as_parquet(path)
    one = {name: answer(SCORING, path, name, "1", runs=runs) for name in ("score", "score_arrays")}
    threads = answer(SCORING, path, "score_arrays", "-1", runs=runs)
    stock = answer(PIPELINE, path, folder / "stock.csv")
    size = path.stat().st_size / rows
    yield f"\n## {rows:,} rows of {size:.0f} bytes, {CORES} cores\n"
    yield f"| run | rows a second | against {CORES}x `score` | against {CORES}x `score_arrays` | bar | against stock | memory |"
    yield "|---|---:|---:|---:|---:|---:|---:|"

    def row(name: str, rate: float, bar: float | None = None, memory: float | None = None) -> str:
        ratios = [rate / (CORES * found) for found in one.values()]
        met = (
            ""
            if bar is None
            else f">= {bar:g}x: " + ", ".join("met" if ratio >= bar else "not met" for ratio in ratios)
        )
        shown = "" if memory is None else f"{memory:.0f} MB"
        first, second = (f"{ratio:.2f}x" for ratio in ratios)
        return f"| {name} | {rate:,.0f} | {first} | {second} | {met} | {rate / stock:.1f}x | {shown} |"

    for name, rate in one.items():
        yield row(f"`Model.{name}` in memory, one core", rate)
    yield row("`Model.score_arrays` in memory, a thread a core", threads)
    yield row(f"stock: pandas and scikit-learn, one process, {STOCK:,} rows", stock)
    local = {kind: scored(file, rows, runs) for kind, file in (("CSV", path), ("Parquet", parquet))}
    for kind, figure in local.items():
        yield row(kind, figure.rate, BAR, figure.memory)
    with_reasons = scored(path, rows, 1, "--reasons")
    yield row("CSV with `--reasons`", with_reasons.rate, None, with_reasons.memory)
    dask = scored(path, rows, runs, "--engine", "dask")
    ratio = dask.rate / local["CSV"].rate
    yield row("CSV, `--engine dask`, a cluster of this machine", dask.rate, None, dask.memory)
    yield f"\nDask against the local engine: {ratio:.2f}x (bar >= {BAR:g}x, {'met' if ratio >= BAR else 'not met'}).\n"
    yield "## Growth\n\n| file | rows | seconds | rows a second | memory | bar |\n|---|---:|---:|---:|---:|---|"
    for times in [growth, 4 * growth, 16 * growth, *([most] if most else [])]:
        yield _grown("CSV", table(path, texts, times), times)
        if times == 16 * growth:
            yield _grown("Parquet", as_parquet(path), times)


def _grown(name: str, path: Path, rows: int) -> str:
    figure = scored(path, rows, 1)
    met = f"<= {MOST_MEMORY} MB, {'met' if figure.memory <= MOST_MEMORY else 'not met'}"
    return f"| {name} | {rows:,} | {rows / figure.rate:.1f} | {figure.rate:,.0f} | {figure.memory:.0f} MB | {met} |"


def main(given: Sequence[str] | None = None) -> None:
    """Read the command line, print the figures, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the files that rates are measured on")
    parser.add_argument(
        "--growth", type=int, default=250_000, help="rows of the least of three files, each four times the last"
    )
    parser.add_argument("--most", type=int, default=10_000_000, help="rows of the largest file, 0 for none")
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure, of which the best counts")
    parser.add_argument("--folder", type=Path, help="where the files are made; by default where temporary files are")
    parser.add_argument("--write", action="store_true", help=f"write {FIGURES.relative_to(ROOT)}")
    options = parser.parse_args(given)
    heading = "# Figures of bulk scoring\n\nWritten by `make bulk`; do not edit. What they mean: [bulk.md](bulk.md)."
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        publish(
            heading,
            report(Path(folder), options.rows, options.growth, options.most, options.runs),
            FIGURES if options.write else None,
        )


if __name__ == "__main__":
    main()
