"""What moderators decided in the past, from wherever it stands: tables of a site, label files, exports with statuses."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from moderation.errors import LabelError
from moderation.labelling.statuses import ANSWERS, decisions
from moderation.labels import Label, adjudicate
from moderation.threads import Report, detected, read_threads, table
from moderation.threads.rows import FIELDS, STATUSES
from moderation.threads.source import Options, Source, opened

REMOVED = "removed"
"""The answer of who says that a comment was taken down and not why."""

WORDS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "oui", "vrai", "removed", "rejected", "deleted"), 1),
    **dict.fromkeys(("0", "0.0", "false", "no", "non", "faux", "kept", "approved", "published"), 0),
    **dict.fromkeys(("", "na", "nan", "null", "none", "pending", "held"), None),
}
"""What an answer may be written as."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A comment, what was decided about it, and the scores that another service had given it.

    Parameters
    ----------
    label
        Its text, thread and answers: of labels, and of `REMOVED`.
    scores
        Column -> number.
    """

    label: Label
    scores: Mapping[str, float] = field(default_factory=dict)

    def removed(self, labels: Iterable[str]) -> int | None:
        """Tell whether it was taken down, for whatever reason: by an answer to `REMOVED`, or to these labels.

        Examples
        --------
        >>> [Decided(Label("1", "…", answers)).removed(["insult", "spam"]) for answers in (
        ...     {"removed": 1}, {"removed": 0}, {"removed": None, "spam": 1}, {"insult": 0, "spam": 0}, {"insult": 0})]
        [1, 0, 1, 0, None]
        """
        answers = [self.label.answers.get(name) for name in labels]
        said = self.label.answers.get(REMOVED)
        if said == 1 or 1 in answers:
            return 1
        return 0 if said == 0 or None not in answers else None


def read_decided(
    paths: Iterable[str], labels: Sequence[str], columns: Mapping[str, str], scores: Collection[str] = ()
) -> list[Decided]:
    """Read past decisions; several judgements of one comment become one.

    A table (CSV) with a column named after a label, `REMOVED` or a score is read row by row; anything else as threads whose
    comments have a status.

    Parameters
    ----------
    labels
        Those of the model.
    columns
        Field, label or `REMOVED` -> the name of its column, where that is another.
    scores
        Columns with scores of another service.

    Raises
    ------
    LabelError
        Where a value is no answer or no score, a column of scores is nowhere, or nothing was decided.
    SourceError
        Where a source cannot be read.
    """
    paths = list(paths)
    read = list(chain.from_iterable(_read(path, labels, columns, scores) for path in paths))
    names = ", ".join(paths)
    if absent := [name for name in scores if not any(name in one.scores for one in read)]:
        raise LabelError(f"{names}: no score in a column {absent[0]!r}; name the column as the header does")
    if not any(answer is not None for one in read for answer in one.label.answers.values()) and not scores:
        raise LabelError(
            f"{names}: no decision in it; expected a column {', '.join((REMOVED, *labels))} with 1 and 0, or comments "
            f"with a status; name the column that says what was decided with --map {REMOVED}=COLUMN"
        )
    known = {(one.label.id, one.label.text): one.scores for one in read if one.scores}
    return [Decided(label, known.get((label.id, label.text), {})) for label in adjudicate(one.label for one in read)]


def _read(path: str, labels: Sequence[str], columns: Mapping[str, str], scores: Collection[str]) -> Iterator[Decided]:
    asked = {columns.get(name, name).lower(): name for name in (*labels, REMOVED)}
    with opened(path, Options(columns), Report()) as source:
        if detected(source.head, columns or dict.fromkeys(scores, "")) == "csv":
            header = table.header(source)
            names = [name.lower() for name in header.names]
            if not {*asked, *(name.lower() for name in scores)}.isdisjoint(names):
                yield from _table(source, header, asked, scores)
                return
        source.data.seek(0)
        fields = {name: column for name, column in columns.items() if name in FIELDS}
        for thread in read_threads(source.data, columns=fields):
            yield from (Decided(label) for label in decisions(thread, path))


def _table(
    source: Source, header: table.Header, asked: Mapping[str, str], scores: Collection[str]
) -> Iterator[Decided]:
    """Yield the rows of a table that have a text; those without one were decided by what we cannot see."""
    columns = source.options.columns
    names = [name.lower() for name in header.names]
    fields = {columns.get(name, name).lower(): name for name in ("id", "text", "thread_id", "title", "status", "note")}
    if columns.get("text", "text").lower() not in names:
        raise LabelError(
            f"{source.name}, line {header.line}: no column {columns.get('text', 'text')}; found {', '.join(names)}; "
            "name the column that holds the comments with --map text=COLUMN"
        )
    for number, record in islice(table.records(source, header.delimiter), header.records, None):
        place = f"{source.name}, line {number}"
        if len(record) != len(names):
            raise LabelError(f"{place}: {len(record)} fields; expected {len(names)} as in the header")
        row = dict(zip(names, record, strict=True))
        known: dict[str, Any] = {field: row[name] for name, field in fields.items() if name in row}
        answers = dict(ANSWERS.get(STATUSES.get(known.pop("status", "").strip().lower()), {}))
        for column, name in asked.items():
            if column in row:
                answers[name] = _answer(row[column], column, place)
        found = {name: _number(row[name.lower()], name, place) for name in scores if row.get(name.lower(), "").strip()}
        yield Decided(Label(known.pop("id", "") or place, known.pop("text"), answers, place=place, **known), found)


def _answer(written: str, column: str, place: str) -> int | None:
    word = written.strip().lower()
    if word not in WORDS:
        raise LabelError(
            f"{place}, column {column}: {written[:40]!r}; expected 1 or 0, yes or no, removed or kept, or nothing"
        )
    return WORDS[word]


def _number(written: str, column: str, place: str) -> float:
    try:
        number = float(written.strip().replace(",", "."))  # a French spreadsheet writes 0,83
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise LabelError(f"{place}, column {column}: {written[:40]!r}; expected a score such as 0.83, or nothing")
    return number
