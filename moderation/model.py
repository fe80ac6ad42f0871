"""A model: plain data that turns texts into scores with reasons.

A model is a folder with ``weights.safetensors`` (n-grams, idf, weights), ``card.json`` (what the model is, how it was made,
its thresholds and figures) and ``CARD.md`` (the same in words). Its id is a hash of the first two. Nothing in it can run
code, and no scikit-learn is needed to use it.
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from moderation.errors import ModelError
from moderation.features import Block, Features
from moderation.scores import Explanation, Reason, Scores, logistic, pool, units
from moderation.text import Folded, fold

if TYPE_CHECKING:
    from moderation.features.compiled import Kernel

FORMAT = 1
PROBE_TOLERANCE = (
    1e-6  # of a probability; the order of sums is fixed, so only the last bits may differ between machines
)
#: From so many texts on, a batch pays for compiling the kernel (some 10 s, once in a process).
KERNEL_FROM = 5_000
KERNEL_BATCH = 10_000  # texts at a time, to bound the memory
WEIGHTS = "weights.safetensors"
CARD = "card.json"
CARD_TEXT = "CARD.md"
_KEYS = frozenset("calibration coverage environment features id labels pooling probes thresholds".split())
_INSTALLED = Path(__file__).parent / "default_model"
_CHECKOUT = Path(__file__).parent.parent / "models"


@dataclass(frozen=True, eq=False)
class Model:
    """Scores and explains comments.

    Parameters
    ----------
    features
        The n-grams that the model knows.
    weights
        Shape ``(n_labels, n_features)``.
    intercepts
        Shape ``(n_labels,)``.
    card
        Everything else; see ``docs/models.md``. ``card["labels"]`` names the labels in order.
    trained
        Sorted `text_key` of each training text, so that an evaluation can leave them out.
    """

    features: Features
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    card: dict[str, Any]
    trained: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    @property
    def id(self) -> str:
        """Hash of the content: equal ids mean equal scores. ``unsaved`` until `save`."""
        return str(self.card.get("id", "unsaved"))

    @property
    def labels(self) -> tuple[str, ...]:
        """The questions that the model answers, in order."""
        return tuple(self.card["labels"])

    @property
    def shares(self) -> NDArray[np.float64]:
        """How much the highest sentence counts for each label, see `pool`."""
        return np.array([self.card["pooling"][label] for label in self.labels])

    def score(self, texts: Sequence[str]) -> list[Scores]:
        """Score comments; one comment is a batch of one.

        Raises
        ------
        TypeError
            Where a text is not a string, or one string is given in place of a sequence.
        """
        if isinstance(texts, str):
            raise TypeError("score() takes a sequence of texts; for one comment write score([text])")
        kernel = self._kernel if len(texts) >= KERNEL_FROM else None
        if kernel is None:
            return [self._score(text) for text in texts]
        found = []
        for start in range(0, len(texts), KERNEL_BATCH):
            found += self._score_batch(kernel, texts[start : start + KERNEL_BATCH])
        return found

    def log_odds(self, text: str) -> NDArray[np.float64]:
        """Return the pooled log-odds of a comment before calibration, shape ``(n_labels,)``."""
        return pool(np.array([self._unit_log_odds(fold(text[start:end])) for start, end in units(text)]), self.shares)

    def explain(self, text: str) -> dict[str, Explanation]:
        """Return for each label the sentence that decided and the weight of each of its words."""
        ranges = units(text)
        folded = [fold(text[start:end]) for start, end in ranges]
        log_odds = np.array([self._unit_log_odds(unit) for unit in folded])
        found = {}
        for number, label in enumerate(self.labels):
            decided = 0
            if len(ranges) > 1 and self.shares[number] > 0:
                decided = 1 + int(log_odds[1:, number].argmax())
            (start, end), unit = ranges[decided], folded[decided]
            reasons = [
                Reason(label, start + at, start + to, text[start + at : start + to], weight, marker)
                for at, to, weight, marker in self._contributions(unit, number, end - start)
            ]
            reasons.sort(key=lambda reason: -reason.weight)
            found[label] = Explanation(
                label, start, end, float(self.intercepts[number]), float(log_odds[decided, number]), tuple(reasons)
            )
        return found

    def _score(self, text: str) -> Scores:
        return self._scores(self.log_odds(text).tolist(), self.features.coverage([fold(text)]))

    def _scores(self, log_odds: list[float], coverage: float) -> Scores:
        probabilities = {}
        for label, value in zip(self.labels, log_odds, strict=True):
            slope, intercept = self.card["calibration"][label]
            probabilities[label] = logistic(slope * value + intercept)
        return Scores(probabilities, coverage)

    @cached_property
    def _kernel(self) -> Kernel | None:
        """The compiled form of this model; None where Numba is not installed."""
        try:
            from moderation.features.compiled import Kernel
        except ImportError:
            return None
        return Kernel(self.features, self.weights, self.intercepts)

    def _score_batch(self, kernel: Kernel, texts: Sequence[str]) -> list[Scores]:
        log_odds, firsts, coverage = kernel.log_odds(texts)
        whole = log_odds[firsts[:-1]]
        log_odds[
            firsts[:-1][np.diff(firsts) > 1]
        ] = -np.inf  # what is left is the sentences, or the whole where it is alone
        pooled = (1 - self.shares) * whole + self.shares * np.maximum.reduceat(log_odds, firsts[:-1])
        return [self._scores(*row) for row in zip(pooled.tolist(), coverage.tolist(), strict=True)]

    def _unit_log_odds(self, folded: Folded) -> NDArray[np.float64]:
        columns, values = self.features.row(folded)
        return self.weights[:, columns].astype(np.float64) @ values + self.intercepts

    def _contributions(self, folded: Folded, label: int, length: int) -> list[tuple[int, int, float, str | None]]:
        """Share the weight of each n-gram out over its occurrences, and of each occurrence over its words."""
        words: dict[tuple[int, int], float] = {}
        ranges = _token_ranges(folded.text)
        firsts = [start for start, _ in ranges]
        markers: list[tuple[int, int, float, str | None]] = []
        for offset, block in zip(self.features.offsets(), self.features.blocks, strict=True):
            values = block.vector(folded)
            places = [place for place in block.occurrences(folded) if place[0] in values]
            counts: dict[str, int] = {}
            for ngram, _, _ in places:
                counts[ngram] = counts.get(ngram, 0) + 1
            for ngram, start, end in places:
                weight = float(self.weights[label, offset + block.index[ngram]]) * values[ngram] / counts[ngram]
                if block.analyzer == "marker":
                    markers.append((0, length, weight, ngram))
                    continue
                tokens = ranges[bisect_right(firsts, start) - 1 : bisect_left(firsts, end)]
                for token in tokens:
                    words[token] = words.get(token, 0.0) + weight / len(tokens)
        return [(*folded.original(*token), weight, None) for token, weight in words.items()] + markers

    def save(self, folder: str | Path) -> Model:
        """Write the model to a folder; return it as it will be loaded, with its id and probe scores filled in."""
        from moderation.card import render

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = _tensors(self)
        card = self.card | {"format": FORMAT, "features": [[b.analyzer, b.low, b.high] for b in self.features.blocks]}
        model = _from_tensors(tensors, card)  # idf and weights rounded to 32 bits
        probes = [text for text, _ in card["probes"]]
        card["probes"] = [[t, s.probabilities] for t, s in zip(probes, model.score(probes), strict=True)]
        weights = save_tensors(tensors)
        card["id"] = _content_hash(weights, card)
        card = json.loads(_json(card))
        (folder / WEIGHTS).write_bytes(weights)
        (folder / CARD).write_text(_json(card), encoding="utf-8")
        (folder / CARD_TEXT).write_text(render(card), encoding="utf-8")
        return replace(model, card=card)

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Model:
        """Load a model: the folder given, else the one that MODERATION_MODEL names, else the one that is shipped.

        Raises
        ------
        ModelError
            Where the folder is missing, was changed, has a newer format, or does not reproduce its probes.
        """
        folder = Path(folder or os.environ.get("MODERATION_MODEL") or shipped_model())
        card = _read_card(folder)
        weights = (folder / WEIGHTS).read_bytes()
        if card.get("id") != _content_hash(weights, card):
            raise ModelError(
                f"{folder}: {WEIGHTS} or {CARD} was changed since the model was made; restore them "
                "(git checkout, or a fresh copy) or train again with `moderation train`"
            )
        try:
            model = _from_tensors(load_tensors(weights), card)
            _validate(model)
            model._check_probes(folder)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, SafetensorError) as error:
            what = str(error) or type(error).__name__
            raise ModelError(f"{folder}: not a model as this program writes it ({what}); train again") from error
        return model

    def _check_probes(self, folder: Path) -> None:
        for (text, expected), scores in zip(
            self.card["probes"], self.score([text for text, _ in self.card["probes"]]), strict=True
        ):
            for label, probability in expected.items():
                if not abs(scores.probabilities[label] - probability) <= PROBE_TOLERANCE:
                    raise ModelError(
                        f"{folder}: the probe {text!r} scores {scores.probabilities[label]:.6f} for {label}, not {probability:.6f} "
                        "as when the model was made; this version of the program reads text otherwise: install the version "
                        f"{self.card['environment']['moderation']}, or train again with `moderation train`"
                    )

    def was_trained_on(self, text: str) -> bool:
        """Whether this text, or one that folds alike, was among the training comments."""
        key = text_key(text)
        at = int(np.searchsorted(self.trained, key))
        return at < len(self.trained) and bool(self.trained[at] == key)


def text_key(text: str) -> np.uint64:
    """Return 64 bits of the SHA-256 of the folded text."""
    return np.uint64(int.from_bytes(hashlib.sha256(fold(text).text.encode()).digest()[:8], "big"))


def shipped_model() -> Path:
    """Return the folder of the model that comes with the package, or the one named in ``models/default`` of a checkout."""
    if _INSTALLED.is_dir():
        return _INSTALLED
    name = _CHECKOUT / "default"
    if not name.is_file():
        raise ModelError(
            "no model is installed with this package; give one with --model or MODERATION_MODEL, or train one with "
            "`moderation train`"
        )
    return _CHECKOUT / name.read_text(encoding="utf-8").strip()


def _token_ranges(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the tokens of a folded text."""
    ends = [index for index, character in enumerate(text) if character == " "] + [len(text)]
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _read_card(folder: Path) -> dict[str, Any]:
    for name in (CARD, WEIGHTS):
        if not (folder / name).is_file():
            raise ModelError(
                f"{folder}: no {name} in it; expected a model folder as `moderation train --out` writes it"
            )
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{folder / CARD}: not JSON ({error}); restore the file or train again") from error
    if not isinstance(card, dict) or not isinstance(card.get("format"), int):
        raise ModelError(f"{folder / CARD}: no format number in it; expected the card of a model; train again")
    if card["format"] > FORMAT:
        raise ModelError(
            f"{folder}: the model has format {card['format']}, this program reads up to {FORMAT}; "
            "update it with `pip install --upgrade moderation`"
        )
    if absent := sorted(_KEYS - card.keys()):
        raise ModelError(f"{folder / CARD}: no {', '.join(absent)} in it; restore the file or train again")
    return dict(card)


def _json(card: dict[str, Any]) -> str:
    return json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _content_hash(weights: bytes, card: dict[str, Any]) -> str:
    """Hash everything that says what the model is; the first 16 hex digits name it."""
    digest = hashlib.sha256(weights)
    digest.update(_json({key: value for key, value in card.items() if key != "id"}).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _tensors(model: Model) -> dict[str, NDArray[Any]]:
    tensors: dict[str, NDArray[Any]] = {
        "weights": model.weights,
        "intercepts": model.intercepts,
        "trained": model.trained,
    }
    for block in model.features.blocks:
        tensors[f"{block.analyzer}.ngrams"] = np.frombuffer("\n".join(block.ngrams).encode(), dtype=np.uint8)
        tensors[f"{block.analyzer}.idf"] = block.idf.astype(np.float32)
    return tensors


def _from_tensors(tensors: dict[str, NDArray[Any]], card: dict[str, Any]) -> Model:
    blocks = []
    for analyzer, low, high in card["features"]:
        ngrams = tuple(tensors[f"{analyzer}.ngrams"].tobytes().decode().split("\n"))
        blocks.append(Block(analyzer, low, high, ngrams, tensors[f"{analyzer}.idf"].astype(np.float64)))
    return Model(Features(tuple(blocks)), tensors["weights"], tensors["intercepts"], card, tensors["trained"])


def _validate(model: Model) -> None:
    """Check that the parts of a model fit each other, so that no text can make it fail later.

    Raises
    ------
    ValueError
        Says what does not fit.
    """
    labels, size = len(model.labels), len(model.features)
    if not labels or model.weights.shape != (labels, size) or model.intercepts.shape != (labels,):
        raise ValueError(f"weights of shape {model.weights.shape} for {labels} labels and {size} n-grams")
    for block in model.features.blocks:
        if block.analyzer not in {"word", "char", "marker"} or not 1 <= block.low <= block.high <= 10:
            raise ValueError(f"n-grams {block.analyzer!r} of {block.low} to {block.high}")
        if block.idf.shape != (len(block.ngrams),):
            raise ValueError(f"{block.idf.size} idf values for {len(block.ngrams)} n-grams")
    numbers: list[NDArray[Any]] = [model.weights, model.intercepts, *(block.idf for block in model.features.blocks)]
    numbers += [np.array(model.card["calibration"][label], dtype=np.float64) for label in model.labels]
    numbers += [model.shares, np.array([model.card["coverage"]["floor"]], dtype=np.float64)]
    if not all(bool(np.isfinite(values).all()) for values in numbers):
        raise ValueError("a number in it is not finite")
    if (model.trained[1:] < model.trained[:-1]).any() or not model.card["probes"]:
        raise ValueError("its training texts are not sorted, or it has no probes")
    for label in model.labels:
        if not all("threshold" in model.card["thresholds"][label][band] for band in ("review", "reject")):
            raise ValueError(f"no thresholds for {label}")
