"""What is counted of requests and decisions, for Prometheus; no text, no key, no address."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from moderation.policy import Decision

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5)
SHARES = tuple(number / 10 for number in range(1, 11))


class Metrics:
    """The counters of one process.

    Examples
    --------
    >>> metrics = Metrics("b28c")
    >>> metrics.observe("/v1/check", 200, 0.004)
    >>> b'moderation_requests_total{path="/v1/check",status="200"} 1.0' in metrics.exposed()[0]
    True
    """

    def __init__(self, model_id: str) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("moderation_requests", "Answers", ("path", "status"), registry=registry)
        self._seconds = Histogram("moderation_seconds", "Time to answer", ("path",), buckets=SECONDS, registry=registry)
        self._actions = Counter("moderation_actions", "Decisions", ("action",), registry=registry)
        self._scores = Histogram("moderation_scores", "Probabilities", ("label",), buckets=SHARES, registry=registry)
        self._coverage = Histogram("moderation_coverage", "Known share of comments", buckets=SHARES, registry=registry)
        Info("moderation_model", "The model in use", registry=registry).info({"id": model_id})

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count an answer; `path` is that of the route, so that there are few."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Count decisions."""
        for decision in decisions:
            self._actions.labels(decision.action).inc()
            self._coverage.observe(decision.scores.coverage)
            for label, probability in decision.scores.probabilities.items():
                self._scores.labels(label).observe(probability)

    def exposed(self) -> tuple[bytes, str]:
        """Return all counters as Prometheus reads them, and the media type of that."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
