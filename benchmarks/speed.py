"""How fast it is, beside what a user would take instead, in one run.

Every row is a median of several runs; the contenders of a row take turns, so that a slow minute of the machine meets all of
them. First of all the scores are compared with those of the same model built from stock scikit-learn parts; where they
differ by more than 1e-6 the exit code is 1. The ratios are printed and decide nothing.

    python benchmarks/speed.py [--comments 20000] [--quick] [--json FILE] [--plot docs/speed.svg]

Part 1, scoring: the stock model gets its texts cut and folded beforehand, outside the timing; everybody else gets comments as
they were written. The other filters run each in a virtual environment of its own, made once under build/bench-venvs.
Part 2, the rest: one against two jobs, loading, a cold command, training. Training is vocabulary, idf, matrix and one
logistic regression a label (liblinear), on whole comments as rows; the stock side gets them folded. The cross-validation and
the search for near-duplicates that `moderation train` adds are left out on both sides.
Part 3, growth: time per character for more comments, and for longer ones.

The comments are the texts of labels/ and, where MODERATION_SHARED names the public sets, those of data/train: sentences of
comments with the same answers, shuffled together, none twice, about 280 characters each.
"""

import argparse
import csv
import inspect
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from html import escape
from importlib.metadata import version
from math import log10
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from threadpoolctl import threadpool_limits

from moderation import Model
from moderation.dataset import Data, Recipe
from moderation.features import Block
from moderation.features.matrix import Counts
from moderation.labels import adjudicate, join, label_files, read_labels
from moderation.scores import pool, units
from moderation.text import MARKERS, fold, sentences
from moderation.training import fit

ROOT = Path(__file__).parent.parent
SHARED = ROOT / os.environ.get("MODERATION_SHARED", "../shared")
VENVS = ROOT / "build" / "bench-venvs"
TOLERANCE = 1e-6  # of a probability
MEAN_LENGTH = 280  # of a comment, in characters
LABELS = ("insult", "spam")
COLD_TEXT = "Ce gouvernement a échoué, qu'il démissionne. Bande d'incapables !"
Numbers = NDArray[np.float64]
Call = Callable[[], float | tuple[float, ...]]  # does the work, returns the seconds it took (and what else it measured)
Answers = tuple[int, ...]  # one a label: 1, 0, or -1 for not judged


# --- comments --------------------------------------------------------------------------------------------------------


class Comment(NamedTuple):
    """A text and its answers, one for each of `LABELS`."""

    text: str
    answers: Answers


def judged_comments() -> list[Comment]:
    """Return the comments of labels/ whose text is here."""
    joined = join([x for path in label_files([ROOT / "labels"]) for x in read_labels(path)], SHARED / "data" / "train")
    labels = [label for label in adjudicate(joined.labels) if label.text and not label.is_flood]
    return [Comment(label.text or "", tuple(_answer(label.answers.get(name)) for name in LABELS)) for label in labels]


def _answer(answer: int | None) -> int:
    return -1 if answer is None else answer


def unjudged_comments() -> Iterator[Comment]:
    """Yield the texts of the public sets, if they are here."""
    for path in sorted((SHARED / "data" / "train").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            yield from (Comment(row["text"], (-1,) * len(LABELS)) for row in csv.DictReader(stream) if row["text"])


def varied(comments: Sequence[Comment], count: int, seed: int = 0) -> list[Comment]:
    """Return so many comments made of the sentences of given ones, none twice; only equal answers are mixed."""
    rng = np.random.default_rng(seed)
    pieces: dict[Answers, list[str]] = {}
    for text, answers in comments:
        pieces.setdefault(answers, []).extend(text[start:end] for start, end in sentences(text))
    groups = [answers for _, answers in comments if pieces.get(answers)]
    found: dict[str, Answers] = {}
    while len(found) < count:
        answers = groups[rng.integers(len(groups))]
        found.setdefault(_shuffled(pieces[answers], rng), answers)
    return [Comment(*item) for item in found.items()]


def _shuffled(pieces: Sequence[str], rng: np.random.Generator) -> str:
    """Join sentences drawn at random; the lengths spread as those of comments do, most short, some long."""
    wanted, chosen = rng.gamma(1.5, MEAN_LENGTH / 1.5), []
    while (
        not chosen or sum(map(len, chosen)) + len(chosen) + 20 < wanted
    ):  # 20: half a sentence, so that the mean holds
        chosen.append(pieces[rng.integers(len(pieces))])
    return " ".join(chosen)


# --- the same model from stock parts ---------------------------------------------------------------------------------


class Prepared(NamedTuple):
    """Comments cut into units and folded, for the stock side.

    Parameters
    ----------
    texts
        The folded units.
    markers
        Shape ``(n_units, n_markers)``, 1 where one holds.
    firsts
        Where each comment starts among the units.
    """

    texts: list[str]
    markers: Numbers
    firsts: list[int]


def prepared(comments: Sequence[str]) -> Prepared:
    """Cut and fold."""
    folded, firsts = [], []
    for text in comments:
        firsts.append(len(folded))
        folded += [fold(text[start:end]) for start, end in units(text)]
    markers = np.array([[float(marker in unit.markers) for marker in MARKERS] for unit in folded])
    return Prepared([unit.text for unit in folded], markers, firsts)


class Stock:
    """A model's numbers in scikit-learn's vectorizers: what one would write without this package's features."""

    def __init__(self, model: Model) -> None:
        self.model = model
        weights = model.weights.astype(np.float64)
        parts = np.split(weights, model.features.offsets()[1:], axis=1)
        self.blocks = [
            (_vectorizer(block), part.T)
            for block, part in zip(model.features.blocks, parts, strict=True)
            if block.analyzer != "marker"
        ]
        self.marker_weights = np.zeros((len(MARKERS), len(weights)))
        for block, part in zip(model.features.blocks, parts, strict=True):
            if block.analyzer == "marker":
                self.marker_weights[[MARKERS.index(name) for name in block.ngrams]] = (part * block.idf).T
        self.calibration = np.array([model.card["calibration"][label] for label in model.labels])

    def score(self, comments: Prepared) -> Numbers:
        """Return the probabilities, shape ``(n_comments, n_labels)``."""
        log_odds = comments.markers @ self.marker_weights + self.model.intercepts
        for vectorizer, weights in self.blocks:
            log_odds += vectorizer.transform(comments.texts) @ weights
        pooled = np.array([pool(part, self.model.shares) for part in np.split(log_odds, comments.firsts[1:])])
        return np.asarray(1 / (1 + np.exp(-(pooled * self.calibration[:, 0] + self.calibration[:, 1]))))


def _vectorizer(block: Block) -> TfidfVectorizer:
    vectorizer = _tfidf(block.analyzer, (block.low, block.high), vocabulary=block.index)
    vectorizer.idf_ = block.idf
    return vectorizer


def _tfidf(kind: str, ngram_range: tuple[int, int], **options: Any) -> TfidfVectorizer:
    """Return a vectorizer of folded texts that gives the values of `moderation.features`."""
    if kind == "word":
        options["token_pattern"] = r"\S+"
    analyzer = {"word": "word", "char": "char_wb"}[kind]
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=ngram_range, lowercase=False, sublinear_tf=True, norm="l2", **options
    )


def checks(model: Model, stock: Stock, texts: Sequence[str], few: Sequence[str]) -> dict[str, float]:
    """Return the largest difference of a probability in each comparison."""
    ours, batch = scored(model, texts), prepared(texts)
    alone = np.concatenate([scored(model, [text]) for text in few])
    found = {
        "batch, ours and stock": ours - stock.score(batch),
        "one by one, ours and stock": alone - np.concatenate([stock.score(prepared([text])) for text in few]),
        "ours, one by one and batch": alone - scored(model, few),
    }
    if has_jobs():
        found["ours, two jobs and one"] = scored(model, texts, jobs=2) - ours
    return {name: float(np.abs(difference).max()) for name, difference in found.items()}


def scored(model: Model, texts: Sequence[str], **options: int) -> Numbers:
    """Return our probabilities, shape ``(n_comments, n_labels)``."""
    return np.array([list(scores.probabilities.values()) for scores in model.score(texts, **options)])


def has_jobs() -> bool:
    """Whether this version can share out a batch."""
    return "jobs" in inspect.signature(Model.score).parameters


# --- measuring -------------------------------------------------------------------------------------------------------


def timed(work: Callable[..., object], *arguments: Any, **options: Any) -> Call:
    """Return a call that does the work and returns the seconds."""

    def call() -> float:
        start = perf_counter()
        work(*arguments, **options)
        return perf_counter() - start

    return call


def each(work: Callable[..., object], items: Sequence[Any]) -> None:
    """Do the work on one item after the other."""
    for item in items:
        work(item)


def alternate(runs: int, calls: dict[str, Call]) -> dict[str, Numbers]:
    """Let the calls take turns; return the median of each (of each thing that it measured)."""
    found: dict[str, list[Any]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, call in calls.items():
            found[name].append(call())
    return {name: np.median(np.array(values), axis=0) for name, values in found.items()}


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Parameters
    ----------
    ours, other
        In `unit`; None where it could not be measured, and `note` says why.
    cost
        Whether the ratio is ours / other (a cost, small is good); else it is other / ours (a gain).
    bar
        What the ratio is to reach, from above or, for a cost, from below; None where nothing was promised.
    """

    name: str
    against: str
    unit: str
    ours: float | None
    other: float | None = None
    bar: float | None = None
    cost: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours against the other."""
        if not self.ours or not self.other:
            return None
        return self.ours / self.other if self.cost else self.other / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none, or nothing to hold against it."""
        if self.bar is None or self.ratio is None:
            return None
        return self.ratio <= self.bar if self.cost else self.ratio >= self.bar

    def line(self) -> str:
        """Return the row in Markdown."""
        values = ["" if value is None else f"{_digits(value)} {self.unit}" for value in (self.ours, self.other)]
        ratio = "" if self.ratio is None else f"{_digits(self.ratio)}x"
        bar = "" if self.bar is None else f"{'<=' if self.cost else '>='} {self.bar:g}x"
        met = {None: self.note, True: "met", False: "not met"}[self.met]
        return f"| {self.name} | {self.against} | {values[0]} | {values[1]} | {ratio} | {bar} | {met} |"


HEADING = "| what | against | ours | other | ratio | bar | |\n|---|---|---|---|---|---|---|"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


# --- other filters, each in its own environment ----------------------------------------------------------------------


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


def environment(package: str) -> Path:
    """Return the Python of a virtual environment that holds a package; make it the first time."""
    python = VENVS / package / "bin" / "python"
    made = VENVS / package / "installed"
    if not made.is_file():
        sys.stderr.write(f"installing {package} under {VENVS}\n")
        _run([sys.executable, "-m", "venv", "--clear", VENVS / package])
        _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package])
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


# --- the parts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sizes:
    """How much is measured: of comments, of comments taken one by one, of runs."""

    comments: int
    few: int
    runs: int
    training: tuple[int, ...]
    training_runs: int


def scoring(model: Model, texts: Sequence[str], few: int, runs: int, others: dict[str, Child | str]) -> Iterator[Row]:
    """Batch and one by one, against the stock parts and the other filters; explain against score; two jobs."""
    stock, singles = Stock(model), [prepared([text]) for text in texts[:few]]
    batch: dict[str, Call] = {
        "ours": timed(model.score, texts),
        "stock": timed(stock.score, prepared(texts)),
    }
    if has_jobs():
        batch["two jobs"] = timed(model.score, texts, jobs=2)
    single: dict[str, Call] = {
        "ours": timed(each, lambda text: model.score([text]), texts[:few]),
        "stock": timed(each, stock.score, singles),
        "explain": timed(each, model.explain, texts[:few]),
    }
    for other in FILTERS:
        child = others[other.name]
        if isinstance(child, Child):
            batch[other.name] = partial(child.call, "batch", min(other.sample or len(texts), len(texts)))
            if other.single:
                single[other.name] = partial(child.call, "single", few)
    yield from _scoring_rows(batch_values(batch, runs, len(texts)), values(single, runs, few), others)


def values(calls: dict[str, Call], runs: int, count: int) -> dict[str, float]:
    """Return microseconds a comment."""
    return {name: float(seconds) / count * 1e6 for name, seconds in alternate(runs, calls).items()}


def batch_values(calls: dict[str, Call], runs: int, count: int) -> dict[str, float]:
    """Return microseconds a comment; slow filters did only a sample."""
    samples = {other.name: other.sample for other in FILTERS if other.sample}
    found = values(calls, runs, count)
    return {name: value * count / min(samples.get(name, count), count) for name, value in found.items()}


def _scoring_rows(batch: dict[str, float], single: dict[str, float], others: dict[str, Child | str]) -> Iterator[Row]:
    stock = "the same model from stock scikit-learn parts"
    unit = "µs/comment"
    yield Row("batch", stock, unit, batch["ours"], batch["stock"], 50)
    yield Row("one by one", stock, unit, single["ours"], single["stock"], 150)
    for name, bar in zip([other.name for other in FILTERS], (2.0, 1.3, 1.3, None), strict=True):
        yield Row("batch", name, unit, batch["ours"], batch.get(name), bar, note=_note(others[name]))
    name = "alt-profanity-check"
    yield Row("one by one", name, unit, single["ours"], single.get(name), 100, note=_note(others[name]))
    yield Row("explain, one by one", "score, one by one", unit, single["explain"], single["ours"], 4, cost=True)
    note = "" if has_jobs() else "`Model.score` has no jobs in this version"
    yield Row("batch, two jobs", "one job", unit, batch.get("two jobs"), batch["ours"], 1.7, note=note)


def _note(child: Child | str) -> str:
    return child if isinstance(child, str) else ""


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


def training(comments: Sequence[Comment], runs: int) -> Row:
    """Vocabulary, matrix and one logistic regression a label, on whole comments."""
    folded = [fold(text).text for text, _ in comments]
    answers = np.array([comment.answers for comment in comments])
    calls = {"ours": timed(our_training, comments), "stock": timed(stock_training, folded, answers)}
    found = alternate(runs, calls)
    bar = 8 if len(comments) >= 100_000 else None
    name = f"train on {len(comments):,} comments ({runs} {'runs' if runs > 1 else 'run'})"
    return Row(name, "TfidfVectorizer, LogisticRegression", "s", float(found["ours"]), float(found["stock"]), bar)


def our_training(comments: Sequence[Comment]) -> None:
    """Fold, count and fit as `moderation.training` does."""
    recipe, count = Recipe(), len(comments)
    folded = [fold(text) for text, _ in comments]
    counts = (
        Counts.of(folded, "word", *recipe.word_range),
        Counts.of(folded, "char", *recipe.char_range),
        Counts.of(folded, "marker", 1, 1),
    )
    answers = dict(zip(LABELS, np.array([comment.answers for comment in comments]).T, strict=True))
    inherited = {label: np.zeros(count, dtype=bool) for label in LABELS}
    every = np.ones(count, dtype=bool)
    fit(Data(pd.DataFrame(), np.arange(count), every, counts, answers, inherited), recipe, every)


def stock_training(folded: Sequence[str], answers: NDArray[np.int64]) -> None:
    """Do the same as a scikit-learn pipeline with one classifier a label."""
    recipe = Recipe()
    union = make_union(
        _tfidf("word", recipe.word_range, min_df=recipe.min_df, max_features=recipe.max_words),
        _tfidf("char", recipe.char_range, min_df=recipe.min_df, max_features=recipe.max_chars),
    )
    matrix = sparse.csr_matrix(union.fit_transform(folded))
    for column in answers.T:
        judged = column >= 0
        LogisticRegression(C=recipe.c, solver="liblinear", max_iter=1000).fit(matrix[judged], column[judged])


class Growth(NamedTuple):
    """Time per character at one size."""

    what: str
    size: int
    nanoseconds: float


def growth(model: Model, texts: Sequence[str], runs: int, longest: int) -> list[Growth]:
    """Score 1x to 8x the comments, and 1x to 64x the length of a comment, up to `longest` characters."""
    piles = {n: texts[: len(texts) // 8 * n] for n in (1, 2, 4, 8)}
    # Each takes as long: a small pile is done several times.
    more = alternate(runs, {str(n): timed(each, model.score, [pile] * (8 // n)) for n, pile in piles.items()})
    text = " ".join(texts)
    text *= 1 + longest // len(text)
    sizes = [MEAN_LENGTH * 2**power for power in range(7)]
    sizes += [size for size in (100_000, 1_000_000) if size <= longest]
    cuts = {size: [text[at : at + size] for at in range(0, max(size, sizes[6]), size)] for size in sizes}
    longer = alternate(runs, {str(size): timed(model.score, cut) for size, cut in cuts.items()})
    found = []
    for n, pile in piles.items():
        found.append(Growth("comments", n, float(more[str(n)]) / (sum(map(len, pile)) * (8 // n)) * 1e9))
    for size, cut in cuts.items():
        nanoseconds = float(longer[str(size)]) / sum(map(len, cut)) * 1e9
        found.append(Growth("characters in a comment", size, nanoseconds))
    return found


def growth_lines(found: Sequence[Growth]) -> Iterator[str]:
    """Yield the table of part 3."""
    yield "\n| growth | size | ns/character | against the smallest |\n|---|---|---|---|"
    first: dict[str, float] = {}
    for what, size, nanoseconds in found:
        against = nanoseconds / first.setdefault(what, nanoseconds)
        shown = f"{size}x" if what == "comments" else f"{size:,}"
        yield f"| {what} | {shown} | {_digits(nanoseconds)} | {against:.2f}x |"


# --- the picture -----------------------------------------------------------------------------------------------------

_WIDTH, _LEFT, _STEP = 880, 400, 26


def plot(rows: Sequence[Row]) -> str:
    """Draw the gains as bars on a scale of powers of ten, a tick where a bar was promised."""
    shown = [row for row in rows if row.ratio is not None and not row.cost]
    ratios = [value for row in shown for value in (row.ratio, row.bar) if value]
    low = min(-1, int(np.floor(log10(min(ratios, default=1)))))
    high = max(1, int(np.ceil(log10(max(ratios, default=1)))))

    def x(ratio: float) -> float:
        return _LEFT + (log10(ratio) - low) / (high - low) * (_WIDTH - _LEFT - 70)

    height = 58 + _STEP * len(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="10" y="20" font-weight="bold">times faster (right of 1x) or slower (left); the tick is what was promised</text>',
    ]
    for power in range(low, high + 1):
        at, colour = x(10.0**power), "#333" if power == 0 else "#ddd"
        parts.append(f'<path d="M{at:.1f} 30V{height - 22}" stroke="{colour}"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle" fill="#555">{10.0**power:g}x</text>')
    parts += [part for number, row in enumerate(shown) for part in _bar(row, 36 + _STEP * number, x)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(row: Row, top: int, x: Callable[[float], float]) -> Iterator[str]:
    ratio = row.ratio or 1.0
    left, right = sorted((x(1), x(ratio)))
    colour = "#b5502d" if row.met is False else "#2d7fb5"
    name = f"{row.name.split(' (')[0]} / {row.against.removeprefix('the same model from ')}"
    yield f'<text x="10" y="{top + 13}">{escape(name)}</text>'
    yield f'<rect x="{left:.1f}" y="{top}" width="{max(right - left, 1):.1f}" height="18" fill="{colour}"/>'
    if row.bar:
        yield f'<path d="M{x(row.bar):.1f} {top - 3}v24" stroke="#111" stroke-width="2"/>'
    yield f'<text x="{max(right, x(row.bar or 0.1)) + 6:.1f}" y="{top + 13}">{_digits(ratio)}x</text>'


# --- the run ---------------------------------------------------------------------------------------------------------


def main(sizes: Sizes, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything; return what the JSON file holds."""
    judged = judged_comments()
    texts = [comment.text for comment in varied([*judged, *unjudged_comments()], sizes.comments)]
    model = Model.load()
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
    for count in sizes.training:
        yield training(varied(judged, count), sizes.training_runs)


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, help="how many to score (default 20000, with --quick 1000)")
    parser.add_argument("--quick", action="store_true", help="fewer comments and runs, no training on 100,000")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--plot", type=Path, help="also draw the ratios, as SVG")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    if given.quick:
        wanted = Sizes(given.comments or 1000, few=100, runs=3, training=(20_000,), training_runs=1)
    else:
        wanted = Sizes(given.comments or 20_000, few=500, runs=5, training=(20_000, 100_000), training_runs=3)

    def say(line: str) -> None:
        """Print a line at once."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    with threadpool_limits(1, user_api="blas"):
        figures = main(wanted, given.quick, say)
    picture = figures.pop("svg")
    if given.plot:
        given.plot.write_text(picture, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
