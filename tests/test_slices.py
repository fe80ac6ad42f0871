"""Slices and mistakes of a card: what is counted, and what may be shown."""

import numpy as np

from moderation.slices import LEAST, LONGEST_EXAMPLE, mistakes, on_slices, slices
from moderation.text import fold


def test_comments_stand_in_the_slices_that_they_belong_to():
    texts = ["QUEL BEAU MATCH CE SOIR", "quel beau match", "Le c0nnard", "été " * 150]
    markers = [fold(text).markers for text in texts]
    held = {name: np.array([name in found for found in markers]) for name in ("capitals", "leet")}
    found = {name: members.tolist() for name, members in slices(texts, held)}
    assert found["in capitals"] == [True, False, False, False]
    assert found["without an accent"] == [True, True, True, False]
    assert found["with a disguised word"] == [False, False, True, False]
    assert found["over 400 characters"] == [False, False, False, True]


def test_precision_and_recall_of_a_slice():
    y = np.array([1.0] * LEAST + [0.0] * LEAST + [np.nan])
    p = np.array([0.9] * 40 + [0.1] * (LEAST - 40) + [0.9] * 10 + [0.1] * (LEAST - 10) + [0.9])
    every = np.ones(len(y), dtype=bool)
    (row,) = on_slices([("all", every), ("few", np.arange(len(y)) < 3)], y, p, 0.5)
    assert row == {"slice": "all", "comments": 2 * LEAST, "positives": LEAST, "precision": 0.8, "recall": 0.8}


def test_only_short_comments_that_may_be_shown_are_examples():
    texts = ["secret", "faux positif", "x" * (LONGEST_EXAMPLE + 1), "manqué", "pire"]
    y, p = np.array([0.0, 0, 0, 1, 0]), np.array([0.99, 0.8, 0.9, 0.1, 0.95])
    shown = np.array([False, True, True, True, True])
    assert mistakes(texts, y, p, 0.5, shown) == {
        "false alarms": [["pire", 0.95], ["faux positif", 0.8]],
        "missed": [["manqué", 0.1]],
    }
