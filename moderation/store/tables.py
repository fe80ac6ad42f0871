"""The tables of a store, the same in SQLite and PostgreSQL; their names can stand in a database with other tables."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, Column, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

VERSION = 1
"""Of the tables; a store of a newer version is refused."""


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no zone, so the time is converted before it is written, and gets its zone back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as it is written."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as it was given."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

schema = Table(
    "moderation_schema",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("salt", Text, nullable=False),  # hexadecimal; of the hashes of keys and authors
)

keys = Table(
    "moderation_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    sqlite_autoincrement=True,  # no id ever stands for a second key
)

feedback = Table(
    "moderation_feedback",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("verdict", JSON, nullable=False),
    Column("text", Text),
    Column("text_sha256", Text, nullable=False),
    Column("comment_id", Text),
    Column("parent_id", Text),
    Column("thread", Text),
    Column("author", Text),
    Column("author_hash", Text),
    Column("language", Text),
    Column("key_id", ForeignKey(keys.c.id)),
    Column("client_token", Text),
    Column("model_id", Text),
    Index("moderation_feedback_by_time", "created_at", "id"),
    # PostgreSQL's ordinary index refuses a value of some kilobytes, and clients choose these
    Index("moderation_feedback_by_comment", "comment_id", postgresql_using="hash"),
    Index("moderation_feedback_by_author", "author_hash", postgresql_using="hash"),
)
