"""Explanations: the words named must matter for the score, and be those that people mark."""

import ast
import csv
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.attacks import LABEL, PUBLIC, named
from benchmarks.quality.report import Section, share, table
from benchmarks.quality.subject import SHARED, Absent, Numbers, Subject
from benchmarks.quality.templates import attack_comments
from moderation.text import fold

SPANS = SHARED / "data" / "evaluate" / "toxic_spans" / "tsd_test.csv"
Range = tuple[int, int]


def section(subject: Subject) -> Section:
    """Return what deleting the named words does beside deleting others, and the character F1 on marked words."""
    texts, y = attack_comments()
    sets, lines = {"written for the attack suite": [t for t, answer in zip(texts, y, strict=True) if answer]}, []
    for name, column in PUBLIC:
        try:
            judged = subject.judged(name, column)
        except Absent as error:
            lines += [f"- {error}"]
            continue
        lines += [f"- {judged.note}"]
        sets[name] = [text for text, answer in zip(judged.texts, judged.y, strict=True) if answer]
    rows = [_deletion(subject, name, texts) for name, texts in sets.items()]
    columns = ["insults flagged, of", "comments", "words named", "score falls", "mean fall", "no longer flagged"]
    columns += ["mean fall, other words deleted", "no longer flagged, other words deleted"]
    lines += ["", *table(columns, rows), "", *_spans(subject)]
    return Section("Explanations", lines)


def _deletion(subject: Subject, name: str, texts: Sequence[str]) -> list[object]:
    """Delete the words named, and as many others drawn at random. Source: comprehensiveness, DeYoung et al. 2020 (ERASER)."""
    rng, threshold = np.random.default_rng(0), subject.policy.review[LABEL]
    before = subject.probabilities(texts, LABEL)
    texts = [text for text, p in zip(texts, before, strict=True) if p >= threshold]
    before = before[before >= threshold]
    ranges = [named(subject.model, text) for text in texts]
    after = subject.probabilities([_without(text, found) for text, found in zip(texts, ranges, strict=True)], LABEL)
    others = [_others(text, found, rng) for text, found in zip(texts, ranges, strict=True)]
    control = subject.probabilities([_without(text, found) for text, found in zip(texts, others, strict=True)], LABEL)
    cells: list[object] = [name, len(texts), f"{np.mean([len(found) for found in ranges]):.1f}"]
    cells += [share(int((after < before).sum()), len(texts)), f"{(before - after).mean():.3f}", _lost(after, threshold)]
    return [*cells, f"{(before - control).mean():.3f}", _lost(control, threshold)]


def _lost(p: Numbers, threshold: float) -> str:
    return share(int((p < threshold).sum()), len(p))


def _without(text: str, ranges: Sequence[Range]) -> str:
    for start, end in sorted(ranges, reverse=True):
        text = text[:start] + text[end:]
    return text


def _others(text: str, ranges: Sequence[Range], rng: np.random.Generator) -> list[Range]:
    """Draw as many words as there are ranges, among those that no range meets; fewer where there are fewer."""
    folded, words, start = fold(text), [], 0
    for token in folded.text.split(" ") if folded.text else ():
        word = folded.original(start, start + len(token))
        if not any(word[0] < end and first < word[1] for first, end in ranges):
            words.append(word)
        start += len(token) + 1
    chosen = rng.permutation(len(words))[: len(ranges)]
    kept: list[Range] = []
    for word in sorted(words[i] for i in chosen):
        if not kept or word[0] >= kept[-1][1]:
            kept.append(word)
    return kept


def _spans(subject: Subject) -> list[str]:
    """Return the mean character F1 over English comments whose toxic words are marked."""
    if not SPANS.is_file():
        return ["Left out: data/evaluate/toxic_spans/tsd_test.csv is not here."]
    with SPANS.open(encoding="utf-8", newline="") as stream:
        every = [(row["text"], frozenset(ast.literal_eval(row["spans"]))) for row in csv.DictReader(stream)]
    rows = [(text, gold) for text, gold in every if not subject.model.was_trained_on(text)]
    flagged = subject.probabilities([text for text, _ in rows], LABEL) >= subject.policy.review[LABEL]
    named_characters = [_characters(text, named(subject.model, text)) for text, _ in rows]
    shipped = [found if hit else frozenset() for found, hit in zip(named_characters, flagged, strict=True)]
    everything = [_characters(text, [(0, len(text))]) for text, _ in rows]
    golds = [gold for _, gold in rows]
    table_rows = [
        ["words named in decisions (none where nothing is flagged)", len(rows), f"{_f1(golds, shipped):.3f}"],
        ["the same, of comments that are flagged", int(flagged.sum()), f"{_f1(golds, shipped, flagged):.3f}"],
        ["words that would be named, flagged or not", len(rows), f"{_f1(golds, named_characters):.3f}"],
        ["the whole comment, for comparison", len(rows), f"{_f1(golds, everything):.3f}"],
    ]
    note = f"toxic_spans (English, test part): {len(every) - len(rows)} of {len(every)} texts left out"
    return [f"{note}, the model was trained on them.", "", *table(["named", "comments", "character F1"], table_rows)]


def _characters(text: str, ranges: Sequence[Range]) -> frozenset[int]:
    return frozenset(index for start, end in ranges for index in range(start, end))


def _f1(
    golds: Sequence[frozenset[int]], found: Sequence[frozenset[int]], use: NDArray[np.bool_] | None = None
) -> float:
    """Return the mean over comments of the F1 of characters; 1 where both are empty. Source: SemEval-2021 task 5."""
    values = [
        2 * len(gold & one) / (len(gold) + len(one)) if gold or one else 1.0
        for gold, one in zip(golds, found, strict=True)
    ]
    return float(np.mean(values if use is None else np.array(values)[use]))
