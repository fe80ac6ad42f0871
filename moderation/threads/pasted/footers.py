"""The line after a comment that pages print: "Répondre", with its likes and its date."""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.threads.pasted.dated import dated_at_end, is_date

LONGEST = 160  # characters of the longest line that is looked at; a longer one is a paragraph
AROUND = " \t\u00a0\u202f,:;|•·—–-[](){}»›>#↩↳↓▼"


class Footer(NamedTuple):
    """What the line after a comment says: when it was written, how many like it, by whom it is; None without."""

    written: str | None = None
    likes: int | None = None
    author: str | None = None


def footer(line: str, author: str | None = None) -> Footer | None:
    """Return what a line of links after a comment says, None for any other line.

    Examples
    --------
    >>> footer("J’aime · Répondre · 2 · 3 h"), footer("Répondre à Awa", "Awa"), footer("J'aime ce pays")
    (Footer(written='il y a 3 h', likes=2, author=None), Footer(written=None, likes=None, author=None), None)
    >>> footer("Écrit par : Awa | 17/09/2014")
    Footer(written='17/09/2014', likes=None, author='Awa')
    """
    if len(line) > LONGEST:
        return None
    signed = _SIGNED.fullmatch(line)
    if signed and is_date(signed["date"]):
        return Footer(signed["date"], author=signed["name"])
    if not _ANSWER.search(line):
        return None
    text = line.strip(AROUND)
    named = _ANSWER_TO.fullmatch(text)
    if named:
        return Footer() if _ITSELF.match(named[1]) or _same(named[1], author) else None
    before, date = dated_at_end(text) or (text, None)
    links = before.strip(AROUND)
    if not _LINKS.fullmatch(links):
        return None
    ago, likes = _SHORT_AGO.search(links), _LIKES.search(_SHORT_AGO.sub("", links))
    return Footer(date or (f"il y a {ago[0]}" if ago else None), int(likes[0]) if likes else None)


def _same(name: str, author: str | None) -> bool:
    return author is not None and name.strip(AROUND).casefold() == author.casefold()


_ANSWER = re.compile(r"r[ée]pon(?:dre|se)|reply|antwort|responder|signaler|alerter|citer|supprimer", re.IGNORECASE)
_SIGNED = re.compile(r"[ée]crit par\s*:\s*(?P<name>[^|]{1,60}?)\s*\|\s*(?P<date>[^|]+?)", re.IGNORECASE)  # Hautetfort
_ANSWER_TO = re.compile(r"(?:r[ée]pondre [àa]|reply to)\s+(.+)", re.IGNORECASE)
_ITSELF = re.compile(r"(?:ce|cet) (?:message|commentaire|avis)$|this comment$|cela$", re.IGNORECASE)
_UNIT = r"\d{1,3} ?(?:sem|min|mois|ans?|hrs?|[smhjdwy])\b\.?"
_SHORT_AGO = re.compile(_UNIT, re.IGNORECASE)
_LIKES = re.compile(r"\d{1,6}")
_LINK = (
    rf"(?:r[ée]pondre|reply|antwort(?:en)?|responder|j['’]aime|je n['’]aime pas|like|partager|share|citer|supprimer"
    rf"|quote|alerter|report"
    rf"|modifi[ée]r?|edited|edit|signaler(?: un abus| (?:ce |le )?(?:commentaire|message))?|{_UNIT}|\d{{1,6}})"
)
_LINKS = re.compile(rf"{_LINK}(?:[\s·•|/,›»()-]+{_LINK})*|r[ée]pondresupprimer", re.IGNORECASE)
