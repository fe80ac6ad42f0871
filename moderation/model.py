"""A model: plain data that turns texts into scores with reasons.

A model is a folder with ``weights.safetensors`` (n-grams, idf, weights), ``card.json`` (what the model is, how it was made,
its thresholds and figures) and ``CARD.md`` (the same in words). Its id is a hash of the first two. Nothing in it can run
code, and no scikit-learn is needed to use it.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moderation.errors import ModelError
from moderation.features import Block, Features
from moderation.features.index import COLUMN_BITS, Columns, Lines
from moderation.model_files import CARD_TEXT, FORMAT, Tensors, model_folder, read_folder, write_folder
from moderation.scores import Explanation, Reason, Scores, logistic, pool, units
from moderation.text import Folded, fold

if TYPE_CHECKING:
    from moderation.features.compiled import Kernel

PROBE_TOLERANCE = (
    1e-6  # of a probability; the order of sums is fixed, so only the last bits may differ between machines
)
#: From so many texts on, a batch pays for loading the kernel (a second; some 20 where nothing is compiled yet).
KERNEL_FROM = 2_000
LONGEST_TEXT = 1 << 22  # characters; so that memory and counts are bounded
KERNEL_BATCH = 2_000  # texts at a time, to bound the memory


@dataclass(frozen=True, eq=False)
class Model:
    """Scores and explains comments.

    Parameters
    ----------
    features
        The n-grams that the model knows.
    cells
        Shape ``(n_features, 1 + n_labels)``: the idf of each feature (of a marker, its value) and its weights, side by side.
    intercepts
        Shape ``(n_labels,)``.
    card
        Everything else; see ``docs/models.md``. ``card["labels"]`` names the labels in order.
    trained
        Sorted `text_key` of each training text, so that an evaluation can leave them out.
    """

    features: Features
    cells: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    card: dict[str, Any]
    trained: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    @property
    def id(self) -> str:
        """Hash of the content: equal ids mean equal scores. ``unsaved`` until `save`."""
        return str(self.card.get("id", "unsaved"))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The questions that the model answers, in order."""
        return tuple(self.card["labels"])

    @property
    def weights(self) -> NDArray[np.float32]:
        """Shape ``(n_labels, n_features)``."""
        return self.cells[:, 1:].T

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """How much the highest sentence counts for each label, see `pool`."""
        return np.array([self.card["pooling"][label] for label in self.labels])

    def score(self, texts: Sequence[str], n_jobs: int = 1) -> list[Scores]:
        """Score comments; one comment is a batch of one.

        Parameters
        ----------
        n_jobs
            Threads for a large batch, -1 for all cores. The scores do not depend on it.

        Raises
        ------
        TypeError
            Where a text is not a string, or one string is given in place of a sequence.
        ValueError
            Where `n_jobs` is 0, or a text has more than `LONGEST_TEXT` characters.
        """
        if len(texts) == 1 and not isinstance(texts, str) and (kernel := self._kernel_for(1)) is not None:
            _check_lengths(texts)
            return [self._scores(*kernel.one(texts[0]))]
        probabilities, coverage = self.score_arrays(texts, n_jobs)
        return [
            Scores(dict(zip(self.labels, row, strict=True)), share)
            for row, share in zip(probabilities.tolist(), coverage.tolist(), strict=True)
        ]

    def score_arrays(self, texts: Sequence[str], n_jobs: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Do what `score` does without an object a comment.

        Returns
        -------
        The probabilities, shape ``(n_comments, n_labels)``, in [0, 1], in the order of `labels`, and the coverage, shape
        ``(n_comments,)``, in [0, 1].

        Examples
        --------
        >>> probabilities, coverage = Model.load().score_arrays(["Merci.", "Espèce d'imbécile !"])
        >>> probabilities.shape, coverage.shape
        ((2, 2), (2,))
        """
        if isinstance(texts, str):
            raise TypeError("score() takes a sequence of texts; for one comment write score([text])")
        _check_lengths(texts)
        jobs = _threads(n_jobs)
        kernel = self._kernel_for(len(texts))
        size = min(KERNEL_BATCH, -(-len(texts) // jobs)) or 1
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        if kernel is None or jobs == 1 or len(parts) < 2:
            found = [self._score_batch(kernel, part) for part in parts]
        else:
            with ThreadPoolExecutor(jobs) as threads:
                found = list(threads.map(lambda part: self._score_batch(kernel, part), parts))
        none = np.empty((0, len(self.labels))), np.empty(0)
        probabilities, coverage = zip(none, *found, strict=True)
        return np.concatenate(probabilities), np.concatenate(coverage)

    def compile(self) -> bool:
        """Make ready to score and explain single comments at once, as a process that serves many should do at its start.

        Takes about a second, some 20 where nothing is compiled yet. Returns False where Numba is not installed.
        """
        if self._kernel is None:
            return False
        self._kernel.explain("Merci.")  # else the first comment with reasons waits until that is compiled
        return True

    def log_odds(self, text: str) -> NDArray[np.float64]:
        """Return the pooled log-odds of a comment before calibration, shape ``(n_labels,)``."""
        return pool(np.array([self._unit_log_odds(fold(text[start:end])) for start, end in units(text)]), self.shares)

    def explain(self, text: str) -> dict[str, Explanation]:
        """Return for each label the sentence that decided and the weight of each of its words."""
        _check_lengths([text])
        kernel = self._kernel_for(1)
        decided = kernel.explain(text) if kernel else None
        if decided is None:
            return self._explain(text)
        found = {}
        for label, intercept, (start, end, log_odds, words, markers) in zip(
            self.labels, self.intercepts.tolist(), decided, strict=True
        ):
            reasons = [Reason(label, first, last, text[first:last], weight) for first, last, weight in words]
            reasons += [Reason(label, start, end, text[start:end], weight, name) for name, weight in markers]
            reasons.sort(key=attrgetter("weight"), reverse=True)
            found[label] = Explanation(label, start, end, intercept, log_odds, tuple(reasons))
        return found

    def _explain(self, text: str) -> dict[str, Explanation]:
        """Do the same by the plain definition."""
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
            reasons.sort(key=attrgetter("weight"), reverse=True)
            found[label] = Explanation(
                label, start, end, float(self.intercepts[number]), float(log_odds[decided, number]), tuple(reasons)
            )
        return found

    def _scores(self, log_odds: list[float], coverage: float) -> Scores:
        probabilities = {
            label: logistic(slope * value + intercept)
            for label, value, (slope, intercept) in zip(self.labels, log_odds, self._calibration, strict=True)
        }
        return Scores(probabilities, coverage)

    def _kernel_for(self, count: int) -> Kernel | None:
        """Return the kernel if it is there, or worth its loading."""
        return self._kernel if "_kernel" in self.__dict__ or count >= KERNEL_FROM else None

    @cached_property
    def _kernel(self) -> Kernel | None:
        """The compiled form of this model; None where Numba is not installed."""
        try:
            from moderation.features.compiled import Kernel
        except ImportError:
            return None
        blocks = dict(zip((block.analyzer for block in self.features.blocks), self.features.offsets(), strict=True))
        ranges: dict[str, tuple[int, int]] = {block.analyzer: (block.low, block.high) for block in self.features.blocks}
        markers = {
            ngram: blocks["marker"] + place
            for block in self.features.blocks
            if block.analyzer == "marker"
            for place, ngram in enumerate(block.ngrams)
        }
        return Kernel(self.features.slots, self.cells, self.intercepts, self.shares, ranges, markers)

    @cached_property
    def _calibration(self) -> list[list[float]]:
        """Slope and intercept of each label."""
        return [self.card["calibration"][label] for label in self.labels]

    def _score_batch(
        self, kernel: Kernel | None, texts: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if kernel is None:
            log_odds = np.array([self.log_odds(text) for text in texts])
            coverage = np.array([self.features.coverage([fold(text)]) for text in texts])
        else:
            log_odds, coverage = kernel.log_odds(texts)
        slopes, intercepts = np.array(self._calibration).T
        calibrated = slopes * log_odds + intercepts
        probabilities = np.fromiter(map(logistic, calibrated.ravel().tolist()), np.float64, calibrated.size)
        return probabilities.reshape(calibrated.shape), coverage

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

        card = self.card | {"format": FORMAT, "features": [[b.analyzer, b.low, b.high] for b in self.features.blocks]}
        tensors = _tensors(self)
        model = _from_tensors(tensors, card)  # idf and weights rounded to 32 bits
        probes = [text for text, _ in card["probes"]]
        card["probes"] = [[t, s.probabilities] for t, s in zip(probes, model.score(probes), strict=True)]
        card = write_folder(Path(folder), card, tensors)
        (Path(folder) / CARD_TEXT).write_text(render(card), encoding="utf-8")
        return replace(model, card=card)

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Model:
        """Load a model: the folder given, else the one that MODERATION_MODEL names, else the one that is shipped.

        Raises
        ------
        ModelError
            Where the folder is missing, was changed, has a newer format, or does not reproduce its probes.
        """
        folder = model_folder(folder)
        card, tensors = read_folder(folder)
        try:
            model = _from_tensors(tensors, card)
            _validate(model)
            model._check_probes(folder)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
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


def _token_ranges(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the tokens of a folded text."""
    ends = [index for index, character in enumerate(text) if character == " "] + [len(text)]
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _check_lengths(texts: Sequence[str]) -> None:
    if (longest := max(map(len, texts), default=0)) > LONGEST_TEXT:
        raise ValueError(f"a text of {longest:,} characters; expected at most {LONGEST_TEXT:,}: cut it into comments")


def _threads(n_jobs: int) -> int:
    """Return how many threads are meant, as joblib counts: -1 is all cores."""
    if n_jobs == 0:
        raise ValueError("n_jobs is 0; give a number of threads, or -1 for all cores")
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


def _tensors(model: Model) -> Tensors:
    tensors: Tensors = {
        "slots": model.features.slots,
        "cells": model.cells,
        "intercepts": model.intercepts,
        "trained": model.trained,
    }
    for block in model.features.blocks:
        tensors[f"{block.analyzer}.ngrams"] = np.frombuffer("\n".join(block.ngrams).encode(), dtype=np.uint8)
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _from_tensors(tensors: Tensors, card: dict[str, Any]) -> Model:
    blocks = []
    slots, cells = tensors["slots"], tensors["cells"]
    first = 0
    for analyzer, low, high in card["features"]:
        text = tensors[f"{analyzer}.ngrams"]
        count = int(np.count_nonzero(text == ord("\n"))) + 1
        ngrams = Lines(text.tobytes(), count)
        columns = Columns(slots, analyzer, first, ngrams) if analyzer != "marker" else None
        blocks.append(Block(analyzer, low, high, ngrams, cells[first : first + count, 0].astype(np.float64), columns))
        first += count
    return Model(Features(tuple(blocks), slots), cells, tensors["intercepts"], card, tensors["trained"])


def _validate(model: Model) -> None:
    """Check that the parts of a model fit each other, so that no text can make it fail later.

    Raises
    ------
    ValueError
        Says what does not fit.
    """
    labels, size = len(model.labels), len(model.features)
    slots = model.features.slots
    found = [tensor.dtype.char for tensor in (slots, model.cells, model.intercepts, model.trained)]
    if found != [np.dtype(kind).char for kind in (np.uint64, np.float32, np.float32, np.uint64)]:
        raise ValueError(f"tensors of types {', '.join(found)}")
    if not labels or model.cells.shape != (size, 1 + labels) or model.intercepts.shape != (labels,):
        raise ValueError(f"weights of shape {model.cells.shape} for {labels} labels and {size} n-grams")
    if len(slots) & (len(slots) - 1) or (slots == 0).sum() * 2 < len(slots):
        raise ValueError(f"a hash table of {len(slots)} slots that is no power of two, or more than half full")
    if int((slots & np.uint64((1 << COLUMN_BITS) - 1)).max()) > size:
        raise ValueError("a hash table that names n-grams which are not there")
    for block in model.features.blocks:
        if block.analyzer not in {"word", "char", "marker"} or not 1 <= block.low <= block.high <= 10:
            raise ValueError(f"n-grams {block.analyzer!r} of {block.low} to {block.high}")
    numbers: list[NDArray[Any]] = [model.cells, model.intercepts]
    numbers += [np.array(model.card["calibration"][label], dtype=np.float64) for label in model.labels]
    numbers += [model.shares, np.array([model.card["coverage"]["floor"]], dtype=np.float64)]
    if not all(bool(np.isfinite(values).all()) for values in numbers):
        raise ValueError("a number in it is not finite")
    if (model.trained[1:] < model.trained[:-1]).any() or not model.card["probes"]:
        raise ValueError("its training texts are not sorted, or it has no probes")
    for label in model.labels:
        if not all("threshold" in model.card["thresholds"][label][band] for band in ("review", "reject")):
            raise ValueError(f"no thresholds for {label}")
