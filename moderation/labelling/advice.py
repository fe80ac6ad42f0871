"""What a model says of a comment, in the form in which a person who labels is shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.model import Model
from moderation.moderator import LEAST_SHARE, MOST_REASONS
from moderation.scores import Reason


@dataclass(frozen=True, slots=True)
class Advice:
    """The probability of a label, in [0, 1], and the words that speak for it, strongest first."""

    label: str
    probability: float
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        words = ", ".join(f"{word_of(reason)} {reason.weight:+.1f}" for reason in self.reasons)
        return f"{self.label} {self.probability:.0%}" + (f": {words}" if words else "")


def word_of(reason: Reason) -> str:
    """Return the word of a reason, or the name of its marker in brackets."""
    return reason.text if reason.marker is None else f"({reason.marker})"


def advise(model: Model, text: str, names: Sequence[str]) -> list[Advice]:
    """Return what a model says of a text for each of the labels that it knows.

    Examples
    --------
    >>> advice, = advise(Model.load(), "Espèce de gros imbécile !", ["insult"])
    >>> advice.probability > 0.5, advice.reasons[0].text
    (True, 'imbécile')
    """
    scores = model.score([text])[0]
    explanations = model.explain(text)
    found = []
    for name in names:
        if name in explanations:
            reasons = [reason for reason in explanations[name].reasons[:MOST_REASONS] if reason.weight > 0]
            strong = tuple(reason for reason in reasons if reason.weight >= LEAST_SHARE * reasons[0].weight)
            found.append(Advice(name, scores.probabilities[name], strong))
    return found
