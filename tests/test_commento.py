import io
import json

import pytest

from moderation.errors import DamagedSourceError
from moderation.threads import Report, read_threads


def read(comments, commenters=(), report=None, **more):
    text = json.dumps({"version": 1, "comments": comments, "commenters": list(commenters), **more})
    return list(read_threads(io.BytesIO(text.encode()), "commento", report=report or Report(), personal_data=True))


def comment(number="1", **facts):
    return {
        "commentHex": number,
        "domain": "mali.example",
        "url": "/or",
        "parentHex": "root",
        "markdown": "Bravo",
        "state": "approved",
    } | facts


def one(**facts):
    (found,) = read([comment(**facts)])
    return found["1"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "approved"),
        ({"state": "unapproved"}, "held"),
        ({"state": "flagged"}, "held"),
        ({"state": "bizarre"}, None),
        ({"state": ""}, None),
        ({"deleted": True}, "deleted"),
        ({"isApproved": True, "isPending": False}, "approved"),
        ({"isApproved": False, "isPending": True}, "held"),
        ({"isApproved": False, "isPending": False}, "trash"),
        ({"isApproved": True, "isDeleted": True}, "deleted"),
    ],
)
def test_statuses(facts, status):
    assert one(**facts).status == status


def test_a_state_that_is_not_known_is_named():
    report = Report()
    read([comment(state="bizarre")], report=report)
    assert list(report.notes.lines()) == [
        "the status is left out, it is not known: 1 comment (first: comment 1, “bizarre”)"
    ]


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"markdown": "**Un**\n\nDeux"}, "**Un**\n\nDeux"),
        ({"markdown": "", "html": "<p>Un</p>"}, "Un"),
        ({"markdown": "", "html": ""}, ""),
        ({"markdown": "[deleted]", "deleted": True}, ""),
        ({"markdown": "[deleted]"}, "[deleted]"),
    ],
)
def test_texts(facts, text):
    assert one(**facts).text == text


def test_authors_are_named_in_a_list_of_their_own():
    people = [{"commenterHex": "a1", "name": "Awa", "email": "undefined"}]
    (found,) = read([comment(commenterHex="a1"), comment("2", commenterHex="anonymous", parentHex="1")], people)
    assert [(c.author, c.parent_id, c.email) for c in found] == [("Awa", None, None), (None, "1", None)]


def test_comentario_keeps_the_path_alone():
    page = {"id": "p", "domainId": "d", "path": "/or", "title": "L'or"}
    facts = {
        "id": "1",
        "pageId": "p",
        "markdown": "Bravo",
        "isApproved": True,
        "authorName": "Awa",
        "createdTime": "2024-03-01T08:00:00Z",
    }
    (found,) = read(
        [facts, facts | {"id": "2", "parentId": "1", "userCreated": "u"}], [{"id": "u", "name": "Issa"}], pages=[page]
    )
    assert (found.id, found.title, found["2"].parent_id, found["2"].author) == ("/or", "L'or", "1", "Awa")


def test_a_path_without_a_stroke():
    (found,) = read([comment(path="or", url="")])
    assert found.id == "mali.example/or"


def test_comments_stand_before_a_cut_in_the_list_of_authors():
    text = json.dumps({"version": 1, "comments": [comment(), comment("2")], "commenters": [{"commenterHex": "a1"}]})
    found = []
    with pytest.raises(DamagedSourceError, match="line 1, column"):
        found.extend(c.id for one in read_threads(io.BytesIO(text[:-8].encode())) for c in one)
    assert found == ["1", "2"]


def test_comments_that_are_no_list_are_damage():
    with pytest.raises(DamagedSourceError, match="the comments are no list"):
        read({"1": comment()})
