"""Two models beside each other: changed decisions, the most changed comments, and the policy that keeps the share flagged."""

import json
import tomllib

import numpy as np
import pytest

from moderation.comments import Comment, Thread
from moderation.difference import compare_models, policy_file
from moderation.errors import ModelError, PolicyError, SourceError
from moderation.labels import read_labels
from moderation.model import Model
from moderation.policy import ACTIONS, NEVER, Policy

SITE = """# of our site
model = "{model}"
coverage = 0.9

[insult]
review = 0.3
reject = false

[flood]
action = "reject"

[[rules]]
name = "concurrents"
words = [
    "journal x",
]
action = "reject"

[allow]
words = ["bandit"]
"""


@pytest.fixture(scope="module")
def models(moderator, trained, tmp_path_factory):
    """The shipped model and the small one, which knows less."""
    return moderator.model, trained.model.save(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def thread(root):
    """Comments of which many are insults."""
    labels = [
        label
        for name in ("words-mind", "words-vulgar", "daily-life")
        for label in read_labels(root / "labels" / f"{name}.csv")
    ]
    return Thread("t", tuple(Comment(str(number), label.text) for number, label in enumerate(labels[::2])))


@pytest.fixture(scope="module")
def found(models, thread):
    return compare_models(*models, [thread], most=8)


def counted(old, new):
    return [[sum(pair == (a, b) for pair in zip(old, new, strict=True)) for b in ACTIONS] for a in ACTIONS]


def test_decisions_are_those_of_the_policies_one_by_one(models, thread, found):
    texts = [comment.text for comment in thread]
    scores = [model.score(texts) for model in models]
    cards = [Policy.of(model) for model in models]
    old, new, mapped = (
        [policy.action(one)[0] for one in part]
        for policy, part in ((cards[0], scores[0]), (cards[1], scores[1]), (found.policy, scores[1]))
    )
    assert found.replaced.tolist() == counted(old, new)
    assert found.mapped.tolist() == counted(old, mapped)
    assert found.comments == len(thread) == found.mapped.sum()


def test_a_model_beside_itself_changes_nothing(models, thread):
    found = compare_models(models[0], models[0], [thread])
    assert found.replaced.trace() == found.comments
    assert found.changes == ()
    assert found.mapped.trace() == found.comments
    assert [mapped.share for mapped in found.table["insult"]] == [mapped.new_share for mapped in found.table["insult"]]


def test_mapped_thresholds_keep_the_share_flagged(models, thread, found):
    texts = [comment.text for comment in thread]
    old, new = ([one.probabilities["insult"] for one in model.score(texts)] for model in models)
    for band, limits in (("review", found.policy.review), ("reject", found.policy.reject)):
        mapped = found.thresholds["insult"][band]
        assert np.mean(np.array(old) >= mapped.old) == pytest.approx(mapped.share)
        assert np.mean(np.array(new) >= limits["insult"]) == pytest.approx(mapped.share, abs=1 / len(thread))
        assert limits["insult"] == mapped.new
    assert found.policy.model_id == models[1].id


def test_the_most_changed_comments_come_with_the_words_of_both(models, thread, found):
    moved = [abs(change.old.probability - change.new.probability) for change in found.changes]
    assert moved == sorted(moved, reverse=True)
    assert len(found.changes) == 8
    assert all(change.old.action != change.new.action for change in found.changes)
    for change in found.changes:
        for model, opinion in zip(models, (change.old, change.new), strict=True):
            assert opinion.probability == pytest.approx(
                model.score([change.comment.text])[0].probabilities[change.label]
            )
            assert all(change.comment.text[reason.start : reason.end] == reason.text for reason in opinion.reasons)
            assert all(reason.weight > 0 and reason.label == change.label for reason in opinion.reasons)


def test_batches_change_nothing_and_a_text_is_shown_once(models, thread, found, monkeypatch):
    again = Thread("again", thread.comments)
    monkeypatch.setattr("moderation.difference._BATCH", 97)
    twice = compare_models(*models, [thread, again], most=8)
    assert (twice.replaced == 2 * found.replaced).all()
    assert [change.comment.text for change in twice.changes] == [change.comment.text for change in found.changes]
    assert compare_models(*models, [thread], most=0).changes == ()


def test_comments_that_trained_a_model_are_counted(models, thread, found, monkeypatch):
    trained = [any(model.was_trained_on(one.text) for model in models) for one in thread]
    assert (found.checked, found.trained) == (len(thread), sum(trained))
    assert found.trained > 0
    monkeypatch.setattr("moderation.difference._CHECKED", 30)
    monkeypatch.setattr("moderation.difference._BATCH", 20)
    some = compare_models(*models, [Thread("t", thread.comments[:50])])
    assert (some.comments, some.checked, some.trained) == (50, 30, sum(trained[:30]))


def test_the_policy_of_a_site_is_mapped_and_its_rules_stay(models, thread, tmp_path):
    old, new = models
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(model=old.id), encoding="utf-8")
    site = Policy.read(path, old)
    found = compare_models(old, new, [thread], site)
    texts = [comment.text for comment in thread]
    before, after = (np.array([one.coverage for one in model.score(texts)]) for model in models)
    assert np.mean(before < 0.9) == pytest.approx(np.mean(after < found.policy.coverage), abs=2 / len(thread))
    assert found.policy.reject["insult"] == NEVER
    assert "reject" not in found.thresholds["insult"]
    path.write_text(policy_file(found.policy, path.read_text(encoding="utf-8")), encoding="utf-8")
    written = Policy.read(path, new)
    assert (written.rules, written.flood) == (site.rules, site.flood) == (found.policy.rules, found.policy.flood)
    for limits, wanted in ((written.review, found.policy.review), (written.reject, found.policy.reject)):
        assert limits == pytest.approx(wanted, abs=1e-6)
    assert written.coverage == pytest.approx(found.policy.coverage, abs=1e-6)
    assert tomllib.loads(path.read_text(encoding="utf-8"))["rules"] == tomllib.loads(SITE)["rules"]


def test_coverage_that_is_switched_off_stays_off(models, thread):
    old, new = models
    card = Policy.of(old)
    found = compare_models(old, new, [thread], Policy(card.review, card.reject, 0.0, old.id), most=0)
    assert found.policy.coverage == 0
    none = compare_models(old, new, [thread], Policy(card.review, card.reject, 1.01, old.id), most=0)
    assert none.replaced[0].sum() == 0  # each is to be reviewed, whatever its scores
    assert found.replaced[0].sum() > 0
    assert "coverage = false" in policy_file(found.policy)


def test_rules_that_cannot_be_told_from_the_rest_are_said(models):
    site = 'model = "x"\n[[rules]]\nname = "a"\nwords = [\n"b",\n]\n[insult]\nreview = 0.1\n'
    policy = Policy.of(models[1])
    assert tomllib.loads(policy_file(policy, site))["rules"] == [{"name": "a", "words": ["b"]}]
    with pytest.raises(PolicyError, match="let no line but their headings begin with"):
        policy_file(policy, 'a = """\n[flood]\n"""\n')


def test_few_flagged_comments_leave_the_thresholds_of_the_new_card(models, thread):
    found = compare_models(*models, [Thread("t", thread.comments[:5])])
    card = Policy.of(models[1])
    assert (found.policy.review, found.policy.reject) == (card.review, card.reject)
    assert all(mapped.new is None for bands in found.thresholds.values() for mapped in bands.values())


def test_models_without_a_common_label_and_no_comments_are_one_sentence(models):
    other = models[1]
    names = {"labels": ["a", "b"]} | {
        name: dict(zip("ab", other.card[name].values(), strict=True))
        for name in ("calibration", "thresholds", "pooling")
    }
    other = Model(other.features, other.cells, other.intercepts, other.card | names, other.trained)
    with pytest.raises(ModelError, match="no label in common: insult, spam; a, b"):
        compare_models(models[0], other, [])
    with pytest.raises(SourceError, match="no comment in these sources"):
        compare_models(*models, [Thread("t", ())])


@pytest.fixture
def table(thread, tmp_path):
    path = tmp_path / "thread.jsonl"
    path.write_text("".join(json.dumps({"id": one.id, "text": one.text}) + "\n" for one in thread), encoding="utf-8")
    return path


def test_the_command_shows_and_writes(run, folder, table, tmp_path, moderator):
    out = tmp_path / "new.toml"
    shipped = tmp_path / "shipped"
    moderator.model.save(shipped)
    code, shown, err = run("diff", shipped, folder, table, "--most", 3, "--out", out)
    assert code == 0
    assert "with the thresholds of the new card" in shown
    assert "insult review" in shown
    assert "Most changed" in shown
    assert "trained one of the models" in shown
    assert f"thresholds written to {out}" in err
    assert "is there already" in run("diff", shipped, folder, table, "--out", out)[2]
    assert Policy.read(out, Model.load(folder)).review["insult"] > 0
    code, shown, _ = run("diff", shipped, folder, table, "--most", 3, "--format", "json")
    found = json.loads(shown)
    assert sum(map(sum, found["replaced"])) == found["comments"] > 50
    assert len(found["changes"]) == 3
    assert [row["old"] for row in found["table"]["insult"]] == pytest.approx([tenth / 10 for tenth in range(1, 10)])
    assert run("diff", shipped, folder, table, "--out", tmp_path / "none" / "x.toml")[0] == 1
    assert run("diff", shipped, tmp_path / "none", table)[0] == 1


def test_the_command_keeps_the_terminal_safe(run, folder, tmp_path, moderator):
    page = tmp_path / "a.jsonl"
    rows = [{"id": f"\x1b[2J{number}", "text": f"espèce de bandicon {number} \x1b[31m[bold]!"} for number in range(30)]
    page.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shipped = tmp_path / "shipped"
    moderator.model.save(shipped)
    code, out, err = run("diff", shipped, folder, page)
    assert code == 0
    assert "\x1b" not in out + err
