"""The features are scikit-learn's TF-IDF, and the matrix, the plain definition and the transformer agree."""

import csv

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from moderation.features import MARKER_VALUE, Features, char_ngrams, word_ngrams
from moderation.features.matrix import NgramFeatures, matrix_of
from moderation.labels import label_files, read_labels
from moderation.text import fold
from moderation.text.disguises import DISGUISED
from moderation.text.names import NAME, NAMES, blind


@pytest.fixture(scope="module")
def own_texts(root):
    return [label.text for path in label_files([root / "labels"]) for label in read_labels(path) if label.text][:2000]


@pytest.fixture(scope="module")
def real_texts(shared):
    with (shared / "data" / "train" / "mlma_fr.csv").open(encoding="utf-8", newline="") as stream:
        return [row["text"] for row in csv.DictReader(stream)][:2000]


def stock(analyzer, low, high, min_df):
    """Return scikit-learn's own vectorizer for one block."""
    pattern = {"token_pattern": r"\S+"} if analyzer == "word" else {}
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=(low, high), min_df=min_df, sublinear_tf=True, lowercase=False, **pattern
    )


@pytest.mark.parametrize("source", ["own_texts", "real_texts"])
@pytest.mark.parametrize(("analyzer", "low", "high"), [("word", 1, 2), ("char_wb", 2, 5)])
def test_the_matrix_is_that_of_scikit_learn_column_by_column(request, source, analyzer, low, high):
    folded = [fold(text) for text in request.getfixturevalue(source)]
    theirs = stock(analyzer, low, high, 2)
    expected = theirs.fit_transform([blind(f.text) for f in folded])
    ranges = {"word_range": None, "char_range": None} | {
        "word_range" if analyzer == "word" else "char_range": (low, high)
    }
    ours = NgramFeatures(**ranges, markers=False, min_df=2)
    found = ours.fit_transform(folded)
    names = [name.split(":", 1)[1] for name in ours.get_feature_names_out()]
    assert len(folded) == 2000
    assert names == list(theirs.get_feature_names_out())
    assert abs(found - expected).max() < 1e-6


def test_the_plain_definition_gives_the_rows_of_the_matrix(own_texts):
    folded = [fold(text) for text in own_texts[:200]]
    features = NgramFeatures(min_df=1).fit(folded).features_
    matrix = matrix_of(features, folded).toarray()
    for row, text in zip(matrix, folded, strict=True):
        columns, values = features.row(text)
        expected = np.zeros(len(features))
        expected[columns] = values
        np.testing.assert_allclose(row, expected, atol=1e-12)


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5), st.text(max_size=80))
def test_matrix_and_definition_agree_on_any_text(texts, other):
    features = NgramFeatures(min_df=1).fit([*texts, "un deux"]).features_
    columns, values = features.row(fold(other))
    row = matrix_of(features, [fold(other)]).toarray()[0]
    expected = np.zeros(len(features))
    expected[columns] = values
    np.testing.assert_allclose(row, expected, atol=1e-12)


@given(st.text(max_size=60))
@example("O:N:U")
def test_ngrams_stand_where_they_say(text):
    folded = fold(text).text
    assert all(blind(folded[start:end]) == ngram for ngram, start, end in word_ngrams(folded, 1, 2))
    assume(blind(folded) == folded)  # within a name, the characters are those of the word that stands for it
    assert all(folded[start:end] == ngram.strip(" ") for ngram, start, end in char_ngrams(folded, 2, 5))


def test_a_transformer_keeps_the_contract_of_scikit_learn():
    texts = ["quel crétin", "quel article", "bon article", "crétin fini"] * 5
    answers = [1, 0, 0, 1] * 5
    features = NgramFeatures(min_df=1).set_params(max_words=3, max_chars=4)
    twin = clone(features)
    assert twin.get_params() == features.get_params()
    pipeline = make_pipeline(twin, LogisticRegression()).fit(texts, answers)
    assert pipeline.predict(["le crétin"])[0] == 1
    assert len(twin.features_.blocks[0].ngrams) == 3
    assert len(twin.features_.blocks[1].ngrams) == 4
    assert twin.transform(["rien"]).shape == (1, twin.n_features_out_) == (1, len(twin.get_feature_names_out()))


def test_pruning_keeps_the_most_frequent_and_drops_the_rare():
    texts = ["a b", "a b", "a c", "d"]
    assert NgramFeatures((1, 1), None, False, 2).fit(texts).features_.blocks[0].ngrams == ("a", "b")
    assert NgramFeatures((1, 1), None, False, 1, max_words=1).fit(texts).features_.blocks[0].ngrams == ("a",)


def test_a_marker_has_its_fixed_value():
    features = NgramFeatures((1, 1), None, True, 1).fit(["Bonjour"]).features_
    columns, values = features.row(fold("BONJOUR À TOUS!!!"))
    named = {features.names()[c]: v for c, v in zip(columns, values, strict=True)}
    assert named == {"word:bonjour": 1.0, "marker:capitals": MARKER_VALUE, "marker:exclamation": MARKER_VALUE}


def test_coverage_is_the_known_share():
    features: Features = NgramFeatures((1, 1), None, False, 1).fit(["bon article"]).features_
    assert features.coverage([fold("bon jour")]) == 0.5
    assert features.coverage([fold("...")]) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("les Peuls sont des rats", "les MOSSIS sont des rats"),
        ("merci à la Malienne et à Awa", "merci à la Togolaise et à Jean"),
        ("le camp de Gbagbo a menti", "le camp de Ouattara a menti"),
    ],
)
def test_whom_a_text_names_changes_no_feature(one, other):
    features = NgramFeatures((1, 2), (2, 5), False, 1).fit([one, other]).features_
    (columns, values), (others, theirs) = (features.row(fold(text)) for text in (one, other))
    assert columns.tolist() == others.tolist()
    assert values.tolist() == theirs.tolist()


def test_what_is_said_of_the_named_still_counts():
    texts = ["les Peuls sont des rats", "les Peuls sont des parents"]
    features = NgramFeatures((1, 1), None, False, 1).fit(texts).features_
    assert len({tuple(features.row(fold(text))[0]) for text in texts}) == 2


def test_an_insult_is_no_name():
    assert NAMES.isdisjoint(fold(" ".join(DISGUISED)).text.split())
    assert NAMES.isdisjoint("negre negres bougnoule macaque handicape pede boy ne pas con".split())
    assert NAME not in NAMES


def test_an_n_gram_of_a_name_stands_for_the_whole_name():
    assert set(char_ngrams("les peuls", 2, 2)) >= {(" z", 4, 9), ("zq", 4, 9), ("q ", 4, 9)}
    assert list(word_ngrams("les peuls", 2, 2)) == [("les zq", 0, 9)]
