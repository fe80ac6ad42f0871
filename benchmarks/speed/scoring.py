"""Part 1: scoring, beside the stock parts and the other filters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from benchmarks.speed.peers import FILTERS, Child
from benchmarks.speed.rows import Call, Row, alternate, each, timed
from benchmarks.speed.stock import Stock, prepared
from moderation import Model


def forgetful(model: Model, texts: Sequence[str]) -> Call:
    """Score with a model that has read nothing yet: what it keeps of words and disguises, it learns in the call."""

    def call() -> float:
        fresh = replace(model)
        fresh.compile()
        return float(timed(fresh.score, texts)())  # type: ignore[arg-type]

    return call


def scoring(model: Model, texts: Sequence[str], few: int, runs: int, others: dict[str, Child | str]) -> Iterator[Row]:
    """Batch and one by one, against the stock parts and the other filters; explain against score; two jobs."""
    stock, singles = Stock(model), [prepared([text]) for text in texts[:few]]
    batch: dict[str, Call] = {
        "ours": forgetful(model, texts),
        "again": timed(model.score, texts),
        "stock": timed(stock.score, prepared(texts)),
    }
    batch["two jobs"] = timed(model.score, texts, n_jobs=2)
    single: dict[str, Call] = {
        "ours": timed(each, lambda text: model.score([text]), texts[:few]),
        "stock": timed(each, stock.score, singles),
        "explain": timed(each, model.explain, texts[:few]),
    }
    for other in FILTERS:
        child = others[other.name]
        if isinstance(child, Child):
            batch[other.name] = partial(child.call, "batch", min(other.sample or len(texts), len(texts)))
            if other.single:
                single[other.name] = partial(child.call, "single", few)
    yield from _scoring_rows(batch_values(batch, runs, len(texts)), values(single, runs, few), others)


def values(calls: dict[str, Call], runs: int, count: int) -> dict[str, float]:
    """Return microseconds a comment."""
    return {name: float(seconds) / count * 1e6 for name, seconds in alternate(runs, calls).items()}


def batch_values(calls: dict[str, Call], runs: int, count: int) -> dict[str, float]:
    """Return microseconds a comment; slow filters did only a sample."""
    samples = {other.name: other.sample for other in FILTERS if other.sample}
    found = values(calls, runs, count)
    return {name: value * count / min(samples.get(name, count), count) for name, value in found.items()}


def _scoring_rows(batch: dict[str, float], single: dict[str, float], others: dict[str, Child | str]) -> Iterator[Row]:
    stock = "the same model from stock scikit-learn parts"
    unit = "µs/comment"
    yield Row("batch", stock, unit, batch["ours"], batch["stock"], 50)
    yield Row("batch, words met before", stock, unit, batch["again"], batch["stock"])
    yield Row("one by one", stock, unit, single["ours"], single["stock"], 150)
    for name, bar in zip([other.name for other in FILTERS], (2.0, 1.3, 1.3, None), strict=True):
        yield Row("batch", name, unit, batch["ours"], batch.get(name), bar, note=_note(others[name]))
    name = "alt-profanity-check"
    yield Row("one by one", name, unit, single["ours"], single.get(name), 100, note=_note(others[name]))
    yield Row("explain, one by one", "score, one by one", unit, single["explain"], single["ours"], 4, cost=True)
    yield Row("batch, two jobs", "one job", unit, batch["two jobs"], batch["again"], 1.7)


def _note(child: Child | str) -> str:
    return child if isinstance(child, str) else ""
