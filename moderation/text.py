"""Folding: one spelling for the many ways in which readers write a word, with a map back to what they wrote.

``fold`` returns lower-case ASCII tokens (and emoji) separated by single spaces. It undoes what hides a word: case, accents,
typographic forms, invisible characters, look-alike letters of other scripts, digits and symbols used as letters,
letters set apart, stretched letters, masked letters. What it undid on purpose-made disguises it names as a *marker*, beside
the markers for links, e-mail addresses, phone numbers, amounts of money, capitals and exclamation marks.

Look-alike letters and invisible characters give no marker: both stand in innocent text that was copied from a page.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from unidecode import unidecode

MARKERS = ("capitals", "email", "exclamation", "leet", "link", "masked", "money", "phone", "spaced", "stretched")

#: Letters of Greek and Cyrillic that look like a Latin letter. They count as that letter in a word that also holds
#: Latin letters; elsewhere they are transliterated. Source: Unicode TR39 confusables, kept to whole-letter look-alikes.
_LOOK_ALIKES = dict(
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
    "ɲ": "ny",  # Bambara as readers type it on a French keyboard
    "ŋ": "n",
    "Ɲ": "ny",
    "Ŋ": "n",
    "ⵏ": "n",
}

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e", "!": "i", "|": "i"}
_ELIDED = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quoiqu quelqu presqu".split())
#: Single-letter words that stand together in correct French ("il n y a", apostrophe left out).
_NOT_SPACED = frozenset({"nya", "lya", "yal", "cya", "dya", "mya", "tya"})

#: Words that readers mask ("p*te") or write with digits although the general rule below would not read them ("n1k").
#: The most frequent reading stands first. Only these are ever filled in: "M. D***" stays what it is.
_DISGUISED = tuple(
    """con conne connard connards connasse connasses connerie conneries pute putes putain putains merde merdes merdeux
    salope salopes saloperie salaud salauds batard batards batarde encule encules enculer enfoire enfoires pd pede pedes
    fdp ntm nik nique niquer niquez bite couille couilles couillon couillons cul chier chieur chienne foutre fouteur
    bordel abruti abrutis abrutie cretin cretins idiot idiots idiote imbecile imbeciles debile debiles gogol mongol negre
    negres bougnoule bougnoules garce ordure ordures raclure branleur branleurs tapette gouine emmerde trouduc macaque
    fuck fucking fucker fucked shit bitch bitches asshole cunt dick whore bastard bastards nigger niggers nigga
    motherfucker""".split()
)
_DISGUISED_SET = frozenset(_DISGUISED)

_SCHEME = re.compile(r"(?:[a-z][a-z0-9]{1,9}://|www\.)")
_DOMAIN = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){1,8}(?:(?:com|net|org|info|biz|africa|xyz|online|site|shop|app|example|edu|gov|io|fr|ml|bf)(?=[/:?#]|$)"
    r"|(?:me|ly|co|tk|ga|cf|gl|tv|ru|ci|sn|bj|tg|ne|gn|ca|be|ch|eu|us|uk|link|live|club|top|store)(?=/[a-z0-9]))"
)
_EMAIL = re.compile(r"[a-z0-9_%+-](?:[a-z0-9._%+-]{0,63})@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
_NUMBER = re.compile(r"(?<![a-z0-9.,])[+(]{0,2}\d{1,16}(?:[ .()-]{1,2}\d{1,10}){0,8}(?![a-z0-9])")
_MONEY = re.compile(
    r"\d ?(?:f|fr|frs|francs?|f ?cfa|fcfa|cfa|xof|euros?|eur|dollars?|usd|usdt|gnf|naira|millions?|milliards?)(?![a-z0-9])"
    r"|\d ?[€$]|[€$] ?\d"
)
_SEGMENT = re.compile(r"[a-z0-9'*#@$€!|._-]+|[^\x00-\x7f]")
_PIECE = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"([a-z])\1{2,}")
_UNSTRETCHED = re.compile(r"([a-z])\1\1|[xvlc]{0,9}iii|\w{0,20}[^e]eees?", re.ASCII)  # "xxx", "XIII", "créée"
_MASKED = re.compile(r"[a-z]+(?:(?:[*#]+|\.{2,}|-{2,}|_{2,})[a-z]+)*[*#]*")
_MASK = re.compile(r"[*#._-]+")
_INNER_LEET = re.compile(r"[a-z](?:[a-z]|[013457@$€](?=[a-z]))*")
_SENTENCE_END = re.compile(r"(?<![\s.(][a-zA-Z])(?:[.!?…]+[\"'»”’)\]]*(?:\s[»”])?)(?:\s+|$)|\n\s*")
_SOFT_BREAK = re.compile(r"[,;:–—]\s+|\s+")

#: A longer sentence is cut, in characters. Tried 300, 150, 100, 70, 60, 50 and 40 by grouped cross-validation on the label
#: files, average precision of insult on comments over 300 characters: 0.886, 0.890, 0.898, 0.902, 0.898, 0.900, 0.903, on
#: real messages 0.814, 0.815, 0.816, 0.823, 0.823, 0.822, 0.827. Below 70 a reader no longer sees why. To try again:
#: ``benchmarks/quality.py``.
LONGEST_SENTENCE = 70


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters comes from.

    Parameters
    ----------
    text
        Tokens separated by single spaces: lower-case ASCII letters and digits, emoji, "l'" for an elided article.
    starts, ends
        For each character of `text`, the half-open range of code points in the original that it stands for. Both never
        decrease, and 0 <= start <= end <= length of the original.
    markers
        Which of `MARKERS` hold, in alphabetical order.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    markers: tuple[str, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original that the folded characters ``start:end`` (not empty) come from."""
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class _Piece:
    """A token in the making: one (start, end) of the original for each character."""

    text: str
    spans: list[tuple[int, int]]

    def cut(self, start: int, end: int) -> _Piece:
        return _Piece(self.text[start:end], self.spans[start:end])

    def join(self, other: _Piece) -> _Piece:
        return _Piece(self.text + other.text, self.spans + other.spans)


def fold(text: str) -> Folded:
    """Fold a text; see the module's description for what is undone.

    Never raises, takes time linear in the length, and is idempotent: ``fold(fold(t).text).text == fold(t).text``.

    Examples
    --------
    >>> fold("« ESPÈCE d’Imbécile !!! »").text
    "espece d' imbecile"
    >>> folded = fold("quel c0nn**d, 2023 fut dur")
    >>> folded.text, folded.markers
    ('quel connard 0000 fut dur', ('leet', 'masked'))
    >>> folded.original(5, 12)
    (5, 12)
    """
    line = _characters(text)
    markers = _text_markers(text, line.text)
    tokens: list[_Piece] = []
    start = 0
    for chunk in line.text.split(" "):
        if chunk:
            tokens += _tokens(line.cut(start, start + len(chunk)), markers)
        start += len(chunk) + 1
    return _assemble(_join_spaced(tokens, markers), markers)


def sentences(text: str, longest: int = LONGEST_SENTENCE) -> list[tuple[int, int]]:
    """Return the half-open code-point ranges of the sentences of a text, in order, without surrounding space.

    A sentence ends at a line break or after ``.!?…``; one of over `longest` characters is cut at a comma or a space.

    Examples
    --------
    >>> text = "Bravo M. Diop ! Quel courage."
    >>> [text[start:end] for start, end in sentences(text)]
    ['Bravo M. Diop !', 'Quel courage.']
    """
    found = []
    start = 0
    for end in [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]:
        found += _short_enough(text, start, end, longest)
        start = max(start, end)
    return [span for span in (_trimmed(text, *span) for span in found) if span[0] < span[1]]


def _short_enough(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """Cut a range into ranges of at most `longest` characters, at a comma if one is in the second half."""
    parts = []
    while end - start > longest:
        breaks = list(_SOFT_BREAK.finditer(text, start + longest // 2, start + longest))
        strong = [match for match in breaks if not match.group()[0].isspace()]
        cut = (strong or breaks)[-1].end() if breaks else start + longest
        parts.append((start, cut))
        start = cut
    return [*parts, (start, end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


@lru_cache(maxsize=1 << 16)
def _character(character: str) -> str:
    """Return the lower-case ASCII form of one character: "" for nothing, " " for a break, itself for an emoji."""
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
    ascii_text = "".join(_EXCEPTIONS.get(part) or unidecode(part) for part in parts if not _is_accent(part))
    if category == "So":
        ascii_text = ascii_text.strip("[]()")  # 🅰 is "[A]" to unidecode
    return "".join(c if "!" <= c <= "~" or c == "€" else " " for c in ascii_text.lower())


def _is_accent(character: str) -> bool:
    """Tell whether it is a mark set on any letter, and not a vowel sign of a script of its own."""
    return unicodedata.category(character) in {"Mn", "Me"} and unicodedata.name(character, "").startswith(
        ("COMBINING", "VARIATION")
    )


def _characters(text: str) -> _Piece:
    """Fold character by character; look-alikes count as Latin in words that hold a Latin letter."""
    folded: list[str] = []
    spans: list[tuple[int, int]] = []
    latin = _words_with_latin(text) if not text.isascii() else ()
    word = 0
    for index, character in enumerate(text):
        while word < len(latin) and latin[word][1] <= index:
            word += 1
        mixed = word < len(latin) and latin[word][0] <= index
        form = _LOOK_ALIKES.get(character) if mixed else None
        for part in form or _character(character):
            folded.append(part)
            spans.append((index, index + 1))
    return _Piece("".join(folded), spans)


def _words_with_latin(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the words that mix Latin letters with look-alikes of other scripts."""
    words = []
    start, latin, alike = 0, False, False
    for index, character in enumerate(text + " "):
        category = unicodedata.category(character)
        if category[0] in "LM" or category == "Cf":
            alike = alike or character in _LOOK_ALIKES
            latin = latin or (category[0] == "L" and _is_latin(character))
            continue
        if latin and alike:
            words.append((start, index))
        start, latin, alike = index + 1, False, False
    return words


@lru_cache(maxsize=1 << 12)
def _is_latin(character: str) -> bool:
    return "a" <= unicodedata.normalize("NFKD", character)[0].lower() <= "z"


def _text_markers(text: str, line: str) -> set[str]:
    """Return the markers that show in the text as a whole; the tokens add theirs."""
    markers = set()
    cased = sum(character.isupper() or character.islower() for character in text)
    if cased >= 10 and sum(character.isupper() for character in text) >= 0.8 * cased:
        markers.add("capitals")
    if text.count("!") >= 3:
        markers.add("exclamation")
    if _MONEY.search(line):
        markers.add("money")
    if any(_is_phone(match.group(), line[match.end() : match.end() + 8]) for match in _NUMBER.finditer(line)):
        markers.add("phone")
    return markers


def _is_phone(number: str, after: str) -> bool:
    """Tell a phone number from a date, a year or an amount by the sizes of its groups of digits."""
    groups = [len(group) for group in re.findall(r"\d+", number)]
    digits = sum(groups)
    if not 8 <= digits <= 16 or _MONEY.match("0" + after):
        return False
    if number.lstrip("(").startswith(("+", "00")):
        return True
    if len(groups) == 1:
        return digits <= 10
    return groups[0] <= 3 and all(size == 2 for size in groups[1:])


def _tokens(chunk: _Piece, markers: set[str]) -> list[_Piece]:
    """Return the tokens of a run of characters without space."""
    if chunk.text.isalpha() and chunk.text.isascii():
        return [_unstretch(chunk, markers)]
    if _EMAIL.search(chunk.text):
        markers.add("email")
        return _plain(chunk, markers)
    lead = len(chunk.text) - len(chunk.text.lstrip("(<[\"'"))
    scheme = _SCHEME.match(chunk.text, lead)
    if scheme or _DOMAIN.match(chunk.text, lead):
        markers.add("link")
        host_start = scheme.end() if scheme else lead
        host_end = re.compile(r"[/?#]|$").search(chunk.text, host_start)
        assert host_end is not None
        return _plain(chunk.cut(host_start, host_end.start()), markers)
    tokens = []
    for match in _SEGMENT.finditer(chunk.text):
        tokens += _segment(chunk.cut(*match.span()), markers)
    return tokens


def _plain(piece: _Piece, markers: set[str]) -> list[_Piece]:
    """Split at everything but letters and digits."""
    return [_word(piece.cut(*match.span()), markers) for match in _PIECE.finditer(piece.text)]


def _segment(piece: _Piece, markers: set[str]) -> list[_Piece]:
    """Split off elided words, then read what is left as one disguised word or as plain words."""
    if not piece.text.isascii() and piece.text != "€" and "€" not in piece.text:
        return [piece]
    tokens = []
    start = len(piece.text) - len(piece.text.lstrip("'"))
    for quote in re.compile(r"'+").finditer(piece.text, start):
        if piece.text[start : quote.start()] not in _ELIDED:
            break
        tokens.append(piece.cut(start, quote.start() + 1))
        start = quote.end()
    rest = piece.cut(start, len(piece.text))
    if "'" in rest.text:  # "aujourd'hui" is one word, 'quoted' has none
        keep = [index for index, character in enumerate(rest.text) if character != "'"]
        rest = _Piece("".join(rest.text[index] for index in keep), [rest.spans[index] for index in keep])
    undisguised = _undisguise(rest, markers)
    return tokens + ([undisguised] if undisguised else _plain(rest, markers))


def _undisguise(piece: _Piece, markers: set[str]) -> _Piece | None:
    """Return the word behind masks or letters written as symbols; None where there is none."""
    text = piece.text
    if text.isalnum() or not any(c.isalpha() for c in text):
        return None
    if text[0] in "@$" and (word := _unleet(piece, markers)):
        return word
    lead = len(text) - len(text.lstrip("@$€!|._-#*"))
    tail = len(text.rstrip("@$€!|._-"))
    if lead and "*" in text[:lead]:
        tail = len(text.rstrip("@$€!|._-#*"))  # *emphasis*
    core = piece.cut(lead, tail)
    return _unmask(core, markers) or _unleet(core, markers)


def _word(piece: _Piece, markers: set[str]) -> _Piece:
    """Normalise a run of letters and digits: a number keeps its shape only, digits inside a word become letters."""
    if piece.text.isdigit():
        return _Piece("0" * len(piece.text), piece.spans)
    piece = _unstretch(piece, markers)
    if not piece.text.isalpha():
        piece = _unleet(piece, markers) or piece
    return piece


def _unstretch(piece: _Piece, markers: set[str]) -> _Piece:
    """Shorten letters repeated three times or more to one, or to two where French doubles a consonant ("connnard")."""
    if not _RUN.search(piece.text) or _UNSTRETCHED.fullmatch(piece.text):
        return piece
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
    return _Piece("".join(piece.text[index] for index in keep), [piece.spans[index] for index in keep])


def _natural_length(text: str, start: int, end: int) -> int:
    between_vowels = text[start - 1 : start] in _VOWELS and text[end : end + 1] in _VOWELS
    return 2 if text[start] not in _VOWELS and between_vowels else 1


_VOWELS = frozenset("aeiouy")


def _unleet(piece: _Piece, markers: set[str]) -> _Piece | None:
    """Read digits and symbols as letters where they stand singly inside a word, or where that gives a known word.

    "C4", "1er", "M5", "18h30" and "covid19" stay: they have no single digit inside three letters or more.
    """
    letters = sum(character.isalpha() for character in piece.text)
    if not 0 < letters < len(piece.text) or any(c not in _LEET and not c.isalpha() for c in piece.text):
        return None
    general = letters >= 3 and 2 * letters > len(piece.text) and _INNER_LEET.fullmatch(piece.text)
    readings = ["".join(one if c == "1" else _LEET.get(c, c) for c in piece.text) for one in "il"]
    words = [_unstretch(_Piece(reading, list(piece.spans)), set()) for reading in readings]
    word = next((word for word in words if _is_disguised(word.text)), words[0] if general else None)
    if word is not None:
        markers.add("leet")
    return word


def _is_disguised(word: str) -> bool:
    return len(word) >= 3 and (word in _DISGUISED_SET or word.removesuffix("s") in _DISGUISED_SET)


def _unmask(piece: _Piece, markers: set[str]) -> _Piece | None:
    """Fill in the masked letters of a word that readers mask: by length first, else by its letters if three are known."""
    text = "".join(_LEET.get(c, c) if c.isdigit() else c for c in piece.text)
    if len(text) > 20 or not _MASK.search(text) or not _MASKED.fullmatch(text):
        return None
    known = sum(character.isalpha() for character in text)
    if known < 2:
        return None
    exact = re.compile(_MASK.sub(lambda mask: f"[a-z]{{{len(mask.group())}}}", text))
    loose = re.compile(_MASK.sub("[a-z]+", text))
    word = next((word for word in _DISGUISED if exact.fullmatch(word)), None)
    if word is None and known >= 3 and text[-1].isalpha():
        word = next((word for word in _DISGUISED if loose.fullmatch(word)), None)
    if word is None:
        return None
    markers.add("masked")
    if any(c.isdigit() for c in piece.text):
        markers.add("leet")
    return _Piece(word, _spread(piece.spans, len(word)))


def _spread(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Share the spans of a word out over another number of letters, in order."""
    return [spans[index * len(spans) // length] for index in range(length - 1)] + [spans[-1]]


def _join_spaced(tokens: list[_Piece], markers: set[str]) -> list[_Piece]:
    """Join three or more single letters in a row into one word: "c o n", "b.a.t.a.r.d", "O.N.U."."""
    joined: list[_Piece] = []
    run: list[_Piece] = []
    for token in [*tokens, _Piece("", [])]:
        if len(token.text) == 1 and "a" <= token.text <= "z":
            run.append(token)
            continue
        word = "".join(letter.text for letter in run)
        if len(run) >= 3 and word not in _NOT_SPACED:
            markers.add("spaced")
            spans = [letter.spans[0] for letter in run]
            run = [_unstretch(_Piece(word, spans), markers)]
        joined += run
        run = []
        joined.append(token)
    return joined[:-1]


def _assemble(tokens: list[_Piece], markers: set[str]) -> Folded:
    spans: list[tuple[int, int]] = []
    for token in tokens:
        if spans:
            gap = spans[-1][1], token.spans[0][0]  # the other way round where one character gave two tokens
            spans.append((min(gap), max(gap)))
        spans += token.spans
    return Folded(
        " ".join(token.text for token in tokens),
        tuple(start for start, _ in spans),
        tuple(end for _, end in spans),
        tuple(sorted(markers)),
    )
