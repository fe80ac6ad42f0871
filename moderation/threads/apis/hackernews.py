"""Hacker News: items and search results of Algolia, and items of its own API (Firebase).

Source: https://hn.algolia.com/api and https://github.com/HackerNews/API
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moderation.comments import Status, Thread
from moderation.threads.apis.gathering import Drafts, Facts, count, gathered, listed, name, text
from moderation.threads.documents import at, documents, top
from moderation.threads.markup import plain
from moderation.threads.source import Source

PAGE = "https://news.ycombinator.com/item?id="

Items = dict[str, tuple[str, Facts]]
"""Id -> where it stands, and the item: Firebase tells of a comment what it answers, not the story."""


def matches(head: str) -> bool:
    """Tell whether a text begins like an item or a search result of Hacker News.

    Examples
    --------
    >>> matches('{"id": 1, "created_at_i": 1370000000, "type": "story", "author": "awa", "children": [')
    True
    >>> matches('[{"by": "awa", "id": 2, "parent": 1, "text": "Oui", "time": 1370000000, "type": "comment"}]')
    True
    >>> matches('{"hits": [{"story_id": 1, "comment_text": "Oui"'), matches('{"hits": [{"id": 1}]}')
    (True, False)
    """
    first = top(head).first
    return _is_tree(first) or _is_item(first) or any(_is_hit(hit) for hit in listed(first.get("hits"))[:1])


def read(source: Source) -> Iterator[Thread]:
    """Read the comments, by story. What a story or a poll itself says is no comment.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON.

    Examples
    --------
    >>> item = '{"id": 2, "type": "comment", "author": "awa", "text": "Oui", "parent_id": 1, "children": []}'
    >>> story = f'{{"id": 1, "type": "story", "title": "Eau", "created_at_i": 1370000000, "children": [{item}]}}'
    >>> [(thread.title, thread["2"].author) for thread in read(Source.of(story))]
    [('Eau', 'awa')]
    """
    return gathered(source, _fill)


def _fill(source: Source, drafts: Drafts) -> None:
    items: Items = {}
    try:
        for where, value in documents(source):
            if isinstance(value, dict) and isinstance(value.get("hits"), list):
                _add_hits(drafts, value, where)
            elif isinstance(value, dict) and _is_tree(value):
                _add_tree(drafts, value, where)
            elif isinstance(value, dict) and _is_hit(value):
                _add_hit(drafts, value, where)
            elif isinstance(value, dict) and _is_item(value) and (item_id := name(value.get("id"))):
                if item_id in items:
                    drafts.drop("the same item stands before", where)
                items.setdefault(item_id, (where, value))
            else:
                drafts.drop("null in the place of an item" if value is None else "not an item", where)
    finally:
        _add_items(drafts, items)


def _is_tree(value: Facts) -> bool:
    return "created_at_i" in value and "type" in value and "objectID" not in value


def _is_hit(value: object) -> bool:
    return isinstance(value, dict) and ("comment_text" in value or ("objectID" in value and "_tags" in value))


def _is_item(value: Facts) -> bool:
    return (
        "id" in value and value.get("type") in ("comment", "story", "job", "poll", "pollopt") and "author" not in value
    )


def _add_tree(drafts: Drafts, root: Facts, where: str) -> None:
    thread_id = name(root.get("story_id"))
    if root["type"] != "comment":
        thread_id = name(root.get("id"))
        drafts.of(thread_id, text(root.get("title")) or None, text(root.get("url")) or f"{PAGE}{thread_id}")
    waiting: list[tuple[Any, str | None]] = [(root, name(root.get("parent_id")))]
    number = 0
    while waiting:
        item, above = waiting.pop()
        if not isinstance(item, dict):
            drafts.drop("not an item", where, thread_id)
            continue
        item_id = name(item.get("id"))
        waiting += [(child, item_id) for child in reversed(listed(item.get("children")))]
        if item.get("type", "comment") == "comment":
            number += 1
            place = f"{where}, comment {number}"
            parent = name(item.get("parent_id")) or above
            _add(drafts, thread_id, item, "text", place, None if parent == thread_id else parent)


def _add_hits(drafts: Drafts, answer: Facts, where: str) -> None:
    hits = answer["hits"]
    for number, hit in enumerate(hits, start=1):
        _add_hit(drafts, hit, f"{where}, hit {number}")
    found = count(answer.get("nbHits")) or 0
    if found > len(hits):
        story = name(at(hits[0], "story_id")) if hits else None
        drafts.note("the search found more than this page shows", f"{where}, {len(hits)} of {found}", story)


def _add_hit(drafts: Drafts, hit: object, where: str) -> None:
    if not isinstance(hit, dict) or not _is_hit(hit):
        drafts.drop("not an item", where)
    elif "comment_text" in hit and hit["comment_text"] is not None:
        story = name(hit.get("story_id"))
        parent = name(hit.get("parent_id"))
        drafts.of(story, text(hit.get("story_title")) or None, text(hit.get("story_url")) or (story and PAGE + story))
        _add(drafts, story, hit, "comment_text", where, None if parent == story else parent)
    else:
        story = name(hit.get("objectID"))
        drafts.of(story, text(hit.get("title")) or None, text(hit.get("url")) or None, count(hit.get("num_comments")))


def _add_items(drafts: Drafts, items: Items) -> None:
    """Add items of Firebase, each to the story to which its parents lead, else to that of the source if it is one."""
    stories = {item_id: None for item_id, (_, item) in items.items() if item["type"] not in ("comment", "pollopt")}
    alone = next(iter(stories)) if len(stories) == 1 else None
    for story in stories:
        item = items[story][1]
        url = text(item.get("url")) or PAGE + story
        drafts.of(story, text(item.get("title")) or None, url, count(item.get("descendants")))
    roots = _roots(items)
    for item_id, (where, item) in items.items():
        if item["type"] == "comment":
            above = roots[item_id] if roots[item_id] in stories else alone
            parent = name(item.get("parent"))
            _add(drafts, above, item, "text", where, None if parent == above else parent)


def _roots(items: Items) -> Mapping[str, str]:
    """Return the topmost parent of each item; each is climbed once."""
    roots: dict[str, str] = {}
    for item_id in items:
        path: dict[str, None] = {}
        here = item_id
        while here not in roots and here not in path and here in items:
            path[here] = None
            here = name(items[here][1].get("parent")) or here
        roots |= dict.fromkeys(path, roots.get(here, here))
    return roots


def _add(drafts: Drafts, story: str | None, item: Facts, key: str, where: str, parent_id: str | None) -> None:
    seconds = count(item.get("created_at_i", item.get("time")))
    draft = drafts.of(story)
    draft.add(
        name(item.get("id")) or name(item.get("objectID")) or where,
        plain(text(item.get(key))),
        parent_id,
        author=text(item.get("author", item.get("by"))) or None,
        written=text(item.get("created_at")) or (None if seconds is None else str(seconds)),
        status=_status(item, key),
        likes=count(item.get("points", item.get("score"))),
        where=where,
    )


def _status(item: Facts, key: str) -> Status | None:
    """Return what has become of a comment: software, flags or moderators kill it, its author deletes it."""
    if item.get("deleted") is True or (item.get(key, "") is None and item.get("author", "") is None):
        return "deleted"
    return "trash" if item.get("dead") is True else "approved"
