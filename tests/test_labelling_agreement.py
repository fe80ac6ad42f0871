"""Agreement beside published figures and beside the packages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

pytest.importorskip("krippendorff")

from moderation.errors import LabelError
from moderation.labelling.agreement import ac1, agreement, alpha, kappa, positive, raw
from moderation.labelling.judged import gather
from moderation.labels import Label

tables = st.integers(2, 5).flatmap(
    lambda people: st.lists(
        st.lists(st.integers(-1, 1), min_size=people, max_size=people).filter(lambda row: sum(x >= 0 for x in row) > 1),
        min_size=1,
        max_size=30,
    ).map(np.array)
)


def pairs(both_yes, first_only, second_only, both_no):
    return np.array([[1, 1]] * both_yes + [[1, 0]] * first_only + [[0, 1]] * second_only + [[0, 0]] * both_no)


def test_the_paradox_of_kappa():
    """Gwet 2008, table 2: 118 yes-yes, 5 and 2 disputed, none no-no: kappa below 0, AC1 0.94."""
    table = pairs(118, 5, 2, 0)
    assert raw(table) == pytest.approx(0.944)
    assert kappa(table) == pytest.approx(-0.0234, abs=1e-4)
    assert ac1(table) == pytest.approx(0.9408, abs=1e-4)


def test_ac1_of_several_persons_with_gaps():
    """As the package irrCAC 0.4.4 gives it, with the categories 0 and 1 named to it."""
    table = np.array([[0, 0, 1, -1], [1, 1, -1, 1], [0, -1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0], [-1, -1, 1, 0]])
    assert ac1(table) == pytest.approx(0.29145, abs=1e-5)


def test_positive_agreement_is_that_of_two_by_two_tables():
    assert positive(pairs(20, 5, 10, 15)) == pytest.approx(2 * 20 / (2 * 20 + 5 + 10))
    assert np.isnan(positive(pairs(0, 0, 0, 3)))


@given(tables)
def test_statistics_are_within_their_ranges(table):
    assert 0 <= raw(table) <= 1
    for statistic in (kappa, alpha, ac1, positive):
        assert np.isnan(found := statistic(table)) or found <= 1 + 1e-12


@given(tables)
def test_who_is_named_first_changes_nothing(table):
    for statistic in (raw, positive, kappa, alpha, ac1):
        assert statistic(table[:, ::-1]) == pytest.approx(statistic(table), nan_ok=True)


def test_perfect_agreement_and_none():
    same, other = pairs(5, 0, 0, 5), pairs(0, 5, 5, 0)
    assert [f(same) for f in (raw, positive, kappa, alpha, ac1)] == [1] * 5
    assert [f(other) for f in (raw, positive, kappa, ac1)] == [0, 0, -1, -1]
    alike = pairs(0, 0, 0, 4)
    assert np.isnan(kappa(alike))
    assert np.isnan(alpha(alike))
    assert (raw(alike), ac1(alike)) == (1, 1)


def test_alpha_of_krippendorff_with_gaps():
    """Krippendorff 2011, Computing alpha-reliability, section B, binary data: two observers, ten units, 0.095."""
    found = alpha(np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T)
    assert found == pytest.approx(0.095, abs=5e-4)
    with_gap = np.array([[1, 1, -1], [1, -1, 1], [0, 0, 1], [0, 0, 0]])
    assert alpha(with_gap) == pytest.approx(1 - (1 - 1 / 10 * (2 + 2 + 1 + 3)) / (5 * 5 * 2 / 90), abs=1e-9)


def judged(rows):
    people = "abcdefgh"
    labels = [
        Label(str(n), f"t{n}", {"insult": answer}, annotator=people[k])
        for n, row in enumerate(rows)
        for k, answer in enumerate(row)
        if answer is not None
    ]
    return gather(labels)


def test_a_report_of_two_persons():
    found = agreement(judged([[1, 1]] * 30 + [[0, 0]] * 60 + [[1, 0]] * 10 + [[1, None]] * 5), "insult")
    assert (found.comments, found.annotators, found.disputed) == (100, 2, 10)
    assert found.raw.value == pytest.approx(0.9)
    assert found.kappa.value == pytest.approx(cohen_kappa_score([1] * 30 + [0] * 60 + [1] * 10, [1] * 30 + [0] * 70))
    for figure in (found.raw, found.positive, found.kappa, found.alpha, found.ac1):
        assert figure.low < figure.value < figure.high
    assert agreement(judged([[1, 1]] * 30 + [[0, 1]] * 9), "insult") == agreement(
        judged([[1, 1]] * 30 + [[0, 1]] * 9), "insult"
    )


def test_of_three_persons_kappa_is_the_mean_of_pairs_without_an_interval():
    rows = [[1, 1, 0], [0, 0, 0], [1, None, 1], [0, 1, 0], [None, 0, 0]] * 4
    found = agreement(judged(rows), "insult")
    means = [
        cohen_kappa_score(*zip(*[(row[i], row[j]) for row in rows if None not in (row[i], row[j])], strict=True))
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    assert found.kappa.value == pytest.approx(np.mean(means))
    assert (found.kappa.low, found.annotators) == (None, 3)


def test_where_all_answers_are_alike_kappa_and_alpha_are_not_defined():
    found = agreement(judged([[0, 0]] * 5), "insult")
    assert (found.kappa.value, found.alpha.value, found.positive.value, found.raw.value) == (None, None, None, 1)


def test_nothing_to_compare():
    with pytest.raises(LabelError, match="no comment has two answers"):
        agreement(judged([[1, None], [None, 0]]), "insult")
