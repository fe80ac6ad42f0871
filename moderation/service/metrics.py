"""What is counted of requests and decisions, for Prometheus; no text, no key, no address."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from moderation.policy import Decision
from moderation.service.logs import Facts

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5)
SHARES = tuple(number / 10 for number in range(1, 11))
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable that names a folder in which several processes count together; it is read when the library is imported."""


class Metrics:
    """The counters of one process, or of all that share a folder.

    Examples
    --------
    >>> metrics = Metrics("b28c")
    >>> metrics.observe(Facts("7a", "native"), "/v1/check", 200, 0.004)
    >>> b'moderation_requests_total{path="/v1/check",status="200"} 1.0' in metrics.exposed()[0]
    True
    """

    def __init__(self, model_id: str) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("moderation_requests", "Answers", ("path", "status"), registry=registry)
        self._seconds = Histogram("moderation_seconds", "Time to answer", ("path",), buckets=SECONDS, registry=registry)
        self._refused = Counter("moderation_refused", "Refusals", ("protocol", "reason"), registry=registry)
        self._feedback = Counter("moderation_feedback", "Rows of feedback", ("protocol",), registry=registry)
        self._actions = Counter("moderation_actions", "Decisions", ("protocol", "action"), registry=registry)
        self._scores = Histogram("moderation_scores", "Probabilities", ("label",), buckets=SHARES, registry=registry)
        self._coverage = Histogram("moderation_coverage", "Known share of comments", buckets=SHARES, registry=registry)
        # The library looks a counter up under a lock and checks its labels anew each time; there are few of them
        self._answers, self._times = cache(self._requests.labels), cache(self._seconds.labels)
        self._decisions, self._probabilities = cache(self._actions.labels), cache(self._scores.labels)
        model = Gauge("moderation_model_info", "The model in use", ("id",), registry=registry, multiprocess_mode="max")
        model.labels(model_id).set(1)

    def observe(self, facts: Facts, path: str, status: int, seconds: float) -> None:
        """Count an answer; `path` is that of the route, so that there are few."""
        self._answers(path, status).inc()
        self._times(path).observe(seconds)
        if facts.refused:
            self._refused.labels(facts.protocol, facts.refused).inc()

    def kept(self, protocol: str) -> None:
        """Count a row of feedback."""
        self._feedback.labels(protocol).inc()

    def decided(self, decisions: Iterable[Decision], protocol: str = "native") -> None:
        """Count decisions."""
        for decision in decisions:
            self._decisions(protocol, decision.action).inc()
            self._coverage.observe(decision.scores.coverage)
            for label, probability in decision.scores.probabilities.items():
                self._probabilities(label).observe(probability)

    def exposed(self) -> tuple[bytes, str]:
        """Return all counters as Prometheus reads them, and the media type of that."""
        registry = self._registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
