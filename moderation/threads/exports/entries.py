"""Entries of YAML: the mappings of a file or of a folder of files, one at a time, and nothing but texts in them.

The events of the parser are read, not the objects that it could build: a text such as "no" or "12:30" stays what was
typed, no tag makes an object, no nesting is too deep, and an alias, which could stand for a billion texts, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TextIO

import yaml

from moderation.threads.source import Source

PIECE = 1 << 16  # characters of a line that are read at once

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C is ten times as fast
_FILE = re.compile(r"# (.{1,4096}\.ya?ml)\s*")  # names the file, where those of a folder are joined
_MARK = re.compile(r"---(?:\s|\Z)")
_DIRECTIVE = re.compile(r"%(?:YAML|TAG)\s")
_NULLS = ("~", "null", "Null", "NULL")
_NOT_YAML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_START = re.compile(r"(?:\ufeff|\s|#.*\n|---(?=\s)|%.*\n)*(?:-\s+)?[\"']?[A-Za-z_]\w*[\"']?:(?:\s|\Z)")
_KEY = re.compile(r"^(?:-[ \t]+|[ \t]*)[\"']?([A-Za-z_]\w*)[\"']?:(?=\s|\Z)", re.MULTILINE)


class Entry(NamedTuple):
    """A mapping: its number, where it begins, its file, and its keys whose values are texts that are not empty."""

    number: int
    where: str
    file: str
    fields: Mapping[str, str]


def keys(head: str) -> set[str]:
    r"""Return the keys of a text that begins like YAML, and of any other none.

    Examples
    --------
    >>> sorted(keys("# 1.yml\n- name: Awa\n  message: Bravo\n")), keys("Bamako : rien\nname: Awa")
    (['message', 'name'], set())
    """
    return set(_KEY.findall(head)) if _START.match(head) else set()


def entries(source: Source) -> Iterator[Entry]:
    r"""Yield the mappings of YAML: each document that is one, and the items of each that is a list.

    Raises
    ------
    DamagedSourceError
        Where the text is not YAML, or an entry is no mapping or holds an alias; all entries before it have been given.
        With `Options.keep_going`, the reading goes on at the next item or document.

    Examples
    --------
    >>> found = entries(Source.of("- name: Awa\n  date: 12:30\n- name: no\n---\nname: Issa\nemail: ~\n"))
    >>> [(entry.where, dict(entry.fields)) for entry in found]
    [('line 1', {'name': 'Awa', 'date': '12:30'}), ('line 3', {'name': 'no'}), ('line 5', {'name': 'Issa'})]
    """
    number = 0
    with source.text() as lines:
        documents = _Documents(lines)
        while documents.more():
            try:
                for found in _mappings(documents):
                    if isinstance(found, str):
                        source.damaged(f"{source.name}, {found}", rows=1)
                    else:
                        number += 1
                        yield found._replace(number=number)
            except yaml.YAMLError as error:
                source.damaged(f"{source.name}, {documents.fault(error)}", rows=1)
                documents.to_next_item()


class _Documents:
    """The documents of a text, each of which the parser reads like a file of its own, line by line."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._held = lines.readline(PIECE)
        self._whole = True  # what is held begins a line
        self._begun = False
        self._line = self._first = 1  # of what is held, of the document
        self._file, self._above = "", 0  # the file that the document stands in, and the line above it

    def more(self) -> bool:
        """Pass over what is left of a document, and tell whether another follows."""
        while self._begun and self.read():
            pass
        self._begun, self._first = False, self._line
        return bool(self._held)

    def to_next_item(self) -> None:
        """Pass to the next item of a list that is not indented, or to the next document."""
        while self._held and not (self._whole and self._held.startswith(("- ", "---"))):
            self._pass()
        self._begun = False

    def read(self, _: int = 0) -> str:
        """Return the next line of the document, or a piece of a long one; nothing at its end."""
        if self._begun and self._whole and _MARK.match(self._held):
            return ""
        self._begun = True
        piece, starts = self._pass()
        if starts and _DIRECTIVE.match(piece):
            return "\n"
        return _NOT_YAML.sub("\ufffd", piece.removeprefix("\ufeff"))

    def where(self, mark: Any) -> str:
        """Return the file and the line of a mark of the parser."""
        line = self._first + mark.line
        return f"{self._file}, line {line - self._above}" if self._file else f"line {line}"

    @property
    def file(self) -> str:
        """The file that the document stands in; empty where the source is one."""
        return self._file

    def fault(self, error: yaml.YAMLError) -> str:
        """Return where the document is not YAML, and why."""
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        place = f"{self.where(mark)}, column {mark.column + 1}" if mark else f"line {self._line}"
        return f"{place}: not YAML ({problem or error}); expected keys and texts; correct it there"

    def _pass(self) -> tuple[str, bool]:
        """Return what was held, and whether it begins a line; hold what follows."""
        piece, starts = self._held, self._whole
        if starts and (named := _FILE.fullmatch(piece)):
            self._file, self._above = named[1], self._line
        self._whole = piece.endswith(("\n", "\r"))
        self._line += self._whole
        self._held = self._lines.readline(PIECE)
        return piece, starts


def _mappings(documents: _Documents) -> Iterator[Entry | str]:
    """Yield the entries of a document, and for what is none of them where it stands and what it is."""
    depth, inside = 0, 1  # inside: the depth of the keys of an entry
    fields: dict[str, str] | None = None
    key: str | None = None
    where = ""
    for event in yaml.parse(documents, Loader=_Loader):
        node = isinstance(event, yaml.NodeEvent)
        if node and depth == 0:
            inside = 2 if isinstance(event, yaml.SequenceStartEvent) else 1
        if node and depth == inside - 1:
            where, key = documents.where(event.start_mark), None
            fields = {} if isinstance(event, yaml.MappingStartEvent) else None
            if fields is None and not _is_empty(event):
                yield f"{where}: found {_kind(event)}; expected keys and texts; correct the entry"
        elif node and depth == inside and fields is not None:
            if isinstance(event, yaml.AliasEvent):
                yield f"{where}: found {_kind(event)}; expected texts alone; write out what it stands for"
                fields = None
            elif key is None:
                key = getattr(event, "value", "")
            else:
                if isinstance(event, yaml.ScalarEvent) and not _is_empty(event):
                    fields[key] = event.value
                key = None
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.CollectionEndEvent) and depth == inside - 1 and fields is not None:
            yield Entry(0, where, documents.file, fields)
            fields = None


def _is_empty(event: yaml.Event) -> bool:
    plain = isinstance(event, yaml.ScalarEvent) and not event.style
    return isinstance(event, yaml.ScalarEvent) and (event.value == "" or (plain and event.value in _NULLS))


def _kind(event: Any) -> str:
    names = {
        yaml.AliasEvent: f"the alias *{event.anchor}",
        yaml.ScalarEvent: "a text",
        yaml.SequenceStartEvent: "a list",
    }
    return names.get(type(event), "a mapping")
