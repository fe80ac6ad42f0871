import io
import json

import pytest

from moderation.threads import Report, read_threads


def read(*values, report=None, **options):
    text = "\n".join(map(json.dumps, values))
    return list(read_threads(io.BytesIO(text.encode()), "remark42", report=report or Report(), **options))


def comment(number="1", url="/or", **facts):
    return {
        "id": number,
        "pid": "",
        "text": "<p>Bravo</p>",
        "user": {"id": "u", "name": "Awa"},
        "locator": {"url": url},
    } | facts


def one(**facts):
    (found,) = read(comment(**facts))
    return found["1"]


def test_a_backup_holds_the_pages_of_a_site():
    meta = {"version": 1, "users": [{"id": "u"}], "posts": [{"url": "/or"}]}
    report = Report()
    found = read(
        meta,
        comment(url="https://x.example/a", title="A"),
        comment("2", "/b"),
        comment("3", "/b", pid="2"),
        report=report,
    )
    assert [(page.id, page.url, page.title, len(page)) for page in found] == [
        ("https://x.example/a", "https://x.example/a", "A", 1),
        ("/b", None, None, 2),
    ]
    assert (report.read, report.kept, report.dropped) == (3, 3, {})


@pytest.mark.parametrize("pid", ["", "0", "root"])
def test_top_level(pid):
    assert one(pid=pid).parent_id is None


def test_a_deleted_comment_keeps_its_place_and_the_answers():
    gone = comment(delete=True, text="", user={"id": "deleted", "name": "deleted"}, time="0001-01-01T00:00:00Z")
    (found,) = read(gone, comment("2", pid="1"))
    assert (found["1"].status, found["1"].author, found["1"].created_at) == ("deleted", None, None)
    assert (found["2"].status, found.depth("2")) == ("approved", 2)


@pytest.mark.parametrize(
    ("facts", "likes"),
    [
        ({"score": 3, "votes": None}, 3),
        ({"score": -2}, None),
        ({"score": 0, "votes": {"a": True, "b": False}}, 1),
        ({"score": True}, None),
        ({}, None),
    ],
)
def test_likes_are_the_votes_for_a_comment_where_they_are_known(facts, likes):
    assert one(**facts).likes == likes


def test_the_typed_text_stands_in_where_there_is_no_other():
    assert one(text="", orig="**Bravo**").text == "**Bravo**"
    assert one(user={"id": "u", "name": "Awa &amp; &#34;Issa&#34;"}).author == 'Awa & "Issa"'


def test_a_tree_nests_what_names_no_parent():
    tree = {"comment": comment(), "replies": [{"comment": comment("2")}, {"comment": comment("3", pid="2")}]}
    (found,) = read({"comments": [tree]})
    assert [(c.id, c.parent_id) for c in found] == [("1", None), ("2", "1"), ("3", "2")]


def test_comments_that_are_announced_and_not_shown():
    (found,) = read({"comments": [], "info": {"url": "/or", "count": 5}})
    assert (found.id, found.announced, len(found)) == ("/or", 5, 0)
    assert "0 of 5 announced comments are shown" in found.notes


def test_the_last_comments_of_a_site_are_of_several_pages():
    found = read({"comments": [comment(), comment("2", "/coton")], "count": 9})
    assert [(page.id, page.announced, len(page)) for page in found] == [("/or", None, 1), ("/coton", None, 1)]


def test_what_is_no_comment_is_counted():
    report = Report()
    answer = {"comments": [{"comment": comment("2"), "replies": [None, {"comment": 3}]}]}
    found = read(comment(), {"autre": 1}, answer, report=report)
    assert [c.id for page in found for c in page] == ["1", "2"]
    assert report.dropped == {"not a comment": 3}
    assert list(report.notes.lines()) == ["dropped, not a comment: 3 comments (first: line 2)"]
