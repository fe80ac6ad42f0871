"""The quality report: what its parts compute, without any data set."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.quality import __main__ as program
from benchmarks.quality import curve, explanations, fairness, false_alarms, method, pictures, politics, subject
from benchmarks.quality.attacks import Outcome, named
from benchmarks.quality.report import Bar, Section, interval, share, table
from benchmarks.quality.subject import Absent, Subject
from moderation.dataset import Recipe, prepare
from moderation.evaluation import (
    FIGURES,
    at_threshold,
    bnsp_auc,
    bpsn_auc,
    difference,
    expected_calibration_error,
    figures,
    reliability,
    share_at_recall,
    subgroup_auc,
)


@pytest.fixture
def answers():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    return y, np.clip(0.5 * y + 0.7 * rng.random(400), 0, 1), np.arange(400) // 4


def test_calibration_error_by_hand():
    y, p = np.array([1, 0, 1, 1]), np.array([0.10, 0.12, 0.90, 0.92])
    assert expected_calibration_error(y, p, np.ones(4), bins=2) == pytest.approx((2 * 0.39 + 2 * 0.09) / 4)
    assert expected_calibration_error(y, y.astype(float), np.ones(4)) == 0
    edges, mean, found, size = reliability(y, p, np.ones(4), bins=2)
    assert (edges.tolist(), found.tolist(), size.tolist()) == ([0.0, 0.5], [0.5, 1.0], [2.0, 2.0])
    assert mean == pytest.approx([0.11, 0.91])


def test_people_read_equal_comments_together():
    y, p = np.array([1, 0, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    assert share_at_recall(y, p, np.ones(5), 0.5) == pytest.approx(1 / 5)
    assert share_at_recall(y, p, np.ones(5), 0.9) == pytest.approx(4 / 5)


def test_figures_at_a_threshold(answers):
    y, p, groups = answers
    found = figures(y, p, groups, wanted=at_threshold("review", 0.6))
    flagged = p >= 0.6
    assert found["precision at review"][0] == pytest.approx(y[flagged].mean(), abs=1e-4)
    assert found["recall at review"][0] == pytest.approx(flagged[y == 1].mean(), abs=1e-4)
    assert found["flagged at review"][0] == pytest.approx(flagged.mean(), abs=1e-4)


def test_a_difference_is_taken_on_the_same_resamples(answers):
    y, p, groups = answers
    assert difference(FIGURES["roc_auc"], y, p, p, groups) == [0, 0, 0]
    value, low, high = difference(FIGURES["roc_auc"], y, p, np.zeros(len(y)), groups)
    assert low < value < high
    assert value == pytest.approx(roc_auc_score(y, p) - 0.5)


def test_subgroup_areas_see_who_is_falsely_flagged_and_who_is_missed():
    y = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    member = np.arange(8) < 4
    high, low = np.array([0.7, 0.8, 0.9, 0.95]), np.array([0.1, 0.2, 0.6, 0.5])
    p = np.concatenate([high, low])
    assert subgroup_auc(y, p, member) == subgroup_auc(y, p, ~member) == 1
    assert bpsn_auc(y, p, member) == 0
    assert bnsp_auc(y, p, member) == 1


def test_a_bar_says_how_far_it_is():
    assert Bar("a", 0.85, ">=", 0.9).line() == "| a | 0.850 | >= 0.900 | short by 0.050 |"
    assert Bar("a", 0.02, "<=", 0.03, share=True).line() == "| a | 2.0% | <= 3.0% | met, by 1.0 points |"
    assert Bar("a", None, "<=", 0.03).line() == "| a | | <= 0.030 | not measured |"
    assert Bar("a", 0.03, "<=", 0.03).met


def test_tables_and_intervals():
    assert table(["a", "b"], [[1, "x"]]) == ["| a | b |", "|---|---|", "| 1 | x |"]
    assert interval([0.5, 0.4, 0.6], "+") == "+0.500 [+0.400, +0.600]"
    assert share(0, 0) == ""
    assert share(1, 2).startswith("50.0% [")


def test_an_outcome_counts_kept_and_added():
    outcome = Outcome("leet", found=4, kept=3, clean=10, before=1, after=3)
    assert (outcome.recall_kept, outcome.added) == (0.75, pytest.approx(0.2))
    assert Outcome("leet", 0, 0, 0, 0, 0).recall_kept == 1


def test_the_words_named_are_those_of_the_decision(moderator):
    text = "Espèce de gros imbécile !"
    reasons = moderator.check_text(text).reasons
    assert named(moderator.model, text) == [(r.start, r.end) for r in reasons if r.marker is None]


def test_political_moves_are_absolute():
    pairs = [(None, None)] * 2
    found = politics.Suite(pairs, np.array([[0.1, 0.4], [0.5, 0.49]]))
    assert found.moved == pytest.approx([0.3, 0.01])
    assert found.kept == 0.5


def test_a_gap_is_between_two_names():
    filled = [fairness.Filled(f"{s} {n}", "hard", s, "peoples", n) for n in ("Peuls", "Dogons") for s in ("a", "b")]
    found = fairness.Suite(
        filled, np.zeros(4, dtype=int), np.array([0.9, 0.1, 0.2, 0.1]), np.array([True, False, False, False])
    )
    assert found.rates(0) == {"Peuls": 0.5, "Dogons": 0.0}
    assert found.gap(0) == 0.5
    assert found.spread()["a"] == pytest.approx(0.7)


def test_spans_are_compared_by_characters():
    assert explanations._f1([frozenset({1, 2})], [frozenset({2, 3})]) == 0.5
    assert explanations._f1([frozenset()], [frozenset()]) == 1
    assert explanations._without("quel gros idiot", [(5, 9), (10, 15)]) == "quel  "
    others = explanations._others("Le maire est un idiot fini", [(16, 21)], np.random.default_rng(0))
    assert len(others) == 1
    assert others[0] != (16, 21)


def test_only_french_paragraphs_are_prose(tmp_path):
    french = "Le conseil a voté la réforme et les habitants de la ville sont dans la rue."
    english = "The council has voted on the reform and people of the town went out."
    (tmp_path / "a.html").write_text(
        f"<p>{french} <b>&eacute;t&eacute;</b></p><p>{english}</p><p>Le titre</p>", encoding="utf-8"
    )
    (tmp_path / "b.txt").write_text(f"{english}\n\n{french}", encoding="utf-8")
    assert list(false_alarms._paragraphs(tmp_path)) == [f"{french} été", french]


def test_a_learning_curve_holds_out_the_same_comments(joined):
    data = prepare(joined, Recipe(min_df=2))
    held_out = data.comments["fold"].to_numpy() == 0
    taught = data.comments["group"].to_numpy() % 2 == 0
    part, used = curve._part(data, taught, held_out)
    assert (part.comments["id"] == data.comments["id"].to_numpy()[used]).all()
    assert (part.comments["fold"] == 0).sum() == held_out.sum()
    assert part.owner.max() == len(used) - 1
    assert part.whole.sum() == len(used)
    assert part.counts[0].matrix.shape[0] == len(part.owner)


def test_a_set_is_split_as_it_says():
    rows = [{"id": f"c{n // 10}_{n}", "text": f"mot{n} suite{n} fin{n}", "insult": str(n % 3 % 2)} for n in range(200)]
    data = method._data(rows, method.SETS[1])
    assert (data.comments.groupby("group")["fold"].nunique() == 1).all()
    assert data.comments["group"].nunique() == 20
    for row, source in zip(rows, ["x/test", "x/train"] * 100, strict=True):
        row["source"] = source
    assert method._data(rows, method.SETS[0]).comments["fold"].tolist() == [0, -1] * 100


def test_the_plain_recipe_never_sees_what_it_is_asked():
    texts, use = ["bon", "nul", "bon ami", "nul ami"] * 5 + ["jamais vu"], np.ones(21, dtype=bool)
    y, folds = np.array([0.0, 1.0] * 10 + [1.0]), np.array([0, 0, 1, 1] * 5 + [-1])
    found = subject.plain_held_out(texts, y, folds, use)
    other = subject.plain_held_out(texts, np.where(folds == 0, 1 - y, y), folds, use)
    assert (found[folds == 0] == other[folds == 0]).all()
    assert (found[folds == 1] != other[folds == 1]).any()
    assert found[20] == 0


def test_an_absent_set_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(subject, "SHARED", tmp_path)
    with pytest.raises(Absent, match=r"data/evaluate/nothing\.csv is not here"):
        Subject().read("nothing")


def test_a_part_without_its_data_says_so_and_the_next_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(subject, "SHARED", tmp_path)
    monkeypatch.setitem(
        program.PARTS, "politics", lambda subject: Section("Next", ["went on"], [Bar("b", 1.0, ">=", 0.5)])
    )
    report, found = program.main(["perspective", "politics"], Subject(1))
    assert "toxifrench_balanced.csv is not here" in report
    assert "went on" in report
    assert "| b | 1.000 | >= 0.500 | met, by 0.500 |" in capsys.readouterr().out
    assert found == {}


def test_pictures_are_the_same_byte_for_byte(answers):
    y, p, _ = answers
    for picture in (pictures.reliability_picture, pictures.precision_recall_picture):
        first = picture({"insult": (y, p)})
        assert first == picture({"insult": (y, p)})
        assert first.lstrip().startswith("<?xml")
        assert "insult" in first
