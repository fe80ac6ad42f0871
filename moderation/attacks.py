"""Attacks: ways in which writers disguise a word to get it past a filter, to try a filter on.

Each attack changes a few characters and leaves the word readable for a person. Its strength is fixed; where it chooses at
random, the same seed gives the same text. Nothing of `moderation.text`, which undoes many of them, is used here.

>>> disguise("quel imbécile", "spaced", [(5, 13)])
'quel i m b é c i l e'
>>> disguise("quel imbécile", "look_alikes", [(5, 13)], seed=3) == "quel imbécile"
False
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from random import Random

Attack = Callable[[str, Random], str]

_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
#: Letters of other scripts, and of the phonetic alphabet, that look like a small Latin letter.
_LOOK_ALIKES = {
    "a": "аα",
    "c": "сϲ",
    "d": "ԁ",
    "e": "е",
    "g": "ɡ",
    "h": "һ",
    "i": "іι",
    "j": "ј",
    "k": "к",
    "m": "м",
    "n": "η",
    "o": "оο",
    "p": "рρ",
    "q": "ԛ",
    "r": "г",
    "s": "ѕ",
    "t": "т",
    "u": "υ",
    "v": "ν",
    "w": "ԝ",
    "x": "х",
    "y": "у",
}
_INVISIBLE = "\u200b\u200c\u200d\u200e\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f"
_QUOTES = (("«", "»"), ("“", "”"), ('"', '"'), ("'", "'"), ("‘", "’"), ("‹", "›"))
_MARKS = "\u0300\u0301\u0302\u0308\u030a\u0323\u0331\u0336"
_VOWELS = frozenset("aeiouyàâäéèêëîïôöùûü")


def leet(word: str, rng: Random) -> str:
    """Write half of the letters that a digit or sign looks like as such, at least one: ``c0nn4rd``."""
    return _some(word, _LEET, rng)


def look_alikes(word: str, rng: Random) -> str:
    """Write half of the letters with one of another script that looks alike, at least one."""
    return _some(word, _LOOK_ALIKES, rng)


def zero_width(word: str, rng: Random) -> str:
    """Put an invisible character between the letters, in every other place on average."""
    return _between(word, lambda: rng.choice(_INVISIBLE), rng)


def soft_hyphens(word: str, rng: Random) -> str:
    """Put a soft hyphen between the letters, in every other place on average."""
    return _between(word, lambda: "\u00ad", rng)


def spaced(word: str, rng: Random) -> str:
    """Set the letters apart: ``c o n n a r d``."""
    return " ".join(word)


def dotted(word: str, rng: Random) -> str:
    """Put a dot between the letters: ``c.o.n.n.a.r.d``."""
    return ".".join(word)


def repeats(word: str, rng: Random) -> str:
    """Write one letter three to six times: ``connaaaard``."""
    at = rng.choice(_letters(word))
    return word[:at] + word[at] * rng.randint(3, 6) + word[at + 1 :]


def vowel_drop(word: str, rng: Random) -> str:
    """Leave out one vowel inside the word: ``connrd``."""
    inner = [at for at in _letters(word)[1:-1] if word[at].lower() in _VOWELS]
    if not inner:
        return word
    at = rng.choice(inner)
    return word[:at] + word[at + 1 :]


def swap(word: str, rng: Random) -> str:
    """Exchange two neighbouring letters after the first: ``conanrd``."""
    places = [at for at in range(1, len(word) - 1) if word[at : at + 2].isalpha() and word[at] != word[at + 1]]
    if not places:
        return word
    at = rng.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def no_accents(word: str, rng: Random) -> str:
    """Leave the accents out: ``imbecile``."""
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def capitals(word: str, rng: Random) -> str:
    """Write in capitals: ``IMBÉCILE``."""
    return word.upper()


def glued_quotes(word: str, rng: Random) -> str:
    """Put quotation marks around the word, without space: ``«connard»``."""
    first, last = rng.choice(_QUOTES)
    return first + word + last


def masked(word: str, rng: Random) -> str:
    """Write a star, a dash or the like for one letter inside the word, for two of a long one: ``c*nnard``."""
    inner = _letters(word)[1:-1]
    sign = rng.choice("**#_-")
    hidden = set(rng.sample(inner, min(len(inner), 1 if len(word) < 8 else 2)))
    return "".join(sign if at in hidden else c for at, c in enumerate(word))


def combining_marks(word: str, rng: Random) -> str:
    """Put a combining mark on every letter."""
    return "".join(c + rng.choice(_MARKS) if c.isalpha() else c for c in word)


def full_width(word: str, rng: Random) -> str:
    """Write in the full-width letters of East Asian fonts: ``ｃｏｎｎａｒｄ``."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in no_accents(word, rng))


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        leet,
        look_alikes,
        zero_width,
        soft_hyphens,
        spaced,
        dotted,
        repeats,
        vowel_drop,
        swap,
        no_accents,
        capitals,
        glued_quotes,
        masked,
        combining_marks,
        full_width,
    )
}


def disguise(text: str, attack: str, words: Iterable[tuple[int, int]] | None = None, seed: int = 0) -> str:
    """Disguise words of a text.

    Parameters
    ----------
    attack
        One of `ATTACKS`.
    words
        Half-open code-point ranges that do not overlap, such as ``(reason.start, reason.end)`` of a decision's reasons; None
        for every word of four letters or more.
    seed
        Same seed, text and words: same result.

    Raises
    ------
    KeyError
        Where there is no such attack.

    Examples
    --------
    >>> disguise("Tu es un idiot", "capitals")
    'Tu es un IDIOT'
    """
    change, rng = ATTACKS[attack], Random(f"{seed} {attack} {text}")
    found = text
    for start, end in sorted(_long_words(text) if words is None else words, reverse=True):
        if any(character.isalpha() for character in text[start:end]):
            found = found[:start] + change(text[start:end], rng) + found[end:]
    return found


def _long_words(text: str) -> list[tuple[int, int]]:
    words, start = [], 0
    for index, character in enumerate(text + " "):
        if not character.isalpha():
            if index - start >= 4:
                words.append((start, index))
            start = index + 1
    return words


def _letters(word: str) -> list[int]:
    return [index for index, character in enumerate(word) if character.isalpha()]


def _some(word: str, table: dict[str, str], rng: Random) -> str:
    """Replace half of the characters that the table has, at least one; an accent is lost where that is needed."""
    plain = [no_accents(character, rng).lower() for character in word]
    places = [index for index, character in enumerate(plain) if character in table]
    chosen = set(rng.sample(places, (len(places) + 1) // 2))
    return "".join(rng.choice(table[plain[index]]) if index in chosen else c for index, c in enumerate(word))


def _between(word: str, filler: Callable[[], str], rng: Random) -> str:
    """Put a filler into half of the places between two characters, at least one."""
    places = list(range(1, len(word)))
    chosen = set(rng.sample(places, (len(places) + 1) // 2))
    return "".join((filler() if index in chosen else "") + c for index, c in enumerate(word))
