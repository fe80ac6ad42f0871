"""The bytes of an XML export, mended so that a parser reads them: UTF-8, no forbidden characters, a prologue of ours.

The prologue of the source (declaration, comments, document type, whatever a server printed before it) never
reaches the parser, so no entity that it declares does. Line numbers stay those of the source.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from moderation.errors import SourceError
from moderation.threads.source import HEAD, Source

CHUNK = 1 << 16  # bytes fed at once: elements of so many are in memory before the first is taken

PREFIXES = {
    "app": "http://www.w3.org/2007/app",
    "blogger": "http://schemas.google.com/blogger/2018",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dsq": "http://disqus.com/disqus-internals",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "gd": "http://schemas.google.com/g/2005",
    "georss": "http://www.georss.org/georss",
    "media": "http://search.yahoo.com/mrss/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "wp": "http://wordpress.org/export/1.2/",
}
"""Declared where the root does not: exporters forget them, and a parser logs every element whose prefix is unknown."""

_OPENER = re.compile(
    r"<(?i:(?P<page>html|!doctype\s{1,99}html))\b|(?P<opener><!--|<\?xml|<!DOCTYPE)|<(?P<root>rss|feed|disqus)[\s>]"
)
_CLOSERS = {"<!--": "-->", "<?xml": "?>", "<!DOCTYPE": ">"}
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.-]+)["']""")

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_FORBIDDEN = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_UNFINISHED = re.compile(rb"(?:&[#\w]{0,12}|[\xc2-\xf4][\x80-\xbf]{0,2}|\xef\xbf)\Z")
_SEQUENCES = re.compile(  # of UTF-8, beyond ASCII; the group is a byte that begins none
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|([\x80-\xff])"
)
_REPLACEMENT = "\ufffd".encode()


class Prologue(NamedTuple):
    """What stands before the root of an export: where that begins, its name, and how many characters are no XML."""

    end: int
    root: str
    junk: int


def prologue(head: str) -> Prologue | None:
    r"""Find the root of an export; None for a page of HTML or another text.

    Examples
    --------
    >>> prologue("\n<br /><b>Warning</b>: x\n<?xml version='1.0'?><rss version='2.0'>")
    Prologue(end=46, root='rss', junk=25)
    >>> prologue("<!DOCTYPE html><rss>")
    """
    at = junk = 0
    unclosed: set[str] = set()  # asked for once: nothing here may take the square of the length
    while match := _OPENER.search(head, at):
        if match["page"]:
            return None
        before = head[at : match.start()]
        junk += len(before if head.startswith("<?xml ", match.start()) else before.strip())
        if match["root"]:
            return Prologue(match.start(), match["root"], junk)
        opener, at = match["opener"], match.end()
        if opener == "<!DOCTYPE":
            bracket = head.find("[", at, at + 1000)
            at = bracket if 0 <= bracket < head.find(">", at) else at
        closer = "]>" if head.startswith("[", at) else _CLOSERS[opener]
        end = -1 if closer in unclosed else head.find(closer, at)
        if end < 0:
            unclosed.add(closer)
            junk += len(opener)
        else:
            at = end + len(closer)
    return None


def root(head: str) -> str:
    """Return the name of the root of an export; nothing for a page or another text.

    Examples
    --------
    >>> root("<!-- <rss> --><disqus>"), root("Bonjour")
    ('disqus', '')
    """
    found = prologue(head)
    return found.root if found else ""


@dataclass
class Mended:
    r"""The mended bytes of a source, and what was done to them.

    Parameters
    ----------
    source
        Of the bytes; `note` adds to its report.

    Examples
    --------
    >>> mended = Mended(Source.of("Warning: x\n<rss><a>\0</a></rss>"))
    >>> b"".join(mended.chunks()).decode().partition("]>")[2]
    '          \n<rss><a>�</a></rss>'
    >>> mended.forbidden, mended.junk
    (1, 10)
    """

    source: Source
    forbidden: int = 0
    foreign: int = 0
    junk: int = 0
    doctype: bool = False
    shift: int = field(default=0, init=False)  # columns by which the first line is longer than in the source

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes.

        Raises
        ------
        SourceError
            Where there is no root of an export in the first 64 KB.
        """
        chunks = self._clean()
        start = b""
        for chunk in chunks:
            start += chunk
            if len(start) >= HEAD:
                break
        yield self._begun(start)
        yield from chunks

    def note(self) -> None:
        """Say in the report what was mended."""
        said = {
            f"{self.junk} characters before the XML are passed over": self.junk,
            "its document type is passed over, its entities stay as they are written": self.doctype,
            f"{self.forbidden} characters that XML forbids are replaced": self.forbidden,
            f"{self.foreign} bytes that are not UTF-8 are read as Windows-1252": self.foreign,
        }
        for sentence, happened in said.items():
            if happened:
                self.source.report.notes.add(sentence)

    def _begun(self, start: bytes) -> bytes:
        text = start.decode(errors="replace").removeprefix("\ufeff")
        found = prologue(text)
        if found is None:
            raise SourceError(
                f"{self.source.name}: no element rss, feed or disqus in the first {HEAD} bytes; expected an export in XML of "
                "WordPress, Disqus or Blogger; name the format that it is in"
            )
        self.junk = found.junk
        self.doctype = "<!ENTITY" in text[: found.end]
        ours = _document_type(found.root)
        self.shift = len(ours)
        blank = "\n".join(" " * len(line.encode()) for line in text[: found.end].split("\n"))
        return (ours + blank + text[found.end :]).encode()

    def _clean(self) -> Iterator[bytes]:
        left = b""
        for chunk in self._utf8():
            chunk = left + chunk
            cut = _UNFINISHED.search(chunk, max(0, len(chunk) - 16))
            left = cut[0] if cut else b""
            yield self._mended(chunk[: -len(left)] if left else chunk)
        yield self._mended(left)

    def _mended(self, chunk: bytes) -> bytes:
        try:
            chunk.decode()
        except UnicodeDecodeError:
            chunk = _SEQUENCES.sub(self._sequence, chunk)
        if len(chunk.translate(None, _CONTROLS)) < len(chunk) or b"\xef\xbf" in chunk:
            chunk, times = _FORBIDDEN.subn(_REPLACEMENT, chunk)
            self.forbidden += times
        return _REFERENCE.sub(self._reference, chunk) if b"&#" in chunk else chunk

    def _sequence(self, match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return match[0]
        self.foreign += 1
        return match[1].decode("windows-1252", "replace").encode()

    def _reference(self, match: re.Match[bytes]) -> bytes:
        code = int(match[1], 16) if match[1] else int(match[2])
        if code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
            return match[0]
        self.forbidden += 1
        return _REPLACEMENT

    def _utf8(self) -> Iterator[bytes]:
        """Yield the bytes of the source, in UTF-8 if it says that it is in something else."""
        data = self.source.data
        data.seek(0)
        encoding = self._encoding(data.read(HEAD))
        data.seek(0)
        if not encoding:
            yield from iter(lambda: data.read(CHUNK), b"")
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for chunk in iter(lambda: data.read(CHUNK), b""):
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    def _encoding(self, head: bytes) -> str:
        """Return the encoding of the source; nothing for UTF-8, with its flaws."""
        if self.source.encoding == "utf-16":
            return "utf-16"
        declared = _DECLARED.search(head)
        try:
            known = codecs.lookup(declared[1].decode()) if declared else None
        except LookupError:
            return ""
        if known is None or not known._is_text_encoding or known.name.startswith(("utf", "ascii")):
            return ""
        return {"iso8859-1": "windows-1252"}.get(known.name, known.name)  # as browsers do


def _document_type(root: str) -> str:
    """Return one that declares the prefixes, and that makes an unknown entity a flaw, not the end of the reading."""
    declared = " ".join(f'xmlns:{prefix} CDATA "{uri}"' for prefix, uri in PREFIXES.items())
    return f'<!DOCTYPE {root} SYSTEM "" [<!ATTLIST {root} {declared}>]>'
