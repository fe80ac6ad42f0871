"""Folding: one spelling for the many ways in which readers write a word, with a map back to what they wrote.

``fold`` returns lower-case ASCII tokens (and emoji) separated by single spaces. It undoes what hides a word: case, accents,
typographic forms, invisible characters, look-alike letters of other scripts, digits and symbols used as letters,
letters set apart, stretched letters, masked letters, and in listed insults letters exchanged or left out. What it undid on
purpose-made disguises it names as a *marker*, beside the markers for links, e-mail addresses, phone numbers, amounts of
money, capitals and exclamation marks.

Look-alike letters, invisible characters and misspellings give no marker: all stand in innocent text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from moderation.text.characters import Piece, characters
from moderation.text.disguises import join_spaced, respell, undisguise, unleet, unstretch
from moderation.text.segments import LONGEST_SENTENCE, sentences
from moderation.text.terminal import printable

__all__ = ["LONGEST_SENTENCE", "MARKERS", "Folded", "fold", "printable", "sentences"]

MARKERS = ("capitals", "email", "exclamation", "leet", "link", "masked", "money", "phone", "spaced", "stretched")
ELIDED = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quoiqu quelqu presqu".split())
_SCHEME = re.compile(r"(?:[a-z][a-z0-9]{1,9}://|www\.)")
#: Endings that make a domain of a word with a dot, and those that do only with a path after them ("la fin.ce jour").
DOMAINS = tuple("com net org info biz africa xyz online site shop app example edu gov io fr ml bf".split())
PATH_DOMAINS = tuple("me ly co tk ga cf gl tv ru ci sn bj tg ne gn ca be ch eu us uk link live club top store".split())
_DOMAIN = re.compile(
    rf"(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:(?:{'|'.join(DOMAINS)})(?![a-z0-9-])|(?:{'|'.join(PATH_DOMAINS)})(?=/[a-z0-9]))"
)
_ELISION = re.compile(rf"(?<![a-z0-9'])(?:(?:{'|'.join(sorted(ELIDED))})'+)+")
_EMAIL = re.compile(r"[a-z0-9_%+-](?:[a-z0-9._%+-]{0,63})@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
_NUMBER = re.compile(r"(?<![a-z0-9.,])[+(]{0,2}\d{1,16}(?:[ .()-]{1,2}\d{1,10}){0,8}(?![a-z0-9])")
MONEY_WORDS = tuple(
    """f fr frs franc francs cfa fcfa xof euro euros eur dollar dollars usd usdt gnf naira million millions milliard
    milliards""".split()
)
_MONEY = re.compile(rf"\d ?(?:{'|'.join(MONEY_WORDS)})(?![a-z0-9])|\d ?[€$]|[€$] ?\d")
_SEGMENT = re.compile(r"[a-z0-9'*#@$€!|._-]+|[^\x00-\x7f]")
_PIECE = re.compile(r"[a-z0-9]+")


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
    line = characters(text)
    markers = _text_markers(text, line.text)
    tokens: list[Piece] = []
    start = 0
    for chunk in line.text.split(" "):
        if chunk:
            tokens += join_spaced(_tokens(line.cut(start, start + len(chunk)), markers), markers)
        start += len(chunk) + 1
    return _assemble(join_spaced(tokens, markers), markers)


def _text_markers(text: str, line: str) -> set[str]:
    """Return the markers that show in the text as a whole; the tokens add theirs."""
    markers = set()
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    if cased >= 10 and upper >= 0.8 * cased:
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
        return digits <= 13
    return groups[0] <= 3 and all(size == 2 for size in groups[1:])


def _tokens(chunk: Piece, markers: set[str]) -> list[Piece]:
    """Return the tokens of a run of characters without space."""
    if chunk.text.isalpha() and chunk.text.isascii():
        return [respell(unstretch(chunk, markers))]
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


def _plain(piece: Piece, markers: set[str]) -> list[Piece]:
    """Split at everything but letters and digits."""
    return [_word(piece.cut(*match.span()), markers) for match in _PIECE.finditer(piece.text)]


def _segment(piece: Piece, markers: set[str]) -> list[Piece]:
    """Split off elided words, and read what is left as disguised or as plain words."""
    if not piece.text.isascii() and "€" not in piece.text:
        return [piece]
    tokens: list[Piece] = []
    start = len(piece.text) - len(piece.text.lstrip("'"))
    piece = piece.cut(start, len(piece.text))
    start = 0
    for elided in _ELISION.finditer(piece.text):
        tokens += _words(piece.cut(start, elided.start()), markers)
        for word in re.finditer(r"([a-z]+')'*", elided.group()):
            tokens.append(piece.cut(elided.start() + word.start(1), elided.start() + word.end(1)))
        start = elided.end()
    return tokens + _words(piece.cut(start, len(piece.text)), markers)


def _words(piece: Piece, markers: set[str]) -> list[Piece]:
    """Read a part without elision: an apostrophe left in it joins its sides ("aujourd'hui")."""
    if "'" in piece.text:
        keep = [index for index, character in enumerate(piece.text) if character != "'"]
        piece = Piece("".join(piece.text[index] for index in keep), [piece.spans[index] for index in keep])
    undisguised = undisguise(piece, markers)
    return [undisguised] if undisguised else _plain(piece, markers)


def _word(piece: Piece, markers: set[str]) -> Piece:
    """Normalise a run of letters and digits: a number keeps its shape only, digits inside a word become letters."""
    if piece.text.isdigit():
        return Piece("0" * len(piece.text), piece.spans)
    piece = unstretch(piece, markers)
    if not piece.text.isalpha():
        piece = unleet(piece, markers) or piece
    return respell(piece)


def _assemble(tokens: list[Piece], markers: set[str]) -> Folded:
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
