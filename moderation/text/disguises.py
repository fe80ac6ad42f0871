"""Disguises that somebody puts on a word on purpose, and how each is taken off: stretched, leet, masked, spaced.

Each trades recall for false alarms, so each has its limits in the code and two-sided tests.
"""

from __future__ import annotations

import re

from moderation.text.characters import Piece

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e", "!": "i", "|": "i"}
#: Single-letter words that stand together in correct French ("il n y a", apostrophe left out).
NOT_SPACED = frozenset({"nya", "lya", "yal", "cya", "dya", "mya", "tya", "yat", "nyat", "cad"})
#: Words that readers mask ("p*te") or write with digits although the general rule below would not read them ("n1k").
#: The most frequent reading stands first. Only these are ever filled in: "M. D***" stays what it is.
DISGUISED = tuple(
    """con conne connard connards connasse connasses connerie conneries pute putes putain putains merde merdes merdeux
    salope salopes saloperie salaud salauds batard batards batarde encule encules enculer enfoire enfoires pd pede pedes
    fdp ntm nik nique niquer niquez bite couille couilles couillon couillons cul chier chieur chienne foutre fouteur
    bordel abruti abrutis abrutie cretin cretins idiot idiots idiote imbecile imbeciles debile debiles gogol mongol negre
    negres bougnoule bougnoules garce ordure ordures raclure branleur branleurs tapette gouine emmerde trouduc macaque
    fuck fucking fucker fucked shit bitch bitches asshole cunt dick whore bastard bastards nigger niggers nigga
    motherfucker""".split()
)
_DISGUISED_SET = frozenset(DISGUISED)
_RUN = re.compile(r"([a-z])\1{2,}")
_UNSTRETCHED = re.compile(r"([a-z])\1\1|[xvlc]{0,9}iii|\w{0,20}[^e]eees?", re.ASCII)  # "xxx", "XIII", "créée"
_MASKED = re.compile(r"[a-z]+(?:(?:[*#]+|\.{2,}|-{2,}|_{2,})[a-z]+)*[*#]*")
_MASK = re.compile(r"[*#._-]+")
_INNER_LEET = re.compile(r"[a-z](?:[a-z]|[013457@$€](?=[a-z]))*")
_VOWELS = frozenset("aeiouy")


def undisguise(piece: Piece, markers: set[str]) -> Piece | None:
    """Return the word behind masks or letters written as symbols; None where there is none."""
    text = piece.text
    if text.isalnum() or not any(c.isalpha() for c in text):
        return None
    if (text[0] in "@$" or text[-1] in "@$€") and (word := unleet(piece, markers)):
        return word
    lead = len(text) - len(text.lstrip("@$€!|._-#*"))
    tail = len(text.rstrip("@$€!|._-"))
    if lead and "*" in text[:lead]:
        tail = len(text.rstrip("@$€!|._-#*"))  # *emphasis*
    core = piece.cut(lead, tail)
    return _unmask(core, markers) or unleet(core, markers)


def unstretch(piece: Piece, markers: set[str]) -> Piece:
    """Shorten letters repeated three times or more to one, or to two where French doubles a consonant ("connnard")."""
    if not _RUN.search(piece.text) or _UNSTRETCHED.fullmatch(piece.text) or _VOWELS.isdisjoint(piece.text):
        return piece  # what has no vowel is an acronym or a noise: "CCCP", "mdrrr"
    keep: list[int] = []
    for run in re.finditer(r"([a-z])\1*|[^a-z]", piece.text):
        start, end = run.span()
        length = end - start
        if length >= 3 and run.group(1):
            length = 3 if end - start == len(piece.text) else _natural_length(piece.text, start, end)
            markers.add("stretched")
        keep += range(start, start + length)
        if length < end - start:  # the last letter kept stands for the rest, so that a reason shows all of them
            piece.spans[start + length - 1] = (piece.spans[start + length - 1][0], piece.spans[end - 1][1])
    return Piece("".join(piece.text[index] for index in keep), [piece.spans[index] for index in keep])


def _natural_length(text: str, start: int, end: int) -> int:
    between_vowels = text[start - 1 : start] in _VOWELS and text[end : end + 1] in _VOWELS
    return 2 if text[start] not in _VOWELS and between_vowels else 1


def unleet(piece: Piece, markers: set[str]) -> Piece | None:
    """Read digits and symbols as letters where they stand singly inside a word, or where that gives a known word.

    "C4", "1er", "M5", "18h30" and "covid19" stay: they have no single digit inside three letters or more.
    """
    letters = sum(character.isalpha() for character in piece.text)
    if not 0 < letters < len(piece.text) or any(c not in _LEET and not c.isalpha() for c in piece.text):
        return None
    general = letters >= 3 and 2 * letters > len(piece.text) and _INNER_LEET.fullmatch(piece.text)
    readings = ["".join(one if c == "1" else _LEET.get(c, c) for c in piece.text) for one in "il"]
    words = [unstretch(Piece(reading, list(piece.spans)), set()) for reading in readings]
    word = next((word for word in words if _is_disguised(word.text)), words[0] if general else None)
    if word is not None:
        markers.add("leet")
    return word


def _is_disguised(word: str) -> bool:
    return len(word) >= 3 and (word in _DISGUISED_SET or word.removesuffix("s") in _DISGUISED_SET)


def _unmask(piece: Piece, markers: set[str]) -> Piece | None:
    """Fill in the masked letters of a word that readers mask: by length first, else by its letters if three are known."""
    text = "".join(_LEET.get(c, c) if c.isdigit() else c for c in piece.text)
    if len(text) > 20 or not _MASK.search(text) or not _MASKED.fullmatch(text):
        return None
    known = sum(character.isalpha() for character in text)
    if known < 2:
        return None
    exact = re.compile(_MASK.sub(lambda mask: f"[a-z]{{{len(mask.group())}}}", text))
    loose = re.compile(_MASK.sub("[a-z]+", text))
    word = next((word for word in DISGUISED if exact.fullmatch(word)), None)
    if word is None and known >= 3 and text[-1].isalpha():
        word = next((word for word in DISGUISED if loose.fullmatch(word)), None)
    if word is None:
        return None
    markers.add("masked")
    if any(c.isdigit() for c in piece.text):
        markers.add("leet")
    return Piece(word, _spread(piece.spans, len(word)))


def _spread(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Share the spans of a word out over another number of letters, in order."""
    return [spans[index * len(spans) // length] for index in range(length - 1)] + [spans[-1]]


def join_spaced(tokens: list[Piece], markers: set[str]) -> list[Piece]:
    """Join three or more single letters in a row into one word: "c o n", "b.a.t.a.r.d", "O.N.U."."""
    if len(tokens) < 3:
        return tokens
    joined: list[Piece] = []
    run: list[Piece] = []
    for token in [*tokens, Piece("", [])]:
        if len(token.text) == 1 and "a" <= token.text <= "z":
            run.append(token)
            continue
        word = "".join(letter.text for letter in run)
        if len(run) >= 3 and word not in NOT_SPACED:
            markers.add("spaced")
            spans = [letter.spans[0] for letter in run]
            run = [unstretch(Piece(word, spans), markers)]
        joined += run
        run = []
        joined.append(token)
    return joined[:-1]
