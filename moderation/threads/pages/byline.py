"""The line of a comment that says who wrote it and when: "Par Awa, le mercredi 15 mai 2019 à 08h07"."""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.threads.dates import NOT_A_DATE, read_date

LONGEST = 200
"""Characters: a longer line is a paragraph."""
MOST = 12
"""Places that may divide name and date, of which each takes a reading of a date; real lines have at most 6."""

_FIRST = re.compile(
    r"(?:perma(?:lien|link)\s+)?"
    r"(?:(?:post[ée]e?|publi[ée]e?|soumise?|[ée]crite?|envoy[ée]e?|submitted|posted|written|verfasst|geschrieben|enviado)\s+)?"
    r"(?:(?:par|by|von|por)\s+|commentaire\s+de\s+)",
    re.IGNORECASE,
)
_LAST = re.compile(r"\s*,?\s*\b(?:par|by|von|por)(?:\s+|$)|\s+[-–—|•·]\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*,?\s+(?:le|on|am|el)\s+|\s*,\s+|\s+[-–—|•·]\s+", re.IGNORECASE)
_NUMBER = re.compile(r"#?\d{1,6}[.):]\s+")
_UNVERIFIED = re.compile(
    r"\s*\((?:non v[ée]rifi[ée]e?|not verified|nicht [üu]berpr[üu]ft|(?:no|sin) verifica(?:do|r))\)$", re.IGNORECASE
)
_SAYS = re.compile(
    r"\s+(?:a (?:dit|[ée]crit)|(?:(?:a )?(?:dit|[ée]crit|r[ée]pondu)|says|said|wrote)\s*:)\s*$", re.IGNORECASE
)
_DANGLING = re.compile(r"\s*,?\s+(?:le|on|am|el)$", re.IGNORECASE)
_TO = re.compile(r"\s*[,–-]?\s*\ben r[ée]ponse (?:à|au)\b.*", re.IGNORECASE | re.DOTALL)


class Byline(NamedTuple):
    """Who wrote a comment and when, as printed; None where the line does not say."""

    author: str | None
    written: str | None


def byline(text: str) -> Byline:
    """Take a line apart; a name that holds words such as "le" stays whole, because what follows it must be a date.

    Examples
    --------
    >>> byline("Soumis par Jean le Grand le 12 mars 2024")
    Byline(author='Jean le Grand', written='12 mars 2024')
    >>> byline("1. Le 12 mars à 10:15, par Awa, en réponse à : Issa")
    Byline(author='Awa', written='Le 12 mars à 10:15')
    >>> byline("malte am 18. Oktober 2023 - 19:48")
    Byline(author='malte', written='18. Oktober 2023 - 19:48')
    >>> byline("Répondre")
    Byline(author=None, written=None)
    """
    text = _TO.sub("", " ".join(text[: LONGEST + 1].split())).strip(" ,:")
    if len(text) > LONGEST:
        return Byline(None, None)
    first, number = _FIRST.match(text), _NUMBER.match(text)
    if first:
        return _name_first(text[first.end() :]) or Byline(name(_DANGLING.sub("", text[first.end() :])), None)
    return (
        _date_first(text)
        or _date_first(text[number.end() :] if number else "")
        or _name_first(text)
        or Byline(None, None)
    )


def is_date(text: str) -> bool:
    """Tell whether a text is a date, be it one without its year.

    Examples
    --------
    >>> is_date("22 avril 11:40"), is_date("Permalien")
    (True, False)
    """
    return read_date(text).problem != NOT_A_DATE


def _name_first(text: str) -> Byline | None:
    for between in list(_BETWEEN.finditer(text))[-MOST:]:
        if is_date(text[between.end() :]):
            return Byline(name(text[: between.start()]), text[between.end() :])
    return None


def _date_first(text: str) -> Byline | None:
    if is_date(text):
        return Byline(None, text)
    for between in reversed(list(_LAST.finditer(text))[:MOST]):  # the longest date: "15/05/2019 - 08:07 - Awa"
        if is_date(text[: between.start()]):
            return Byline(name(text[between.end() :]), text[: between.start()])
    return None


def name(text: str) -> str | None:
    """Return a name as its reader gave it.

    Examples
    --------
    >>> name("Awa K. (non vérifié),"), name("Issa dit :"), name(" ")
    ('Awa K.', 'Issa', None)
    """
    text = _SAYS.sub("", text[:LONGEST]).strip(" ,:;–—-")
    return _UNVERIFIED.sub("", text).strip(" ,:;–—-") or None
