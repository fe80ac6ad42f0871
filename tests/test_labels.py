"""Label files: what each mistake is told, what a join counts, who decides, and that the files of the project hold."""

import csv
import io
import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.duplicates import near_duplicates
from moderation.errors import LabelError
from moderation.labelling.adjudication import cases
from moderation.labels import (
    ADJUDICATED,
    FIELDS,
    TARGETS,
    Label,
    adjudicate,
    join,
    label_files,
    read_labels,
    tally,
    text_hash,
)
from moderation.text import fold

OURS = Path(__file__).parent.parent / "labels"
HEADER = "id,parent_id,text,insult,spam,target,spans,annotator\n"


@pytest.fixture
def read(tmp_path):
    """Read a label file of the content given."""

    def read(content):
        path = tmp_path / "some.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_labels(path)

    return read


@pytest.fixture
def error(tmp_path, read):
    """Return what is said of a label file, without its path, which comes first."""

    def error(content):
        with pytest.raises(LabelError) as caught:
            read(content)
        place, _, sentence = str(caught.value).partition(": ")
        assert place == str(tmp_path / "some.csv")
        return sentence

    return error


def written(rows):
    """Return rows as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


# Reading


def test_a_row_is_read_with_all_its_columns(read):
    row = {name: f"some {name}" for name in FIELDS} | {
        "id": "7",
        "parent_id": "",
        "text": "Sale âne !",
        "target": "author",
    }
    (label,) = read(written([row | {"spans": "0:4 5:8", "insult": "1", "spam": ""}]))
    rest = {name: value for name, value in row.items() if name not in {"text", "spans"}}
    assert label == Label(text="Sale âne !", spans=((0, 4), (5, 8)), answers={"insult": 1, "spam": None}, **rest)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip),
            "title": st.text(st.characters(codec="utf-8")),
            "note": st.text(st.characters(codec="utf-8")),
            "insult": st.sampled_from(["1", ""]),
            "spam": st.sampled_from(["0", "1", ""]),
            "target": st.sampled_from(sorted(TARGETS)),
        },
    ),
    min_size=1,
    max_size=5,
)


@given(rows=ROWS, data=st.data())
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows, data):
    for number, row in enumerate(rows):
        row["id"] = str(number)
        row["parent_id"] = data.draw(st.sampled_from(["", *map(str, range(len(rows)))]))
        start = data.draw(st.integers(0, len(row["text"]) - 1))
        row["spans"] = f"{start}:{data.draw(st.integers(start + 1, len(row['text'])))}"
    path = tmp_path_factory.mktemp("labels") / "any.csv"
    path.write_bytes(written(rows).encode())
    back = [
        {
            **{name: getattr(label, name) for name in ("id", "parent_id", "text", "title", "note", "target")},
            **{name: "" if answer is None else str(answer) for name, answer in label.answers.items()},
            "spans": " ".join(f"{start}:{end}" for start, end in label.spans),
        }
        for label in read_labels(path)
    ]
    assert back == rows


def test_any_other_column_becomes_a_label(read):
    (label,) = read("id,text,threat,off_topic,insult\n1,Bonjour,1,,0\n")
    assert label.answers == {"threat": 1, "off_topic": None, "insult": 0}


def test_columns_may_stand_in_any_order_and_blank_lines_do_not_count(read):
    first, second = read("insult,text,id\n\n1,nul,a\n\n\n0,bien,b\n")
    assert (first.id, first.text, first.answers) == ("a", "nul", {"insult": 1})
    assert first.place.endswith("some.csv: line 3")
    assert second.place.endswith("some.csv: line 6")


def test_a_row_of_several_lines_is_named_by_its_first(read):
    labels = read('id,text,insult\n1,"un\ndeux\ntrois",0\n2,quatre,0\n')
    assert [label.place.rpartition(": ")[2] for label in labels] == ["line 2", "line 5"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(read):
    (label,) = read('\ufeffid,text,insult\r\n1,"été\r\nhiver",0\r\n'.encode())
    assert (label.id, label.text) == ("1", "été\r\nhiver")


def test_a_text_of_a_megabyte_is_read(read):
    text = "à " * 500_000
    (label,) = read(f"id,text,spam,spans\n1,{text},1,999998:1000000\n")
    assert label.text == text
    assert label.spans == ((999_998, 1_000_000),)
    assert tally([label])["length"] == {"1001 and more": {"comments": 1, "spam": 1}}


def test_spans_count_code_points(read):
    (label,) = read("id,text,insult,spans\n1,🐒🐒 âne,1,3:6\n")
    assert [label.text[start:end] for start, end in label.spans] == ["âne"]


def test_several_people_may_judge_one_comment(read):
    labels = read(HEADER + "1,,nul,1,0,,,a\n1,,nul,0,0,,,b\n1,,nul,1,0,,,adjudicated\n")
    assert [label.annotator for label in labels] == ["a", "b", "adjudicated"]


def test_a_header_alone_is_a_file_without_judgements(read):
    assert read(HEADER) == []


def test_the_place_does_not_make_two_labels_differ():
    assert Label("1", "a", {}, place="x.csv: line 2") == Label("1", "a", {}, place="y.csv: line 9")


# Mistakes: file, line and column of the first


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("3,,nul,2,0,,,", "column insult: '2'; expected 1, 0 or nothing"),
        ("3,,nul,1,yes,,,", "column spam: 'yes'; expected 1, 0 or nothing"),
        ("3,,nul,1, 1,,,", "column spam: ' 1'; expected 1, 0 or nothing"),
        ("3,,nul,1,1.0,,,", "column spam: '1.0'; expected 1, 0 or nothing"),
        ("3,,,1,0,,,", "column text: empty; every judgement needs one"),
        ("3,, ,1,0,,,", "column text: empty; every judgement needs one"),
        (",,nul,1,0,,,", "column id: empty; every judgement needs one"),
        ("3,,nul,1,0,everyone,,", "column target: 'everyone'; expected one of author, commenter, group, institution"),
        ("3,,nul,1,0,,0-3,", "column spans: '0-3'; expected start:end, inside the 3 characters of the text"),
        ("3,,nul,1,0,,3,", "column spans: '3'; expected start:end, inside"),
        ("3,,nul,1,0,,:3,", "column spans: ':3'; expected start:end, inside"),
        ("3,,nul,1,0,,-1:3,", "column spans: '-1:3'; expected start:end, inside"),
        ("3,,nul,1,0,,0:1:2,", "column spans: '0:1:2'; expected start:end, inside"),
        ("3,,nul,1,0,,2:2,", "column spans: '2:2'; expected start:end, inside"),
        ("3,,nul,1,0,,2:1,", "column spans: '2:1'; expected start:end, inside"),
        ("3,,nul,1,0,,0:4,", "column spans: '0:4'; expected start:end, inside the 3 characters of the text"),
        ("3,,nul,1,0,,0:1 1:4,", "column spans: '1:4'; expected start:end, inside"),
        (f"3,,nul,1,0,,0:{'9' * 5000},", "column spans: '0:999"),
        ("3,,nul,0,0,,0:3,", "column insult: 0, but target or spans name an insult; correct one of them"),
        ("3,,nul,0,0,author,,", "column insult: 0, but target or spans name an insult; correct one of them"),
        ("3,99,nul,1,0,,,", "column parent_id: no comment '99' in this file"),
        ("1,,bravo,0,0,,,a", "column id: 'a' judges '1' a second time"),
        ("2,,merci,0,0,,,", "column id: 'nobody' judges '2' a second time"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column(error, row, sentence):
    assert error(f"{HEADER}1,,bravo,0,0,,,a\n\n2,1,merci,0,0,none,,\n{row}\n").startswith(f"line 5, {sentence}")


def test_the_known_targets_are_named(error):
    assert error("id,text,insult,target\n1,nul,1,x\n").endswith(f"expected one of {', '.join(sorted(TARGETS - {''}))}")


def test_another_text_under_one_id_is_refused_with_both_places(error, tmp_path):
    sentence = error("id,text,insult,annotator\n1,nul,1,a\n2,ah,0,a\n1,nulle,1,b\n")
    assert sentence == f"line 4, column text: another text than {tmp_path / 'some.csv'}: line 2 under the same id '1'"


def test_another_hash_under_one_id_is_refused(error, tmp_path):
    sentence = error("id,source,sha256,insult,annotator\n1,s,aa,1,a\n1,s,bb,1,b\n")
    assert sentence == f"line 3, column sha256: another text than {tmp_path / 'some.csv'}: line 2 under the same id '1'"


def test_a_column_that_may_be_no_label_is_told_apart_from_a_wrong_answer(error):
    sentence = error("id,text,insult,author\n1,nul,1,Awa\n")
    assert sentence.startswith("line 2, column author: 'Awa'; expected 1, 0 or nothing (is 'author' a label?")
    assert all(name in sentence for name in FIELDS)
    assert "is 'insult' a label" not in error("id,text,insult\n1,nul,x\n")


@pytest.mark.parametrize("row", ["1,nul", "1,nul,1,0", "1,nul, non, 1"])
def test_a_wrong_number_of_fields_is_refused(error, row):
    assert error(f"id,text,insult\n\n{row}\n") == (
        f"line 3: {row.count(',') + 1} fields; expected 3 as in the header (quote commas and line breaks)"
    )


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("text,insult", "no column id; found text, insult"),
        ("id,insult", "no column text; found id, insult"),
        ("comment,label", "no column id, text; found comment, label"),
        ("id,sha256,insult", "no column source; found id, sha256, insult"),
        ("id;text;insult", "no column id, text; found id;text;insult"),
        ("id,text,insult,insult", "the column 'insult' stands twice; rename or remove one"),
        ("id,text,text,insult", "the column 'text' stands twice; rename or remove one"),
        ("id,text,note", "no label column; expected one such as insult or spam, holding 1, 0 or nothing"),
        ("id,text,insult,", "column 4 has no name; name it or remove it"),
    ],
)
def test_a_wrong_header_is_refused(error, header, sentence):
    assert error(header + "\n") == f"line 1: {sentence}"


@pytest.mark.parametrize("content", ["", "\ufeff", "\n", "\r\n\r\n"])
def test_an_empty_file_is_refused(error, content):
    assert error(content) == "the file is empty; expected a header with the columns id, text and at least one label"


@pytest.mark.parametrize("lines", [0, 5, 20_000], ids=str)
def test_what_is_not_utf_8_is_refused_with_its_line(error, lines):
    content = "id,text,insult\n" + "".join(f"{n},bonjour,0\n" for n in range(lines)) + "x,"
    assert error(content.encode() + b"\xe9t\xe9,0\n") == f"line {lines + 2}: not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize("row", ['3,"nul,1\n4,bien,0', '3,"nul" dit-il,1'], ids=["open quote", "text after a quote"])
def test_wrong_quotes_are_refused_with_the_line_of_their_row(error, row):
    sentence = error(f'id,text,insult\n1,"un\ndeux",0\n{row}\n')
    assert sentence.startswith("line 4: not CSV (")
    assert sentence.endswith("); expected comma-separated values with a header")


def test_a_missing_file_and_a_folder_in_place_of_one_are_refused(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(LabelError) as caught:
            read_labels(path)
        assert str(caught.value).startswith(f"{path}: cannot be read (")
        assert str(caught.value).endswith("); give the path of a CSV file")


# Files and folders


def test_a_folder_stands_for_its_csv_files_in_alphabetical_order(tmp_path):
    names = [f"{letter}.csv" for letter in "hcagbfde"]
    for name in (*names, "notes.txt"):
        (tmp_path / name).touch()
    assert label_files([tmp_path]) == [tmp_path / name for name in sorted(names)]
    assert label_files([str(tmp_path / "b.csv"), tmp_path]) == [tmp_path / name for name in ("b.csv", *sorted(names))]


def test_a_folder_without_label_files_is_refused(tmp_path):
    with pytest.raises(LabelError) as caught:
        label_files([tmp_path])
    assert str(caught.value) == f"{tmp_path}: no CSV file in this folder; give label files or a folder that holds some"


# References


@pytest.fixture
def data(tmp_path):
    """Return a folder with two data sets, which both have a text 1."""
    (tmp_path / "one.csv").write_text('id,text,x\n1,Espèce d\'âne,a\n2,"Bonjour,\nvous",b\n', encoding="utf-8")
    (tmp_path / "two.csv").write_text("text,id\nAutre chose,1\n", encoding="utf-8-sig")
    return tmp_path


def reference(id, source, text, spans=""):
    return {"source": source, "id": id, "sha256": text_hash(text), "insult": "1", "spam": "", "spans": spans}


def references(read, *rows):
    return read(written(list(rows)))


def test_a_reference_has_no_text_until_it_is_joined(read, data):
    labels = references(read, reference("1", "one", "Espèce d'âne", "9:12"), reference("2", "one", "Bonjour,\nvous"))
    assert [label.text for label in labels] == [None, None]
    joined = join(labels, data)
    assert [label.text for label in joined.labels] == ["Espèce d'âne", "Bonjour,\nvous"]
    assert joined.labels[0].spans == ((9, 12),)
    assert (joined.missing, joined.changed) == ({}, {})


@pytest.mark.parametrize(("source", "text"), [("one", "Espèce d'âne"), ("two", "Autre chose")])
def test_a_reference_is_looked_for_in_its_own_data_set(read, data, source, text):
    (label,) = join(references(read, reference("1", source, text)), data).labels
    assert label.text == text


def test_missing_and_changed_texts_are_counted_by_data_set(read, data):
    labels = references(
        read,
        reference("1", "one", "Espèce d'ane"),
        reference("2", "one", "Bonjour,\nvous"),
        reference("3", "one", "absent de la série"),
        reference("4", "one", "absent aussi"),
        reference("5", "three", "série absente"),
    )
    joined = join(labels, data)
    assert [label.id for label in joined.labels] == ["2"]
    assert joined.missing == {"one": 2, "three": 1}
    assert joined.changed == {"one": 1}


def test_without_data_every_reference_is_missing_and_texts_pass_through(read):
    labels = [
        *references(read, reference("1", "one", "a"), reference("2", "one", "b")),
        Label("9", "Bonjour", {"spam": 0}),
    ]
    joined = join(labels, None)
    assert joined.labels == (labels[2],)
    assert joined.missing == {"one": 2}
    with pytest.raises(LabelError, match="no/such/folder: no such folder"):
        join(labels, "no/such/folder")


def test_a_source_that_would_leave_the_folder_of_data_sets_is_refused(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(f"id,source,sha256,insult\n1,../secret,{'0' * 64},1\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"line 2, column source: '\.\./secret'; expected the name of a data set"):
        read_labels(path)


def test_a_span_outside_a_joined_text_is_refused(read, data, tmp_path):
    labels = references(read, reference("1", "one", "Espèce d'âne", "9:13"))
    with pytest.raises(LabelError) as caught:
        join(labels, data)
    assert str(caught.value) == f"{tmp_path / 'some.csv'}: line 2, column spans: outside the 12 characters of the text"


def test_a_wrong_span_of_a_reference_is_refused_before_the_join(error):
    assert error(written([reference("1", "one", "a", "5:2")])) == "line 2, column spans: '5:2'; expected start:end"


def test_a_reference_without_hash_is_refused(error):
    assert error("id,source,sha256,spam\n1,one,,1\n") == "line 2, column sha256: empty; every judgement needs one"


def test_a_data_set_without_id_and_text_is_refused(read, tmp_path):
    (tmp_path / "one.csv").write_text("comment,text\n1,a\n", encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        join(references(read, reference("1", "one", "a")), tmp_path)
    assert (
        str(caught.value) == f"{tmp_path / 'one.csv'}: no column id; expected a data set with the columns id and text"
    )


@given(st.text(st.characters(codec=None, exclude_categories=())))
@example("\ud800")
def test_every_text_has_a_hash(text):
    assert len(text_hash(text)) == 64
    assert text_hash(text) != text_hash(text + " ")


# Adjudication


def judged(*answers, names=None, **common):
    """One comment judged by a, b, c … each with an answer for insult."""
    names = names or "abcdefgh"[: len(answers)]
    return [Label("1", "nul", {"insult": x}, annotator=name, **common) for name, x in zip(names, answers, strict=True)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((1,), 1),
        ((None,), None),
        ((1, 1, 0), 1),
        ((0, 1, 0), 0),
        ((1, 0), None),
        ((0, 1, 1, 0), None),
        ((1, None), 1),
        ((0, None, None), 0),
        ((None, None), None),
        ((1, 0, None), None),
    ],
)
def test_the_majority_of_those_who_judged_decides_and_a_tie_does_not(answers, expected):
    for order in itertools.permutations(answers):
        assert [label.answers for label in adjudicate(judged(*order))] == [{"insult": expected}]


@given(st.lists(st.sampled_from([0, 1, None]), min_size=1, max_size=7), st.sampled_from([0, 1, None]))
def test_the_adjudicated_answer_wins_over_any_number(answers, final):
    labels = judged(*answers) + judged(final, names=[ADJUDICATED])
    for order in (labels, labels[::-1]):
        assert adjudicate(order) == judged(final, names=[ADJUDICATED])


def test_each_label_has_its_own_majority():
    answers = [{"insult": 1, "spam": 0}, {"insult": 1, "spam": 1}, {"insult": 0, "spam": 1}, {"threat": 1}]
    (label,) = adjudicate(Label("1", "nul", one, annotator=str(n)) for n, one in enumerate(answers))
    assert label.answers == {"insult": 1, "spam": 1, "threat": 1}
    assert label.annotator == "majority"


def test_spans_and_target_come_from_the_first_that_agrees():
    no, yes, late = judged(0, 1, 1)
    yes = Label("1", "nul", {"insult": 1}, target="author", spans=((0, 3),), annotator="b")
    (label,) = adjudicate([no, yes, late])
    assert (label.target, label.spans) == ("author", ((0, 3),))


def test_what_is_no_insult_by_majority_or_tied_has_no_spans():
    yes = Label("1", "nul", {"insult": 1}, target="author", spans=((0, 3),), annotator="x")
    for others in (judged(0), judged(0, 0)):
        assert [label.spans for label in adjudicate([yes, *others])] == [()]


def test_comments_keep_the_order_of_their_first_judgement():
    labels = [Label(id, "a", {"insult": 0}, annotator=name) for id, name in ("2a", "1a", "2b", "3a", "1b")]
    assert [label.id for label in adjudicate(labels)] == ["2", "1", "3"]


# Floods and counts


@pytest.mark.parametrize(
    ("note", "flood"),
    [("flood", True), ("unsure flood", True), ("", False), ("unsure", False), ("flooding of the river", False)],
)
def test_a_flood_is_named_as_a_word_of_the_note(read, note, flood):
    (label,) = read(f"id,text,spam,note\n1,premier,1,{note}\n")
    assert label.is_flood is flood


def test_a_tally_counts_each_comment_once_in_every_table():
    labels = [
        Label(
            "1",
            "n" * 20,
            {"insult": 1, "spam": 0},
            kind="insult",
            target="author",
            language="fr",
            source="s",
            annotator="a",
        ),
        Label(
            "1",
            "n" * 20,
            {"insult": 1, "spam": 0},
            kind="insult",
            target="author",
            language="fr",
            source="s",
            annotator="b",
        ),
        Label("2", "n" * 21, {"insult": 0, "spam": 1}, kind="advert", target="none", language="fr", source="s"),
        Label("3", "n" * 1001, {"insult": 0, "threat": 1}, kind="advert", target="none", source="s"),
        Label("4", None, {"insult": None}, source="t"),
    ]
    tables = tally(labels)
    assert {title: sum(row["comments"] for row in table.values()) for title, table in tables.items()} == dict.fromkeys(
        ["source", "language", "target", "length", "kind"], 4
    )
    assert tables["source"] == {
        "s": {"comments": 3, "insult": 1, "spam": 1, "threat": 1},
        "t": {"comments": 1, "insult": 0},
    }
    assert next(iter(tables["kind"].items())) == ("advert", {"comments": 2, "insult": 0, "spam": 1, "threat": 1})
    assert tables["language"]["(not stated)"]["comments"] == 2
    assert list(tables["length"]) == ["   1-20", "  21-100", "1001 and more", "?"]


def test_nothing_makes_an_empty_tally():
    assert tally([]) == {}


# The files of this project


@pytest.fixture(scope="module")
def ours():
    """Every judgement in the folder of label files."""
    return [label for path in label_files([OURS]) for label in read_labels(path)]


@pytest.fixture(scope="module")
def own(ours):
    """Return those whose text is ours to give."""
    return [label for label in ours if label.text is not None]


@pytest.mark.parametrize("path", sorted(OURS.glob("*.csv")), ids=lambda path: path.name)
def test_a_file_of_ours_holds_judgements_of_insult_and_spam(path):
    labels = read_labels(path)
    assert labels
    assert {name for label in labels for name in label.answers} >= {"insult", "spam"}


def test_there_are_enough_comments_of_our_own(own):
    final = adjudicate(own)
    hard = {"ordinary", "greeting", "question", "blessing", "thanks", "local_harmless", "sincere_praise"}
    harmless = [label for label in final if label.answers["insult"] == label.answers["spam"] == 0]
    assert len(final) >= 16_000
    assert sum(label.answers["insult"] == 1 for label in final) >= 5_000
    assert sum(label.answers["spam"] == 1 for label in final) >= 1_200
    assert sum(label.kind not in hard for label in harmless) >= 2_000


def test_an_id_of_ours_that_stands_in_two_files_is_judged_again(ours):
    first: dict[tuple[str, str], Label] = {}
    for label in ours:
        if label.annotator not in {"second", ADJUDICATED}:
            other = first.setdefault((label.source, label.id), label)
            assert other.place.partition(": ")[0] == label.place.partition(": ")[0], label.id
    for label in ours:
        other = first[label.source, label.id]
        assert (label.text, label.sha256) == (other.text, other.sha256)


def test_six_hundred_of_each_kind_are_judged_twice_and_every_difference_is_decided(ours):
    again = [label for label in ours if label.annotator == "second"]
    assert sum(label.text is not None for label in again) >= 600
    assert sum(label.text is None for label in again) >= 600
    ids = {label.id for label in again}
    assert cases([label for label in ours if label.id in ids], ["insult", "spam"], "nobody") == []


def test_comments_of_ours_are_many_in_words_and_lengths(own):
    """Comments filled from templates share their runs of words; readers write a few words as well as a page."""
    texts = list({label.id: label.text for label in own if not label.is_flood}.values())
    runs = Counter()
    for text in texts:
        words = fold(text).text.split()
        runs.update(zip(words, words[1:], words[2:], strict=False))
    assert len(runs) / runs.total() >= 0.78
    sizes = np.quantile([len(text) for text in texts], [0.05, 0.5, 0.95])
    assert sizes[0] <= 45
    assert 60 <= sizes[1] <= 150
    assert sizes[2] >= 350


def test_no_two_comments_of_ours_are_near_duplicates_unless_they_are_floods(own):
    texts = {label.id: label.text for label in own if not label.is_flood}
    ids = list(texts)
    assert [(ids[i], ids[j], similar) for i, j, similar in near_duplicates(list(texts.values()))] == []


def test_every_insult_of_ours_shows_its_words(own):
    insults = [label for label in adjudicate(own) if label.answers["insult"] == 1]
    assert [label.place for label in insults if not label.spans] == []
    assert [
        label.place for label in insults if not all(label.text[start:end].strip() for start, end in label.spans)
    ] == []


def test_every_reference_of_ours_finds_the_text_that_was_judged(ours, shared):
    joined = join(ours, shared / "data" / "train")
    assert (joined.missing, joined.changed) == ({}, {})
    assert all(label.text[start:end].strip() for label in joined.labels for start, end in label.spans)
