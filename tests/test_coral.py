import io
import json

import pytest

from moderation.errors import DamagedSourceError
from moderation.threads import Report, read_threads


def read(*values, report=None, **options):
    text = values[0] if isinstance(values[0], str) else "\n".join(map(json.dumps, values))
    return list(read_threads(io.BytesIO(text.encode()), "coral", report=report or Report(), **options))


def one(**facts):
    report = Report()
    (found,) = read({"id": "1", "storyID": "s", "authorID": "a"} | facts, report=report)
    return found["1"], list(report.notes.lines())


def test_the_last_revision_is_the_text():
    comment, _ = one(revisions=[{"body": "Un"}, {"body": "<p>Deux &lt; trois</p><br>quatre"}])
    assert comment.text == "Deux < trois\n\nquatre"


def test_talk_kept_texts_as_they_were_typed():
    talk = {"id": "1", "asset_id": "s", "author_id": "a", "parent_id": "0a", "status": "ACCEPTED"}
    history = [{"body": "Un"}, {"body": "2 < 3 <b>non</b>\nDeux", "created_at": {"$date": "2017-05-01T10:00:00Z"}}]
    (found,) = read(
        talk | {"body_history": history, "created_at": {"$date": 1493632800000}, "action_counts": {"respect": 2}}
    )
    comment = found["1"]
    assert (comment.text, comment.status, comment.likes, comment.parent_id) == (
        "2 < 3 <b>non</b>\nDeux",
        "approved",
        2,
        "0a",
    )
    assert comment.created_at.isoformat() == "2017-05-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("APPROVED", "approved"),
        ("REJECTED", "trash"),
        ("PREMOD", "held"),
        ("SYSTEM_WITHHELD", "held"),
        ("NONE", None),
        ("BIZARRE", None),
    ],
)
def test_statuses(status, ours):
    comment, notes = one(status=status)
    assert comment.status == ours
    assert any("nobody has judged it" in note for note in notes) == (status == "NONE")
    assert any("the status is left out" in note for note in notes) == (status == "BIZARRE")


@pytest.mark.parametrize(
    "facts", [{"deletedAt": {"$date": "2024-01-01T00:00:00Z"}}, {"deleted_at": "2024-01-01"}, {"deleted": True}]
)
def test_a_deleted_comment_keeps_its_place(facts):
    comment, _ = one(revisions=[], status="REJECTED", **facts)
    assert (comment.status, comment.text) == ("deleted", "")


@pytest.mark.parametrize(
    ("counts", "likes", "flags"),
    [
        ({"actionCounts": {}}, 0, 0),
        ({}, None, None),
        (
            {
                "actionCounts": {
                    "REACTION": 4,
                    "FLAG": 3,
                    "FLAG__COMMENT_DETECTED_TOXIC": 1,
                    "FLAG__COMMENT_REPORTED_SPAM": 2,
                }
            },
            4,
            2,
        ),
        (
            {
                "actionCounts": {
                    "reaction": {"total": 4},
                    "flag": {"total": 2, "reasons": {"COMMENT_DETECTED_LINKS": 2}},
                }
            },
            4,
            0,
        ),
        ({"actionCounts": {"FLAG": "beaucoup"}}, 0, None),
    ],
)
def test_reports_of_readers_are_counted_and_those_of_filters_are_not(counts, likes, flags):
    comment, _ = one(**counts)
    assert (comment.likes, comment.flags) == (likes, flags)


def test_authors_are_ids_and_that_is_said():
    comment, notes = one()
    assert comment.author == "a"
    assert notes == ["the author is an id, the names stand in another collection: 1 comment (first: line 1)"]
    comment, notes = one(author={"username": "Awa"})
    assert (comment.author, notes) == ("Awa", [])


def test_an_answer_of_the_api_names_story_and_parents():
    inner = {"id": "3", "body": "c", "parent": {"id": "1"}, "replies": {"edges": [{"node": {"id": "4", "body": "d"}}]}}
    nodes = [{"node": {"id": "1", "body": "a"}}, {"node": inner}]
    story = {"id": "s", "url": "https://mali.example/or", "metadata": {"title": "L'or"}, "comments": {"edges": nodes}}
    (found,) = read({"data": {"story": story}})
    assert [(c.id, c.parent_id) for c in found] == [("1", None), ("3", "1"), ("4", "3")]
    assert (found.id, found.url, found.title) == ("s", "https://mali.example/or", "L'or")


def test_an_answer_with_comments_of_several_stories():
    nodes = [
        {"node": {"id": n, "body": "a", "story": {"id": s, "url": f"https://{s}.example"}}}
        for n, s in ("1x", "2y", "3x")
    ]
    found = read({"data": {"comments": {"edges": nodes}}})
    assert [(one.id, [c.id for c in one]) for one in found] == [("y", ["2"]), ("x", ["1", "3"])]


# Tables

LINE = "c1,a1,s1,2024-03-01T08:00:00Z,"


def test_a_table_has_seven_or_eight_columns_and_a_header_or_none():
    header = "ID, author_id, story_id, created_at, body, parent_id, status\n"
    for text in (
        f"{LINE}Bravo,,APPROVED\n",
        f"{LINE}Bravo,,APPROVED,\n",
        f"{header}{LINE}Bravo,,APPROVED\n",
        f"{LINE} Bravo , , approved,5",
    ):
        report = Report()
        (found,) = read_threads(io.BytesIO(text.encode()), report=report)
        assert report.format == "coral"
        assert [(c.id, c.parent_id, c.text, c.status, c.author) for c in found] == [
            ("c1", None, "Bravo", "approved", "a1")
        ]


def test_texts_may_hold_commas_quotation_marks_and_line_ends():
    (found,) = read(
        LINE + '"<p>Non, ""jamais"" !</p>\r\n<p>Oui</p>",,NONE\r\nc2,a1,s1,2024-03-01T08:00:00Z,Bis,c1,NONE\r\n'
    )
    assert [(c.text, c.parent_id, c.status) for c in found] == [
        ('Non, "jamais" !\n\nOui', None, None),
        ("Bis", "c1", None),
    ]


@pytest.mark.parametrize(
    ("damage", "message", "after"),
    [
        ("c2,a1,s1,hier\n", "line 2: found 4 fields; expected 7", ["c1", "c3"]),
        ('c2,a1,s1,2024-03-01T08:00:00Z,"Bravo,,NONE\n', "line 2: not a row of CSV", ["c1"]),
        ('c2,a1,s1,2024-03-01T08:00:00Z,"a"b,,NONE\n', "line 2: not a row of CSV", ["c1", "c3"]),
    ],
)
def test_damage_is_named_behind_all_that_stands_before_it(damage, message, after):
    text = f"{LINE}a,,NONE\n{damage}c3,a1,s1,2024-03-01T08:00:00Z,c,,NONE\n"
    found = []
    with pytest.raises(DamagedSourceError, match=message):
        found.extend(c.id for one in read_threads(io.BytesIO(text.encode())) for c in one)
    assert found == ["c1"]
    report = Report()
    (going_on,) = read(text, report=report, keep_going=True)
    assert [c.id for c in going_on] == after
    assert report.read == report.kept + report.dropped["damaged"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n",
        "c1,a1,s1,hier,Bravo,,NONE",
        f"{LINE}Bravo,,PEUT-ETRE",
        "id,text,author\n",
        "Un, deux, trois, 4, 5, 6, 7",
    ],
)
def test_other_tables_are_not_taken(text):
    report = Report()
    try:
        list(read_threads(io.BytesIO(text.encode()), report=report))
    finally:
        assert report.format != "coral"
