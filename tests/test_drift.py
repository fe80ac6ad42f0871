"""Bulk runs beside each other: the measures, the verdict, the weeks, the report, and what is said of files that are none."""

import csv
import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from moderation.drift.comparison import compare, compare_card, deciles, ks_bounds, psi
from moderation.drift.report import report
from moderation.drift.runs import GRID, read_run
from moderation.drift.words import language
from moderation.errors import ModerationError

MODEL = "0123456789abcdef"
CARD = {
    "id": MODEL,
    "coverage": {"floor": 0.75, "quantile": 0.005},
    "thresholds": {
        "insult": {
            "review": {"threshold": 0.4, "match_rate": 0.3},
            "reject": {"threshold": 0.9, "match_rate": 0.1},
        },
        "spam": {"review": {"threshold": 0.3, "match_rate": 0.05}, "reject": {"threshold": None}},
    },
    "figures": {"insult": {"all": {"comments": 10_000}}, "spam": {"all": {"comments": 9_000}}},
}


def scores(size, shift=0.0, seed=0, weeks=4, model=MODEL):
    """A run as a frame: invented scores, of which those for insult are shifted in log-odds."""
    rng = np.random.default_rng(seed)
    insult, spam = (1 / (1 + np.exp(-z)) for z in (rng.normal(-2 + shift, 2, size), rng.normal(-5, 2, size)))
    seconds = rng.integers(0, weeks * 7 * 86_400, size)
    return pd.DataFrame(
        {
            "id": [f"c{number}" for number in range(size)],
            "thread_id": "t",
            "created_at": (pd.Timestamp("2026-01-05T00:00:00Z") + pd.to_timedelta(seconds, unit="s")).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "insult": insult.round(6),
            "spam": spam.round(6),
            "coverage": np.minimum(1, 0.1 + rng.beta(12, 2, size)).round(4),
            "action": np.where(insult >= 0.9, "reject", np.where(insult >= 0.4, "review", "approve")),
            "model": model,
        }
    )


@pytest.fixture
def write(tmp_path):
    """Write a frame as a run and return its path."""

    def write(frame, name="run.scores.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        elif path.suffix == ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")), encoding="utf-8")
        else:
            pytest.importorskip("pyarrow", reason="pyarrow, for Parquet, is not installed")
            frame.to_parquet(path)
        return path

    return write


@pytest.mark.parametrize("name", ["run.scores.csv", "run.scores.jsonl", "run.scores.parquet"])
def test_every_format_gives_the_same_counts(write, name):
    frame = scores(3000)
    run = read_run(write(frame, name))
    assert (run.total.rows, run.models, run.labels) == (3000, {MODEL}, ("insult", "spam"))
    assert dict(zip(("approve", "review", "reject"), run.total.actions.tolist(), strict=True)) == dict(
        frame["action"].value_counts()
    )
    for label in run.labels:
        expected, _ = np.histogram(frame[label], bins=[0, *GRID, 2])
        assert run.total.scores[label].tolist() == expected.tolist()
    iso = pd.to_datetime(frame["created_at"]).dt.strftime("%G-W%V")
    assert {week: tally.rows for week, tally in run.weeks.items()} == dict(iso.value_counts())
    assert list(run.weeks) == sorted(run.weeks)


def test_counts_do_not_depend_on_how_many_rows_are_read_at_once(write, monkeypatch):
    paths = [write(scores(1000), name) for name in ("run.scores.csv", "run.scores.jsonl", "run.scores.parquet")]
    whole = read_run(paths[0])
    monkeypatch.setattr("moderation.drift.runs._CHUNK", 77)
    for path in paths:
        run = read_run(path)
        assert run.total.actions.tolist() == whole.total.actions.tolist()
        assert all((run.total.scores[name] == counts).all() for name, counts in whole.total.scores.items())
        assert {week: tally.rows for week, tally in run.weeks.items()} == {
            week: tally.rows for week, tally in whole.weeks.items()
        }


def test_all_files_below_a_folder_are_one_run(write, tmp_path):
    frame = scores(1000)
    write(frame[:300], "runs/a.scores.csv")
    write(frame[300:600], "runs/2026/b.scores.jsonl")
    write(frame[600:], "runs/c.scores.parquet")
    (tmp_path / "runs" / "a.rejects.csv").write_text("file,row,reason\n", encoding="utf-8")
    (tmp_path / "runs" / ".d.scores.csv.draft").write_text("half", encoding="utf-8")
    run = read_run(tmp_path / "runs")
    assert (run.files, run.total.rows) == (3, 1000)


def test_the_same_comments_do_not_drift(write):
    found = compare(read_run(write(scores(5000))), read_run(write(scores(5000), "b.scores.jsonl")))
    assert found.level == found.flagged == "stable"
    assert all(measure.psi == 0 and measure.level == "stable" for measure in found.measures)
    assert found["insult"].ks[0] == 0
    assert found.ratio == 1


def test_other_comments_of_the_same_kind_do_not_drift(write):
    found = compare(read_run(write(scores(20_000))), read_run(write(scores(20_000, seed=1), "b.scores.csv")))
    assert found.level == "stable"
    assert all(measure.psi < 3 * measure.chance for measure in found.measures)


def test_shifted_scores_are_measured_as_scipy_and_the_formula_do(write):
    before, after = scores(20_000), scores(15_000, shift=1.5, seed=1)
    found = compare(read_run(write(before)), read_run(write(after, "b.scores.csv")))
    measure = found["insult"]
    low, high = measure.ks
    assert low <= ks_2samp(before["insult"], after["insult"]).statistic <= high <= low + 0.005
    shares = [np.histogram(frame["insult"], bins=[0, *measure.cuts, 2])[0] / len(frame) for frame in (before, after)]
    by_hand = sum((q - p) * np.log(q / p) for p, q in zip(*shares, strict=True))
    assert measure.psi == pytest.approx(by_hand)
    assert measure.baseline == pytest.approx([0.1] * 10, abs=0.005)
    assert measure.psi > 0.25
    assert (measure.level, found["spam"].level, found.level) == ("drift", "stable", "drift")
    assert found.causes == ["insult", "action", "flagged"]
    assert found.ratio == pytest.approx((after["action"] != "approve").mean() / (before["action"] != "approve").mean())


def test_shares_of_actions_have_the_interval_of_wilson(write):
    frame = scores(1000)
    frame["action"] = ["review"] * 100 + ["approve"] * 900
    found = compare(read_run(write(frame)), read_run(write(frame, "b.scores.csv")))
    assert found.new.actions["review"] == pytest.approx((0.1, 0.0829, 0.1201), abs=1e-4)
    assert found.new.actions["reject"].value == 0


def test_a_queue_half_as_long_again_is_drift_where_the_index_hardly_moves(write):
    before, after = scores(20_000), scores(20_000, seed=1)
    before["action"] = ["review"] * 400 + ["approve"] * 19_600
    after["action"] = ["review"] * 620 + ["approve"] * 19_380
    found = compare(read_run(write(before)), read_run(write(after, "b.scores.csv")))
    assert found["action"].psi < 0.01
    assert (found.level, found.causes) == ("drift", ["flagged"])
    few = compare(read_run(write(before[:1000])), read_run(write(after[19_000:], "b.scores.csv")))
    assert few.flagged == "drift"
    near = compare(read_run(write(before[300:1300])), read_run(write(after[490:1490], "b.scores.csv")))
    assert near.ratio == 1.3
    assert near.flagged == "stable"  # the intervals meet


def test_weeks_are_judged_apart_and_small_ones_are_only_named(write):
    quiet, loud = scores(8000, seed=1), scores(2000, shift=3, seed=2)
    quiet = quiet[~quiet["created_at"].between("2026-01-19", "2026-01-26")]
    loud["created_at"] = "2026-01-20T10:00:00+01:00"
    small = scores(20, shift=3, seed=3)
    small["created_at"] = "2026-03-02"
    odd = scores(3, seed=4)
    odd["created_at"] = ["", "hier", "1970-01-01T00:00:00Z"]
    run = read_run(write(pd.concat([quiet, loud, small, odd]), "b.scores.csv"))
    found = compare(read_run(write(scores(10_000))), run)
    levels = {week.name: week.level for week in found.weeks}
    assert levels == {
        "2026-W02": "stable",
        "2026-W03": "stable",
        "2026-W04": "drift",
        "2026-W05": "stable",
        "2026-W10": "few",
    }
    assert found.weeks[-1].psi == {}
    assert (found.undated, found.weeks[-1].rows) == (3, 20)
    page = Page(report(found, language("en"))).text
    assert "not judged: 1." in page
    assert "stand in no week: 3." in page


def test_a_new_year_belongs_to_the_iso_week(write):
    frame = scores(2)
    frame["created_at"] = ["2027-01-03T23:59:59Z", "2027-01-04T00:00:00Z"]
    assert list(read_run(write(frame)).weeks) == ["2026-W53", "2027-W01"]


def test_runs_without_dates_have_no_weeks(write):
    frame = scores(1000).drop(columns="created_at")
    found = compare(read_run(write(frame)), read_run(write(frame, "b.scores.jsonl")))
    assert found.weeks == ()
    assert "n'ont pas de date" in Page(report(found, language("fr"))).text


def test_few_rows_are_not_judged(write):
    found = compare(read_run(write(scores(1000))), read_run(write(scores(100, shift=4), "b.scores.csv")))
    assert found.level == "few"
    assert not found.judges("insult")


def test_another_model_is_no_drift(write):
    found = compare(read_run(write(scores(1000))), read_run(write(scores(1000, model="other"), "b.scores.csv")))
    assert found.level == "model"
    assert f"{MODEL} → other" in language("en").verdict(found)


def test_a_label_that_one_run_lacks_is_one_sentence(write):
    whole, part = read_run(write(scores(600))), read_run(write(scores(600).drop(columns="spam"), "b.scores.csv"))
    for one, other in ((whole, part), (part, whole)):
        with pytest.raises(ModerationError, match=r"b\.scores\.csv: no spam, which .*run\.scores\.csv has"):
            compare(one, other)
    with pytest.raises(ModerationError, match=r"b\.scores\.csv: no spam, which card of .* has"):
        compare_card(CARD, part)


def test_scores_at_the_thresholds_of_the_card_are_counted_exactly(write):
    frame = scores(4000)
    frame.loc[:99, "insult"] = 0.4  # reaches it
    frame.loc[100:199, "insult"] = 0.399999
    cuts = {"insult": [0.4, 0.9], "spam": [0.3], "coverage": [0.75]}
    found = compare_card(CARD, read_run(write(frame), cuts))
    p = frame["insult"]
    assert found["insult"].new == pytest.approx([(p < 0.4).mean(), ((p >= 0.4) & (p < 0.9)).mean(), (p >= 0.9).mean()])
    assert found["insult"].baseline == pytest.approx([0.7, 0.2, 0.1])
    assert found["spam"].baseline == pytest.approx([0.95, 0.05])
    assert found["coverage"].baseline == pytest.approx([0.005, 0.995])
    assert [measure.name for measure in found.measures] == ["insult", "spam", "coverage"]


def test_of_a_card_only_the_coverage_is_judged(write):
    cuts = {"insult": [0.4, 0.9], "spam": [0.3], "coverage": [0.75]}
    frame = scores(4000, shift=5)
    frame["coverage"] = 0.95
    found = compare_card(CARD, read_run(write(frame), cuts))
    assert (found["insult"].level, found.level, found.judges("insult")) == ("drift", "stable", False)
    assert {week.level for week in found.weeks} == {"stable"}
    frame.loc[:500, "coverage"] = 0.5
    found = compare_card(CARD, read_run(write(frame), cuts))
    assert (found.level, found.causes) == ("drift", ["coverage"])
    assert {week.level for week in found.weeks} == {"drift"}


def test_an_empty_bin_counts_as_half_a_comment():
    p, q = np.array([0.5, 0.5]), np.array([0.5 / 80, 1.0])
    assert psi(np.array([50, 50]), np.array([0, 80])) == pytest.approx(((q - p) * np.log(q / p)).sum())


def test_chance_is_what_19_of_20_comparisons_stay_below(write):
    found = compare(read_run(write(scores(5000))), read_run(write(scores(2000, seed=1), "b.scores.csv")))["insult"]
    rng = np.random.default_rng(0)
    drawn = [psi(*(rng.multinomial(size, found.baseline) for size in (5000, 2000))) for _ in range(2000)]
    assert np.mean(np.array(drawn) < found.chance) == pytest.approx(0.95, abs=0.02)


def test_the_statistic_is_one_number_where_the_bins_allow_it():
    assert language("en").ks((0.1, 0.104)) == "0.10"
    assert language("fr").ks((0.1, 0.2)) == "0,10–0,20"


def test_a_score_of_one_stands_alone(write):
    frame = scores(1000)
    frame["coverage"] = np.where(np.arange(1000) < 600, 1.0, 0.9)
    other = frame.assign(coverage=np.where(np.arange(1000) < 500, 1.0, 0.9))
    low, high = compare(read_run(write(frame)), read_run(write(other, "b.scores.csv")))["coverage"].ks
    assert low == pytest.approx(0.1)
    assert high < 0.55  # what stands at 0.9, and not what stands at 1


def test_scores_that_are_all_alike_are_compared(write):
    frame = scores(1000)
    frame["spam"] = 0.2
    moved = frame.assign(spam=np.where(np.arange(1000) < 100, 0.5, 0.2))
    before, after = read_run(write(frame)), read_run(write(moved, "b.scores.csv"))
    assert compare(before, before)["spam"].psi == 0
    assert compare(before, after)["spam"].psi > 0.25


@given(st.lists(st.floats(0, 1), min_size=5, max_size=200), st.lists(st.floats(0, 1), min_size=5, max_size=200))
def test_the_statistic_of_scipy_lies_within_the_bounds(one, other):
    counts = [
        np.bincount(np.searchsorted(GRID, values, side="right"), minlength=len(GRID) + 1) for values in (one, other)
    ]
    low, high = ks_bounds(*counts)
    assert low - 1e-12 <= ks_2samp(one, other, method="asymp").statistic <= high + 1e-12
    assert psi(*counts) >= 0
    assert len(deciles(counts[0], GRID)) <= 9


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.scores.csv", "", "is damaged"),
        ("a.scores.csv", "id,insult,coverage,action,model\n", "no scored comment in it"),
        ("a.scores.jsonl", "", "no scored comment in it"),
        ("a.scores.csv", "id,text\n1,Bonjour\n", "no column coverage or action or model"),
        ("a.scores.csv", "id,coverage,action,model\n1,0.5,approve,m\n", "no column of a label"),
        (
            "a.scores.csv",
            "id,insult,coverage,action,model\n1,0.5,1,approve,m\n2,1.5,1,approve,m\n",
            "row 2: insult is '1.5'",
        ),
        ("a.scores.csv", "id,insult,coverage,action,model\n1,,1,approve,m\n", "row 1: insult is 'nan'"),
        ("a.scores.csv", "id,insult,coverage,action,model\n1,0.5,1,ban,m\n", "row 1: action is 'ban'"),
        ("a.scores.csv", "id,insult,coverage,action,model\n1,oui,1,approve,m\n", "row 1: insult is 'oui'"),
        ("a.scores.csv", 'id,insult,coverage,action,model\n1,0.5,1,approve,m\n"2,0.5', "damaged"),
        ("a.scores.jsonl", '{"id": 1}\n[1]\n', "line 2: no object"),
        ("a.scores.csv", "id,insult,coverage,action,model\n1,0.5,1,approve,m\n2,0.5", "row 2: action is 'nan'"),
        (
            "a.scores.jsonl",
            '{"insult": 0.5, "coverage": 1, "action": "approve", "model": null}',
            "row 1: model is 'None'",
        ),
        (
            "a.scores.jsonl",
            '{"insult": [1], "coverage": 1, "action": "approve", "model": "m"}',
            "row 1: insult is '[1]'",
        ),
        ("a.scores.jsonl", '{"insult": 1, "coverage": 1, "action": ["x"], "model": "m"}', "row 1: action is"),
        ("a.scores.jsonl", "[" * 100_000, "line 1"),
        ("a.scores.jsonl", "{", "line 1"),
        ("a.scores.parquet", "PAR1", "is damaged"),
        ("a.scores.txt", "", "expected a .csv, .jsonl, .parquet file"),
    ],
)
def test_a_file_that_is_no_run_is_one_sentence(tmp_path, name, content, message):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow, for Parquet, is not installed")
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModerationError) as error:
        read_run(path)
    assert message in str(error.value)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_a_bad_row_is_named_by_its_place_in_the_file(write, monkeypatch):
    monkeypatch.setattr("moderation.drift.runs._CHUNK", 7)
    frame = scores(20)
    frame.loc[16, "spam"] = -1
    for name in ("a.scores.csv", "a.scores.jsonl"):
        with pytest.raises(ModerationError, match=r"row 17: spam is '-1\.0'"):
            read_run(write(frame, name))


def test_missing_files_and_empty_folders_are_one_sentence(tmp_path):
    with pytest.raises(ModerationError, match="cannot be read"):
        read_run(tmp_path / "none.scores.csv")
    with pytest.raises(ModerationError, match="no file of scores in this folder"):
        read_run(tmp_path)


def test_the_files_of_a_run_have_the_same_labels(write, tmp_path):
    write(scores(10), "runs/a.scores.csv")
    write(scores(10).drop(columns="spam"), "runs/b.scores.csv")
    with pytest.raises(ModerationError, match="give the files of one run"):
        read_run(tmp_path / "runs")


class Page(HTMLParser):
    """The names of the elements of a page, their attributes, and its text."""

    VOID = frozenset(["meta", "path", "rect", "circle"])

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.open += [tag] * (tag not in self.VOID)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_report_shows_hostile_names_as_text(write):
    hostile = "<script>alert(1)</script>\"' onload=x '&{x}"
    before, after = (scores(1000, seed=seed).rename(columns={"insult": hostile}) for seed in (0, 1))
    before["model"], after["model"] = hostile, hostile + "2"
    found = compare(read_run(write(before, f"{'<b>'}.scores.csv")), read_run(write(after, "b.scores.csv")))
    for code in ("fr", "en"):
        page = Page(report(found, language(code)))
        assert not {"script", "b", "img", "iframe", "link", "object", "a"} & set(page.tags)
        assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
        assert page.open == []
        assert hostile in page.text


def test_a_report_speaks_both_languages_and_writes_numbers_their_way(write):
    found = compare(read_run(write(scores(2000))), read_run(write(scores(2000, shift=2, seed=1), "b.scores.csv")))
    french, english = (Page(report(found, language(code))).text for code in ("fr", "en"))
    assert "Dérive" in french
    assert "Drift" in english
    assert "2\u202f000 commentaires" in french
    assert "2,000 comments" in english
    assert "dès un PSI de 0,10" in french
    assert "from a PSI of 0.10" in english
    assert language("fr").texts.keys() == language("en").texts.keys()


@pytest.mark.parametrize("level", ["stable", "moderate", "drift", "few", "model"])
def test_every_verdict_has_its_words(level):
    for code in ("fr", "en"):
        assert {f"verdict_{level}", f"advice_{level}"} <= language(code).texts.keys()


def test_the_command_says_what_it_found(run, write, tmp_path):
    before, same, after = (
        write(scores(2000), "a.scores.csv"),
        write(scores(2000, seed=1), "same.scores.csv"),
        write(scores(2000, shift=3, seed=1), "b.scores.csv"),
    )
    code, out, err = run("drift", before, same, "--check")
    assert (code, err, out.splitlines()[-1]) == (0, "", "Stable: the new comments are like those of the baseline.")
    code, out, _ = run("drift", before, after)
    assert code == 0
    assert "Drift: insult (PSI" in out
    assert run("drift", before, after, "--check")[0] == 1
    other = write(scores(2000, model="other"), "other.scores.csv")
    code, out, _ = run("drift", before, other, "--check")
    assert code == 1
    assert out.startswith("No verdict: the models differ")
    page = tmp_path / "r.html"
    assert run("drift", before, after, "--report", page)[0] == 0
    assert '<html lang="fr">' in page.read_text(encoding="utf-8")
    run("drift", before, after, "--report", page, "--language", "en")
    assert '<html lang="en">' in page.read_text(encoding="utf-8")
    code, _, err = run("drift", before, after, "--report", tmp_path / "none" / "r.html")
    assert (code, len(err.splitlines())) == (1, 1)
    assert run("drift", before, before, before)[0] == 2


def test_the_command_prints_json(run, write):
    before, after = write(scores(2000), "a.scores.csv"), write(scores(2000, shift=3, seed=1), "b.scores.csv")
    found = json.loads(run("drift", before, after, "--format", "json")[1])
    assert found["level"] == "drift"
    assert found["measures"][0]["name"] == "insult"
    assert found["new"]["rows"] == 2000


def test_one_run_is_compared_with_the_card_of_its_model(run, write, moderator):
    path = write(scores(2000, model=moderator.model.id))
    code, out, _ = run("drift", path)
    assert code == 0
    assert f"card of {moderator.model.id}" in out
    assert "only the coverage is judged" in out
    code, out, _ = run("drift", write(scores(2000, model="other")))
    assert out.startswith("No verdict: the models differ")


def test_the_terminal_is_kept_safe(run, tmp_path):
    path = tmp_path / "a.scores.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "\x1b[31minsult", "coverage", "action", "model"])
        rows.writerows([number, 0.5, 0.9, "review", "\x1b[2J[bold]m"] for number in range(600))
    code, out, err = run("drift", path, path)
    assert code == 0
    assert "\x1b" not in out + err
    assert "[bold]m" in out
