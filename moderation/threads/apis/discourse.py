"""Discourse: topics and lists of posts as the forum gives them in JSON.

A post answers another by its number in the topic, which is therefore its id here.

Source: https://docs.discourse.org/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderation.comments import Status, Thread
from moderation.threads.apis.gathering import Drafts, Facts, count, gathered, listed, name, text
from moderation.threads.documents import at, documents, top
from moderation.threads.draft import Draft
from moderation.threads.markup import plain
from moderation.threads.source import Source

LISTS = ("latest_posts", "posts", "user_actions")

KINDS = {2: "an action of a moderator", 3: "an action, not a text", 4: "seen by the team alone"}
"""`post_type` of what is not a comment of a reader."""

_QUOTED = re.compile(r'<aside [^<>]{0,500}?data-username="([^"<>]{1,60})"')


def matches(head: str) -> bool:
    """Tell whether a text begins like a topic or a list of posts of Discourse.

    Examples
    --------
    >>> matches('{"post_stream": {"posts": [{"id": 83, "username": "awa"')
    True
    >>> matches('{"latest_posts": [{"id": 14, "post_number": 1'), matches('{"posts": [{"id": 14, "body": ""}]}')
    (True, False)
    """
    first = top(head).first
    return "post_stream" in first or _is_post(first) or any(_is_post(one) for one in _posts(first)[:1])


def read(source: Source) -> Iterator[Thread]:
    """Read the posts, by topic; the first one of a topic is the text that opens it.

    A topic names all of its posts and holds about twenty, so more may be announced than there are.

    Raises
    ------
    DamagedSourceError
        Where the text is not JSON.

    Examples
    --------
    >>> post = '{"post_number": 2, "reply_to_post_number": 1, "username": "awa", "cooked": "<p>Oui</p>"}'
    >>> topic = Source.of(f'{{"post_stream": {{"posts": [{post}], "stream": [83, 84]}}, "id": 57, "title": "Eau"}}')
    >>> [(thread.id, thread.announced, thread.notes[-1]) for thread in read(topic)]
    [('57', 2, '1 of 2 announced comments are shown')]
    """
    return gathered(source, _fill)


def _fill(source: Source, drafts: Drafts) -> None:
    for where, value in documents(source):
        if isinstance(value, dict) and "post_stream" in value:
            _add_topic(drafts, value, where)
        elif _is_post(value):
            _add(drafts, value, where)
        elif isinstance(value, dict) and any(isinstance(value.get(key), list) for key in LISTS):
            for number, post in enumerate(_posts(value), start=1):
                _add(drafts, post, f"{where}, post {number}")
        else:
            drafts.drop("not a post", where)


def _posts(value: Facts) -> list[object]:
    return next((value[key] for key in LISTS if isinstance(value.get(key), list)), [])


def _is_post(value: object) -> bool:
    return isinstance(value, dict) and "post_number" in value


def _add_topic(drafts: Drafts, topic: Facts, where: str) -> None:
    posts = listed(at(topic, "post_stream", "posts"))
    stream = at(topic, "post_stream", "stream")
    announced = len(stream) if isinstance(stream, list) else count(topic.get("posts_count"))
    topic_id = name(topic.get("id")) or next((found for post in posts if (found := name(at(post, "topic_id")))), None)
    drafts.of(topic_id, text(topic.get("title")) or None, announced=announced)
    for number, post in enumerate(posts, start=1):
        _add(drafts, post, f"{where}, post {number}", topic_id)


def _add(drafts: Drafts, post: object, where: str, topic_id: str | None = None) -> None:
    if not isinstance(post, dict) or not _is_post(post):
        drafts.drop("not a post", where, topic_id)
        return
    draft = drafts.of(
        topic_id or name(post.get("topic_id")), text(post.get("topic_title") or post.get("title")) or None
    )
    cooked = text(post.get("cooked"))
    parent_id = name(post.get("reply_to_post_number"))
    quoted = _QUOTED.match(cooked) if parent_id is None else None
    draft.add(
        name(post.get("post_number")) or where,
        _text(draft, post, where),
        parent_id,
        author=text(post.get("username")) or None,
        written=text(post.get("created_at")),
        status=_status(post),
        likes=_likes(post),
        flags=count(post.get("reviewable_score_count")),
        to=quoted[1] if quoted else None,
        where=where,
    )
    kind = KINDS.get(count(post.get("post_type")) or 1)
    if kind:
        draft.notes.add(kind, where)


def _text(draft: Draft, post: Facts, where: str) -> str:
    if isinstance(post.get("cooked"), str):
        return plain(post["cooked"])
    if isinstance(post.get("raw"), str):
        return text(post["raw"])
    excerpt = text(post.get("excerpt") or post.get("blurb"))
    draft.notes.add("only the beginning of the text is here" if excerpt else "no text", where)
    return plain(excerpt)


def _status(post: Facts) -> Status | None:
    if post.get("deleted_at") or post.get("user_deleted") is True or post.get("deleted") is True:
        return "deleted"
    if count(post.get("post_type")) == 4 or not isinstance(post.get("hidden"), bool):
        return None
    return "held" if post["hidden"] else "approved"


def _likes(post: Facts) -> int | None:
    """Return the likes: a number of its own in searches, else the action with the id 2, which is left out for none."""
    for action in listed(post.get("actions_summary")):
        if at(action, "id") == 2 and count(action.get("count")) is not None:
            return count(action["count"])
    return count(post.get("like_count"))
