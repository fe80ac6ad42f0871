"""Thread sources: whatever holds comments, read as an iterator of threads.

`FORMATS` is the table of formats in the order in which they are tried. A format is one module with two
functions: ``matches(head)`` says whether the first `HEAD` characters look like it, ``read(lines, name)``
yields the threads of a seekable text stream whose line ends are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from os import PathLike
from typing import BinaryIO, NamedTuple, TextIO

from moderation.comments import Thread
from moderation.errors import SourceError
from moderation.threads import jsonl, pasted, table
from moderation.threads.source import opened

__all__ = ["FORMATS", "Format", "read_threads"]

HEAD = 65_536
"""Characters shown to the formats for detection."""


class Format(NamedTuple):
    """One row of the table of formats.

    Parameters
    ----------
    matches
        Tells from the head of a text whether it is in this format.
    read
        Yields the threads of a text stream; the name stands in its errors and names threads without an id.
    about
        One line for the help texts.

    Examples
    --------
    >>> FORMATS["jsonl"].matches('{"text": "Bonjour"}')
    True
    """

    matches: Callable[[str], bool]
    read: Callable[[TextIO, str], Iterator[Thread]]
    about: str


FORMATS: Mapping[str, Format] = {
    "jsonl": Format(jsonl.matches, jsonl.read, "JSON Lines: one comment, or one thread, a line"),
    "csv": Format(table.matches, table.read, "CSV with a header: one comment a row, columns as in label files"),
    "pasted": Format(pasted.matches, pasted.read, "text copied from a page: an article, then its comments"),
}
"""Name -> format; the last one takes any text."""


def read_threads(source: str | PathLike[str] | BinaryIO, format: str = "auto") -> Iterator[Thread]:
    r"""Read the threads of a file, of standard input or of a binary stream.

    The call itself opens and checks the source, so that a bad one fails here and not later in a loop.

    Parameters
    ----------
    source
        A path; ``-`` for standard input; or a stream of bytes, which is left open.
    format
        A name of `FORMATS`, or ``auto`` to tell it from the content, never from the name of the file.

    Returns
    -------
    Iterator[Thread]
        The threads in the order in which their last rows stand. A text without comments gives one empty
        thread whose notes say why.

    Raises
    ------
    SourceError
        Where the source is missing, empty, binary, neither UTF-8 nor UTF-16 with its mark, or breaks its
        format.

    Examples
    --------
    >>> from io import BytesIO
    >>> page = "Titre\n\n2 COMMENTAIRES\n\n  1. Bravo\n\n    • Merci\n"
    >>> (thread,) = read_threads(BytesIO(page.encode()))
    >>> [(comment.text, thread.depth(comment.id)) for comment in thread]
    [('Bravo', 1), ('Merci', 2)]
    """
    threads = _threads(source, format)
    return chain(list(islice(threads, 1)), threads)


def _threads(source: str | PathLike[str] | BinaryIO, format: str) -> Iterator[Thread]:
    if format != "auto" and format not in FORMATS:
        names = ", ".join(FORMATS)
        raise SourceError(f"unknown format {format!r}; expected auto, {names}; use one of these names")
    with opened(source) as (lines, name):
        chosen = FORMATS[_detected(lines) if format == "auto" else format]
        yield from chosen.read(lines, name)


def _detected(lines: TextIO) -> str:
    head = lines.read(HEAD)
    lines.seek(0)
    return next(name for name, known in FORMATS.items() if known.matches(head))
