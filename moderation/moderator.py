"""The one object that the command line, the library, hooks and services share: a model and a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from moderation.comments import Comment, Thread
from moderation.floods import ALONE, Copies, FloodWindow
from moderation.model import Model
from moderation.policy import ACTIONS, Action, Decision, Policy
from moderation.rules import Found
from moderation.scores import Reason, Scores

#: Words named for one label in a decision. A moderator reads at a glance; `Model.explain` gives them all.
MOST_REASONS = 5
#: A word is named only if it weighs at least this share of the strongest.
LEAST_SHARE = 0.2
THREADS_BATCH = 20_000  # comments of threads that are scored together
FLOOD_LABEL = "spam"


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

    def check(self, comments: Iterable[Comment], n_jobs: int = 1, window: FloodWindow | None = None) -> list[Decision]:
        """Decide about comments, or about a `Thread`, in their order.

        Parameters
        ----------
        n_jobs
            As for `Model.score`.
        window
            The recent comments, to find floods that go on over several calls; these comments are added to it. None to look
            for floods among these comments only.
        """
        comments = _named(comments) if isinstance(comments, Thread) else list(comments)
        scores = self.model.score([comment.text for comment in comments], n_jobs)
        copies = self._copies(comments, window)
        return [self.decide(*facts) for facts in zip(comments, scores, copies, strict=True)]

    def check_threads(
        self, threads: Iterable[Thread], n_jobs: int = 1, window: FloodWindow | None = None
    ) -> Iterator[tuple[Thread, list[Decision]]]:
        """Yield threads with the decisions about their comments; many small threads are scored as one batch.

        Floods are found across the threads. Of a flood that begins in one batch of `THREADS_BATCH` comments and becomes one in
        a later batch, the copies of the first batch stay as they were decided.
        """
        window = FloodWindow() if window is None else window
        waiting: list[Thread] = []
        count = 0
        for thread in threads:
            waiting.append(thread)
            count += len(thread)
            if count >= THREADS_BATCH:
                yield from self._checked(waiting, n_jobs, window)
                waiting, count = [], 0
        yield from self._checked(waiting, n_jobs, window)

    def _checked(
        self, threads: list[Thread], n_jobs: int, window: FloodWindow
    ) -> Iterator[tuple[Thread, list[Decision]]]:
        comments = [comment for thread in threads for comment in _named(thread)]
        decisions = iter(self.check(comments, n_jobs, window))
        for thread in threads:
            yield thread, list(islice(decisions, len(thread)))

    def check_text(self, text: str) -> Decision:
        """Decide about one text."""
        return self.check([Comment("", text)])[0]

    def _copies(self, comments: list[Comment], window: FloodWindow | None) -> list[Copies]:
        """Return what is known of the copies of each comment; nothing where it could change nothing."""
        if self.policy.flood.action is None or (window is None and len(comments) < self.policy.flood.copies):
            return [ALONE] * len(comments)
        return (FloodWindow(None) if window is None else window).add_all(comments)

    def decide(self, comment: Comment, scores: Scores, copies: Copies = ALONE) -> Decision:
        """Decide about a comment that is scored: the most severe of what its scores, the rules and a flood call for."""
        found = self.policy.rules.find(comment.text)
        action, scored = self.policy.action(scores)
        if found.allowed and scored:
            action, scored = self.policy.action(self._without_allowed(comment.text, scores, found))
        actions: list[Action] = [action, *(rule.action for rule in found.rules)]
        labels = [*scored, *(rule.label for rule in found.rules if rule.label)]
        reasons = [*(self._reasons(comment.text, scored, found) if scored else ()), *found.reasons]
        if self.policy.flood.action and self.policy.flood.holds(copies):
            actions.append(self.policy.flood.action)
            labels.append(FLOOD_LABEL)
            length = len(comment.text)
            reasons.append(Reason(FLOOD_LABEL, 0, length, comment.text, 0.0, "flood", copies=copies))
        return Decision(
            comment.id,
            max(actions, key=ACTIONS.index),
            tuple(dict.fromkeys(labels)),
            scores,
            tuple(reasons),
            self.model.id,
            self.policy.id,
        )

    def _without_allowed(self, text: str, scores: Scores, found: Found) -> Scores:
        """Return what the scores are worth once the allowed words are cut out: never more than with them."""
        (cut,) = self.model.score([_cut(text, found.allowed)])
        lower = {label: min(p, cut.probabilities[label]) for label, p in scores.probabilities.items()}
        return replace(scores, probabilities=lower)

    def _reasons(self, text: str, labels: tuple[str, ...], found: Found) -> tuple[Reason, ...]:
        explanations = self.model.explain(text)
        named: list[Reason] = []
        for label in labels:
            reasons = [reason for reason in explanations[label].reasons if reason.weight > 0 and _counts(reason, found)]
            named += [reason for reason in reasons[:MOST_REASONS] if reason.weight >= LEAST_SHARE * reasons[0].weight]
        return tuple(named)


def _named(thread: Thread) -> list[Comment]:
    """Return the comments of a thread, each with the thread's id where it has none."""
    return [replace(comment, thread_id=thread.id) if comment.thread_id is None else comment for comment in thread]


def _counts(reason: Reason, found: Found) -> bool:
    """Whether a reason is a marker, or a word that is not allowed."""
    return reason.marker is not None or not any(s <= reason.start and reason.end <= e for s, e in found.allowed)


def _cut(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Return a text with a space in place of each range; the ranges are sorted and may overlap."""
    parts, at = [], 0
    for start, end in ranges:
        parts.append(text[at : max(at, start)])
        at = max(at, end)
    return " ".join([*parts, text[at:]])
