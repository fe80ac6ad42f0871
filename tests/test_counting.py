"""Counting through the kernel gives what the plain definition gives; so does training, whatever counted."""

import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import moderation.features.counts
from moderation import TrainingError
from moderation.dataset import Recipe, prepare
from moderation.features.counts import Counts, count, side_by_side
from moderation.labels import label_files, read_labels
from moderation.scores import units
from moderation.text import fold
from moderation.training import fit, learn_blocks, regress
from tests.test_kernel import ANY_TEXT, NEAR_TEXT, SENTENCES

counter = pytest.importorskip("moderation.features.compiled.counter", reason="the kernel needs Numba")

RANGES = {"word": (1, 2), "char": (2, 5), "marker": (1, 1)}
OTHERS = {"word": (2, 3), "char": (3, 7)}


def plain(texts, ranges, min_df):
    """Count by the definition."""
    folded = [fold(text) for text in texts]
    found = [Counts.of(folded, kind, *span) for kind, span in ranges.items()]
    return [part if part.analyzer == "marker" else part.of_at_least(min_df) for part in found]


def compiled(texts, ranges, min_df, room=1 << 16):
    """Count through the kernel."""
    return moderation.features.counts._compiled(counter.Counter(texts, room), ranges, min_df)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.ngrams == other.ngrams
        assert one.matrix.shape == other.matrix.shape
        assert one.matrix.indices.dtype == other.matrix.indices.dtype == np.int32
        assert one.matrix.data.dtype == other.matrix.data.dtype
        for name in ("indptr", "indices", "data"):
            np.testing.assert_array_equal(getattr(one.matrix, name), getattr(other.matrix, name))
        np.testing.assert_array_equal(one.totals, other.totals)


@settings(deadline=None)
@given(
    st.lists(ANY_TEXT | NEAR_TEXT | SENTENCES, min_size=1, max_size=6),
    st.sampled_from([1, 2]),
    st.sampled_from([RANGES, OTHERS]),
)
@example([""], 1, RANGES)
@example(["", "\ud800", "www.1", "!.a!", "5 f", "M. a. b", "\u0130 I\u0307", "…", "x" * 300 + "@b"], 1, RANGES)
def test_any_texts_are_counted_as_by_definition(texts, min_df, ranges):
    assert_same(compiled(texts, ranges, min_df), plain(texts, ranges, min_df))


def test_units_of_labelled_comments_are_counted_as_by_definition(root):
    texts = [label.text for path in label_files([root / "labels"]) for label in read_labels(path) if label.text][::3]
    parts = [text[start:end] for text in texts for start, end in units(text)]
    assert_same(compiled(parts, RANGES, 3), plain(parts, RANGES, 3))


def test_tables_grow_and_units_that_the_kernel_leaves_are_folded(monkeypatch):
    """The kernel reads no chunk of more than 256 characters that a scan cannot fold."""
    left = [f"mot{n} @{'é!x' * 100} fin " + "a!b" * 100 for n in range(30)]
    texts = [f"un deux{n} trois{n % 7} {'quatre' * (n % 5)}" for n in range(200)] + left + ["mot " * 5000]
    monkeypatch.setattr(counter, "BATCH", 64)
    assert_same(compiled(texts, RANGES, 2, room=2), plain(texts, RANGES, 2))


def test_counting_is_compiled_only_where_that_pays_and_numba_is_there(monkeypatch):
    texts = ["Merci.", "Espèce d'imbécile !", "merci beaucoup"]
    expected = plain(texts, RANGES, 1)
    assert_same(count(texts, RANGES, 1), expected)
    monkeypatch.setattr(moderation.features.counts, "COMPILED_FROM", 1)
    assert_same(count(texts, RANGES, 1), expected)
    monkeypatch.setitem(sys.modules, "moderation.features.compiled.counter", None)
    assert_same(count(texts, RANGES, 1), expected)


def test_no_texts_have_no_counts():
    assert_same(compiled([], RANGES, 1), plain([], RANGES, 1))


def test_pruning_changes_no_vocabulary_of_a_part(joined):
    texts = [label.text for label in joined.labels[:300]]
    rows = np.arange(0, 300, 2)
    for kind, span in (("word", (1, 2)), ("char", (2, 5))):
        every = Counts.of([fold(text) for text in texts], kind, *span)
        for limit in (None, 500):
            before, after = (part.vocabulary(rows, 3, limit) for part in (every, every.of_at_least(3)))
            assert before.ngrams == after.ngrams
            np.testing.assert_array_equal(before.idf, after.idf)


def test_a_matrix_made_some_rows_at_a_time_is_the_same(joined, monkeypatch):
    data = prepare(joined, Recipe(min_df=2))
    blocks = [part.vocabulary(None, 2, 1000) for part in data.counts]
    expected = side_by_side(data.counts, blocks, None)
    monkeypatch.setattr(moderation.features.counts, "ROWS", 7)
    found = side_by_side(data.counts, blocks, np.arange(len(data.owner)))
    assert (found != expected).nnz == 0


def test_training_gives_the_same_bits_whatever_counts_and_on_however_many_threads(joined, monkeypatch):
    recipe = Recipe(min_df=2)
    monkeypatch.setattr(moderation.features.counts, "COMPILED_FROM", 1)
    data = prepare(joined, recipe)
    every = np.ones(len(data.owner), dtype=bool)
    features, weights, intercepts = fit(data, recipe, every, jobs=2)
    monkeypatch.setattr(moderation.features.counts, "COMPILED_FROM", len(data.owner) + 1)
    plainly, by_definition, others = fit(prepare(joined, recipe), recipe, every)
    assert features.names() == plainly.names()
    assert weights.tobytes() == by_definition.tobytes()
    assert intercepts.tobytes() == others.tobytes()


def test_what_was_not_judged_teaches_nothing(joined):
    recipe = Recipe(min_df=2, ratio=0.0)
    data = prepare(joined, recipe)
    every = np.ones(len(data.owner), dtype=bool)
    data.answers["spam"][::3] = -1
    matrix = side_by_side(data.counts, learn_blocks(data, recipe, None), None)
    weights, intercepts = regress(data, recipe, every, matrix, 1)
    judged = data.answers["spam"] >= 0
    weight = np.where(data.inherited["spam"][judged], recipe.inherited, 1.0)
    weight[data.copy[judged]] *= recipe.disguised
    expected = LogisticRegression(C=recipe.c, solver="liblinear", max_iter=1000)
    with threadpool_limits(1):
        expected.fit(matrix[judged], data.answers["spam"][judged], weight)
    assert weights[data.labels.index("spam")].tobytes() == expected.coef_[0].tobytes()
    assert intercepts[data.labels.index("spam")] == expected.intercept_[0]


def test_more_cells_than_liblinear_can_number_is_an_error():
    with pytest.raises(TrainingError, match="train on fewer comments"):
        moderation.features.counts._narrow(np.array([0, 1 << 31]))
