"""Label files: one row is one person's judgement of one comment; adjudication makes one answer of several.

Two kinds of file, both CSV in UTF-8 with a header. One holds the texts (column ``text``). The other refers to a public data
set that may not be copied (columns ``source``, ``id`` and ``sha256`` of the text); `join` finds the texts where the data set
is present, and counts them where it is not. Each column that is not in `FIELDS` is a yes/no label: 1, 0, or empty for
not judged.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from moderation.errors import LabelError

FIELDS = "id thread_id parent_id title text sha256 target spans kind language note annotator labelled_at source".split()
TARGETS = frozenset({"commenter", "author", "public_figure", "private_person", "group", "institution", "none", ""})
ADJUDICATED = "adjudicated"
MARKED = "insult"  # the label whose words `spans` marks
_SOURCE = re.compile(r"[\w-]+")  # it becomes part of a path
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


def label_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the label files among paths: a folder stands for the CSV files in it, in alphabetical order."""
    found: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not inside:
            raise LabelError(f"{path}: no CSV file in this folder; give label files or a folder that holds some")
        found += inside
    return found


def read_labels(path: str | Path) -> list[Label]:
    """Read and check one label file.

    Raises
    ------
    LabelError
        Names file, line and column of the first thing that is wrong.
    """
    labels = list(_rows(Path(path)))
    _check_relations(labels)
    return labels


def _stream(path: Path) -> io.StringIO:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    try:
        return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror}); give the path of a CSV file") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LabelError(f"{path}: line {line}: not UTF-8; save the file as UTF-8") from error


def _records(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each record that is not blank with its place, the line where it starts; first of all the header."""
    reader = csv.reader(_stream(path), strict=True)
    place = f"{path}: line 1"
    try:
        for record in reader:
            if record:
                yield place, record
            place = f"{path}: line {reader.line_num + 1}"
    except csv.Error as error:
        raise LabelError(f"{place}: not CSV ({error}); expected comma-separated values with a header") from error


def _rows(path: Path) -> Iterator[Label]:
    records = _records(path)
    place, header = next(records, ("", []))
    if not header:
        raise LabelError(
            f"{path}: the file is empty; expected a header with the columns id, text and at least one label"
        )
    needed = ["id", "source", "sha256"] if "sha256" in header and "text" not in header else ["id", "text"]
    if absent := [name for name in needed if name not in header]:
        raise LabelError(f"{place}: no column {', '.join(absent)}; found {', '.join(header)}")
    if twice := [name for name, count in Counter(header).items() if count > 1]:
        raise LabelError(f"{place}: the column {twice[0]!r} stands twice; rename or remove one")
    if "" in header:
        raise LabelError(f"{place}: column {header.index('') + 1} has no name; name it or remove it")
    names = [name for name in header if name not in FIELDS]
    if not names:
        raise LabelError(f"{place}: no label column; expected one such as insult or spam, holding 1, 0 or nothing")
    for place, row in records:
        if len(row) != len(header):
            raise LabelError(
                f"{place}: {len(row)} fields; expected {len(header)} as in the header (quote commas and line breaks)"
            )
        yield _label(dict(zip(header, row, strict=True)), names, place)


def _label(row: dict[str, str], names: Sequence[str], place: str) -> Label:
    for column in ("id", "text", "sha256"):
        if column in row and not row[column].strip():
            raise LabelError(f"{place}, column {column}: empty; every judgement needs one")
    for name in names:
        if row[name] not in _ANSWERS:
            hint = (
                "" if len(names) == 1 else f" (is {name!r} a label? the columns that are not are {', '.join(FIELDS)})"
            )
            raise LabelError(f"{place}, column {name}: {row[name][:40]!r}; expected 1, 0 or nothing{hint}")
    if "text" not in row and not _SOURCE.fullmatch(row["source"]):
        raise LabelError(
            f"{place}, column source: {row['source'][:40]!r}; expected the name of a data set: letters, digits, _ and -"
        )
    if row.get("target", "") not in TARGETS:
        raise LabelError(f"{place}, column target: {row['target']!r}; expected one of {', '.join(sorted(TARGETS)[1:])}")
    answers = {name: _ANSWERS[row[name]] for name in names}
    spans = tuple(_span(pair, row.get("text"), place) for pair in row.get("spans", "").split())
    if answers.get(MARKED) == 0 and (spans or row.get("target", "none") not in {"none", ""}):
        raise LabelError(f"{place}, column insult: 0, but target or spans name an insult; correct one of them")
    known = {name: row[name] for name in FIELDS if name in row and name not in {"id", "text", "spans"}}
    return Label(id=row["id"], text=row.get("text"), answers=answers, spans=spans, place=place, **known)


def _span(pair: str, text: str | None, place: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", pair)
    start, end = map(int, found.groups()) if found else (0, 0)
    if not start < end or (text is not None and end > len(text)):
        length = "" if text is None else f", inside the {len(text)} characters of the text"
        raise LabelError(f"{place}, column spans: {pair!r}; expected start:end{length}")
    return start, end


def _check_relations(labels: Sequence[Label]) -> None:
    """Check what two rows say together: parents, repeated judgements, one text for one comment."""
    texts: dict[str, Label] = {}
    judged: set[tuple[str, str]] = set()
    for label in labels:
        first = texts.setdefault(label.id, label)
        if (first.text, first.sha256) != (label.text, label.sha256):
            column = "sha256" if label.text is None else "text"
            raise LabelError(
                f"{label.place}, column {column}: another text than {first.place} under the same id {label.id!r}"
            )
        if (label.id, label.annotator) in judged:
            raise LabelError(
                f"{label.place}, column id: {label.annotator or 'nobody'!r} judges {label.id!r} a second time"
            )
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
    if data is not None and not Path(data).is_dir():
        raise LabelError(f"{data}: no such folder; give the folder of the data sets that labels refer to, or none")
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
    rows = csv.DictReader(_stream(path))
    if absent := {"id", "text"} - set(rows.fieldnames or ()):
        raise LabelError(
            f"{path}: no column {', '.join(sorted(absent))}; expected a data set with the columns id and text"
        )
    return {row["id"]: row["text"] for row in rows}


def adjudicate(labels: Iterable[Label]) -> list[Label]:
    """Make one label of all the judgements of each comment, in the order of their first appearance.

    A comment is known by its id and its text: the same id with another text, in another file, is another comment.

    A judgement by ``adjudicated`` decides. Otherwise each answer is the majority's, and a tie is None, not judged; target,
    spans and the rest come from the first judgement that agrees on every answer, one with spans before one without, else from
    the first.

    Examples
    --------
    >>> two = [Label("1", "nul", {"insult": 1}, annotator="a"), Label("1", "nul", {"insult": 0}, annotator="b")]
    >>> adjudicate(two)[0].answers
    {'insult': None}
    """
    judgements: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        judgements[label.id, label.text or label.sha256].append(label)
    return [_adjudicated(found) for found in judgements.values()]


def _adjudicated(judgements: Sequence[Label]) -> Label:
    final = next((label for label in judgements if label.annotator == ADJUDICATED), None)
    if final is not None or len(judgements) == 1:
        return final or judgements[0]
    names = {name for label in judgements for name in label.answers}
    answers = {name: _majority([label.answers.get(name) for label in judgements]) for name in sorted(names)}
    agreeing = [label for label in judgements if label.answers == answers]
    chosen = max(agreeing or judgements[:1], key=lambda label: bool(label.spans))
    spans = chosen.spans if answers.get(MARKED) == 1 else ()
    return replace(chosen, answers=answers, spans=spans, annotator="majority")


def _majority(answers: Sequence[int | None]) -> int | None:
    votes = Counter(answer for answer in answers if answer is not None)
    (first, count), second = [*votes.most_common(1), (None, 0)][0], votes.most_common(2)[1:]
    return None if second and second[0][1] == count else first


def tally(labels: Iterable[Label]) -> dict[str, dict[str, dict[str, int]]]:
    """Count comments by kind, target, language, length and source: table -> row -> column -> count."""
    tables: dict[str, dict[str, dict[str, int]]] = {}
    for label in adjudicate(labels):
        row = {"comments": 1, **{name: int(answer == 1) for name, answer in label.answers.items()}}
        for title, name in _properties(label).items():
            cells = tables.setdefault(title, {}).setdefault(name or "(not stated)", dict.fromkeys(row, 0))
            for column, count in row.items():
                cells[column] = cells.get(column, 0) + count
    return {
        title: dict(sorted(found.items(), key=lambda item: item[0] if title == "length" else -item[1]["comments"]))
        for title, found in tables.items()
    }


def _properties(label: Label) -> dict[str, str]:
    length = "?" if label.text is None else next(band for limit, band in _LENGTHS if len(label.text) <= limit)
    return {
        "source": label.source,
        "language": label.language,
        "target": label.target,
        "length": length,
        "kind": label.kind,
    }


_LENGTHS = (
    (20, "   1-20"),
    (100, "  21-100"),
    (300, " 101-300"),
    (1000, " 301-1000"),
    (_LONGEST_FIELD, "1001 and more"),
)
