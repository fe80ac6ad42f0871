import csv
import io
import json
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.comments import Comment, Thread
from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import FORMATS, Report, jsonl, pasted, read_threads, table
from moderation.threads.addressees import addressee
from moderation.threads.pasted.lines import Line


def threads(text, format="auto"):
    return list(read_threads(io.BytesIO(text.encode()), format))


def thread(text, format="auto"):
    (only,) = threads(text, format)
    return only


def shape(found):
    return [(comment.text, comment.parent_id) for comment in found]


def error(source, format="auto"):
    with pytest.raises(SourceError) as caught:
        list(read_threads(source, format))
    return str(caught.value)


def error_in(text, format="auto"):
    return error(io.BytesIO(text.encode() if isinstance(text, str) else text), format)


# Sources


def test_a_path_standard_input_and_a_stream_give_the_same_comments(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Bonjour"}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    found = [next(read_threads(source)) for source in (path, str(path), "-", io.BytesIO(path.read_bytes()))]
    assert [shape(one) for one in found] == [[("Bonjour", None)]] * 4
    assert [one.id for one in found] == ["a.jsonl", "a.jsonl", "stdin", "stream"]


class Pipe(io.BytesIO):
    def seekable(self):
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation


def test_a_pipe_that_cannot_be_read_twice_is_read():
    assert shape(next(read_threads(Pipe(b'{"text": "a"}\n{"text": "b"}')))) == [("a", None), ("b", None)]


def test_the_stream_of_the_caller_stays_open_and_is_read_from_where_it_stands():
    stream = io.BytesIO(b"skipped\ntext\nBonjour\n")
    stream.readline()
    assert shape(next(read_threads(stream))) == [("Bonjour", None)]
    assert not stream.closed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_accepted(encoding):
    data = 'id,text\nx,"été 😀"\n'.encode(encoding)
    assert shape(next(read_threads(io.BytesIO(data)))) == [("été 😀", None)]


def test_missing_file(tmp_path):
    message = error(tmp_path / "absent.txt")
    assert message == f"{tmp_path / 'absent.txt'}: no such file; expected a file of comments; check the path"


def test_a_folder_needs_the_pages_of_one_export(tmp_path):
    assert error(tmp_path).startswith(
        f"{tmp_path}: is a folder that holds no .json, .yml or .yaml file; expected a file"
    )
    for name in ("a.json", "b.yml"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert "holds .json and .yml" in error(tmp_path)


def test_the_pages_of_an_export_are_read_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 9, 1):
        (tmp_path / f"page-{number}.json").write_text(f'{{"text": "{number}"}}', encoding="utf-8")
    assert [c.text for c in next(read_threads(tmp_path))] == ["1", "9", "10"]


def test_a_path_that_no_system_takes():
    assert "cannot be opened" in error("a\0b")


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty_file(data):
    assert error_in(data).startswith("stream: is empty; expected comments")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x1f\x8b\x08", "is packed, and damaged"),
        (b"PK\x03\x04", "a zip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"text \0 more", "byte 5 is a NUL character, so it is binary; expected text"),
    ],
)
def test_binary_file(data, what):
    assert what in error_in(data)


def test_wrong_encoding_names_the_byte():
    data = b"a" * (1 << 20) + "été".encode("cp1252")
    assert error_in(data) == (
        "stream: byte 1048576 is 0xE9, which is not UTF-8; expected UTF-8 text; re-save it as UTF-8, "
        "for example with: iconv -f WINDOWS-1252 -t UTF-8"
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_character_cut_at_the_end_names_its_byte(mark):
    assert f"byte {len(mark) + 3} is 0xC3" in error_in(mark + b"abc\xc3")


def test_a_character_across_two_chunks_is_no_error():
    assert thread("a" * ((1 << 20) - 1) + "é").notes == ("no thread found",)


def test_unknown_format_lists_the_names():
    names = ", ".join(FORMATS)
    assert error_in("x", "xml") == f"unknown format 'xml'; expected auto, {names}; use one of these names"


def test_every_format_is_documented(root):
    docs = (root / "docs" / "threads.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in docs] == []


# Damage


def kept(data, **options):
    """Return the texts that were given, the report, and the error after them."""
    report, found, error = Report(), [], None
    try:
        for one in read_threads(io.BytesIO(data), report=report, **options):
            found += [comment.text for comment in one]
    except DamagedSourceError as caught:
        error = str(caught)
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.kept == len(found)
    return found, report, error


LATIN = "id,text\n1,Bonjour\n2,Merci\n3,Été\n4,Adieu\n".encode("windows-1252")


def test_lines_before_a_byte_that_is_no_text_are_kept():
    found, report, error = kept(LATIN)
    assert found == ["Bonjour", "Merci"]
    assert error == report.damage[0]
    assert error.startswith("stream: byte 28 is 0xC9, which is not UTF-8")


def test_whoever_keeps_going_gets_such_bytes_as_windows_1252():
    found, report, error = kept(LATIN, keep_going=True)
    assert (found, error) == (["Bonjour", "Merci", "Été", "Adieu"], None)
    assert report.damage[0].startswith("stream: byte 28 is 0xC9")


@pytest.mark.parametrize(
    ("data", "before", "after"),
    [
        (b"id,text\n1,a\n2\n3,c\n", ["a"], ["a", "c"]),
        (b'id,text\n1,a\n2,"b\n3,c\n', ["a"], ["a"]),
        (b'{"text": "a"}\n{"text": \n{"text": "c"}\n', ["a"], ["a", "c"]),
        (b'{"text": "a"}\n{"text": 3}\n{"text": "c"}\n', ["a"], ["a", "c"]),
        (b'{"text": "a"}\n{"comments": [{"text": "b"}, 7]}\n{"text": "c"}\n', ["a"], ["a", "c"]),
    ],
)
def test_rows_before_a_broken_one_are_kept_and_keeping_going_passes_over_it(data, before, after):
    found, report, error = kept(data)
    assert (found, [error]) == (before, report.damage)
    found, going, error = kept(data, keep_going=True)
    assert (found, error, going.damage) == (after, None, report.damage)
    assert going.dropped == {"damaged": 1}


@settings(deadline=None, max_examples=50)
@given(st.data(), st.booleans())
def test_a_file_that_is_cut_or_spoilt_anywhere_gives_what_is_whole(data, going):
    whole = data.draw(
        st.sampled_from([b"id,text,likes\n" + b"".join(b'%d,"a\nb",%d\n' % (n, n) for n in range(9)),
                         b"".join(b'{"id": %d, "parent_id": %d, "text": "a"}\n' % (n, n - 1) for n in range(9))])
    )  # fmt: skip
    at = data.draw(st.integers(1, len(whole)))
    with suppress(SourceError):
        kept(whole[:at] + data.draw(st.binary(max_size=3)), keep_going=going)


def test_a_report_adds_up_over_threads():
    rows = b"id,thread_id,parent_id,text\n1,a,9,x\n1,a,,x\n1,b,1,y\n2,b,3,z\n3,b,2,z\n"
    _, report, _ = kept(rows)
    assert (report.threads, report.orphans, report.cycles, report.duplicates) == (2, 1, 3, 1)
    assert report.dropped == {"the same comment stands before": 1}
    assert json.loads(json.dumps(report.as_dict()))["kept"] == 4


def test_a_hostile_source_does_not_fill_the_report():
    rows = b"".join(b'{"text": "a", "status": "%d"}\n' % number for number in range(1000))
    _, report, _ = kept(rows)
    assert len(list(report.lines())) < 300


# Detection


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"id": 1, "text": "a"}', "jsonl"),
        ('\n  { "comments": []}', "jsonl"),
        ("{sic} dit-il", "pasted"),
        ("text\nBonjour", "csv"),
        ('"id","text"\n1,a', "csv"),
        ("id;auteur;text\n1;Awa;a", "csv"),
        ("id\ttext\n1\ta", "csv"),
        ("id,message\n1,a", "csv"),
        ("Bamako, mardi\n\n1 COMMENTAIRE\n\n  1. a", "pasted"),
        ("Un texte, sans rien", "pasted"),
    ],
)
def test_detection_is_by_content(text, name):
    assert next(known for known, row in FORMATS.items() if row.matches(text)) == name


def test_the_name_of_the_file_says_nothing(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text('{"text": "a"}', encoding="utf-8")
    assert shape(next(read_threads(path))) == [("a", None)]
    assert next(read_threads(path, "pasted")).notes == ("no thread found",)


@pytest.mark.parametrize("module", [jsonl, pasted, table])
@settings(deadline=None)
@given(head=st.text())
def test_detection_never_raises(module, head):
    assert module.matches(head) in (True, False)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_gives_threads_or_one_of_our_errors(text):
    with suppress(SourceError):
        threads(text)
    with suppress(SourceError):
        assert len(threads(text, "pasted")) == 1


# JSON Lines

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
names = words.filter(bool)


@st.composite
def any_thread(draw):
    ids = draw(st.lists(names, unique=True, max_size=6))
    thread_id = draw(names)
    optional = st.none() | names
    dates = st.none() | st.datetimes(timezones=st.just(UTC))
    kinds = st.sampled_from(["comment", "pingback", "trackback"])
    statuses = st.none() | st.sampled_from(["approved", "held", "spam", "trash", "deleted"])
    counts = st.none() | st.integers(0, 10**9)
    parents = st.none() | st.sampled_from(ids) | names.filter(lambda name: name != "0") if ids else st.none()
    return Thread(
        thread_id,
        tuple(
            Comment(
                i,
                text := draw(words),
                thread_id,
                draw(parents),
                draw(optional),
                draw(dates),
                draw(statuses),
                draw(kinds),
                draw(counts),
                draw(counts),
                addressee(text) or draw(st.none() | st.just("Awa")),
            )
            for i in ids
        ),
        draw(optional),
        draw(optional),
    )


def fields(comment):
    date = comment.created_at
    return {
        "id": comment.id,
        "thread_id": comment.thread_id,
        "parent_id": comment.parent_id,
        "text": comment.text,
        "author": comment.author,
        "created_at": date and date.isoformat(),
        "status": comment.status,
        "kind": comment.kind,
        "likes": comment.likes,
        "flags": comment.flags,
        "addressee": comment.addressee,
    }


@settings(deadline=None)
@given(any_thread())
def test_any_thread_comes_back_from_a_line_of_json(given_thread):
    comments = [fields(comment) for comment in given_thread]
    line = {"id": given_thread.id, "title": given_thread.title, "url": given_thread.url, "comments": comments}
    found = thread(json.dumps(line))
    assert replace(found, notes=()) == given_thread
    kept = [note for note in found.notes if "kept at top level" in note]
    assert bool(kept) == bool(given_thread.orphans or given_thread.cycles)


@settings(deadline=None)
@given(st.lists(any_thread().filter(len), min_size=1, unique_by=lambda one: one.id), st.randoms(), st.booleans())
def test_any_threads_come_back_from_mixed_lines_of_comments(given_threads, chance, ascii_only):
    waiting = {one.id: list(one) for one in given_threads}
    lines = []
    while waiting:
        thread_id = chance.choice(sorted(waiting))
        lines.append(json.dumps(fields(waiting[thread_id].pop(0)), ensure_ascii=ascii_only))
        waiting = {key: comments for key, comments in waiting.items() if comments}
    found = {one.id: one.comments for one in threads("\n".join(lines))}
    assert found == {one.id: one.comments for one in given_threads}


@settings(deadline=None)
@given(st.lists(any_thread().filter(len), min_size=1, unique_by=lambda one: one.id))
def test_any_threads_come_back_from_a_table(given_threads):
    comments = [comment for one in given_threads for comment in one]
    data = io.StringIO(newline="")
    writer = csv.DictWriter(data, list(fields(comments[0])))
    writer.writeheader()
    writer.writerows(map(fields, comments))
    assert [one.comments for one in threads(data.getvalue())] == [one.comments for one in given_threads]


def test_keys_beyond_ours_are_ignored_and_numbers_are_ids():
    found = thread('{"id": 7, "text": "a", "likes": [1]}\n\n{"id": 8, "parent_id": 7, "text": ""}')
    assert [(c.id, c.parent_id, c.text) for c in found] == [("7", None, "a"), ("8", "7", "")]


def test_threads_and_comments_may_stand_in_one_file():
    found = threads('{"text": "a"}\n{"url": "https://x.example/", "comments": [{"text": "b", "title": "T"}]}\n')
    assert [(one.id, one.title, one.url, len(one)) for one in found] == [
        ("stream", None, None, 1),
        ("https://x.example/", "T", "https://x.example/", 1),
    ]


def test_a_line_separator_inside_a_string_is_no_end_of_line():
    assert shape(thread('{"text": "a\u2028b\x85c"}')) == [("a\u2028b\x85c", None)]


def test_half_an_emoji_becomes_a_replacement_character():
    assert shape(thread(r'{"text": "a\ud83d"}')) == [("a\ufffd", None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"text": "a"}\n{"text": ', "stream, line 2: not JSON"),
        ('{"text": "a"}\n[1]', "stream, line 2: found an array; expected one JSON object a comment"),
        (
            '{"id": 1, "body": "a"}',
            "stream, line 1: no text; found 'id', 'body'; expected a string under 'text'; name the key",
        ),
        ("{}", "stream, line 1: no text; found no key"),
        ('{"text": null}', "stream, line 1: 'text' is null; expected a string under 'text'"),
        ('{"comments": [{"text": "a"}, {}]}', "stream, line 1, comment 2: no text"),
        ('{"comments": [3]}', "stream, line 1, comment 1: found a number"),
        ('{"comments": {}}', "stream, line 1: 'comments' is an object; expected an array"),
        (
            '{"text": "a", "author": {"name": "x"}}',
            "stream, line 1: 'author' is an object; expected a string",
        ),
        ('{"text": "a", "id": true}', "stream, line 1: 'id' is true or false"),
        ('{"a":' * 100_000, "stream, line 1: not JSON"),
    ],
)
def test_bad_json_lines(text, message):
    assert error_in(text).startswith(message)


# Tables


def test_the_columns_of_a_label_file_are_read():
    found = threads(
        "id,thread_id,parent_id,title,text,insult,spam,target,spans,kind,language,note,annotator,labelled_at,source\n"
        "a1,a,,Titre,Bonjour,0,0,none,,greeting,fr,,x,2026-11-21,ours\n"
        'a2,a,a1,Titre,"Ligne 1\nLigne 2",1,0,group,0:5,pingback,fr,,x,2026-11-21,ours\n'
        "b1,b,,Autre,Salut,0,0,none,,,fr,,x,2026-11-21,ours\n"
    )
    assert [(one.id, one.title, [(c.id, c.parent_id, c.kind) for c in one]) for one in found] == [
        ("a", "Titre", [("a1", None, "comment"), ("a2", "a1", "pingback")]),
        ("b", "Autre", [("b1", None, "comment")]),
    ]
    assert found[0]["a2"].text == "Ligne 1\nLigne 2"


def test_a_date_without_a_zone_is_read_in_the_one_that_is_asked_for():
    found = thread(
        "text,author,created_at,status,url\n"
        "a,Awa,2024-03-01T08:00:00Z,approved,https://x.example/1\n"
        "b,,2024-03-01 08:00,,\n"
        "c,,hier,,\n"
    )
    assert found["1"].created_at.isoformat() == "2024-03-01T08:00:00+00:00"
    assert (found["1"].author, found["1"].status, found.url) == ("Awa", "approved", "https://x.example/1")
    assert found["2"].created_at.isoformat() == "2024-03-01T08:00:00+00:00"
    assert found["3"].created_at is None
    assert found.notes == (
        "the date is read as UTC, no time zone: 1 comment (first: line 3, “2024-03-01 08:00”)",
        "the date is left out, relative to an unknown day: 1 comment (first: line 4, “hier”)",
    )
    niamey = next(read_threads(io.BytesIO(b"text,created_at\na,2024-03-01 08:00\n"), zone=ZoneInfo("Africa/Niamey")))
    assert niamey["1"].created_at.isoformat() == "2024-03-01T08:00:00+01:00"


def test_rows_without_thread_form_one_named_after_the_file(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("thread_id,text\n,a\nt,b\n,c\n", encoding="utf-8")
    assert [(one.id, shape(one)) for one in read_threads(path)] == [
        ("t", [("b", None)]),
        ("export.csv", [("a", None), ("c", None)]),
    ]


def test_a_second_judgement_of_the_same_comment_is_no_second_comment():
    assert shape(thread("id,text,annotator\nx,a,a1\nx,a,a2\n")) == [("a", None)]


def test_a_parent_0_is_the_top_as_in_databases_unless_there_is_a_comment_0():
    assert shape(thread("id,parent_id,text\n1,0,a\n2,1,b\n")) == [("a", None), ("b", "1")]
    assert shape(thread("id,parent_id,text\n0,,a\n1,0,b\n")) == [("a", None), ("b", "0")]


def test_one_id_with_two_texts_keeps_both():
    found = thread("id,parent_id,text\nx,,a\ny,x,b\nx,,c\nx,,d\nx,,a\n")
    assert [(c.id, c.parent_id, c.text) for c in found] == [
        ("x", None, "a"), ("y", "x", "b"), ("x#2", None, "c"), ("x#3", None, "d")
    ]  # fmt: skip
    assert found.notes == (
        "has the id of another comment, kept under a new one: 2 comments (first: line 4)",
        "dropped, the same comment stands before: 1 comment (first: line 6)",
    )


def test_a_long_comment_and_windows_line_ends_are_kept():
    long = "mot " * 300_000
    found = thread(f'id;text\r\n1;"{long}"\r\n2;"a\r\nb"\r\n')
    assert [comment.text for comment in found] == [long, "a\r\nb"]


def mapped(source, **columns):
    (found,) = read_threads(io.BytesIO(source.encode()), columns=columns)
    return found


def test_columns_that_are_named_make_a_table_of_any_text():
    found = mapped(
        "Le commentaire;Lecteur;Réponse à\nBravo;Awa;\nNon;Issa;1\n", text="Le commentaire", parent_id="Réponse à"
    )
    assert [(c.text, c.parent_id) for c in found] == [("Bravo", None), ("Non", "1")]
    with pytest.raises(SourceError, match="line 1: found the columns Titre; expected one named corps"):
        mapped("Titre\n\n1 COMMENTAIRE\n\n  1. Bravo\n", text="corps")


def test_a_table_of_a_data_frame_is_read_with_its_names():
    found = mapped(
        "corps,numéro,réponse,aime,page\n"
        "Le <b>riz</b> &amp; le mil<br/>sont chers,22598.0,NA,2.0,7.0\nOui <3 & non,22599.0,22598.0,,7.0\n"
        "Non,22600.0,0.0,1.5,7.0\n",
        text="corps", id="numéro", parent_id="réponse", likes="aime", thread_id="page",
    )  # fmt: skip
    assert found.id == "7"
    assert [(c.id, c.parent_id, c.text, c.likes) for c in found] == [
        ("22598", None, "Le riz & le mil\nsont chers", 2),
        ("22599", "22598", "Oui <3 & non", None),
        ("22600", None, "Non", None),
    ]
    assert found.notes == ("the likes are left out, they are no number: 1 comment (first: line 4, “1.5”)",)


def test_a_table_of_our_own_make_is_read_as_it_is_written():
    assert shape(thread("id,parent_id,text\n1.0,NA,a<br>b\n")) == [("a<br>b", "NA")]
    found = thread('{"id": 7.0, "text": "a"}\n{"id": "8.0", "parent_id": 7.0, "text": "b"}\n')
    assert [(c.id, c.parent_id) for c in found] == [("7", None), ("8.0", "7")]


def test_a_column_named_parent_or_date_is_read_where_no_other_is():
    found = thread("id,text,parent,date\n1,a,,2024-03-01\n2,b,1,\n")
    assert [(c.parent_id, c.created_at is None) for c in found] == [(None, False), ("1", True)]
    assert [c.parent_id for c in thread("id,text,parent,parent_id\n1,a,,\n2,b,7,1\n")] == [None, "1"]


def test_a_table_without_known_columns_says_which_it_has():
    message = "stream, line 1: found the columns No, Commentaire, Date du jour; expected one named text"
    assert error_in("No;Commentaire;Date du jour\n1;Bravo;3 mai\n").startswith(message)


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "sep=;;"])
def test_the_line_that_tells_a_spreadsheet_the_separator_is_passed_over(first):
    assert shape(thread(f"\ufeff{first}\r\nid;text\r\n1;Oui, non\r\n")) == [("Oui, non", None)]


def test_reading_goes_on_behind_a_row_that_is_no_row():
    report = Report()
    data = 'id,text\n1,a\n2,"un "vrai" prix"\n3,c\n4,"d\n'
    (found,) = read_threads(io.BytesIO(data.encode()), keep_going=True, report=report)
    assert [c.id for c in found] == ["1", "3"]
    assert [line.split(":")[0] for line in report.damage] == ["stream, line 3", "stream, line 5"]
    assert report.read == 4 == report.kept + report.dropped["damaged"]


def test_a_header_alone_gives_no_thread():
    assert threads("id,text\n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,body\n1,a\n", "stream, line 1: found the columns id, body; expected one named text"),
        ('id,text\n1,"a\nb"\n2,a,b\n', "stream, line 4: found 3 fields, expected 2 as in the header"),
        ("id,text\n1,a\n2\n", "stream, line 3: found 1 fields, expected 2 as in the header"),
        ('id,text\n1,"a" b\n', "stream, line 2: not a row of CSV"),
        ('id,text\n1,a\n2,"a\n3,b\n', "stream, line 3: not a row of CSV"),
    ],
)
def test_bad_tables(text, message):
    assert error_in(text).startswith(message)


def test_contiguous_threads_are_yielded_as_they_are_read():
    rows = "".join(f"{number // 2},Bonjour {number}\n" for number in range(200_000))
    found = read_threads(io.BytesIO(f"thread_id,text\n{rows}".encode()))
    assert next(found).id == "0"
    assert sum(1 for _ in found) == 99_999


# Text copied from a page: the real pages


def test_the_seed_thread_is_read_exactly(shared):
    truth = json.loads((shared / "fixtures/threads/SEED_004_TRUTH.json").read_text(encoding="utf-8"))
    path = shared / "seeds" / truth["file"]
    (found,) = read_threads(path)
    expected = truth["comments"]
    assert [(c.id, c.text) for c in found] == [(str(one["index"]), one["text"]) for one in expected]
    assert [c.parent_id for c in found] == [one["parent"] and str(one["parent"]) for one in expected]
    assert [found.depth(c.id) for c in found] == [one["depth"] for one in expected]
    assert found.title == path.read_text(encoding="utf-8").partition("\n")[0]
    assert found.announced == truth["announced"]
    assert found.notes == (f"{pasted.DOUBTFUL}: 6, 9, 11, 12, 13", "13 of 21 announced comments are shown")


@pytest.mark.parametrize(
    ("number", "note"),
    [("000", "for subscribers only"), ("001", "for subscribers only"), ("002", "no thread found"),
     ("003", "for subscribers only")],
)  # fmt: skip
def test_seeds_without_comments(shared, number, note):
    (path,) = (shared / "seeds").glob(f"{number}_*.txt")
    (found,) = read_threads(path)
    assert len(found) == 0
    assert len(found.notes) == 1
    assert note in found.notes[0]


def test_label_files_are_read_whole(shared):
    for path in sorted((shared / "labelling/ours").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = {row["id"]: row["text"] for row in csv.DictReader(file)}
        assert {c.id: c.text for one in read_threads(path) for c in one} == rows


# Text copied from a page: layouts

LIST = "  1. un\n\n    • deux\n\n  2. trois\n"
SHAPE = [("un", None), ("deux", "1"), ("trois", None)]


@pytest.mark.parametrize(
    ("heading", "announced"),
    [
        ("3 commentaires", 3),
        ("12 réactions", 12),
        ("12 RE\u0301ACTIONS", 12),
        ("Commentaires (5)", 5),
        ("Commentaires : 5", 5),
        ("1 COMMENTAIRE", 1),
        ("3 commentaire(s)", 3),
        ("1\u202f234 commentaires", 1234),
        ("26 réflexions au sujet de “Le titre”", 26),
        ("3 réponses à « Titre »", 3),
        ("One thought on “Title”", 1),
        ("Un commentaire", 1),
        ("Commentaires", None),
        ("Laisser un commentaire", None),
        ("3 commentaires\nTrier par : date", 3),
    ],
)
def test_headings(heading, announced):
    found = thread(f"Titre\n\nArticle.\n\n{heading}\n\n{LIST}")
    assert (shape(found), found.announced, found.title) == (SHAPE, announced, "Titre")


@pytest.mark.parametrize(
    "heading", ["Réactions :", "Les 3 points", "5 réponses à vos questions", "3 commentaires ont suivi"]
)
def test_lines_that_are_no_heading(heading):
    found = thread(f"Titre\n\n{heading}\n\n- un\n- deux\n\nFin de l'article.\n")
    assert shape(found) == []
    assert found.notes == (
        "no thread found",
        "a list of 2 items is not taken for comments: nothing announces it",
    )


@pytest.mark.parametrize(
    "after",
    [
        "REPONDRE",
        "RÉPONDRE",
        "Laisser un commentaire",
        "Votre adresse e-mail ne sera pas publiée.",
        "Sur le même sujet",
    ],
)
def test_what_stands_after_the_thread_is_no_comment(after):
    found = thread(f"3 COMMENTAIRES\n\n{LIST}\n{after}\n\n  • Contact\n  • Mentions\n\n  1. Les plus lus\n  2. Sport\n")
    assert (shape(found), found.notes) == (SHAPE, ())


@pytest.mark.parametrize("numbers", ["{}.", "{})"])
@pytest.mark.parametrize("bullet", "•-*–—")
@pytest.mark.parametrize("indent", ["  ", "\t", "\u00a0\u00a0", " \u00a0 "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_markers_and_indentation(numbers, bullet, indent, end):
    lines = [
        "2 COMMENTAIRES",
        "",
        f"{indent}{numbers.format(1)} un",
        f"{indent * 2}suite",
        "",
        f"{indent * 2}1è GRANDES MANŒUVRES",
        f"{indent * 2}2023 fut dur, 1.5 million",
        "",
        f"{indent * 2}{bullet} deux",
    ]
    found = thread(end.join(lines))
    assert shape(found) == [
        ("un\nsuite\n\n1è GRANDES MANŒUVRES\n2023 fut dur, 1.5 million", None),
        ("deux", "1"),
    ]
    assert found.notes == ()


def test_a_list_without_blank_lines_is_read():
    assert shape(thread("3 commentaires\n  1. un\n    - deux\n  2. trois\n")) == SHAPE


def test_a_list_at_the_margin_is_read_and_its_end_is_doubtful():
    found = thread("3 commentaires\n\n1. un\nsuite\n\n  - deux\n\n2. trois\n")
    assert shape(found) == [("un\nsuite", None), ("deux", "1"), ("trois", None)]
    assert found.notes == ("nothing marks the end of the list: its last comment may hold other text of the page",)
    assert shape(thread("3 commentaires\n\n1. un\n\n2. trois\n\nRépondre\n\nPied de page")) == [
        SHAPE[0],
        SHAPE[2],
    ]


def test_a_number_alone_has_its_text_below():
    assert shape(thread("1 commentaire\n\n  1.\n    Awa\n    Bravo\n")) == [("Awa\nBravo", None)]


def test_a_reply_with_nothing_above_is_kept_at_the_top():
    found = thread("3 commentaires\n\n    • perdu\n\n      • sous lui\n\n  1. un\n")
    assert shape(found) == [("perdu", None), ("sous lui", "1"), ("un", None)]
    assert "replies without a comment above them are kept at the top level: 1" in found.notes


def test_a_list_of_bullets_only_has_no_orphans():
    found = thread("2 commentaires\n\n  • un\n\n  • deux\n")
    assert (shape(found), found.notes) == ([("un", None), ("deux", None)], ())


def test_a_lost_level_is_noted():
    found = thread("3 commentaires\n\n  1. un\n\n      • deux\n\n  2. trois\n\n    • quatre\n")
    assert [c.parent_id for c in found] == [None, "1", None, "3"]
    assert "a level is lost above these replies, which stand under the nearest comment: 2" in found.notes


def test_a_gap_in_the_numbers_makes_the_nesting_doubtful():
    assert thread("Commentaires\n\n  1. un\n\n    • deux\n\n  4. trois\n").notes == (f"{pasted.DOUBTFUL}: 2",)


def test_more_comments_than_announced_is_noted():
    assert thread(f"2 commentaires\n\n{LIST}").notes == ("3 comments are shown, more than the 2 announced",)


def test_a_list_typed_by_a_reader_is_text():
    found = thread("2 commentaires\n\n  1. Deux raisons :\n\n    - la pluie\n    - le vent\n\n    Voilà.\n\n  2. Oui\n")
    assert [c.text for c in found] == ["Deux raisons :\n\n- la pluie\n- le vent\n\nVoilà.", "Oui"]
    assert found.notes == ("lists inside comments are kept as their text, though these 2 items may be comments: 1",)


def test_a_numbered_list_typed_in_a_list_at_the_margin_is_text():
    found = thread("2 commentaires\n\n1. Trois :\n\n1. a\n2. b\n3. c\n\n2. Oui\n\nRépondre")
    assert [c.text for c in found] == ["Trois :\n\n1. a\n2. b\n3. c", "Oui"]


def test_lines_at_the_margin_inside_the_list_are_left_out():
    found = thread("3 commentaires\n\n  1. un\n\nRépondre\n\n    • deux\n\nPublicité\n\n  2. trois\n\nREPONDRE\n")
    assert (shape(found), found.notes) == (SHAPE, ("lines at the margin inside the list are left out: 2",))


def test_the_heading_with_a_number_and_the_most_items_is_taken():
    found = thread(f"Titre\n\n3 commentaires\n\n  • En bref\n\nArticle.\n\n3 COMMENTAIRES\n\n{LIST}")
    assert (shape(found), found.title) == (SHAPE, "Titre")


def test_a_short_numbered_list_in_an_article_is_no_thread():
    found = thread("Titre\n\nTrois idées :\n\n  1. un\n  2. deux\n  3. trois\n\nVoilà.\n")
    assert shape(found) == []
    assert found.notes == (
        "no thread found",
        "a list of 3 items is not taken for comments: nothing announces it",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"Titre\n\nArticle.\n\n{LIST}\nREPONDRE\n", "a form for comments follows it"),
        (f"Titre\n\nArticle.\n\n{LIST}", "replies stand under its items"),
        ("  1. un\n    - deux\n  2. trois\n", "the text holds nothing else"),
    ],
)
def test_a_list_without_heading_needs_other_evidence(text, reason):
    found = thread(text)
    assert shape(found) == SHAPE
    assert found.notes == (f"no heading announces the comments: the list is taken for comments because {reason}",)


def test_markup_is_named():
    assert thread("<!DOCTYPE html>\n<p>Bonjour", "pasted").notes[1].startswith("the text looks like HTML or XML")


def test_comments_announced_and_not_printed():
    found = thread("Titre\n\nArticle.\n\n5 commentaires\n\nLes commentaires sont fermés.\n")
    assert (found.announced, found.notes) == (
        5,
        ("comments are closed", "0 of 5 announced comments are shown"),
    )


def test_no_comment_announced():
    found = thread("Titre\n\n0 commentaire\n\n  - Contact\n  - Mentions\n")
    assert (len(found), found.announced) == (0, 0)


text_lines = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
    .filter(lambda line: not Line.of(line).marker)
)
texts = (
    st.lists(text_lines | st.just(""), min_size=1, max_size=5)
    .map("\n".join)
    .filter(lambda text: text == text.strip("\n") != "")
)


@st.composite
def printable_comments(draw):
    depths = []
    for _ in range(draw(st.integers(1, 8))):
        depths.append(draw(st.integers(1, depths[-1] + 1)) if depths else 1)
    return [(draw(texts), depth) for depth in depths]


def printed(comments):
    """Print a thread as text extractors do: numbers at the top, bullets below, two columns a level."""
    lines, number = [f"{len(comments)} COMMENTAIRES", ""], 0
    for text, depth in comments:
        number += depth == 1
        first, *rest = text.split("\n")
        lines.append(f"{'  ' * depth}{f'{number}.' if depth == 1 else '•'} {first}")
        lines += [f"{'  ' * (depth + 1)}{line}" if line else "" for line in rest] + [""]
    return "\n".join([*lines, "REPONDRE", "", "Please enter your comment!"])


@settings(deadline=None)
@given(printable_comments())
def test_any_comments_come_back_from_their_printed_form(comments):
    found = thread("Titre\n\nArticle.\n\n" + printed(comments))
    assert [(c.text, found.depth(c.id)) for c in found] == comments
    assert found.notes == ()


# Size


def test_five_thousand_levels_need_no_recursion():
    (found,) = threads(printed([("a", depth) for depth in range(1, 5001)]))
    assert found.depth("5000") == 5000


@pytest.mark.parametrize(
    "line",
    [
        "mot " * 1_250_000,
        " " * 5_000_000 + "x",
        "- " * 2_500_000,
        "1" * 5_000_000,
        "2 commentaires " * 300_000,
    ],
    ids=["words", "spaces", "rule", "digits", "headings"],
)
def test_one_very_long_line_is_read(line):
    """None of these would end within the test run if a step were quadratic; the same holds below."""
    assert threads(line)
    (found,) = threads(f"1 COMMENTAIRE\n\n  1. {line}\n")
    assert len(found) == 1


@pytest.mark.parametrize(
    "block",
    [
        "2 commentaires\n\n",
        "1. a\n\n",
        "- a\n\ntexte\n",
        "Répondre\n\n  1. a\n\n",
        "\n",
        "    suite\n",
        "  1. a\n\nx\n",
    ],
)
def test_a_million_characters_of_one_block_are_read(block):
    assert threads("2 commentaires\n\n  1. a\n\n" + block * (1_000_000 // len(block)), "pasted")
