"""The lines before a comment that pages print: its author and its date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from moderation.threads.headings import announces
from moderation.threads.pasted.dated import HINT, dated_at_end, is_date
from moderation.threads.pasted.footers import AROUND, LONGEST, footer

NAME = 50  # characters of the longest name, and words
NAME_WORDS = 6

SAID, DATE_FIRST, NAME_FIRST, STACKED = "said", "date first", "name first", "name above date"
"""Kinds of headers: "Awa dit :", "Le 12 mars à 10:15, par Awa", "Awa, le 12 mars à 10:15", the same on two lines."""

BYLINE, DATE_ALONE = "byline", "date alone"
"""Those that say little of themselves: articles have "Par Awa, le 12 mars à 10:15", and any page has dates."""


class Header(NamedTuple):
    """What the lines before a comment say.

    Parameters
    ----------
    kind
        One of the constants of this module.
    author, written
        As printed; None without one.
    to
        What "En réponse à" names: a reader, or the title of what is answered.
    lines
        How many lines it takes.
    number
        Of the comment, where the page counts them.
    title
        That its author gave it, as SPIP prints it before the date.
    """

    kind: str
    author: str | None
    written: str | None
    to: str | None = None
    lines: int = 1
    number: int | None = None
    title: str | None = None


def header_at(lines: Sequence[str], at: int) -> Header | None:
    """Return the header that begins on a line.

    Examples
    --------
    >>> header_at(["Le 12 mars à 10:15, par Awa En réponse à : Issa"], 0)
    Header(kind='date first', author='Awa', written='Le 12 mars à 10:15', to='Issa', lines=1, number=None, title=None)
    >>> header_at(["Auteur", "Anonyme", "En Mars, 2018 (22:50 PM)", "Bravo"], 0)[:3]
    ('name above date', 'Anonyme', 'En Mars, 2018 (22:50 PM)')
    >>> header_at(["Par Awa Traoré", "Publié mardi 2 mars 2024 à 10:15"], 0)  # an article's
    """
    line = lines[at]
    if not line or len(line) > LONGEST or footer(line) is not None:
        return None
    number = _NUMBERED.match(line)
    text = _ROLE.sub(" ", line[number.end() :] if number else line)
    found = _said(text, lines, at) or _on_one_line(text) or _stacked(text, lines, at) or _date_alone(text)
    if found is None:
        return None
    if found.kind == DATE_FIRST and found.to is None:
        found = _with_reader_below(found, lines, at)
    below = _next(lines, at + found.lines - 1)
    if below is not None and lines[below] == ":":  # SPIP prints it below the date
        found = found._replace(lines=below - at + 1)
    return found._replace(number=int(number[1] or number[2])) if number else found


def waits(line: str) -> bool:
    """Tell whether a line says that the comment waits for a moderator.

    Examples
    --------
    >>> waits("Votre commentaire est en attente de modération.")
    True
    """
    return len(line) <= LONGEST and _WAITS.fullmatch(line) is not None


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of a reader: a few words with no mark at their end.

    Examples
    --------
    >>> is_name("Le Goupil33"), is_name("Par Awa Traoré"), is_name("Il a raison.")
    (True, False, False)
    """
    return (
        0 < len(text) <= NAME
        and len(text.split()) <= NAME_WORDS
        and _NAME.fullmatch(text) is not None
        and not _BYLINE.match(text)
        and not is_date(text)
        and footer(text) is None
        and not announces(text)
    )


def _said(text: str, lines: Sequence[str], at: int) -> Header | None:
    match = _SAID.fullmatch(text)
    if match is None or not is_name(match["name"].rstrip(".")):  # "H. K. dit :"
        return None
    rest = _AFTER_DATE.sub("", match["rest"]).strip(" :,.…")
    if is_date(rest):
        return Header(SAID, match["name"], rest)
    if rest:
        return None
    below = _date_below(lines, at)
    if below is not None:
        return Header(SAID, match["name"], below[1], lines=below[0] - at + 1)
    return Header(SAID, match["name"], None) if re.search(r"[:…]|\.\.\.", match["rest"]) else None


def _on_one_line(text: str) -> Header | None:
    if not HINT.search(text):
        return None
    by = _DATE_BY.fullmatch(text)
    if by and is_date(by["date"]) and not _PUBLISHED.match(by["date"]):
        name = _clean(by["name"])
        return Header(DATE_FIRST, name, by["date"].strip(" ,"), by["to"]) if is_name(name) else None
    titled = dated_at_end(by["date"]) if by else None
    if by and titled and _CLOCK.search(titled[1]) and _TITLE.fullmatch(titled[0]) and is_name(_clean(by["name"])):
        return Header(DATE_FIRST, _clean(by["name"]), titled[1].strip(" ,"), title=titled[0].strip(" ,"))
    name, date = dated_at_end(_AFTER_DATE.sub("", text)) or ("", "")
    posted = _POSTED.match(name)
    named = name[posted.end() :] if posted else name
    arrow = _TO.split(_clean(named), maxsplit=1) if "•" in named else [_clean(named)]
    kind = BYLINE if posted and posted[0].lower().startswith(("par", "by")) else NAME_FIRST
    to = arrow[1] if len(arrow) > 1 else None
    return Header(kind, arrow[0], date, to) if is_name(arrow[0]) and not _PUBLISHED.match(date) else None


def _stacked(text: str, lines: Sequence[str], at: int) -> Header | None:
    """Read a name, or the word "Auteur" and a name, or a name and "Invité", above a date."""
    below = _date_below(lines, at)
    if below is not None and _LABEL.fullmatch(text):
        return Header(STACKED, None, below[1], lines=below[0] - at + 1)
    if below is None:
        second = _next(lines, at)
        below = _date_below(lines, second) if second is not None else None
        if second is None or below is None:
            return None
        alone = second == at + 1 and (at == 0 or not lines[at - 1])  # else the name may be the end of a comment
        if not _LABEL.fullmatch(text) and not (alone and _VISITOR.fullmatch(lines[second])):
            return None
        text = lines[second] if _LABEL.fullmatch(text) else text
    name = _clean(text)
    return Header(STACKED, name, below[1], lines=below[0] - at + 1) if is_name(name) else None


def _date_alone(text: str) -> Header | None:
    return Header(DATE_ALONE, None, text) if is_date(text) and not _PUBLISHED.match(text) else None


def _with_reader_below(found: Header, lines: Sequence[str], at: int) -> Header:
    below = _next(lines, at)
    answer = _IN_ANSWER.fullmatch(lines[below]) if below is not None and len(lines[below]) <= LONGEST else None
    return found._replace(to=answer[1], lines=below - at + 1) if below is not None and answer else found


def _date_below(lines: Sequence[str], at: int) -> tuple[int, str] | None:
    """Return where the date stands that follows a line, and the date."""
    below = _next(lines, at)
    if below is None or len(lines[below]) > LONGEST or not HINT.search(lines[below]):
        return None
    date = _AFTER_DATE.sub("", lines[below])
    return (below, date) if is_date(date) and not _PUBLISHED.match(date) else None


def _next(lines: Sequence[str], at: int) -> int | None:
    """Return the next line with text; at most one blank one stands between."""
    return next((below for below in range(at + 1, min(at + 3, len(lines))) if lines[below]), None)


def _clean(name: str) -> str:
    return _NOT_VERIFIED.sub("", name).strip(AROUND)


_NUMBERED = re.compile(
    r"(?:[+−–-]?\d{1,5} )?#(\d{1,5})\s+|#?(\d{1,5})[.)](?:\s+|(?=[^\W\d]))"
)  # JComments: "+3 #2 Awa"
_CLOCK = re.compile(r"\d ?[:h] ?\d")  # else it may be the title and the day of an article
_TITLE = re.compile(r".*\S\s*,\s*")
_TO = re.compile(r"\s{2,}|\s*[›▶►→]\s*")  # Disqus prints an arrow between two names
_SAID = re.compile(
    r"(?P<name>\S.{0,60}?)\s+(?:a\s+)?(?:dit|[ée]crit|r[ée]pond(?:u)?|says|said|wrote|commented|sagte?|schreibt|schrieb|dijo|dice)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_DATE_BY = re.compile(
    r"(?P<date>.{6,150}?),?\s+(?:post[ée] |[ée]crit )?(?:par|by)\s*:?\s+(?P<name>.{1,60}?)"
    r"(?:[\s,–—-]*en r[ée]ponse [àa]\s*:?\s*(?P<to>.*))?",
    re.IGNORECASE,
)
_IN_ANSWER = re.compile(r"en r[ée]ponse [àa]\s*:\s*(.+)", re.IGNORECASE)
_AFTER_DATE = re.compile(
    r"[\s|·•(-]+(?:permalien|permalink|permanenter link|modifier|edit|modifi[ée]|r[ée]pondre|reply|antworten|responder"
    r"|depuis mobile|alerter|#)[\s|·•)]*$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\s(?:auteur(?: de l['’]article)?|autor|(?:post )?author)\s*(?=\d)", re.IGNORECASE
)  # the journalist's
_POSTED = re.compile(
    r"(?:(?:post[ée]|[ée]crit|soumis|envoy[ée]|posted|submitted|commentaire)\s+(?:par|by|de)|de|from|par|by)\s*:?\s+",
    re.IGNORECASE,
)
_NOT_VERIFIED = re.compile(
    r"\s*\((?:non v[ée]rifi[ée]|not verified)\)\s*|[\s,|•·—–-]+(?:le|on|am|el)?\s*$", re.IGNORECASE
)
_PUBLISHED = re.compile(r"publi|mis |modifi|r[ée]dig|updated|published|date\b", re.IGNORECASE)
_BYLINE = re.compile(r"(?:par|by|publi[ée]|source|photo|lire|date)\b", re.IGNORECASE)
_NAME = re.compile(r"(?=.*\w)[^\s.!?;:,…].*[^\s.!?;:,…]|\w")
_LABEL = re.compile(r"(?:auteur|author|reply[_ ]author|pseudo|nom)\s*:?", re.IGNORECASE)
_VISITOR = re.compile(r"anonyme|invit[ée]|visiteur|membre|guest|anonymous|member", re.IGNORECASE)
_WAITS = re.compile(
    r"(?:votre commentaire est )?en attente de (?:mod[ée]ration|validation|approbation)\.?(?: ceci est .*)?"
    r"|your comment is awaiting (?:moderation|approval)\.?(?: this is .*)?",
    re.IGNORECASE,
)
