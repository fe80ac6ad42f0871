"""The store itself: adding and reading feedback, erasing it, and the keys of clients."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from moderation.errors import StoreError
from moderation.store import tables
from moderation.store.database import Database
from moderation.store.export import Exported, export
from moderation.store.feedback import Feedback
from moderation.store.keys import Key, checked_name, checked_scopes, digest_of, new_key

_PAGE = 1000  # rows that are read, or deleted, in one transaction: nobody waits for long
_LONGEST = 36_500  # days of retention; Python cannot count back for ever
_COLUMNS = [field.name for field in fields(Feedback)]


class Store:
    """What moderators say of decisions, and the keys of the clients that say it, in SQLite or PostgreSQL.

    Several threads and several processes may write at once; a process that forks opens its own store afterwards.

    Parameters
    ----------
    url
        A path or ``sqlite:///file.db``; ``postgresql://user@host/database``. Made where it is not there.
    keep_texts, keep_authors
        Whether to keep what people wrote, and their names. Without, there are hashes only.
    retention_days
        How long feedback is kept by `purge`; None, or 0, for as long as nobody erases it.
    create
        False for work on a store that must be there already.

    Raises
    ------
    StoreError
        Where the database cannot be opened, or is of a newer version.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Store(f"{folder}/moderation.db", keep_texts=True) as store:
    ...     key = store.create_key("journal.example", ["akismet", "feedback"])
    ...     said = Feedback(protocol="akismet", verdict={"spam": 1}, text="Casino !", key_id=store.key(key).id)
    ...     store.add(said) == said.id, [found.verdict["spam"] for found in store.feedback()]
    (True, [1])
    """

    def __init__(
        self,
        url: str | Path,
        keep_texts: bool = False,
        retention_days: int | None = None,
        *,
        keep_authors: bool = False,
        create: bool = True,
    ) -> None:
        if not 0 <= (retention_days or 0) <= _LONGEST:
            raise StoreError(f"retention of {retention_days} days; expected 1 to {_LONGEST}, or none")
        self.keep_texts = keep_texts
        self.keep_authors = keep_authors
        self.retention_days = retention_days or None
        self._database = Database(url, create)
        self._insert: Any = sqlite.insert if self._database.on_sqlite else postgresql.insert

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._database.engine.dispose()

    def check_writing(self) -> None:
        """Write something that changes nothing.

        Raises
        ------
        StoreError
            Where that cannot be.
        """
        with self._database.writing() as connection:
            connection.execute(update(tables.schema).values(version=tables.schema.c.version))

    def add(self, feedback: Feedback) -> str:
        """Write feedback and return its id; then it is on the disk. Feedback that is there already is not written again.

        Raises
        ------
        StoreError
            Where it could not be written. After a lost connection it may be there all the same: adding it again is safe.
        """
        row = {name: getattr(feedback, name) for name in _COLUMNS}
        row["verdict"] = dict(feedback.verdict)
        if feedback.author is not None:
            row["author_hash"] = self.author_hash(feedback.author)
        if not self.keep_texts:
            row["text"] = None
        if not self.keep_authors:
            row["author"] = None
        statement = self._insert(tables.feedback).values(row).on_conflict_do_nothing(index_elements=["id"])
        with self._database.writing() as connection:
            connection.execute(statement)
        return feedback.id

    def author_hash(self, author: str) -> str:
        """Return what stands for an author in this store, and in no other.

        It is a pseudonym: who has the database and guesses a name can check the guess.
        """
        name = unicodedata.normalize("NFC", author).strip()
        salt = bytes.fromhex(self._database.salt)
        return hmac.new(salt, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def feedback(self, since: datetime | None = None) -> Iterator[Feedback]:
        """Yield feedback from the oldest to the newest; `since` is the first time to yield.

        Rows that are written meanwhile come too. No transaction is open between two rows.
        """
        if since is not None and since.tzinfo is None:
            raise ValueError(f"since {since} has no time zone")
        table = tables.feedback
        order = tuple_(table.c.created_at, table.c.id)
        first = select(table).order_by(table.c.created_at, table.c.id).limit(_PAGE)
        query = first if since is None else first.where(table.c.created_at >= since)
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query).all()
            for row in page:
                yield Feedback(**row._mapping)
            if len(page) < _PAGE:
                return
            query = first.where(order > (page[-1].created_at, page[-1].id))

    def export_labels(self, path: str | Path) -> Exported:
        """Write what feedback says as a new label file, one row for each comment with a text.

        Source, who and when are the protocol, the name of the key, and the time of the newest feedback. A comment that was
        only kept or removed has an answer in ``removed``, and none in ``insult``.

        Raises
        ------
        LabelError
            Where the file is there already, or cannot be written.
        """
        with self._database.reading() as connection:
            return export(connection, path)

    def purge(self, now: datetime | None = None) -> int:
        """Delete the feedback that is older than `retention_days`; return how many rows that were."""
        if self.retention_days is None:
            return 0
        oldest = (now or datetime.now(UTC)) - timedelta(days=self.retention_days)
        return self._delete(tables.feedback.c.created_at < oldest)

    def erase(self, *, author: str | None = None, comment_id: str | None = None, key_name: str | None = None) -> int:
        """Delete all feedback on an author's comments, or on one comment; return how many rows that were.

        Parameters
        ----------
        author
            The name as the client gave it; found by its hash, whether names are kept or not.
        key_name
            Only what came with keys of this name: two sites may have comments with one id.
        """
        if (author is None) == (comment_id is None):
            raise ValueError("erase by author or by comment_id: give one of them")
        table = tables.feedback
        which = table.c.comment_id == comment_id if author is None else table.c.author_hash == self.author_hash(author)
        if key_name is not None:
            which &= table.c.key_id.in_(select(tables.keys.c.id).where(tables.keys.c.name == key_name))
        return self._delete(which)

    def _delete(self, which: ColumnElement[bool]) -> int:
        table, deleted = tables.feedback, 0
        while True:
            with self._database.writing() as connection:
                page = select(table.c.id).where(which).limit(_PAGE)
                count = connection.execute(delete(table).where(table.c.id.in_(page))).rowcount
            deleted += count
            if count < _PAGE:
                self._database.forget()
                return deleted

    def create_key(self, name: str, scopes: Iterable[str]) -> str:
        """Return a new key; it is shown this once, and the store keeps a hash of it.

        Raises
        ------
        StoreError
            Where the name or the scopes cannot be a key's.
        """
        row = {"name": checked_name(name), "scopes": " ".join(sorted(checked_scopes(scopes)))}
        key = new_key(row["scopes"].split())
        digest = digest_of(key, self._database.salt)
        with self._database.writing() as connection:
            connection.execute(insert(tables.keys).values(**row, digest=digest, created_at=datetime.now(UTC)))
        return key

    def key(self, key: str) -> Key | None:
        """Return what is known of a key that a client shows; None for one that is unknown or revoked."""
        digest = digest_of(key, self._database.salt)
        if digest is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(tables.keys).where(tables.keys.c.digest == digest)).first()
        # The search by index takes its time by the hash, which nobody can steer; the comparison itself takes always the same
        known = row is not None and hmac.compare_digest(row.digest, digest) and row.revoked_at is None
        return _key(row) if row is not None and known else None

    def keys(self) -> list[Key]:
        """Return all keys, those that were revoked too, in the order in which they were made."""
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(select(tables.keys).order_by(tables.keys.c.id))]

    def revoke(self, key_id: int) -> None:
        """Take a key out of force, for good; a second time changes nothing.

        Raises
        ------
        StoreError
            Where there is no such key.
        """
        keys = tables.keys
        with self._database.writing() as connection:
            if connection.execute(select(keys.c.id).where(keys.c.id == key_id)).first() is None:
                raise StoreError(f"{self._database.name}: no key {key_id}; list the keys to see their numbers")
            in_force = update(keys).where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
            connection.execute(in_force.values(revoked_at=datetime.now(UTC)))


def _key(row: Any) -> Key:
    return Key(row.id, row.name, frozenset(row.scopes.split()), row.created_at, row.revoked_at)
