"""``moderation serve``: the service on this machine."""

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli import output
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from moderation.service.settings import Settings

CONFIG, OPEN = "MODERATION_CONFIG", "MODERATION_OPEN"
"""Variables by which the processes of several workers are told."""


def serve(
    config: Annotated[
        Path | None, typer.Option(help="Settings (TOML).", envvar=CONFIG, show_default="none: all defaults")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8085")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.", min=1, max=256, show_default="1")] = None,
    open: Annotated[
        bool, typer.Option("--open", help="Answer without keys: to try it, or behind something that checks them.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Test the settings, the model and the store, and end.")
    ] = False,
) -> None:
    """Answer Perspective, Akismet, Coral, OpenAI and native clients over HTTP."""
    missing = [
        name
        for name in ("fastapi", "uvicorn", "httptools", "sqlalchemy", "prometheus_client")
        if find_spec(name) is None
    ]
    if missing:
        raise ModerationError(f'the service needs {", ".join(missing)}: pip install "moderation[service]"')
    import uvicorn

    from moderation.service.connections import OPTIONS
    from moderation.service.settings import Settings

    settings = Settings.read(config)
    server = settings.server
    server = replace(
        server,
        host=host or server.host,
        port=server.port if port is None else port,
        workers=workers or server.workers,
        open=open or server.open,
    )
    settings = replace(settings, server=server)
    app = _app(settings)
    _say(app, settings)
    if check:
        app.state.store.close()
        return
    if server.workers == 1:
        uvicorn.run(
            app,
            host=server.host,
            port=server.port,
            access_log=False,
            server_header=False,
            log_level="warning",
            **OPTIONS,
        )
        return
    app.state.store.close()
    os.environ |= ({CONFIG: str(config)} if config else {}) | ({OPEN: "1"} if server.open else {})
    uvicorn.run(
        "moderation.cli.serve:worker",
        factory=True,
        host=server.host,
        port=server.port,
        workers=server.workers,
        access_log=False,
        server_header=False,
        log_level="warning",
        **OPTIONS,
    )


def worker() -> "FastAPI":
    """Return the application of one of several processes."""
    from moderation.service.settings import Settings

    settings = Settings.read(os.environ.get(CONFIG))
    return _app(replace(settings, server=replace(settings.server, open=settings.server.open or OPEN in os.environ)))


def _app(settings: "Settings") -> "FastAPI":
    from moderation.service.app import create_app
    from moderation.store import Store

    kept = settings.store
    store = Store(
        kept.url, keep_texts=kept.keep_texts, keep_authors=kept.keep_authors, retention_days=kept.retention_days or None
    )
    app = create_app(settings, store)
    app.state.moderator.model.compile()
    return app


def _say(app: "FastAPI", settings: "Settings") -> None:
    server, model = settings.server, app.state.moderator.model
    output.say(
        f"model {model.id}, policy {app.state.moderator.policy.id}, store {_without_password(settings.store.url)}"
    )
    keys = sum(key.revoked_at is None for key in app.state.store.keys())
    if server.open:
        output.say("open: requests without a key are answered")
    elif not keys:
        output.say("no key is in force, so every request is refused: moderation keys create NAME, or --open to try it")
    else:
        output.say(f"{keys} key{'s' * (keys > 1)} in force")
    output.say(f"listening on http://{server.host}:{server.port}")


def _without_password(url: str) -> str:
    scheme, there, rest = url.rpartition("@")
    return f"…@{rest}" if there and "://" in scheme else url
