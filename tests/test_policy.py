"""Policy: what a site may write, what each mistake is told, and that a worse score never gets a milder action."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.policy import NEVER, Decision, FloodPolicy, Policy
from moderation.rules import Rules
from moderation.scores import Scores

SEVERITY = {"approve": 0, "review": 1, "reject": 2}


def band(review, reject):
    return {"review": {"threshold": review}, "reject": {"threshold": reject}}


@pytest.fixture(scope="module")
def model():
    """As much of a model as a policy looks at."""
    card = {"thresholds": {"insult": band(0.4, 0.9), "spam": band(0.5, None)}, "coverage": {"floor": 0.25}}
    return SimpleNamespace(id="m1", labels=("insult", "spam"), card=card)


@pytest.fixture
def read(tmp_path, model):
    """Read a policy file of the content given, under a line that names the model."""

    def read(content, head='model = "m1"\n'):
        path = tmp_path / "policy.toml"
        path.write_text(head + content, encoding="utf-8")
        return Policy.read(path, model)

    return read


@pytest.fixture
def error(tmp_path, read):
    """Return what is said of a policy file, without its path, which comes first."""

    def error(content, head='model = "m1"\n'):
        with pytest.raises(PolicyError) as caught:
            read(content, head)
        place, _, sentence = str(caught.value).partition(": ")
        assert place == str(tmp_path / "policy.toml")
        return sentence

    return error


# From a card and from a file


def test_the_card_proposes_a_policy(model):
    policy = Policy.of(model)
    assert policy == Policy({"insult": 0.4, "spam": 0.5}, {"insult": 0.9, "spam": NEVER}, coverage=0.25, model_id="m1")


def test_a_file_that_only_names_the_model_is_the_policy_of_the_card(read, model):
    assert read("") == Policy.of(model)
    assert read("").id == Policy.of(model).id


def test_a_file_changes_what_it_names_and_nothing_else(read, model):
    policy = read("coverage = 0.3\n[insult]\nreview = 0.45\n[spam]\nreject = 0.95\n")
    assert policy == Policy({"insult": 0.45, "spam": 0.5}, {"insult": 0.9, "spam": 0.95}, coverage=0.3, model_id="m1")
    assert Policy.of(model).coverage == 0.25


def test_false_switches_a_threshold_off(read):
    policy = read("[insult]\nreview = false\nreject = false\n")
    assert policy.action(Scores({"insult": 1.0, "spam": 0.0}, coverage=1.0)) == ("approve", ())


def test_zero_and_one_are_thresholds(read):
    policy = read("coverage = 0\n[insult]\nreview = 0\nreject = 1\n")
    assert policy.action(Scores({"insult": 0.0, "spam": 0.0}, coverage=0.0)) == ("review", ("insult",))
    assert policy.action(Scores({"insult": 1.0, "spam": 0.0}, coverage=0.0)) == ("reject", ("insult",))


def test_a_path_may_be_a_string(tmp_path, model):
    path = tmp_path / "policy.toml"
    path.write_text('model = "m1"', encoding="utf-8")
    assert Policy.read(str(path), model) == Policy.of(model)


THRESHOLDS = st.none() | st.floats(0, 1) | st.integers(0, 1)


@given(THRESHOLDS, THRESHOLDS, st.floats(0, 1) | st.integers(0, 1))
def test_policies_that_are_equal_have_one_id(review, reject, floor):
    card = {"thresholds": {"insult": band(review, reject)}, "coverage": {"floor": floor}}
    model = SimpleNamespace(id="m1", labels=("insult",), card=card)
    one = Policy.of(model)
    two = Policy(
        {k: float(v) for k, v in one.review.items()}, {k: float(v) for k, v in one.reject.items()}, float(floor), "m1"
    )
    assert one == two
    assert one.id == two.id


def test_every_value_and_the_model_are_in_the_id():
    policies = [
        Policy({"insult": review}, {"insult": reject}, coverage, model_id)
        for review in (0.4, 0.5)
        for reject in (0.8, 0.9)
        for coverage in (0.2, 0.3)
        for model_id in ("a", "b")
    ]
    assert len({policy.id for policy in policies}) == 16


def test_the_id_does_not_depend_on_the_order_of_the_labels():
    one = Policy({"insult": 0.4, "spam": 0.5}, {"insult": 0.9, "spam": 1.0}, 0.2, "m")
    two = Policy({"spam": 0.5, "insult": 0.4}, {"spam": 1.0, "insult": 0.9}, 0.2, "m")
    assert one.id == two.id


def test_floods_and_rules_are_read(read):
    policy = read(
        '[flood]\naction = "reject"\ncopies = 4\n'
        '[[rules]]\nname = "un"\nwords = ["arnaqu*"]\nlabel = "spam"\n'
        '[[rules]]\nname = "deux"\ndomains = ["Exemple.com"]\naction = "reject"\n'
        '[allow]\nwords = ["contre l\'arnaque"]\n'
    )
    assert policy.flood == FloodPolicy("reject", 4)
    assert [(rule.name, rule.action, rule.label) for rule in policy.rules.rules] == [
        ("un", "review", "spam"),
        ("deux", "reject", None),
    ]
    assert policy.rules.rules[1].domains == {"exemple.com"}
    assert policy.rules.allowed.words.entries == ("contre l'arnaque",)


def test_an_allow_list_may_stand_in_one_line(read):
    assert read('allow = {words = ["con"], domains = ["a.example"]}\n').rules.allowed.domains == {"a.example"}


def test_without_them_floods_go_to_a_person_and_there_are_no_rules(read, model):
    assert (read("").flood, read("").rules) == (FloodPolicy("review", 3), Rules())
    assert Policy.of(model).flood == FloodPolicy("review", 3)
    assert read("[flood]\naction = false\n").flood.action is None


def test_floods_and_rules_are_in_the_id(read):
    rule = '[[rules]]\nname = "un"\n'
    contents = [
        "",
        "[flood]\ncopies = 4\n",
        '[flood]\naction = "reject"\n',
        "[flood]\naction = false\n",
        rule + 'words = ["a"]\n',
        rule + 'words = ["b"]\n',
        rule + 'domains = ["b.com"]\n',
        rule + 'words = ["a"]\naction = "reject"\n',
        rule + 'words = ["a"]\nlabel = "spam"\n',
        '[[rules]]\nname = "deux"\nwords = ["a"]\n',
        '[allow]\nwords = ["a"]\n',
        '[allow]\ndomains = ["b.com"]\n',
    ]
    assert len({read(content).id for content in contents}) == len(contents)
    assert len({read('[flood]\naction = "review"\ncopies = 3\n').id, read("").id}) == 1


# Mistakes


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("flood = true\n", "flood: True; expected [flood] with action and copies"),
        ("[flood]\ncopy = 3\n", "flood: {'copy': 3}; expected [flood] with action and copies"),
        (
            '[flood]\naction = "approve"\n',
            'flood.action: \'approve\'; expected "review", "reject", or false for never',
        ),
        (
            "[flood]\ncopies = 1\n",
            "flood.copies: 1; expected from how many copies on they are a flood, 2 to 20",
        ),
        (
            "[flood]\ncopies = true\n",
            "flood.copies: True; expected from how many copies on they are a flood, 2 to 20",
        ),
        (
            '[[rules]]\nname = "un"\n',
            "rules: rule 1, 'un': has neither words nor domains; give it some, or remove the rule",
        ),
        ("[rules]\n", "rules: {}; expected tables, each under a line [[rules]]"),
        ("allow = 1\n", "allow: 1; expected a table with words, domains"),
    ],
)
def test_a_wrong_flood_or_rule_is_refused(error, content, sentence):
    assert error(content) == sentence


@pytest.mark.parametrize("head", ["", 'model = "m2"\n', "model = 1\n", "model = ['m1']\n"])
def test_thresholds_of_another_model_are_refused(error, head):
    assert error("coverage = 0.3\n", head) == (
        "the thresholds are not for the model in use; scores of two models do not compare: "
        'choose them anew and write model = "m1" at the top of the file, above any [table]'
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("[threat]\nreview = 0.4\n", "threat"),
        ("[insult]\nrewiev = 0.4\n", "insult"),
        ("[insult]\nreview = 0.4\nreject = 0.9\napprove = 0.1\n", "insult"),
        ("spam = 0.4\n", "spam"),
        ("threshold = 0.4\n", "threshold"),
    ],
)
def test_an_unknown_name_is_refused(error, content, name):
    assert error(content) == (
        f"{name}: unknown; expected model, coverage, and [insult], [spam] with review and reject, "
        "[flood], [[rules]] or [allow]"
    )


@pytest.mark.parametrize("value", ["-0.1", "1.2", "40", "nan", "inf", "true", '"0.4"', "[]", "1979-05-27"])
@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("coverage = {}\n", "coverage"),
        ("[insult]\nreview = {}\n", "insult.review"),
        ("[spam]\nreject = {}\n", "spam.reject"),
    ],
)
def test_a_value_that_is_no_probability_is_refused(error, content, name, value):
    sentence = error(content.format(value))
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith("; expected a number from 0 to 1, or false for never")


def test_the_value_found_is_named(error):
    assert error('coverage = "0,3"\n') == "coverage: '0,3'; expected a number from 0 to 1, or false for never"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("[insult]\nreview = 0.8\nreject = 0.7\n", "reject 0.7 is below review 0.8"),
        ("[insult]\nreject = 0.3\n", "reject 0.3 is below review 0.4"),
    ],
)
def test_a_reject_below_review_is_refused(error, content, found):
    assert error(content) == (
        f"insult: {found}; a comment must reach review before it is rejected: raise reject or lower review"
    )


@pytest.mark.parametrize("content", ["[insult", "coverage = 0,3", "insult", "coverage = 0.3\ncoverage = 0.4"])
def test_what_is_not_toml_is_refused(error, content):
    sentence = error(content)
    assert sentence.startswith("not TOML (")
    assert sentence.endswith("); see docs/policy.md for an example")


def test_the_line_that_is_not_toml_is_named(error):
    assert "at line 2, column 13" in error("coverage = 0,3\n")


def test_what_is_not_utf_8_is_refused(tmp_path, model):
    path = tmp_path / "policy.toml"
    path.write_bytes('model = "m1" # à revoir'.encode("latin-1"))
    with pytest.raises(PolicyError, match="not TOML"):
        Policy.read(path, model)


def test_a_missing_file_and_a_folder_are_refused(tmp_path, model):
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(PolicyError) as caught:
            Policy.read(path, model)
        assert str(caught.value).startswith(f"{path}: cannot be read (")
        assert str(caught.value).endswith("); give the path of a TOML file")


# Actions


def policies():
    threshold = st.floats(0, 1) | st.just(NEVER)
    bands = st.fixed_dictionaries({"insult": threshold, "spam": threshold})
    return st.builds(Policy, bands, bands, st.floats(0, 1), st.just("m"))


SCORES = st.builds(Scores, st.fixed_dictionaries({"insult": st.floats(0, 1), "spam": st.floats(0, 1)}), st.floats(0, 1))


@given(policies(), SCORES, st.floats(0, 1), st.sampled_from(["insult", "spam"]))
def test_a_higher_probability_never_gets_a_milder_action(policy, scores, other, label):
    low, high = sorted([scores.probabilities[label], other])
    mild, severe = (policy.action(Scores(scores.probabilities | {label: p}, scores.coverage)) for p in (low, high))
    assert SEVERITY[mild[0]] <= SEVERITY[severe[0]]
    assert set(mild[1]) <= set(severe[1])


@given(policies(), SCORES, st.floats(0, 1))
def test_less_coverage_never_gets_a_milder_action(policy, scores, other):
    low, high = sorted([scores.coverage, other])
    severe, mild = (policy.action(Scores(scores.probabilities, coverage)) for coverage in (low, high))
    assert SEVERITY[mild[0]] <= SEVERITY[severe[0]]
    assert mild[1] == severe[1]


@given(policies(), SCORES)
def test_the_labels_are_those_that_reach_review_most_probable_first(policy, scores):
    action, labels = policy.action(scores)
    least = {label: min(policy.review[label], policy.reject[label]) for label in policy.review}
    assert set(labels) == {label for label, p in scores.probabilities.items() if p >= least[label]}
    probabilities = [scores.probabilities[label] for label in labels]
    assert probabilities == sorted(probabilities, reverse=True)
    assert action != "approve" or not labels


@pytest.mark.parametrize(
    ("insult", "spam", "coverage", "expected"),
    [
        (0.39, 0.49, 0.25, ("approve", ())),
        (0.40, 0.00, 0.25, ("review", ("insult",))),
        (0.45, 0.60, 0.25, ("review", ("spam", "insult"))),
        (0.90, 0.95, 0.25, ("reject", ("spam", "insult"))),
        (0.00, 1.00, 0.25, ("review", ("spam",))),
        (0.00, 0.00, 0.24, ("review", ())),
        (0.95, 0.00, 0.00, ("reject", ("insult",))),
    ],
)
def test_thresholds_are_reached_at_their_value(model, insult, spam, coverage, expected):
    assert Policy.of(model).action(Scores({"insult": insult, "spam": spam}, coverage)) == expected


@pytest.mark.parametrize(("action", "flagged"), [("approve", False), ("review", True), ("reject", True)])
def test_all_but_approved_comments_are_flagged(action, flagged):
    assert Decision("1", action, (), Scores({}, 1.0), (), "m", "p").flagged is flagged


def test_a_review_above_the_cards_reject_raises_it(read):
    policy = read("[insult]\nreview = 0.95\n")
    assert (policy.review["insult"], policy.reject["insult"]) == (0.95, 0.95)
    never = read("[insult]\nreview = false\n")
    assert never.reject["insult"] == never.review["insult"] == NEVER


def test_coverage_can_be_switched_off(read):
    assert read("coverage = false\n").coverage == 0.0


def test_a_reject_without_a_review_still_rejects():
    policy = Policy({"x": NEVER}, {"x": 0.9}, coverage=0.0, model_id="m")
    assert policy.action(Scores({"x": 0.95}, 1.0)) == ("reject", ("x",))
