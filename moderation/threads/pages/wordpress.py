"""Comments of WordPress and of what writes the same markup: wpDiscuz, WordPress.com, and the themes of many years.

All of them number the comments in ``id`` ("comment-7", "li-comment-7", "wpd-comm-7_3") and mark them with the
class ``comment``, ``pingback`` or ``trackback``, often on several elements of one comment. Answers stand in the
element of the comment that they answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.comments import Kind
from moderation.threads.draft import Draft
from moderation.threads.pages.blocks import Blocks

_WITH_CLASS = ".comment, .pingback, .trackback, .wpd-comment, .wc-comment"
_WITH_ID = '[id^="comment-"], [id^="li-comment-"], [id^="div-comment-"], [id^="dsq-comment-"]'
_HOLDERS = ("li", "div", "article", "section", "dt")
_ID = re.compile(r"(?:(?:li|div|dsq)-)?comment[-_]?(\d+)|(?:wpd|wc)-comm-(\d+)_(\d+)|c(\d+)")
_INNER = (
    (_WITH_ID, "id", re.compile(r"^(?:(?:li|div)-)?comment-(\d+)$")),
    ("[data-commentid]", "data-commentid", re.compile(r"^(\d+)$")),
    ('[href*="replytocom="]', "href", re.compile(r"[?&;]replytocom=(\d+)")),
)
_LISTED = re.compile(r"(?:^|\s)(?:even|odd)\s(?:.*\s)?(?:thread-(?:even|odd)|depth-\d)")  # as comment_class() writes
_DEPTH = re.compile(r"\bdepth-(\d{1,6})")
_LEVEL = re.compile(r"(?:wpd|wc)_comment_level-(\d{1,6})")  # wpDiscuz writes "depth-1" on all
_WAITING = re.compile(
    r"await\w* (?:moderation|approval)|(?:attente|en cours) de (?:mod[ée]ration|validation)"
    r"|wartet auf (?:moderation|freischaltung)|(?:pendiente|espera) de (?:moderaci[óo]n|aprobaci[óo]n)",
    re.IGNORECASE,
)
_WAITING_MARKS = ".comment-awaiting-moderation, .wpd-unapproved, .wpd-unapproved-comment, .unapproved, em"
_PING_AUTHORS = ".url, .wp-block-comment-author-name"
_LISTS = {"commentlist", "comment-list", "comments-list", "children"}
LONGEST_NOTE = 300  # characters
FLAT = "no comment stands in another on the page, so the places are those of the depths that it names"
UNLIKE = "the place on the page is not the one that its markup names"
_OTHERS = ("drupal", "joomla", "spip")


@dataclass(slots=True)
class _Place:
    """What the markup says of one comment beside its words."""

    node: LexborNode
    id: str | None
    parent: str | None  # as wpDiscuz names it, "0" at the top level
    depth: int | None
    kind: Kind
    listed: bool  # its class was written by WordPress itself


def fill(tree: LexborHTMLParser, draft: Draft) -> bool:
    """Add the comments of a page of WordPress, in reading order, each under the one in whose element it stands.

    Examples
    --------
    >>> from moderation.threads.source import Source
    >>> draft = Draft("t", Source.of(""))
    >>> answer = '<ul class=children><li class=comment id=comment-8><div class=comment-content>Non</div></ul>'
    >>> fill(LexborHTMLParser(f"<ol><li class=comment id=comment-7><b class=fn>Awa</b><p>Oui</p>{answer}</ol>"), draft)
    True
    >>> [(comment.id, comment.parent_id, comment.author, comment.text) for comment in draft.comments]
    [('7', None, 'Awa', 'Oui'), ('8', '7', None, 'Non')]
    """
    generator = tree.head.css_first("[name=generator]") if tree.head is not None else None
    if generator is not None and (generator.attributes.get("content") or "").lower().startswith(_OTHERS):
        return False
    for selector in (_WITH_CLASS, _WITH_ID):
        blocks = Blocks(tree)
        places = list(_places(tree.css(selector), blocks))
        _number(places, blocks)
        known = [number for number, place in enumerate(places) if _is_comment(place)]
        if known:
            _add(draft, known, places, blocks)
            return True
    return False


def _places(nodes: Sequence[LexborNode], blocks: Blocks) -> Iterator[_Place]:
    """Yield the outermost element of each comment, and tell the blocks."""
    places: list[_Place] = []
    last = 0
    for node in nodes:
        seen, last = node.mem_id == last, node.mem_id
        if seen:  # a query with several parts gives a node once for each
            continue
        attributes, tag = node.attributes, node.tag
        classes, (comment_id, parent) = attributes.get("class") or "", _ids(attributes.get("id") or "")
        listed = comment_id is None and _LISTED.search(classes) is not None
        above = blocks.owner(node)
        if tag == "dd" and places and places[-1].node.tag == "dt":
            blocks.alias(node, len(places) - 1)
        if tag not in _HOLDERS:
            continue
        if above is not None:
            outer = places[above]
            if comment_id is None and not listed and tag != "li":
                continue
            if comment_id is not None and comment_id == outer.id:
                continue
            if outer.id is None and tag != "li" and outer.node.tag == "li":
                outer.id = comment_id
                continue
        kind: Kind = "pingback" if "pingback" in classes else "trackback" if "trackback" in classes else "comment"
        depth = (_LEVEL if parent else _DEPTH).search(classes)
        holder = node if tag == "li" else _holder(node)
        if comment_id is None and holder is not node:
            comment_id = _ids(holder.id or "")[0]
        places.append(_Place(holder, comment_id, parent, int(depth[1]) if depth else None, kind, listed))
        blocks.add(holder, above, awaited=kind == "comment")
        yield places[-1]


def _holder(node: LexborNode) -> LexborNode:
    """Return the item of a list that a comment begins, for the answers stand in that; else its own element."""
    item, before = node.parent, node.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    return item if item is not None and item.tag == "li" and before is None else node


def _ids(written: str) -> tuple[str | None, str | None]:
    """Return the id that an attribute names, and that of the parent, which wpDiscuz adds."""
    if written[:8] == "comment-" and written[8:].isdecimal():
        return written[8:], None
    found = _ID.fullmatch(written)
    return (found[1] or found[2] or found[4], found[3]) if found else (None, None)


def _number(places: Sequence[_Place], blocks: Blocks) -> None:
    """Find the ids of comments that are named only inside, on a box or on the link that answers them."""
    for selector, attribute, pattern in _INNER:
        if all(place.id for place in places):
            return
        for node in blocks.tree.css(selector):
            number, found = blocks.owner(node), pattern.search(node.attributes.get(attribute) or "")
            if number is not None and places[number].id is None and found:
                places[number].id = found[1]


def _is_comment(place: _Place) -> bool:
    """Tell whether an element is sure to be a comment: themes give the class to counters and icons too."""
    parent = place.node.parent
    return (
        place.id is not None
        or place.listed
        or not _LISTS.isdisjoint((parent.attributes.get("class") or "").split() if parent is not None else ())
    )


def _add(draft: Draft, known: Sequence[int], places: Sequence[_Place], blocks: Blocks) -> None:
    mark = "n" if any(places[number].id for number in known) else ""  # counts must not meet the numbers of others
    ids = {number: places[number].id or f"{mark}{count}" for count, number in enumerate(known, start=1)}
    parents, unlike, why = _parents(known, places, blocks)
    waiting, votes, answered = _waiting(blocks), _votes(blocks, places), _answered(blocks, places)
    pings = _ping_authors(blocks, places)
    for number in known:
        place, parent = places[number], parents[number]
        shown = None if parent is None else ids[parent]
        named = place.parent and {"0": ""}.get(place.parent, place.parent)
        if named is not None and named != (shown or ""):
            unlike.append(number)
        draft.add(
            ids[number],
            blocks.text(number),
            shown if named is None else named,
            author=blocks.author(number) or pings.get(number),
            written=blocks.written(number),
            created_at=blocks.created(number),
            status="held" if number in waiting else None,
            kind=place.kind,
            likes=votes.get(number),
            to=answered.get(number),
        )
    draft.doubt((ids[number] for number in unlike), why)


def _parents(
    known: Sequence[int], places: Sequence[_Place], blocks: Blocks
) -> tuple[dict[int, int | None], list[int], str]:
    """Return the comments that others stand in, those whose markup says something else of their place, and what."""
    shown = blocks.parents(set(known))
    parents = {number: shown[number] for number in known}
    depths: dict[int, int] = {}
    for number, parent in parents.items():
        depths[number] = 1 if parent is None else depths[parent] + 1
    unlike = [number for number in known if places[number].depth not in (None, depths[number])]
    if unlike and all(parent is None for parent in parents.values()):
        return _by_depth(known, places), unlike, FLAT
    return parents, unlike, UNLIKE


def _by_depth(known: Sequence[int], places: Sequence[_Place]) -> dict[int, int | None]:
    """Return for each comment the last one before it that is a level up."""
    parents: dict[int, int | None] = {}
    open_at: list[int] = []
    for number in known:
        del open_at[max((places[number].depth or 1) - 1, 0) :]
        parents[number] = open_at[-1] if open_at else None
        open_at.append(number)
    return parents


def _waiting(blocks: Blocks) -> set[int | None]:
    """Return the comments that are marked, or say of themselves, that they wait for a moderator."""
    found = set()
    for node in blocks.tree.css(_WAITING_MARKS):
        marked = node.tag != "em" or "comment-awaiting-moderation" in (node.attributes.get("class") or "")
        outside = node.parent is not None and node.parent.tag != "p"  # of what a reader wrote
        if marked or (outside and _WAITING.search(node.text()[:LONGEST_NOTE])):
            found.add(blocks.owner(node))
    return found


def _votes(blocks: Blocks, places: Sequence[_Place]) -> dict[int, int]:
    """Return what wpDiscuz counts of the readers who approve."""
    if not any(place.parent for place in places):
        return {}
    found = blocks.facts((".wpd-vote-result-like", ".wpd-vote-result"), lambda node, _: node.attributes.get("title"))
    return {number: int(votes) for number, votes in found.items() if re.fullmatch(r"\d{1,9}", votes)}


def _answered(blocks: Blocks, places: Sequence[_Place]) -> dict[int, str]:
    """Return whom wpDiscuz names above an answer."""
    if not any(place.parent for place in places):
        return {}
    return blocks.facts((".wpd-reply-to a",), lambda node, _: " ".join(node.text().split()))


def _ping_authors(blocks: Blocks, places: Sequence[_Place]) -> dict[int, str]:
    """Return the titles of the pages that link to this one."""
    if all(place.kind == "comment" for place in places):
        return {}
    nodes = ((blocks.owner(node), node) for node in reversed(blocks.tree.css(_PING_AUTHORS)))
    return {number: node.text(strip=True) for number, node in nodes if number is not None}
