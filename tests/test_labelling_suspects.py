"""Suspects: planted errors are found, and what was written by training is read back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.dataset import Recipe
from moderation.errors import LabelError
from moderation.labelling.suspects import contradicted, explained, read_out_of_fold, suspects
from moderation.labels import Joined, adjudicate
from moderation.training import train


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), max_size=40))
def test_an_answer_is_not_contradicted_by_a_model_that_shares_it(rows):
    y, p = np.array([y for y, _ in rows], dtype=np.int64), np.array([p for _, p in rows], dtype=np.float64)
    for place in contradicted(y, p):
        other = p[y != y[place]]
        assert (p[place] >= other.mean() - 1e-9) if y[place] == 0 else (p[place] <= other.mean() + 1e-9)


def test_planted_errors_come_first(joined):
    labels = list(adjudicate(joined.labels))
    rng = np.random.default_rng(0)
    wrong = {labels[n].id for n in rng.choice(len(labels), 25, replace=False) if not labels[n].is_flood}
    planted = [
        replace(one, answers=one.answers | {"spam": 1 - one.answers["spam"]}) if one.id in wrong else one
        for one in labels
    ]
    trained = train(Joined(tuple(planted), {}, {}), Recipe(min_df=2), jobs=1)
    found = suspects(planted, trained.out_of_fold, ["spam"])
    assert len(wrong & {one.label.id for one in found[: 2 * len(wrong)]}) >= 0.5 * len(wrong)
    assert [one.doubt for one in found] == sorted((one.doubt for one in found), reverse=True)


def test_reasons_are_the_models_words(joined, trained):
    found = suspects(joined.labels, trained.out_of_fold)
    assert {one.name for one in found} == {"insult", "spam"}
    first = explained(found[0], trained.model)
    assert first.reasons.label == first.name
    assert explained(replace(first, name="insult"), trained.model).reasons is not None


def test_a_text_that_has_changed_has_no_score(joined, trained):
    changed = [replace(one, text=f"{one.text} !", spans=()) for one in joined.labels]
    with pytest.raises(LabelError, match="none of the comments has an out-of-fold score"):
        suspects(changed, trained.out_of_fold)
    with pytest.raises(LabelError, match="no scores for the label other; they hold insult, spam"):
        suspects(joined.labels, trained.out_of_fold, ["other"])


def test_scores_are_read_back(joined, trained, tmp_path):
    path = tmp_path / "scores.csv"
    trained.out_of_fold.assign(id=[*trained.out_of_fold["id"][:-1], "NA"]).to_csv(path, index=False)
    frame = read_out_of_fold(path)
    assert frame["id"].iloc[-1] == "NA"
    kept = trained.out_of_fold.iloc[:-1]
    first = [(one.name, one.label.id) for one in suspects(joined.labels, frame.iloc[:-1])]
    assert first == [(one.name, one.label.id) for one in suspects(joined.labels, kept)]


@pytest.mark.parametrize("content", ["", "id,text\n1,a\n", "a\n1,2,3\n4\n", "\x00\xff"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "s.csv"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(LabelError, match=r"s\.csv.*--out-of-fold"):
        read_out_of_fold(path)
    with pytest.raises(LabelError, match="cannot be read"):
        read_out_of_fold(tmp_path / "none")
