"""A source: a path, standard input or a stream of bytes, opened as checked text that can be read twice."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from os import PathLike, fspath
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, TextIO, cast

from moderation.errors import SourceError

CHUNK = 1 << 20
IN_MEMORY = 1 << 26  # bytes of a pipe that are held in memory; what is longer goes to a temporary file

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

BINARY = {
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip archive (.docx, .xlsx and .odt files are such)",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"SQLite format 3\0": "an SQLite database",
}


@contextmanager
def opened(source: str | PathLike[str] | BinaryIO) -> Iterator[tuple[TextIO, str]]:
    """Open a source as seekable text with its line ends kept, and say how errors should call it.

    Raises
    ------
    SourceError
        Where it cannot be opened, is empty or binary, or is not in the encoding that it should be in.

    Examples
    --------
    >>> from io import BytesIO
    >>> with opened(BytesIO("été".encode("utf-8-sig"))) as (lines, name):
    ...     print(name, lines.read())
    stream été
    """
    name = _name(source)
    with ExitStack() as stack:
        data = _rereadable(_binary(source, name, stack), stack)
        lines = TextIOWrapper(data, encoding=_checked_encoding(data, name), newline="")
        stack.callback(lines.detach)  # a stream of the caller stays open
        yield lines, name


def _name(source: str | PathLike[str] | BinaryIO) -> str:
    if isinstance(source, str | PathLike):
        return "stdin" if source == "-" else fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "stream"


def _binary(source: str | PathLike[str] | BinaryIO, name: str, stack: ExitStack) -> BinaryIO:
    if not isinstance(source, str | PathLike):
        return source
    if source == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(source).open("rb"))
    except FileNotFoundError:
        raise SourceError(f"{name}: no such file; expected a file of comments; check the path") from None
    except IsADirectoryError:
        raise SourceError(f"{name}: is a folder; expected a file; name the files that are in it") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{name}: cannot be opened ({error}); expected a file that you may read") from None


def _rereadable(data: BinaryIO, stack: ExitStack) -> BinaryIO:
    if data.seekable() and data.tell() == 0:
        return data
    copy = stack.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
    copyfileobj(data, copy, CHUNK)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _checked_encoding(data: BinaryIO, name: str) -> str:
    head = data.read(16)
    for magic, what in BINARY.items():
        if head.startswith(magic):
            raise SourceError(f"{name}: is {what}; expected a text file; unpack it, or export it as text")
    encoding = next((found for mark, found in MARKS.items() if head.startswith(mark)), "utf-8")
    data.seek(0)
    if encoding != "utf-16" and b"\0" in data.read(CHUNK):  # before decoding: what is not text has no encoding to mend
        raise SourceError(f"{name}: is binary (it holds a NUL character); expected text; export it as text")
    data.seek(0)
    blank = True
    for text in _decoded(data, encoding, name):
        blank = blank and not text.strip()
        if "\0" in text:
            raise SourceError(f"{name}: is binary (it holds a NUL character); expected text; export it as text")
    if blank:
        raise SourceError(f"{name}: is empty; expected comments, or a page with comments; save it again")
    data.seek(0)
    return encoding


def _decoded(data: BinaryIO, encoding: str, name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    end, chunk = 0, b"?"
    while chunk:
        chunk = data.read(CHUNK)
        end += len(chunk)
        try:
            yield decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            offset = end - len(error.object) + error.start
            raise SourceError(
                f"{name}: byte {offset} is 0x{error.object[error.start]:02X}, which is not "
                f"{'UTF-16' if encoding == 'utf-16' else 'UTF-8'}; expected UTF-8 text; re-save it as UTF-8, "
                "for example with: iconv -f WINDOWS-1252 -t UTF-8"
            ) from None
