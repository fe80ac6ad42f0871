"""The store that several commands work on: the option that names it, and opening it."""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.errors import StoreError

if TYPE_CHECKING:
    from moderation.store import Store

DEFAULT = "moderation.db"
"""In the working directory, where the service looks too."""

StoreUrl = Annotated[
    str,
    typer.Option(
        "--store",
        help="SQLite file, or URL of a PostgreSQL database.",
        envvar="MODERATION_STORE",
        metavar="URL",
    ),
]


def opened(url: str, retention_days: int | None = None, create: bool = False) -> AbstractContextManager["Store"]:
    """Open a store, which must be there unless it may be created.

    Raises
    ------
    StoreError
        Where SQLAlchemy is not installed, or there is no store that can be opened.
    """
    if find_spec("sqlalchemy") is None:
        raise StoreError('the store needs SQLAlchemy, which is not installed: pip install "moderation[service]"')
    from moderation.store import Store

    return Store(url, retention_days=retention_days, create=create)
