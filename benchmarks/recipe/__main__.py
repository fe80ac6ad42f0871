"""What each choice of the recipe is worth: every variant on the same folds of labels/, beside the shipped recipe.

    MODERATION_SHARED=../shared python -m benchmarks.recipe [group ...] [--quick] [--write] [--jobs N]

Groups, all of them by default: {groups}.

Each prints a table: average precision, and the paired difference to the shipped recipe with its 95 % interval. With --write the
tables of a whole run replace docs/recipe-figures.md. Without MODERATION_SHARED the real messages are left out. What the figures
mean, and what was kept: docs/recipe.md.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import joblib

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `python benchmarks/recipe` starts in this folder

from benchmarks.quality.subject import ROOT, SHARED, Subject
from benchmarks.recipe import (
    baselines,
    blocks,
    names,
    parents,
    pooling,
    regression,
    sets,
    units,
    vocabulary,
)
from benchmarks.recipe.base import Base, prepared, tenth
from benchmarks.recipe.comparison import counted, row, section

GROUPS = {
    module.__name__.rpartition(".")[2]: module.GROUP
    for module in (blocks, regression, pooling, units, names, baselines, parents, sets, vocabulary)
}
HEADING = "# Figures of the recipe\n\nWritten by `make recipe`; do not edit. What they mean: [recipe.md](recipe.md)."


def report(chosen: Sequence[str], base: Base, jobs: int = -1) -> str:
    """Run groups, printing each table as it is found; return all of them. `jobs`: processes, a variant each."""
    parts = [f"{HEADING}\n\n" + "\n".join(counted(base))]
    say(parts[0])
    work = (joblib.delayed(row)(base, GROUPS[name].parts, found) for name in chosen for found in GROUPS[name].variants)
    rows = joblib.Parallel(n_jobs=jobs, return_as="generator")(work)
    for name in chosen:
        found = []
        for _ in GROUPS[name].variants:
            found.append(next(rows))
            sys.stderr.write(f"[{name}, {found[-1].name}: {found[-1].seconds:.0f} s]\n")
        parts.append(section(base, GROUPS[name], found))
        say(parts[-1])
    return "\n\n".join(parts) + "\n"


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n\n")
    sys.stdout.flush()


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recipe",
        description=(__doc__ or "").format(groups=", ".join(GROUPS)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("groups", nargs="*", metavar="group", help="groups to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the labels, to see that everything runs")
    parser.add_argument(
        "--write", action="store_true", help="write docs/recipe-figures.md; needs all groups and labels"
    )
    parser.add_argument("--jobs", type=int, default=-1, help="processes, a variant each (default: all cores)")
    found = parser.parse_args(given)
    if unknown := [name for name in found.groups if name not in GROUPS]:
        parser.error(f"no group {unknown[0]!r}; there are {', '.join(GROUPS)}")
    if found.write and (found.groups or found.quick):
        parser.error("--write replaces the whole page: name no groups, and leave --quick out")
    return found


if __name__ == "__main__":
    given = arguments()
    joined = Subject().joined
    written = report(
        given.groups or list(GROUPS), prepared(tenth(joined) if given.quick else joined, given.jobs), given.jobs
    )
    if given.write and not (SHARED / "data" / "train").is_dir():
        sys.stderr.write("docs/ is left as it is: without the data sets the page is not whole; set MODERATION_SHARED\n")
    elif given.write:
        (ROOT / "docs" / "recipe-figures.md").write_text(written, encoding="utf-8")
