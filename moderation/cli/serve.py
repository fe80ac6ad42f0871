"""``moderation serve``: the service on this machine."""

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation.cli import output, trial
from moderation.errors import ModerationError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from moderation.service.settings import Settings

CONFIG, OPEN = "MODERATION_CONFIG", "MODERATION_SERVER_OPEN"
"""Variables by which the processes of several workers are told."""
PACKAGES = ("fastapi", "uvicorn", "httptools", "sqlalchemy", "prometheus_client")


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
        bool, typer.Option("--check", help="Test the settings, the model, the store and the port, and end.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(help="With --check: test a key too.", envvar="MODERATION_KEY", show_default=False),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="With --check: test the service that runs there instead, as clients see it.", show_default=False
        ),
    ] = None,
) -> None:
    """Answer Perspective, Akismet, Coral, OpenAI and native clients over HTTP."""
    if url is not None and not check:
        raise typer.BadParameter("goes with --check", param_hint="--url")
    if url is not None:
        trial.service(url, key)
        return
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ModerationError(f'the service needs {", ".join(missing)}: pip install "moderation[service]"')
    settings = _settings(config, host, port, workers, open)
    app = _app(settings)
    _say(app, settings)
    if check:
        app.state.store.check_writing()
        _say_port(settings)
        if key is not None:
            trial.key(app.state.store, key)
        app.state.store.close()
        return
    trial.port(settings.server.host, settings.server.port)
    output.say(f"listening on http://{settings.server.host}:{settings.server.port}")
    _run(app, settings, config)


def worker() -> "FastAPI":
    """Return the application of one of several processes."""
    from moderation.service import logs
    from moderation.service.settings import Settings

    settings = Settings.read(os.environ.get(CONFIG))
    logs.set_up(settings.server.log, settings.server.log_level)
    return _app(settings)


def _settings(
    config: Path | None, host: str | None, port: int | None, workers: int | None, is_open: bool
) -> "Settings":
    """Return the settings, with what the options replace."""
    from moderation.service.settings import Settings

    options = {"host": host, "port": port, "workers": workers, "open": is_open or None}
    given = {name: value for name, value in options.items() if value is not None}
    settings = Settings.read(config)
    server = Settings.of({"server": {**vars(settings.server), **given}}, "options").server
    return replace(settings, server=server)


def _run(app: "FastAPI", settings: "Settings", config: Path | None) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    from moderation.service import logs
    from moderation.service.connections import OPTIONS
    from moderation.service.metrics import FOLDER

    server = settings.server
    options: dict[str, Any] = {
        **OPTIONS,
        "host": server.host,
        "port": server.port,
        "limit_concurrency": server.connections or None,
        "timeout_keep_alive": server.keep_alive,
        "timeout_graceful_shutdown": server.shutdown,
        "timeout_worker_healthcheck": 20,  # seconds: a busy machine starts a process slowly; a dead one holds up the rest
        "access_log": False,  # its lines hold addresses and keys
        "log_config": None,
        "log_level": "warning",
        "server_header": False,
    }
    logs.set_up(server.log, server.log_level)
    if server.workers == 1:
        uvicorn.run(app, **options)
        return
    app.state.store.close()
    os.environ |= ({CONFIG: str(config)} if config else {}) | ({OPEN: "true"} if server.open else {})
    with TemporaryDirectory(prefix="moderation-metrics-") as folder:
        os.environ[FOLDER] = folder
        uvicorn.run("moderation.cli.serve:worker", factory=True, workers=server.workers, **options)


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
    model = app.state.moderator.model
    output.say(
        f"model {model.id}, policy {app.state.moderator.policy.id}, store {_without_password(settings.store.url)}"
    )
    keys = sum(key.revoked_at is None for key in app.state.store.keys())
    if settings.server.open:
        output.say("open: requests without a key are answered")
    elif not keys:
        output.say("no key is in force, so every request is refused: moderation keys create NAME, or --open to try it")
    else:
        output.say(f"{keys} key{'s' * (keys > 1)} in force")


def _say_port(settings: "Settings") -> None:
    """Say whether the service could listen; that it cannot is no mistake where it runs already."""
    server = settings.server
    try:
        trial.port(server.host, server.port)
        output.say(f"{server.host}:{server.port} is free")
    except ModerationError as error:
        output.say(str(error))


def _without_password(url: str) -> str:
    scheme, there, rest = url.rpartition("@")
    return f"…@{rest}" if there and "://" in scheme else url
