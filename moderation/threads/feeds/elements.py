"""Elements of an export in XML, one after the other, each forgotten when the next is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import lru_cache
from html import escape
from itertools import islice
from typing import cast

from lxml import etree

from moderation.threads.feeds.mended import Mended
from moderation.threads.source import Source

ROOTS = ("rss", "feed", "disqus")
MOST_FLAWS = 10_000  # of namespaces: the parser keeps a line of each in memory


@lru_cache(maxsize=4096)
def local(tag: object) -> str:
    """Return the name of a tag without its namespace or its undeclared prefix; nothing for what is no element.

    Examples
    --------
    >>> local("{http://wordpress.org/export/1.2/}comment"), local("wp:comment"), local(etree.Comment)
    ('comment', 'comment', '')
    """
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def text(element: etree._Element | None) -> str:
    """Return what an element holds as it is written: entities as references, elements inside as markup.

    Examples
    --------
    >>> text(etree.fromstring("<a><![CDATA[<b>un</b>]]> deux</a>")), text(etree.fromstring("<a>1 &lt; <i>2</i></a>"))
    ('<b>un</b> deux', '1 &lt; <i>2</i>')
    """
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    markup = any(local(child.tag) for child in element)
    parts = [_written(element.text, markup)]
    for child in element:
        if local(child.tag):
            parts.append(etree.tostring(child, encoding="unicode", with_tail=False))
        elif child.tag is etree.Entity:
            parts.append(child.text or "")
        parts.append(_written(child.tail, markup))
    return "".join(parts)


def _written(part: str | None, in_markup: bool) -> str:
    return escape(part or "", quote=False) if in_markup else part or ""


def fields(element: etree._Element, names: Collection[str]) -> dict[str, str]:
    """Return what the children with these names, without namespace, hold; of several with one name, the last.

    Examples
    --------
    >>> fields(etree.fromstring("<post><id/><message>Bonjour</message><meta/></post>"), {"id", "message"})
    {'id': '', 'message': 'Bonjour'}
    """
    return {
        name: (text(child) if len(child) else child.text or "")
        for child in element
        if (name := local(child.tag)) in names
    }


def attribute(element: etree._Element | None, name: str) -> str:
    """Return an attribute by its name without namespace.

    Examples
    --------
    >>> attribute(etree.fromstring("<post xmlns:dsq='http://disqus.com/disqus-internals' dsq:id='7'/>"), "id")
    '7'
    """
    if element is None:
        return ""
    return next((str(value).strip() for key, value in element.attrib.items() if local(key) == name), "")


def elements(
    source: Source,
    names: tuple[str, ...],
    *,
    reference_in: str = "",
    passed: Callable[[etree._Element, etree._Element], None] | None = None,
) -> Iterator[etree._Element]:
    """Yield the elements with these local names as they end, whatever their namespace.

    What stands before an element beside it is gone by then, so that memory stays flat: also in one element
    that holds a hundred thousand of them.

    Parameters
    ----------
    names
        Without namespace or prefix.
    reference_in
        Inside an element of this name, such an element is only a reference to one, and is not yielded.
    passed
        Called with an element and what stood before it beside it, before that goes.

    Raises
    ------
    SourceError
        Where the source is no export in XML.
    DamagedSourceError
        Where it is not well-formed, after all elements that end before; with `Options.keep_going`, what the
        parser can make of the rest is yielded, and the damage is noted.

    Examples
    --------
    >>> source = Source.of("<rss><a>1</a><b>2</b><a>3</a></rss>")
    >>> gone = []
    >>> texts = [a.text for a in elements(source, ("a",), passed=lambda a, before: gone.append(before.text))]
    >>> texts, gone
    (['1', '3'], ['2', '1'])
    """
    mended = Mended(source)
    parser = etree.XMLPullParser(
        events=("end",),
        tag=[tag for name in (*names, *ROOTS) for tag in (f"{{*}}{name}", f"wp:{name}")],
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        recover=source.options.keep_going,
    )
    for element in _ended(parser, mended):
        parent = element.getparent()
        if parent is None or (reference_in and local(parent.tag) == reference_in):
            continue
        before = element.getprevious()
        while before is not None:  # what follows may still be written to by the parser, and must stay
            if passed is not None:
                passed(element, before)
            parent.remove(before)
            before = element.getprevious()
        yield element
    mended.note()
    _judge(parser, mended, source)


def _ended(parser: etree.XMLPullParser, mended: Mended) -> Iterator[etree._Element]:
    """Feed the parser, and yield what it finds to end."""
    recover = mended.source.options.keep_going
    whole = False
    for chunk in _unflawed(parser, mended):
        with suppress(etree.XMLSyntaxError):  # the log of the parser says more
            parser.feed(chunk)
        for _, element in cast(Iterator[tuple[str, etree._Element]], parser.read_events()):
            whole = whole or element.getparent() is None
            yield element
    if len(parser.feed_error_log) > MOST_FLAWS:
        return
    with suppress(etree.XMLSyntaxError):
        if recover and not whole:
            parser.feed(b";")  # it may still wait for the end of a reference
            yield from (element for _, element in cast(Iterator[tuple[str, etree._Element]], parser.read_events()))
        parser.close()  # to recover, it ends here whatever is open, also half a comment: so nothing is taken after it


def _unflawed(parser: etree.XMLPullParser, mended: Mended) -> Iterator[bytes]:
    """Yield the bytes of a source, up to the damage that ends the reading."""
    seen = 0
    for chunk in mended.chunks():
        yield chunk
        log = parser.feed_error_log
        if len(log) > seen:
            broken = any(entry.level == etree.ErrorLevels.FATAL for entry in islice(log, seen, None))
            if len(log) > MOST_FLAWS or (broken and not mended.source.options.keep_going):
                return
            seen = len(log)


def _judge(parser: etree.XMLPullParser, mended: Mended, source: Source) -> None:
    """Say what the parser met: damage where the XML is not well-formed, else at most a note."""
    log = parser.feed_error_log
    errors = [entry for entry in log if entry.level >= etree.ErrorLevels.ERROR]
    damage = next((entry for entry in errors if entry.level == etree.ErrorLevels.FATAL), None)
    if damage is None and len(log) > MOST_FLAWS:
        damage = log[-1]
    if damage is not None:
        column = max(damage.column - mended.shift * (damage.line == 1), 1)
        source.damaged(
            f"{source.name}, line {damage.line}, column {column}: not well-formed XML ({damage.message}); expected an "
            "export that is whole; export it again, or correct that place"
        )
    elif errors:
        where = f"line {errors[0].line}: {errors[0].message}"
        source.report.notes.add(f"a flaw of its namespaces is passed over ({where})")
