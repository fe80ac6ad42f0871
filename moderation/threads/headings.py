"""What a page prints around its comments: how many there are, where they end, why there are none."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 250
"""Characters of the longest line that is matched: a longer one is a paragraph."""

_NUMBER = (
    r"(\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d{1,7}|une?|one|aucune?|pas (?:encore )?de|no|eine?|(?:noch )?keine?|un[oa]"
    r"|ning[uú]na?|sin|no hay)"
)
_NOUN = (
    r"(?:(?:commentaire|r[ée]action|r[ée]ponse|r[ée]flexion|contribution)(?:s|\(s\))?|avis|comments?|comment\(s\)"
    r"|repl(?:y|ies)|responses?|thoughts?|messages? de forum"
    r"|kommentare?|antwort(?:en)?|erg[äa]nzung(?:en)?|gedanken?|meinung(?:en)?|reaktion(?:en)?"
    r"|comentarios?|respuestas?|opini[óo]n(?:es)?|reacci[óo]n(?:es)?|pensamientos?)"
)
_ARTICLE = (  # … sur « title », or … read them below
    r"(?:\s+(?:au sujet de|à propos de|sur|pour|à|on|to|zu|über|en|sobre|a)\s+[«‹“”„\"‘'].*"
    r"|\s*(?:…|\.\.\.)\s*(?:read|add)\b.*|\s+(?:pour (?:le moment|l['’]instant)|yet|vorhanden|todav[ií]a))"
)
_BEFORE = r"(?:(?:il y a|il n['’]y a|se han publicado|es gibt|there (?:are|is))\s+)?"
_COUNTED = re.compile(rf"{_BEFORE}{_NUMBER}\s+{_NOUN}(?:{_ARTICLE}|\s*:?)", re.IGNORECASE)
_COUNTED_AFTER = re.compile(rf"(?:(?:les|vos)\s+)?{_NOUN}\s*[(:\[]\s*{_NUMBER}\s*[)\]]?", re.IGNORECASE)
# "Réactions :" is no heading: articles list those of politicians under it
_UNCOUNTED = re.compile(
    r"(?:(?:les|vos)\s+)?commentaires?\s*:?|(?:comments?|kommentare|comentarios)\s*:?"
    r"|(?:laisse[rz]|ajoute[rz]|poste[rz]) un commentaire|leave a (?:comment|reply)",
    re.IGNORECASE,
)
_END = re.compile(
    r"r[ée]pondre\b.{0,40}$|(?:laisse[rz]|ajoute[rz]|poste[rz]) (?:un commentaire|une r[ée]ponse)"
    r"|votre adresse e-?mail|annuler la r[ée]ponse|vous devez .{0,30}(?:connect|identifi)"
    r"|(?:les )?commentaires sont ferm[ée]s|leave a (?:comment|reply)"
    r"|please enter your (?:comment|name)|your e-?mail address"
    r"|(?:nouveau commentaire|un message, un commentaire|(?:enregistrer|publier|[ée]crire|envoyer|poster) un commentaire"
    r"|rafra[îi]chir la liste des commentaires)\W*$",
    re.IGNORECASE,
)
_WHY_NONE = {
    "comments are for subscribers only": re.compile(
        r"\b(?:commentaire|contribution|r[ée]action|discussion|[ée]change)s?\b.{0,60}"
        r"\br[ée]serv[ée]e?s? aux abonn[ée]s",
        re.IGNORECASE,
    ),
    "comments are closed": re.compile(
        r"\bcommentaires (?:sont|ont [ée]t[ée]) (?:d[ée]sormais )?(?:ferm|d[ée]sactiv)[ée]s"
        r"|\b(?:comments|comment section) (?:are|is|have been) (?:now )?(?:closed|off\b|disabled)"
        r"|\b(?:kommentare|kommentarfunktion) (?:sind|ist|wurden?) (?:\w+ )?(?:geschlossen|deaktiviert)"
        r"|\bcomentarios (?:est[áa]n )?(?:cerrados|desactivados)",
        re.IGNORECASE,
    ),
}
_MARKS = re.compile(r"^#{1,6}\s+(?:\*\*)?|^\*\*(?=\S)|\*\*$")
_ONE = ("un", "une", "one", "ein", "eine", "uno", "una")


def announced(line: str) -> int | None:
    """Return how many comments a heading announces; None where the line says no number.

    Examples
    --------
    >>> lines = ("21 COMMENTAIRES", "Commentaires (5)", "Aucun commentaire", "5 ministres")
    >>> [announced(line) for line in lines]
    [21, 5, 0, None]
    """
    composed = _composed(line)
    match = _COUNTED.fullmatch(composed) or _COUNTED_AFTER.fullmatch(composed)
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[1])
    return int(digits) if digits else int(match[1].lower() in _ONE)


def announces(line: str) -> bool:
    """Tell whether a line is a heading of comments, with a number or without.

    Examples
    --------
    >>> announces("Laisser un commentaire"), announces("Commentaires via Facebook :")
    (True, False)
    """
    return announced(line) is not None or _UNCOUNTED.fullmatch(_composed(line)) is not None


def ends(line: str) -> bool:
    """Tell whether a line begins what pages print after the comments, such as the form for a new one.

    Examples
    --------
    >>> ends("RÉPONDRE"), ends("Répondre à cela demande du courage et je n'en vois pas beaucoup")
    (True, False)
    """
    return _END.match(_composed(line)) is not None


def why_none(line: str) -> str | None:
    """Return why a page shows no comments, where a line says it.

    Examples
    --------
    >>> why_none("L’espace des contributions est réservé aux abonnés.")
    'comments are for subscribers only'
    """
    composed = _composed(line)
    return next((note for note, pattern in _WHY_NONE.items() if pattern.search(composed)), None)


def bare(line: str) -> str:
    """Return a line without the marks that Markdown gives a heading.

    Examples
    --------
    >>> bare("### **3 commentaires**"), bare("#Mali : le riz")
    ('3 commentaires', '#Mali : le riz')
    """
    return _MARKS.sub("", line)


def _composed(line: str) -> str:
    """Return a line with its accents composed and without marks of Markdown; nothing for a paragraph, which is no heading."""
    return unicodedata.normalize("NFC", bare(line.strip())) if len(line) <= LONGEST else ""
