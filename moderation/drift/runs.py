"""Runs: the files that ``moderation score --out`` writes, counted into histograms of a size that no number of rows changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from moderation.errors import ModerationError
from moderation.policy import ACTIONS

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

COVERAGE = "coverage"
#: Columns that are no label.
FIELDS = frozenset(
    "id thread_id parent_id author created_at text source row coverage action model policy labels reasons rules".split()
)
_MARK = ".scores."  # in the name of a file that a bulk run wrote
_CHUNK = 100_000  # rows that are in memory at once
#: Boundaries of the bins: 2,001, of equal width in log-odds from -12 to 12, since most scores are close to 0 or 1. In the
#: middle a bin is 0.003 wide, at 0.01 and 0.99 0.0001. The last holds only scores of 1, as many coverages are.
GRID: Numbers = np.append(1 / (1 + np.exp(-np.linspace(-12, 12, 1_999))), 1.0)
#: Years that a comment can be of; an empty date is often the first second of 1970.
_YEARS = (1990, 2100)


@dataclass
class Tally:
    """Counts of some comments.

    Parameters
    ----------
    actions
        Shape ``(3,)``, in the order of `ACTIONS`.
    scores
        Label or `COVERAGE` -> how many scores stand in each bin, shape ``(n_edges + 1,)``.
    """

    rows: int = 0
    actions: Counts = field(default_factory=lambda: np.zeros(len(ACTIONS), dtype=np.int64))
    scores: dict[str, Counts] = field(default_factory=dict)

    def add(self, actions: Counts, bins: Mapping[str, Counts], sizes: Mapping[str, int]) -> None:
        """Count comments by the numbers of their actions and of the bins of their scores."""
        self.rows += len(actions)
        self.actions += np.bincount(actions, minlength=len(ACTIONS))
        for name, places in bins.items():
            counts = np.bincount(places, minlength=sizes[name])
            self.scores[name] = self.scores[name] + counts if name in self.scores else counts


@dataclass
class Run:
    """The counts of a run.

    Parameters
    ----------
    name
        Where it was read.
    labels
        In the order of the columns.
    edges
        Label or `COVERAGE` -> ascending boundaries of its bins; bin ``i`` holds ``edges[i - 1] <= score < edges[i]``.
    models
        The ids that its rows name.
    weeks
        ISO week, as ``2026-W07`` -> counts of its comments, in the order of time.
    undated
        Rows without a date that can be read.
    """

    name: str
    labels: tuple[str, ...]
    edges: dict[str, Numbers]
    files: int = 0
    models: set[str] = field(default_factory=set)
    total: Tally = field(default_factory=Tally)
    weeks: dict[str, Tally] = field(default_factory=dict)
    undated: int = 0


def read_run(path: str | Path, cuts: Mapping[str, Sequence[float]] | None = None) -> Run:
    """Count a file, or all scored files below a folder.

    Parameters
    ----------
    cuts
        Label or `COVERAGE` -> scores that shall be boundaries of bins, so that the shares above them are exact.

    Raises
    ------
    ModerationError
        Where nothing is there, or a file is no output of ``moderation score --out``.
    """
    files = _files(Path(path))
    run: Run | None = None
    for file in files:
        offset = 0
        for frame in _chunks(file):
            labels = tuple(str(name) for name in frame.columns if name not in FIELDS)
            run = run or Run(str(path), labels, _edges(labels, cuts or {}), len(files))
            if set(labels) != set(run.labels):
                raise ModerationError(
                    f"{file}: the labels {', '.join(labels)}, but {', '.join(run.labels)} in {files[0]}; "
                    "give the files of one run"
                )
            _count(run, frame, file, offset)
            offset += len(frame)
    if run is None or not run.total.rows:
        raise ModerationError(f"{path}: no scored comment in it; score some with `moderation score INPUT --out DIR`")
    run.weeks = dict(sorted(run.weeks.items()))
    return run


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if path.suffix not in _READERS:
            raise ModerationError(f"{path}: expected a {', '.join(_READERS)} file of scores, or a folder with some")
        return [path]
    found = sorted(file for file in path.rglob(f"*{_MARK}*") if file.suffix in _READERS and file.is_file())
    if not found:
        names = ", ".join(f"*{_MARK}{suffix[1:]}" for suffix in _READERS)
        raise ModerationError(
            f"{path}: no file of scores in this folder ({names}); give the --out of `moderation score`"
        )
    return found


def _edges(labels: Sequence[str], cuts: Mapping[str, Sequence[float]]) -> dict[str, Numbers]:
    return {name: np.union1d(GRID, np.array(cuts.get(name, ()), dtype=np.float64)) for name in (*labels, COVERAGE)}


def _chunks(file: Path) -> Iterator[pd.DataFrame]:
    """Yield the rows of a file; a file that cannot be read is one sentence."""
    try:
        for frame in _READERS[file.suffix](file):
            missing = [name for name in (COVERAGE, "action", "model") if name not in frame]
            if missing or not set(frame.columns) - FIELDS:
                raise ModerationError(
                    f"{file}: no column {' or '.join(missing or ['of a label'])}; expected what "
                    "`moderation score INPUT --out DIR` writes: a column a label, coverage, action, model"
                )
            yield frame
    except OSError as error:
        raise ModerationError(f"{file}: cannot be read ({error.strerror or error}); give a file of scores") from error
    except ValueError as error:  # of pandas, pyarrow and the decoder
        what = " ".join(str(error).split())
        raise ModerationError(f"{file}: is damaged ({what}); score its input again") from error


def _csv(file: Path) -> Iterator[pd.DataFrame]:
    header = pd.read_csv(file, nrows=0, encoding="utf-8-sig").columns
    text = dict.fromkeys(("created_at", "action", "model"), str)
    yield from pd.read_csv(
        file,
        usecols=[name for name in header if _wanted(name)],
        dtype={name: kind for name, kind in text.items() if name in header},
        encoding="utf-8-sig",
        chunksize=_CHUNK,
    )


def _jsonl(file: Path) -> Iterator[pd.DataFrame]:
    rows: list[dict[str, Any]] = []
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"line {number}: {error}") from error
            if not isinstance(row, dict):
                raise ValueError(f"line {number}: no object")
            rows.append({name: value for name, value in row.items() if _wanted(name)})
            if len(rows) == _CHUNK:
                yield pd.DataFrame(rows)
                rows = []
    if rows:
        yield pd.DataFrame(rows)


def _parquet(file: Path) -> Iterator[pd.DataFrame]:
    if find_spec("pyarrow") is None:
        raise ModerationError(f'{file}: Parquet needs pyarrow, which is not installed: pip install "moderation[bulk]"')
    from pyarrow import parquet

    with parquet.ParquetFile(file, pre_buffer=False) as table:  # else it holds all that it has read
        columns = [name for name in table.schema_arrow.names if _wanted(name)]
        for batch in table.iter_batches(_CHUNK, columns=columns):
            yield batch.to_pandas()


_READERS = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}


def _wanted(name: str) -> bool:
    return name not in FIELDS or name in (COVERAGE, "action", "model", "created_at")


def _count(run: Run, frame: pd.DataFrame, file: Path, offset: int) -> None:
    actions = pd.Index(ACTIONS).get_indexer(pd.Index(frame["action"].astype(str))).astype(np.int64)
    _check(actions >= 0, frame["action"], file, offset, "action", f"one of {', '.join(ACTIONS)}")
    _check(frame["model"].notna().to_numpy(), frame["model"], file, offset, "model", "the id of a model")
    bins, sizes = {}, {}
    for name, edges in run.edges.items():
        values = _numbers(frame[name])
        _check((values >= 0) & (values <= 1), frame[name], file, offset, name, "a number from 0 to 1")
        bins[name] = np.searchsorted(edges, values, side="right").astype(np.int64)
        sizes[name] = len(edges) + 1
    run.models |= set(frame["model"].astype(str).unique().tolist())
    run.total.add(actions, bins, sizes)
    weeks = _weeks(frame)
    run.undated += int(weeks.isna().sum())
    for week, rows in weeks.groupby(weeks).indices.items():
        tally = run.weeks.setdefault(str(week), Tally())
        tally.add(actions[rows], {name: places[rows] for name, places in bins.items()}, sizes)


def _numbers(column: pd.Series[Any]) -> Numbers:
    """Return a column as numbers, NaN where it holds none."""
    if not pd.api.types.is_numeric_dtype(column):
        column = column.astype(str)  # also of lists and objects
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)


def _check(good: NDArray[np.bool_], column: pd.Series[Any], file: Path, offset: int, name: str, expected: str) -> None:
    if not good.all():
        at = int(np.argmin(good))
        raise ModerationError(
            f"{file}: row {offset + at + 1}: {name} is {str(column.iloc[at])[:50]!r}; expected {expected}: "
            "give what `moderation score INPUT --out DIR` wrote"
        )


def _weeks(frame: pd.DataFrame) -> pd.Series[str]:
    """Return the ISO week of each row, in UTC; none where there is no date."""
    if "created_at" not in frame:
        return pd.Series([None] * len(frame), dtype=object)
    written = frame["created_at"].reset_index(drop=True)
    if not pd.api.types.is_datetime64_any_dtype(written):
        written = written.where(written.notna()).astype("string")
    dates = pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce")
    dates = dates.where(dates.dt.year.between(*_YEARS))
    iso = dates.dt.isocalendar()
    weeks = iso["year"].astype("string") + "-W" + iso["week"].astype("string").str.zfill(2)
    return weeks
