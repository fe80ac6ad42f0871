"""Artalk: its transfer files (artrans, JSON), the answers of its API, and its tables as YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads.documents import top
from moderation.threads.draft import or_empty
from moderation.threads.exports.entries import entries, keys
from moderation.threads.exports.markdown import shown
from moderation.threads.exports.values import Facts, drop, each, first, listed, objects, row, text
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source

_NEEDED = {"page_key", "content"}


@dataclass
class _Tables:
    """What stands beside the comments: site and key of a page -> title, id of a reader -> what is said of them."""

    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    readers: dict[str, Facts] = field(default_factory=dict)
    sites: dict[str, set[str]] = field(default_factory=dict)  # key -> the sites that have such a page

    def take(self, facts: Facts) -> None:
        """Keep what a row of any table says."""
        site, key, title = text(facts.get("site_name")), text(facts.get("key")), text(facts.get("title"))
        if is_comment(facts):
            self.sites.setdefault(text(facts.get("page_key")), set()).add(site)
        elif key and title:
            self.titles[site, key] = title
        elif "name" in facts and "email" in facts:
            self.readers[text(facts.get("id"))] = {"nick": facts.get("name"), "email": facts.get("email")}


def matches(head: str) -> bool:
    r"""Tell whether a text begins like comments of Artalk.

    Examples
    --------
    >>> matches('[{"id": "1", "content": "Bravo", "page_key": "/or"}]'), matches("- id: 1\n  content: Bravo\n  page_key: /or\n")
    (True, True)
    >>> matches('[{"id": 1, "content": {"rendered": "Bravo"}}]')
    False
    """
    facts = top(head).first
    comments = listed(facts.get("comments"))
    return any(one.keys() >= _NEEDED for one in (facts, *comments[:1])) or _NEEDED <= keys(head)


def is_comment(facts: Facts) -> bool:
    """Tell whether a row is one of the comments.

    Examples
    --------
    >>> is_comment({"content": "Bravo", "page_key": "/or"}), is_comment({"key": "/or", "title": "L'or"})
    (True, False)
    """
    return "content" in facts and not facts.keys().isdisjoint(("page_key", "rid", "nick"))


def read(source: Source) -> Iterator[Thread]:
    """Read the threads; the key of the page names a thread, with its site where two sites have the key.

    Titles and names stand in tables of their own, in a folder of tables in the files ``atk_pages`` and ``atk_users``.
    A comment that is folded up counts as approved: readers can open it.

    Raises
    ------
    DamagedSourceError
        Where the text is neither JSON nor YAML; all comments that stand before it have been given.

    Examples
    --------
    >>> rows = '[{"id": "7", "rid": "0", "content": "Bravo", "page_key": "/or", "nick": "Awa", "is_pending": "true"}]'
    >>> [(thread.id, comment.author, comment.status) for thread in read(Source.of(rows)) for comment in thread]
    [('/or', 'Awa', 'held')]
    """
    tables = _Tables()
    with source.unreported(), suppress(DamagedSourceError):  # the next reading meets the damage again
        for _, facts in _records(source):
            tables.take(facts)
    yield from or_empty(gathered(lambda: _rows(source, tables), source), source)


def _records(source: Source) -> Iterator[tuple[str, Facts]]:
    if not source.head.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        for entry in entries(source):
            yield entry.where, entry.fields
        return
    for found in objects(source):
        if "comments" in found.value:
            yield from each(found.value["comments"], found.where, source)
        elif is_comment(found.value):
            yield found.where, found.value
        else:
            drop(found.where, source)


def _rows(source: Source, tables: _Tables) -> Iterator[Row]:
    number = 0
    for where, facts in _records(source):
        if is_comment(facts):
            number += 1
            if _is_set(facts, "is_collapsed"):
                source.report.notes.add("is folded up on the page, readers can open it", where)
            yield _row(facts, number, where, tables)


def _row(facts: Facts, number: int, where: str, tables: _Tables) -> Row:
    comment_id, parent, site, key = (text(facts.get(name)) for name in ("id", "rid", "site_name", "page_key"))
    author: Mapping[str, object] = facts if first(facts, "nick") else tables.readers.get(first(facts, "user_id"), facts)
    url = first(facts, "page_url") or key
    return row(
        number,
        where,
        id=comment_id,
        thread_id=f"{site}: {key}" if len(tables.sites.get(key, ())) > 1 else key,
        title=first(facts, "page_title") or tables.titles.get((site, key), ""),
        url=url if "//" in url else "",
        parent_id="" if parent in ("0", comment_id) else parent,  # old answers of the API repeat the id
        text=shown(first(facts, "content")),
        author=first(author, "nick"),
        email=first(author, "email"),
        created_at=first(facts, "created_at", "date"),
        status=_status(facts),
        likes=first(facts, "vote_up"),
    )


def _status(facts: Facts) -> str:
    if first(facts, "deleted_at"):
        return "trash"  # only an administrator deletes
    return "held" if _is_set(facts, "is_pending") else "approved"


def _is_set(facts: Facts, key: str) -> bool:
    return first(facts, key).lower() in ("true", "1", "yes")
