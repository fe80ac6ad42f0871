"""The compiled kernel gives what the plain definition gives, on any text."""

import dataclasses
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import moderation.model
from moderation.labels import label_files, read_labels
from moderation.text import fold

pytest.importorskip("numba", reason="the kernel needs Numba: pip install moderation[fast]")

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
