"""Comments as schema.org describes them for search engines, in JSON-LD or in the attributes of a page.

Sites often describe the first comments only; so these are read where nothing else is known of a page, and their
count is compared with what was read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.threads.draft import Draft
from moderation.threads.markup import plain
from moderation.threads.nested import Nested, mended
from moderation.threads.pages import layout
from moderation.threads.pages.byline import LONGEST, name
from moderation.threads.pages.layout import Layout
from moderation.threads.report import Notes

Entity = dict[str, Any]

TYPES = {"Comment", "Answer", "UserComments", "CorrectionComment"}
INSIDE = ("comment", "comments", "acceptedAnswer", "suggestedAnswer")
"""Properties that hold comments, whatever type they have."""
TEXTS = ("text", "commentText", "articleBody", "description")
DATES = ("dateCreated", "datePublished", "commentTime")
NAMES = ("@id", "identifier", "url")
COUNTS = ("commentCount", "answerCount")

ATTRIBUTES = Layout(
    number=r"\bcomment[-_/=]?(\d+)\b|^(\d+)$",
    marks=('[itemprop~="url"]', '[itemprop~="identifier"]'),
    text=('[itemprop~="text"]', '[itemprop~="commentText"]'),
    title=('[itemprop~="headline"]',),
    author=('[itemprop~="author"]', '[itemprop~="creator"]'),
    date=tuple(f'[itemprop~="{date}"]' for date in DATES),
    likes=('[itemprop~="upvoteCount"]',),
    parent=('[itemprop~="parentItem"]',),
)
OWN_TEXT = '[itemprop~="comment"]:not([itemscope])'
"""What some sites mark as a comment, though it is only the text of one."""

BROKEN = "metadata of the page are broken, and read as far as they go"

_NUMBER = re.compile(r"\bcomment[-_/=]?(\d+)$", re.IGNORECASE)
_CONTROL = re.compile(r"[\0-\x1f]")
_WRAPPING = re.compile(r"\s*(?:<!--|(?://\s*|/\*\s*)?<!\[CDATA\[(?:\s*\*/)?)?\s*")


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments that the metadata of a page hold: those of its JSON-LD, else those of its attributes.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of("", "page.html"))
    >>> data = '{"@type": "Article", "comment": [{"@type": "Comment", "text": "Bravo", "author": {"name": "Awa"}}]}'
    >>> fill(LexborHTMLParser(f'<script type="application/ld+json">{data}</script>'), draft)
    True
    >>> [(comment.id, comment.author, comment.text) for comment in draft.comments]
    [('1', 'Awa', 'Bravo')]
    """
    return _fill_linked(tree, draft) or _fill_attributes(tree, draft)


def count(tree: LexborHTMLParser) -> int | None:
    """Return how many comments the metadata of a page announce, else how many they hold; None where they hold none.

    Examples
    --------
    >>> count(LexborHTMLParser('<article itemscope><meta itemprop="commentCount" content="21">'))
    21
    """
    held = 0
    for found in _entities(tree, Notes()):
        held += found.comment
        announced = None if found.comment else _announced(found.entity)
        if announced is not None:
            return announced
    for node in tree.css('[itemprop~="commentCount"], [itemprop~="answerCount"], [itemprop~="interactionCount"]'):
        said = node.attributes.get("content") or node.text(deep=False)
        number = re.fullmatch(r"\s*(?:UserComments:)?(\d{1,9})\s*", said[:LONGEST])
        if number:
            return int(number[1])
    return held or len(_scopes(tree) or tree.css(OWN_TEXT)) or None


# JSON-LD


class _Entity(NamedTuple):
    """An object of the metadata, the comment that it is under, and whether it is one itself."""

    entity: Entity
    under: Entity | None
    comment: bool


def _fill_linked(tree: LexborHTMLParser, draft: Draft) -> bool:
    found = [entity for entity in _entities(tree, draft.notes) if entity.comment]
    ids = _ids([entity for entity, _, _ in found])
    known = {said: ids[id(entity)] for entity, _, _ in found for said in _said_ids(entity)}
    above: dict[str, str] = {}  # for those that are only named under the comment that they answer
    for entity, _, _ in found:
        for inner in _inside(entity):
            above |= dict.fromkeys(_said_ids(inner) if _is_reference(inner) else (), ids[id(entity)])
    for entity, under, _ in found:
        parent_id = _parent(entity, known) or next((above[said] for said in _said_ids(entity) if said in above), None)
        _add(draft, entity, ids[id(entity)], parent_id if under is None else ids[id(under)])
    return bool(found)


def _add(draft: Draft, entity: Entity, comment_id: str, parent_id: str | None) -> None:
    text = next((said for key in TEXTS if (said := _string(entity.get(key)))), "")
    if not text and not entity.keys() - {"@type", "name", *TEXTS, *INSIDE} and not any(_inside(entity)):
        draft.drop("nothing in it but its kind", f"comment {comment_id}")
        return
    likes = _integer(entity.get("upvoteCount"))
    draft.add(
        comment_id,
        plain(text, breaks=True),
        parent_id,
        author=name(_string(entity.get("author") or entity.get("creator"))),
        written=next((said for key in DATES if (said := _string(entity.get(key)))), None),
        status="deleted" if _string(entity.get("creativeWorkStatus")).lower() == "deleted" else None,
        likes=_interactions(entity, "LikeAction") if likes is None else likes,
    )


def _entities(tree: LexborHTMLParser, notes: Notes) -> Iterator[_Entity]:
    """Yield the objects in the JSON-LD of a page in their order; in a comment, only comments."""
    for script in tree.css("script[type]"):
        if "ld+json" not in (script.attributes.get("type") or "").lower():
            continue
        open_: list[tuple[Any, Entity | None, bool]] = [(_value(script.text(), notes), None, False)]
        while open_:
            value, under, inside = open_.pop()
            if isinstance(value, list):
                open_ += [(inner, under, inside) for inner in reversed(value)]
            if not isinstance(value, dict):
                continue
            comment = not _is_reference(value) and (
                not TYPES.isdisjoint(_types(value)) or (inside and any(key in value for key in TEXTS[:3]))
            )
            yield _Entity(value, under, comment)
            open_ += [
                (inner, value if comment else under, key in INSIDE)
                for key, inner in reversed(value.items())
                if key in INSIDE or not comment
            ]


def _value(text: str, notes: Notes) -> Any:
    text = _CONTROL.sub(" ", text)  # a line break in a string is no JSON, and frequent
    start = _WRAPPING.match(text)
    nested = Nested()
    try:
        nested.read(text, start.end() if start else 0)
    except ValueError:  # JSONDecodeError, or a number of thousands of digits
        nested.prune()
        if "omment" in text or "Answer" in text:
            notes.add(BROKEN)
    return mended(nested.value)


def _ids(entities: list[Entity]) -> dict[int, str]:
    """Return the id of each comment by its place in memory: its number in the page, else what only it is called."""
    times = Counter(said for entity in entities for said in set(_said_ids(entity)))
    found: dict[int, str] = {}
    for entity in entities:
        own = next((said for said in _said_ids(entity) if times[said] == 1), None)
        if own:
            number = _NUMBER.search(own)
            found[id(entity)] = number[1] if number else own
    taken = set(found.values())
    for place, entity in enumerate(entities, start=1):
        found.setdefault(id(entity), layout.place(place, taken))
    return found


def _parent(entity: Entity, known: dict[str, str]) -> str | None:
    """Return the id of the comment that ``parentItem`` names; None where that is the article."""
    item = entity.get("parentItem")
    said = _said_ids(item) if isinstance(item, dict) else [item] if isinstance(item, str) else []
    for called in said:
        number = _NUMBER.search(called)
        if called in known or number:
            return known.get(called) or (number[1] if number else None)
    is_comment = isinstance(item, dict) and not TYPES.isdisjoint(_types(item))
    return said[0] if said and is_comment else None


def _said_ids(entity: Entity) -> list[str]:
    return [said[:LONGEST] for key in NAMES if (said := _string(entity.get(key)))]


def _is_reference(entity: Entity) -> bool:
    return not entity.keys() - {*NAMES, "@type"}


def _inside(entity: Entity) -> Iterator[Entity]:
    for key in INSIDE:
        value = entity.get(key)
        yield from (inner for inner in (value if isinstance(value, list) else [value]) if isinstance(inner, dict))


def _types(entity: Entity) -> set[str]:
    said = entity.get("@type")
    return {str(kind).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for kind in (said if isinstance(said, list) else [said])}


def _string(value: Any) -> str:
    """Return what a property says: a string, a number, the name of an object, or the first of several."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "alternateName", "@value", "value", "@id") if key in value), None)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _integer(value: Any) -> int | None:
    said = _string(value)
    return int(said) if re.fullmatch(r"\d{1,9}", said, re.ASCII) else None


def _announced(entity: Entity) -> int | None:
    said = (_integer(entity.get(key)) for key in COUNTS)
    return next((number for number in said if number is not None), _interactions(entity, "CommentAction"))


def _interactions(entity: Entity, kind: str) -> int | None:
    value = entity.get("interactionStatistic")
    for counter in value if isinstance(value, list) else [value]:
        if isinstance(counter, dict):
            action = counter.get("interactionType")
            said = _types(action) if isinstance(action, dict) else {str(action).rsplit("/", 1)[-1]}
            if kind in said:
                return _integer(counter.get("userInteractionCount"))
    return None


# Attributes


def _fill_attributes(tree: LexborHTMLParser, draft: Draft) -> bool:
    scopes = _scopes(tree)
    if scopes:
        known = ATTRIBUTES._replace(text=(*ATTRIBUTES.text, OWN_TEXT))
        return bool(layout.fill(tree, draft, known, scopes))
    return bool(layout.fill(tree, draft, ATTRIBUTES, tree.css(OWN_TEXT)))


def _scopes(tree: LexborHTMLParser) -> list[LexborNode]:
    return [
        node for node in tree.css("[itemscope]") if (node.attributes.get("itemtype") or "").rsplit("/", 1)[-1] in TYPES
    ]
