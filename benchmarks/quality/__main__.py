"""How well the model does, beside what a user would take instead, in one run.

    MODERATION_SHARED=../shared python -m benchmarks.quality [part ...] [--write] [--jobs N]

Parts, all of them by default: {parts}.

Each prints its tables; the bars stand at the end, each with how far the model is from it. With --write the tables and
plots of a whole run replace docs/quality-figures.md, docs/reliability.svg and docs/precision-recall.svg. A part whose data
set is absent says so and goes on. What the figures mean: docs/quality.md.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `python benchmarks/quality` starts in this folder

from benchmarks.quality import (
    attacks,
    curve,
    explanations,
    fairness,
    false_alarms,
    hatecheck,
    held_out,
    method,
    perspective,
    politics,
    slices,
    transfer,
)
from benchmarks.quality.report import BAR_HEADING, Section
from benchmarks.quality.subject import ROOT, SHARED, Absent, Subject

PARTS: dict[str, Callable[[Subject], Section]] = {
    module.__name__.rpartition(".")[2]: module.section
    for module in (
        held_out,
        curve,
        slices,
        transfer,
        perspective,
        attacks,
        fairness,
        politics,
        hatecheck,
        false_alarms,
        explanations,
        method,
    )
}
HEADING = "# Figures\n\nWritten by `make quality`; do not edit. What they mean: [quality.md](quality.md)."


def main(names: Sequence[str], subject: Subject) -> tuple[str, dict[str, str]]:
    """Run parts; return the report and its pictures."""
    sections = []
    for name in names:
        start = perf_counter()
        try:
            section = PARTS[name](subject)
        except Absent as error:
            section = Section(name.replace("_", " ").capitalize(), [str(error)])
        say(_text(section))
        sys.stderr.write(f"[{name}: {perf_counter() - start:.0f} s]\n")
        sections.append(section)
    bars = "\n".join([*BAR_HEADING, *(bar.line() for section in sections for bar in section.bars)])
    say("## Bars\n\n" + bars + "\n")
    about = f"Model {subject.model.id}."
    report = "\n\n".join([HEADING, about, "## Bars", bars, *(_text(section).strip() for section in sections)]) + "\n"
    return report, {name: svg for section in sections for name, svg in section.pictures.items()}


def _text(section: Section) -> str:
    return f"## {section.title}\n\n" + "\n".join(section.lines).strip() + "\n"


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=(__doc__ or "").format(parts=", ".join(PARTS)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="part", help="parts to run (default: all)")
    parser.add_argument(
        "--write", action="store_true", help="write docs/quality-figures.md and the plots; needs all parts"
    )
    parser.add_argument("--jobs", type=int, default=-1, help="processes for the cross-validation (default: all cores)")
    found = parser.parse_args()
    if unknown := [name for name in found.parts if name not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if found.write and found.parts:
        parser.error("--write replaces the whole report: name no parts")
    return found


if __name__ == "__main__":
    given = arguments()
    report, pictures = main(given.parts or list(PARTS), Subject(given.jobs))
    if given.write and not (SHARED / "data" / "evaluate").is_dir():
        sys.stderr.write(
            "docs/ is left as it is: without the data sets the report is not whole; set MODERATION_SHARED\n"
        )
    elif given.write:
        for name, content in {"quality-figures.md": report, **pictures}.items():
            (ROOT / "docs" / name).write_text(content, encoding="utf-8")
