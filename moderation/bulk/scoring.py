"""Scoring a chunk of rows: the one function that workers run, on this machine or another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import moderation
from moderation.bulk.chunks import Batch, Chunk, Reject
from moderation.bulk.writing import Rows, encoded
from moderation.comments import Comment
from moderation.errors import ModelError, ModerationError
from moderation.model import Model
from moderation.model_files import model_folder, model_id
from moderation.moderator import Moderator
from moderation.policy import Policy
from moderation.scores import Scores, reason_row

COLUMNS = frozenset({"id", "thread_id", "created_at", "coverage", "action", "model", "reasons"})
"""Of the output, beside the labels."""


@dataclass(frozen=True)
class Job:
    """What every worker must know; small, since it goes with every chunk.

    Parameters
    ----------
    folder
        Of the model; None for the one that a worker has by default.
    model_id, compiled, version
        What a worker must have: this model; Numba or not, whose scores differ in their last digits; this program.
    policy
        Of the site.
    reasons
        Whether they are asked for.
    """

    folder: str | None
    model_id: str
    compiled: bool
    policy: Policy
    reasons: bool = False
    version: str = moderation.__version__


def job_of(model: str | Path | None = None, policy: str | Path | None = None, reasons: bool = False) -> Job:
    """Return the job for a model folder and a policy file, by default as `Moderator.load`.

    Raises
    ------
    ModerationError
        Where they cannot be used, or a label has the name of another column of the output.
    """
    found = loaded(model)
    if wrong := [label for label in found.labels if label in COLUMNS]:
        raise ModelError(
            f"the label {wrong[0]!r} has the name of another column of the output; rename it and train again"
        )
    folder = None if model is None else str(Path(model).absolute())
    chosen = Policy.of(found) if policy is None else Policy.read(policy, found)
    return Job(folder, found.id, find_spec("numba") is not None, chosen, reasons)


class Part(NamedTuple):
    """A scored chunk.

    Parameters
    ----------
    data
        Its rows in the format of the output.
    rows
        How many these are.
    actions
        How many of them have each action.
    rejects, dropped, flawed
        As of `Batch`.
    """

    data: bytes
    rows: int
    actions: Mapping[str, int]
    rejects: Sequence[Reject] = ()
    dropped: Mapping[str, int] = {}
    flawed: bool = False

    @property
    def rejected(self) -> int:
        """How many comments cannot be scored."""
        return sum(self.dropped.values())


def score_part(job: Job, chunk: Chunk, format: str) -> Part:
    """Read a chunk, score it and write it in a format.

    Raises
    ------
    ModerationError
        As `checked`.
    """
    moderator, batch = checked(job), chunk.read()
    rows = score_batch(moderator, batch, job.reasons)
    return Part(
        encoded(rows, format), len(rows), Counter(rows.facts["action"]), batch.rejects, batch.dropped, batch.flawed
    )


def score_batch(moderator: Moderator, batch: Batch, reasons: bool) -> Rows:
    """Score a batch, floods aside; a comment is looked at by itself only where a rule or a reason asks for it."""
    model, policy = moderator.model, moderator.policy
    probabilities, coverage = model.score_arrays(batch.texts)
    actions = policy.actions(model.labels, probabilities, coverage).tolist()
    shares = coverage.tolist()
    found: list[list[dict[str, Any]]] = [[] for _ in batch.texts] if reasons else []
    for number, text in enumerate(batch.texts) if reasons or policy.rules else ():
        if policy.rules.rules or actions[number] != "approve":
            scores = Scores(dict(zip(model.labels, probabilities[number].tolist(), strict=True)), shares[number])
            decision = moderator.decide(Comment("", text), scores)
            actions[number] = decision.action
            if reasons:
                found[number] = [reason_row(reason) for reason in decision.reasons]
    numbers = {**dict(zip(model.labels, probabilities.T.tolist(), strict=True)), "coverage": shares}
    facts: dict[str, Sequence[Any]] = {"action": actions, "model": [model.id] * len(actions)}
    return Rows(batch.kept, numbers, facts | ({"reasons": found} if reasons else {}), batch.types)


def checked(job: Job) -> Moderator:
    """Return the moderator of a job; the model is loaded once in a process.

    Raises
    ------
    ModerationError
        Where this process has another model, another version of the program, or other packages than where the job was made.
    """
    if job.version != moderation.__version__:
        raise ModerationError(
            f"moderation {moderation.__version__} is installed here, not {job.version}; install the same version"
        )
    model = loaded(job.folder)
    if model.id != job.model_id:
        raise ModelError(f"the model here is {model.id}, not {job.model_id}; give every worker the same model folder")
    if model.compile() != job.compiled:
        raise ModerationError(
            f"Numba is {'not ' * job.compiled}installed here, unlike where the run was started, and scores may differ in "
            "their last digits; install the same packages everywhere"
        )
    return Moderator(model, job.policy)


def loaded(folder: str | Path | None) -> Model:
    """Return a model, loaded once in this process, and anew where its folder holds another one by now."""
    found = model_folder(folder)
    return _loaded(found, model_id(found))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _: str) -> Model:
    return Model.load(folder)
