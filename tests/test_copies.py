"""Disguised copies: which words they disguise, and that a disguise itself is no sign of an insult."""

from collections import Counter

from moderation.copies import TAUGHT, disguised
from moderation.dataset import Recipe, prepare
from moderation.labels import Label
from moderation.text import fold

INSULT = Label("1", "Merci la ville, quel imbécile ce maire.", {"insult": 1}, spans=((21, 29),))


def test_only_the_marked_words_of_an_insult_are_disguised():
    copies = disguised(INSULT, 0, len(INSULT.text), 1, seed=0)
    assert len(copies) == 2
    for copy in copies:
        assert copy.startswith("Merci la ville, quel ")
        assert copy.endswith(" ce maire.")
        assert "imbécile" not in copy


def test_a_unit_without_marked_words_has_no_copy():
    assert disguised(INSULT, 0, 15, 1, seed=0) == []
    assert disguised(Label("2", "...", {"insult": 0}), 0, 3, 0, seed=0) == []


def test_a_copy_depends_on_the_unit_and_the_seed_alone():
    harmless = Label("3", "Le maire a inauguré un pont hier matin.", {"insult": 0})
    copies = [disguised(harmless, 0, len(harmless.text), 0, seed) for seed in range(40)]
    assert copies == [disguised(harmless, 0, len(harmless.text), 0, seed) for seed in range(40)]
    assert len({copy for one in copies for copy in one}) > 20


def test_harmless_units_are_disguised_as_often_as_insults(joined):
    data = prepare(joined, Recipe(min_df=2))
    answers = data.answers["insult"]
    assert not (data.copy & data.whole).any()
    shares = [data.copy[answers == answer].mean() for answer in (0, 1)]
    assert min(shares) > 0.3
    assert set(data.comments["fold"][data.owner[data.copy]]) == set(range(5))


def test_folding_does_not_wholly_undo_what_is_taught():
    words = ["imbécillité", "sottise", "gouvernement", "bonjour", "fatigués"]
    left = Counter()
    for seed in range(60):
        for word in words:
            label = Label("1", word, {"insult": 1}, spans=((0, len(word)),))
            for copy in disguised(label, 0, len(word), 1, seed):
                left[fold(copy).text == fold(word).text] += 1
    assert left[False] > 100
    assert len(TAUGHT) == len(set(TAUGHT))
