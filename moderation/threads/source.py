"""A source: a path, standard input or a stream of bytes, opened so that it can be read twice, with its report."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, TextIO, cast

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads.report import Report

CHUNK = 1 << 20
IN_MEMORY = 1 << 26  # bytes of a pipe that are held in memory; what is longer goes to a temporary file
HEAD = 65_536  # bytes shown to the formats for detection

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

WINDOWS = "windows-1252"  # how bytes that are not UTF-8 are read with `Options.keep_going`

GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

BINARY = {
    b"PK\x03\x04": "a zip archive (.docx, .xlsx and .odt files are such)",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}

_NUL = "a NUL character, so it is binary; expected text; export it as text"
_RESAVE = "expected UTF-8 text; re-save it as UTF-8, for example with: iconv -f WINDOWS-1252 -t UTF-8"


@dataclass(frozen=True)
class Options:
    """What a caller asks of a reading.

    Parameters
    ----------
    columns
        Field -> the name that a table or JSON has for it (``{"text": "body"}``), where it is another.
    zone
        Of dates that say none. UTC is the time of Mali, Burkina Faso, Côte d'Ivoire and Senegal.
    personal_data
        Whether e-mail addresses are kept.
    keep_going
        Whether damage is reported and passed over where it can be, instead of raised.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    personal_data: bool = False
    keep_going: bool = False


@dataclass
class Source:
    """Bytes that can be read twice, what a caller asks of them, and the report of what they hold.

    Parameters
    ----------
    name
        What errors call it.
    data
        Seekable; readers seek to its start themselves.
    lines_before, rows_before
        Of a part of a file: how many lines and rows stand before it.
    """

    name: str
    data: BinaryIO
    options: Options = Options()
    report: Report = field(default_factory=Report)
    lines_before: int = 0
    rows_before: int = 0

    @classmethod
    def of(cls, content: str | bytes, name: str = "stream") -> Source:
        """Return a source that holds this content."""
        return cls(name, io.BytesIO(content.encode() if isinstance(content, str) else content), report=Report(name))

    @cached_property
    def head(self) -> str:
        """The beginning, decoded as far as it can be."""
        self.data.seek(0)
        return self.data.read(HEAD).decode(self.encoding, errors="replace")

    @contextmanager
    def text(self, *, whole_lines: bool = True) -> Iterator[TextIO]:
        """Open as text with its line ends kept, UTF-8 or UTF-16 with its mark, up to the line of the first byte that is neither.

        Without `whole_lines`, it goes up to that byte: JSON may stand on one line. With `Options.keep_going`, such
        bytes are read as Windows-1252.

        Raises
        ------
        DamagedSourceError
            On leaving, where something is not text.
        """
        flaw, line_end, start = self._flaw or (None, None, None)
        end = line_end if whole_lines else start
        if flaw is not None and self.options.keep_going:
            self.report.damage.append(flaw)
            end = None
        with ExitStack() as stack:
            data = self.data if end is None else stack.enter_context(_beginning(self.data, end))
            data.seek(0)
            errors = "strict" if not self.options.keep_going else "replace" if self.encoding == "utf-16" else WINDOWS
            lines = io.TextIOWrapper(data, encoding=self.encoding, errors=errors, newline="")
            stack.callback(_released, lines)
            try:
                yield lines
            except DamagedSourceError:
                if end is None:
                    raise
        if end is not None:
            raise DamagedSourceError(flaw)

    @cached_property
    def encoding(self) -> str:
        """UTF-8, or what the mark at the beginning says."""
        self.data.seek(0)
        head = self.data.read(4)
        return next((found for mark, found in MARKS.items() if head.startswith(mark)), "utf-8")

    @property
    def flaw(self) -> str | None:
        """A sentence about the first byte that is not text."""
        return self._flaw[0] if self._flaw else None

    @cached_property
    def _flaw(self) -> tuple[str, int, int] | None:
        """What is not text, where the line ends that stands before it, and where it begins."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        self.data.seek(0)
        at, line_end, chunk = 0, 0, b"?"
        while chunk:
            chunk = self.data.read(CHUNK)
            nul = chunk.find(b"\0") if self.encoding != "utf-16" else -1
            fed = chunk[:nul] if nul >= 0 else chunk
            flaw: tuple[int, str] | None = (at + nul, _NUL) if nul >= 0 else None
            try:
                decoder.decode(fed, final=not chunk)
            except UnicodeDecodeError as error:
                start = at + len(fed) - len(error.object) + error.start
                flaw = (
                    start,
                    f"0x{error.object[error.start]:02X}, which is not {self.encoding.removesuffix('-sig').upper()}; {_RESAVE}",
                )
            newline = chunk.rfind(b"\n", 0, None if flaw is None else max(flaw[0] - at, 0))
            line_end = at + newline + 1 if newline >= 0 else line_end
            if flaw is not None:
                return f"{self.name}: byte {flaw[0]} is {flaw[1]}", line_end, flaw[0]
            at += len(chunk)
        return None

    def damaged(self, message: str, rows: int = 0) -> None:
        """Raise, or note with `Options.keep_going`, that the source is damaged; `rows`: how many comments that costs."""
        if not self.options.keep_going:
            raise DamagedSourceError(message)
        self.report.damage.append(message)
        self.report.drop("damaged", rows)

    @contextmanager
    def unreported(self) -> Iterator[None]:
        """Read without counting: for a first look at what is read again."""
        report, self.report = self.report, Report(self.name)
        try:
            yield
        finally:
            self.report = report


@contextmanager
def opened(source: str | PathLike[str] | BinaryIO, options: Options, report: Report) -> Iterator[Source]:
    """Open a source, and say how errors should call it.

    Raises
    ------
    SourceError
        Where it cannot be opened, is empty, or is of a kind that holds no text.

    Examples
    --------
    >>> with opened(io.BytesIO("été".encode("utf-8-sig")), Options(), Report()) as found, found.text() as lines:
    ...     print(found.name, lines.read())
    stream été
    """
    report.source = name = _name(source)
    with ExitStack() as stack:
        data = _unpacked(_rereadable(_binary(source, name, stack), stack), name, stack)
        found = Source(name, data, options, report)
        _check(found)
        yield found


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
        if Path(source).is_dir():
            return stack.enter_context(joined(Path(source)))
        return stack.enter_context(Path(source).open("rb"))
    except FileNotFoundError:
        raise SourceError(f"{name}: no such file; expected a file of comments; check the path") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{name}: cannot be opened ({error}); expected a file that you may read") from None


@contextmanager
def _temporary() -> Iterator[BinaryIO]:
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        yield cast(BinaryIO, file)


@contextmanager
def joined(folder: Path) -> Iterator[BinaryIO]:
    """Open the pages of one export, a file each, also in folders, as one stream in the order of their names: JSON or YAML.

    Raises
    ------
    SourceError
        Where the folder holds neither, or both.
    """
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.suffix in (".json", ".yml", ".yaml")]
    kinds = sorted({path.suffix.replace("yaml", "yml") for path in files})
    if len(kinds) != 1:
        have = " and ".join(kinds) or "no .json, .yml or .yaml file"
        raise SourceError(
            f"{folder}: is a folder that holds {have}; expected a file, or a folder with the pages of one export, "
            "all .json or all .yml; name the files that are in it"
        )
    with _temporary() as file:
        for page in sorted(files, key=_natural):
            file.write(b"\n" if kinds == [".json"] else f"\n---\n# {page.as_posix()}\n".encode())
            with (folder / page).open("rb") as data:
                copyfileobj(data, file, CHUNK)
        file.seek(0)
        yield file


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a sort key in which page 10 follows page 9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,18})", path.as_posix())]


@contextmanager
def _beginning(data: BinaryIO, end: int) -> Iterator[BinaryIO]:
    with _temporary() as file:
        data.seek(0)
        for at in range(0, end, CHUNK):
            file.write(data.read(min(CHUNK, end - at)))
        yield file


def _rereadable(data: BinaryIO, stack: ExitStack) -> BinaryIO:
    if data.seekable() and data.tell() == 0:
        return data
    copy = stack.enter_context(_temporary())
    copyfileobj(data, copy, CHUNK)
    copy.seek(0)
    return copy


def _unpacked(data: BinaryIO, name: str, stack: ExitStack) -> BinaryIO:
    """Return what a file packed with gzip or Zstandard holds, in a temporary file; any other as it is."""
    data.seek(0)
    head = data.read(4)
    data.seek(0)
    if not head.startswith((GZIP, ZSTANDARD)):
        return data
    copy = stack.enter_context(_temporary())
    try:
        with _unpacking(data, head, name) as packed:
            copyfileobj(packed, copy, CHUNK)
    except (EOFError, OSError, zlib.error) as error:
        raise SourceError(f"{name}: is packed, and damaged ({error}); expected a whole file; fetch it again") from None
    copy.seek(0)
    return copy


def _unpacking(data: BinaryIO, head: bytes, name: str) -> BinaryIO:
    if head.startswith(GZIP):
        return cast(BinaryIO, gzip.open(data))
    try:
        from pyarrow import CompressedInputStream
    except ImportError:
        raise SourceError(
            f'{name}: is packed with Zstandard, which needs pyarrow: pip install "moderation[bulk]", or unpack it'
        ) from None
    return cast(BinaryIO, CompressedInputStream(data, "zstd"))


def _check(source: Source) -> None:
    source.data.seek(0)
    head = source.data.read(16)
    for magic, what in BINARY.items():
        if head.startswith(magic):
            raise SourceError(f"{source.name}: is {what}; expected text or a database; unpack it, or export it as text")
    chunk = head
    while chunk and not chunk.strip(b" \t\r\n\f\v\xef\xbb\xbf"):
        chunk = source.data.read(CHUNK)
    if not chunk:
        raise SourceError(f"{source.name}: is empty; expected comments, or a page with comments; save it again")


def _released(lines: io.TextIOWrapper) -> None:
    """Let go of the bytes, so that a stream of the caller stays open; they may be closed before a reader that was left is."""
    with suppress(ValueError):
        lines.detach()


class Piece(Source):
    """A part of a source in UTF-8 that was cut between two lines."""

    @contextmanager
    def text(self, *, whole_lines: bool = True) -> Iterator[TextIO]:
        """Open as text, as `Source.text`, without a look at all of it first.

        Raises
        ------
        UnicodeDecodeError
            As it is read, where something is not UTF-8; not with `Options.keep_going`.
        """
        self.data.seek(0)
        errors = WINDOWS if self.options.keep_going else "strict"
        lines = io.TextIOWrapper(self.data, encoding="utf-8", errors=errors, newline="")
        try:
            yield lines
        finally:
            _released(lines)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end


codecs.register_error(WINDOWS, _as_windows_1252)
