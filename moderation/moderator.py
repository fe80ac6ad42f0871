"""The one object that the command line, the library, hooks and services share: a model and a policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moderation.comments import Comment
from moderation.model import Model
from moderation.policy import Decision, Policy
from moderation.scores import Reason, Scores

#: Words named for one label in a decision. A moderator reads at a glance; `Model.explain` gives them all.
MOST_REASONS = 5
#: A word is named only if it weighs at least this share of the strongest.
LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Moderator:
    """Checks comments.

    Examples
    --------
    >>> moderator = Moderator.load()
    >>> decision = moderator.check_text("Espèce de gros imbécile !")
    >>> decision.flagged, decision.labels, decision.reasons[0].text
    (True, ('insult',), 'imbécile')
    """

    model: Model
    policy: Policy

    @classmethod
    def load(cls, model: str | Path | None = None, policy: str | Path | None = None) -> Moderator:
        """Load a model folder and a policy file: by default the shipped model and the thresholds of its card.

        Raises
        ------
        ModelError, PolicyError
            See `Model.load` and `Policy.read`.
        """
        loaded = Model.load(model)
        return cls(loaded, Policy.of(loaded) if policy is None else Policy.read(policy, loaded))

    def check(self, comments: Iterable[Comment]) -> list[Decision]:
        """Decide about comments, or about a `Thread`, in their order."""
        comments = list(comments)
        scores = self.model.score([comment.text for comment in comments])
        return [self._decide(comment, found) for comment, found in zip(comments, scores, strict=True)]

    def check_text(self, text: str) -> Decision:
        """Decide about one text."""
        return self.check([Comment("", text)])[0]

    def _decide(self, comment: Comment, scores: Scores) -> Decision:
        action, labels = self.policy.action(scores)
        reasons = self._reasons(comment.text, labels) if labels else ()
        return Decision(comment.id, action, labels, scores, reasons, self.model.id, self.policy.id)

    def _reasons(self, text: str, labels: tuple[str, ...]) -> tuple[Reason, ...]:
        explanations = self.model.explain(text)
        found: list[Reason] = []
        for label in labels:
            reasons = [reason for reason in explanations[label].reasons[:MOST_REASONS] if reason.weight > 0]
            found += [reason for reason in reasons if reason.weight >= LEAST_SHARE * reasons[0].weight]
        return tuple(found)
