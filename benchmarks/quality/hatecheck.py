"""HateCheck, French and English: what is flagged, function by function. Its hate is broader than our insult."""

import numpy as np

from benchmarks.quality.report import Bar, Section, share, table
from benchmarks.quality.subject import Absent, Subject

SETS = ("hatecheck_fr", "hatecheck_en")
MENTIONS = ("ident_neutral_nh", "ident_pos_nh")
MOST_FLAGGED = 0.05


def section(subject: Subject) -> Section:
    """Return a table for each language; functions that end in ``_nh`` are to stay unflagged."""
    lines, bars = [], []
    for name in SETS:
        try:
            rows = subject.read(name)
        except Absent as error:
            lines += [str(error), ""]
            continue
        kept = [row for row in rows if not subject.model.was_trained_on(row["text"])]
        functions = np.array([row["source"].rpartition("/")[2] for row in kept])
        flagged = subject.flagged([row["text"] for row in kept])
        lines += [f"{name}: {len(rows) - len(kept)} of {len(rows)} texts left out, the model was trained on them.", ""]
        lines += [*_table(functions, flagged), ""]
        if name == "hatecheck_fr":
            value = float(flagged[np.isin(functions, MENTIONS)].mean())
            bars.append(
                Bar(
                    "HateCheck-fr: neutral and positive identity mentions flagged",
                    value,
                    "<=",
                    MOST_FLAGGED,
                    share=True,
                )
            )
    return Section("HateCheck", lines, bars)


def _table(functions: np.ndarray, flagged: np.ndarray) -> list[str]:
    rows = []
    for function in sorted({str(name) for name in functions}, key=lambda name: (name.endswith("_nh"), name)):
        part = flagged[functions == function]
        wanted = "no" if function.endswith("_nh") else "yes"
        right = int(part.sum()) if wanted == "yes" else len(part) - int(part.sum())
        rows.append([function, len(part), wanted, share(int(part.sum()), len(part)), f"{right / len(part):.1%}"])
    return table(["function", "texts", "to be flagged", "flagged for a label", "right"], rows)
