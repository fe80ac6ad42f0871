"""Spelling: the folded text with the digits of its numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.spelling import spell
from moderation.text import fold


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Appelez le 70 11 22 33 !", "appelez le 70 11 22 33"),
        ("２ ans", "2 ans"),
        ("٣ ans", "3 ans"),
        ("½ litre", "0 0 litre"),
        ("quel c0nnard", "quel connard"),
        ("", ""),
    ],
)
def test_numbers_keep_their_digits(text, spelled):
    assert spell(text).text == spelled


@given(st.text())
def test_all_but_the_digits_is_as_folded(text):
    folded, spelled = fold(text), spell(text)
    assert (spelled.starts, spelled.ends, spelled.markers) == (folded.starts, folded.ends, folded.markers)
    assert all(one == two or (two == "0" and one.isdigit()) for one, two in zip(spelled.text, folded.text, strict=True))
