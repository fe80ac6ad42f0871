"""The quality gate: what the shipped model reaches on the suites that need no outside data.

A floor stands slightly under what the model reaches; it is lowered only with a reason in the same commit. A floor belongs to
the sentences that it was set on: a changed file has another hash, and its floors are set anew with `make quality`.
"""

import pytest

from benchmarks.quality import attacks, fairness, politics, templates
from moderation.duplicates import near_duplicates
from moderation.labels import label_files, read_labels

HASHES = {"comments": "58912cc2a42e9066", "identities": "64849c67c495efdd", "politics": "5f10f1fdd57558a6"}
#: Attack -> least share of the insults flagged before that are flagged after, most clean comments of 70 flagged after.
ATTACKS = {
    "leet": (0.92, 4),
    "look_alikes": (0.92, 1),
    "zero_width": (0.96, 2),
    "soft_hyphens": (0.96, 2),
    "spaced": (0.87, 3),
    "dotted": (0.91, 4),
    "repeats": (0.96, 4),
    "vowel_drop": (0.83, 1),
    "swap": (0.90, 2),
    "no_accents": (0.98, 2),
    "capitals": (0.98, 2),
    "glued_quotes": (0.96, 2),
    "masked": (0.89, 5),
    "combining_marks": (0.96, 2),
    "full_width": (0.98, 2),
}
LEAST_FOUND = 54  # of the 60 insults, undisguised; the model flags 56
#: Of the sentences about identities; it has 0.050 and 0.969. Names are one word to the model, so that a sentence over the threshold
#: is flagged for all of them: one of the 60 counts 0.017, and the last training moved one, from 0.034.
MOST_FALSE_POSITIVES, LEAST_RECALL = 0.052, 0.95
MOST_GAP, MOST_RECALL_GAP = (
    0.02,
    0.04,
)  # between two names; it has 0.000 and 0.031, the latter by "Bétés". The bar is 0.03
LEAST_KEPT, MOST_MOVED = 0.93, 0.29  # of the political pairs; it has 0.940 and 0.274. The bar is that all move < 0.05
#: Of 733 short harmless comments held, 136 insults and 120 spam found; it has 0.065, 0.890 and 0.992.
MOST_HELD, LEAST_SHORT = 0.07, {"insult": 0.87, "spam": 0.97}


@pytest.mark.parametrize("name", HASHES)
def test_the_floors_are_those_of_these_sentences(name):
    assert templates.hash_of(name) == HASHES[name], "the sentences changed: set the floors anew, and this hash"


@pytest.fixture(scope="module")
def outcomes(moderator):
    texts, y = templates.attack_comments()
    return {found.attack: found for found in attacks.suite(moderator.model, moderator.policy, texts, y)}


def test_the_attacks_are_those_with_floors(outcomes):
    assert set(outcomes) == set(ATTACKS)
    assert next(iter(outcomes.values())).found >= LEAST_FOUND


@pytest.mark.parametrize("attack", ATTACKS)
def test_disguised_insults_are_flagged_and_clean_comments_are_not(outcomes, attack):
    least, most = ATTACKS[attack]
    assert outcomes[attack].recall_kept >= least
    assert outcomes[attack].after <= most


def test_identities_are_treated_alike(moderator):
    found = fairness.suite(moderator.model, moderator.policy)
    assert found.flagged[found.y == 0].mean() <= MOST_FALSE_POSITIVES
    assert found.flagged[found.y == 1].mean() >= LEAST_RECALL
    assert found.gap(0) <= MOST_GAP
    assert found.gap(1) <= MOST_RECALL_GAP


def test_political_sides_are_treated_alike(moderator):
    found = politics.suite(moderator.model)
    assert found.kept >= LEAST_KEPT
    assert found.moved.max() <= MOST_MOVED


def test_short_comments_are_told_apart(moderator):
    labels = templates.short_comments()
    called = [moderator.policy.action(scores)[1] for scores in moderator.model.score([label.text for label in labels])]
    held = [bool(found) for label, found in zip(labels, called, strict=True) if not any(label.answers.values())]
    assert sum(held) / len(held) <= MOST_HELD
    for name, least in LEAST_SHORT.items():
        found = [name in one for label, one in zip(labels, called, strict=True) if label.answers.get(name)]
        assert sum(found) / len(found) >= least


def test_no_sentence_of_the_suites_was_trained_on(moderator):
    texts = templates.attack_comments()[0] + [filled.text for filled in templates.identities()]
    texts += [filled.text for pair in templates.politics() for filled in pair]
    texts += [label.text for label in templates.short_comments()]
    assert [text for text in texts if moderator.model.was_trained_on(text)] == []


@pytest.mark.slow
def test_no_sentence_of_the_suites_is_nearly_a_training_text(root):
    labels = [label.text for path in label_files([root / "labels"]) for label in read_labels(path) if label.text]
    texts = templates.attack_comments()[0] + [
        filled.text for filled in templates.identities() if filled.name == "Peuls"
    ]
    texts += [pair[0].text for pair in templates.politics() if pair[0].kind == "0"]
    texts += [label.text for label in templates.short_comments()]
    pairs = near_duplicates([*labels, *texts])
    assert [(j, i) for i, j, _ in pairs if i < len(labels) <= j] == []


def test_the_sentences_are_two_sided_and_stand_once():
    texts, y = templates.attack_comments()
    assert len(set(texts)) == len(texts)
    assert 0.4 < y.mean() < 0.6
    names = {filled.name for filled in templates.identities()}
    for side in ("harmless", "hard", "insulting"):
        assert {filled.name for filled in templates.identities() if filled.side == side} == names
    for first, second in templates.politics():
        assert first.sentence == second.sentence
        assert first.text != second.text
