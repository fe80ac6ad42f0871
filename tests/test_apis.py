"""Answers of WordPress, Discourse, Reddit and Hacker News, and JSON of any other make."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import FORMATS, Report, read_threads

LEVELS = 5_000


def given_as(value) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


def threads(value, format="auto", **options):
    return list(read_threads(io.BytesIO(given_as(value)), format, **options))


def thread(value, **options):
    (found,) = threads(value, **options)
    return found


def shape(found):
    return [(one.id, one.parent_id, one.text, one.status) for one in found]


def detected(value):
    head = given_as(value)[:65_536].decode(errors="replace")
    return next(name for name, row in FORMATS.items() if row.matches(head))


# WordPress


def wp(id, post=7, parent=0, html="<p>Oui</p>", **more):
    return {
        "id": id,
        "post": post,
        "parent": parent,
        "author": 0,
        "author_name": "Awa",
        "date": "2024-05-01T12:00:00",
        "date_gmt": "2024-05-01T10:00:00",
        "content": {"rendered": html},
        "link": f"https://site.example/eau/#comment-{id}",
        "status": "approved",
        "type": "comment",
    } | more


def test_comments_of_wordpress_are_gathered_by_article():
    found = threads([wp(3, html="<p>Bon &amp; vrai</p>\n"), wp(4, post=8), wp(5, parent=3, author_name="")])
    assert [(one.id, one.url) for one in found] == [
        ("7", "https://site.example/eau/"),
        ("8", "https://site.example/eau/"),
    ]
    assert shape(found[0]) == [("3", None, "Bon & vrai", "approved"), ("5", "3", "Oui", "approved")]
    assert (found[0]["3"].author, found[0]["5"].author) == ("Awa", None)
    assert found[0]["3"].created_at.isoformat() == "2024-05-01T10:00:00+00:00"


def test_the_date_of_wordpress_is_in_utc_and_where_it_is_missing_the_local_one_is_noted():
    found = thread([wp(3), wp(4, date_gmt="0000-00-00T00:00:00")])
    assert [one.created_at.hour for one in found] == [10, 12]
    assert found.notes == ("the date is read as UTC, no time zone: 1 comment (first: item 2, “2024-05-01T12:00:00”)",)


def test_a_held_parent_that_wordpress_does_not_show_leaves_an_orphan():
    found = thread([wp(5, parent=4)])
    assert (found["5"].parent_id, found.orphans) == ("4", ("5",))


def test_states_and_kinds_of_wordpress():
    raw = [("hold", "comment"), ("spam", "trackback"), ("trash", "pingback"), ("neuf", "review"), ("approve", "")]
    found = thread([wp(n, status=status, type=kind) for n, (status, kind) in enumerate(raw, start=1)])
    assert [(one.status, one.kind) for one in found] == [
        ("held", "comment"),
        ("spam", "trackback"),
        ("trash", "pingback"),
        (None, "comment"),
        ("approved", "comment"),
    ]
    assert all(any(word in note for note in found.notes) for word in ("“neuf”", "“review”"))


def test_addresses_of_wordpress_are_kept_only_where_asked_for():
    answer = [wp(3, author_email="awa@example.org", author_ip="192.0.2.7")]
    assert thread(answer)["3"].email is None
    found = thread(answer, personal_data=True)
    assert found["3"].email == "awa@example.org"
    assert "192.0.2.7" not in repr(found)


def test_pages_of_wordpress_in_a_folder_are_one_source(tmp_path):
    for number, page in enumerate([[wp(1)], [wp(2, parent=1)]], start=1):
        (tmp_path / f"page-{number}.json").write_bytes(given_as(page))
    (found,) = read_threads(tmp_path)
    assert [found.depth(one.id) for one in found] == [1, 2]


def test_an_error_of_wordpress_is_damage_with_its_message():
    answer = {"code": "rest_forbidden", "message": "Désolé, accès refusé.", "data": {"status": 401}}
    report = Report()
    with pytest.raises(DamagedSourceError, match=r"rest_forbidden \(“Désolé, accès refusé\.”\)"):
        thread(answer)
    assert len(thread(answer, keep_going=True, report=report)) == 0
    assert len(report.damage) == 1


def test_wordpress_in_an_envelope_and_in_its_article():
    assert shape(thread({"body": [wp(1)], "status": 200, "headers": {}}))[0][0] == "1"
    inside = {key: value for key, value in wp(1).items() if key != "post"}
    article = {
        "id": 7,
        "title": {"rendered": "L&rsquo;eau"},
        "link": "https://site.example/eau/",
        "content": {"rendered": ""},
    }
    found = thread([article | {"_embedded": {"replies": [[inside]]}}])
    assert (found.id, found.title, len(found)) == ("7", "L’eau", 1)


def test_an_empty_answer_is_an_empty_thread():
    assert thread("[]", format="wordpress-json").notes == ("no comments in it",)


# Discourse


def post(number, to=None, **more):
    return {
        "id": number + 80,
        "post_number": number,
        "reply_to_post_number": to,
        "username": "awa",
        "created_at": "2024-05-01T10:00:00.000Z",
        "cooked": f"<p>Avis {number}</p>",
        "post_type": 1,
        "topic_id": 57,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    } | more


def topic(*posts, stream=None):
    return {"post_stream": {"posts": list(posts), "stream": stream or [1] * len(posts)}, "id": 57, "title": "Eau"}


def test_posts_answer_by_their_number_in_the_topic():
    found = thread(topic(post(1), post(2, 1), post(5, 2), post(6, 3)))
    assert [(one.id, one.parent_id, found.depth(one.id)) for one in found] == [
        ("1", None, 1),
        ("2", "1", 2),
        ("5", "2", 3),
        ("6", "3", 1),
    ]
    assert (found.id, found.title, found.orphans) == ("57", "Eau", ("6",))


def test_a_topic_says_how_many_posts_are_not_in_it():
    found = thread(topic(post(1), stream=list(range(30))))
    assert (found.announced, "1 of 30 announced comments are shown" in found.notes) == (30, True)


def test_further_posts_of_a_topic_join_it():
    lines = [topic(post(1), stream=[81, 82]), {"post_stream": {"posts": [post(2, 1)]}}]
    found = thread("\n".join(map(json.dumps, lines)))
    assert (len(found), found.announced, found.depth("2")) == (2, 2, 2)


def test_states_of_posts():
    posts = [
        post(1, hidden=True),
        post(2, deleted_at="2024-05-02"),
        post(3, user_deleted=True),
        post(4, post_type=4),
        post(5, post_type=3, cooked=""),
    ]
    found = thread({"latest_posts": posts})
    assert [one.status for one in found] == ["held", "deleted", "deleted", None, "approved"]
    assert sum("seen by the team" in note or "an action" in note for note in found.notes) == 2


def test_likes_of_posts():
    liked = {"actions_summary": [{"id": 3, "count": 1}, {"id": 2, "count": 4}]}
    assert [one.likes for one in thread([post(1, **liked), post(2), post(3, like_count=2)])] == [4, None, 2]


def test_a_post_that_begins_with_a_quotation_names_its_author():
    quote = '<aside class="quote" data-username="issa" data-post="1"><blockquote>Non</blockquote></aside><p>Si</p>'
    assert thread([post(2, cooked=quote)])["2"].addressee == "issa"
    assert thread([post(2, 1, cooked=quote)])["2"].addressee is None


# Reddit


def test_a_dump_of_the_first_years_writes_its_dates_as_strings():
    line = {"id": "c1", "link_id": "t3_p", "parent_id": "t3_p", "body": "Oui", "created_utc": "1389000000"}
    assert thread(line)["c1"].created_at.isoformat() == "2014-01-06T09:20:00+00:00"


def t1(id, parent="t3_p", replies="", **more):
    data = {
        "id": id,
        "parent_id": parent,
        "link_id": "t3_p",
        "author": "awa",
        "body": "Oui",
        "created_utc": 1714557600.0,
    }
    return {"kind": "t1", "data": data | {"score": 2, "replies": replies} | more}


def listing(*things):
    return {"kind": "Listing", "data": {"children": list(things)}}


PAIR_POST = {"kind": "t3", "data": {"id": "p", "title": "Eau", "permalink": "/r/mali/eau/", "num_comments": 9}}


def test_replies_stand_in_comments():
    inner = t1("b", "t1_a", listing(t1("c", "t1_b")))
    found = thread([listing(PAIR_POST), listing(t1("a", replies=listing(inner)), t1("d"))])
    assert [(one.id, found.depth(one.id)) for one in found] == [("a", 1), ("b", 2), ("c", 3), ("d", 1)]
    assert (found.title, found.url, found.announced) == ("Eau", "https://www.reddit.com/r/mali/eau/", 9)
    assert found["a"].created_at.isoformat() == "2024-05-01T10:00:00+00:00"
    assert found["a"].likes == 2


def test_comments_that_are_not_shown_are_noted():
    more = [
        {"kind": "more", "data": {"count": 4, "children": ["x"], "parent_id": "t1_a"}},
        {"kind": "more", "data": {"count": 0, "id": "_", "children": [], "parent_id": "t1_a"}},
    ]
    notes = thread([listing(PAIR_POST), listing(t1("a", replies=listing(*more)))]).notes
    assert any("not shown, behind “load more comments”: 4" in note for note in notes)
    assert any("goes on on another page" in note for note in notes)


def test_gone_comments_keep_their_place():
    found = thread(
        [
            listing(PAIR_POST),
            listing(
                t1("a", body="[deleted]", author="[deleted]"), t1("b", body="[removed]"), t1("c", author="[deleted]")
            ),
        ]
    )
    assert [(one.text, one.status, one.author) for one in found] == [
        ("", "deleted", None),
        ("", "trash", "awa"),
        ("Oui", "approved", None),
    ]


def test_what_moderators_see_of_comments():
    facts = [{"spam": True}, {"removed": True}, {"banned_by": "issa"}, {"num_reports": 2}, {"score_hidden": True}]
    found = thread([listing(*(t1(str(n), **one) for n, one in enumerate(facts, start=1)))])
    assert [one.status for one in found] == ["spam", "trash", "trash", "approved", "approved"]
    assert (found["4"].flags, found["4"].likes, found["5"].likes) == (2, 2, None)


def test_comments_of_several_posts_are_threads_of_their_own():
    found = threads([listing(t1("a", link_id="t3_p"), t1("b", link_id="t3_q"))])
    assert [(one.id, len(one)) for one in found] == [("p", 1), ("q", 1)]


def test_escapes_of_reddit_are_undone_unless_raw_json_was_asked_for():
    escaped = t1("a", body="&gt; l'eau &amp;amp; toi", body_html="&lt;div&gt;")
    raw = t1("b", body="&gt; typed", body_html="<div>")
    assert [one.text for one in thread([listing(PAIR_POST), listing(escaped, raw)])] == [
        "> l'eau &amp; toi",
        "&gt; typed",
    ]


def test_answers_about_more_and_bare_lines_join_the_thread_of_their_post():
    more = {"json": {"errors": [], "data": {"things": [t1("b", "t1_a")]}}}
    assert detected(more) == "reddit"
    bare = t1("c", "t1_b")["data"]
    lines = "\n".join(json.dumps(one) for one in (listing(t1("a")), more, bare))
    found = thread(lines)
    assert [found.depth(one.id) for one in found] == [1, 2, 3]


def test_a_branch_whose_root_answers_an_absent_comment_is_kept():
    found = thread([listing(PAIR_POST), listing(t1("b", "t1_a", listing(t1("c", "t1_b"))))])
    assert (found.orphans, found["b"].parent_id, found.depth("c")) == (("b",), "a", 2)


def test_an_error_of_reddit_is_damage():
    answer = {"json": {"errors": [["RATELIMIT", "attendez"]]}}
    with pytest.raises(DamagedSourceError, match="RATELIMIT"):
        thread(answer)


# Hacker News


def item(id, *children, **more):
    return {
        "id": id,
        "created_at_i": 1714557600,
        "type": "comment",
        "author": "awa",
        "text": "Oui<p>Non",
        "parent_id": 1,
        "story_id": 1,
        "children": list(children),
    } | more


def test_children_of_an_item():
    gone = item(3, item(4, parent_id=3), author=None, text=None, parent_id=2)
    story = {"id": 1, "created_at_i": 1, "type": "story", "title": "Eau", "url": None, "text": None}
    found = thread(story | {"children": [item(2, gone), item(5)]})
    assert shape(found)[:2] == [("2", None, "Oui\n\nNon", "approved"), ("3", "2", "", "deleted")]
    assert [found.depth(one.id) for one in found] == [1, 2, 3, 1]
    assert (found.id, found.title) == ("1", "Eau")


def test_hits_of_a_search():
    hits = [
        {"objectID": "2", "comment_text": "Oui", "author": "awa", "parent_id": 1, "story_id": 1, "story_title": "Eau"},
        {"objectID": "3", "comment_text": "Non", "author": "issa", "parent_id": 2, "story_id": 1, "points": 3},
        {"objectID": "1", "_tags": ["story"], "title": "Eau", "num_comments": 40},
    ]
    found = thread({"hits": hits, "nbHits": 40})
    assert [found.depth(one.id) for one in found] == [1, 2]
    assert (found.announced, found["3"].likes) == (40, 3)
    assert any("the search found more" in note for note in found.notes)


def test_items_of_firebase_find_their_story_through_their_parents():
    def fire(id, parent, **more):
        return {
            "by": "awa",
            "id": id,
            "parent": parent,
            "text": "Oui &amp; non",
            "time": 1714557600,
            "type": "comment",
        } | more

    items = [
        fire(4, 3),
        fire(3, 2),
        fire(2, 1),
        {"by": "issa", "id": 1, "title": "Eau", "type": "story", "descendants": 5},
        fire(9, 8),
        None,
        {"id": 5, "parent": 1, "type": "comment", "deleted": True, "time": 1},
        fire(6, 1, dead=True),
    ]
    report = Report()
    found = thread(items, report=report)
    assert [(one.id, found.depth(one.id)) for one in found] == [
        ("4", 3),
        ("3", 2),
        ("2", 1),
        ("9", 1),
        ("5", 1),
        ("6", 1),
    ]
    assert (found["5"].status, found["6"].status, found.orphans, found.announced) == ("deleted", "trash", ("9",), 5)


# Any other


def test_replies_in_comments_and_parents_by_id():
    found = thread(
        {
            "title": "Eau",
            "results": [
                {"id": 5, "text": "a", "replies": [{"text": "b", "replies": [{"text": "c"}]}]},
                {"id": 6, "text": "d", "parent_id": 5},
                {"id": 7, "text": "e", "parent_id": 0},
            ],
        }
    )
    assert [(one.text, found.depth(one.id)) for one in found] == [("a", 1), ("b", 2), ("c", 3), ("d", 2), ("e", 1)]


def test_replies_in_later_lines_are_found():
    found = thread('{"id": 1, "text": "a", "replies": []}\n{"id": 2, "text": "b", "replies": [{"text": "c"}]}')
    assert [(one.text, found.depth(one.id)) for one in found] == [("a", 1), ("b", 1), ("c", 2)]
    assert detected('{"text": "il a écrit \\"replies\\": [{"}') == "jsonl"


@pytest.mark.parametrize("key", ["data", "results"])
def test_comments_are_found_in_objects_around_them(key):
    assert [one.author for one in thread({"status": "ok", key: {"comments": [{"text": "a", "name": "Awa"}]}})] == [
        "Awa"
    ]


def test_a_title_makes_an_article_of_a_text_with_comments():
    answer = [{"id": "a", "title": "Eau", "text": "Un article", "comments": [{"text": "b"}]}]
    assert [(one.id, [c.text for c in one]) for one in threads(answer)] == [("a", ["b"])]
    assert [one.text for one in thread([{"text": "a", "comments": [{"text": "b"}]}])] == ["a", "b"]


def test_columns_may_lead_into_objects():
    answer = {"data": [{"n": 1, "user": {"name": "Awa"}, "content": {"body": "Oui"}, "reply_to": None}]}
    columns = {"text": "content.body", "author": "user.name", "id": "n", "parent_id": "reply_to"}
    (one,) = thread(answer, columns=columns)
    assert (one.id, one.text, one.author) == ("1", "Oui", "Awa")


def test_without_a_text_the_keys_are_named():
    with pytest.raises(SourceError, match=r"item 1: no text; found 'id', 'body'; .* --map text=KEY"):
        thread([{"id": 1, "body": "Oui"}])


def test_what_has_no_text_among_comments_is_counted():
    report = Report()
    assert len(thread([{"text": "a"}, {"id": 3}, 4], report=report)) == 1
    assert dict(report.dropped) == {"no 'text' in it": 1, "not an object": 1}


def test_marked_up_texts_are_read_and_others_stay():
    found = thread([{"text": "<p>Oui &amp; non</p>"}, {"text": "a < b & <c>"}])
    assert [one.text for one in found] == ["Oui & non", "a < b & <c>"]


def test_comments_by_page_are_threads_and_have_no_parents_or_ids():
    pages = [{"id": "/a/", "title": "A", "comments": [{"id": 0, "text": "a", "created": "2005-02-24 04:03:37"}]}] * 2
    pages = [page | {"id": id} for page, id in zip(pages, ("/a/", "/b/"), strict=True)]
    found = threads(pages)
    assert [(one.id, [c.id for c in one]) for one in found] == [("/a/", ["1"]), ("/b/", ["2"])]
    assert found[0]["1"].created_at.year == 2005


# All of them

SAMPLES = {
    "wordpress-json": json.dumps([wp(1), wp(2, parent=1, html="<p>Non</p>")]),
    "discourse": json.dumps(topic(post(1), post(2, 1, cooked="<aside>x</aside>"))),
    "reddit": json.dumps([listing(PAIR_POST), listing(t1("a", replies=listing(t1("b", "t1_a"))))]),
    "hackernews": json.dumps({**item(1, item(2), item(3)), "type": "story"}),
    "json": json.dumps(
        {"items": [{"id": 1, "text": "a", "replies": [{"text": "b"}]}, {"id": 3, "text": "la dernière"}]}
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_format_is_told_by_its_keys(name):
    assert detected(SAMPLES[name]) == name
    assert detected(json.dumps(json.loads(SAMPLES[name]), indent=1)) == name


@pytest.mark.parametrize("name", SAMPLES)
def test_what_stands_before_a_cut_is_given_first(name):
    report = Report()
    cut = SAMPLES[name][: SAMPLES[name].rindex('{"', 0, len(SAMPLES[name]) - 20)]
    got = []

    def take():
        for found in read_threads(io.BytesIO(cut.encode()), name, report=report):
            got.extend(found)

    with pytest.raises(DamagedSourceError, match="line 1, column"):
        take()
    assert len(got) >= 1
    assert report.read == report.kept + sum(report.dropped.values()) == len(got)
    assert sum(map(len, threads(cut, name, keep_going=True))) == len(got)


@pytest.mark.parametrize(
    ("opening", "closing", "name"),
    [
        (
            '{"kind": "Listing", "data": {"children": [{"kind": "t1", "data": '
            '{"id": "c%d", "link_id": "t3_p", "body": "a", "replies": ',
            "}}]}}",
            "reddit",
        ),
        ('{"id": %d, "created_at_i": 1, "type": "comment", "text": "a", "author": "b", "children": [', "]}", "hackernews"),
        ('{"text": "a %d", "replies": [', "]}", "json"),
    ],
)  # fmt: skip
def test_5_000_levels_are_read(opening, closing, name):
    last = '""' if name == "reddit" else ""
    text = "[" + "".join(opening % (n + 1) for n in range(LEVELS)) + last + closing * LEVELS + "]"
    found = thread(text, format=name)
    assert (len(found), found.depth(list(found)[-1].id)) == (LEVELS, LEVELS)


WORDS = [
    "null",
    "[]",
    "{}",
    '""',
    "0",
    "-1",
    "true",
    "1e999",
    '"t1_"',
    "[[1]]",
    "{",
    "]",
    ",",
    '"',
    "\\ud800",
    "\\u0000",
    "é",
]


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 10**9), st.booleans())
def test_changed_sources_give_threads_or_our_errors(name, seed, keep_going):
    random = Random(seed)
    text = SAMPLES[name]
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text))
        text = text[:at] + random.choice(WORDS) + text[at + random.randint(0, 12) :]
    for format in ("auto", name):
        report = Report()
        with suppress(SourceError):
            for _ in read_threads(io.BytesIO(text.encode()), format, keep_going=keep_going, report=report):
                pass
            assert report.read == report.kept + sum(report.dropped.values())


REPLACED = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, 1e999, "", "t1_", "é", "[deleted]", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "data", "rendered"]), inner, max_size=2)
    ),
    max_leaves=3,
)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_value_of_any_type_in_any_place_is_read(name, data):
    value = json.loads(SAMPLES[name])
    places, waiting = [], [value]
    while waiting:
        here = waiting.pop()
        for key, inner in here.items() if isinstance(here, dict) else enumerate(here):
            places.append((here, key))
            if isinstance(inner, dict | list):
                waiting.append(inner)
    here, key = data.draw(st.sampled_from(places))
    here[key] = data.draw(REPLACED)
    report = Report()
    with suppress(SourceError):
        list(read_threads(io.BytesIO(json.dumps(value).encode()), name, report=report))
        assert report.read == report.kept + sum(report.dropped.values())


# Real files


@pytest.mark.parametrize(
    "name", ["discourse-api/posts_before.json", "discourse-api/posts_latest.json", "discourse-api/topic.json",
             "discourse-api/topic_posts.json", "generic-isso/generic.json"]
)  # fmt: skip
def test_real_files_agree_with_an_independent_count(shared, name):
    folder = shared / "fixtures/threads"
    truth = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))[name]
    found = {
        (one.id, one.parent_id, each.id, each.depth(one.id)) for each in read_threads(folder / name) for one in each
    }
    rows = {
        (str(id), None if parent is None else str(parent), str(of), depth)
        for id, parent, of, depth, *_ in truth["rows"]
    }
    assert found == rows
    assert len(rows) == truth["comments"]


def test_lists_of_other_names_are_read_and_a_comment_without_a_text_is_noted():
    found = thread(
        {"response": [{"id": 1, "message": "Oui"}, {"id": 2, "parent": 1, "message": None}]},
        columns={"text": "message"},
    )
    assert [(c.id, c.parent_id, c.text) for c in found] == [("1", None, "Oui"), ("2", "1", "")]
    assert found.notes == ("no 'message' in it, kept without a text: 1 comment (first: line 1, comment 2)",)
