"""A decision as one sentence that a person can read: the words that caused it."""

from __future__ import annotations

import re

from moderation.readings import Judged

LONGEST_WORD = 60  # characters
MOST_WORDS = 10  # or phrases, named in a sentence
_GAP = re.compile(r"[ '’\u00a0\u202f-]{1,2}")  # between words of one phrase
_SENTENCES = {
    "fr": ("Mots à l’origine du signalement : ", "« {} »", "Signalé pour : "),
    "en": ("Words that caused it: ", "“{}”", "Flagged for: "),
}
_FAILED = {
    "fr": "La modération automatique a échoué : à vérifier par une personne",
    "en": "Automatic moderation failed: to be checked by a person",
}
_NAMES = {
    "fr": {
        "capitals": "majuscules",
        "email": "adresse e-mail",
        "exclamation": "points d’exclamation",
        "flood": "message répété",
        "insult": "insulte",
        "leet": "lettres remplacées par des chiffres",
        "link": "lien",
        "masked": "lettres masquées",
        "money": "somme d’argent",
        "phone": "numéro de téléphone",
        "spaced": "lettres espacées",
        "stretched": "lettres répétées",
        "unknown": "à vérifier par une personne",
    },
    "en": {
        "capitals": "capital letters",
        "email": "e-mail address",
        "exclamation": "exclamation marks",
        "flood": "repeated message",
        "leet": "letters replaced by digits",
        "link": "link",
        "masked": "masked letters",
        "money": "amount of money",
        "phone": "phone number",
        "spaced": "spaced letters",
        "stretched": "repeated letters",
        "unknown": "to be checked by a person",
    },
}


def sentence(judged: Judged, language: str = "fr") -> str:
    """Return the words that caused a decision, for the author of the comment: in English for "en", else in French.

    Where no word did, what else was noticed, or the labels.
    """
    tongue = _tongue(language)
    heading, quotes, plain_heading = _SENTENCES[tongue]
    if phrases := _phrases(judged)[:MOST_WORDS]:
        return heading + ", ".join(quotes.format(phrase[:LONGEST_WORD]) for phrase in phrases)
    decision = judged.decision
    markers = [reason.marker for reason in decision.reasons if reason.marker is not None]
    names = [*dict.fromkeys(markers or decision.labels)] or ["unknown"]
    return plain_heading + ", ".join(_NAMES[tongue].get(name, name) for name in names[:MOST_WORDS])


def failure(language: str = "fr") -> str:
    """Return what is said of a comment about which nothing could be decided."""
    return _FAILED[_tongue(language)]


def _tongue(language: str) -> str:
    return "en" if language.lower().startswith("en") else "fr"


def _phrases(judged: Judged) -> list[str]:
    """Return the words of the reasons, neighbours as one phrase, in the order of the strongest word of each."""
    text, reasons = judged.text, judged.decision.reasons
    ranges = sorted((reason.start, reason.end, place) for place, reason in enumerate(reasons) if reason.marker is None)
    joined: list[tuple[int, int, int]] = []
    for start, end, place in ranges:
        if joined and (start <= joined[-1][1] or _GAP.fullmatch(text, joined[-1][1], start)):
            first, last, best = joined.pop()
            joined.append((first, max(last, end), min(best, place)))
        else:
            joined.append((start, end, place))
    joined.sort(key=lambda phrase: phrase[2])
    return [*dict.fromkeys(" ".join(text[start:end].split()) for start, end, _ in joined)]
