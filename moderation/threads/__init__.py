"""Thread sources: whatever holds comments, read as an iterator of threads.

`FORMATS` is the table of formats in the order in which they are tried. A format is one module with two
functions: ``matches(head)`` says whether the beginning of a source looks like it, ``read(source)`` yields its
threads and fills its report. A module is imported when a source may be in its format, so that who reads no
XML waits for no XML library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from importlib import import_module
from itertools import chain, islice
from os import PathLike
from typing import BinaryIO, NamedTuple

from moderation.comments import Thread
from moderation.errors import DamagedSourceError, SourceError
from moderation.threads.report import Report
from moderation.threads.source import Options, Source, opened

__all__ = ["FORMATS", "Format", "Report", "read_threads"]


class Format(NamedTuple):
    """One row of the table of formats.

    Parameters
    ----------
    module
        Reads it; its name within this package.
    sign
        Stands in the beginning of every source in this format.
    about
        One line for people.

    Examples
    --------
    >>> FORMATS["jsonl"].matches('{"text": "Bonjour"}')
    True
    """

    module: str
    sign: str
    about: str

    def matches(self, head: str) -> bool:
        """Tell from the beginning of a source, decoded as far as it can be, whether it is in this format."""
        if self.sign not in head:
            return False
        matches: Callable[[str], bool] = import_module(f"{__name__}.{self.module}").matches
        return matches(head)

    def read(self, source: Source) -> Iterator[Thread]:
        """Yield the threads of a source."""
        read: Callable[[Source], Iterator[Thread]] = import_module(f"{__name__}.{self.module}").read
        return read(source)


FORMATS: Mapping[str, Format] = {
    "isso": Format("exports.isso", "SQLite", "isso: its SQLite database"),
    "wxr": Format("feeds.wxr", "<", "WordPress: its export, in XML"),
    "disqus": Format("feeds.disqus", "<", "Disqus: its export, in XML"),
    "blogger": Format("feeds.blogger", "<", "Blogger: its export, in Atom"),
    "html": Format("pages", "<", "a saved page: WordPress, SPIP, Drupal and other systems"),
    "wordpress-json": Format("apis.wordpress", "{", "WordPress: comments of its REST API"),
    "discourse": Format("apis.discourse", "{", "Discourse: a topic or a list of posts, JSON"),
    "reddit": Format("apis.reddit", "{", "Reddit: a post and its comments, JSON"),
    "hackernews": Format("apis.hackernews", "{", "Hacker News: items of Algolia or Firebase, JSON"),
    "coral": Format(
        "exports.coral", "", "Coral and Talk: their collections, answers of the API, tables of the importer"
    ),
    "artalk": Format("exports.artalk", ":", "Artalk: transfer files (JSON) and tables (YAML)"),
    "remark42": Format("exports.remark42", "{", "remark42: backups and answers of its API, JSON"),
    "commento": Format("exports.commento", "{", "Commento, Commento++ and Comentario: their exports, JSON"),
    "valine": Format("exports.valine", "{", "Valine, Waline and Twikoo: lists and lines of JSON"),
    "staticman": Format("exports.staticman", ":", "Staticman: comments as YAML, a file or a folder of files"),
    "json": Format("apis.generic", "{", "JSON of any other make: comments in arrays, replies inside"),
    "jsonl": Format("jsonl", "{", "JSON Lines: one comment, or one thread, a line"),
    "csv": Format("table", "", "CSV with a header: one comment a row, columns as in label files"),
    "pasted": Format("pasted", "", "text copied from a page: an article, then its comments"),
}
"""Name -> format; the last one takes any text."""


def read_threads(
    source: str | PathLike[str] | BinaryIO,
    format: str = "auto",
    *,
    columns: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
    personal_data: bool = False,
    keep_going: bool = False,
    report: Report | None = None,
) -> Iterator[Thread]:
    r"""Read the threads of a file, of standard input or of a binary stream.

    The call itself opens the source and reads its first thread, so that a bad one fails here and not later in a
    loop.

    Parameters
    ----------
    source
        A path; ``-`` for standard input; a stream of bytes, which is left open; or a folder with the pages of
        one export, a JSON or YAML file each.
    format
        A name of `FORMATS`, or ``auto`` to tell it from the content, never from the name of the file.
    columns
        Field -> the name that it has in a table or in JSON, where that is another: ``{"text": "body"}``.
    zone
        Of dates that say none; UTC by default.
    personal_data
        Whether e-mail addresses are kept.
    keep_going
        Whether damage is only reported, and passed over where that can be done, instead of raised.
    report
        Is filled while the threads are taken.

    Returns
    -------
    Iterator[Thread]
        The threads in the order in which their last rows stand. A source without comments gives one empty
        thread whose notes say why.

    Raises
    ------
    SourceError
        Where the source is missing, empty, of a kind that holds no comments, or breaks its format.
    DamagedSourceError
        At the damage, when all that stands before it has been given.

    Examples
    --------
    >>> from io import BytesIO
    >>> page = "Titre\n\n2 COMMENTAIRES\n\n  1. Bravo\n\n    • Merci\n"
    >>> (thread,) = read_threads(BytesIO(page.encode()))
    >>> [(comment.text, thread.depth(comment.id)) for comment in thread]
    [('Bravo', 1), ('Merci', 2)]
    """
    options = Options(columns or {}, zone, personal_data, keep_going)
    threads = _threads(source, format, options, Report() if report is None else report)
    return chain(list(islice(threads, 1)), threads)


def _threads(source: str | PathLike[str] | BinaryIO, format: str, options: Options, report: Report) -> Iterator[Thread]:
    if format != "auto" and format not in FORMATS:
        names = ", ".join(FORMATS)
        raise SourceError(f"unknown format {format!r}; expected auto, {names}; use one of these names")
    with opened(source, options, report) as found:
        report.format = detected(found.head, options.columns) if format == "auto" else format
        try:
            yield from FORMATS[report.format].read(found)
        except DamagedSourceError as error:
            report.damage.append(str(error))
            raise


def detected(head: str, columns: Mapping[str, str]) -> str:
    """Return the name of the format that a source has, by its beginning."""
    r"""Return the name of the format that the beginning of a source looks like.

    Examples
    --------
    >>> detected("id,text\n1,Bonjour", {}), detected("Bonjour, Awa", {})
    ('csv', 'pasted')
    """
    found = next(name for name, known in FORMATS.items() if known.matches(head))
    return "csv" if found == "pasted" and columns else found  # no text of a page has columns
