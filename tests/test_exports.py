"""What every reader of an export must do, over small exports in which the same thread stands."""

import io
import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import FORMATS, Report, read_threads


def lines(*values):
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def remark42(number, text, pid="", **more):
    user = {"id": f"anonymous_{number}", "name": "Awa &amp; Issa"}
    page = {"site": "mali", "url": "https://mali.example/or"}
    return {"id": number, "pid": pid, "text": f"<p>{text}</p>", "user": user, "locator": page, "score": 2, **more} | {
        "time": "2024-04-27T11:30:00Z"
    }


def commento(number, text, parent="root", state="approved", **more):
    page = {"domain": "mali.example", "url": "/or", "commenterHex": "a1", "creationDate": "2024-04-27T11:30:00Z"}
    return (
        {"commentHex": number, "markdown": text, "html": "", "parentHex": parent, "state": state, "deleted": False}
        | page
        | more
    )


def coral(number, text, parent=None, status="APPROVED", **more):
    facts = {"_id": {"$oid": f"0{number}"}, "id": number, "storyID": "s1", "authorID": "a1", "parentID": parent}
    date = {"$date": "2024-04-27T11:30:00Z"}
    body = [{"id": "r0", "body": "Brouillon"}, {"id": "r1", "body": f"<div>{text}</div>"}]
    return facts | {"revisions": body, "status": status, "createdAt": date, "actionCounts": {}, **more}


def coral_node(number, text, *replies, parent=None):
    facts = {"id": number, "body": f"<div>{text}</div>", "createdAt": "2024-04-27T11:30:00Z", "status": "NONE"}
    edges = {"edges": [{"node": reply} for reply in replies]}
    return facts | {"author": {"username": "Awa"}, "parent": parent and {"id": parent}, "replies": edges}


def artalk(number, text, rid="0", **more):
    return {"id": number, "rid": rid, "content": text, "nick": "Awa", "email": "awa@x.example", "ip": "10.0.0.1"} | {
        "page_key": "/or", "created_at": "2024-04-27T11:30:00Z", "is_pending": "false", **more
    }  # fmt: skip


def valine(number, text, pid=None, **more):
    return {"objectId": number, "comment": f"<p>{text}</p>", "nick": "Awa", "url": "/or", "pid": pid, "ip": "10.0.0.1"} | {
        "insertedAt": {"__type": "Date", "iso": "2024-04-27T11:30:00Z"}, **more
    }  # fmt: skip


STORY = {"id": "s1", "url": "https://mali.example/or", "metadata": {"title": "L'or du Mali"}}
TREE = {"comment": remark42("1", "Bravo"), "replies": [{"comment": remark42("2", "Non !", "1")}]}
PAGES = {"pages": [{"id": "p1", "domainId": "d1", "path": "/or", "title": "L'or du Mali"}]}
COMENTARIO = [
    {"id": "1", "pageId": "p1", "markdown": "Bravo", "html": "", "isApproved": True, "isPending": False, "userCreated": "a1"},
    {"id": "2", "parentId": "1", "pageId": "p1", "markdown": "", "html": "<p>Non !</p>", "isApproved": False, "isPending": True},
    {"id": "3", "pageId": "p1", "markdown": "Oui", "isApproved": False, "isPending": False, "createdTime": "2024-04-27T11:30:00Z"},
]  # fmt: skip
PEOPLE = [{"commenterHex": "a1", "id": "a1", "name": "Awa", "email": "awa@x.example"}]

TEXTS = ["Bravo", "Non !", "Oui"]
ANSWER = {"comments": [TREE, {"comment": remark42("3", "Oui")}], "info": {"url": "/or", "count": 3}}
SAMPLES = {
    "remark42": lines({"version": 1, "users": [], "posts": []}, *map(remark42, "123", TEXTS, ["", "1", "root"])),
    "remark42 tree": json.dumps(ANSWER, indent=1),
    "remark42 list": json.dumps([remark42("1", "Bravo"), remark42("2", "Non !", "1"), remark42("3", "Oui")], indent=1),
    "commento": json.dumps(
        {"version": 1, "comments": list(map(commento, "123", TEXTS, ["root", "1", "root"])), "commenters": PEOPLE},
        indent=1,
    ),
    "commento 3": json.dumps({"version": 3, **PAGES, "comments": COMENTARIO, "commenters": PEOPLE}, indent=1),
    "coral": lines(*map(coral, "123", TEXTS, [None, "1", None])),
    "coral api": json.dumps(
        {"data": {"story": STORY | {"comments": {"edges": [
            {"node": coral_node("1", "Bravo", coral_node("2", "Non !"))}, {"node": coral_node("3", "Oui")}]}}}}
    ),
    "coral table": 'id,author_id,story_id,created_at,body,parent_id,status\n1,a1,s1,2024-04-27T11:30:00Z,Bravo,,APPROVED\n'
    '2,a1,s1,2024-04-27T11:30:00Z,"<p>Non !</p>",1,NONE\n3,a1,s1,2024-04-27T11:30:00Z,Oui,,REJECTED\n',
    "artalk": json.dumps(list(map(artalk, "123", TEXTS, ["0", "1", ""])), indent=1),
    "artalk yaml": "- {id: 1, content: Bravo, page_key: /or}\n".replace("{", "").replace("}", "").replace(", ", "\n  ")
    + "- id: 2\n  content: 'Non !'\n  page_key: /or\n  rid: 1\n- id: 3\n  content: Oui\n  page_key: /or\n  rid: 0\n",
    "valine": json.dumps(list(map(valine, "123", TEXTS, [None, "1", None])), indent=1),
    "valine lines": lines(*map(valine, "123", TEXTS, [None, "1", None])),
    "staticman": "_id: '1'\nname: Awa\nmessage: Bravo\n---\n_id: '2'\nname: Issa\nmessage: 'Non !'\nreplying_to_uid: '1'\n"
    "---\n_id: '3'\nname: Awa\nmessage: Oui\n",
}  # fmt: skip
JSON = [name for name, sample in SAMPLES.items() if sample.startswith(("[", "{"))]

every = pytest.mark.parametrize("name", SAMPLES)


def read(text, report=None, **options):
    return list(read_threads(io.BytesIO(text.encode()), report=report or Report(), **options))


@every
def test_a_thread_is_the_same_in_every_export(name):
    report = Report()
    (found,) = read(SAMPLES[name], report)
    assert report.format == name.split()[0]
    assert [(c.id, c.parent_id, c.text) for c in found] == [
        ("1", None, "Bravo"),
        ("2", "1", "Non !"),
        ("3", None, "Oui"),
    ]
    assert (report.read, report.kept, report.orphans, report.duplicates, report.damage) == (3, 3, 0, 0, [])
    assert all(c.created_at is None or c.created_at.isoformat() == "2024-04-27T11:30:00+00:00" for c in found)


@every
def test_addresses_are_kept_only_where_they_are_asked_for(name):
    assert "@" not in repr(read(SAMPLES[name]))
    assert "10.0.0.1" not in repr(read(SAMPLES[name], personal_data=True))


@pytest.mark.parametrize("name", ["commento", "commento 3", "artalk"])
def test_addresses_that_are_asked_for_are_kept(name):
    (found,) = read(SAMPLES[name], personal_data=True)
    assert found["1"].email == "awa@x.example"


@every
def test_a_mark_at_the_beginning_changes_nothing(name):
    assert read("\ufeff" + SAMPLES[name]) == read(SAMPLES[name])


@pytest.mark.parametrize("name", JSON)
def test_what_stands_before_a_cut_is_read(name):
    sample = SAMPLES[name]
    second = sample.index('"2"') + 1  # the first comment, or a part of it, stands before
    for end in (second, sample.index('"3"') + 1, sample.index("Oui") + 2):
        found = []
        with pytest.raises(DamagedSourceError, match=r"line \d+, column \d+|line \d+: ends inside"):
            found.extend(c.id for one in read_threads(io.BytesIO(sample[:end].encode())) for c in one)
        report = Report()
        going_on = [c.id for one in read(sample[:end], report, keep_going=True) for c in one]
        assert report.damage
        assert report.read == report.kept + sum(report.dropped.values())
        assert going_on == [*"123"][: len(going_on)]
        assert going_on == found
    assert "1" in found


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("hole", [None, "Bravo", 7, [], {}])
def test_comments_that_are_none_are_counted(name, hole):
    value = json.loads(SAMPLES[name]) if not SAMPLES[name].count("}\n{") else None
    text = SAMPLES[name] + lines(hole) if value is None else json.dumps(_with(value, hole))
    report = Report()
    found = read(text, report, keep_going=True)
    assert sum(map(len, found)) == report.kept
    assert report.kept in (3, 4)  # an empty object may be a comment of which nothing is known
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.read >= 4 or hole == []  # which holds no comments where lists may stand in each other


def _with(value, hole):
    if isinstance(value, list):
        return [*value, hole]
    if "data" in value:
        value["data"]["story"]["comments"]["edges"].append(hole)
    else:
        value["comments"].append(hole)
    return value


CHAINS = {
    "remark42": lambda n: lines({"version": 1, "users": []}, *(remark42(i, "a", i and i - 1) for i in range(1, n + 1))),
    "commento": lambda n: json.dumps({"version": 1, "comments": [commento(i, "a", i - 1) for i in range(1, n + 1)]}),
    "coral": lambda n: lines(*(coral(i, "a", i - 1 or None) for i in range(1, n + 1))),
    "coral table": lambda n: "".join(f"{i},a,s,2024-04-27T11:30:00Z,a,{i - 1 or ''},NONE\n" for i in range(1, n + 1)),
    "artalk": lambda n: json.dumps([artalk(i, "a", i - 1) for i in range(1, n + 1)]),
    "valine": lambda n: lines(*(valine(i, "a", i - 1 or None) for i in range(1, n + 1))),
    "staticman": lambda n: "---\n".join(f"_id: {i}\nmessage: a\nparent_id: {i - 1}\n" for i in range(1, n + 1)),
    "remark42 tree": lambda n: _nested(
        '{"comments": [', '{"comment": {"id": %d, "pid": "", "locator": {}}, "replies": [', "]}", n
    ),
    "coral api": lambda n: (
        _nested(
            '{"data": {"story": {"id": "s", "comments": {"edges": [',
            '{"node": {"id": %d, "body": "a", "replies": {"edges": [',
            "]}}}",
            n,
        )
        + "}}}"
    ),
}


def _nested(start, level, end, depth):
    return start + "".join(level % number for number in range(1, depth + 1)) + end * depth + "]}"


@pytest.mark.parametrize("name", CHAINS)
def test_5000_levels(name):
    (found,) = read(CHAINS[name](5000))
    assert (len(found), found.depth("5000")) == (5000, 5000)


@pytest.mark.parametrize("name", CHAINS)
def test_comments_of_two_threads_may_be_mixed_and_parents_missing(name):
    text = CHAINS[name](3)
    report = Report()
    found = read(text.replace('"id": 1,', '"id": 9,').replace("_id: 1\n", "_id: 9\n"), report)
    assert report.orphans == len([one for one in found for c in one if one.orphans and c.id == one.orphans[0]])


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "users": [], "posts": []}\n',
        '{"comments": [], "info": {"url": "/or", "count": 5}}',
        '{"version": 1, "comments": [], "commenters": []}',
        '{"data": {"story": {"id": "s1", "comments": {"edges": []}}}}',
        "id,author_id,story_id,created_at,body,parent_id,status\n",
        '{"type": "waline", "tables": ["Comment"], "data": {"Comment": []}}',
    ],
)
def test_an_export_without_comments_is_an_empty_thread_that_says_so(text):
    report = Report()
    (found,) = read(text, report)
    assert (len(found), report.threads, report.format != "jsonl") == (0, 1, True)
    assert "no comments in it" in found.notes


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_any_change_of_the_text_gives_threads_or_one_of_our_errors(name, data):
    text = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.sampled_from([0, 1, 1, 5, 60])))
        text = text[:start] + data.draw(st.sampled_from(CHANGES)) + text[end:]
    for keep_going in (True, False):
        report = Report()
        try:
            found = list(read_threads(io.BytesIO(text.encode()), name.split()[0], report=report, keep_going=keep_going))
        except SourceError:
            found = None
        assert report.read == report.kept + sum(report.dropped.values())
        assert found is None or sum(map(len, found)) == report.kept


CHANGES = [
    "", "", "[", "]", "{", "}", '"', ",", ":", "null", "true", "-1e999", "[[]]", "{}", "\\u", "\\ud83d", "\n", "- ", "---\n", "é",
    "\x07", "&a ", "*a", "!!python/object:os.system ", "<p", "|\n", "9" * 20,
]  # fmt: skip


@pytest.mark.parametrize("name", ["artalk", "commento", "coral", "isso", "remark42", "staticman", "valine"])
@settings(deadline=None, max_examples=50)
@given(head=st.text())
def test_detection_never_raises(name, head):
    assert FORMATS[name].matches(head) in (True, False)


@every
def test_each_beginning_of_an_export_can_be_looked_at(name):
    sample = SAMPLES[name]
    for end in range(0, len(sample), 7):
        for known in FORMATS.values():
            assert known.matches(sample[:end]) in (True, False)


# Real files

REAL = [
    "remark42-trees/tree.json",
    "remark42-trees/tree_bench.json",
    "remark42-trees/tree_del.json",
    "commento-remark42/backend__app__migrator__testdata__commento.json",
    "commento-remark42/backend__app__rest__api__testdata__commento.json",
    "artalk-yaml",
]


@pytest.mark.parametrize("name", REAL)
def test_real_exports_are_read_exactly(shared, tmp_path, name):
    folder = shared / "fixtures" / "threads"
    truth = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))[name]
    path = folder / name
    if path.is_dir():  # with its licence and its description
        for file in path.glob("*.yml"):
            shutil.copy(file, tmp_path)
        path = tmp_path
    report = Report()
    found = list(read_threads(path, report=report))
    statuses = {"ok": "approved", "deleted": "deleted", "approved": "approved", "pending": "held"}
    rows = [[c.id, c.parent_id, one.id, one.depth(c.id), c.kind, c.status] for one in found for c in one]
    assert sorted(rows) == sorted([*row[:5], statuses[row[5]]] for row in truth["rows"])
    if len(found) == 1:
        assert [row[0] for row in rows] == [row[0] for row in truth["rows"]]
    assert (report.format, len(found), report.kept) == (name.split("-")[0], truth["threads"], truth["comments"])
    assert (report.orphans, report.duplicates, report.damage) == (0, 0, [])


@pytest.mark.parametrize(
    ("name", "count"), [("WordPress.artrans", 5), ("Disqus.artrans", 4), ("Twikoo.sample", 7), ("Valine.sample", 2)]
)
def test_real_exports_of_which_only_the_count_is_known(shared, name, count):
    report = Report()
    list(read_threads(shared / "fixtures" / "threads" / "wxr-artransfer" / name, report=report))
    assert (report.kept, report.orphans, report.damage) == (count, 0, [])
    assert report.format == ("artalk" if name.endswith(".artrans") else "valine")


def test_nodes_are_read_as_edges_are_where_they_are_those_of_coral():
    node = {"id": "1", "body": "Bravo", "replies": {"nodes": [{"id": "2", "body": "Merci"}]}}
    report = Report()
    (found,) = read(lines({"data": {"comments": {"nodes": [node]}}}), report)
    assert (report.format, [(c.id, c.parent_id) for c in found]) == ("coral", [("1", None), ("2", "1")])
    node = {"id": "1", "content": "<p>Bravo</p>", "parentId": None}
    (found,) = read(lines({"data": {"comments": {"nodes": [node]}}}), report, columns={"text": "content"})
    assert (report.format, [c.text for c in found]) == ("json", ["Bravo"])
