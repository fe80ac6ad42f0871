"""Isso: the SQLite database in which it keeps the comments of a site.

The database is read where it lies, or from a copy on disk where it is a stream, and nothing is written to it. First
come the numbers of all comments, as far as they can be read; then each comment is looked up by its number, thread by
thread, so that one thread is in memory and a damaged page costs the comments that stand on it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from moderation.comments import Status, Thread
from moderation.errors import SourceError
from moderation.threads.draft import Draft, named
from moderation.threads.exports.markdown import shown
from moderation.threads.source import CHUNK, Source

MAGIC = "SQLite format 3\0"

HEADER = 100  # bytes
LONGEST = 1 << 26  # bytes of one value, as in tables

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "comments": ("id", "parent", "created", "mode", "text", "author", "email", "likes"),
    "threads": ("uri", "title"),
}
"""Columns that are read where the database has them; the network addresses of readers are not."""

_NEEDED = {"comments": {"id", "tid", "text"}, "threads": {"id", "uri"}}
_MODES: Mapping[int, Status] = {4: "deleted", 2: "held", 1: "approved"}  # bits, of which the first that is set counts
_LOGS = ("-wal", "-journal")  # beside a database that was copied while it was in use


class _Members(NamedTuple):
    """The numbers of the comments of each thread, and what ended the list before its end."""

    ids: Mapping[Any, list[Any]]
    flaw: str | None


def matches(head: str) -> bool:
    r"""Tell whether a source is an SQLite database.

    Examples
    --------
    >>> matches("SQLite format 3\0\x10"), matches("SQLite format 3 est lisible")
    (True, False)
    """
    return head.startswith(MAGIC)


def read(source: Source) -> Iterator[Thread]:
    """Read the threads of a database of Isso, in the order of their first comments.

    Isso keeps the texts in Markdown and lets answers stand one level deep: an answer to an answer has the first
    comment as its parent.

    Raises
    ------
    SourceError
        Where the tables are not those of Isso.
    DamagedSourceError
        Where pages of the database are missing or damaged; all comments that can be read have been given.

    Examples
    --------
    >>> next(read(Source.of(b"SQLite format 3" + bytes(85))))
    Traceback (most recent call last):
    moderation.errors.SourceError: stream: cannot be read as a database (file is not a database); ...
    """
    with _on_disk(source) as path, closing(_opened(path)) as database:
        queries = _queries(database, source)
        members = _members(database)
        flaw, lost = _cut(source) or members.flaw, 0
        for tid, ids in members.ids.items():
            draft = _draft(database, queries, tid, source)
            for comment_id in ids:
                try:
                    _add(draft, _row(database, queries, "comments", comment_id))
                except sqlite3.Error as error:
                    flaw, lost = flaw or str(error), lost + 1
            if len(draft):
                yield draft.thread()
        if not members.ids:
            empty = Draft(Path(source.name).name, source)
            empty.notes.add("no comments in it")
            yield empty.thread()
        if flaw:
            source.damaged(
                f"{source.name}: the database is damaged ({flaw}), and at least {lost} comments cannot be read; "
                "expected whole pages; copy the database again while Isso is stopped",
                rows=lost,
            )


@contextmanager
def _on_disk(source: Source) -> Iterator[Path]:
    """Give the path of the database, or of a copy of it."""
    path = _path(source)
    if path is not None:
        for log in _LOGS:
            if path.with_name(path.name + log).exists():
                source.report.notes.add(f"what stands only in {path.name}{log} is not read")
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder, "comments.db")
        source.data.seek(0)
        with copy.open("wb") as file:
            copyfileobj(source.data, file, CHUNK)
        yield copy


def _path(source: Source) -> Path | None:
    """Return the path of the file that is open; None where it is none, or another has its name by now."""
    name = getattr(source.data, "name", None)
    with suppress(OSError, ValueError):
        if isinstance(name, str) and os.path.samestat(Path(name).stat(), os.fstat(source.data.fileno())):
            return Path(name)
    return None


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    database.text_factory = bytes  # texts that are not UTF-8 are no reason to stop
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA writable_schema = ON")  # otherwise a file that was cut is refused whole
    return database


def _queries(database: sqlite3.Connection, source: Source) -> Mapping[str, str]:
    """Return for each table how to look up a row by its id.

    Raises
    ------
    SourceError
        Where the tables are not those of Isso; a view, or a table without whole numbers as ids, is none of them.
    """
    try:
        tables = {
            _text(row[0])
            for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 LIMIT 1000"
            )
        }
        found = {table: list(database.execute(f"PRAGMA table_info({table})")) for table in _NEEDED if table in tables}
    except sqlite3.Error as error:
        raise SourceError(
            f"{source.name}: cannot be read as a database ({error}); expected a database of Isso; copy it again"
        ) from None
    names = {table: {_text(column[1]) for column in columns} for table, columns in found.items()}
    keys = {table: [_text(column[1]) for column in columns if column[5]] for table, columns in found.items()}
    if any(not needed <= names.get(table, set()) or keys[table] != ["id"] for table, needed in _NEEDED.items()):
        have = named(sorted(tables)) or "none"
        raise SourceError(
            f"{source.name}: is an SQLite database with the tables {have}; expected comments and threads as Isso has them; "
            "export the table of the comments as CSV, for example with: sqlite3 -header -csv FILE 'SELECT * FROM TABLE'"
        )
    return {
        table: f"SELECT {', '.join(column if column in names[table] else 'NULL' for column in columns)} FROM {table} WHERE id = ?"
        for table, columns in COLUMNS.items()
    }


def _members(database: sqlite3.Connection) -> _Members:
    ids: dict[Any, list[Any]] = {}
    try:
        for tid, comment_id in database.execute("SELECT tid, id FROM comments NOT INDEXED"):
            ids.setdefault(tid, []).append(comment_id)
    except sqlite3.Error as error:
        return _Members(ids, str(error))
    return _Members(ids, None)


def _cut(source: Source) -> str | None:
    """Return what the header says of a file that is shorter."""
    source.data.seek(0)
    header = source.data.read(HEADER)
    page = int.from_bytes(header[16:18], "big")
    expected = int.from_bytes(header[28:32], "big") * (1 << 16 if page == 1 else page)
    size = source.data.seek(0, os.SEEK_END)
    if size >= expected or header[24:28] != header[92:96]:  # old writers leave a wrong number of pages
        return None
    return f"it ends at byte {size}, its header says {expected}"


def _draft(database: sqlite3.Connection, queries: Mapping[str, str], tid: Any, source: Source) -> Draft:
    try:
        page = _row(database, queries, "threads", tid)
    except sqlite3.Error:
        page = {}
    uri = _text(page.get("uri"))
    draft = Draft(uri or _text(tid), source, title=_text(page.get("title")) or None, url=uri if "//" in uri else None)
    if not uri:
        draft.notes.add("the page that the comments belong to is not in the database")
    return draft


def _row(database: sqlite3.Connection, queries: Mapping[str, str], table: str, row_id: Any) -> dict[str, Any]:
    row = database.execute(queries[table], (row_id,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError("a row is not where the list of comments says")
    return dict(zip(COLUMNS[table], row, strict=True))


def _add(draft: Draft, row: Mapping[str, Any]) -> None:
    comment_id, parent, likes, created = _text(row["id"]), _text(row["parent"]), row["likes"], row["created"]
    text = _text(row["text"])
    if isinstance(row["text"], bytes) and not _is_utf8(row["text"]):
        draft.notes.add("bytes of the text that are not UTF-8 are replaced", f"comment {comment_id}")
    draft.add(
        comment_id,
        shown(text),
        None if parent == "0" else parent,
        author=_text(row["author"]),
        written=f"{created:.3f}" if isinstance(created, float | int) else _text(created),
        status=_status(draft, comment_id, row["mode"]),
        likes=likes if isinstance(likes, int) else None,
        email=_text(row["email"]),
    )


def _status(draft: Draft, comment_id: str, mode: Any) -> Status | None:
    if mode is None:
        return None
    bits = mode if isinstance(mode, int) else 0
    status = next((known for bit, known in _MODES.items() if bits & bit), None)
    if status is None:
        draft.notes.add("the status is left out, it is not known", f"comment {comment_id}, mode {_text(mode)[:60]}")
    return status


def _text(value: Any) -> str:
    """Return a value of any type that a column may hold; nothing for NULL."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else "" if value is None else str(value)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
