import io

import pytest

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import Report, read_threads
from moderation.threads.exports.entries import entries, keys
from moderation.threads.source import Source


def read(text, report=None, format="staticman", **options):
    return list(read_threads(io.BytesIO(text.encode()), format, report=report or Report(), **options))


def folder(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    return tmp_path


def shape(thread):
    return [(c.id, c.parent_id) for c in thread]


# Entries


def fields(text):
    return [dict(entry.fields) for entry in entries(Source.of(text))]


def test_values_stay_what_was_typed():
    assert fields(
        "a: no\nb: 12:30\nc: 0123\nd: 2024-04-27\ne: 1e3\nf: ~\ng:\nh: 'null'\ni: !!python/object:os.system x\n"
    ) == [{"a": "no", "b": "12:30", "c": "0123", "d": "2024-04-27", "e": "1e3", "h": "null", "i": "x"}]


def test_texts_of_several_lines_are_read_in_every_style():
    assert fields('a: |\n  Un\n  ---\n  Deux\nb: >-\n  Trois\n  quatre\nc: "Cinq\n\n  six"\n') == [
        {"a": "Un\n---\nDeux\n", "b": "Trois quatre", "c": "Cinq\nsix"}
    ]


def test_what_stands_deeper_is_passed_over():
    assert fields("a: 1\noptions: {x: [1, {a: 2}], b: 3}\n? [k]\n: v\nc: 4\n") == [{"a": "1", "c": "4", "": "v"}]
    assert fields("- a: " + "[" * 900 + "]" * 900 + "\n  b: 1\n") == [{"b": "1"}]


def test_documents_lists_marks_and_directives():
    text = "%YAML 1.1\n---\n- a: 1\n- a: 2\n...\n--- {a: 3}\n---\n# rien\n---\r\na: 4\r\n"
    assert fields(text) == [{"a": "1"}, {"a": "2"}, {"a": "3"}, {"a": "4"}]


def test_control_characters_become_marks():
    assert fields('a: "x\x07y"\nb: z\x1b\n') == [{"a": "x\ufffdy", "b": "z\ufffd"}]


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nd: *b\n"


def test_an_alias_is_refused_and_nothing_is_multiplied():
    with pytest.raises(DamagedSourceError, match=r"stream, line 1: found the alias \*b; expected texts alone"):
        fields(BOMB)


def test_reading_goes_on_behind_an_entry_with_an_alias():
    report = Report()
    (found,) = read("- message: &m Un\n  _id: a\n- message: *m\n- message: Deux\n  _id: b\n", report, keep_going=True)
    assert shape(found) == [("a", None), ("b", None)]
    assert report.dropped == {"damaged": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a: 1\n- a: [1\n- b: 2\n", r"stream, line 3, column \d+: not YAML \(.*\); expected keys and texts"),
        ("a: 1\n---\na: 2\n  b: 3\n", r"stream, line 4, column \d+: not YAML \(mapping values"),
        ("- a: 1\n- texte\n", r"stream, line 2: found a text; expected keys and texts"),
        ("- a: 1\n- [x]\n", r"stream, line 2: found a list; expected keys and texts"),
        ("a: 1\n---\n\tb: 2\n", r"stream, line 3, column \d+: not YAML"),
    ],
)
def test_damage_is_named_by_line_behind_all_that_stands_before_it(text, message):
    found = []
    with pytest.raises(DamagedSourceError, match=message):
        found.extend(dict(entry.fields) for entry in entries(Source.of(text)))
    assert found == [{"a": "1"}]


def test_a_damaged_item_of_a_list_costs_no_other(tmp_path):
    items = [f"- _id: c{number}\n  message: Bonjour\n" for number in range(1, 8)]
    items[3] = "- _id: c4\n  message: [Bonjour\n"
    report = Report()
    (found,) = read("".join(items), report, keep_going=True)
    assert [c.id for c in found] == ["c1", "c2", "c3", "c6", "c7"]  # the fifth is read as a part of the fourth
    assert len(report.damage) == 1


@pytest.mark.parametrize(
    "text", ["Bamako : rien\nname: Awa", '{"a": 1}', "<p>a: b", "", "---", "http://a.example", "- Bonjour : ça va"]
)
def test_other_texts_have_no_keys(text):
    assert keys(text) == set()


# Threads


def test_a_folder_of_files_is_one_page_and_a_file_without_an_id_has_its_name(tmp_path):
    folder(
        tmp_path,
        **{
            "entry2": "name: Issa\nemail: 0cc175b9c0f1b6a831c399e269772661\nmessage: Non <b>jamais</b>\ndate: 1714217400\n",
            "entry10": "---\n_id: x7\nname: Awa\nemail: awa@x.example\nbody: Oui\ndate: '2024-04-27T11:30:00.000Z'\n"
            "replying_to: entry2\n",
        },
    )
    (found,) = read_threads(tmp_path)
    assert [(c.id, c.parent_id, c.author, c.text) for c in found] == [
        ("entry2", None, "Issa", "Non jamais"),
        ("x7", "entry2", "Awa", "Oui"),
    ]
    assert found["entry2"].created_at == found["x7"].created_at
    (found,) = read_threads(tmp_path, personal_data=True)
    assert [c.email for c in found] == [None, "awa@x.example"]


def test_a_folder_in_a_folder_is_a_page_whatever_its_files_say_of_it(tmp_path):
    (tmp_path / "pages" / "riz").mkdir(parents=True)
    (tmp_path / "or").mkdir()
    folder(tmp_path / "or", c1="_id: a\nmessage: m\n", c2="_id: b\n_parent: https://x.example/or/\nmessage: m\n")
    folder(tmp_path / "or", c3="_id: c\n_parent: '2'\nmessage: m\ndate: '2024-03-02'\n")
    (tmp_path / "pages" / "riz" / "c1.yaml").write_text("id: d\npost_id: /riz\nmessage: m\ndate: 2024-03-01\n", "utf-8")
    report = Report()
    first, second = read_threads(tmp_path, report=report)
    assert (first.id, first.url, shape(first)) == (
        "or",
        "https://x.example/or/",
        [("a", None), ("b", None), ("c", "b")],
    )
    assert (second.id, shape(second)) == ("pages/riz", [("d", None)])
    assert report.doubtful == 1


def test_a_comment_without_the_name_of_a_page_is_on_the_only_one_that_is_named(tmp_path):
    (found,) = read(
        "_id: a\nmessage: m\n---\n_id: b\n_parent: /or\nmessage: m\n---\n_id: c\npost_id: /or\nmessage: m\n"
    )
    assert (found.id, [c.id for c in found]) == ("/or", ["a", "b", "c"])


def test_numbers_alone_are_those_of_pages():
    found = read("_id: a\n_parent: 1\nmessage: m\n---\n_id: b\n_parent: 2\nmessage: m\n")
    assert [(one.id, shape(one)) for one in found] == [("1", [("a", None)]), ("2", [("b", None)])]


def test_a_folder_of_both_kinds_of_files_is_refused(tmp_path):
    folder(tmp_path, a="_id: a\nmessage: m\n")
    (tmp_path / "b.json").write_text("{}", "utf-8")
    with pytest.raises(SourceError, match=r"holds \.json and \.yml; expected"):
        read_threads(tmp_path)


def test_pages_are_told_apart():
    found = read(
        "_parent: /or\nmessage: a\n---\nslug: coton\nmessage: b\n---\n_parent: /or\nmessage: c\nreplying_to: 1\n"
    )
    assert [(one.id, shape(one)) for one in found] == [("coton", [("2", None)]), ("/or", [("1", None), ("3", "1")])]


def test_a_number_names_a_top_level_comment_of_the_page_by_date():
    dated = [("b", "2024-03-02", ""), ("a", "2024-03-01", ""), ("c", "2024-03-03", "2"), ("d", "2024-03-04", "")]
    text = "---\n".join(
        f"_id: {i}\ndate: '{date}'\nmessage: m\nreplying_to: '{to}'\n"
        for i, date, to in [*dated, ("e", "2024-03-05", "3")]
    )
    report = Report()
    (found,) = read(text, report)
    assert dict(shape(found)) == {"b": None, "a": None, "c": "b", "d": None, "e": "d"}
    assert report.doubtful == 2
    assert [note for note in found.notes if "number" in note] == [
        "answers a comment by its number on the page, which changes when another is deleted: c, e"
    ]


def test_without_dates_the_order_of_the_files_counts():
    (found,) = read("_id: b\nmessage: m\n---\n_id: a\nmessage: m\n---\n_id: c\nmessage: m\nreplying_to: 2\n")
    assert found["c"].parent_id == "a"


def test_a_number_that_no_comment_has_is_an_orphan():
    (found,) = read("_id: a\nmessage: m\n---\n_id: b\nmessage: m\nreplying_to: 7\n")
    assert found.orphans == ("b",)
    assert found["b"].parent_id == "7"


def test_the_answered_comment_comes_before_the_branch_it_stands_in():
    text = "_id: a\nmessage: m\n---\n_id: b\nmessage: m\nreplyThread: a\n---\n"
    text += "_id: c\nmessage: m\nreplyThread: a\nreplyID: b\nreplyName: Awa\n"
    (found,) = read(text)
    assert shape(found) == [("a", None), ("b", "a"), ("c", "b")]
    assert found["c"].addressee == "Awa"


def test_an_entry_without_a_text_is_counted():
    report = Report()
    (found,) = read("_id: a\nname: Awa\n---\n_id: b\nmessage: m\n", report)
    assert (len(found), report.dropped) == (1, {"no text": 1})


def test_places_in_a_folder_are_those_in_its_files(tmp_path):
    report = Report()
    folder(tmp_path, entry1="\ufeff_id: a\nmessage: m\n", entry2="- _id: b\n  message: m\n- _id: c\n")
    (found,) = read_threads(tmp_path, report=report)
    assert [c.id for c in found] == ["a", "b"]
    assert list(report.notes.lines()) == ["dropped, no text: 1 comment (first: entry2.yml, line 3)"]


def test_an_id_comes_before_a_number():
    (found,) = read("_id: 2\nmessage: m\n---\n_id: 1\nmessage: m\n---\n_id: 3\nmessage: m\nreplying_to: 1\n")
    assert (found["3"].parent_id, found.notes) == ("1", ())


def test_a_damaged_file_of_a_folder_costs_no_other(tmp_path):
    folder(tmp_path, entry1="_id: a\nmessage: m\n", entry2="_id: b\nmessage: [m\n", entry3="_id: c\nmessage: m\n")
    report = Report()
    (found,) = read_threads(tmp_path, report=report, keep_going=True)
    assert [c.id for c in found] == ["a", "c"]
    assert "entry2.yml, line " in report.damage[0]
    threads = read_threads(tmp_path)
    assert [c.id for c in next(threads)] == ["a"]
    with pytest.raises(SourceError, match=r"entry2\.yml, line "):
        next(threads)


@pytest.mark.parametrize("text", ["\n", "- ", "# x\n", "--- ", "-" + " " * 500, "%a\n", "a: 1\n", "\ufeff"])
def test_a_long_beginning_is_looked_at(text):
    """None of these would end within the test run if a pattern tried every way to part it."""
    keys(text * (1_000_000 // len(text)))
    assert "a" in keys("a: 1\n" + text * (1_000_000 // len(text)))
