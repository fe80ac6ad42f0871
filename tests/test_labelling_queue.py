"""The order of the queue, and that its random share is a random sample wherever a person stops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import LabelError
from moderation.labelling.queue import Order, disagreement, queue, uncertainty, urgency
from moderation.labels import Label
from moderation.model import Model
from moderation.scores import Scores


def comments(count):
    return [Label(f"c{n}", f"texte numéro {n}", {}) for n in range(count)]


@given(st.integers(1, 200), st.floats(0.01, 1))
def test_each_comment_stands_in_the_queue_once(count, share):
    found = queue(comments(count), np.arange(float(count)), share)
    assert sorted(entry.comment.id for entry in found) == sorted(comment.id for comment in comments(count))


def test_the_random_share_does_not_depend_on_the_order():
    given = comments(500)
    by_number, reverse = queue(given, np.arange(500.0)), queue(given, -np.arange(500.0))
    drawn = [[entry.comment.id for entry in found if entry.random] for found in (by_number, reverse)]
    assert drawn[0] == drawn[1]
    assert 70 < len(drawn[0]) < 130


def test_the_random_share_stays_when_the_source_grows():
    drawn = [{e.comment.id for e in queue(comments(n), np.zeros(n)) if e.random} for n in (300, 600)]
    assert drawn[0] == {name for name in drawn[1] if int(name[1:]) < 300}


def test_the_random_share_is_spread_evenly_and_is_a_fair_sample():
    count = 2000
    found = queue(comments(count), np.arange(float(count)))
    begun = found[:400]
    drawn = [int(entry.comment.id[1:]) for entry in begun if entry.random]
    assert 60 < len(drawn) < 100
    assert abs(np.mean(drawn) / count - 0.5) < 0.1  # it does not lean to what is urgent
    chosen = [int(entry.comment.id[1:]) for entry in begun if not entry.random]
    assert chosen == sorted(chosen, reverse=True)


def test_copies_come_after_all_that_is_new():
    given = [Label(f"c{n}", "prêt rapide" if n % 2 else f"texte {n}", {}) for n in range(100)]
    texts = [entry.comment.text for entry in queue(given, np.arange(100.0)) if not entry.random]
    assert set(texts[-30:]) == {"prêt rapide"}
    assert len(set(texts[:30])) == 30


@pytest.mark.parametrize("share", [0, -1, 1.1, float("nan")])
def test_a_share_outside_its_range(share):
    with pytest.raises(LabelError, match="more than 0 and at most 1"):
        queue(comments(3), np.zeros(3), share)


def test_uncertain_is_near_one_half_on_any_label():
    scores = [Scores({"insult": a, "spam": b}, 1.0) for a, b in ((0.01, 0.02), (0.5, 0.0), (1.0, 0.4), (0.99, 1.0))]
    assert np.argsort(-uncertainty(scores, ["insult", "spam"])).tolist() == [1, 2, 0, 3]
    assert uncertainty(scores, ["spam"]).argmax() == 2


def test_models_disagree_most_where_their_probabilities_are_far_apart():
    first, second = ([Scores({"insult": p}, 1.0) for p in row] for row in ([0.9, 0.5], [0.1, 0.5]))
    assert disagreement(first, second, ["insult"]).tolist() == [0.8, 0.0]


def test_orders_from_a_model(trained):
    shipped = Model.load()
    given = [Label("1", "Merci.", {}), Label("2", "qsdfjklm wxcvbn", {})]
    assert urgency(Order.RANDOM, given, [], ["insult"]) is None
    assert urgency(Order.COVERAGE, given, [shipped], ["other"]).argmax() == 1
    assert urgency(Order.UNCERTAIN, given, [shipped], ["insult", "other"]).shape == (2,)
    assert urgency(Order.DISAGREEMENT, given, [shipped, trained.model], ["insult"]).shape == (2,)
    with pytest.raises(LabelError, match="two models"):
        urgency(Order.DISAGREEMENT, given, [shipped, shipped], ["insult"])
    with pytest.raises(LabelError, match="knows the label other"):
        urgency(Order.UNCERTAIN, given, [shipped], ["other"])
