"""The plots, as SVG that is the same byte for byte for the same figures."""

import io
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from benchmarks.quality.subject import Answers, Numbers
from moderation.evaluation import reliability

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "moderation",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
}
_COLOURS = ("#b5502d", "#2d7fb5", "#4c8c4a", "#7a5ca8")
_POINTS = 200  # of a curve, enough for its shape


def reliability_picture(curves: dict[str, tuple[Answers, Numbers]]) -> str:
    """Draw the share of positives over the mean probability, in 15 bins of equal width; the dots grow with the bin."""

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color="#999", linewidth=1)
        for colour, (label, (y, p)) in zip(_COLOURS, curves.items(), strict=False):
            _, mean, found, size = reliability(y, p, np.ones(len(y)))
            axes.plot(mean, found, color=colour, linewidth=1, label=label)
            axes.scatter(mean, found, s=8 + 120 * size / size.max(), color=colour, alpha=0.6)
        axes.set(xlabel="probability", ylabel="share that is one", title="Reliability, cross-validation on labels/")

    return _picture(draw)


def precision_recall_picture(curves: dict[str, tuple[Answers, Numbers]]) -> str:
    """Draw precision over recall."""

    def draw(axes: Any) -> None:
        for colour, (label, (y, p)) in zip(_COLOURS, curves.items(), strict=False):
            precision, recall, _ = precision_recall_curve(y, p)
            shown = np.unique(np.searchsorted(-recall, -np.linspace(0, 1, _POINTS)))  # recall falls from 1 to 0
            axes.plot(recall[shown], precision[shown], color=colour, label=label)
        axes.set(xlabel="recall", ylabel="precision", title="Precision and recall, cross-validation on labels/")

    return _picture(draw)


def _picture(draw: Any) -> str:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.set(xlim=(0, 1.01), ylim=(0, 1.01))
        axes.legend(frameon=False)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
