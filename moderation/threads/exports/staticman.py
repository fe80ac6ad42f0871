"""Staticman: comments as YAML files of a site, a file each, or a list of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePath

from moderation.comments import Thread
from moderation.errors import DamagedSourceError
from moderation.threads.dates import read_date
from moderation.threads.draft import named, or_empty
from moderation.threads.exports.entries import Entry, entries, keys
from moderation.threads.exports.markdown import shown
from moderation.threads.exports.values import drop, row
from moderation.threads.rows import Row, gathered
from moderation.threads.source import Source

TEXTS = ("message", "comment", "body", "content", "usermessage", "text")
PARENTS = ("replying_to_uid", "replyID", "reply_id", "parent_id")
"""Keys that hold the id of the comment that is answered; forms are free to name their fields."""

POSITION = "replying_to"  # or an id
FIRST = "replyThread"  # the id of the first comment of the branch, where its answers are not told apart

BY_POSITION = "answers a comment by its number on the page, which changes when another is deleted"


_OURS = {"_id", "_parent", POSITION, FIRST, *PARENTS, "email", "date"}


@dataclass
class _Page:
    """The ids of the comments of a page, and those that are no answers with their dates, as they stand."""

    ids: set[str] = field(default_factory=set)
    tops: list[tuple[datetime | None, str]] = field(default_factory=list)
    by_position: list[str] = field(default_factory=list)

    def order(self) -> None:
        """Sort the comments as the page shows them."""
        dates = {date for date, _ in self.tops}
        if None not in dates:  # else they stay in the order of the files, whose names begin with the date
            self.tops.sort(key=lambda top: top[0] or datetime.now(UTC))


def matches(head: str) -> bool:
    r"""Tell whether a text begins like a comment of Staticman.

    Examples
    --------
    >>> matches("_id: 3c8c\nname: Awa\nmessage: Bravo"), matches("message: Bravo"), matches("Awa\nmessage: x\n_id: 3")
    (True, False, False)
    """
    found = keys(head)
    return not found.isdisjoint(TEXTS) and not found.isdisjoint(_OURS) and "page_key" not in found


def read(source: Source) -> Iterator[Thread]:
    r"""Read the threads of files of Staticman; ``_parent`` names the page of a comment.

    Raises
    ------
    DamagedSourceError
        Where a file is not YAML; all comments that stand before it have been given.

    Examples
    --------
    >>> files = "name: Awa\nmessage: Bravo\n---\nname: Issa\nmessage: Merci\nreplying_to: 1\n"
    >>> [(comment.id, comment.parent_id) for comment in next(read(Source.of(files)))]
    [('1', None), ('2', '1')]
    """
    pages = _pages(source)
    for thread in or_empty(gathered(lambda: _rows(source, pages), source), source):
        page = pages.get(thread.id)
        if page and page.by_position:
            yield _doubtful(thread, page, source)
        else:
            yield thread


def _pages(source: Source) -> Mapping[str, _Page]:
    """Read the ids and the dates once, for the numbers by which answers name the comments."""
    pages: dict[str, _Page] = {}
    with source.unreported(), suppress(DamagedSourceError):  # the second reading meets the damage again
        for entry in entries(source):
            page = pages.setdefault(_page(entry, source), _Page())
            page.ids.add(_id(entry))
            if not any(entry.fields.get(key) for key in (*PARENTS, POSITION, FIRST)):
                page.tops.append((read_date(entry.fields.get("date", "")).date, _id(entry)))
    for page in pages.values():
        page.order()
    return pages


def _rows(source: Source, pages: Mapping[str, _Page]) -> Iterator[Row]:
    for page in pages.values():
        page.by_position.clear()  # the rows are read twice
    for entry in entries(source):
        text = next((entry.fields[key] for key in TEXTS if key in entry.fields), None)
        if text is None:
            drop(entry.where, source, "no text")
            continue
        yield row(
            entry.number,
            entry.where,
            id=_id(entry),
            thread_id=_page(entry, source),
            parent_id=_parent(entry, pages[_page(entry, source)]),
            text=shown(text),
            author=entry.fields.get("name", ""),
            created_at=entry.fields.get("date", ""),
            addressee=entry.fields.get("replyName", ""),
            email=_email(entry.fields.get("email", "")),
        )


def _id(entry: Entry) -> str:
    return entry.fields.get("_id") or PurePath(entry.file).stem or str(entry.number)


def _page(entry: Entry, source: Source) -> str:
    return entry.fields.get("_parent") or entry.fields.get("slug") or PurePath(source.name).name


def _parent(entry: Entry, page: _Page) -> str:
    """Return the id of the comment that an entry answers, as far as it says; nothing for none."""
    for key in (*PARENTS, POSITION, FIRST):
        parent = entry.fields.get(key, "")
        if key == POSITION and parent not in page.ids and parent.isdecimal() and 0 < int(parent[:9]) <= len(page.tops):
            page.by_position.append(_id(entry))
            return page.tops[int(parent[:9]) - 1][1]
        if parent and parent != "0":
            return parent
    return ""


def _email(written: str) -> str:
    """Return an address; most sites keep its MD5 hash alone."""
    return written if "@" in written else ""


def _doubtful(thread: Thread, page: _Page, source: Source) -> Thread:
    note = f"{BY_POSITION}: {named(page.by_position)}"
    source.report.doubtful += len(page.by_position)
    source.report.notes.add(note)
    return replace(thread, notes=(*thread.notes, note))
