"""Rules of a site: what they match, what is allowed, and that a wrong rule is one clear sentence."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.rules import (
    LONGEST_ENTRY,
    MOST_ENTRIES,
    MOST_HITS,
    MOST_RULES,
    Allowed,
    Rule,
    Rules,
    Words,
    links,
)
from moderation.spelling import spell

LABELS = ("insult", "spam")


def hits(text, words=(), domains=(), allow=(), allow_domains=()):
    rules = Rules.read(
        [{"name": "r", "words": [*words], "domains": [*domains]}],
        {"words": [*allow], "domains": [*allow_domains]},
        "site.toml",
        LABELS,
    )
    found = rules.find(text)
    assert all(text[reason.start : reason.end] == reason.text for reason in found.reasons)
    assert [rule.name for rule in found.rules] == (["r"] if found.reasons else [])
    return [reason.text for reason in found.reasons]


# Words


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("arnaque", "C'est une ARNAQUE !", ["ARNAQUE"]),
        ("arnaque", "une arn@que", ["arn@que"]),
        ("arnaque", "une a r n a q u e", ["a r n a q u e"]),
        ("arnaque", "une a.r.n.a.q.u.e", ["a.r.n.a.q.u.e"]),
        ("arnaque", "une arnaaaaque", ["arnaaaaque"]),
        ("arnaque", "l’arnaque", ["arnaque"]),
        ("arnaque", "ar\u200bnaque", ["ar\u200bnaque"]),
        ("arnaque", "аrnaque", ["аrnaque"]),  # a Cyrillic letter
        ("ARNAQUE", "arnaque", ["arnaque"]),
        ("procès", "le proces", ["proces"]),
        ("journal x", "Le Journal  « X »", ["Journal  « X"]),
        ("l'équipe", "L’ÉQUIPE", ["L’ÉQUIPE"]),
        ("arnaqu*", "des arnaqueurs arnaquent", ["arnaqueurs", "arnaquent"]),
        ("grand jou*", "un Grand Journal", ["Grand Journal"]),
        ("70 11 22 33", "appelez le 70 11 22 33", ["70 11 22 33"]),
        ("💊", "achetez 💊 ici", ["💊"]),
    ],
)
def test_words_match_as_they_are_folded(word, text, found):
    assert hits(text, [word]) == found


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("arnaque", "les arnaqueurs"),
        ("con", "la constitution du Congo"),
        ("journal x", "le journal de X"),
        ("journal x", "journal"),
        ("arnaqu*", "une arnacoeur"),
        ("70 11 22 33", "appelez le 70 11 22 34"),
        ("arnaque", ""),
    ],
)
def test_other_words_do_not(word, text):
    assert hits(text, [word]) == []


def test_hits_of_one_rule_are_in_order_and_bounded():
    text = "arnaque " * 50
    assert len(hits(text, ["arnaque", "arnaqu*"])) == MOST_HITS
    assert hits("vol et arnaque", ["arnaque", "vol"]) == ["vol", "arnaque"]


@given(st.text(), st.lists(st.text(min_size=1, max_size=10), max_size=5))
def test_ranges_are_of_the_text(text, entries):
    entries = [entry for entry in entries if spell(entry.removesuffix("*")).text]
    for start, end in Words(tuple(entries)).find(spell(text)):
        assert 0 <= start < end <= len(text)


@given(st.lists(st.sampled_from("un deux trois un-deux UN".split()), max_size=8).map(" ".join))
def test_a_word_is_found_as_often_as_it_stands(text):
    assert len([*Words(("un",)).find(spell(text))]) == spell(text).text.split().count("un")


# Domains


@pytest.mark.parametrize(
    "text",
    [
        "exemple.com",
        "https://exemple.com/page",
        "voir (HTTPS://WWW.Exemple.COM/a?b=1)",
        "blog.exemple.com.",
        "ecrivez a contact@exemple.com svp",
        "http://qui:quoi@exemple.com:8080/",
        "exem\u200bple.com",
    ],
)
def test_a_domain_matches_in_links_and_addresses(text):
    assert len(hits(text, domains=["exemple.com"])) == 1


@pytest.mark.parametrize(
    "text", ["monexemple.com", "exemple.com.autre.net", "exemple.comme", "https://autre.net/exemple.com", "exemple com"]
)
def test_other_domains_do_not(text):
    assert hits(text, domains=["exemple.com"]) == []


def test_the_range_of_a_domain_is_the_domain():
    assert hits("Voir https://www.exemple.com/page.", domains=["exemple.com"]) == ["www.exemple.com"]


@given(st.text(alphabet="ab.:/@ -\u200bÉ", max_size=60))
def test_links_are_ranges_of_the_text(text):
    for link in links(text):
        assert 0 <= link.link_start <= link.start < link.end <= link.link_end <= len(text)


def test_many_dots_take_linear_time():
    start = time.process_time()
    links("a." * 200_000)
    links("a" * 400_000)
    assert time.process_time() - start < 20


# What is allowed


def test_a_phrase_that_is_allowed_switches_off_the_hit_in_it():
    assert hits("La lutte contre l'arnaque", ["arnaque"], allow=["contre l'arnaque"]) == []
    assert hits("contre l'arnaque ou pour l'arnaque", ["arnaque"], allow=["contre l'arnaque"]) == ["arnaque"]


def test_a_part_of_a_domain_can_be_allowed():
    text = "blog.exemple.com et forum.exemple.com/fil"
    assert hits(text, domains=["exemple.com"], allow_domains=["forum.exemple.com"]) == ["blog.exemple.com"]


def test_a_look_alike_of_an_allowed_domain_is_not_allowed():
    assert hits("exemple.com", domains=["exemple.com"], allow_domains=["exemple.com"]) == []
    assert hits("ехemple.com", domains=["exemple.com"], allow_domains=["exemple.com"]) == ["ехemple.com"]
    assert hits("https://mal.net/?exemple.com", domains=["mal.net"], allow_domains=["exemple.com"]) == ["mal.net"]


def test_no_rules_say_nothing():
    assert Rules().find("arnaque exemple.com") == ((), (), ())
    assert not Rules()
    assert Rules(allowed=Allowed(Words(("a",))))


def test_a_hit_names_the_rule_and_the_label():
    rules = Rules((Rule("un", Words(("arnaque",)), label="spam"), Rule("deux", Words(("vol",)), action="reject")))
    found = rules.find("vol et arnaque")
    assert [(r.rule, r.label, r.weight, r.marker) for r in found.reasons] == [
        ("un", "spam", 0.0, None),
        ("deux", "", 0.0, None),
    ]
    assert found.rules == rules.rules


# Mistakes

RULE = {"name": "un", "words": ["arnaque"]}


def said(rules, allow=None):
    with pytest.raises(PolicyError) as caught:
        Rules.read(rules, {} if allow is None else allow, "site.toml", LABELS)
    return str(caught.value).removeprefix("site.toml: ")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (RULE, "rules: {'name': 'un', 'words': ['arnaque']}; expected tables, each under a line [[rules]]"),
        (["arnaque"], "rules: ['arnaque']; expected tables, each under a line [[rules]]"),
        ([RULE] * (MOST_RULES + 1), f"rules: {MOST_RULES + 1} rules; expected at most {MOST_RULES}: join some of them"),
        ([RULE, RULE], "rules: two are named 'un'; give each its own name, which decisions show"),
        ([{"words": ["a"]}], "rules: rule 1: name: None; expected a text of 1 to 100 characters, which decisions show"),
        (
            [RULE, {"name": " ", "words": ["a"]}],
            "rules: rule 2: name: ' '; expected a text of 1 to 100 characters, which decisions show",
        ),
        ([{"name": "un"}], "rules: rule 1, 'un': has neither words nor domains; give it some, or remove the rule"),
        ([RULE | {"word": ["a"]}], "rules: rule 1: word: unknown; expected name, words, domains, action, label"),
        ([RULE | {"action": "approve"}], "rules: rule 1, 'un': action: 'approve'; expected \"review\" or \"reject\""),
        (
            [RULE | {"label": "pub"}],
            "rules: rule 1, 'un': label: 'pub'; expected \"insult\" or \"spam\", a label of the model, or no line label",
        ),
        (
            [RULE | {"words": "arnaque"}],
            "rules: rule 1, 'un': words: 'arnaque'; expected a list of texts, such as [\"un\", \"deux\"]",
        ),
        (
            [RULE | {"words": ["a", 1]}],
            "rules: rule 1, 'un': words: ['a', 1]; expected a list of texts, such as [\"un\", \"deux\"]",
        ),
        (
            [RULE | {"words": ["!!!"]}],
            "rules: rule 1, 'un': words: '!!!'; expected at least one letter, digit or emoji",
        ),
        (
            [RULE | {"words": ["ab*"]}],
            "rules: rule 1, 'un': words: 'ab*'; expected at least 3 letters before *, else it matches too much",
        ),
        (
            [RULE | {"words": ["ar*que"]}],
            "rules: rule 1, 'un': words: 'ar*que'; expected * at the end only, for any ending",
        ),
        (
            [RULE | {"domains": ["https://exemple.com/"]}],
            "rules: rule 1, 'un': domains: 'https://exemple.com/'; expected a domain alone, such as exemple.com",
        ),
        (
            [RULE | {"domains": ["com"]}],
            "rules: rule 1, 'un': domains: 'com'; expected a domain alone, such as exemple.com",
        ),
        (
            [RULE | {"words": ["abc"] * (MOST_ENTRIES + 1)}],
            "rules: rule 1, 'un': words: 1001 entries; expected at most 1,000: make a second rule",
        ),
    ],
)
def test_a_wrong_rule_is_one_sentence(rules, message):
    assert said(rules) == message


def test_an_entry_that_is_too_long_is_named_in_part():
    sentence = said([RULE | {"words": ["a" * (LONGEST_ENTRY + 1)]}])
    assert sentence == f"rules: rule 1, 'un': words: '{'a' * 59}…; expected at most 100 characters: shorten it"


@pytest.mark.parametrize(
    ("allow", "message"),
    [
        (["a"], "allow: ['a']; expected a table with words, domains"),
        ({"word": []}, "allow: word: unknown; expected words, domains"),
        ({"words": [""]}, "allow: words: ''; expected at least one letter, digit or emoji"),
        ({"domains": ["x y.com"]}, "allow: domains: 'x y.com'; expected a domain alone, such as exemple.com"),
    ],
)
def test_a_wrong_allow_list_is_one_sentence(allow, message):
    assert said([], allow) == message
