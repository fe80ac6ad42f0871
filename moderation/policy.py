"""Policy: the pure step from scores to a decision. Scores are facts of a model, thresholds are choices of a site."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from moderation.errors import PolicyError
from moderation.floods import MOST_NAMED, Copies
from moderation.model import Model
from moderation.rules import NO_RULES, Band, Rules
from moderation.scores import Reason, Scores

Action = Literal["approve", "review", "reject"]
ACTIONS: tuple[Action, ...] = get_args(Action)  # the more severe, the later
NEVER = 1.01  # a threshold that no probability reaches


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one comment, and why.

    Parameters
    ----------
    action
        ``approve``, ``review`` (a person looks at it) or ``reject``.
    labels
        The labels that reached their review threshold, most probable first, then those of rules and ``spam`` for a flood;
        empty for ``approve``, and for a comment flagged only by a rule without a label, or because the model knows too
        little of its words.
    reasons
        The words that speak most for those labels, strongest first, as ranges of the comment; then what hit a rule of the
        site; then the flood, with the other copies.
    """

    comment_id: str
    action: Action
    labels: tuple[str, ...]
    scores: Scores
    reasons: tuple[Reason, ...]
    model_id: str
    policy_id: str

    @property
    def flagged(self) -> bool:
        """Whether a person should look at it."""
        return self.action != "approve"


@dataclass(frozen=True, slots=True)
class FloodPolicy:
    """What a site does about floods.

    Parameters
    ----------
    action
        For every copy after the first; None for nothing.
    copies
        From how many copies on they are a flood, from 2 to `MOST_NAMED`. Two may be a correction.
    """

    action: Band | None = "review"
    copies: int = 3

    def holds(self, copies: Copies) -> bool:
        """Tell whether a comment is a later copy in a flood.

        Examples
        --------
        >>> [FloodPolicy().holds(Copies(place, count)) for place, count in ((1, 3), (2, 2), (2, 3))]
        [False, False, True]
        """
        return self.action is not None and copies.place > 1 and copies.count >= self.copies


@dataclass(frozen=True)
class Policy:
    """Thresholds of a site for one model, and its rules.

    Parameters
    ----------
    review, reject
        Label -> least probability for that action, in [0, 1]; `NEVER` switches it off.
    coverage
        A comment of which the model knows a smaller share goes to review.
    flood, rules
        What the site does about floods, and its words and domains.
    """

    review: Mapping[str, float]
    reject: Mapping[str, float]
    coverage: float
    model_id: str
    flood: FloodPolicy = FloodPolicy()
    rules: Rules = NO_RULES

    @cached_property
    def id(self) -> str:
        """Hash of the content."""
        flood = [self.flood.action, self.flood.copies]
        parts = [dict(self.review), dict(self.reject), self.coverage, self.model_id, flood, self.rules.content()]
        content = json.dumps(parts, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:8]

    @classmethod
    def of(cls, model: Model) -> Policy:
        """Return the policy that the card of a model proposes."""
        thresholds = model.card["thresholds"]
        bands: dict[Band, dict[str, float]] = {"review": {}, "reject": {}}
        for band, values in bands.items():
            for label in model.labels:
                found = thresholds[label][band]["threshold"]
                values[label] = NEVER if found is None else float(found)
        return cls(bands["review"], bands["reject"], float(model.card["coverage"]["floor"]), model.id)

    @classmethod
    def read(cls, path: str | Path, model: Model) -> Policy:
        """Read a site's thresholds and rules from a TOML file; what it leaves out is as in the card.

        ::

            model = "1f0c..."          # the model that these thresholds were chosen for
            coverage = 0.3
            [insult]
            review = 0.4
            reject = false             # never reject for insult without a person
            [flood]
            copies = 4
            [[rules]]
            name = "concurrents"
            words = ["journal x"]

        Raises
        ------
        PolicyError
            Where the file is no TOML, names another model, or a value is out of range.
        """
        path = Path(path)
        try:
            with path.open("rb") as stream:
                content = tomllib.load(stream)
        except OSError as error:
            raise PolicyError(f"{path}: cannot be read ({error.strerror}); give the path of a TOML file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PolicyError(f"{path}: not TOML ({error}); see docs/policy.md for an example") from error
        return cls._of_content(content, str(path), model)

    @classmethod
    def _of_content(cls, content: dict[str, Any], path: str, model: Model) -> Policy:
        if content.pop("model", None) != model.id:
            raise PolicyError(
                f"{path}: the thresholds are not for the model in use; scores of two models do not compare: "
                f'choose them anew and write model = "{model.id}" at the top of the file, above any [table]'
            )
        default = cls.of(model)
        coverage = content.pop("coverage", default.coverage)
        coverage = 0.0 if coverage is False else _probability(coverage, path, "coverage")
        flood = _flood(content.pop("flood", {}), path)
        rules = Rules.read(content.pop("rules", []), content.pop("allow", {}), path, model.labels)
        review, reject = dict(default.review), dict(default.reject)
        for label, bands in content.items():
            if label not in model.labels or not isinstance(bands, dict) or bands.keys() - {"review", "reject"}:
                labels = ", ".join(f"[{label}]" for label in model.labels)
                raise PolicyError(
                    f"{path}: {label}: unknown; expected model, coverage, and {labels} with review and reject, "
                    "[flood], [[rules]] or [allow]"
                )
            review[label] = _probability(bands.get("review", review[label]), path, f"{label}.review")
            raised = max(reject[label], review[label])  # the card's, unless the site's review is above it
            reject[label] = _probability(bands.get("reject", raised), path, f"{label}.reject")
            if reject[label] < review[label]:
                raise PolicyError(
                    f"{path}: {label}: reject {reject[label]} is below review {review[label]}; "
                    "a comment must reach review before it is rejected: raise reject or lower review"
                )
        return cls(review, reject, coverage, model.id, flood, rules)

    def action(self, scores: Scores) -> tuple[Action, tuple[str, ...]]:
        """Return the action for scores and the labels that call for it, most probable first.

        Examples
        --------
        >>> policy = Policy({"insult": 0.4}, {"insult": 0.9}, coverage=0.2, model_id="m")
        >>> policy.action(Scores({"insult": 0.5}, coverage=0.8))
        ('review', ('insult',))
        >>> policy.action(Scores({"insult": 0.1}, coverage=0.1))
        ('review', ())
        """
        found = [label for label, p in scores.probabilities.items() if p >= min(self.review[label], self.reject[label])]
        found.sort(key=lambda label: -scores.probabilities[label])
        if any(scores.probabilities[label] >= self.reject[label] for label in found):
            return "reject", tuple(found)
        return "review" if found or scores.coverage < self.coverage else "approve", tuple(found)

    def actions(
        self, labels: Sequence[str], probabilities: NDArray[np.float64], coverage: NDArray[np.float64]
    ) -> NDArray[np.str_]:
        """Return the actions that `action` gives, for arrays as `Model.score_arrays` returns them, shape ``(n_comments,)``.

        Examples
        --------
        >>> policy = Policy({"insult": 0.4}, {"insult": 0.9}, coverage=0.2, model_id="m")
        >>> policy.actions(["insult"], np.array([[0.5], [0.95], [0.1]]), np.array([0.8, 0.8, 0.8])).tolist()
        ['review', 'reject', 'approve']
        """
        reject = np.array([self.reject[label] for label in labels])
        review = np.minimum([self.review[label] for label in labels], reject)
        flagged = (probabilities >= review).any(axis=1) | (coverage < self.coverage)
        return np.where((probabilities >= reject).any(axis=1), "reject", np.where(flagged, "review", "approve"))


def policy_text(model_id: str, thresholds: Mapping[str, Mapping[str, float]], coverage: float | None = None) -> str:
    """Return a policy file; `thresholds` is label -> band -> threshold, and what is left out stays as in the card.

    Examples
    --------
    >>> print(policy_text("0123456789abcdef", {"insult": {"review": 0.4, "reject": NEVER}}))
    model = "0123456789abcdef"
    <BLANKLINE>
    [insult]
    review = 0.400000
    reject = false
    """
    lines = [f'model = "{model_id}"']
    if coverage is not None:
        lines.append(f"coverage = {coverage:.6f}" if coverage else "coverage = false")
    for label, bands in thresholds.items():
        lines += ["", f"[{label}]"]
        for band, value in sorted(bands.items(), reverse=True):
            lines.append(f"{band} = {'false' if value >= NEVER else format(value, '.6f')}")
    return "\n".join(lines)


def _probability(value: object, path: str, name: str) -> float:
    if value is False:
        return NEVER
    if isinstance(value, int | float) and value is not True and (0 <= value <= 1 or value == NEVER):
        return float(value)
    raise PolicyError(f"{path}: {name}: {value!r}; expected a number from 0 to 1, or false for never")


def _flood(table: object, path: str) -> FloodPolicy:
    if not isinstance(table, dict) or table.keys() - {"action", "copies"}:
        raise PolicyError(f"{path}: flood: {table!r}; expected [flood] with action and copies")
    action, copies = table.get("action", "review"), table.get("copies", 3)
    if action is not False and action not in ("review", "reject"):
        raise PolicyError(f'{path}: flood.action: {action!r}; expected "review", "reject", or false for never')
    if type(copies) is not int or not 2 <= copies <= MOST_NAMED:
        raise PolicyError(
            f"{path}: flood.copies: {copies!r}; expected from how many copies on they are a flood, 2 to {MOST_NAMED}"
        )
    return FloodPolicy(action or None, copies)
