"""A variant beside the reference: average precision on each part, and the paired difference with its interval."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np

from benchmarks.quality.report import interval, table
from benchmarks.quality.subject import Absent
from benchmarks.recipe.base import Base, Group, Variant
from benchmarks.recipe.validation import BOTH, Answers, Mask, Numbers
from moderation.dataset import LEAST_POSITIVES
from moderation.evaluation import FIGURES, difference, figures

FIGURE = "average_precision"


class Row(NamedTuple):
    """What one variant gives: the cells of its row, or why it could not be run; and the seconds that it took."""

    name: str
    cells: Sequence[str]
    remark: str
    absent: str
    seconds: float


def row(base: Base, parts: Sequence[str], variant: Variant) -> Row:
    """Run a variant and compare it with the reference: insult on each of the parts, spam on all."""
    start = perf_counter()
    try:
        scores, remark = variant.run(base)
    except Absent as error:
        return Row(variant.name, [], "", str(error), perf_counter() - start)
    reference = base.reference
    cells = [
        cell(*asked(base, label, use), scores[label], reference[label]) if label in scores else ""
        for label, use in columns(base, parts)
    ]
    return Row(variant.name, cells, remark, "", perf_counter() - start)


def columns(base: Base, parts: Sequence[str]) -> Iterator[tuple[str, Mask]]:
    """Yield the label and the comments of each column."""
    members = base.parts()
    yield from (("insult", members[part]) for part in parts)
    yield "spam", members["all"]


def asked(base: Base, label: str, use: Mask) -> tuple[Answers, Answers, Answers]:
    """Return the rows of these comments that are judged, their answers, and their groups."""
    rows = np.flatnonzero(use & base.data.comments[label].notna().to_numpy())
    return (
        rows,
        base.data.comments[label].to_numpy()[rows].astype(np.int64),
        base.data.comments["group"].to_numpy()[rows],
    )


def cell(rows: Answers, y: Answers, groups: Answers, ours: Numbers, reference: Numbers) -> str:
    """Return the figure and its paired difference, bold where the interval leaves zero out; "" where positives are few."""
    if np.bincount(y, minlength=2).min() < LEAST_POSITIVES:
        return ""
    value = FIGURES[FIGURE](y, ours[rows], np.ones(len(y)))
    found = difference(FIGURES[FIGURE], y, ours[rows], reference[rows], groups)
    text = interval(found, "+")
    return f"{value:.3f}, " + (f"**{text}**" if found[1] > 0 or found[2] < 0 else text)


def reference_row(base: Base, parts: Sequence[str]) -> list[str]:
    """Return the cells of the reference, whose intervals are those of the figure itself."""
    cells = []
    for label, use in columns(base, parts):
        rows, y, groups = asked(base, label, use)
        if np.bincount(y, minlength=2).min() < LEAST_POSITIVES:
            cells.append("")
            continue
        found = figures(y, base.reference[label][rows], groups, wanted={FIGURE: FIGURES[FIGURE]})
        cells.append(interval(found[FIGURE]))
    return cells


def counted(base: Base) -> list[str]:
    """Return a table of how many comments and positives each part has."""
    rows = []
    for label in BOTH:
        for part, use in base.parts().items():
            _, y, groups = asked(base, label, use)
            rows.append([label, part, len(y), int(y.sum()), np.unique(groups).size])
    return table(["label", "part", "comments", "positive", "groups"], rows)


def section(base: Base, group: Group, rows: Sequence[Row]) -> str:
    """Return the table of a group in Markdown."""
    there = [row for row in rows if not row.absent]
    lines = [f"## {group.title}", "", group.about, ""]
    lines += [f"- {message}" for message in dict.fromkeys(row.absent for row in rows if row.absent)]
    lines += [""] if len(there) < len(rows) else []
    remarks = any(row.remark for row in there)
    names = ["variant", *(f"insult, {part}" for part in group.parts), "spam"] + ["remark"] * remarks
    shipped = ["shipped", *reference_row(base, group.parts)] + [""] * remarks
    cells = [[row.name, *row.cells] + [row.remark] * remarks for row in there]
    return "\n".join([*lines, *table(names, [shipped, *cells])])
