"""The one object that the command line, the library, hooks and services share: a model and a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from moderation.comments import Comment, Thread
from moderation.model import Model
from moderation.policy import Decision, Policy
from moderation.scores import Reason, Scores

#: Words named for one label in a decision. A moderator reads at a glance; `Model.explain` gives them all.
MOST_REASONS = 5
#: A word is named only if it weighs at least this share of the strongest.
LEAST_SHARE = 0.2
THREADS_BATCH = 20_000  # comments of threads that are scored together


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

    def check(self, comments: Iterable[Comment], n_jobs: int = 1) -> list[Decision]:
        """Decide about comments, or about a `Thread`, in their order; `n_jobs` as for `Model.score`."""
        comments = list(comments)
        scores = self.model.score([comment.text for comment in comments], n_jobs)
        return [self._decide(comment, found) for comment, found in zip(comments, scores, strict=True)]

    def check_threads(self, threads: Iterable[Thread], n_jobs: int = 1) -> Iterator[tuple[Thread, list[Decision]]]:
        """Yield threads with the decisions about their comments; many small threads are scored as one batch."""
        waiting: list[Thread] = []
        count = 0
        for thread in threads:
            waiting.append(thread)
            count += len(thread)
            if count >= THREADS_BATCH:
                yield from self._checked(waiting, n_jobs)
                waiting, count = [], 0
        yield from self._checked(waiting, n_jobs)

    def _checked(self, threads: list[Thread], n_jobs: int) -> Iterator[tuple[Thread, list[Decision]]]:
        decisions = iter(self.check([comment for thread in threads for comment in thread], n_jobs))
        for thread in threads:
            yield thread, list(islice(decisions, len(thread)))

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
