"""Whom a comment says that it answers: readers write the name into the text where a page shows no nesting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

LONGEST = 40
"""Characters of the longest name; nicknames on the sites measured have at most 30."""

WORDS = 3
"""Of the longest name."""

_AT = re.compile(r"@(?P<space>[ \u00a0]?)(?P<name>\w[\w.’'-]*)(?P<rest>(?: [^\W\d_][\w.’'-]*){0,2}(?= ?[,:\n]))?")
_TO = re.compile(r"(?:en )?r[ée]ponse (?:à|a|au)\s+([^\n:,]{1,40}?)\s*(?:[:,\n]|$)", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w.-]{2,}(?: [^\W\d_][\w.-]*)?")  # one word or two
_CLOSES = re.compile(r" ?(?:[,:;!\n]|$)")
_TALKS = re.compile(
    r" ?(?:[,:;!\n]|(?:je |j['’]|tu |t['’]|toi\b|te |ton |ta |tes |vous |votre |vos |merci\b))", re.IGNORECASE
)

_COMMON = frozenset(
    """
    a adieu aes afrique africain africaine africains africaines ah alerte allah allez alors amen ami amis amie apres arretez
    assez attention au aucun aussi autre aux avant avec avis basta bel belle ben bien bis bizarre bof bon bonjour bonne bonsoir
    bravo burkina burkinabe c'est ca camarades car ce cedeao cela ces cet cette ceux chacun chapeau cher chere cheres chers cinema
    citoyen citoyens comme comment compatriotes complot conclusion condoleances corruption coup courage dans de debout degage
    degagez dehors demain des desole dieu dommage donc du egalement elections elle elles encore enfin enfants ensemble erreur est
    et eux excellent exactement explication face faible faso fatigue faux felicitation felicitations femmes fin force france
    francais frere freres garde gens gloire grand grande guerre ha haha helas heureusement hier hola honneur honte hourra hum
    humm ici il ils impossible inadmissible inch incroyable info internautes ivoirien ivoiriens ivoire jamais je jeunes jeunesse
    joli justice l'heure la lamentable le les leur liberte lol longue ma macron mais mal maliba malheur malheureusement malien
    maliens maliennes mali mauvais mdr mensonge mensonges merci merde mes messieurs mesdames minable moi mon monde monsieur
    madame mort n'importe nation nb niger nigeriens nom non nos notre nous nouvelle nul nulle on ok or ou oui ouf
    paix pardon parents pas patience patrie patriotes pathetique pauvre pauvres pays pensez petit peuple pitie plus politique
    pour pourquoi president prison propagande ps ptdr putain quand que quel quelle question qui quoi rappel reflexion
    regardez remarque reponse reveillez rigolo rip ridicule rien rires russe russes russie sa sacre salam salut sans scandale
    senegal senegalais senegalaises seul shame si soeur soeurs soldats son soutien stop succes suite super sur ta tant temps
    terrible tes toi ton toujours tous tout toute toutes transition traitres tres trahison triste tristesse trop tu tuez un une
    union unite urgent va vas verite victoire vigilance vite viva vive voila voir voleurs voleur vos votre vous vrai vraiment
    wallah wow yes yeah
    admin administrateur all auteur chef everyone journaliste maudit maudits moderateur redaction troll trolls webmaster
    """.split()
)
"""Words, without accents, that begin comments and are no reader's name; written for this, so not complete."""


def addressee(text: str) -> str | None:
    r"""Return the name that a comment begins with: after ``@``, after "En réponse à", or alone in capitals on a line.

    A line with a common word, or of three words and more, or with a mark at its end, is a title or a sentence; so is
    "@ maudits trolls": after a space a name has a capital, or a mark after it.

    Examples
    --------
    >>> [addressee(text) for text in ("FANGA\nTu as tort.", "@Awa non !", "En réponse à Issa : oui", "TROP CHER\nOui")]
    ['FANGA', 'Awa', 'Issa', None]
    """
    start = text[: LONGEST + 20].lstrip()
    if not (start[:1] in "@eErR" or "\n" in start):
        return None  # most comments: nothing below can be met
    if start.startswith("@"):
        return _after_at(start)
    answer = _TO.match(start)
    if answer:
        return answer[1].strip(".-’'") or None if _may_be_name(answer[1]) else None
    line, more, _ = start.partition("\n")
    line = line.strip()
    if more and line.isupper() and len(line) <= LONGEST and _NAME.fullmatch(line) and _may_be_name(line):
        return line
    return None


def named_first(text: str, names: Mapping[str, str], but: str | None = None) -> str | None:
    """Return the name of a reader with which a comment begins ("GARBA TU AS RAISON"), if what follows talks to somebody.

    Parameters
    ----------
    names
        Those of the readers of the thread by their case-folded form.
    but
        The comment's own author, whose name may sign it.

    Examples
    --------
    >>> names = {"garba": "Garba"}
    >>> named_first("GARBA TU AS RAISON BRAVO", names), named_first("Garba est parti", names)
    ('Garba', None)
    """
    start = " ".join(text[: 2 * LONGEST].partition("\n")[0].split())
    words = start.split(" ")
    for count in range(min(WORDS + 1, len(words)), 0, -1):
        said = " ".join(words[:count])
        bare = said.rstrip(",:;!.")
        name = names.get(bare.casefold())
        if name is None or name == but or not _may_be_name(name):
            continue
        rest = start[len(bare) :]
        shouted = len(bare) > 3 and bare.isupper() and not start.isupper()  # "CINDY Aucun rapport"
        if shouted or _TALKS.match(rest) or (not rest and "\n" in text):
            return name
    return None


def _after_at(start: str) -> str | None:
    found = _AT.match(start)
    if found is None:
        return None
    name, rest = found["name"].strip(".-’'"), found["rest"] or ""
    after = start[found.end("name") :]
    if not _may_be_name(name):
        return None
    if found["space"] and not name[0].isupper() and not _CLOSES.match(after) and not any(map(str.isdigit, name)):
        return None
    words = rest.split()
    whole = words and all(word[0].isupper() and _may_be_name(word) for word in words) and name[0].isupper()
    return name + rest if whole else name or None


def _may_be_name(text: str) -> bool:
    words = [_plain(word) for word in text.split()]
    return 0 < len(words) <= WORDS and not any(word in _COMMON for word in words)


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip(".,!-")
