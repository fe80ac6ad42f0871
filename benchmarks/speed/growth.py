"""Part 3: how time grows with the number and the length of comments."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.speed.corpus import MEAN_LENGTH
from benchmarks.speed.rows import alternate, digits, each, timed
from moderation import Model


class Growth(NamedTuple):
    """Time per character at one size."""

    what: str
    size: int
    nanoseconds: float


def growth(model: Model, texts: Sequence[str], runs: int, longest: int) -> list[Growth]:
    """Score 1x to 8x the comments, and 1x to 64x the length of a comment, up to `longest` characters."""
    piles = {n: texts[: len(texts) // 8 * n] for n in (1, 2, 4, 8)}
    # Each takes as long: a small pile is done several times.
    more = alternate(runs, {str(n): timed(each, model.score, [pile] * (8 // n)) for n, pile in piles.items()})
    text = " ".join(texts)
    text *= 1 + longest // len(text)
    sizes = [MEAN_LENGTH * 2**power for power in range(7)]
    sizes += [size for size in (100_000, 1_000_000) if size <= longest]
    cuts = {size: [text[at : at + size] for at in range(0, max(size, sizes[6]), size)] for size in sizes}
    longer = alternate(runs, {str(size): timed(model.score, cut) for size, cut in cuts.items()})
    found = []
    for n, pile in piles.items():
        found.append(Growth("comments", n, float(more[str(n)]) / (sum(map(len, pile)) * (8 // n)) * 1e9))
    for size, cut in cuts.items():
        nanoseconds = float(longer[str(size)]) / sum(map(len, cut)) * 1e9
        found.append(Growth("characters in a comment", size, nanoseconds))
    return found


def growth_lines(found: Sequence[Growth]) -> Iterator[str]:
    """Yield the table of part 3."""
    yield "\n| growth | size | ns/character | against the smallest |\n|---|---|---|---|"
    first: dict[str, float] = {}
    for what, size, nanoseconds in found:
        against = nanoseconds / first.setdefault(what, nanoseconds)
        shown = f"{size}x" if what == "comments" else f"{size:,}"
        yield f"| {what} | {shown} | {digits(nanoseconds)} | {against:.2f}x |"
