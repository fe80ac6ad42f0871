"""Reasons on the wire: in headers of our own, and as one sentence for the author of a comment."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from moderation.scores import Reason
from moderation.service.bodies import Judged

#: Bytes of the header that names the words: proxies take 4,096 for all the headers of an answer.
LONGEST_HEADER = 1_500
LONGEST_WORD = 60  # characters
MOST_WORDS = 10  # or phrases, named in a sentence
_GAP = re.compile(r"[ '’\u00a0\u202f-]{1,2}")  # between words of one phrase
_SAFE = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ "  # what a header may hold, without the percent sign
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


def headers(judged: Judged) -> dict[str, str]:
    """Return the headers that say what was decided and why, in ASCII, of bounded size.

    ``X-Moderation-Words`` is JSON, strongest reason first, with what is not ASCII, and the percent sign, percent-encoded as in
    a URL. ``start`` and ``end`` are code points of the comment as it was sent; they are left out where HTML was read.
    ``X-Moderation-Words-Left-Out`` counts the reasons that had no room.
    """
    decision = judged.decision
    scores = {label: round(p, 4) for label, p in decision.scores.probabilities.items()}
    kept: list[str] = []
    size = 2
    for reason in decision.reasons:
        written = quote(_json(row(reason, judged.exact)), safe=_SAFE, errors="replace")
        size += len(written) + 1
        if size > LONGEST_HEADER:
            break
        kept.append(written)
    found = {
        "X-Moderation-Model": decision.model_id,
        "X-Moderation-Policy": decision.policy_id,
        "X-Moderation-Action": decision.action,
        "X-Moderation-Score": json.dumps(scores, separators=(",", ":")),
        "X-Moderation-Words": f"[{','.join(kept)}]",
    }
    if len(kept) < len(decision.reasons):
        found["X-Moderation-Words-Left-Out"] = str(len(decision.reasons) - len(kept))
    return found


def row(reason: Reason, exact: bool = True) -> dict[str, Any]:
    """Return a reason as plain values; without its place where the text is not the one that was sent."""
    found: dict[str, Any] = {"label": reason.label}
    if exact:
        found |= {"start": reason.start, "end": reason.end}
    if reason.marker is not None:
        return found | {"marker": reason.marker}
    found["text"] = reason.text[:LONGEST_WORD]
    return found if reason.rule is None else found | {"rule": reason.rule}


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


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
