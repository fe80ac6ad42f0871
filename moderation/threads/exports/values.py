"""Values of JSON exports: facts that may be missing, null, or of a type that no export should give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moderation.threads.documents import Found, documents
from moderation.threads.rows import Row
from moderation.threads.source import Source

Facts = Mapping[str, Any]


def objects(source: Source) -> Iterator[Found]:
    """Yield the objects of a source, one after the other.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON, or a value is no object.

    Examples
    --------
    >>> [found.value for found in objects(Source.of('{"version": 1}'))]
    [{'version': 1}]
    """
    for found in documents(source):
        if isinstance(found.value, dict):
            yield found
        else:
            source.damaged(
                f"{source.name}, {found.where}: found {text(found.value) or 'a list'}; expected an object; correct it",
                rows=1,
            )


def each(values: object, where: str, source: Source) -> Iterator[tuple[str, Facts]]:
    """Yield the objects of a list of comments, and where they stand; what is no object is counted.

    Raises
    ------
    DamagedSourceError
        Where the comments are no list.

    Examples
    --------
    >>> source = Source.of("...")
    >>> [place for place, _ in each([{}, None, {}], "line 1", source)], dict(source.report.dropped)
    (['comment 1', 'comment 3'], {'not a comment': 1})
    """
    if values is not None and not isinstance(values, list):
        source.damaged(f"{source.name}, {where}: the comments are no list; expected one; export them again", rows=1)
        return
    for number, value in enumerate(values or (), start=1):
        place = f"comment {number}" if where == "line 1" else f"{where}, comment {number}"
        if isinstance(value, dict):
            yield place, value
        else:
            drop(place, source)


def drop(where: str, source: Source, reason: str = "not a comment") -> None:
    """Count what was met among comments and is in no thread.

    Examples
    --------
    >>> source = Source.of("...")
    >>> drop("line 3", source)
    >>> list(source.report.notes.lines())
    ['dropped, not a comment: 1 comment (first: line 3)']
    """
    source.report.drop(reason)
    source.report.notes.add(f"dropped, {reason}", where)


def listed(value: object) -> list[Facts]:
    """Return the objects of a list; nothing of what is none.

    Examples
    --------
    >>> listed([{"id": 1}, None]), listed(None)
    ([{'id': 1}], [])
    """
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a value as a text; nothing for null, and for lists and objects.

    Examples
    --------
    >>> text(7), text(True), text(None), text({})
    ('7', 'true', '', '')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def first(facts: Facts, *keys: str) -> str:
    """Return the text under the first of some keys that has one.

    Examples
    --------
    >>> first({"asset_id": None, "storyID": 3}, "asset_id", "storyID")
    '3'
    """
    return next(filter(None, (text(facts.get(key)) for key in keys)), "")


def date(value: object) -> str:
    """Return a date as it is written, also as MongoDB writes it; nothing for the zero of Go, the first day of the year 1.

    Examples
    --------
    >>> date({"$date": {"$numberLong": "1714217400000"}}), date({"__type": "Date", "iso": "2024-04-27T11:30:00Z"})
    ('1714217400000', '2024-04-27T11:30:00Z')
    >>> date("0001-01-01T00:00:00Z"), date(None)
    ('', '')
    """
    for key in ("$date", "$numberLong", "iso"):
        value = value[key] if isinstance(value, dict) and key in value else value
    written = text(value)
    return "" if written.startswith("0001-01-01") else written


def net_likes(score: object) -> str:
    """Return likes less dislikes as the likes; nothing where there are more dislikes, which says nothing of the likes.

    Examples
    --------
    >>> net_likes(3), net_likes(-1)
    ('3', '')
    """
    return str(score) if isinstance(score, int) and not isinstance(score, bool) and score >= 0 else ""


def row(number: int, where: str, **fields: str) -> Row:
    """Return a row of the fields that are not empty.

    Examples
    --------
    >>> row(1, "item 1", text="Bravo", parent_id="")
    Row(number=1, where='item 1', fields={'text': 'Bravo'})
    """
    return Row(number, where, {field: value for field, value in fields.items() if value})
