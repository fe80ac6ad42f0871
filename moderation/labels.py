"""Label files: one row is one person's judgement of one comment; adjudication makes one answer of several.

Two kinds of file, both CSV in UTF-8 with a header. One holds the texts (column ``text``). The other refers to a public data
set that may not be copied (columns ``source``, ``id`` and ``sha256`` of the text); `join` finds the texts where the data set
is present, and counts them where it is not. Each column that is not in `FIELDS` is a yes/no label: 1, 0, or empty for
not judged.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from moderation.errors import LabelError

FIELDS = (
    "id thread_id parent_id title text sha256 target spans kind language note annotator labelled_at source".split()
)
TARGETS = frozenset({"commenter", "author", "public_figure", "private_person", "group", "institution", "none", ""})
ADJUDICATED = "adjudicated"
_ANSWERS = {"1": 1, "0": 0, "": None}
_LONGEST_FIELD = 10_000_000  # characters; the csv module's own limit of 131,072 is shorter than some comments


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement of one comment.

    Parameters
    ----------
    id, thread_id, parent_id
        Of the comment. Two labels with one id are two judgements of one comment.
    text
        None for a reference whose data set has not been joined.
    answers
        Label name -> 1, 0, or None for not judged.
    target
        Whom the strongest insult is aimed at, one of `TARGETS`.
    spans
        The words that make it an insult: half-open code-point ranges of the text.
    place
        File and line, for messages.
    """

    id: str
    text: str | None
    answers: dict[str, int | None]
    thread_id: str = ""
    parent_id: str = ""
    title: str = ""
    sha256: str = ""
    target: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    kind: str = ""
    language: str = ""
    note: str = ""
    annotator: str = ""
    labelled_at: str = ""
    source: str = ""
    place: str = field(default="", compare=False)

    @property
    def is_flood(self) -> bool:
        """Whether it is spam by repetition only: such a text teaches nothing about words."""
        return "flood" in self.note.split()


@dataclass(frozen=True)
class Joined:
    """Labels with their texts, and what could not be joined.

    Parameters
    ----------
    missing, changed
        Data set -> number of judgements whose text is absent, or is there with another content than the one judged.
    """

    labels: tuple[Label, ...]
    missing: dict[str, int]
    changed: dict[str, int]


def read_labels(path: str | Path) -> list[Label]:
    """Read and check one label file.

    Raises
    ------
    LabelError
        Names file, line and column of the first thing that is wrong.
    """
    path = Path(path)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            labels = list(_rows(csv.reader(stream, strict=True), path))
    except FileNotFoundError as error:
        raise LabelError(f"{path}: there is no such file; give the path of a label file (CSV)") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except csv.Error as error:
        raise LabelError(f"{path}: not a CSV file ({error}); expected comma-separated values with a header") from error
    _check_relations(labels)
    return labels


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[Label]:
    header = next(reader, None)
    if not header:
        raise LabelError(f"{path}: the file is empty; expected a header with the columns id, text and at least one label")
    needed = ["id", "source", "sha256"] if "sha256" in header and "text" not in header else ["id", "text"]
    if absent := [name for name in needed if name not in header]:
        raise LabelError(f"{path}: line 1: no column {', '.join(absent)}; found {', '.join(header)}")
    if twice := [name for name, count in Counter(header).items() if count > 1]:
        raise LabelError(f"{path}: line 1: the column {twice[0]!r} stands twice; rename or remove one")
    names = [name for name in header if name not in FIELDS]
    if not names:
        raise LabelError(f"{path}: line 1: no label column; expected one such as insult or spam, holding 1, 0 or nothing")
    for row in reader:
        place = f"{path}: line {reader.line_num}"  # type: ignore[attr-defined]
        if not row:
            continue
        if len(row) != len(header):
            raise LabelError(f"{place}: {len(row)} fields; expected {len(header)} as in the header (quote commas and line breaks)")
        yield _label(dict(zip(header, row, strict=True)), names, place)


def _label(row: dict[str, str], names: Sequence[str], place: str) -> Label:
    for column in ("id", "text", "sha256"):
        if column in row and not row[column].strip():
            raise LabelError(f"{place}, column {column}: empty; every judgement needs one")
    for name in names:
        if row[name] not in _ANSWERS:
            hint = "" if len(names) == 1 else f" (is {name!r} a label? the columns that are not are {', '.join(FIELDS)})"
            raise LabelError(f"{place}, column {name}: {row[name][:40]!r}; expected 1, 0 or nothing{hint}")
    if row.get("target", "") not in TARGETS:
        raise LabelError(f"{place}, column target: {row['target']!r}; expected one of {', '.join(sorted(TARGETS)[1:])}")
    answers = {name: _ANSWERS[row[name]] for name in names}
    spans = tuple(_span(pair, row.get("text"), place) for pair in row.get("spans", "").split())
    if answers.get("insult") == 0 and (spans or row.get("target", "none") not in {"none", ""}):
        raise LabelError(f"{place}, column insult: 0, but target or spans name an insult; correct one of them")
    known = {name: row[name] for name in FIELDS if name in row and name not in {"id", "text", "spans"}}
    return Label(id=row["id"], text=row.get("text"), answers=answers, spans=spans, place=place, **known)  # type: ignore[arg-type]


def _span(pair: str, text: str | None, place: str) -> tuple[int, int]:
    start, _, end = pair.partition(":")
    if not (start.isdecimal() and end.isdecimal() and int(start) < int(end) and (text is None or int(end) <= len(text))):
        length = "" if text is None else f", inside the {len(text)} characters of the text"
        raise LabelError(f"{place}, column spans: {pair!r}; expected start:end{length}")
    return int(start), int(end)


def _check_relations(labels: Sequence[Label]) -> None:
    """Check what two rows say together: parents, repeated judgements, one text for one comment."""
    texts: dict[str, Label] = {}
    judged: set[tuple[str, str]] = set()
    for label in labels:
        first = texts.setdefault(label.id, label)
        if (first.text, first.sha256) != (label.text, label.sha256):
            raise LabelError(f"{label.place}, column text: another text than {first.place} under the same id {label.id!r}")
        if (label.id, label.annotator) in judged:
            raise LabelError(f"{label.place}, column id: {label.annotator or 'nobody'!r} judges {label.id!r} a second time")
        judged.add((label.id, label.annotator))
    for label in labels:
        if label.parent_id and label.parent_id not in texts:
            raise LabelError(f"{label.place}, column parent_id: no comment {label.parent_id!r} in this file")


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as in the column ``sha256``."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def join(labels: Iterable[Label], data: str | Path | None) -> Joined:
    """Give each reference its text from ``data/<source>.csv``; labels that hold their text pass through.

    Parameters
    ----------
    data
        Folder of public data sets, each a CSV with the columns ``id`` and ``text``; None where there is none.
    """
    labels = list(labels)
    texts = {source: _texts(data, source) for source in {label.source for label in labels if label.text is None}}
    joined: list[Label] = []
    missing: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for label in labels:
        text = label.text if label.text is not None else texts[label.source].get(label.id)
        if text is None:
            missing[label.source] += 1
        elif label.text is None and text_hash(text) != label.sha256:
            changed[label.source] += 1
        elif any(end > len(text) for _, end in label.spans):
            raise LabelError(f"{label.place}, column spans: outside the {len(text)} characters of the text")
        else:
            joined.append(replace(label, text=text))
    return Joined(tuple(joined), dict(missing), dict(changed))


def _texts(data: str | Path | None, source: str) -> dict[str, str]:
    path = Path(data) / f"{source}.csv" if data is not None else None
    if path is None or not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row["text"] for row in csv.DictReader(stream)}


def adjudicate(labels: Iterable[Label]) -> list[Label]:
    """Make one label of all the judgements of each comment, in the order of their first appearance.

    A judgement by ``adjudicated`` decides. Otherwise each answer is the majority's, and a tie is None, not judged; target,
    spans and the rest come from the first judgement that agrees on every answer, else from the first.

    Examples
    --------
    >>> two = [Label("1", "nul", {"insult": 1}, annotator="a"), Label("1", "nul", {"insult": 0}, annotator="b")]
    >>> adjudicate(two)[0].answers
    {'insult': None}
    """
    judgements: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        judgements[label.id].append(label)
    return [_adjudicated(found) for found in judgements.values()]


def _adjudicated(judgements: Sequence[Label]) -> Label:
    final = next((label for label in judgements if label.annotator == ADJUDICATED), None)
    if final is not None or len(judgements) == 1:
        return final or judgements[0]
    names = {name for label in judgements for name in label.answers}
    answers = {name: _majority([label.answers.get(name) for label in judgements]) for name in sorted(names)}
    chosen = next((label for label in judgements if label.answers == answers), judgements[0])
    spans = chosen.spans if answers.get("insult") == 1 else ()
    return replace(chosen, answers=answers, spans=spans, annotator="majority")


def _majority(answers: Sequence[int | None]) -> int | None:
    votes = Counter(answer for answer in answers if answer is not None)
    (first, count), second = [*votes.most_common(1), (None, 0)][0], votes.most_common(2)[1:]
    return None if second and second[0][1] == count else first
