"""Floods: what counts as a copy, whose copies count together, and that many of them cost little."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Comment, Copies, FloodWindow, Thread
from moderation.attacks import disguise
from moderation.floods import ALONE, LONG, MOST_NAMED, SHORT
from moderation.labels import read_labels

LETTER = (
    "Fermez la frontière pour toujours, le Bénin abrite les bases de l'ennemi et personne ne le dit à la télé. "
    "Partagez à vos contacts avant la fermeture du site."
)
AD = "Prêt rapide et sérieux, écrivez à Maître Kossi"  # between SHORT and LONG


def comments(texts, author=None, thread="t"):
    return [Comment(str(n), text, thread, author=author) for n, text in enumerate(texts, start=1)]


def counts(texts, author=None):
    return [copies.count for copies in FloodWindow().add_all(comments(texts, author))]


def ids(copies):
    return [other.comment_id for other in copies.others]


# What is a copy


def test_a_batch_knows_the_later_copies_too():
    first, other, second, third = FloodWindow().add_all(comments([LETTER, "Merci.", LETTER, LETTER]))
    assert (first.place, first.count, ids(first)) == (1, 3, ["3", "4"])
    assert other == ALONE
    assert (second.place, ids(second)) == (2, ["1", "4"])
    assert (third.place, ids(third)) == (3, ["1", "3"])
    assert first.others[0].thread_id == "t"


@pytest.mark.parametrize(
    "changed",
    [
        LETTER.upper(),
        LETTER.replace("é", "e").replace(",", "").replace("'", "’") + " !!!",
        LETTER.replace("e", "\u200be"),
        "Bonjour à tous. " + LETTER,
        LETTER + " Merci d'avance",
        LETTER.replace("Bénin", "Niger"),
        LETTER.replace("pour toujours, ", ""),
        LETTER.replace("a", "а"),  # Cyrillic
        LETTER.replace("Fermez", "F e r m e z"),
    ],
)
def test_changed_copies_are_copies(changed):
    assert counts([LETTER, changed]) == [2, 2]


@pytest.mark.parametrize(
    "attack", ["capitals", "no_accents", "zero_width", "soft_hyphens", "combining_marks", "full_width", "look_alikes"]
)
def test_disguised_copies_are_copies(attack):
    assert counts([LETTER, disguise(LETTER, attack)]) == [2, 2]


@pytest.mark.parametrize(
    "other",
    [
        LETTER[: len(LETTER) // 2],
        "Je ne suis pas d'accord : « "
        + LETTER[:60]
        + " » ? La frontière nourrit des milliers de familles, réfléchissez un peu.",
        "Fermez le marché pour la semaine, la mairie refait les caniveaux et personne ne le dit aux vendeurs. "
        "Parlez-en à vos voisins avant la fermeture du quartier.",
    ],
)
def test_other_texts_are_no_copies(other):
    assert counts([LETTER, other, other[::-1]]) == [1, 1, 1]


def test_numbers_and_links_tell_texts_apart():
    bulletins = [f"Score à la minute {n}{n} : {n} à {9 - n}" for n in range(1, 4)]
    assert counts(bulletins, "ali") == [1, 1, 1]
    pages = [f"https://journal.example/{page}" for page in ("politique/mali-transition", "sport/can-finale", "eau")]
    assert counts(pages, "ali") == [1, 1, 1]
    assert counts([pages[0]] * 3, "ali") == [3, 3, 3]


def test_our_floods_are_found_and_hardly_anything_else(root):
    labels = [label for path in sorted((root / "labels").glob("*.csv")) for label in read_labels(path) if label.text]
    labels = list({label.id: label for label in labels}.values())
    found = FloodWindow().add_all([Comment(label.id, label.text) for label in labels])
    flooded = {label.id for label, copies in zip(labels, found, strict=True) if copies.place > 1 and copies.count > 2}
    expected = {label.id for label in labels if label.is_flood}
    assert len(flooded - expected) <= len(labels) / 1_000
    assert len(flooded) >= 0.9 * len(expected)


def test_copies_are_found_among_many_long_comments(root):
    rng = random.Random(1)
    texts = [label.text for label in read_labels(root / "labels" / "essays.csv") if len(label.text) > 300]
    many = [" ".join(rng.sample(texts, 6)) for _ in range(200)]
    changed = [" ".join(word for word in text.split() if rng.random() > 0.02) for text in many]
    found = FloodWindow().add_all(comments(many + changed))
    assert sum(copies.count == 2 for copies in found) >= 0.98 * len(found)


# Whose copies count together


@pytest.mark.parametrize(
    "text", ["Merci", "Amina", "Amen", "Oui", "Bravo à tous", "👍👍👍", "", "MERCI BEAUCOUP !!!", "Paix à son âme"]
)
@pytest.mark.parametrize("author", [None, "ali"])
def test_what_everybody_says_is_never_a_flood(text, author):
    assert counts([text] * 20, author) == [1] * 20


def test_shorter_texts_count_for_one_known_author():
    assert SHORT < len(AD) < LONG
    assert counts([AD] * 3, "ali") == [3] * 3
    assert counts([AD] * 3) == [1] * 3
    assert counts([AD] * 3, "Anonyme") == [1] * 3
    mixed = [Comment(str(n), AD, author=name) for n, name in enumerate(["ali", "Fatou", "ALI ", "Moussa", " Ali"])]
    assert [copies.count for copies in FloodWindow().add_all(mixed)] == [3, 1, 3, 1, 3]


def test_a_common_condolence_is_no_flood_of_many():
    text = "Que son âme repose en paix, mes sincères condoléances à toute la famille"
    many = [Comment(str(n), text, author=f"lecteur {n}") for n in range(50)]
    assert FloodWindow().add_all(many) == [ALONE] * 50


def test_long_texts_count_whoever_wrote_them():
    authors = ["ali", None, "Fatou", "Anonyme"]
    found = FloodWindow().add_all([Comment(str(n), LETTER, author=name) for n, name in enumerate(authors)])
    assert [copies.count for copies in found] == [4] * 4


# Names


def test_a_comment_is_no_copy_of_itself():
    window = FloodWindow()
    for _ in range(5):
        assert window.add(Comment("1", LETTER, "t")) == ALONE
    assert window.add(Comment("1", LETTER, "u")).count == 2
    assert FloodWindow().add_all([Comment("1", LETTER, "t")] * 3) == [ALONE] * 3


def test_an_edited_comment_replaces_itself():
    window = FloodWindow()
    window.add_all(comments([LETTER] * 2))
    assert window.add(Comment("2", "Pardon, je retire.", "t")) == ALONE
    assert len(window) == 1
    assert window.add(Comment("3", LETTER, "t")).count == 2


def test_comments_without_an_id_are_counted_and_not_named():
    assert FloodWindow().add_all([Comment("", LETTER)] * 3) == [Copies(1, 3), Copies(2, 3), Copies(3, 3)]


def test_the_names_are_bounded():
    found = FloodWindow().add_all(comments([LETTER] * 500))
    assert {len(copies.others) for copies in found} == {MOST_NAMED}
    assert ids(found[-1]) == [str(n) for n in range(1, MOST_NAMED + 1)]
    assert [copies.place for copies in found] == list(range(1, 501))


# The window


def test_one_at_a_time_only_earlier_copies_are_known():
    window = FloodWindow()
    found = [window.add(comment) for comment in comments([LETTER, "x", LETTER.upper(), LETTER])]
    assert [(copies.place, copies.count, ids(copies)) for copies in found] == [
        (1, 1, []),
        (1, 1, []),
        (2, 2, ["1"]),
        (3, 3, ["1", "3"]),
    ]


def test_only_so_many_comments_are_remembered():
    window = FloodWindow(comments=2)
    others = [LETTER[::-1], " ".join(LETTER.split()[::-1])]
    assert [window.add(comment).count for comment in comments([LETTER, LETTER, LETTER])] == [1, 2, 3]
    assert len(window) == 2
    window.add_all(comments(others, thread="u"))
    assert window.add(Comment("9", LETTER)) == ALONE


def test_memory_is_given_back():
    window = FloodWindow(comments=5)
    rng = random.Random(1)
    window.add_all(Comment(str(n), "".join(rng.choices("abcdefghij ", k=150))) for n in range(200))
    assert len(window) == len(window._groups._exact) == len(window._groups._by_number) == 5
    assert len(window._groups._index.keys) == 5


def test_old_comments_are_forgotten():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    window = FloodWindow(span=timedelta(hours=1))
    written = [Comment(str(m), LETTER, created_at=start + timedelta(minutes=m)) for m in (0, 30, 60, 100, 300)]
    assert [window.add(comment).count for comment in written] == [1, 2, 3, 2, 1]
    undated = window.add(Comment("x", LETTER))  # as old as the newest
    assert (undated.count, len(window)) == (2, 2)


@pytest.mark.parametrize(("comments", "span"), [(0, None), (-1, None), (1, timedelta(0)), (1, timedelta(days=-1))])
def test_a_window_of_nothing_is_refused(comments, span):
    with pytest.raises(ValueError, match="; give "):
        FloodWindow(comments, span)


def test_threads_of_a_program_share_a_window():
    window = FloodWindow()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(window.add, comments([LETTER] * 200)))
    assert sorted(copies.place for copies in found) == list(range(1, 201))


TEXTS = st.lists(
    st.sampled_from([LETTER, LETTER.upper(), LETTER + " svp", LETTER[::-1], AD, AD + " !", "Merci", "", "👍"]),
    max_size=12,
)
AUTHORS = st.lists(st.sampled_from([None, "ali", "Fatou"]), min_size=12, max_size=12)


@settings(max_examples=50)
@given(TEXTS, AUTHORS)
def test_one_at_a_time_and_at_once_agree(texts, authors):
    given_ = [
        Comment(str(n), text, author=author) for n, (text, author) in enumerate(zip(texts, authors, strict=False))
    ]
    window = FloodWindow()
    single, batch = [window.add(comment) for comment in given_], FloodWindow().add_all(given_)
    assert [copies.place for copies in single] == [copies.place for copies in batch]
    for copies in batch:
        assert 1 <= copies.place <= copies.count
        assert len(copies.others) == copies.count - 1


@settings(max_examples=50)
@given(st.lists(st.text(max_size=300), max_size=8), st.integers(1, 4))
def test_any_text_is_taken(texts, most):
    window = FloodWindow(most)
    assert len(window.add_all(comments(texts * 2, "ali"))) == 2 * len(texts)
    assert len(window) <= most


def test_a_text_of_a_million_characters_is_taken():
    assert counts(["a" * 1_000_000, LETTER * 10_000, "\ud800" * 200]) == [1, 1, 1]


def test_the_answer_is_the_same_in_every_process():
    code = (
        "from moderation import Comment, FloodWindow;"
        "from random import Random; r = Random(1); w = [''.join(r.choices('abcdefg', k=5)) for _ in range(60)];"
        "t = [' '.join(w[:40] + r.choices(w, k=n % 30)) for n in range(120)];"
        "print([c.count for c in FloodWindow().add_all([Comment(str(n), x) for n, x in enumerate(t)])])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


# Speed. The bounds are ten times what was measured, to hold on a busy machine; quadratic time would exceed them by far.


@pytest.mark.parametrize("form", ["{letter}", "{n} {letter}", "{letter} {words}"])
def test_ten_thousand_alike_are_fast(form):
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnop", k=6)) for _ in range(500)]
    texts = [form.format(n=n, letter=LETTER, words=" ".join(rng.choices(words, k=14))) for n in range(10_000)]
    start = time.process_time()
    found = FloodWindow(None).add_all(comments(texts))
    assert time.process_time() - start < 60
    assert len(found) == 10_000


def test_a_short_text_of_many_authors_is_fast():
    start = time.process_time()
    window = FloodWindow()
    for n in range(5_000):
        assert window.add(Comment(str(n), AD, author=f"lecteur {n}")) == ALONE
    assert time.process_time() - start < 20


def test_a_thread_can_be_added():
    thread = Thread("t", tuple(comments([LETTER] * 3)))
    assert [copies.count for copies in FloodWindow().add_all(thread)] == [3, 3, 3]
