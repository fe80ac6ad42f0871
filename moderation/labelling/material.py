"""What is to be labelled: the comments of thread sources, or of label files, as labels without answers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from moderation.comments import Comment, Thread
from moderation.errors import LabelError
from moderation.labels import Label, join, read_labels
from moderation.threads import read_threads

#: Note of a row that stands in a label file only because an answer to it was judged.
CONTEXT = "context"
#: Note of a row whose comment was drawn at random, see `moderation.labelling.queue`.
RANDOM = "random"


@dataclass(frozen=True)
class Material:
    """Comments to be labelled, and those that only show what they answer.

    Parameters
    ----------
    comments
        Those to be asked about, in the order of their source; none has an answer.
    known
        Id -> comment: these, and those that are only read.
    drawn
        Id -> whether it was drawn at random when it was first judged; of comments that were judged before.

    Examples
    --------
    >>> first, second = Label("1", "Bonjour", {}), Label("2", "BONJOUR", {}, parent_id="1")
    >>> material = Material((first, second), {"1": first, "2": second})
    >>> [parent.id for parent in material.ancestors(second)], material.copies["2"]
    (['1'], (2, 2))
    """

    comments: tuple[Label, ...]
    known: Mapping[str, Label]
    drawn: Mapping[str, bool] = field(default_factory=dict)

    def ancestors(self, comment: Label) -> tuple[Label, ...]:
        """Return the comments that this one answers, nearest first; a chain that closes ends."""
        chain: list[Label] = []
        seen = {comment.id}
        while (parent := self.known.get(comment.parent_id)) is not None and parent.id not in seen:
            chain.append(parent)
            seen.add(parent.id)
            comment = parent
        return tuple(chain)

    @cached_property
    def copies(self) -> dict[str, tuple[int, int]]:
        """Which copy of its text each comment is, see `copies`."""
        return copies(self.known.values())


def copies(comments: Iterable[Label]) -> dict[str, tuple[int, int]]:
    """Return id -> which copy of its text a comment is, from 1, and how many there are, case and spaces aside: a flood shows.

    Examples
    --------
    >>> copies([Label("1", "Prêt rapide", {}), Label("2", "PRÊT  RAPIDE", {})])
    {'1': (1, 2), '2': (2, 2)}
    """
    texts = {comment.id: " ".join((comment.text or "").casefold().split()) for comment in comments}
    total, seen = Counter(texts.values()), Counter[str]()
    found = {}
    for comment_id, text in texts.items():
        seen[text] += 1
        found[comment_id] = (seen[text], total[text])
    return found


def read_material(
    paths: Iterable[str | Path],
    names: Sequence[str],
    source_format: str = "auto",
    data: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> Material:
    """Read comments from thread sources and label files.

    A CSV file with the columns ``id``, ``text`` or ``sha256``, and one of the labels asked for, is a label file: ids stay
    as they are, and the answers in it are forgotten. Any other source is read as threads. There an id of digits alone is
    unique in its thread only, so that the thread is put before it: ``page.txt#3``.

    Parameters
    ----------
    names
        The labels that will be asked for.
    source_format, columns
        Of thread sources, see `moderation.threads.read_threads`.
    data
        Folder of the data sets that label files refer to.

    Raises
    ------
    LabelError
        Where one id has two texts, or there is nothing to label.
    SourceError
        Where a source cannot be read.
    """
    comments: dict[str, Label] = {}
    known: dict[str, Label] = {}
    drawn: dict[str, bool] = {}
    paths = list(paths)
    for path in map(Path, paths):
        found = _labelled(path, data) if is_label_file(path, names) else _unlabelled(path, source_format, columns or {})
        for label, asked in found:
            if judged(label):
                drawn[label.id] = RANDOM in label.note.split() or drawn.get(label.id, False)
            label = unjudged(label)
            first = known.setdefault(label.id, label)
            if first.text != label.text:
                raise LabelError(
                    f"{path}: the id {label.id!r} stands for two texts; give each comment an id of its own"
                )
            if asked:
                comments.setdefault(label.id, label)
    if len({bool(comment.sha256) for comment in comments.values()}) > 1:
        raise LabelError(
            "comments with texts and comments that are only referred to cannot share a file; label them apart"
        )
    if not comments:
        raise LabelError(f"{', '.join(map(str, paths))}: no comment with a text in it; give sources with comments")
    return Material(tuple(comments.values()), known, drawn)


def noted(labels: Iterable[Label], word: str) -> list[Label]:
    """Return all judgements of the comments of which one at least has this word as a note.

    Examples
    --------
    >>> labels = [Label("1", "a", {}, note="random"), Label("1", "a", {}), Label("2", "b", {})]
    >>> [label.id for label in noted(labels, "random")]
    ['1', '1']
    """
    labels = list(labels)
    chosen = {(label.id, label.text, label.sha256) for label in labels if word in label.note.split()}
    return [label for label in labels if (label.id, label.text, label.sha256) in chosen]


def is_label_file(path: Path, names: Sequence[str]) -> bool:
    """Whether the first line of a file is the header of a label file with at least one of these labels."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = set(next(csv.reader(lines), []))
    except (OSError, ValueError, csv.Error):
        return False  # whoever reads it as a thread says what is wrong
    return "id" in header and not header.isdisjoint({"text", "sha256"}) and not header.isdisjoint(names)


def _labelled(path: Path, data: str | Path | None) -> Iterator[tuple[Label, bool]]:
    """Yield the rows of a label file, and whether each comment is to be asked about."""
    for label in join(read_labels(path), data).labels:
        yield label, judged(label) or CONTEXT not in label.note.split()


def judged(label: Label) -> bool:
    """Whether somebody said something of the comment.

    Examples
    --------
    >>> judged(Label("1", "nul", {"insult": None})), judged(Label("1", "nul", {"insult": None}, annotator="awa"))
    (False, True)
    """
    return bool(label.annotator) or any(answer is not None for answer in label.answers.values())


def unjudged(label: Label) -> Label:
    """Return what a label says of the comment alone, without what a person said of it.

    Examples
    --------
    >>> unjudged(Label("1", "nul", {"insult": 1}, target="author", annotator="awa", source="s")).annotator
    ''
    """
    kept = {"thread_id", "parent_id", "title", "sha256", "language", "source"}
    return Label(label.id, label.text, {}, **{name: getattr(label, name) for name in kept})


def _unlabelled(path: Path, source_format: str, columns: Mapping[str, str]) -> Iterator[tuple[Label, bool]]:
    for thread in read_threads(path, source_format, columns=columns):
        for comment in thread:
            if comment.text.strip():  # nothing can be said of an empty one
                yield unlabelled(comment, thread, path), True


def unlabelled(comment: Comment, thread: Thread, path: Path) -> Label:
    """Return the row of a comment of a thread source that nobody has judged yet; see `read_material` for its ids."""
    parent = thread.parent(comment.id)
    shown = parent is not None and parent.text.strip()
    loose = thread.id == path.name and thread.title is None and not any(other.parent_id for other in thread)
    return Label(
        _id(thread, comment),
        comment.text,
        {},
        thread_id="" if loose else thread.id,
        parent_id=_id(thread, parent) if parent is not None and shown else "",
        title=thread.title or "",
        source=path.stem,
    )


def _id(thread: Thread, comment: Comment) -> str:
    return f"{thread.id}#{comment.id}" if comment.id.isdecimal() else comment.id
