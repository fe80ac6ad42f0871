"""Settings of the service: one TOML file and environment variables, checked before anything starts."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from moderation.errors import ModerationError
from moderation.policy import NEVER

SHORT_NAMES = {
    "MODERATION_MODEL": "MODERATION_MODEL_FOLDER",
    "MODERATION_POLICY": "MODERATION_MODEL_POLICY",
    "MODERATION_STORE": "MODERATION_STORE_URL",
}
"""Variables that other commands read too, and what they are called by the rule of the others."""


class SettingsError(ModerationError):
    """The settings of the service are wrong."""


def _within(default: float, low: float, high: float) -> Any:
    """Return a number with its limits."""
    return field(default=default, metadata={"low": low, "high": high})


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
        Of one key and process; 0 for no limit.
    connections
        At once, of one process; 0 for no limit. One more is answered with 503.
    timeout
        Seconds for a request; 0 for no limit.
    keep_alive
        Seconds that an idle connection stays open: longer than nginx keeps one (60), so that no request meets a closing one.
    shutdown
        Seconds that running requests have to end in after SIGTERM.
    metrics
        Who may read ``/metrics``: clients on this machine that no proxy speaks for, holders of a key for ``native``, or nobody.
    floods
        Whether comments that come one by one are compared with recent ones of their site.
    log, log_level
        One JSON line for each request, or none; ``warning`` leaves out the requests that were answered.
    """

    host: str = "127.0.0.1"
    port: int = _within(8085, 0, 65_535)
    workers: int = _within(1, 1, 256)
    public_url: str = ""
    open: bool = False
    body_bytes: int = _within(4_194_304, 1_024, 1 << 30)
    comments: int = _within(1_000, 1, 100_000)
    requests_per_minute: int = _within(0, 0, 1_000_000)
    connections: int = _within(1_000, 0, 100_000)
    timeout: float = _within(10, 0, 3_600)
    keep_alive: int = _within(75, 1, 3_600)
    shutdown: int = _within(30, 1, 3_600)
    metrics: Literal["local", "key", "none"] = "local"
    floods: bool = True
    log: Literal["json", "none"] = "json"
    log_level: Literal["info", "warning"] = "info"


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
    """What Akismet's clients are told.

    Parameters
    ----------
    insult_is_spam
        For sites that want one gate.
    recheck_after
        Seconds until a client asks again about a held comment.
    discard
        Least probability of spam to call a comment blatant, so that some clients delete it unseen; `NEVER` for false.
    """

    insult_is_spam: bool = False
    recheck_after: int = _within(604_800, 60, 31_536_000)
    discard: float = _within(0.995, 0.5, NEVER)


@dataclass(frozen=True)
class CoralSettings:
    """Signing secrets, the newest first; the language of explanations; the mode of the Digital Services Act."""

    secrets: tuple[str, ...] = ()
    language: str = "fr"
    dsa: bool = False


@dataclass(frozen=True)
class OpenaiSettings:
    """Where requests in OpenAI's shape are answered."""

    path: str = "/v1/moderations"


@dataclass(frozen=True)
class StoreSettings:
    """Where feedback and keys are kept, whether with texts and names, and for how many days (0: until erased)."""

    url: str = "moderation.db"
    keep_texts: bool = False
    keep_authors: bool = False
    retention_days: int = _within(0, 0, 36_500)


@dataclass(frozen=True)
class Settings:
    """All settings.

    Examples
    --------
    >>> Settings.of({"server": {"port": 9000}}).server.port
    9000
    >>> Settings.read(environment={"MODERATION_SERVER_PORT": "9000"}).server.port
    9000
    """

    server: ServerSettings = ServerSettings()
    model: ModelSettings = ModelSettings()
    perspective: PerspectiveSettings = PerspectiveSettings()
    akismet: AkismetSettings = AkismetSettings()
    coral: CoralSettings = CoralSettings()
    openai: OpenaiSettings = OpenaiSettings()
    store: StoreSettings = StoreSettings()

    @classmethod
    def read(cls, path: str | Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read a file, if any, and what the environment replaces.

        ``MODERATION_SECTION_NAME`` replaces a setting, `SHORT_NAMES` three of them; commas stand between several values.

        Raises
        ------
        SettingsError
            Names the file or the variable, the setting, what was found and what was expected.
        """
        name, found = str(path or "settings"), _file(path)
        replaced = _of_environment(environment)
        cls.of(found, name)  # so that a mistake in the file is said to be there
        both = {section: {**found.get(section, {}), **replaced.get(section, {})} for section in {**found, **replaced}}
        return cls.of(both, name)

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
        if not re.fullmatch(r"(?:/[\w.~-]+)+", settings.openai.path):
            raise SettingsError(
                f"{name}, [openai] path: found {settings.openai.path!r}; expected a path such as /v1/moderations; correct it"
            )
        if settings.server.public_url and not re.fullmatch(
            r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", settings.server.public_url
        ):
            raise SettingsError(
                f"{name}, [server] public_url: found {settings.server.public_url!r}; expected an address such as "
                "https://moderation.journal.example/; correct it"
            )
        return settings


def _file(path: str | Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); give the path of a TOML file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: not TOML in UTF-8 ({error}); see docs/service.md for an example") from error


def _of_environment(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the settings that variables hold; one that looks like a setting and is none is a mistake."""
    known = get_type_hints(Settings)
    found: dict[str, dict[str, Any]] = {}
    variables = {SHORT_NAMES.get(name, name): (name, written) for name, written in environment.items() if written}
    for variable, (shown, written) in variables.items():
        prefix, _, rest = variable.partition("_")
        section, _, name = rest.lower().partition("_")
        if prefix != "MODERATION" or section not in known or not name:
            continue
        hints = get_type_hints(known[section])
        if name not in hints or _is_mapping(hints[name]):
            names = ", ".join(sorted(one for one in hints if not _is_mapping(hints[one])))
            raise SettingsError(f"{shown}: unknown; of [{section}] the environment can set {names}; correct its name")
        value = _parsed(hints[name], written)
        _section(known[section], {name: value}, f"{shown}, [{section}]")
        found.setdefault(section, {})[name] = value
    return found


def _parsed(hint: Any, written: str) -> Any:
    """Return the value that a text stands for; the text itself where it is none of that kind, which is then refused."""
    written = written.strip()
    if hint == tuple[str, ...]:
        return [one.strip() for one in written.split(",")]
    if hint in (bool, float) and written.lower() in ("true", "false"):
        return written.lower() == "true"
    if hint in (int, float):
        try:
            return hint(written)
        except ValueError:
            return written
    return written


Section = TypeVar("Section")


def _section(kind: type[Section], values: object, where: str) -> Section:
    if not isinstance(values, Mapping):
        raise SettingsError(f"{where}: found {values!r}; expected a section of settings; write [name] above them")
    hints = get_type_hints(kind)
    limits = {one.name: one.metadata for one in fields(kind)}  # type: ignore[arg-type]
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in limits:
            raise SettingsError(f"{where} {name}: unknown; expected one of {', '.join(sorted(limits))}; correct it")
        checked[name] = _value(hints[name], value, limits[name], f"{where} {name}")
    return kind(**checked)


def _value(hint: Any, value: Any, limits: Mapping[str, float], where: str) -> Any:
    """Return a checked value; a secret is not repeated."""
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise SettingsError(f"{where}: found {value!r}; expected one of {', '.join(get_args(hint))}; correct it")
        return value
    if hint is float and value is False and limits["high"] == NEVER:
        return NEVER
    if hint in _NAMES:
        if type(value) is not hint and not (hint is float and type(value) is int):
            or_false = " or false" if limits and limits["high"] == NEVER else ""
            raise SettingsError(f"{where}: found {value!r}; expected {_NAMES[hint]}{or_false}; correct it")
        if limits and not limits["low"] <= value <= limits["high"]:
            high = "1, or false" if limits["high"] == NEVER else limits["high"]
            raise SettingsError(f"{where}: found {value}; expected {limits['low']} to {high}; correct it")
        return value
    if hint == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise SettingsError(f"{where}: expected a list of texts, none of them empty; correct it")
        return tuple(value)
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise SettingsError(f"{where}: found {value!r}; expected texts under names; correct it")
    return dict(value)


def _is_mapping(hint: Any) -> bool:
    return get_origin(hint) is get_origin(Mapping[str, str])


_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
