"""``moderation keys``: the keys of the clients of the service."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli import options, output
from moderation.cli.stores import DEFAULT, StoreUrl, opened

if TYPE_CHECKING:
    from moderation.store import Key

app = typer.Typer(help="Create, list and revoke the keys of the service's clients.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="The site or client that will hold it.", show_default=False)],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it is for: native, perspective, akismet, openai, feedback; may be repeated.", show_default="all"
        ),
    ] = None,
    store: StoreUrl = DEFAULT,
) -> None:
    """Create a key and print it, this once; the store keeps a hash. A key for Akismet has 12 characters, another 32.

    A new key for the same site gets the same name: what moderators say of its comments stays together.
    """
    with opened(store, create=True) as keys:
        from moderation.store import SCOPES

        key = keys.create_key(name, scope or SCOPES)
    typer.echo(key)
    output.say(f"the key of {name}; it will not be shown again")


@app.command("list")
def list_keys(store: StoreUrl = DEFAULT, format: options.OutputFormat = options.Format.TABLE) -> None:
    """List all keys, the revoked ones too; the keys themselves are not known."""
    with opened(store) as keys:
        found = keys.keys()
    if format is not options.Format.TABLE:
        output.rows(map(_row, found), format)
        return
    table = output.table("id", "name", "scopes", "created", "revoked")
    for key in found:
        table.add(*_cells(key))
    if found:
        output.console().print(table)
    else:
        output.say("no keys")


@app.command()
def revoke(
    key_id: Annotated[int, typer.Argument(help="Its number in the list.", min=1, max=2**31 - 1, show_default=False)],
    store: StoreUrl = DEFAULT,
) -> None:
    """Take a key out of force, for good; feedback that came with it stays."""
    with opened(store) as keys:
        keys.revoke(key_id)
    output.say(f"key {key_id} is revoked")


def _row(key: "Key") -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at.isoformat(timespec="seconds"),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(timespec="seconds"),
    }


def _cells(key: "Key") -> Iterator[str]:
    for value in _row(key).values():
        yield " ".join(value) if isinstance(value, list) else str(value or "")
