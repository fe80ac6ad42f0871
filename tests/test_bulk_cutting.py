"""Cutting: what is read of the parts is what is read of the whole, whatever the bytes and wherever they are cut."""

import json
import random
import string
from io import BytesIO
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation import ModerationError
from moderation.bulk import cutting
from moderation.bulk.chunks import taken
from moderation.bulk.cutting import JSON_LINE, cut, table_record
from moderation.bulk.reading import Reader
from moderation.errors import SourceError
from moderation.threads import Report, table
from moderation.threads.jsonl import entries
from moderation.threads.source import Options, Source

TABLE = st.text(st.sampled_from('"",\n\r ;aé🙂'), max_size=60)
CELLS = st.lists(st.sampled_from(["a", "", '"b"', '"c,\nd"', '"e""f"', '"g"h', 'i"j', '"k\r\n', "é"]), max_size=4)
ROWS = st.lists(CELLS.map(",".join), max_size=8)
LINES = st.lists(
    st.sampled_from(['{"text": "a"}', "", " ", "\f", "\xa0", "{", '{"text": 1}', '{"text": "é\\n"}']), max_size=9
)


def read(path, kind, size):
    """Return the rows of a file as they are read in parts, its rejects, and how many rows were dropped."""
    reader = Reader(path, kind, {}, size)
    batches = [*(chunk.read() for chunk in reader.chunks()), reader.none]
    columns = ([batch.kept["id"] for batch in batches], [batch.texts for batch in batches])
    rows = list(zip(*map(chain.from_iterable, columns), strict=True))
    return rows, [reject for batch in batches for reject in batch.rejects], sum(batch.rows for batch in batches)


def whole(content, kind):
    """Return the same as the file is read in one."""
    source = Source("f", BytesIO(content), Options(keep_going=True), Report("f"))
    if kind == "csv":
        found = [
            (record[0] or str(number), record[1]) for number, _, record in table.cells(source, table.layout(source))
        ]
    else:
        found = [(str(entry.number), entry.fields["text"]) for entry in entries(source)]
    dropped = sum(source.report.dropped.values())
    return found, taken(source.report), len(found) + dropped


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cut")


@settings(deadline=None, max_examples=400)
@given(TABLE | ROWS.map("\n".join) | ROWS.map("\r\n".join) | ROWS.map("\r".join), st.integers(1, 3), st.integers(1, 9))
@example('1,"a\n2,b\n3,c', 1, 1)
@example(" ", 1, 1)
@example("1,a\r\n\r\n2,b\r\n\r\n", 1, 6)
@example('1,"a"b\n",c"\n', 2, 9)
def test_a_table_in_parts_is_the_table(folder, content, size, reach):
    path = folder / "f.csv"
    path.write_bytes(f"id,text\n1,a\n{content}".encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "BYTES", reach)
        found = read(path, "csv", size)
    expected = whole(path.read_bytes(), "csv")
    assert found == expected


@settings(deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 3), st.integers(1, 9))
def test_json_lines_in_parts_are_the_lines(folder, lines, end, size, reach):
    path = folder / "f.jsonl"
    path.write_bytes(end.join(['{"text": "x"}', *lines]).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "BYTES", reach)
        found = read(path, "jsonl", size)
    assert found == whole(path.read_bytes(), "jsonl")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", ",;\t")
def test_encodings_and_separators(tmp_path, encoding, delimiter):
    path = tmp_path / "f.csv"
    lines = [
        "sep=" + delimiter,
        delimiter.join(("id", "text")),
        *(f'{n}{delimiter}"é{delimiter}\n{n}"' for n in range(9)),
    ]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    rows, rejects, count = read(path, "csv", 2)
    assert rows == [(str(n), f"é{delimiter}\n{n}") for n in range(9)]
    assert (rejects, count) == ([], 9)


def test_lines_and_numbers_are_those_of_the_file(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('text,author\nun,a\n"deux\n\n",b\n\ntrois\nquatre,c\n"cinq"x,d\nsix,e\n', encoding="utf-8")
    for size in (1, 2, 10):
        rows, rejects, count = read(path, "csv", size)
        assert rows == [("1", "un"), ("2", "deux\n\n"), ("4", "quatre"), ("6", "six")]
        assert [place for place, _ in rejects] == ["line 7", "line 9"]
        assert count == 6


def test_two_columns_for_one_field_are_read_as_anywhere(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("id,text,text\n1,un,\n2,,deux\n3,a,b\n", encoding="utf-8")
    assert read(path, "csv", 2)[0] == [("1", "un"), ("2", "deux"), ("3", "b")]


def test_parquet_is_not_held_in_memory(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    chance = random.Random(1)
    texts = ["".join(chance.choices(string.ascii_letters, k=1000)) for _ in range(10_000)]
    write_table(pa.table({"text": texts}), tmp_path / "f.parquet", row_group_size=500)
    del texts
    before = pa.total_allocated_bytes()
    most = max(pa.total_allocated_bytes() - before for _ in Reader(tmp_path / "f.parquet", "parquet", {}, 500).chunks())
    assert most < (tmp_path / "f.parquet").stat().st_size / 2


def test_a_line_may_be_a_thread(tmp_path):
    path = tmp_path / "f.jsonl"
    thread = {"id": "t", "comments": [{"id": str(n), "text": "oui"} for n in range(3)]}
    path.write_text(f'{json.dumps(thread)}\n{{"id": "x", "text": "non"}}\n', encoding="utf-8")
    assert [chunk.rows for chunk in Reader(path, "jsonl", {}, 1).chunks()] == [None, 1]
    assert read(path, "jsonl", 1)[0] == [("0", "oui"), ("1", "oui"), ("2", "oui"), ("x", "non")]


def test_a_row_that_never_ends_ends_the_reading_and_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(cutting, "BYTES", 8)
    monkeypatch.setattr(cutting, "FIELD_LIMIT", 32)
    for length in (31, 200):
        stream = BytesIO(b'id,text\n1,a\n2,"' + b"b" * length)
        with pytest.raises(SourceError, match=r"f, line 3: a row of more than 32 bytes; .*close the quotation mark"):
            list(cut(stream, table_record(","), 1, "f", headers=1))
    stream = BytesIO(b'id,text\n1,a\n2,"' + b"b" * 28)
    assert [part.records for part in cut(stream, table_record(","), 1, "f", headers=1)] == [1, 1]
    stream = BytesIO(b'{"text": 1}\n' * 3)
    assert [part.records for part in cut(stream, JSON_LINE, 2, "f")] == [1, 1, 1]


def test_a_worker_that_reads_other_rows_than_were_counted_says_so(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("id,text\n1,a\n2,b\n", encoding="utf-8")
    (chunk,) = Reader(path, "csv", {}, 10).chunks()
    object.__setattr__(chunk, "rows", 3)
    with pytest.raises(ModerationError, match="3 rows were counted and 2 read"):
        chunk.read()
