"""Dates of comments as pages and exports write them, French first: English, German and Spanish months too.

A printed date is rewritten in ISO 8601 and then read as such, so that one function judges what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from unicodedata import category, normalize

NOT_A_DATE = "not a date"
NO_YEAR = "no year"
NO_DAY = "no day"
NO_TIME = "no time of day"
NO_ZONE = "no time zone"
RELATIVE = "relative to an unknown day"

LONGEST = 100  # characters: a longer text is a paragraph
YEARS = range(1990, 2101)  # of numbers and printed dates; only ISO 8601 leaves no doubt what the year is


class Reading(NamedTuple):
    """What a written date says.

    Parameters
    ----------
    date
        With a time zone; None where the day is not known.
    problem
        None where nothing is missing, else a constant of this module. With `NO_ZONE` the time is read in the zone
        given to `read_date`; with `NO_TIME` the date is the midnight there that begins the day.

    Examples
    --------
    >>> read_date("22 avril 11:40")
    Reading(date=None, problem='no year')
    """

    date: datetime | None
    problem: str | None


def read_date(written: str, zone: tzinfo = UTC, now: datetime | None = None) -> Reading:
    """Read a date: ISO 8601, Unix seconds or milliseconds, e-mail, or as printed on a page.

    The day stands before the month in "03/01/2024", unless no month has that number. Nothing is made up: a date
    without its year, or with two digits of it, is None.

    Parameters
    ----------
    written
        The date with nothing else but words such as "Publié le"; no text raises an error.
    zone
        Of dates that name none.
    now
        When the page was made, with a time zone: "il y a 3 heures" counts from here.

    Examples
    --------
    >>> reading = read_date("Le mercredi 15 mai 2019 à 08h07")
    >>> reading.date.isoformat(), reading.problem
    ('2019-05-15T08:07:00+00:00', 'no time zone')
    """
    text = written.strip()
    if text[4:8:3] == "--" and text[10:11] in "Tt ":  # a test without a regex: exports hold 200,000 such dates
        reading = _iso(text, zone)
        if reading.date:
            return reading
    text = _folded(text)
    if _NUMBER.fullmatch(text):
        return _unix(float(text))
    if _BASIC.match(text):
        return _iso(text.upper(), zone)
    return _printed(text, zone) or _relative(text, zone, now) or Reading(None, NOT_A_DATE)


def _iso(text: str, zone: tzinfo) -> Reading:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return Reading(None, NOT_A_DATE)
    if date.tzinfo:
        return Reading(date, None)
    placed = datetime.combine(date, date.time(), zone)  # four times as fast as replace()
    return Reading(placed, NO_TIME if len(text) <= len("2024-03-01") else NO_ZONE)


def _unix(number: float) -> Reading:
    seconds = number / 1000 if number >= 1e11 else number  # 1e11 seconds are in the year 5138
    date = datetime.fromtimestamp(seconds, UTC)
    return Reading(date, None) if date.year in YEARS else Reading(None, NOT_A_DATE)


def _printed(text: str, zone: tzinfo) -> Reading | None:
    match = _first(_DATES, text)
    if match is None:
        return None
    parts = match.groupdict(default="")
    if "day" not in parts:
        return Reading(None, NO_DAY)
    day, month, year = parts["day"], parts["month"], parts["year"]
    if len(year) < len("2024"):
        return Reading(None, NO_YEAR)
    if int(year) not in YEARS:
        return Reading(None, NOT_A_DATE)
    return _iso(f"{year}-{_MONTHS.get(month, month):0>2}-{day:0>2}{_iso_time(parts)}", zone)


def _iso_time(parts: dict[str, str]) -> str:
    """Return the time of day that `_TIME` found, with what stands for its zone."""
    if not parts["hour"]:
        return ""
    hour = int(parts["hour"])
    if parts["half"] and hour <= 12:  # sites print "22:50 PM" too
        hour = hour % 12 + 12 * (parts["half"] == "p")
    minute = parts["minute"] or parts["minutes"]
    offset = parts["offset"] or ("Z" if parts["utc"] else "")
    return f"T{hour:02}:{minute:0>2}:{parts['second']:0>2}{parts['fraction']}{offset}"


def _relative(text: str, zone: tzinfo, now: datetime | None) -> Reading | None:
    match = _first(_AGO, text)
    if match is None:
        return None
    if now is None:
        return Reading(None, RELATIVE)
    parts = {"unit": "day", "hour": ""} | match.groupdict(default="")
    unit = _UNITS[parts["unit"]]
    if unit is None:
        return Reading(None, NO_DAY)
    exact = unit < timedelta(days=1)
    try:
        date = now.astimezone(UTC if exact else zone) - unit * int(_COUNTS.get(parts["count"], parts["count"]))
    except OverflowError:  # before the year 1
        return Reading(None, NOT_A_DATE)
    return Reading(date, None) if exact else _iso(f"{date.date()}{_iso_time(parts)}", zone)


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)


def _folded(text: str) -> str:
    """Return a text in lower case without accents and punctuation; nothing for one that is too long."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        return ""
    letters = (sign for sign in normalize("NFKD", text) if category(sign) not in {"Mn", "Cf"})
    return " ".join(_PUNCTUATION.sub(" ", "".join(letters).lower()).replace("’", "'").split())


def _abbreviated(table: str) -> dict[str, str]:
    """Return the number of each name, such as "07", and of its beginnings that are of one number alone."""
    numbers: dict[str, set[int]] = {}
    for number, names in enumerate(table.split("/"), start=1):
        for name in names.split():
            for length in range(3, len(name) + 1):
                numbers.setdefault(name[:length], set()).add(number)
    return {name: f"{found.pop():02}" for name, found in numbers.items() if len(found) == 1}


def _compiled(*patterns: str) -> list[re.Pattern[str]]:
    words = "|".join([*_WEEKDAYS, *"poste postee publie publiee ecrit posted published on le am el en in".split()])
    return [re.compile(f"(?:(?:{words}) )*{pattern}", re.ASCII) for pattern in patterns]


# Names without accents, as `_folded` leaves them
_MONTHS = _abbreviated(
    "janvier january januar janner enero/fevrier february februar febrero/mars march marz marzo/avril april abril"
    "/mai may mayo/juin june juni junio/juillet july juli julio/aout august agosto"
    "/septembre september septiembre setiembre/octobre october oktober octubre/novembre november noviembre"
    "/decembre december dezember diciembre"
)
_WEEKDAYS = _abbreviated(
    "lundi monday montag lunes/mardi tuesday dienstag martes/mercredi wednesday mittwoch miercoles"
    "/jeudi thursday donnerstag jueves/vendredi friday freitag viernes/samedi saturday samstag sabado"
    "/dimanche sunday sonntag domingo"
)
_DAYS = {
    "a l'instant": "0",
    "just now": "0",
    "aujourd'hui": "0",
    "today": "0",
    "hier": "1",
    "yesterday": "1",
    "avant-hier": "2",
}
_COUNTS = _DAYS | dict.fromkeys(("un", "une", "a", "an", "one"), "1")
_UNITS: dict[str, timedelta | None] = (
    dict.fromkeys("s sec seconde secondes second seconds".split(), timedelta(seconds=1))
    | dict.fromkeys("m mn min mins minute minutes".split(), timedelta(minutes=1))
    | dict.fromkeys("h heure heures hour hours hr hrs".split(), timedelta(hours=1))
    | dict.fromkeys("j jour jours d day days".split(), timedelta(days=1))
    | dict.fromkeys("semaine semaines week weeks mois month months an ans annee annees year years".split())  # too rough
)

_BASIC = re.compile(r"\d{8}(?:t|\Z)", re.ASCII)  # 20240301T080000Z
_NUMBER = re.compile(r"\d{9,13}(?:\.\d{1,9})?", re.ASCII)
_PUNCTUATION = re.compile(r"[,()\[\]@|·•]|[.:](?!\d)|(?<!\S)[-–—/](?!\S)")
_TIME = (
    r"(?: (?:(?:a|at|um|a las?) )?(?P<hour>\d\d?)"
    r"(?:[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d+)?)?"
    r"| ?h(?:eures?)?(?: ?(?P<minutes>\d\d?)(?: ?m(?:i?n(?:utes?)?)?)?)?|(?= ?[ap] ?m))"
    r"(?: uhr)?(?: ?(?P<half>[ap]) ?m)?(?: ?(?:(?P<utc>z|utc|gmt)|(?:utc|gmt)?(?P<offset>[+-]\d\d:?\d\d)))?)?"
)
_DAY = r"(?P<day>\d\d?)"
_NAME = f"(?P<month>{'|'.join(_MONTHS)})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_YEAR = r"(?P<year>\d\d\d\d|\d\d)"
_DATES = _compiled(
    f"{_DAY}(?:er|st|nd|rd|th|o)?[ ./-](?:de |of )?{_NAME}(?:[ ./-](?:del? )?{_YEAR})?{_TIME}",
    f"{_NAME} {_DAY}(?:st|nd|rd|th)?(?: {_YEAR})?{_TIME}",
    f"{_NAME} {_YEAR}{_TIME}",
    f"{_DAY}(?P<sign>[/.-]){_MONTH}(?:(?P=sign){_YEAR})?{_TIME}",
    f"{_MONTH}(?P<sign>[/.-]){_DAY}(?:(?P=sign){_YEAR})?{_TIME}",
    f"{_YEAR}(?P<sign>[/.-]){_MONTH}(?P=sign){_DAY}{_TIME}",
)
_AMOUNT = rf"(?P<count>\d{{1,4}}|une?|an?|one) ?(?P<unit>{'|'.join(_UNITS)})"
_AGO = _compiled(f"(?P<count>{'|'.join(_DAYS)}){_TIME}", f"il y a (?:environ )?{_AMOUNT}", f"(?:about )?{_AMOUNT} ago")
