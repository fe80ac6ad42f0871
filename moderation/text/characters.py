"""Characters: the lower-case ASCII form of each, where a word mixes scripts too."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from unidecode import UnidecodeError, unidecode

#: Letters of Greek and Cyrillic that look like a Latin letter. They count as that letter in a word that also holds
#: Latin letters; elsewhere they are transliterated. Source: Unicode TR39 confusables, kept to whole-letter look-alikes.
LOOK_ALIKES = dict(
    zip(
        "авеікмнорстухјѕһԁԛԝгьАВЕІКМНОРСТУХЈЅԌαεικνορτυχηγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "abeikmhopctyxjshdqwrbabeikmhopctyxjsgaeikvoptuxnyabezhikmnoptyx",
        strict=True,
    )
)
#: Where unidecode's answer would split, glue or mislead.
_EXCEPTIONS = dict.fromkeys("‘’‚‛ʼʹʻˈ′`´＇՚ꞌ", "'") | {
    "€": "€",
    "£": " ",
    "°": " ",
    "™": "",
    "©": " ",
    "®": "",
    "№": " ",
    "·": " ",
    "•": " ",
    "※": " ",
    "◌": "",
    "ɲ": "ny",  # Bambara as readers type it on a French keyboard
    "ŋ": "n",
    "Ɲ": "ny",
    "Ŋ": "n",
    "ⵏ": "n",
}


@dataclass(slots=True)
class Piece:
    """A token in the making: one (start, end) of the original for each character."""

    text: str
    spans: list[tuple[int, int]]

    def cut(self, start: int, end: int) -> Piece:
        """Return a part."""
        return Piece(self.text[start:end], self.spans[start:end])


def characters(text: str) -> Piece:
    """Fold character by character; look-alikes count as Latin in words that hold a Latin letter."""
    folded: list[str] = []
    spans: list[tuple[int, int]] = []
    latin = () if LOOK_ALIKES.keys().isdisjoint(text) else _words_with_latin(text)
    word = 0
    for index, character in enumerate(text):
        while word < len(latin) and latin[word][1] <= index:
            word += 1
        mixed = word < len(latin) and latin[word][0] <= index
        form = LOOK_ALIKES.get(character) if mixed else None
        for part in form or fold_character(character):
            folded.append(part)
            spans.append((index, index + 1))
    return Piece("".join(folded), spans)


@lru_cache(maxsize=1 << 16)
def fold_character(character: str) -> str:
    """Return the lower-case ASCII form of one character: "" for nothing, " " for a break.

    An emoji is itself, and so is a letter of a script that unidecode cannot read (N'Ko, Adlam, Tifinagh): dropped, it
    would pass for a text without unknown words.
    """
    if character in _EXCEPTIONS:
        return _EXCEPTIONS[character]
    category = unicodedata.category(character)
    if category == "Cf" or character in "\u034f\u115f\u1160\u3164\uffa0\u2800":
        return ""
    if category in {"Cc", "Zs", "Zl", "Zp", "Cs", "Co", "Cn"}:
        return " "
    if category == "So" and not unidecode(character):
        return character
    parts = unicodedata.normalize("NFKD", character)
    if category[0] in "LN" and not any(map(_is_readable, parts)):
        return character
    ascii_text = "".join(_EXCEPTIONS.get(part) or unidecode(part) for part in parts if not _is_accent(part))
    if category == "So":
        ascii_text = ascii_text.strip("[]()")  # 🅰 is "[A]" to unidecode
    return "".join(c if "!" <= c <= "~" or c == "€" else " " for c in ascii_text.lower())


def _is_readable(character: str) -> bool:
    try:
        unidecode(character, errors="strict")
    except UnidecodeError:
        return False
    return True


def _is_accent(character: str) -> bool:
    """Tell whether it is a mark set on any letter, and not a vowel sign of a script of its own."""
    return unicodedata.category(character) in {"Mn", "Me"} and unicodedata.name(character, "").startswith(
        ("COMBINING", "VARIATION")
    )


def _words_with_latin(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the words that mix Latin letters with look-alikes of other scripts."""
    words = []
    start, latin, alike = 0, False, False
    for index, character in enumerate(text + " "):
        category = unicodedata.category(character)
        if category[0] in "LM" or category == "Cf":
            alike = alike or character in LOOK_ALIKES
            latin = latin or (category[0] == "L" and _is_latin(character))
            continue
        if latin and alike:
            words.append((start, index))
        start, latin, alike = index + 1, False, False
    return words


@lru_cache(maxsize=1 << 12)
def _is_latin(character: str) -> bool:
    return "a" <= unicodedata.normalize("NFKD", character)[0].lower() <= "z"
