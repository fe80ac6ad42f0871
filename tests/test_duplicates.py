"""Near-duplicates: which pairs are found, and that groups never tear one apart."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.duplicates import SIMILAR, groups, near_duplicates
from moderation.text import fold

TEXTS = st.lists(st.lists(st.sampled_from("un deux trois quatre".split()), max_size=6).map(" ".join), max_size=12)
KEYS = st.lists(st.tuples(*[st.sampled_from(["", "", "", "fil 1", "fil 2", "titre 1"])] * 2), min_size=12, max_size=12)
ORDERS = st.permutations(range(12))


def similarity(one, two):
    """Return the Jaccard similarity, from its definition."""
    a, b = ({*itertools.pairwise(words)} or {*words} for words in (fold(one).text.split(), fold(two).text.split()))
    return len(a & b) / len(a | b) if a & b else 0.0


@given(TEXTS, st.sampled_from([0.1, SIMILAR, 0.75, 1.0]))
def test_the_pairs_found_are_those_of_the_definition(texts, similar):
    expected = [
        (i, j, pytest.approx(similarity(texts[i], texts[j])))
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if similarity(texts[i], texts[j]) >= similar
    ]
    assert near_duplicates(texts, similar) == expected


@given(TEXTS, ORDERS)
def test_the_order_of_the_texts_does_not_matter(texts, order):
    order = [number for number in order if number < len(texts)]
    moved = near_duplicates([texts[number] for number in order])
    back = sorted((*sorted((order[i], order[j])), similar) for i, j, similar in moved)
    assert back == near_duplicates(texts)


@given(TEXTS)
def test_a_stricter_limit_finds_a_part_of_the_pairs(texts):
    assert set(near_duplicates(texts, 0.8)) <= set(near_duplicates(texts, 0.3))


@given(st.text(max_size=80))
def test_a_text_is_a_duplicate_of_itself_if_it_has_words(text):
    found = near_duplicates([text, text])
    assert found == ([(0, 1, 1.0)] if fold(text).text else [])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Prêt rapide sans garantie ici", "PRET RAPIDE SANS GARANTIE, ICI !"),
        ("Bravo", "bravo !!!"),
        ("Le gouvernement a encore menti sur les prix du riz", "Le gouvernement a encore menti sur les prix du mil"),
        ("Offre de crédit de 5000 euros en 48h", "Offre de crédit de 9000 euros en 48h"),
    ],
)
def test_copies_with_small_changes_are_found(one, two):
    assert [pair[:2] for pair in near_duplicates(["Tout autre chose", one, two])] == [(1, 2)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("", ""),
        ("!!!", "…"),
        ("Bravo", "Bravo à tous les agriculteurs"),
        ("un deux trois quatre", "quatre trois deux un"),
        ("Bonjour à tous, belle journée", "Bonjour à vous, beau travail"),
    ],
)
def test_other_texts_and_empty_ones_are_not(one, two):
    assert near_duplicates([one, two]) == []


def test_pairs_are_found_across_the_blocks_that_are_compared_at_a_time():
    syllables = itertools.product("ba do ki mu le ra ni to su pe va".split(), repeat=3)
    texts = [f"le mot {''.join(three)} seul" for three in syllables][:1300]
    texts[1299] = texts[3] = texts[600] = "la même chose dite trois fois"
    assert near_duplicates(texts) == [(3, 600, 1.0), (3, 1299, 1.0), (600, 1299, 1.0)]


def connected(texts, keys):
    """Return for each text the set of those that it is tied to, by following the ties until nothing is new."""
    tied = [
        {
            j
            for j in range(len(texts))
            if i == j or similarity(texts[i], texts[j]) >= SIMILAR or {*keys[i]} & {*keys[j]} - {""}
        }
        for i in range(len(texts))
    ]
    for _ in texts:
        tied = [set().union(*(tied[j] for j in ties)) for ties in tied]
    return tied


@given(TEXTS, KEYS)
def test_groups_are_the_classes_of_the_equivalence_that_ties_and_duplicates_make(texts, keys):
    keys = keys[: len(texts)]
    found = groups(texts, keys)
    assert found.shape == (len(texts),)
    assert [{*np.flatnonzero(found == number).tolist()} for number in found] == connected(texts, keys)


@given(TEXTS, KEYS, ORDERS)
def test_groups_do_not_depend_on_the_order(texts, keys, order):
    order = [number for number in order if number < len(texts)]
    found = groups(texts, keys[: len(texts)])
    moved = groups([texts[number] for number in order], [keys[number] for number in order])
    same = found[order][:, None] == found[order]
    assert (same == (moved[:, None] == moved)).all()


def test_a_thread_an_article_and_a_copy_tie_and_an_empty_name_does_not():
    texts = [
        "un chat gris dort",
        "rien à voir",
        "il pleut encore",
        "Un chat gris dort !",
        "seul au monde",
        "seul aussi",
    ]
    keys = [("fil 1", ""), ("fil 1", "titre"), ("", "titre"), ("", ""), ("", ""), ()]
    found = groups(texts, keys).tolist()
    assert found[0] == found[1] == found[2] == found[3]
    assert len({found[0], found[4], found[5]}) == 3


def test_no_text_makes_no_pair_and_no_group():
    assert near_duplicates([]) == []
    assert groups([], []).tolist() == []
