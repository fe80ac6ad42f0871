"""Training: same data, same bytes; groups stay together; thresholds answer their query; figures are honest."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from moderation import LabelError, Model, TrainingError
from moderation.dataset import Recipe, prepare
from moderation.evaluation import evaluate_model, figures, recall_at_precision
from moderation.features.matrix import matrix_of
from moderation.labels import Joined, join, label_files, read_labels
from moderation.model_files import shipped_model
from moderation.queries import LEAST_FLAGGED, Query
from moderation.scores import pool, units
from moderation.text import fold
from moderation.training import cross_validate, fit, train


def test_the_same_labels_give_the_same_bytes(joined, trained, tmp_path):
    trained.model.save(tmp_path / "first")
    train(joined, Recipe(min_df=2), jobs=2).model.save(tmp_path / "second")
    for name in ("weights.safetensors", "card.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_held_out_scores_come_from_a_model_that_saw_neither_thread_nor_article(trained):
    frame = trained.out_of_fold
    assert (frame.groupby("group")["fold"].nunique() == 1).all()
    assert frame["fold"].nunique() == 5


def test_an_out_of_fold_score_is_what_that_folds_model_says(joined, trained):
    recipe = Recipe(min_df=2)
    data = prepare(joined, recipe)
    held_out = data.comments["fold"].to_numpy() == 3
    features, weights, intercepts = fit(data, recipe, ~held_out[data.owner])
    number = int(np.flatnonzero(held_out)[7])
    text = data.comments["text"][number]
    matrix = matrix_of(features, [fold(text[start:end]) for start, end in units(text)])
    pooled = pool(matrix @ weights.T + intercepts, np.array([Recipe().marked_share, 0.0]))
    log_odds, _ = cross_validate(data, recipe, jobs=1)
    assert log_odds["insult"][number] == pytest.approx(pooled[data.labels.index("insult")], abs=1e-9)
    rank = trained.out_of_fold["p_insult"][held_out].rank()
    assert (rank.to_numpy() == pd.Series(log_odds["insult"][held_out]).rank().to_numpy()).all()


def test_the_reference_scores_like_scikit_learns_regression(joined, trained):
    data = prepare(joined, Recipe(min_df=2))
    features = trained.model.features
    matrix = matrix_of(features, [fold(text) for text in data.comments["text"][:50]])
    regression = LogisticRegression()
    regression.coef_, regression.intercept_ = trained.model.weights[:1], trained.model.intercepts[:1]
    regression.classes_ = np.array([0, 1])
    expected = regression.decision_function(matrix)
    for text, value in zip(data.comments["text"][:50], expected, strict=True):
        columns, values = features.row(fold(text))
        assert trained.model.weights[0, columns] @ values + trained.model.intercepts[0] == pytest.approx(
            value, abs=1e-5
        )


def test_a_flood_is_not_learnt_from(joined):
    flooded = [replace(label, note="flood") for label in joined.labels[:50]]
    data = prepare(Joined((*flooded, *joined.labels[50:]), {}, {}), Recipe())
    assert not set(data.comments["id"]) & {label.id for label in flooded}


def test_a_sentence_is_an_insult_if_it_holds_marked_words(joined):
    data = prepare(joined, Recipe())
    insults = data.comments["insult"][data.owner].to_numpy() == 1
    parts = data.answers["insult"][insults & ~data.whole & ~data.copy]
    assert 0 < parts.mean() < 1
    assert (data.answers["insult"][insults & data.whole] == 1).all()


def test_any_other_column_becomes_a_label(joined, tmp_path):
    labels = tuple(
        replace(label, answers={"question": int("?" in label.text), "insult": label.answers["insult"]})
        for label in joined.labels
    )
    found = train(Joined(labels, {}, {}), Recipe(min_df=2, folds=3), jobs=1)
    assert found.model.labels == ("insult", "question")
    assert set(found.model.card["thresholds"]["question"]) == {"review", "reject"}
    assert found.model.save(tmp_path).score(["Pourquoi ?"])[0].probabilities.keys() == {"insult", "question"}


def test_too_few_positives_is_an_error(joined):
    few = [label for label in joined.labels if label.answers["spam"] == 0]
    with pytest.raises(TrainingError, match=r"label spam: 0 positive comments of .*; expected at least 20"):
        train(Joined(tuple(few), {}, {}))


def test_too_few_groups_is_an_error(joined):
    one = tuple(replace(label, thread_id="same") for label in joined.labels)
    with pytest.raises(TrainingError, match="only 1 groups"):
        train(Joined(one, {}, {}))


def test_no_labels_is_an_error():
    with pytest.raises(TrainingError, match="no labels to train from"):
        train(Joined((), {}, {}))


def test_a_query_for_an_unknown_label_is_an_error(joined):
    with pytest.raises(TrainingError, match="no label 'hate'; the label files hold insult, spam"):
        train(joined, queries=["hate: recall @ precision >= 0.9"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "insult recall",
        "insult: beauty @ precision >= 1",
        "insult: recall @ precision > 0.9",
        "insult: recall @ precision >= 95",
        "insult: recall @ precision >= 0.9.5",
    ],
)
def test_a_query_that_is_none_is_an_error(text):
    with pytest.raises(TrainingError, match="not understood"):
        Query.parse(text)


def test_a_query_of_the_user_stands_in_the_card(joined):
    wish = "insult: precision @ recall >= 0.8"
    found = train(joined, Recipe(min_df=2), [wish], jobs=1)
    answer = found.model.card["thresholds"]["insult"]["review"]
    assert answer["query"] == "insult review: precision @ recall >= 0.8"
    data = prepare(joined, Recipe(min_df=2))
    log_odds, _ = cross_validate(data, Recipe(min_df=2), jobs=1)
    slope, intercept = found.model.card["calibration"]["insult"]
    flagged = 1 / (1 + np.exp(-(slope * log_odds["insult"] + intercept))) >= answer["threshold"]
    assert recall_score(data.comments["insult"], flagged) == pytest.approx(answer["recall"], abs=1e-4)
    assert answer["recall"] >= 0.8


ANSWERS = st.integers(30, 120).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 1), min_size=n, max_size=n), st.lists(st.integers(0, 20), min_size=n, max_size=n)
    )
)


@settings(deadline=None)
@given(ANSWERS, st.sampled_from([0.3, 0.6, 0.9]))
def test_a_threshold_does_what_its_query_asks(found, bound):
    y, p = np.array(found[0]), np.array(found[1]) / 20
    answer = Query.parse(f"x: recall @ precision >= {bound}").answer(y, p)
    best = 0.0
    for threshold in np.unique(p):
        flagged = p >= threshold
        if flagged.sum() >= LEAST_FLAGGED and precision_score(y, flagged, zero_division=0) >= bound:
            best = max(best, recall_score(y, flagged, zero_division=0))
    if answer["threshold"] is None:
        assert best == 0
        return
    flagged = p >= answer["threshold"]
    assert precision_score(y, flagged) >= bound
    assert recall_score(y, flagged, zero_division=0) == pytest.approx(best)
    assert answer["recall"] == pytest.approx(best, abs=1e-4)


def test_figures_are_those_of_scikit_learn_with_an_interval_around_them():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    p = np.clip(0.5 * y + 0.7 * rng.random(400), 0, 1)
    found = figures(y, p, np.arange(400) // 4)
    assert found["average_precision"][0] == pytest.approx(average_precision_score(y, p), abs=1e-4)
    assert found["roc_auc"][0] == pytest.approx(roc_auc_score(y, p), abs=1e-4)
    for value, low, high in found.values():
        assert low <= value <= high
        assert low < high


def test_recall_at_precision_is_zero_where_that_precision_is_never_reached():
    y, p = np.array([0, 1, 0, 0]), np.array([0.9, 0.5, 0.4, 0.1])
    assert recall_at_precision(y, p, np.ones(4)) == 0.0


def test_an_evaluation_leaves_out_what_was_trained_on(trained, joined, root):
    other = join(read_labels(root / "labels" / "daily-life.csv"), None)
    both = Joined((*joined.labels[:30], *other.labels), {}, {})
    report = evaluate_model(trained.model, both)
    assert report.notes[0].startswith("30 of ")
    assert report.rows[0][:2] == ("insult", str(len(other.labels)))
    with pytest.raises(LabelError, match="nothing to evaluate"):
        evaluate_model(trained.model, joined)


@pytest.mark.slow
def test_train_reproduces_the_shipped_model(root, shared, tmp_path):
    """Byte for byte with the versions that its card names; elsewhere the same scores."""
    labels = [label for path in label_files([root / "labels"]) for label in read_labels(path)]
    import tomllib

    sources = tomllib.loads((root / "labels" / "sources.toml").read_text(encoding="utf-8"))
    made = train(join(labels, shared / "data" / "train"), sources=sources).model.save(tmp_path)
    shipped = Model.load(shipped_model())
    if made.card["environment"] == shipped.card["environment"]:
        for name in ("weights.safetensors", "card.json", "CARD.md"):
            assert (tmp_path / name).read_bytes() == (shipped_model() / name).read_bytes()
    texts = [label.text for label in labels if label.text][:300]
    for ours, theirs in zip(made.score(texts), shipped.score(texts), strict=True):
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=1e-3)
