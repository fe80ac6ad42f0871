import io
import json

import pytest

from moderation.threads import Report, read_threads


def read(value, format="artalk", report=None, **options):
    text = value if isinstance(value, str) else json.dumps(value)
    return list(read_threads(io.BytesIO(text.encode()), format, report=report or Report(), **options))


def comment(number="1", **facts):
    return {"id": number, "rid": "0", "content": "Bravo", "nick": "Awa", "page_key": "/or"} | facts


def one(**facts):
    (found,) = read([comment(**facts)])
    return found["1"]


def test_all_values_of_a_transfer_file_may_be_texts():
    (found,) = read(
        [
            comment(is_pending="true", vote_up="3", page_title="L'or", created_at="2024-03-01 08:00:00 +0000"),
            comment("2", rid="1"),
        ]
    )
    assert (found["1"].status, found["1"].likes, found.title, found["2"].parent_id) == ("held", 3, "L'or", "1")
    assert found["1"].created_at.isoformat() == "2024-03-01T08:00:00+00:00"


@pytest.mark.parametrize("rid", ["0", "", 0, None, "1"])
def test_top_level(rid):
    assert one(rid=rid).parent_id is None


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "approved"),
        ({"is_pending": False}, "approved"),
        ({"is_pending": True}, "held"),
        ({"is_pending": "1"}, "held"),
        ({"is_collapsed": True}, "approved"),
        ({"deleted_at": "2024-03-01"}, "trash"),
    ],
)
def test_statuses(facts, status):
    assert one(**facts).status == status


def test_comments_that_are_folded_up_are_named():
    report = Report()
    read([comment(is_collapsed="true")], report=report)
    assert list(report.notes.lines()) == ["is folded up on the page, readers can open it: 1 comment (first: item 1)"]


def test_html_of_an_import_is_read_as_a_text_and_markdown_is_kept():
    assert one(content="<p>Un &amp; deux</p>").text == "Un & deux"
    assert one(content="> Un\n\n**deux** < 3").text == "> Un\n\n**deux** < 3"


def test_an_answer_of_the_api():
    report = Report()
    (found,) = read(
        {"comments": [comment(1, rid=0, page_url="https://x.example/or", date="2024-03-01 08:00:00")], "count": 1},
        "auto",
        report,
    )
    assert (report.format, found.url, found["1"].created_at.hour) == ("artalk", "https://x.example/or", 8)


def test_a_folder_of_tables_gives_titles_and_names(tmp_path):
    tables = {
        "atk_comments": "- id: 1\n  content: Bravo\n  page_key: /or\n  site_name: Mali\n  user_id: 7\n",
        "atk_pages": "- key: /or\n  title: L'or\n  site_name: Mali\n- key: /or\n  title: Gold\n  site_name: Ghana\n",
        "atk_users": "- id: 7\n  name: Awa\n  email: awa@x.example\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    report = Report()
    (found,) = read_threads(tmp_path, report=report, personal_data=True)
    assert (found.id, found.title, found["1"].author, found["1"].email) == ("/or", "L'or", "Awa", "awa@x.example")
    assert (report.read, report.format) == (1, "artalk")


def test_two_sites_may_have_the_same_page():
    found = read(
        [comment(site_name="Mali"), comment("2", site_name="Faso"), comment("3", page_key="/b", site_name="Faso")]
    )
    assert [page.id for page in found] == ["Mali: /or", "Faso: /or", "/b"]


# Valine and its relatives


def test_twikoo_ids_of_mongodb_spam_and_likes():
    lines = [
        {
            "_id": {"$oid": "6f"},
            "nick": "Awa",
            "comment": "<p>a</p>",
            "url": "/or",
            "href": "https://x.example/or",
            "like": ["u", "v"],
        },
        {
            "_id": "70",
            "nick": "Issa",
            "comment": "b",
            "url": "/or",
            "pid": "6f",
            "rid": "6f",
            "isSpam": True,
            "created": 1714217400000,
        },
    ]
    (found,) = read("\n".join(map(json.dumps, lines)), "auto")
    assert [(c.id, c.parent_id, c.status, c.likes) for c in found] == [
        ("6f", None, None, 2),
        ("70", "6f", "spam", None),
    ]
    assert (found.url, found["70"].created_at.year) == ("https://x.example/or", 2024)


def test_a_backup_of_waline():
    rows = [
        {
            "objectId": 1,
            "nick": "Awa",
            "comment": "a",
            "url": "/or",
            "status": "approved",
            "like": 2,
            "insertedAt": "2024-03-01T08:00:00Z",
        },
        {"objectId": 2, "nick": "Issa", "comment": "b", "url": "/or", "status": "waiting", "pid": 1, "rid": 1},
        {"objectId": 3, "nick": "X", "comment": "c", "url": "/or", "status": "spam", "pid": None},
        {"objectId": 4, "nick": "Y", "comment": "d", "url": "/or", "status": "bizarre"},
    ]
    report = Report()
    backup = {"type": "waline", "version": 1, "tables": ["Comment"], "data": {"Comment": [*rows, None], "Users": []}}
    (found,) = read(backup, "auto", report)
    assert [(c.id, c.parent_id, c.status) for c in found] == [
        ("1", None, "approved"),
        ("2", "1", "held"),
        ("3", None, "spam"),
        ("4", None, None),
    ]
    assert report.dropped == {"not a comment": 1}
