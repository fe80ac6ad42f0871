"""What both requests hold: the comment, its context and its languages."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from moderation.service.perspective.errors import Refused
from moderation.service.perspective.fields import Fields, read_json
from moderation.threads.markup import plain

LONGEST_COMMENT = 20_480  # bytes in UTF-8, as Google's limit
#: Characters of context that are used, the nearest entries first; so that a context costs no more than a comment.
LONGEST_CONTEXT = 20_480
MOST_ENTRIES = 20  # of the context that are used, the nearest
MOST_READ = 100  # of the context that are looked at, the nearest: some may hold no text
_SUBTAG = re.compile(r"[-_]")
_UNKNOWN = frozenset({"", "und"})
_URL, _COMMENT, _PARENT = "url", "Coral_comment_id", "reply_to_id_Coral_comment_id"


class Context(NamedTuple):
    """What stands around a comment.

    Parameters
    ----------
    article
        Text or title of the article; None where the client names none.
    texts
        The conversation, the comment that is answered last; without what goes beyond `LONGEST_CONTEXT`, `MOST_ENTRIES` or
        `MOST_READ`.
    url, comment_id, parent_id
        What Coral writes into a context entry: the comment and the one that it answers.
    """

    article: str | None = None
    texts: tuple[str, ...] = ()
    url: str | None = None
    comment_id: str | None = None
    parent_id: str | None = None


class Languages(NamedTuple):
    """The languages of a comment.

    Parameters
    ----------
    requested
        As the client writes them, without unknown ones (``und``).
    effective
        These, else the site's. Short texts are mistaken so often that no language is guessed.
    """

    requested: tuple[str, ...]
    effective: tuple[str, ...]

    @property
    def detected(self) -> tuple[str, ...]:
        """The effective languages without region."""
        return tuple(dict.fromkeys(primary(tag) for tag in self.effective))

    def within(self, supported: Container[str]) -> bool:
        """Tell whether every one is supported, itself or without its region."""
        return all(_normal(tag) in supported or primary(tag) in supported for tag in self.effective)


def read_comment(request: Fields) -> str:
    """Return the text of the comment.

    Raises
    ------
    Refused
        Where it is empty, too long, or not plain text.
    """
    comment = request.part("comment") or Fields({}, "comment")
    text = comment.text("text")
    if not text:
        raise Refused.because("COMMENT_EMPTY", "Comment must be non-empty.")
    if len(text.encode()) > LONGEST_COMMENT:
        raise Refused.because("COMMENT_TOO_LONG", "Comment text too long.")
    kind = comment.text("type")
    if kind == "HTML":
        raise Refused.because("INVALID_REQUEST", "Currently, only 'PLAIN_TEXT' comments are supported")
    if kind not in {None, "", "PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"}:
        raise Refused.because("INVALID_REQUEST", "Unknown text type")
    return text


def read_context(request: Fields) -> Context:
    """Return the context; an entry that is a JSON object holds facts, as Coral's does, and no words of a reader.

    Raises
    ------
    Refused
        Where it has both of its forms.
    """
    context = request.part("context") or Fields({})
    entries, pair = context.parts("entries"), context.part("articleAndParentComment")
    if entries and pair:
        raise Refused.because(
            "INVALID_REQUEST",
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
        )
    if pair:
        parent = pair.part("parentComment")
        return Context(_text(pair.part("article")), _nearest([_text(parent)]))
    facts: dict[str, str] = {}
    texts: list[str | None] = []
    for entry in entries[-MOST_READ:]:
        found = _facts(entry.text("text") or "")
        texts.append(_text(entry) if found is None else None)
        for known in (entry.members, found or {}):  # an old Talk wrote them into the entry itself
            facts |= {name: known[name] for name in (_URL, _COMMENT, _PARENT) if _is_name(known.get(name))}
    return Context(None, _nearest(texts), facts.get(_URL), facts.get(_COMMENT), facts.get(_PARENT))


def read_languages(request: Fields, default: str) -> Languages:
    """Return the languages of the comment; those that the client declares come before the site's default."""
    requested = tuple(tag for tag in request.texts("languages") if primary(tag) not in _UNKNOWN)
    return Languages(requested, requested or (default,))


def primary(tag: str) -> str:
    """Return a language without its script and region.

    Examples
    --------
    >>> primary("fr-FR"), primary("fr_BF"), primary("FR")
    ('fr', 'fr', 'fr')
    """
    return _SUBTAG.split(_normal(tag), maxsplit=1)[0]


def _normal(tag: str) -> str:
    return tag.strip().lower().replace("_", "-")


def _facts(text: str) -> Mapping[str, Any] | None:
    """Return the members of a text that is a JSON object, None for any other text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = read_json(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _text(entry: Fields | None) -> str | None:
    """Return the text of an entry, of HTML its words."""
    text = (entry.text("text") if entry else None) or None
    if text and entry and entry.text("type") == "HTML" and len(text) <= LONGEST_CONTEXT:
        return plain(text) or None
    return text


def _nearest(texts: list[str | None]) -> tuple[str, ...]:
    """Return the last texts, as many as the limits allow, in their order."""
    kept: list[str] = []
    room = LONGEST_CONTEXT
    for text in reversed(texts):
        if text and len(text) <= room and len(kept) < MOST_ENTRIES:
            kept.append(text)
            room -= len(text)
    return tuple(reversed(kept))
