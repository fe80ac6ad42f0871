"""The compiled kernel gives what the plain definition gives, on any text."""

import collections
import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import moderation.model
from moderation import Model
from moderation.labels import label_files, read_labels
from moderation.text import fold

numba = pytest.importorskip("numba", reason="the kernel needs Numba: pip install moderation[fast]")
feed = pytest.importorskip("moderation.features.compiled.feed")
cache = pytest.importorskip("moderation.features.compiled.cache")
tables = pytest.importorskip("moderation.features.compiled.tables")

TEXTS = [
    "Espèce d'idiot ! Va au diable.",
    "Merci. 5 000 F",
    "zxq wvk",
    "",
    "s a l e c o n, b@tard, puuuute, +223 70 00 00 00",
]

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
NEAR_TEXT = st.text("aeéncoltdfhsuwOIL0123459 @$€!|*#.-_'’,;:?…»)/(\n\t\u200bсα🐒xF", max_size=120)
WORDS = """l'idiot aujourd'hui QU'IL 5 000 FCFA 500€ $5 3 F 20 22 41 11 +223 70 00 00 00 2021 18h30 1er 3ème c0nnard conn**d
c o n www.a.fr http://x.y/z a@b.co dit.Je pars...et a/b C4 n1k p4n s300 ... !!! M. Diop ! « Oui ? » (l'ami) puuuute xxx
créée соnnаrd ﷺ ½ 🇲🇱 mot, mot; mot: mot— mot.\nmot ' '' l'' ''l'ami x'l'ami l'l'l'a _ -a- a-b a--b #a @a !a a!b
@bruti @brutis @user #topic @a.b
@aabc can't. dit.fr dit.fra x.y-z a.-b www.com- qu...est mdrrr kkk l'a.com x.com.Je
d'ici...l'x https://t.co/Ab1 (http://www.x.fr/y) "ab://"
a1://b.c?d ://x http://a@b.c http:/x 'http://l'ami.x abc:// 1ab://x @@a ##a #a'b"""
MODELS = {}  # of a model, with the whole alone, the highest sentence alone, and both
SENTENCES = st.lists(
    st.sampled_from([*WORDS.split(), "\n", "  ", "mot " * 30, "mot, " * 20, "x" * 90]), max_size=30
).map(" ".join)


def kernel_of(model, share):
    """Return the model's kernel with another share of the highest sentence, for all labels."""
    shares = np.full(len(model.labels), float(share))
    other = dataclasses.replace(model)
    other.__dict__["shares"] = shares
    return other, other._kernel


def check(model, texts):
    for other, kernel in MODELS.setdefault(id(model), [kernel_of(model, share) for share in (0, 1, 0.6)]):
        log_odds, coverage = kernel.log_odds(texts)
        for number, text in enumerate(texts):
            np.testing.assert_allclose(log_odds[number], other.log_odds(text), atol=1e-6, err_msg=text)
            assert coverage[number] == pytest.approx(model.features.coverage([fold(text)]), abs=1e-12)


@settings(deadline=None)
@given(st.lists(ANY_TEXT | NEAR_TEXT | SENTENCES, min_size=1, max_size=6))
@example([""])
@example(["", "\ud800", "www.1", "a..b", "!.a!", "5 f", "M. a. b", "\u0130 I\u0307", "…", "x" * 71 + ", " + "y" * 200])
def test_any_text_scores_as_by_definition(moderator, texts):
    check(moderator.model, texts)


def test_labelled_comments_score_as_by_definition(moderator, root):
    labels = [label for path in label_files([root / "labels"]) for label in read_labels(path)]
    check(moderator.model, [label.text for label in labels if label.text][::5])


def by_place(explanation):
    """Return what each place adds; one character may be several tokens."""
    found = collections.Counter()
    for reason in explanation.reasons:
        found[reason.start, reason.end, reason.text, reason.marker] += reason.weight
    return found


def check_explanations(model, text):
    for label, found in model.explain(text).items():
        expected = model._explain(text)[label]
        assert found.log_odds == pytest.approx(expected.log_odds, abs=1e-6), text
        if (found.start, found.end) != (expected.start, expected.end):  # two sentences that score the same
            assert found.log_odds == pytest.approx(expected.log_odds, abs=1e-12), text
            continue
        weights, others = by_place(found), by_place(expected)
        assert weights.keys() == others.keys(), text
        for place, weight in weights.items():
            assert weight == pytest.approx(others[place], abs=1e-6), (text, place)
        assert list(found.reasons) == sorted(found.reasons, key=lambda reason: -reason.weight)


def test_a_compiled_model_has_explained_once_so_that_no_comment_waits_for_it(moderator, monkeypatch):
    explained = []
    monkeypatch.setattr(type(moderator.model._kernel), "explain", lambda self, text: explained.append(text))
    assert moderator.model.compile()
    assert explained


@settings(deadline=None)
@given(ANY_TEXT | NEAR_TEXT | SENTENCES)
@example("Merci. t.u e s n u l ! c o n n n a r d " + "y" * 80 + " http://" + "a" * 90)
@example("c o n. n a r d")
@example(" ".join(["mot"] * 30))
def test_any_text_is_explained_as_by_definition(moderator, text):
    assert moderator.model.compile()
    check_explanations(moderator.model, text)


def test_labelled_comments_are_explained_as_by_definition(moderator, root):
    assert moderator.model.compile()
    labels = [label for path in label_files([root / "labels"]) for label in read_labels(path)]
    for text in [label.text for label in labels if label.text][::40]:
        check_explanations(moderator.model, text)


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_labels(moderator, count):
    """Labels are scored in pairs."""
    model = moderator.model
    names = ["insult", "spam", "other"][:count]
    columns = [0, *(1 + number % 2 for number in range(count))]
    card = model.card | {
        "labels": names,
        "pooling": dict.fromkeys(names, 0.6),
        "calibration": {name: [1.0, 0.0] for name in names},
    }
    cells = np.ascontiguousarray(model.cells[:, columns])
    cells[:, -1] *= np.float32(0.5)
    other = Model(model.features, cells, np.arange(count, dtype=np.float32), card)
    check(other, TEXTS)
    for text in TEXTS:
        check_explanations(other, text)


def test_scores_do_not_depend_on_threads_or_on_what_was_read_before(moderator, root):
    labels = [label for path in label_files([root / "labels"]) for label in read_labels(path)]
    texts = [label.text for label in labels if label.text][:6000]
    fresh = dataclasses.replace(moderator.model)
    first = fresh.score(texts)
    assert fresh.score(texts, n_jobs=3) == first
    assert [fresh.score([text])[0] for text in texts[:300]] == first[:300]
    with pytest.raises(ValueError, match="n_jobs is 0"):
        fresh.score(texts, n_jobs=0)


def test_a_comment_of_more_new_words_than_there_is_room_for(moderator, monkeypatch):
    """The room is emptied, and made larger where one comment fills it."""
    monkeypatch.setattr(tables, "KEYS", 64)
    monkeypatch.setattr(tables, "POOL", 1 << 11)
    other, kernel = kernel_of(moderator.model, 0.6)
    texts = [
        " ".join(f"mot{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(first, first + 40)) for first in range(9)
    ]
    texts.append(" ".join(f"bon{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(400)))
    log_odds, _ = kernel.log_odds(texts)
    for number, text in enumerate(texts):
        np.testing.assert_allclose(log_odds[number], other.log_odds(text), atol=1e-6)


def test_more_disguised_words_than_are_kept(moderator, monkeypatch):
    monkeypatch.setattr(feed, "CHUNKS", 16)
    other, kernel = kernel_of(moderator.model, 0.6)
    texts = [f"c{n}nnard b{n}t@rd d{n}bile" for n in range(40)]
    log_odds, _ = kernel.log_odds(texts)
    for number, text in enumerate(texts):
        np.testing.assert_allclose(log_odds[number], other.log_odds(text), atol=1e-6)


def test_wide_characters_and_long_gaps_stay_within_bounds(moderator):
    """A character that folds to three takes more room in the line than in the text, and so does not leave it to spaces."""
    check(
        moderator.model,
        ["½½½½½½½½½ " * 293 + "." + "\n" * 1100 + "fin.", "½ " * 2000, ". " * 2048, "…" * 4096, "a\n" * 2048],
    )


def test_a_disguised_word_too_long_to_keep(moderator):
    check(moderator.model, ["ﷲ@" * 120 + " c0nn@rd", "㍿$" * 128])


def test_a_text_has_a_greatest_length(moderator):
    text = "a" * (moderation.model.LONGEST_TEXT + 1)
    for call in (lambda: moderator.model.score([text]), lambda: moderator.model.explain(text)):
        with pytest.raises(ValueError, match="cut it into comments"):
            call()


COLD = """
import sys, moderation
model = moderation.Model.load()
print(model.compile(), round(model.score(["Espèce d'imbécile !"])[0].probabilities["insult"], 6))
"""


def run_cold(environment):
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, env=environment, check=True)
    return done.stdout.split(), done.stderr


def test_machine_code_is_kept_and_its_making_announced(moderator, tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    (made, first), said = run_cold(environment)
    assert "compiling the scoring kernel" in said
    assert list(tmp_path.rglob("*.nbc"))
    (again, second), silent = run_cold(environment)
    assert (made, again, first) == ("True", "True", second)
    assert silent == ""
    expected = moderator.model._score_batch(None, ["Espèce d'imbécile !"])[0][0, moderator.model.labels.index("insult")]
    assert float(first) == pytest.approx(expected, abs=1e-6)


def test_where_nothing_can_be_written_nothing_is_kept(monkeypatch):
    def refuse(*_, cache, **__):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", refuse)
    assert cache.cached(len) is len


def test_a_megabyte_is_scored(moderator):
    texts = ["mot " * 250_000, "é" * 1_000_000, "🐒" * 250_000, "a'" * 500_000, "!" * 1_000_000]
    log_odds, coverage = moderator.model._kernel.log_odds(texts)
    assert log_odds.shape == (len(texts), 2)
    assert np.isfinite(log_odds).all()
    assert ((coverage >= 0) & (coverage <= 1)).all()


def test_a_small_model_scores_as_by_definition(trained):
    check(trained.model, ["Espèce d'idiot !", "Merci. 5 000 F", "zxq wvk"])


def test_a_large_batch_is_the_same_as_single_comments(moderator, monkeypatch):
    texts = ["Merci.", "", "Espèce d'imbécile ! Va au diable.", "Prêt de 5 000 FCFA", "соnnаrd"] * 3
    single = [moderator.model.score([text])[0] for text in texts]
    monkeypatch.setattr(moderation.model, "KERNEL_FROM", 1)
    monkeypatch.setattr(moderation.model, "KERNEL_BATCH", 4)
    for found, expected in zip(moderator.model.score(texts), single, strict=True):
        assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-6)
        assert found.coverage == pytest.approx(expected.coverage, abs=1e-12)


def test_without_numba_the_definition_serves(moderator, monkeypatch):
    texts = ["Merci.", "Espèce d'imbécile !"]
    monkeypatch.setattr(moderation.model, "KERNEL_FROM", 1)
    monkeypatch.setitem(sys.modules, "moderation.features.compiled", None)
    fresh = moderation.model.Model.load()
    assert fresh._kernel is None
    assert len(fresh.score(texts)) == 2
