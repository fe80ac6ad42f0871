"""Rules of a site: words and domains that call for a person, or for rejection, and those that are allowed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from moderation.errors import PolicyError
from moderation.scores import Reason
from moderation.spelling import spell
from moderation.text import Folded
from moderation.text.characters import characters

Band = Literal["review", "reject"]
MOST_RULES = 100
MOST_ENTRIES = 1_000  # words and domains of a rule, each
LONGEST_ENTRY = 100  # characters
SHORTEST_STEM = 3  # letters before a "*": fewer would match half of the dictionary
MOST_HITS = 5  # named of one rule in one comment, as of the words of a label
_HOST = r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,63}"
_LINK = re.compile(rf"(?<![a-z0-9])(?:[a-z]{{2,9}}://(?:[^\s/?#@]{{0,64}}@)?)?({_HOST})(?![a-z0-9-])(?:[/?#:]\S*)?")


class _Phrase(NamedTuple):
    tokens: tuple[str, ...]
    open: bool  # any ending of the last token will do

    def starts_at(self, place: int, tokens: list[str]) -> bool:
        last = place + len(self.tokens) - 1
        if last >= len(tokens) or tuple(tokens[place:last]) != self.tokens[:-1]:
            return False
        return tokens[last].startswith(self.tokens[-1]) if self.open else tokens[last] == self.tokens[-1]


@dataclass(frozen=True)
class Words:
    """Words and phrases, compared as `fold` spells them, whole tokens only.

    Parameters
    ----------
    entries
        As the site wrote them; a "*" at the end stands for any ending.

    Examples
    --------
    >>> words = Words(("arnaqu*", "journal x"))
    >>> text = "A R N A Q U E ! Lisez le Journal X, arn@queurs."
    >>> [text[start:end] for start, end in words.find(spell(text))]
    ['A R N A Q U E', 'Journal X', 'arn@queurs']
    """

    entries: tuple[str, ...] = ()

    @cached_property
    def _phrases(self) -> dict[str, list[_Phrase]]:
        """The phrases by the token that they start with, or by the first letters of a stem that stands alone."""
        found: dict[str, list[_Phrase]] = {}
        for entry in self.entries:
            phrase = _phrase(entry)
            first = phrase.tokens[0]
            key = first[:SHORTEST_STEM] + "*" if phrase.open and len(phrase.tokens) == 1 else first
            found.setdefault(key, []).append(phrase)
        return found

    def find(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Yield the ranges of the original text where an entry stands."""
        tokens = folded.text.split(" ")
        starts = [0]
        for token in tokens:
            starts.append(starts[-1] + len(token) + 1)
        for place, token in enumerate(tokens):
            for phrase in (*self._phrases.get(token, ()), *self._phrases.get(token[:SHORTEST_STEM] + "*", ())):
                if phrase.starts_at(place, tokens):
                    yield folded.original(starts[place], starts[place + len(phrase.tokens)] - 1)


def _phrase(entry: str) -> _Phrase:
    return _Phrase(tuple(spell(entry.removesuffix("*")).text.split()), entry.endswith("*"))


class Link(NamedTuple):
    """A domain as it stands in a text, and the range of the whole link."""

    domain: str
    start: int
    end: int
    link_start: int
    link_end: int

    def is_of(self, domains: Collection[str]) -> bool:
        """Whether it is one of these domains or a part of one: "blog.exemple.com" is of "exemple.com"."""
        labels = self.domain.split(".")
        return any(".".join(labels[first:]) in domains for first in range(len(labels) - 1))


def links(text: str) -> list[Link]:
    """Return the domains that stand in a text, in links and e-mail addresses, capitals and invisible characters undone.

    Examples
    --------
    >>> [link.domain for link in links("Voir HTTPS://www.Exemple.com/page?autre.net ou a@courriel.example")]
    ['www.exemple.com', 'courriel.example']
    """
    line = characters(text)
    found = []
    for match in _LINK.finditer(line.text):
        (start, end), (link_start, link_end) = match.span(1), match.span()
        found.append(
            Link(
                match[1],
                line.spans[start][0],
                line.spans[end - 1][1],
                line.spans[link_start][0],
                line.spans[link_end - 1][1],
            )
        )
    return found


@dataclass(frozen=True)
class Rule:
    """Words and domains that a site holds for a person, or rejects.

    Parameters
    ----------
    name
        Shows in the reasons.
    action
        ``review`` or ``reject``.
    label
        A label of the model that the decision also gets; None for none.
    """

    name: str
    words: Words = Words()
    domains: frozenset[str] = frozenset()
    action: Band = "review"
    label: str | None = None


@dataclass(frozen=True)
class Allowed:
    """Words and domains that a site does not hold against a comment."""

    words: Words = Words()
    domains: frozenset[str] = frozenset()


class Found(NamedTuple):
    """What the rules say of a text: a reason for each hit, the rules hit, and the ranges that are allowed."""

    reasons: tuple[Reason, ...] = ()
    rules: tuple[Rule, ...] = ()
    allowed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Rules:
    """All rules of a site.

    Examples
    --------
    >>> rules = Rules((Rule("concurrents", Words(("journal x",))),), Allowed(Words(("abonnez vous au journal x",))))
    >>> [(reason.rule, reason.text) for reason in rules.find("Le JOURNAL X dit autre chose.").reasons]
    [('concurrents', 'JOURNAL X')]
    >>> rules.find("Abonnez-vous au Journal X").reasons
    ()
    """

    rules: tuple[Rule, ...] = ()
    allowed: Allowed = Allowed()

    def __bool__(self) -> bool:
        return bool(self.rules or self.allowed.words.entries or self.allowed.domains)

    def find(self, text: str) -> Found:
        """Return the hits of the rules in a text, those within an allowed range left out."""
        if not self:
            return Found()
        folded, found = spell(text), links(text) if self._has_domains else []
        allowed = {*self.allowed.words.find(folded)}
        allowed |= {(link.link_start, link.link_end) for link in found if self._allows(link, text)}
        reasons, hit = [], []
        for rule in self.rules:
            ranges = {*rule.words.find(folded)}
            ranges |= {(link.start, link.end) for link in found if link.is_of(rule.domains)}
            ranges = {(s, e) for s, e in ranges if not any(first <= s and e <= last for first, last in allowed)}
            if ranges:
                hit.append(rule)
            for start, end in sorted(ranges)[:MOST_HITS]:
                reasons.append(Reason(rule.label or "", start, end, text[start:end], 0.0, rule=rule.name))
        return Found(tuple(reasons), tuple(hit), tuple(sorted(allowed)))

    @cached_property
    def _has_domains(self) -> bool:
        return bool(self.allowed.domains or any(rule.domains for rule in self.rules))

    def _allows(self, link: Link, text: str) -> bool:
        """Whether a link is allowed: written as it is, for look-alike letters may lead elsewhere."""
        written = text[link.start : link.end].lower()
        return written == link.domain and link.is_of(self.allowed.domains)

    def content(self) -> list[Any]:
        """Return everything that decides, as plain data."""
        rows: list[Any] = [
            [rule.name, rule.words.entries, sorted(rule.domains), rule.action, rule.label] for rule in self.rules
        ]
        return [*rows, [self.allowed.words.entries, sorted(self.allowed.domains)]]

    @classmethod
    def read(cls, rules: object, allow: object, where: str, labels: Collection[str]) -> Rules:
        """Read the content of ``[[rules]]`` and ``[allow]``.

        Parameters
        ----------
        where
            Begins each message.
        labels
            Those that a rule may name.

        Raises
        ------
        PolicyError
            Where a key, a value or the number of rules, words or domains is wrong.
        """
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            raise PolicyError(f"{where}: rules: {_short(rules)}; expected tables, each under a line [[rules]]")
        if len(rules) > MOST_RULES:
            raise PolicyError(f"{where}: rules: {len(rules)} rules; expected at most {MOST_RULES}: join some of them")
        read = [_rule(rule, f"{where}: rules: rule {number}", labels) for number, rule in enumerate(rules, start=1)]
        names = [rule.name for rule in read]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PolicyError(f"{where}: rules: two are named {twice!r}; give each its own name, which decisions show")
        _check_keys(allow, ("words", "domains"), f"{where}: allow")
        assert isinstance(allow, dict)
        return cls(tuple(read), Allowed(*_entries(allow, f"{where}: allow")))


NO_RULES = Rules()


def _rule(rule: Mapping[str, Any], where: str, labels: Collection[str]) -> Rule:
    _check_keys(rule, ("name", "words", "domains", "action", "label"), where)
    name, action, label = rule.get("name"), rule.get("action", "review"), rule.get("label")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_ENTRY:
        raise PolicyError(
            f"{where}: name: {_short(name)}; expected a text of 1 to {LONGEST_ENTRY} characters, which decisions show"
        )
    where += f", {name!r}"
    if action not in ("review", "reject"):
        raise PolicyError(f'{where}: action: {_short(action)}; expected "review" or "reject"')
    if label is not None and label not in labels:
        known = " or ".join(f'"{label}"' for label in labels)
        raise PolicyError(f"{where}: label: {_short(label)}; expected {known}, a label of the model, or no line label")
    words, domains = _entries(rule, where)
    if not words.entries and not domains:
        raise PolicyError(f"{where}: has neither words nor domains; give it some, or remove the rule")
    return Rule(name, words, domains, action, label)


def _check_keys(table: object, expected: Iterable[str], where: str) -> None:
    if not isinstance(table, dict):
        raise PolicyError(f"{where}: {_short(table)}; expected a table with {', '.join(expected)}")
    if unknown := sorted(table.keys() - set(expected)):
        raise PolicyError(f"{where}: {unknown[0]}: unknown; expected {', '.join(expected)}")


def _entries(table: Mapping[str, Any], where: str) -> tuple[Words, frozenset[str]]:
    words = _texts(table.get("words", []), f"{where}: words")
    for word in words:
        phrase = _phrase(word)
        if not phrase.tokens:
            raise PolicyError(f"{where}: words: {word!r}; expected at least one letter, digit or emoji")
        if phrase.open and len(phrase.tokens[-1]) < SHORTEST_STEM:
            raise PolicyError(
                f"{where}: words: {word!r}; expected at least {SHORTEST_STEM} letters before *, else it matches too much"
            )
        if "*" in word[:-1]:
            raise PolicyError(f"{where}: words: {word!r}; expected * at the end only, for any ending")
    domains = _texts(table.get("domains", []), f"{where}: domains")
    for domain in domains:
        if not re.fullmatch(_HOST, characters(domain).text):
            raise PolicyError(f"{where}: domains: {domain!r}; expected a domain alone, such as exemple.com")
    return Words(words), frozenset(characters(domain).text for domain in domains)


def _texts(values: object, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise PolicyError(f'{where}: {_short(values)}; expected a list of texts, such as ["un", "deux"]')
    if len(values) > MOST_ENTRIES:
        raise PolicyError(f"{where}: {len(values)} entries; expected at most {MOST_ENTRIES:,}: make a second rule")
    if longest := next((value for value in values if len(value) > LONGEST_ENTRY), None):
        raise PolicyError(f"{where}: {_short(longest)}; expected at most {LONGEST_ENTRY} characters: shorten it")
    return tuple(values)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
