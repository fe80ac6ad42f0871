"""OpenAI's moderations: one result for each input, and nothing invented."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.service import openai
from moderation.service.bodies import LONGEST

HAM = "Merci beaucoup pour cet article"
INSULT = "Quel abruti 😀, ce Modibo"
SPAM = "Gagnez 5000 FCFA par jour, contactez-moi sur whatsapp, cliquez http://gain.example"


def asked(moderator, given, **others):
    answer = openai.moderations(json.dumps({"input": given, **others}).encode(), moderator)
    assert answer.media_type.startswith("application/json")
    return answer.status, json.loads(answer.body)


def results(moderator, given):
    status, value = asked(moderator, given)
    assert status == 200
    return value["results"]


def test_one_text_and_several_have_a_result_each(moderator):
    assert [one["flagged"] for one in results(moderator, INSULT)] == [True]
    assert [one["flagged"] for one in results(moderator, [HAM, INSULT, SPAM])] == [False, True, True]


def test_the_parts_of_one_input_have_one_result(moderator):
    parts = [{"type": "text", "text": HAM}, {"type": "text", "text": INSULT}]
    assert [one["flagged"] for one in results(moderator, parts)] == [True]


def test_insult_is_harassment_and_both_labels_stand_under_their_own_names(moderator):
    insult, spam = results(moderator, [INSULT, SPAM])
    scores = moderator.check_text(INSULT).scores.probabilities
    assert insult["category_scores"]["harassment"] == insult["category_scores"]["insult"] == scores["insult"]
    assert insult["categories"] | {"harassment": True, "insult": True, "spam": False} == insult["categories"]
    assert spam["categories"] | {"harassment": False, "insult": False, "spam": True} == spam["categories"]


def test_what_the_model_does_not_judge_is_shown_as_not_judged(moderator):
    (found,) = results(moderator, INSULT)
    assert found["categories"].keys() == found["category_scores"].keys() == found["category_applied_input_types"].keys()
    assert set(openai.CATEGORIES) < found["categories"].keys()
    judged = {name for name, kinds in found["category_applied_input_types"].items() if kinds == ["text"]}
    assert judged == {"harassment", "insult", "spam"}
    for name in found["categories"].keys() - judged:
        values = [found[part][name] for part in ("categories", "category_scores", "category_applied_input_types")]
        assert values == [False, 0.0, []]


def test_the_words_are_named_with_their_places(moderator):
    (found,) = results(moderator, INSULT)
    words = {row["text"]: row for row in found["moderation"]["reasons"]}
    assert INSULT[words["abruti"]["start"] : words["abruti"]["end"]] == "abruti"
    assert found["moderation"]["action"] == "reject"


def test_words_that_are_not_known_are_flagged_without_a_category(moderator):
    (found,) = results(moderator, "Les wqpzx grrfv du kxzj")
    assert found["flagged"]
    assert not any(found["categories"].values())


def test_equal_texts_are_no_flood(moderator):
    text = (
        "Le marché de Ségou rouvre lundi après les travaux, dit la mairie, et les vendeuses sont contentes de revenir."
    )
    assert [one["flagged"] for one in results(moderator, [text] * 5)] == [False] * 5


def test_a_model_is_named_with_our_id_and_may_be_asked_for_so(moderator):
    ours = moderator.model.id
    assert asked(moderator, HAM)[1]["model"] == f"moderation@{ours}"
    name = asked(moderator, HAM, model="omni-moderation-latest")[1]["model"]
    assert name == f"omni-moderation-latest@{ours}"
    assert asked(moderator, HAM, model=name)[1]["model"] == name
    status, value = asked(moderator, HAM, model="omni-moderation-latest@0000")
    assert (status, value["error"]["code"], value["error"]["param"]) == (404, "model_not_found", "model")


def test_each_answer_has_an_id_of_its_own(moderator):
    first, second = (asked(moderator, HAM)[1]["id"] for _ in range(2))
    assert first.startswith("modr-")
    assert first != second


@pytest.mark.parametrize(
    "given",
    [
        None,
        3,
        [],
        {},
        [1, 2],
        ["x", 1],
        ["x", {"type": "text", "text": "y"}],
        [{"type": "image_url", "image_url": {"url": "data:"}}],
        [{"type": "text"}],
        ["x"] * (openai.MOST_INPUTS + 1),
        "x" * (LONGEST + 1),
    ],
)
def test_a_wrong_input_is_an_error_that_clients_read(moderator, given):
    status, value = asked(moderator, given)
    assert status == 400
    assert value["error"].keys() == {"message", "type", "param", "code"}
    assert (value["error"]["type"], value["error"]["param"]) == ("invalid_request_error", "input")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_an_error(moderator, body):
    answer = openai.moderations(body, moderator)
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("model", [3, "", "x" * 1_000, "a b", ["x"]])
def test_a_wrong_model_is_an_error(moderator, model):
    assert asked(moderator, HAM, model=model)[0] == 400


def test_errors_of_keys_and_limits_have_the_kinds_of_openai():
    kinds = [json.loads(openai.error(status, "x").body)["error"]["type"] for status in (401, 429, 500)]
    assert kinds == ["invalid_request_error", "rate_limit_error", "server_error"]


def test_a_lone_surrogate_harms_nothing(moderator):
    answer = openai.moderations(b'{"input": "\\ud800 Quel abruti"}', moderator)
    assert json.loads(answer.body)["results"][0]["flagged"]


PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url"]), "text": st.text(max_size=20) | st.none()}
)
INPUTS = st.text(max_size=60) | st.lists(st.text(max_size=20) | PARTS | st.none(), max_size=4) | st.integers()


@settings(deadline=None, max_examples=60)
@given(given_input=INPUTS, model=st.none() | st.text(max_size=20))
def test_no_request_fails(moderator, given_input, model):
    status, value = asked(moderator, given_input, model=model)
    assert (status == 200) == ("results" in value)
    assert status in (200, 400, 404)
