"""The benchmark of the recipe: its reference is the shipped recipe, and each variant is what its name says."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.quality import subject
from benchmarks.recipe import __main__ as program
from benchmarks.recipe import pooling, regression, sets, units, vocabulary
from benchmarks.recipe.base import Base, Scored, Variant, prepared, tenth
from benchmarks.recipe.comparison import row, section
from benchmarks.recipe.names import GROUP as NAMES
from benchmarks.recipe.validation import BOTH, Task, by_comment, unit_log_odds, validated
from moderation import Model, evaluation
from moderation.dataset import Recipe
from moderation.features.counts import count
from moderation.model_files import WEIGHTS, shipped_model
from moderation.training import cross_validate


@pytest.fixture(scope="module")
def base(joined) -> Base:
    return prepared(replace(joined, labels=joined.labels[::3]), jobs=1)


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(evaluation, "RESAMPLES", 10)


def test_the_reference_is_the_library_s_own_cross_validation(base):
    found, _ = cross_validate(base.data, Recipe(), jobs=1)
    for label in BOTH:
        assert base.reference[label] == pytest.approx(found[label], abs=1e-9)


def test_the_texts_are_those_that_were_counted(base):
    for ours, theirs in zip(count(base.texts, Recipe().ranges, Recipe().min_df), base.data.counts, strict=True):
        assert ours.ngrams == theirs.ngrams
        assert (ours.matrix != theirs.matrix).nnz == 0
    assert (base.data.owner[base.origin] == base.data.owner).all()
    assert not base.data.copy[base.origin].any()


def test_poolings_are_what_they_say():
    whole_first = np.array([9.0, 1.0, -2.0, 3.0])
    assert pooling.whole(whole_first) == 9
    assert pooling.maximum(whole_first) == 3
    assert pooling.two_highest(whole_first) == 2
    assert pooling.highest(whole_first, 0.5) == 6
    assert pooling.log_odds_sum(whole_first) == 2
    assert pooling.positive_sum(whole_first) == 4
    assert pooling.positive_sum(np.array([9.0, -1.0, -2.0])) == -1
    p = 1 / (1 + np.exp(-whole_first[1:]))
    one = 1 - np.prod(1 - p)
    assert pooling.noisy_or(whole_first) == pytest.approx(np.log(one / (1 - one)))
    assert np.isfinite(pooling.noisy_or(np.array([0.0, 900.0, -900.0])))
    assert np.isfinite(pooling.noisy_or(np.array([0.0, -900.0, -900.0])))


def test_a_comment_of_one_sentence_is_that_sentence():
    pools = (pooling.whole, pooling.maximum, pooling.two_highest, pooling.log_odds_sum, pooling.noisy_or)
    assert [pool(np.array([-1.5])) for pool in pools] == pytest.approx([-1.5] * 5)


def test_a_second_round_keeps_one_sentence_of_each_comment(base):
    data = units.all_inherit(base)
    inherited, log_odds = data.inherited["insult"], np.random.default_rng(0).random(len(data.owner))
    rows = np.arange(len(data.owner))
    kept = units.kept(base, rows, inherited, log_odds)
    assert kept[~inherited].all()
    chosen = np.flatnonzero(kept & inherited & ~data.copy)
    assert sorted(data.owner[chosen]) == sorted(set(data.owner[inherited]))
    for unit in chosen:
        others = inherited & ~data.copy & (data.owner == data.owner[unit])
        assert log_odds[unit] == log_odds[others].max()
    assert set(base.origin[kept & inherited]) == set(chosen)


def test_without_marks_every_sentence_of_an_insult_is_one(base):
    data = units.all_inherit(base)
    assert (data.answers["insult"] == data.comments["insult"].to_numpy()[data.owner]).all()
    assert (data.answers["insult"] != base.data.answers["insult"]).any()


def test_copies_teach_and_are_not_asked(base):
    log_odds = unit_log_odds(Task(base.data, taught=~base.data.copy))["insult"]
    assert (np.isnan(log_odds) == base.data.copy).all()
    assert not np.array_equal(log_odds, base.log_odds["insult"], equal_nan=True)


def test_names_are_seen_only_in_their_variant(base):
    found = NAMES.variants[0].run(base)
    assert not np.allclose(found.scores["insult"], base.reference["insult"])
    again = count(base.texts, Recipe().ranges, Recipe().min_df)
    assert again[0].ngrams == base.data.counts[0].ngrams


def test_the_inner_folds_keep_groups_and_leave_the_outer_one_out(base):
    teaching = base.data.comments["fold"].to_numpy() != 1
    folds = regression.inner_folds(base.data, teaching)
    assert (folds[~teaching] == -1).all()
    assert set(folds[teaching]) == {0, 1, 2}
    assert (base.data.comments.assign(inner=folds).groupby("group")["inner"].nunique() == 1).all()


def test_more_comments_teach_and_are_not_asked(base):
    texts = ["Subscribe to my channel now", "Nice video. I like the drums in it. What a band"]
    task = sets.with_more(base, texts, np.array([1, 0]), "spam", 1.0)
    assert len(by_comment(task.data, unit_log_odds(task)["spam"])) == len(base.labels)
    nothing = replace(task, weight=np.where(task.data.owner < len(base.labels), 1.0, 0.0))
    assert not np.array_equal(validated(task)["spam"], validated(nothing)["spam"])


def test_what_stands_among_the_labels_is_not_added(base):
    known = max(base.data.comments["text"], key=len)
    assert sets.new(["Something that nobody wrote there", known, known.upper()], base) == [0]


def test_a_parent_is_the_comment_that_was_answered(base):
    parents = base.parents()
    by_id = {label.id: label.text for label in base.labels}
    assert parents == [by_id.get(label.parent_id, "") for label in base.labels]
    assert 0 < sum(map(bool, parents)) < len(parents)


def test_the_size_is_that_of_the_file():
    model = Model.load()
    size = (shipped_model() / WEIGHTS).stat().st_size / 1e6
    found = vocabulary.megabytes(model.features.blocks, len(model.labels), len(model.trained))
    assert found == pytest.approx(size, abs=0.01)


def test_a_variant_that_is_the_reference_differs_by_nothing(base):
    found = row(base, ("all",), Variant("the same", lambda base: Scored(base.reference)))
    assert [cell.split(", ", 1)[1] for cell in found.cells] == ["+0.000 [+0.000, +0.000]"] * 2
    worse = row(base, ("all",), Variant("worse", lambda base: Scored({"insult": -base.reference["insult"]}, "note")))
    assert "**-0." in worse.cells[0]
    assert worse.cells[1] == ""
    table = section(base, program.GROUPS["parents"], [worse])
    assert table.splitlines()[-1].endswith("| note |")


def test_a_set_that_is_absent_is_named(base, monkeypatch, tmp_path):
    monkeypatch.setattr(subject, "SHARED", tmp_path)
    found = row(base, ("all",), sets.added("nothing", "spam", 1.0))
    assert "data/train/nothing.csv is not here" in found.absent
    assert "- Left out: data/train/nothing.csv" in section(base, program.GROUPS["sets"], [found])


def test_cheap_groups_print_a_row_for_each_variant(base, capsys):
    report = program.report(["pooling", "parents"], base, jobs=1)
    for name in ("pooling", "parents"):
        for variant in program.GROUPS[name].variants:
            assert f"\n| {variant.name} | 0." in report
    assert "Parent text" in capsys.readouterr().out


def test_quick_takes_whole_threads(joined):
    some = tenth(joined)
    assert 0 < len(some.labels) < len(joined.labels) / 4
    threads = {label.thread_id for label in some.labels if label.thread_id}
    assert len([label for label in joined.labels if label.thread_id in threads]) == len(
        [label for label in some.labels if label.thread_id]
    )


def test_an_unknown_group_is_one_clear_sentence(capsys):
    with pytest.raises(SystemExit, match="2"):
        program.arguments(["everything"])
    assert "no group 'everything'; there are blocks, regression, pooling" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        program.arguments(["--write", "--quick"])
    assert "--write replaces the whole page" in capsys.readouterr().err
