"""Sentences written for these suites, and their hash."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.labels import Label, read_labels

FOLDER = Path(__file__).parent
#: Two-sided files: the harmless sentences, then the insulting ones.
SIDES = ("harmless", "insulting")


@dataclass(frozen=True)
class Filled:
    """A sentence with a name or a side in its place.

    Parameters
    ----------
    sentence
        The sentence before it was filled.
    kind, name
        What it was filled with, and of what kind that is.
    side
        The list that it stands in; all but ``insulting`` are harmless.
    """

    text: str
    side: str
    sentence: str
    kind: str
    name: str

    @property
    def insulting(self) -> bool:
        """Whether it is an insult."""
        return self.side == "insulting"


def identities() -> list[Filled]:
    """Return every sentence about people with every name."""
    content = _content("identities")
    return [
        Filled(sentence.replace("{}", _cased(name, sentence)), side, sentence, kind, name)
        for side, sentences in content["sentences"].items()
        for sentence in sentences
        for kind, names in content["names"].items()
        for name in names
    ]


def politics() -> list[tuple[Filled, Filled]]:
    """Return every political sentence for each pair of sides, once with either."""
    content = _content("politics")
    pairs = []
    for side in SIDES:
        for sentence in content[side]:
            for number, names in enumerate(content["sides"]):
                first, second = (
                    Filled(sentence.replace("{}", _cased(name, sentence)), side, sentence, str(number), name)
                    for name in names
                )
                pairs.append((first, second))
    return pairs


def attack_comments() -> tuple[list[str], NDArray[np.int64]]:
    """Return comments to try disguises on, and whether each is an insult."""
    content = _content("comments")
    y = np.repeat([0, 1], [len(content[side]) for side in SIDES])
    return [text for side in SIDES for text in content[side]], y


def short_comments() -> list[Label]:
    """Return short comments with their labels, by writers who knew the codebook and not the model."""
    return list(read_labels(FOLDER / "short.csv"))


def hash_of(name: str) -> str:
    """Return 16 hex digits of the SHA-256 of what a file holds; its comments and layout do not count."""
    return hashlib.sha256(repr(_content(name)).encode()).hexdigest()[:16]


def _cased(name: str, sentence: str) -> str:
    return name.upper() if sentence.replace("{}", "").isupper() else name


def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
