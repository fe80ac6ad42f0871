"""Settings of the service: one TOML file and environment variables, checked before anything starts."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from moderation.errors import ModerationError

ENVIRONMENT = {
    "MODERATION_MODEL": ("model", "folder"),
    "MODERATION_POLICY": ("model", "policy"),
    "MODERATION_STORE": ("store", "url"),
    "MODERATION_CORAL_SECRETS": ("coral", "secrets"),
}
"""Variable -> the setting that it replaces; of several values, commas stand between."""


class SettingsError(ModerationError):
    """The settings of the service are wrong."""


@dataclass(frozen=True)
class ServerSettings:
    """Where the service listens, and what it takes.

    Parameters
    ----------
    host, port, workers
        Loopback by default: a proxy with TLS stands before it.
    public_url
        How clients reach it; stands in the discovery document.
    open
        Whether requests without a key are answered: only behind something else that checks them.
    body_bytes, comments
        The largest request.
    requests_per_minute
        Of one key; 0 for no limit.
    """

    host: str = "127.0.0.1"
    port: int = 8085
    workers: int = 1
    public_url: str = ""
    open: bool = False
    body_bytes: int = 4_194_304
    comments: int = 1_000
    requests_per_minute: int = 0


@dataclass(frozen=True)
class ModelSettings:
    """Which model and which policy file; empty for the shipped ones."""

    folder: str = ""
    policy: str = ""


@dataclass(frozen=True)
class PerspectiveSettings:
    """What requests may ask for.

    Parameters
    ----------
    attributes
        Attribute -> label, beside those that are mapped by default; an empty label takes one away.
    language
        The site's, of comments whose requests name none.
    languages
        Those that requests may name; others are refused. Some clients call every comment English, whatever it is.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    language: str = "fr"
    languages: tuple[str, ...] = ("fr",)


@dataclass(frozen=True)
class AkismetSettings:
    """Whether insults are spam too, for sites that want one gate; seconds until a client asks again about a held comment."""

    insult_is_spam: bool = False
    recheck_after: int = 604_800


@dataclass(frozen=True)
class CoralSettings:
    """Signing secrets, the newest first; the language of explanations; the mode of the Digital Services Act."""

    secrets: tuple[str, ...] = ()
    language: str = "fr"
    dsa: bool = False


@dataclass(frozen=True)
class StoreSettings:
    """Where feedback and keys are kept, whether with texts and names, and for how many days (0: until erased)."""

    url: str = "moderation.db"
    keep_texts: bool = False
    keep_authors: bool = False
    retention_days: int = 0


@dataclass(frozen=True)
class Settings:
    """All settings.

    Examples
    --------
    >>> Settings.of({"server": {"port": 9000}}).server.port
    9000
    """

    server: ServerSettings = ServerSettings()
    model: ModelSettings = ModelSettings()
    perspective: PerspectiveSettings = PerspectiveSettings()
    akismet: AkismetSettings = AkismetSettings()
    coral: CoralSettings = CoralSettings()
    store: StoreSettings = StoreSettings()

    @classmethod
    def read(cls, path: str | Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read a file, if any, and what the environment replaces.

        Raises
        ------
        SettingsError
            Names the file, the setting, what was found and what was expected.
        """
        found: dict[str, Any] = {}
        if path is not None:
            try:
                found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise SettingsError(
                    f"{path}: cannot be read ({error}); expected a TOML file in UTF-8; correct it or the path"
                ) from error
        for variable, (section, name) in ENVIRONMENT.items():
            if written := environment.get(variable):
                value: Any = written.split(",") if name == "secrets" else written
                found[section] = found.get(section, {}) | {name: value}
        return cls.of(found, str(path or "environment"))

    @classmethod
    def of(cls, found: Mapping[str, Any], name: str = "settings") -> Settings:
        """Check values.

        Raises
        ------
        SettingsError
            As for `read`.
        """
        known = get_type_hints(cls)
        for section in found:
            if section not in known:
                raise SettingsError(
                    f"{name}: unknown section [{section}]; expected one of {', '.join(known)}; correct it"
                )
        settings = cls(
            **{section: _section(known[section], values, f"{name}, [{section}]") for section, values in found.items()}
        )
        server = settings.server
        for setting, low, high in (
            ("port", 0, 65_535),
            ("workers", 1, 256),
            ("comments", 1, 100_000),
            ("body_bytes", 1_024, 1 << 30),
        ):
            value = getattr(server, setting)
            if not low <= value <= high:
                raise SettingsError(f"{name}, [server] {setting}: found {value}; expected {low} to {high}; correct it")
        return settings


Section = TypeVar("Section")


def _section(kind: type[Section], values: object, where: str) -> Section:
    if not isinstance(values, Mapping):
        raise SettingsError(f"{where}: found {values!r}; expected a section of settings; write [name] above them")
    hints = get_type_hints(kind)
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in names:
            raise SettingsError(f"{where} {name}: unknown; expected one of {', '.join(sorted(names))}; correct it")
        checked[name] = _value(hints[name], value, f"{where} {name}")
    return kind(**checked)


def _value(hint: Any, value: Any, where: str) -> Any:
    if hint in (bool, int, str):
        if type(value) is not hint:
            raise SettingsError(f"{where}: found {value!r}; expected {_NAMES[hint]}; correct it")
        return value
    if hint == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise SettingsError(f"{where}: found {value!r}; expected a list of texts; correct it")
        return tuple(value)
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise SettingsError(f"{where}: found {value!r}; expected texts under names; correct it")
    return dict(value)


_NAMES = {bool: "true or false", int: "a whole number", str: "a text"}
