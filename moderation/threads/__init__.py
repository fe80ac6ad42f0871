"""Thread sources: whatever holds comments, read as an iterator of threads.

`FORMATS` is the table of formats in the order in which they are tried. A format is one module with two
functions: ``matches(head)`` says whether the beginning of a source looks like it, ``read(source)`` yields its
threads and fills its report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from itertools import chain, islice
from os import PathLike
from typing import BinaryIO, NamedTuple

from moderation.comments import Thread
from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import jsonl, pasted, table
from moderation.threads.apis import discourse, generic, hackernews, reddit, wordpress
from moderation.threads.exports import artalk, commento, coral, isso, remark42, staticman, valine
from moderation.threads.feeds import blogger, disqus, wxr
from moderation.threads import jsonl, pages, pasted, table
from moderation.threads.report import Report
from moderation.threads.source import Options, Source, opened

__all__ = ["FORMATS", "Format", "Report", "read_threads"]


class Format(NamedTuple):
    """One row of the table of formats.

    Parameters
    ----------
    matches
        Tells from the beginning of a source, decoded as far as it can be, whether it is in this format.
    read
        Yields the threads of a source.
    about
        One line for the help texts.

    Examples
    --------
    >>> FORMATS["jsonl"].matches('{"text": "Bonjour"}')
    True
    """

    matches: Callable[[str], bool]
    read: Callable[[Source], Iterator[Thread]]
    about: str


FORMATS: Mapping[str, Format] = {
    "coral": Format(
        coral.matches, coral.read, "Coral and Talk: collections, answers of the API, tables of the importer"
    ),
    "artalk": Format(artalk.matches, artalk.read, "Artalk: transfer files and tables"),
    "remark42": Format(remark42.matches, remark42.read, "Remark42: backups and answers of its API"),
    "commento": Format(commento.matches, commento.read, "Commento, Commento++ and Comentario: their exports"),
    "valine": Format(valine.matches, valine.read, "Valine, Waline and Twikoo: lists and lines of JSON"),
    "isso": Format(isso.matches, isso.read, "Isso: its SQLite database"),
    "staticman": Format(staticman.matches, staticman.read, "Staticman: comments as YAML, a file or a folder of files"),
    "wordpress-json": Format(
        wordpress.matches, wordpress.read, "WordPress: comments of its REST API (/wp/v2/comments)"
    ),
    "discourse": Format(discourse.matches, discourse.read, "Discourse: a topic or a list of posts, JSON"),
    "reddit": Format(reddit.matches, reddit.read, "Reddit: a post and its comments, JSON"),
    "hackernews": Format(hackernews.matches, hackernews.read, "Hacker News: items of Algolia or Firebase, JSON"),
    "json": Format(generic.matches, generic.read, "JSON of any other make: comments in arrays, replies inside"),
    "jsonl": Format(jsonl.matches, jsonl.read, "JSON Lines: one comment, or one thread, a line"),
    "csv": Format(table.matches, table.read, "CSV with a header: one comment a row, columns as in label files"),
    "wxr": Format(wxr.matches, wxr.read, "WordPress eXtended RSS: the export of WordPress, in XML"),
    "disqus": Format(disqus.matches, disqus.read, "the export of Disqus, in XML"),
    "blogger": Format(blogger.matches, blogger.read, "the export of Blogger, in Atom"),
    "html": Format(pages.matches, pages.read, "saved HTML page with comments: WordPress and other systems"),
    "pasted": Format(pasted.matches, pasted.read, "text copied from a page: an article, then its comments"),
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
        report.format = _detected(found.head) if format == "auto" else format
        try:
            yield from FORMATS[report.format].read(found)
        except DamagedSourceError as error:
            report.damage.append(str(error))
            raise


def _detected(head: str) -> str:
    return next(name for name, known in FORMATS.items() if known.matches(head))
