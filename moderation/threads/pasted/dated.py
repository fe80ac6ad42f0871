"""Dates on the lines around a comment: a line that is one, or that ends with one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from moderation.threads.dates import NOT_A_DATE, read_date

TRIES = 4  # places of a line where a date may begin


@lru_cache(maxsize=4096)  # the same line is asked about as a date, and for the name above it
def is_date(text: str) -> bool:
    """Tell whether a text is a date as pages print it, and nothing else.

    Examples
    --------
    >>> is_date("29 février 2024 at 10 h 41 min"), is_date("il y a 3 heures"), is_date("2024")
    (True, True, False)
    """
    return HINT.search(text) is not None and read_date(text).problem != NOT_A_DATE


def dated_at_end(text: str) -> tuple[str, str] | None:
    """Cut a line before the date at its end.

    Examples
    --------
    >>> dated_at_end("Awa, le 12 mars à 10:15")
    ('Awa, ', 'le 12 mars à 10:15')
    """
    if not HINT.search(text):
        return None
    return next(((text[:at], text[at:]) for at in _date_starts(text) if is_date(text[at:])), None)


def _date_starts(text: str) -> Iterator[int]:
    for match, _ in zip(_DATE_START.finditer(text), range(TRIES), strict=False):
        yield match.start()


_MONTHS = (
    "janv|f[ée]v|mars|avr|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c|jan|feb|apr|may|june?|july?|aug|mar(?:ch)?|sep|dec"
    "|jän|märz|juni|juli|okt|dez|ene|abr|ago|dic"
)
_DAYS = "lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun"
HINT = re.compile(
    rf"\d(?:er|st|nd|rd|th)?[ ./-]{{0,2}}(?:de |of )?(?:{_MONTHS})|(?:{_MONTHS})[a-zé]*\.?,? \d"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|il y a |[àa] l['’]instant|just now|\bago\b|\bhier\b|aujourd|yesterday|\btoday\b",
    re.IGNORECASE,
)
_DATE_START = re.compile(
    rf"(?<![^\s,(|•·—–-])(?:le |on |en |am |el )?(?=\d|il y a |[àa] l['’]instant|just now|hier|aujourd|yesterday|today|an? "
    rf"|(?:{_DAYS}|{_MONTHS})[a-zé]*\b)",
    re.IGNORECASE,
)
