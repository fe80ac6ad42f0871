"""The database under a store: how it is named and opened, what it promises, and its errors."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from moderation.errors import StoreError
from moderation.store import tables

_PATIENCE = 10  # seconds that a writer waits for other writers, and a connection for a server
_LOCK = (
    0x6D6F64  # any number: what several processes hold in turn while they make the tables of one PostgreSQL database
)


class Database:
    """A SQLite file or a PostgreSQL database with the tables of a store.

    SQLite: write-ahead log, and each commit is on the disk before it returns (``synchronous=FULL``). Deleted content is
    overwritten. PostgreSQL: ``synchronous_commit`` is not off, whatever the server's setting.

    Parameters
    ----------
    url
        A path stands for a SQLite file.
    create
        Whether to make the file and the tables where they are not there.

    Attributes
    ----------
    name
        For messages: the URL without its password.
    salt
        Of this store, hexadecimal.
    """

    def __init__(self, url: str | Path, create: bool = True) -> None:
        parsed = _parsed(url)
        self.name = parsed.render_as_string(hide_password=True)
        self.on_sqlite = parsed.get_backend_name() == "sqlite"
        if self.on_sqlite:
            _check_file(Path(parsed.database or ""), create)
        self.engine = self._made(parsed)
        self._writing = self.engine.execution_options(moderation_begin="BEGIN IMMEDIATE")
        self._snapshot = (
            self.engine if self.on_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        try:
            self.salt = self._prepared(create)
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection on which all statements see the same rows."""
        with self._failures(), self._snapshot.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable when the block has ended without an error."""
        with self._failures(), self._writing.begin() as connection:
            yield connection

    def forget(self) -> None:
        """Take what was deleted out of SQLite's log too, as far as no other process is reading there."""
        if self.on_sqlite:
            with self._failures():
                connection = self.engine.raw_connection()
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    connection.close()

    def _made(self, url: URL) -> Engine:
        options: dict[str, Any] = {"timeout": _PATIENCE} if self.on_sqlite else {"connect_timeout": _PATIENCE}
        try:
            engine = create_engine(
                url,
                connect_args={name: value for name, value in options.items() if name not in url.query},
                hide_parameters=True,  # no text in a message
                pool_pre_ping=not self.on_sqlite,  # a server may have been started anew
            )
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise StoreError(
                f'{self.name}: the driver is not installed ({error}): pip install "moderation[postgresql]"'
            ) from error
        event.listen(engine, "connect", _set_up_sqlite if self.on_sqlite else _set_up_postgresql)
        if self.on_sqlite:
            event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else None
            said = next(iter(str(cause or type(error).__name__).splitlines()), "")
            raise StoreError(
                f"{self.name}: {said}; expected a SQLite file and folder that you may write to, or a PostgreSQL database "
                "that answers"
            ) from error

    def _prepared(self, create: bool) -> str:
        """Make the tables, once, where they are not there; return the salt."""
        with self.reading() as connection:
            there = inspect(connection).has_table(tables.schema.name)
        if not there and not create:
            raise StoreError(f"{self.name}: there is no store; name the one that the service uses")
        if not there:
            self._make_tables()
        with self.reading() as connection:
            found = connection.execute(select(tables.schema.c.version, tables.schema.c.salt)).first()
        if found is None or found.version > tables.VERSION:
            version = "no version" if found is None else f"version {found.version}"
            raise StoreError(
                f"{self.name}: the tables have {version}; this program knows versions up to {tables.VERSION}: upgrade it"
            )
        return str(found.salt)

    def _make_tables(self) -> None:
        with self.writing() as connection:
            if not self.on_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if not inspect(connection).has_table(tables.schema.name):  # nobody was faster
                tables.metadata.create_all(connection)
                connection.execute(insert(tables.schema).values(version=tables.VERSION, salt=secrets.token_hex(32)))


def _parsed(url: str | Path) -> URL:
    written = str(url)
    if "://" not in written:
        return URL.create("sqlite", database=written)
    try:
        parsed = make_url(written)
    except (ArgumentError, ValueError):  # its message, and the URL, may hold a password
        raise StoreError(
            "the URL of the store cannot be read; expected sqlite:///file.db or postgresql://user@host/database"
        ) from None
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(drivername="sqlite")  # by Python's own driver, on which the settings below are made
    if parsed.get_backend_name() != "postgresql":
        raise StoreError(f"a store in {parsed.get_backend_name()}: expected sqlite:///file.db or postgresql://…")
    return parsed


def _check_file(path: Path, create: bool) -> None:
    """Make a new file that only its owner can read: there will be texts in it."""
    if path.name in {"", ":memory:"} or str(path).startswith("file:"):
        raise StoreError("a store in memory keeps nothing; name a file, such as sqlite:///moderation.db")
    if not create and not path.exists():
        raise StoreError(f"{path}: there is no store; name the one that the service uses")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be opened ({error.strerror}); name a file in a folder that is there and that you may write to"
        ) from error


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions by itself: `_begin` does
    _write_ahead(connection)
    for setting in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the log on; while another process does the same to a new file, SQLite refuses at once instead of waiting."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    """Begin a transaction. One that will write says so at once: only then does SQLite wait for other writers."""
    connection.exec_driver_sql(connection.get_execution_options().get("moderation_begin", "BEGIN"))


def _set_up_postgresql(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SHOW synchronous_commit")
    if cursor.fetchone()[0] == "off":
        cursor.execute("SET synchronous_commit = on")
    cursor.close()
    connection.commit()
