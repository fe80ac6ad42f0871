"""Elements of an export in XML, one after the other, each forgotten when the next is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import cast

from lxml import etree

from moderation.threads.feeds.mended import Mended
from moderation.threads.source import Source

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


def fields(element: etree._Element) -> dict[str, str]:
    """Return what the children of an element hold, by their names without namespace; of several with one name, the last.

    Examples
    --------
    >>> fields(etree.fromstring("<post><id/><message>Bonjour</message></post>"))
    {'id': '', 'message': 'Bonjour'}
    """
    return {local(child.tag): (text(child) if len(child) else child.text or "") for child in element}


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


def elements(source: Source, names: tuple[str, ...], reference_in: str = "") -> Iterator[etree._Element]:
    """Yield the elements with these local names as they end, whatever their namespace.

    When the next one is asked for, the last one and all that stands before it beside it are emptied, so that
    memory stays flat.

    Parameters
    ----------
    names
        Without namespace or prefix.
    reference_in
        Inside an element of this name, such an element is only a reference to one, and is not yielded.

    Raises
    ------
    SourceError
        Where the source is no export in XML.
    DamagedSourceError
        Where it is not well-formed, after all elements that end before; with `Options.keep_going`, what the
        parser can make of the rest is yielded, and the damage is noted.

    Examples
    --------
    >>> source = Source.of("<rss><a>1</a><a>2</a></rss>")
    >>> [element.text for element in elements(source, ("a",))]
    ['1', '2']
    """
    mended = Mended(source)
    parser = etree.XMLPullParser(
        events=("end",),
        tag=[tag for name in names for tag in (f"{{*}}{name}", f"wp:{name}")],
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        recover=source.options.keep_going,
    )
    for _ in _fed(parser, mended):
        for _, element in cast(Iterator[tuple[str, etree._Element]], parser.read_events()):
            parent = element.getparent()
            if reference_in and parent is not None and local(parent.tag) == reference_in:
                continue
            yield element
            _forget(element)
    mended.note()
    _judge(parser, mended, source)


def _fed(parser: etree.XMLPullParser, mended: Mended) -> Iterator[None]:
    """Feed the parser, and pause wherever there may be elements to take."""
    try:
        for chunk in mended.chunks():
            parser.feed(chunk)
            yield
            if len(parser.feed_error_log) > MOST_FLAWS:
                return
        parser.close()
    except etree.XMLSyntaxError:
        pass  # the log of the parser says more
    yield


def _forget(element: etree._Element) -> None:
    """Empty an element. What follows it may still be written to by the parser, and must stay: so its tail, too."""
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # missing in lxml-stubs
    parent, before = element.getparent(), element.getprevious()
    while before is not None and parent is not None:
        parent.remove(before)
        before = element.getprevious()


def _judge(parser: etree.XMLPullParser, mended: Mended, source: Source) -> None:
    log = parser.feed_error_log
    fatal = next((entry for entry in log if entry.level == etree.ErrorLevels.FATAL), None)
    if fatal is None and len(log) > MOST_FLAWS:
        fatal = log[-1]
    flaws = [entry for entry in log if entry.level == etree.ErrorLevels.ERROR]
    if fatal is None:
        if flaws:
            source.report.notes.add(
                f"a flaw of its namespaces is passed over (line {flaws[0].line}: {flaws[0].message})"
            )
        return
    column = max(fatal.column - mended.shift * (fatal.line == 1), 1)
    source.damaged(
        f"{source.name}, line {fatal.line}, column {column}: not well-formed XML ({fatal.message}); expected an export "
        "that is whole; export it again, or correct that place"
    )
