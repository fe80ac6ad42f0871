"""JSON documents: where values stand, what is kept before damage, and depth without end."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import DamagedSourceError
from moderation.threads import documents as module
from moderation.threads.documents import documents, top
from moderation.threads.nested import Nested
from moderation.threads.report import Report
from moderation.threads.source import Options, Source


def read(text: str | bytes, keep_going: bool = False) -> tuple[list[tuple[str, object]], list[str], int]:
    """Return what is found, the damage, and how many objects it cost."""
    data = text.encode() if isinstance(text, str) else text
    source = Source("x", io.BytesIO(data), Options(keep_going=keep_going), Report("x"))
    found = []
    try:
        for where, value in documents(source):
            found.append((where, value))
    except DamagedSourceError as error:
        return found, [str(error)], 0
    return found, source.report.damage, source.report.dropped["damaged"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" [ ] \n[]", []),
        ('[{"a": 1}, 2]', [("item 1", {"a": 1}), ("item 2", 2)]),
        ('{"a": 1}\r\n\n{"a": 2}', [("line 1", {"a": 1}), ("line 3", {"a": 2})]),
        ("[1]\n\ufeff[2, 3]", [("item 1", 1), ("document 2, item 1", 2), ("document 2, item 2", 3)]),
        ('\x1e{"a": 1}\n\x1e{"a": 2}', [("line 1", {"a": 1}), ("line 2", {"a": 2})]),
        ("[NaN, -Infinity, 1.5, 12]", [("item 1", None), ("item 2", None), ("item 3", 1.5), ("item 4", 12)]),
        (r'["a\u0000b", "\ud83d", "\ud83d\ude00"]', [("item 1", "a\0b"), ("item 2", "\ufffd"), ("item 3", "😀")]),
    ],
)
def test_values_and_where_they_stand(text, found):
    assert read(text) == (found, [], 0)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ('[{"a": 1}, {"a": ', [{"a": 1}], "x, item 2: line 1, column 18: the text ends here"),
        ('[{"a": 1},\n{"a": "é', [{"a": 1}], "x, item 2: line 2, column 7: the text ends here"),
        ("[1, 2,]", [1, 2], "x, item 3: line 1, column 7: not JSON"),
        ("[1, 2", [1, 2], "x, line 1: ends inside an array"),
        ('[{"a": 1}\n{"a": 2}]', [{"a": 1}], "x, after item 1: line 2, column 1: not JSON (expecting ',' delimiter)"),
        ('{"a": 1}\n<html>', [{"a": 1}], "x, line 2: line 2, column 1: not JSON"),
        ('{"t": "Eau", "c": [{"a": 1}, {"a": 2, "b', [{"t": "Eau", "c": [{"a": 1}]}], "x, line 1: line 1, column 39"),
        ('{"c": [{"a": 1, "c": [{"a": 2}, {"a"', [{"c": [{"a": 1, "c": [{"a": 2}]}]}], "x, line 1: line 1, column 37"),
        ("[" + "9" * 5000 + "]", [], "x, item 1: line 1, column 3: not JSON (exceeds the limit"),
        (b'[{"a": 1}, {"a": "\xe9"}]', [{"a": 1}], "x: byte 18 is 0xE9, which is not UTF-8"),
        ('[{"a": 1}, {"a": "é'.encode()[:-1], [{"a": 1}], "x: byte 18 is 0xC3"),
    ],
)
def test_what_stands_before_damage_is_found_first(text, values, message):
    found, damage, _ = read(text)
    assert [value for _, value in found] == values
    assert damage[0].startswith(message)


@pytest.mark.parametrize(
    ("text", "found", "lost"),
    [
        ('{"a": 1}\n{"a": "\n{"a": 3}', [("line 1", {"a": 1}), ("line 3", {"a": 3})], 1),
        ('[\n{"a": 1},\n{"a" 2},\n{"a": 3}\n]', [("item 1", {"a": 1}), ("item 3", {"a": 3})], 1),
        ('[{"a": 1},\n[2]', [("item 1", {"a": 1}), ("item 2", [2])], 0),
        ('[{"a": 1}, {"a": "\n[{"a": 2}]', [("item 1", {"a": 1}), ("document 2, item 1", {"a": 2})], 1),
        ('[{"a": 1}\n{"a": 2}]', [("item 1", {"a": 1}), ("item 2", {"a": 2})], 0),
    ],
)
def test_reading_goes_on_at_the_next_line_that_begins_with_a_bracket(text, found, lost):
    got, damage, cost = read(text, keep_going=True)
    assert (got, len(damage), cost) == (found, 1, lost)


def test_bytes_of_another_encoding_are_read_where_reading_shall_go_on():
    assert read(b'["a", "\xe9", "b"]', keep_going=True)[0] == [("item 1", "a"), ("item 2", "é"), ("item 3", "b")]


@pytest.mark.parametrize(("opening", "closing"), [('{"replies": [', "]}"), ("[", "]"), ('{"a": ', "}")])
def test_20_000_levels_are_read(opening, closing):
    levels = 20_000
    ((_, value),) = read(f"[{opening * levels}1{closing * levels}]")[0]
    depth = 0
    while not isinstance(value, int):
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
        depth += 1
    assert depth == levels * (2 if len(closing) == 2 else 1)


@pytest.mark.parametrize("step", [1, 7, 64])
def test_values_do_not_depend_on_how_much_is_read_at_once(monkeypatch, step):
    text = '[12.5e3, true, {"a": "\\u00e9\\n"},\n null]\n{"b": [1, 2]}\n-12\n[]'
    whole = read(text)
    monkeypatch.setattr(module, "STEP", step)
    assert read(text) == whole
    assert len(whole[0]) == 6
    broken = read('[1,\n2,\n{"a": nul}]')
    assert broken[1][0].startswith("x, item 3: line 3, column 7: not JSON")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=100)
@given(values, st.sampled_from([None, 1]))
def test_nested_values_are_those_of_json(value, indent):
    text = json.dumps(value, indent=indent)
    nested = Nested()
    assert nested.read(text, 0) == len(text)
    assert nested.value == json.loads(text)


@settings(deadline=None, max_examples=100)
@given(st.lists(values, max_size=4), st.integers(0, 200), st.text('[]{},:"\\u1tn \n', max_size=3), st.booleans())
def test_only_damage_comes_of_random_changes(found, at, change, keep_going):
    text = json.dumps(found)
    at = min(at, len(text))
    got, _, _ = read(text[:at] + change + text[at:], keep_going)
    assert len(got) <= len(text) + 3


def test_the_top_of_a_text_that_is_cut():
    text = '{"posts": [{"id": 1, "cooked": "<p>Oui</p>"}, {"id": 2}], "users": []}'
    assert all(top(text[:at]).first.keys() <= {"posts", "users"} for at in range(len(text)))
    assert top(text[:30]).first == {"posts": [{"id": 1}]}
    assert top("[[" + text).array
    assert top("Titre\n\nTexte").first == top("").first == {}


@pytest.mark.parametrize(
    "whole",
    [
        {"comments": [{"id": 1}, {"id": 2}], "info": {"count": 2}},
        {"data": {"story": {"comments": {"edges": [{"node": {"id": 1}}], "pageInfo": {"more": False}}}}},
        {"post_stream": {"posts": [{"id": 1}], "stream": [1, 2]}, "timeline_lookup": [[1, 2]]},
    ],
)
def test_what_is_cut_behind_its_list_of_comments_keeps_them(whole):
    text = json.dumps(whole)
    behind = text.index("]") + 1
    for end in range(behind, len(text)):
        nested = Nested()
        with suppress(json.JSONDecodeError):
            nested.read(text[:end], 0)
        nested.prune()
        kept = json.dumps(nested.value)
        assert all(f'"id": {number}' in kept for number in (1, 2) if f'"id": {number}' in text[:behind])


def test_an_object_that_is_cut_is_no_whole_one():
    nested = Nested()
    with suppress(json.JSONDecodeError):
        nested.read('{"id": 1, "revisions": [{"body": "Oui"}], "sta', 0)
    nested.prune()
    assert nested.value is None
