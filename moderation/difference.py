"""Difference: what another model would decide otherwise, and the thresholds with which it flags as many comments as before."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from moderation.comments import Comment, Thread
from moderation.errors import ModelError, PolicyError, SourceError
from moderation.mapping import Mapped, map_threshold, mapping_table
from moderation.model import Model, text_key
from moderation.moderator import LEAST_SHARE, MOST_REASONS
from moderation.policy import ACTIONS, NEVER, Action, Policy, policy_text
from moderation.scores import Reason

_BATCH = 20_000  # comments that are scored together; more texts are never in memory
_CHECKED = 2_000  # comments; folding a text to look it up takes longer than scoring it
_SITE = ("flood", "rules", "allow")  # tables of a policy file that do not depend on the model
_TABLE = re.compile(r"^(?=[ \t]*\[)", re.MULTILINE)

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one model says of a comment.

    Parameters
    ----------
    probability
        For the label that changed most, in [0, 1].
    reasons
        The words that speak most for that label.
    """

    action: Action
    probability: float
    coverage: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A comment about which two models decide otherwise; `label` is the one whose probability changed most."""

    comment: Comment
    label: str
    old: Opinion
    new: Opinion


@dataclass(frozen=True)
class Difference:
    """What `compare_models` finds.

    Parameters
    ----------
    labels
        Those that both models have.
    checked, trained
        The first comments, at most `_CHECKED`, and how many of them one of the models was trained on.
    replaced, mapped
        Shape ``(3, 3)``: how many comments with an old action (row) have a new one (column), both in the order of `ACTIONS`; with
        the thresholds of the new model's card, and with those of `policy`.
    thresholds
        Label -> band -> the old threshold and the one that keeps the share flagged.
    table
        Label -> the same for the scores 0.1 to 0.9.
    changes
        The comments whose action differs most by their scores, each text once, with the thresholds of the new model's card.
    policy
        For the new model: mapped thresholds, those of its card where none could be mapped, and the rules of the site.
    """

    old_id: str
    new_id: str
    comments: int
    labels: tuple[str, ...]
    checked: int
    trained: int
    replaced: Counts
    mapped: Counts
    thresholds: Mapping[str, Mapping[str, Mapped]]
    table: Mapping[str, Sequence[Mapped]]
    changes: tuple[Change, ...]
    policy: Policy


def compare_models(
    old: Model, new: Model, threads: Iterable[Thread], policy: Policy | None = None, most: int = 10, n_jobs: int = 1
) -> Difference:
    """Decide about comments with two models by their scores and coverage; rules and floods stay as they are with any model.

    Parameters
    ----------
    policy
        Of the site, for the old model; by default the thresholds of its card.
    most
        How many changed comments are kept with their texts.
    n_jobs
        As for `Model.score`.

    Raises
    ------
    ModelError
        Where the two have no label in common.
    SourceError
        Where there is no comment.
    """
    labels = tuple(label for label in old.labels if label in new.labels)
    if not labels:
        raise ModelError(f"the models have no label in common: {', '.join(old.labels)}; {', '.join(new.labels)}")
    policies = (policy or Policy.of(old), Policy.of(new))
    seen = _Seen(labels, most)
    comments = chain.from_iterable(threads)
    while batch := list(islice(comments, _BATCH)):
        texts = [comment.text for comment in batch]
        scored = [_scored(model, texts, n_jobs) for model in (old, new)]
        actions = [_actions(*pair) for pair in zip(policies, scored, strict=True)]
        seen.add(batch, scored, actions)
        seen.check(texts, (old, new))
    if not seen.actions:
        raise SourceError("no comment in these sources; give some that the models can be compared on")
    return _difference(old, new, policies, seen)


@dataclass(frozen=True)
class _Scored:
    """Scores of comments: label -> shape ``(n_comments,)``, and the coverage."""

    probabilities: dict[str, Numbers]
    coverage: Numbers


def _scored(model: Model, texts: Sequence[str], n_jobs: int) -> _Scored:
    probabilities, coverage = model.score_arrays(texts, n_jobs)
    return _Scored(dict(zip(model.labels, probabilities.T, strict=True)), coverage)


def _actions(policy: Policy, scored: _Scored) -> Counts:
    """Return for each comment the place in `ACTIONS` of its action."""
    probabilities = np.column_stack([*scored.probabilities.values()])
    actions = policy.actions([*scored.probabilities], probabilities, scored.coverage)
    places: Counts = (actions[:, np.newaxis] == np.array(ACTIONS)).argmax(axis=1)
    return places


@dataclass
class _Seen:
    """The scores of all comments so far, and the most changed comments."""

    labels: tuple[str, ...]
    most: int
    scored: list[list[_Scored]] = field(default_factory=list)
    actions: list[list[Counts]] = field(default_factory=list)
    changed: dict[str, tuple[float, Comment]] = field(default_factory=dict)
    checked: int = 0
    trained: int = 0

    def check(self, texts: Sequence[str], models: Sequence[Model]) -> None:
        keys = np.array([text_key(text) for text in texts[: _CHECKED - self.checked]], dtype=np.uint64)
        self.checked += len(keys)
        self.trained += int(np.any([np.isin(keys, model.trained) for model in models], axis=0).sum())

    def add(self, batch: Sequence[Comment], scored: list[_Scored], actions: list[Counts]) -> None:
        self.scored.append(scored)
        self.actions.append(actions)
        old, new = scored
        moved = np.max([np.abs(old.probabilities[label] - new.probabilities[label]) for label in self.labels], axis=0)
        moved[actions[0] == actions[1]] = -1
        for place in np.argsort(-moved, kind="stable"):
            if moved[place] < 0 or len(self.changed) > 2 * self.most:
                break
            self.changed.setdefault(batch[place].text, (float(moved[place]), batch[place]))
        kept = sorted(self.changed.items(), key=lambda item: -item[1][0])[: self.most]
        self.changed = dict(kept)

    def side(self, number: int) -> _Scored:
        """Return the scores of one model for all comments."""
        parts = [pair[number] for pair in self.scored]
        names = parts[0].probabilities
        joined = {label: np.concatenate([part.probabilities[label] for part in parts]) for label in names}
        return _Scored(joined, np.concatenate([part.coverage for part in parts]))


def _difference(old: Model, new: Model, policies: tuple[Policy, Policy], seen: _Seen) -> Difference:
    before, after = seen.side(0), seen.side(1)
    pairs = {label: (before.probabilities[label], after.probabilities[label]) for label in seen.labels}
    thresholds = {
        label: {
            band: map_threshold(*pair, limits[label])
            for band, limits in (("review", policies[0].review), ("reject", policies[0].reject))
            if limits[label] < NEVER
        }
        for label, pair in pairs.items()
    }
    mapped = _mapped_policy(old, new, policies[0], thresholds, before, after)
    actions = _actions(policies[0], before)
    return Difference(
        old.id,
        new.id,
        len(actions),
        seen.labels,
        seen.checked,
        seen.trained,
        _matrix(actions, _actions(policies[1], after)),
        _matrix(actions, _actions(mapped, after)),
        thresholds,
        {label: mapping_table(*pair) for label, pair in pairs.items()},
        tuple(_change(old, new, policies, comment, seen.labels) for _, comment in seen.changed.values()),
        mapped,
    )


def _matrix(old: Counts, new: Counts) -> Counts:
    return np.bincount(old * len(ACTIONS) + new, minlength=len(ACTIONS) ** 2).reshape(len(ACTIONS), len(ACTIONS))


def _mapped_policy(
    old: Model,
    new: Model,
    policy: Policy,
    thresholds: Mapping[str, Mapping[str, Mapped]],
    before: _Scored,
    after: _Scored,
) -> Policy:
    """Return the policy of the site for the new model."""
    card = Policy.of(new)
    review, reject = dict(card.review), dict(card.reject)
    for label, bands in thresholds.items():
        for limits, name in ((review, "review"), (reject, "reject")):
            found = bands.get(name)
            limits[label] = NEVER if found is None else limits[label] if found.new is None else found.new
        reject[label] = max(review[label], reject[label])
    coverage = card.coverage
    if policy.coverage != Policy.of(old).coverage:  # the site's own
        same = map_threshold(before.coverage, after.coverage, policy.coverage)
        coverage = same.new if policy.coverage and same.new is not None else policy.coverage
    return Policy(review, reject, coverage, new.id, policy.flood, policy.rules)


def _change(old: Model, new: Model, policies: tuple[Policy, Policy], comment: Comment, labels: Sequence[str]) -> Change:
    scores = [model.score([comment.text])[0] for model in (old, new)]
    label = max(labels, key=lambda name: abs(scores[0].probabilities[name] - scores[1].probabilities[name]))
    opinions = [
        Opinion(policy.action(one)[0], one.probabilities[label], one.coverage, _reasons(model, comment.text, label))
        for model, policy, one in zip((old, new), policies, scores, strict=True)
    ]
    return Change(comment, label, *opinions)


def _reasons(model: Model, text: str, label: str) -> tuple[Reason, ...]:
    found = [reason for reason in model.explain(text)[label].reasons if reason.weight > 0]
    return tuple(reason for reason in found[:MOST_REASONS] if reason.weight >= LEAST_SHARE * found[0].weight)


def policy_file(policy: Policy, site: str = "") -> str:
    """Return a policy as a file.

    Parameters
    ----------
    site
        The content of the site's file for another model, whose rules, allowed words and floods are kept as they stand.

    Raises
    ------
    PolicyError
        Where those cannot be told from the rest of the file.
    """
    thresholds = {label: {"review": policy.review[label], "reject": policy.reject[label]} for label in policy.review}
    kept = "".join(part for part in _TABLE.split(site) if re.match(rf"\s*\[+\s*({'|'.join(_SITE)})\b", part))
    text = policy_text(policy.model_id, thresholds, policy.coverage) + f"\n\n{kept}".rstrip() + "\n"
    if not _same_tables(text, site):
        raise PolicyError(
            "[[rules]], [allow] and [flood] of the policy cannot be told from the rest of it; "
            "let no line but their headings begin with ["
        )
    return text


def _same_tables(text: str, site: str) -> bool:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    wanted = tomllib.loads(site)
    return all(found.get(name) == wanted.get(name) for name in _SITE)
