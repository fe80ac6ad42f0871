"""JSON of any other make: an array of comments, or objects that hold one, with replies inside or parent ids.

A text in which a paragraph, a line break, a block or a quotation is marked up is HTML; any other stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads.apis.gathering import Drafts, Facts, count, gathered, listed, name
from moderation.threads.documents import at, documents, top
from moderation.threads.draft import Draft
from moderation.threads.markup import is_html, plain
from moderation.threads.rows import FIELDS, Row, add, whole
from moderation.threads.source import Source

LISTS = ("comments", "replies", "children", "items", "data", "results", "entries", "messages", "response", "nodes")
"""Keys under which comments are looked for."""

ALSO = {
    "created_at": ("created", "date"),
    "author": ("author.name", "name"),
    "parent_id": ("parent",),
    "announced": ("comment_count", "total"),
}
"""Field -> the other names that are tried where the first one is missing and no mapping was asked for."""

_BEGINS = re.compile(r"\s*(?:(\[)\s*[\[{\]]|\{\s*[\"}])")
_NESTED = re.compile(r'(?<!\\)"(?:replies|children)"\s*:\s*\[\s*\{')
_OVER_LINES = re.compile(r"\s*\{[ \t]*\r?\n")


class _Waiting(NamedTuple):
    """A value that is still to be read: whose thread it is of, which comment it stands under, and where."""

    value: Any
    thread: Draft | None
    parent: str | None
    where: str


def matches(head: str) -> bool:
    """Tell whether a text begins like JSON that is not one comment, or one flat thread, a line.

    Examples
    --------
    >>> matches('[{"body": "Oui"}]'), matches('{"results": [{"text": "Oui"}]}'), matches("[Vidéo] Bamako")
    (True, True, False)
    >>> matches('{"text": "Oui"}'), matches('{"comments": [{"text": "Oui"}]}')
    (False, False)
    """
    begins = _BEGINS.match(head)
    if not begins:
        return False
    first = top(head).first
    lists = {key for key in LISTS if _holds_objects(first.get(key))}
    tree = _NESTED.search(head)
    return bool(begins[1] or _OVER_LINES.match(head) or lists - {"comments"} or tree)


def _holds_objects(value: object, levels: int = 3) -> bool:
    """Tell whether a value is a list of objects, or an object that holds one at most so many levels down."""
    if isinstance(value, dict) and levels:
        return any(_holds_objects(value.get(key), levels - 1) for key in LISTS)
    return any(isinstance(one, dict) for one in listed(value))


def read(source: Source) -> Iterator[Thread]:
    """Read comments whose keys are those of `moderation.threads.rows.FIELDS`, or are named by `Options.columns`.

    A name with points leads into objects ("author.name"). An object that holds a list of comments and no
    text, or a title too, is a thread; comments in a list of a comment answer it. Comments without an id, or with 0, are numbered.

    Raises
    ------
    SourceError
        Where no object has a text.
    DamagedSourceError
        Where the text is not JSON.

    Examples
    --------
    >>> answer = '{"title": "Eau", "comments": [{"id": 5, "text": "Oui", "replies": [{"text": "Non"}]}]}'
    >>> [(one.id, one.parent_id) for one in next(read(Source.of(answer)))]
    [('5', None), ('2', '5')]
    """
    return gathered(source, lambda source, drafts: _Reading(source, drafts).fill())


class _Reading:
    """A reading of a source: the keys of its fields, and how many comments it has met."""

    def __init__(self, source: Source, drafts: Drafts) -> None:
        self._source, self._drafts = source, drafts
        columns = source.options.columns
        self._paths = {
            field: [tuple(path.split(".")) for path in _names(field, columns.get(field))]
            for field in (*FIELDS, "announced")
        }
        self._text = columns.get("text", "text")
        self._number = 0

    def fill(self) -> None:
        """Read every value of the source."""
        for where, value in documents(self._source):
            waiting = [_Waiting(value, None, None, where)]
            while waiting:
                waiting += reversed(self._inner(waiting.pop()))

    def _inner(self, waiting: _Waiting) -> list[_Waiting]:
        """Read a value without what it holds, which is returned."""
        value, thread, parent, where = waiting
        if isinstance(value, list):
            return [waiting._replace(value=one) for one in value]
        if not isinstance(value, dict):
            self._drafts.drop("not an object", where, None if thread is None else thread.id)
            return []
        lists = [key for key in LISTS if isinstance(value.get(key), list | dict)]
        is_comment = at(value, *self._text.split(".")) is not None or self._paths["text"][0][0] in value
        is_article = parent is None and "comments" in lists and not value.keys().isdisjoint({"title", "url"})
        if is_comment and not is_article:
            thread, parent = self._add(value, thread, parent, where)
        elif lists:
            thread = self._thread(value, thread, where)
        else:
            self._refuse(value, thread, where)
        return [_Waiting(value[key], thread, parent, where) for key in lists]

    def _thread(self, value: Facts, thread: Draft | None, where: str) -> Draft | None:
        """Return the thread that an object is; one without an id or an address is a part of the thread around it."""
        title, url = self._field(value, "title"), self._field(value, "url")
        thread_id = name(value.get("id")) or name(url)
        announced = count(next((found for path in self._paths["announced"] if (found := at(value, *path))), None))
        if thread_id is None and (thread is not None or not (title or announced)):
            return thread
        return self._drafts.of(thread_id, title, url, announced)

    def _refuse(self, value: Facts, thread: Draft | None, where: str) -> None:
        if value and not self._number:
            keys = ", ".join(map(repr, list(value)[:30])) or "no key"
            raise SourceError(
                f"{self._source.name}, {where}: no {self._text}; found {keys}; expected a comment under {self._text!r}; "
                "name the key that holds the comment with --map text=KEY"
            )
        self._drafts.drop(f"no {self._text!r} in it", where, None if thread is None else thread.id)

    def _add(self, value: Facts, thread: Draft | None, parent: str | None, where: str) -> tuple[Draft, str]:
        self._number += 1
        fields = {field: found for field in FIELDS if (found := self._field(value, field))}
        fields["id"] = name(fields.get("id")) or str(self._number)
        fields["parent_id"] = _parent(fields.get("parent_id")) or parent or ""
        if is_html(fields.get("text", "")):
            fields["text"] = plain(fields["text"])
        draft = self._drafts.of(fields.get("thread_id")) if thread is None else thread
        if "text" not in fields:
            draft.notes.add(f"no {self._text!r} in it, kept without a text", f"{where}, comment {self._number}")
        add(draft, Row(self._number, f"{where}, comment {self._number}", fields))
        return draft, fields["id"]

    def _field(self, value: Facts, field: str) -> str | None:
        for path in self._paths[field]:
            found = at(value, *path)
            if isinstance(found, str | int | float) and not isinstance(found, bool):
                return whole(str(found)) if isinstance(found, float) else str(found)
        return None


def _names(field: str, asked: str | None) -> tuple[str, ...]:
    return (asked,) if asked else (field, *ALSO.get(field, ()))


def _parent(written: str | None) -> str | None:
    return None if written in (None, "", "0", "root", "null") else written
