"""Staticman: comments as YAML files of a site, a file each, or a list of them."""

from __future__ import annotations

from collections.abc import Iterator
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


PAGES = ("slug", "post_id", "page_id")

_OURS = {"_id", "_parent", POSITION, FIRST, *PARENTS, "email", "date"}
_FACTS = ("_id", "id", "_parent", *PAGES, *PARENTS, POSITION, FIRST)


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


class _Site:
    """The pages of a source, and whether a number under ``_parent`` is that of a comment, as in old forms, or of a page.

    Parameters
    ----------
    source
        Is read once, for what names the pages and for the numbers by which answers name the comments.
    """

    def __init__(self, source: Source) -> None:
        found: list[tuple[Entry, datetime | None]] = []
        with source.unreported(), suppress(DamagedSourceError):  # the second reading meets the damage again
            for entry in entries(source):
                facts = {key: entry.fields[key] for key in _FACTS if key in entry.fields}
                found.append((entry._replace(fields=facts), read_date(entry.fields.get("date", "")).date))
        numbers = [entry.fields.get("_parent", "").isdecimal() for entry, _ in found]
        self.by_number = any(numbers) and not all(numbers)
        named = {name for entry, _ in found if (name := self._named(entry))}
        self._rest = named.pop() if len(named) == 1 else PurePath(source.name).name
        self.pages: dict[str, _Page] = {}
        for entry, date in found:
            page = self.pages.setdefault(self.page(entry), _Page())
            page.ids.add(_id(entry))
            if not any(key for key, _ in self.parents(entry)):
                page.tops.append((date, _id(entry)))
        for page in self.pages.values():
            page.order()

    def page(self, entry: Entry) -> str:
        """Return the page of a comment: its folder, what it says, or the only one that the others name."""
        return self._named(entry) or self._rest

    def parents(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield the keys that name a comment that is answered, the surest first, and what they hold."""
        for key in (*PARENTS, POSITION, "_parent", FIRST):
            if (parent := entry.fields.get(key, "")) and (key != "_parent" or self._is_number(entry)):
                yield key, parent

    def parent(self, entry: Entry) -> str:
        """Return the id of the comment that an entry answers, as far as it says; nothing for none."""
        page = self.pages[self.page(entry)]
        for key, parent in self.parents(entry):
            if key in (POSITION, "_parent") and parent not in page.ids and parent.isdecimal():
                if 0 < int(parent[:9]) <= len(page.tops):
                    page.by_position.append(_id(entry))
                    return page.tops[int(parent[:9]) - 1][1]
            if parent != "0":
                return parent
        return ""

    def _is_number(self, entry: Entry) -> bool:
        return self.by_number and entry.fields.get("_parent", "").isdecimal()

    def _named(self, entry: Entry) -> str:
        folder = PurePath(entry.file).parent.as_posix()
        if folder != ".":
            return folder
        named = "" if self._is_number(entry) else entry.fields.get("_parent", "")
        return named or next((entry.fields[key] for key in PAGES if entry.fields.get(key)), "")


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
    r"""Read the threads of files of Staticman; a folder in a folder is a page, else ``_parent`` names it.

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
    site = _Site(source)
    for thread in or_empty(gathered(lambda: _rows(source, site), source), source):
        page = site.pages.get(thread.id)
        if page and page.by_position:
            yield _doubtful(thread, page, source)
        else:
            yield thread


def _rows(source: Source, site: _Site) -> Iterator[Row]:
    for page in site.pages.values():
        page.by_position.clear()  # the rows are read twice
    for entry in entries(source):
        text = next((entry.fields[key] for key in TEXTS if key in entry.fields), None)
        if text is None:
            drop(entry.where, source, "no text")
            continue
        address = entry.fields.get("_parent", "")
        yield row(
            entry.number,
            entry.where,
            id=_id(entry),
            thread_id=site.page(entry),
            url=address if "://" in address else "",
            parent_id=site.parent(entry),
            text=shown(text),
            author=entry.fields.get("name", ""),
            created_at=entry.fields.get("date", ""),
            addressee=entry.fields.get("replyName", ""),
            email=_email(entry.fields.get("email", "")),
        )


def _id(entry: Entry) -> str:
    fields = entry.fields
    return fields.get("_id") or fields.get("id") or PurePath(entry.file).stem or str(entry.number)


def _email(written: str) -> str:
    """Return an address; most sites keep its MD5 hash alone."""
    return written if "@" in written else ""


def _doubtful(thread: Thread, page: _Page, source: Source) -> Thread:
    note = f"{BY_POSITION}: {named(page.by_position)}"
    source.report.doubtful += len(page.by_position)
    source.report.notes.add(note)
    return replace(thread, notes=(*thread.notes, note))
