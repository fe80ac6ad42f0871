"""`score_frame`, and the arrays that it and bulk runs are made from."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import ModerationError, Policy, Scores
from moderation.bulk import score_frame
from moderation.bulk.scoring import loaded

TEXTS = ["Merci.", "Espèce de gros imbécile !", ""]


def test_a_frame_keeps_its_index_and_order(moderator):
    frame = pd.DataFrame({"id": [3, 1, 2], "text": TEXTS, "thread_id": ["a", "a", "b"]}, index=[10, 30, 20])
    scored = score_frame(frame)
    assert list(scored.index) == [10, 30, 20]
    assert list(scored.columns) == ["id", "thread_id", "insult", "spam", "coverage", "action", "model"]
    assert list(scored["id"]) == [3, 1, 2]
    for text, (_, row) in zip(TEXTS, scored.iterrows(), strict=True):
        decision = moderator.check_text(text)
        assert row["action"] == decision.action
        assert row["insult"] == pytest.approx(decision.scores.probabilities["insult"], abs=1e-6)


def test_an_empty_part_of_a_frame_has_the_columns_and_types_of_a_full_one():
    frame = pd.DataFrame({"key": ["x"], "body": ["Merci."], "created_at": ["2026-03-01"]})
    full = score_frame(frame, text="body", id="key", reasons=True)
    empty = score_frame(frame.iloc[:0], text="body", id="key", reasons=True)
    assert list(full.columns) == ["id", "created_at", "insult", "spam", "coverage", "action", "model", "reasons"]
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_reasons_of_a_frame_are_ranges_of_its_texts():
    scored = score_frame(pd.DataFrame({"id": range(3), "text": TEXTS}), reasons=True)
    assert list(scored["reasons"])[::2] == ["[]", "[]"]
    (reason, *_) = json.loads(scored["reasons"][1])
    assert TEXTS[1][reason["start"] : reason["end"]] == reason["text"] == "imbécile"


@pytest.mark.parametrize("value", [None, float("nan"), 3, pd.NA])
def test_a_text_that_is_none_is_an_error_that_names_the_row(value):
    frame = pd.DataFrame({"id": [1, 2], "text": np.array(["oui", value], dtype=object)}, index=["a", "b"])
    with pytest.raises(ModerationError, match=r"row 2 of a frame \(index b\): the text is a .*dropna"):
        score_frame(frame)


@pytest.mark.parametrize("options", [{}, {"text": "body"}, {"text": "body", "id": "x"}])
def test_a_column_that_is_missing_is_named(options):
    with pytest.raises(ModerationError, match=r"a frame with the columns key, body; expected one named"):
        score_frame(pd.DataFrame({"key": [1], "body": ["oui"]}), **options)


def test_what_goes_to_a_worker_is_small():
    assert len(pickle.dumps(score_frame)) < 100


def test_two_columns_of_one_name_are_refused():
    frame = pd.DataFrame([["1", "oui", "non"]], columns=["id", "text", "text"])
    with pytest.raises(ModerationError, match="several columns named text"):
        score_frame(frame)


def test_a_model_is_loaded_once_and_anew_when_its_folder_changes(tmp_path, moderator):
    moderator.model.save(tmp_path / "m")
    first = loaded(tmp_path / "m")
    assert loaded(tmp_path / "m") is first
    card = moderator.model.card | {"title": "another"}
    type(first)(first.features, first.cells, first.intercepts, card, first.trained).save(tmp_path / "m")
    assert loaded(tmp_path / "m").id != first.id


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_arrays_are_the_scores(moderator, n_jobs):
    texts = [f"{text} {number}" for number in range(1500) for text in TEXTS]
    probabilities, coverage = moderator.model.score_arrays(texts, n_jobs)
    for scores, row, share in zip(moderator.model.score(texts), probabilities.tolist(), coverage.tolist(), strict=True):
        assert (list(scores.probabilities.values()), scores.coverage) == (row, share)


def test_arrays_of_nothing(moderator):
    probabilities, coverage = moderator.model.score_arrays([])
    assert (probabilities.shape, coverage.shape) == ((0, 2), (0,))
    with pytest.raises(TypeError):
        moderator.model.score_arrays("un texte")


shares = st.sampled_from([0.0, 0.2, 0.4, 0.9, 1.0])


@given(st.lists(st.tuples(shares, shares, shares), min_size=1), st.tuples(shares, shares, shares, shares, shares))
def test_actions_of_arrays_are_those_of_scores(rows, thresholds):
    a, b, c, d, coverage = thresholds
    policy = Policy({"x": a, "y": b}, {"x": c, "y": d}, coverage, "m")
    found = policy.actions(["x", "y"], np.array(rows)[:, :2], np.array(rows)[:, 2])
    assert found.tolist() == [policy.action(Scores({"x": x, "y": y}, share))[0] for x, y, share in rows]
