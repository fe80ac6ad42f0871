"""Perspective's attributes, and which of them a label of ours answers for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Attribute -> label. The last three are an approximation, declared as such in the docs: Coral's and Discourse's default is
#: TOXICITY, and of what it means the insult is the part that we know.
ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "INSULT": "insult",
        "INSULT_EXPERIMENTAL": "insult",
        "ATTACK_ON_COMMENTER": "insult",
        "ATTACK_ON_AUTHOR": "insult",
        "SPAM": "spam",
        "TOXICITY": "insult",
        "TOXICITY_EXPERIMENTAL": "insult",
        "LIKELY_TO_REJECT": "insult",
    }
)
#: Every attribute that Google had at some time: production, experimental, New York Times, bridging, persuasion, 2017.
GOOGLES = frozenset(
    """
    TOXICITY SEVERE_TOXICITY IDENTITY_ATTACK INSULT PROFANITY THREAT
    TOXICITY_EXPERIMENTAL SEVERE_TOXICITY_EXPERIMENTAL IDENTITY_ATTACK_EXPERIMENTAL INSULT_EXPERIMENTAL
    PROFANITY_EXPERIMENTAL THREAT_EXPERIMENTAL SEXUALLY_EXPLICIT FLIRTATION TOXICITY_FAST
    ATTACK_ON_AUTHOR ATTACK_ON_COMMENTER ATTACK_ON_PUBLISHER INCOHERENT INFLAMMATORY LIKELY_TO_REJECT OBSCENE OFF_TOPIC
    SPAM UNSUBSTANTIAL
    AFFINITY_EXPERIMENTAL COMPASSION_EXPERIMENTAL CONSTRUCTIVE_EXPERIMENTAL CURIOSITY_EXPERIMENTAL NUANCE_EXPERIMENTAL
    PERSONAL_STORY_EXPERIMENTAL REASONING_EXPERIMENTAL RESPECT_EXPERIMENTAL
    ALIENATION_EXPERIMENTAL FEARMONGERING_EXPERIMENTAL GENERALIZATION_EXPERIMENTAL MORAL_OUTRAGE_EXPERIMENTAL
    POWER_APPEAL_EXPERIMENTAL SCAPEGOATING_EXPERIMENTAL
    TOXICITY_IDENTITY_HATE TOXICITY_INSULT TOXICITY_OBSCENE TOXICITY_THREAT
    """.split()
)
#: What versions of Coral and Talk suggest a score for in place of an attribute -> whether the comment was taken down.
DECISIONS: Mapping[str, bool] = MappingProxyType({"APPROVED": False, "HIGHLIGHTED": False, "DELETED": True})
#: Names in one request; Google had some forty. More would make an answer as long as one likes.
MOST_ATTRIBUTES = 64
_OLD_PIN = 8  # digits from which a pin is a model's id: Google's versions had one or two


def split(name: str) -> tuple[str, str | None]:
    """Return an attribute without its pin, and the pin.

    Examples
    --------
    >>> split("TOXICITY@6"), split("INSULT")
    (('TOXICITY', '6'), ('INSULT', None))
    """
    attribute, at, pin = name.partition("@")
    return attribute, pin if at else None


def pins(pin: str | None, model_id: str) -> bool:
    """Tell whether a pin lets this model answer: its id, the beginning of it, or a version number of Google's.

    Examples
    --------
    >>> [pins(pin, "b28c0105") for pin in (None, "b28c", "6", "b29", "")]
    [True, True, True, False, False]
    """
    if pin is None:
        return True
    if pin.isascii() and pin.isdecimal() and len(pin) < _OLD_PIN:
        return True
    return pin != "" and model_id.startswith(pin)
