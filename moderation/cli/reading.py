"""Reading the sources of a command: the options for it, what is said of each source, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from moderation.cli import output
from moderation.comments import Thread
from moderation.errors import DamagedSourceError, ModerationError
from moderation.threads import Report, read_threads
from moderation.threads.rows import FIELDS

SHORT = {"parent": "parent_id", "thread": "thread_id", "date": "created_at"}
"""Short names of fields for ``--map``."""


def columns_of(written: str, more: Sequence[str] = ()) -> dict[str, str]:
    """Return field -> the name that the source has for it; `more` are fields beside those of threads.

    Examples
    --------
    >>> columns_of("text=body,parent=reply_to")
    {'text': 'body', 'parent_id': 'reply_to'}
    """
    found = {}
    for pair in filter(None, written.split(",")):
        name, equals, column = (part.strip() for part in pair.partition("="))
        name = SHORT.get(name, name)
        known = (*FIELDS, *more)
        if not equals or not column or name not in known:
            raise typer.BadParameter(f"found {pair!r}; expected FIELD=NAME, where FIELD is one of {', '.join(known)}")
        found[name] = column
    return found


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise typer.BadParameter(f"no time zone {name!r}; give a name such as Africa/Bamako or Europe/Paris") from None


def _checked(read: Callable[[str], object]) -> Callable[[str], str]:
    """Return a check of an option that keeps what was written."""

    def check(written: str) -> str:
        read(written)
        return written

    return check


Columns = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="FIELD=NAME,…",
        help="Names that a table or JSON has for our fields, e.g. text=body,parent=reply_to.",
        callback=_checked(columns_of),
        show_default=False,
    ),
]
Zone = Annotated[
    str,
    typer.Option(
        help="Time zone of dates that name none; UTC is the time of Mali, Burkina Faso, Côte d'Ivoire and Senegal.",
        callback=_checked(zone_of),
    ),
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Pass over damage where that can be done, and exit with 0.")
]


@dataclass
class Reading:
    """The reading of the sources of one command.

    Parameters
    ----------
    format, columns, zone, personal_data, keep_going
        As for `moderation.threads.read_threads`.
    counts
        Whether the counts of each source are said too, and not only what is odd.
    reports
        Of the sources read so far.
    """

    format: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    personal_data: bool = False
    keep_going: bool = False
    counts: bool = False
    reports: list[Report] = field(default_factory=list)

    def threads(self, source: str) -> Iterator[Thread]:
        """Yield the threads of a source, then say its report; damage ends the source and is remembered."""
        report = Report(source)
        self.reports.append(report)
        try:
            yield from read_threads(
                source,
                self.format,
                columns=self.columns,
                zone=zone_of(self.zone),
                personal_data=self.personal_data,
                keep_going=self.keep_going,
                report=report,
            )
        except DamagedSourceError:
            pass  # the report names it, and `end` gives the exit code
        counts, *rest = report.lines()
        for line in [f"{report.format}: {counts}", *rest] if self.counts else rest:
            output.say(f"moderation: {line}" if line in report.damage else f"{source}: {line}")

    def end(self) -> None:
        """Exit with 1 where a source was damaged, unless that was asked for."""
        if any(report.damage for report in self.reports) and not self.keep_going:
            raise typer.Exit(1)

    def write_report(self, path: Path) -> None:
        """Write what was met, a JSON object a source."""
        try:
            content = json.dumps([report.as_dict() for report in self.reports], ensure_ascii=False, indent=2)
            path.write_text(content.encode("utf-8", "replace").decode() + "\n", encoding="utf-8")
        except OSError as error:
            raise ModerationError(
                f"{path}: the report cannot be written ({error.strerror}); name another file"
            ) from error
