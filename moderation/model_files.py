"""A model folder on disk: ``weights.safetensors``, mapped into memory, ``card.json``, and ``CARD.md``, the same in words."""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from moderation.errors import ModelError

FORMAT = 2
WEIGHTS = "weights.safetensors"
CARD = "card.json"
CARD_TEXT = "CARD.md"
Tensors = dict[str, NDArray[Any]]
_KEYS = frozenset("calibration coverage environment features id labels pooling probes thresholds".split())
_TYPES = {"U8": np.uint8, "U64": np.uint64, "F32": np.float32}
_INSTALLED = Path(__file__).parent / "default_model"
_CHECKOUT = Path(__file__).parent.parent / "models"


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


def model_folder(folder: str | Path | None) -> Path:
    """Return the folder given, else the one that MODERATION_MODEL names, else the one that is shipped."""
    return Path(folder or os.environ.get("MODERATION_MODEL") or shipped_model())


def model_id(folder: Path) -> str:
    """Return the id that the card in a folder has; no weights are read."""
    return str(_read_card(folder).get("id"))


def read_folder(folder: Path) -> tuple[dict[str, Any], Tensors]:
    """Return the card and the tensors of a model folder; the tensors are views of the file, shared between processes.

    Raises
    ------
    ModelError
        Where a file is missing, was changed, or has another format.
    """
    card = _read_card(folder)
    with (folder / WEIGHTS).open("rb") as file:
        size = file.seek(0, 2)
        weights = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
    if card.get("id") != _content_hash(weights, card):
        raise ModelError(
            f"{folder}: {WEIGHTS} or {CARD} was changed since the model was made; restore them "
            "(git checkout, or a fresh copy) or train again with `moderation train`"
        )
    try:
        return card, _tensors(weights)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{folder / WEIGHTS}: not tensors as this program writes them ({error}); train again"
        ) from error


def write_folder(folder: Path, card: dict[str, Any], tensors: Tensors) -> dict[str, Any]:
    """Write weights and card; return the card as it will be read, with its id."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = save_tensors(tensors)
    card = card | {"id": _content_hash(weights, card)}
    (folder / WEIGHTS).unlink(missing_ok=True)  # a new file, since a process may have the old one mapped
    (folder / WEIGHTS).write_bytes(weights)
    (folder / CARD).write_text(_json(card), encoding="utf-8")
    return dict(json.loads(_json(card)))


def _tensors(weights: Any) -> Tensors:
    """Return the tensors of a safetensors file. Source: its format, a length of 8 bytes, a header in JSON, the data."""
    start = 8 + int.from_bytes(weights[:8], "little")
    header = json.loads(weights[8:start])
    found = {}
    for name, about in header.items():
        if name == "__metadata__":
            continue
        first, last = (start + offset for offset in about["data_offsets"])
        kind, shape = np.dtype(_TYPES[about["dtype"]]), tuple(map(int, about["shape"]))
        if not start <= first <= last <= len(weights) or last - first != math.prod(shape) * kind.itemsize:
            raise ValueError(f"{name} does not fit the file")
        found[name] = np.frombuffer(weights, kind, math.prod(shape), first).reshape(shape)
    return found


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
            f"{folder}: the model has format {card['format']}, this program reads format {FORMAT}; "
            "update it with `pip install --upgrade moderation`"
        )
    if card["format"] < FORMAT:
        raise ModelError(
            f"{folder}: the model has format {card['format']}, this program reads format {FORMAT}; train it again with "
            "`moderation train`"
        )
    if absent := sorted(_KEYS - card.keys()):
        raise ModelError(f"{folder / CARD}: no {', '.join(absent)} in it; restore the file or train again")
    return dict(card)


def _json(card: dict[str, Any]) -> str:
    return json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _content_hash(weights: Any, card: dict[str, Any]) -> str:
    """Hash everything that says what the model is; the first 16 hex digits name it."""
    digest = hashlib.sha256(weights)
    digest.update(_json({key: value for key, value in card.items() if key != "id"}).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
