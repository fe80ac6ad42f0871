"""Perspective's protocol: what Google's clients send, and what they match on in the answers."""

import json
import logging
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Moderator
from moderation.policy import Policy
from moderation.rules import Rules
from moderation.scores import units
from moderation.service.answer import Answer
from moderation.service.perspective import ATTRIBUTES, analyze, discovery, failure, suggest
from moderation.service.perspective.attributes import GOOGLES, MOST_ATTRIBUTES
from moderation.service.perspective.entries import LONGEST_COMMENT, LONGEST_CONTEXT, MOST_ENTRIES, MOST_READ
from moderation.service.perspective.fields import MOST_BYTES
from moderation.service.perspective.offsets import Utf16

TEXT = "😀 Espèce d’abruti, relis l’article. Merci beaucoup."
FLOOD = (
    "Votez tous pour Modibo dimanche, il donnera du travail à chaque jeune du quartier et de l'eau à chaque famille ! "
)
TYPE = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
CORAL = {
    "url": "https://journal.example/a?commentID=c1",
    "reply_to_id_Coral_comment_id": "p1",
    "Coral_comment_id": "c1",
}


def written(text=TEXT, attributes=("INSULT",), **more):
    """A request; what is None is left out."""
    asked = attributes if isinstance(attributes, dict) else {name: {} for name in attributes}
    request = {"comment": {"text": text}, "requestedAttributes": asked, "languages": ["fr"], **more}
    return json.dumps({name: value for name, value in request.items() if value is not None}).encode()


@pytest.fixture
def ask(moderator):
    def send(text=TEXT, attributes=("INSULT",), **more):
        answer = analyze(written(text, attributes, **more), moderator)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    return send


@pytest.fixture
def refused(moderator):
    def send(*given, body=None, **more):
        answer = analyze(written(*given, **more) if body is None else body, moderator)
        assert answer.status == 400
        assert answer.media_type.startswith("application/json")
        error = json.loads(answer.body)["error"]
        assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
        return error

    return send


def typed(error):
    """The message and the errorType of Google's detail."""
    (detail,) = error["details"]
    assert detail["@type"] == TYPE
    return error["message"], detail["errorType"]


# Scores


def test_the_score_is_the_models_probability(ask, moderator):
    answer = ask(attributes=["INSULT", "SPAM"])
    scores = moderator.check_text(TEXT).scores.probabilities
    found = {name: value["summaryScore"] for name, value in answer["attributeScores"].items()}
    assert found == {
        "INSULT": {"value": scores["insult"], "type": "PROBABILITY"},
        "SPAM": {"value": scores["spam"], "type": "PROBABILITY"},
    }
    assert scores["insult"] > 0.9 > 0.1 > scores["spam"]
    assert answer["modelVersion"] == moderator.model.id
    assert answer["decision"]["labels"] == ["insult"]
    assert 0 < answer["decision"]["coverage"] <= 1


@pytest.mark.parametrize(("name", "label"), ATTRIBUTES.items())
def test_every_attribute_of_the_table_is_answered_under_its_own_name(ask, moderator, name, label):
    value = ask(attributes=[name])["attributeScores"][name]["summaryScore"]["value"]
    assert value == moderator.check_text(TEXT).scores.probabilities[label]


def test_a_site_maps_an_attribute_of_its_own(moderator):
    answer = analyze(written(attributes=["HARCELEMENT"]), moderator, {"HARCELEMENT": "insult"})
    assert list(json.loads(answer.body)["attributeScores"]) == ["HARCELEMENT"]


def test_a_score_below_its_threshold_is_left_out(ask):
    asked = {
        "INSULT": {"scoreThreshold": 0.5},
        "SPAM": {"scoreThreshold": 0.5},
        "TOXICITY": {"score_threshold": "0.99"},
    }
    assert list(ask(attributes=asked)["attributeScores"]) == ["INSULT"]


def test_a_score_at_its_threshold_is_given(ask, moderator):
    value = moderator.check_text(TEXT).scores.probabilities["insult"]
    assert list(ask(attributes={"INSULT": {"scoreThreshold": value}})["attributeScores"]) == ["INSULT"]


@pytest.mark.parametrize("kind", ["PROBABILITY", "SCORE_TYPE_UNSPECIFIED", "", None])
def test_a_probability_may_be_asked_for_by_name(ask, kind):
    assert ask(attributes={"INSULT": {"scoreType": kind}})["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.5


def test_what_is_sent_on_the_side_changes_nothing(ask):
    plain = ask()
    assert plain == ask(
        doNotStore=True, sessionId="0f3a", communityId="site:journal.example", unknown={"a": [1]}, context=None
    )
    assert plain == ask(attributes={"INSULT": None})
    assert plain == ask(spanAnnotations="false", dropUnsupportedAttributes="true")
    for kind in ("PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED", "", None):
        assert plain == ask(comment={"text": TEXT, "type": kind})


# Versions


@pytest.mark.parametrize("pin", ["@1", "@6"])
def test_an_old_pin_of_googles_is_echoed(ask, pin):
    assert list(ask(attributes=[f"TOXICITY{pin}"])["attributeScores"]) == [f"TOXICITY{pin}"]


def test_a_pin_is_the_beginning_of_the_models_id(ask, moderator):
    names = [f"INSULT@{moderator.model.id[:6]}", f"INSULT@{moderator.model.id}"]
    assert list(ask(attributes=names)["attributeScores"]) == names


@pytest.mark.parametrize("pin", ["x", "", "0000000000000000", "12345678", "b28c010571a748e0f", "٣"])
def test_a_pin_to_another_model_is_refused(refused, pin):
    message, kind = typed(refused(attributes=[f"INSULT@{pin}"]))
    assert kind == "INVALID_REQUEST"
    assert message.startswith(f"Requested version of attribute INSULT@{pin} is not available")


# Spans


def test_without_annotations_one_span_is_the_whole_text_in_utf_16(ask):
    (span,) = ask("😀😀 idiot")["attributeScores"]["INSULT"]["spanScores"]
    assert (span["begin"], span["end"], span["score"]["type"]) == (0, 10, "PROBABILITY")


def test_with_annotations_each_sentence_has_the_score_that_it_has_alone(ask, moderator):
    found = ask(spanAnnotations=True)["attributeScores"]["INSULT"]
    whole, first, second = found["spanScores"]
    assert (whole["begin"], whole["end"], whole["score"]) == (0, 52, found["summaryScore"])
    utf16 = TEXT.encode("utf-16-le")
    sentences = [utf16[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le") for span in (first, second)]
    assert sentences == ["😀 Espèce d’abruti, relis l’article.", "Merci beaucoup."]
    alone = [scores.probabilities["insult"] for scores in moderator.model.score(sentences)]
    assert [first["score"]["value"], second["score"]["value"]] == pytest.approx(alone)


def test_words_of_an_attribute_are_those_that_speak_for_it(ask):
    found = ask(attributes=["INSULT", "SPAM"])
    words = found["attributeScores"]["INSULT"]["words"]
    assert (words[0]["text"], words[0]["begin"], words[0]["end"]) == ("abruti", 12, 18)
    assert words[0]["weight"] >= words[-1]["weight"] > 0
    assert found["attributeScores"]["SPAM"]["words"] == []
    assert found["explanations"][0] == {"label": "insult", "attributes": ["INSULT"], **words[0]}


def test_an_approved_comment_has_no_words(ask):
    found = ask("Merci à la rédaction pour cet article.", spanAnnotations=True)
    assert (found["explanations"], found["attributeScores"]["INSULT"]["words"]) == ([], [])
    assert found["decision"]["action"] == "approve"


def test_explanations_are_for_what_was_asked(ask):
    assert ask(attributes=["SPAM"])["explanations"] == []


def test_many_sentences_share_spans_without_a_gap(ask):
    text = "ab. " * 5_000
    whole, *spans = ask(text, spanAnnotations=True)["attributeScores"]["INSULT"]["spanScores"]
    assert (whole["begin"], whole["end"]) == (0, len(text))
    assert (spans[0]["begin"], spans[-1]["end"]) == (0, len(text.rstrip()))
    assert 400 < len(spans) <= 500
    assert all(after["begin"] == before["end"] + 1 for before, after in pairwise(spans))


@given(st.text(st.sampled_from("a😀é\n. \u0301𝒳")))
def test_offsets_are_what_the_encoder_counts(text):
    offsets = Utf16(text)
    counted = [len(text[:place].encode("utf-16-le")) // 2 for place in range(len(text) + 1)]
    assert [offsets.of(place) for place in range(len(text) + 1)] == counted
    assert [offsets.place(offset) for offset in counted] == list(range(len(text) + 1))
    assert offsets.length == counted[-1]


# Rules, floods and context


def test_a_hit_of_a_rule_is_explained_and_is_no_score(moderator, ask):
    rules = Rules.read(
        [{"name": "concurrents", "words": ["journal x"], "action": "reject"}], {}, "", ("insult", "spam")
    )
    ruled = Moderator(moderator.model, replace(Policy.of(moderator.model), rules=rules))
    text = "Lisez plutôt le journal X"
    found = json.loads(analyze(written(text), ruled).body)
    assert found["attributeScores"]["INSULT"]["summaryScore"] == ask(text)["attributeScores"]["INSULT"]["summaryScore"]
    assert (found["decision"]["action"], found["attributeScores"]["INSULT"]["words"]) == ("reject", [])
    assert [(entry["rule"], entry["text"], entry["label"]) for entry in found["explanations"]] == [
        ("concurrents", "journal X", "")
    ]


def test_a_hit_of_a_rule_with_a_label_is_no_word_of_the_model(moderator):
    rules = Rules.read(
        [{"name": "injures", "words": ["relis l'article"], "label": "insult", "action": "review"}],
        {},
        "",
        ("insult", "spam"),
    )
    ruled = Moderator(moderator.model, replace(Policy.of(moderator.model), rules=rules))
    found = json.loads(analyze(written(), ruled).body)
    assert [entry["text"] for entry in found["explanations"] if entry.get("rule")] == ["relis l’article"]
    assert "relis l’article" not in [word["text"] for word in found["attributeScores"]["INSULT"]["words"]]


def test_copies_in_the_context_are_a_flood(ask):
    context = {"entries": [{"text": FLOOD}, {"text": FLOOD, "type": "PLAIN_TEXT"}]}
    found = ask(FLOOD, ["SPAM"], context=context)
    assert "spam" in found["decision"]["labels"]
    assert [entry["copies"] for entry in found["explanations"] if entry.get("marker") == "flood"] == [3]
    assert found["attributeScores"]["SPAM"]["words"] == []
    alone = ask(FLOOD, ["SPAM"])
    assert "spam" not in alone["decision"]["labels"]
    assert found["attributeScores"]["SPAM"]["summaryScore"] == alone["attributeScores"]["SPAM"]["summaryScore"]


class Listener:
    """Stands for a moderator and keeps what it is given."""

    def __init__(self, moderator):
        self.model, self.check_thread = moderator.model, moderator.check
        self.thread = None

    def check(self, thread):
        self.thread = thread
        return self.check_thread(thread)


@pytest.fixture
def heard(moderator):
    def send(context):
        listener = Listener(moderator)
        assert analyze(written(context=context), listener).status == 200
        return listener.thread

    return send


def test_context_is_the_thread_and_its_last_entry_the_parent(heard):
    thread = heard({"entries": [{"text": "Titre de l’article"}, {}, {"text": "Je ne suis pas d’accord."}]})
    assert [comment.text for comment in thread] == ["Titre de l’article", "Je ne suis pas d’accord.", TEXT]
    assert thread.parent("comment").text == "Je ne suis pas d’accord."


def test_article_and_parent_are_the_title_and_the_parent(heard):
    pair = {"article": {"text": "Le marché"}, "parentComment": {"text": "<p>Oui &amp; non</p>", "type": "HTML"}}
    thread = heard({"articleAndParentComment": pair})
    assert (thread.title, thread.parent("comment").text) == ("Le marché", "Oui & non")


def test_the_context_of_coral_is_no_text(heard):
    thread = heard({"entries": [{"text": json.dumps(CORAL)}, {"text": "{pas du JSON}"}, {"text": '{"a": NaN}'}]})
    assert [comment.text for comment in thread] == ["{pas du JSON}", '{"a": NaN}', TEXT]


def test_of_a_long_context_the_nearest_counts(heard):
    entries = [{"text": "x" * (LONGEST_CONTEXT + 1)}, *({"text": f"n° {place}"} for place in range(50))]
    thread = heard({"entries": entries})
    assert [comment.text for comment in thread][:-1] == [f"n° {place}" for place in range(50 - MOST_ENTRIES, 50)]
    assert sum(map(len, (c.text for c in heard({"entries": [{"text": "y" * 15_000}] * 3})))) < LONGEST_CONTEXT
    assert len(heard({"entries": [{"text": "ancien"}, *[{"text": json.dumps(CORAL)}] * MOST_READ]})) == 1


# Languages


@pytest.mark.parametrize("tag", ["fr", "fr-FR", "fr_FR", "FR", "fr-BF", " fr "])
def test_french_is_french_wherever_it_is_written(ask, tag):
    answer = ask(languages=[tag])
    assert (answer["languages"], answer["detectedLanguages"]) == ([tag], ["fr"])


@pytest.mark.parametrize("tags", [None, [], ["und"], [""], ["und", "UND"]])
@pytest.mark.parametrize("text", ["ok", "👍", " ", "yo hamburger", "a"])
def test_no_text_is_too_short_for_the_sites_language(ask, tags, text):
    answer = ask(text, languages=tags)
    assert (answer["languages"], answer["detectedLanguages"]) == (["fr"], ["fr"])


def test_one_language_may_stand_without_a_list(ask):
    assert ask(languages="fr")["languages"] == ["fr"]


def test_a_site_serves_other_languages(moderator):
    body = written(languages=["wo", "fr"])
    assert analyze(body, moderator).status == 400
    assert json.loads(analyze(body, moderator, languages={"fr", "wo"}).body)["languages"] == ["wo", "fr"]
    assert json.loads(analyze(written(languages=None), moderator, default_language="en").body)["error"]["message"] == (
        "Attribute INSULT does not support request languages: en"
    )


def test_a_script_may_be_supported_and_the_language_not(moderator):
    assert analyze(written(languages=["hi_Latn"]), moderator, languages={"hi-latn"}).status == 200
    assert analyze(written(languages=["hi"]), moderator, languages={"hi-latn"}).status == 400


def test_every_language_must_be_supported(refused):
    error = refused(attributes=["TOXICITY"], languages=["fr", "en"])
    assert typed(error) == (
        "Attribute TOXICITY does not support request languages: fr, en",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
    )


# Errors to the letter


def test_an_attribute_that_we_do_not_answer_is_refused_as_google_refused(refused):
    assert refused(attributes=["FLIRTATION"]) == {
        "code": 400,
        "message": "Attribute FLIRTATION does not support request languages: fr",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": TYPE,
                "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
                "languageNotSupportedByAttributeError": {
                    "detectedLanguages": ["fr"],
                    "requestedLanguages": ["fr"],
                    "attribute": "FLIRTATION",
                },
            }
        ],
    }
    (detail,) = refused(attributes=["THREAT"], languages=None)["details"]
    assert detail["languageNotSupportedByAttributeError"] == {"detectedLanguages": ["fr"], "attribute": "THREAT"}


@pytest.mark.parametrize("name", sorted(GOOGLES - set(ATTRIBUTES)))
def test_no_score_is_invented(refused, ask, name):
    assert typed(refused(attributes=["INSULT", name]))[1] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    found = ask(attributes=["INSULT", name, f"{name}@2"], dropUnsupportedAttributes=True)
    assert list(found["attributeScores"]) == ["INSULT"]


def test_everything_may_be_dropped(ask):
    found = ask(languages=["en"], dropUnsupportedAttributes=True)
    assert (found["attributeScores"], found["explanations"]) == ({}, [])


def test_a_label_that_the_model_has_not_is_not_supported(moderator):
    answer = analyze(written(), moderator, {"INSULT": "menace"})
    assert b"LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE" in answer.body


@pytest.mark.parametrize(
    ("request_", "message", "kind"),
    [
        ({"text": ""}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"text": None}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"comment": None}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"text": "é" * (LONGEST_COMMENT // 2 + 1)}, "Comment text too long.", "COMMENT_TOO_LONG"),
        ({"attributes": {}}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        ({"requestedAttributes": None}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        ({"attributes": ["HATE"]}, "Unknown requested attribute: HATE", "INVALID_REQUEST"),
        ({"attributes": ["insult"]}, "Unknown requested attribute: insult", "INVALID_REQUEST"),
        ({"attributes": ["HATE@3"]}, "Unknown requested attribute: HATE@3", "INVALID_REQUEST"),
        (
            {"attributes": ["HATE"], "dropUnsupportedAttributes": True},
            "Unknown requested attribute: HATE",
            "INVALID_REQUEST",
        ),
        (
            {"attributes": {"INSULT": {"scoreType": "PERCENTILE"}}},
            "Requested score type PERCENTILE is not supported by attribute INSULT",
            "INVALID_REQUEST",
        ),
        (
            {"comment": {"text": "x", "type": "HTML"}},
            "Currently, only 'PLAIN_TEXT' comments are supported",
            "INVALID_REQUEST",
        ),
        ({"comment": {"text": "x", "type": "MARKDOWN"}}, "Unknown text type", "INVALID_REQUEST"),
        (
            {"context": {"entries": [{"text": "a"}], "articleAndParentComment": {"article": {"text": "b"}}}},
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
            "INVALID_REQUEST",
        ),
        (
            {"attributes": [f"INSULT@{number}" for number in range(MOST_ATTRIBUTES + 1)]},
            f"Too many requested attributes; at most {MOST_ATTRIBUTES}",
            "INVALID_REQUEST",
        ),
    ],
)
def test_errors_are_worded_as_clients_match_them(refused, request_, message, kind):
    assert typed(refused(**request_)) == (message, kind)


def test_the_longest_comment_is_counted_in_bytes(ask):
    text = "é" * (LONGEST_COMMENT // 2)
    assert len(text.encode()) == LONGEST_COMMENT
    assert ask(text)["attributeScores"]["INSULT"]["spanScores"][0]["end"] == len(text)


@pytest.mark.parametrize(
    "body",
    [
        b'{"comment": {"text": "abruti"',
        b"[]",
        b'"abruti"',
        b"null",
        b"{'comment': 1}",
        b'{"comment": {"text": "abruti"}, "comment": {"text": "abruti"}}',
        b'{"comment": {"text": "abruti", "text": "abruti"}}',
        b'{"comment": {"text": "abruti"}, "x": ' + b"[" * 200_000,
        b'{"x": ' * 5_000 + b"1" + b"}" * 5_000,
        b'{"comment": {"text": "abruti \xff"}}',
        b'{"comment": {"text": "abruti \xed\xa0\x80"}}',
        b'{"comment": {"text": "abruti \\ud83d"}}',
        b'{"comment": {"text": "abruti"}, "\\udc00": 1}',
        b'{"comment": {"text": "abruti"}, "x": [NaN]}',
        b'{"comment": {"text": "abruti"}, "x": -Infinity}',
        b'{"comment": {"text": "abruti"}, "x": ' + b"9" * 10_000 + b"}",
        '{"comment": {"text": "abruti"}}'.encode("utf-16"),
    ],
)
def test_what_is_no_json_is_refused_without_its_text(refused, body):
    error = refused(body=body)
    assert error["message"] == "Invalid JSON payload received."
    assert suggest(body)[1] is None


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b"\xef\xbb\xbf{}"])
def test_nothing_is_an_empty_comment(refused, body):
    assert typed(refused(body=body))[1] == "COMMENT_EMPTY"


@pytest.mark.parametrize(
    ("more", "path", "kind"),
    [
        ({"text": 12}, "comment.text", "TYPE_STRING"),
        ({"comment": "abruti"}, "comment", "TYPE_MESSAGE"),
        ({"attributes": ["INSULT"], "languages": [1]}, "languages", "TYPE_STRING"),
        ({"attributes": {"INSULT": "abruti"}}, "requestedAttributes.INSULT", "TYPE_MESSAGE"),
        ({"requestedAttributes": ["INSULT"]}, "requestedAttributes", "TYPE_MESSAGE"),
        (
            {"attributes": {"INSULT": {"scoreThreshold": "abruti"}}},
            "requestedAttributes.INSULT.scoreThreshold",
            "TYPE_FLOAT",
        ),
        (
            {"attributes": {"INSULT": {"scoreThreshold": True}}},
            "requestedAttributes.INSULT.scoreThreshold",
            "TYPE_FLOAT",
        ),
        (
            {"attributes": {"INSULT": {"scoreThreshold": 10**400}}},
            "requestedAttributes.INSULT.scoreThreshold",
            "TYPE_FLOAT",
        ),
        ({"clientToken": 5}, "clientToken", "TYPE_STRING"),
        ({"spanAnnotations": "oui"}, "spanAnnotations", "TYPE_BOOL"),
        ({"context": {"entries": ["abruti"]}}, "context.entries[0]", "TYPE_MESSAGE"),
    ],
)
def test_a_wrong_type_is_named_by_its_place_and_not_by_its_value(refused, more, path, kind):
    error = refused(**more)
    assert error["message"] == f"Invalid value at '{path}' ({kind})"
    assert error["details"][0]["fieldViolations"] == [{"field": path, "description": error["message"]}]
    assert "abruti" not in json.dumps(error)


def test_an_endless_number_is_refused(refused):
    body = written(attributes={"INSULT": {"scoreThreshold": 7}}).replace(b": 7}", b": 1e999}")
    assert refused(body=body)["message"].endswith("(TYPE_FLOAT)")


def test_a_body_beyond_the_limit_is_refused(refused):
    assert refused(body=b" " * (MOST_BYTES + 1))["message"] == "Request payload size exceeds the limit: 1048576 bytes."


def test_a_message_repeats_a_name_within_bounds(refused):
    assert len(json.dumps(refused(attributes=["X" * 100_000]))) < 500
    assert len(json.dumps(refused(attributes={"THREAT@" + "9" * 100_000: {}}))) < 1_000


@pytest.mark.parametrize("token", ["c-42", "", "é😀"])
def test_the_token_comes_back(ask, token):
    assert ask(clientToken=token)["clientToken"] == token
    assert "clientToken" not in ask()


def test_names_may_be_written_in_snake_case(moderator):
    body = {"comment": {"text": "x"}, "requested_attributes": {"INSULT": {}}, "client_token": "c"}
    assert json.loads(analyze(json.dumps(body).encode(), moderator).body)["clientToken"] == "c"


def test_nothing_is_logged(moderator, caplog):
    caplog.set_level(logging.DEBUG)
    analyze(written(), moderator)
    suggest(suggested())
    assert caplog.records == []


# Suggestions


def suggested(scores=None, **more):
    request = {
        "comment": {"text": TEXT},
        "context": {"entries": [{"text": json.dumps(CORAL)}, {"text": "Le parent"}]},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}} if scores is None else scores,
        "languages": ["fr-FR"],
        "communityId": "Coral:https://talk.journal.example",
        "clientToken": "comment:c1",
        **more,
    }
    return json.dumps({name: value for name, value in request.items() if value is not None}).encode()


def test_a_suggestion_of_coral_keeps_the_thread():
    answer, suggestion = suggest(suggested())
    assert json.loads(answer.body) == {
        "requestedLanguages": ["fr-FR"],
        "detectedLanguages": ["fr"],
        "clientToken": "comment:c1",
    }
    assert (suggestion.text, suggestion.scores, suggestion.language) == (TEXT, {"TOXICITY": 1.0}, "fr")
    assert (suggestion.comment_id, suggestion.parent_id, suggestion.url) == ("c1", "p1", CORAL["url"])
    assert (suggestion.context, suggestion.community_id) == (("Le parent",), "Coral:https://talk.journal.example")
    assert (suggestion.client_token, suggestion.session_id, suggestion.removed) == ("comment:c1", None, True)


def test_a_comment_at_the_top_level_has_no_parent():
    entry = {"text": json.dumps({**CORAL, "reply_to_id_Coral_comment_id": None})}
    _, suggestion = suggest(suggested(context={"entries": [entry]}))
    assert (suggestion.comment_id, suggestion.parent_id) == ("c1", None)


def test_old_talk_writes_its_ids_into_the_entries():
    entries = [{name: value} for name, value in CORAL.items()]
    answer, suggestion = suggest(
        suggested({"HIGHLIGHTED": {"summaryScore": {"value": 1}}}, context={"entries": entries}, languages="EN")
    )
    assert (suggestion.comment_id, suggestion.parent_id, suggestion.language) == ("c1", "p1", "en")
    assert json.loads(answer.body)["requestedLanguages"] == ["EN"]
    assert suggestion.removed is False


@pytest.mark.parametrize(
    ("scores", "removed"),
    [
        ({"TOXICITY": {"summaryScore": {"value": 0}}}, False),
        ({"DELETED": {"summaryScore": {"value": 1}}}, True),
        ({"APPROVED": {"summaryScore": {"value": 1}}}, False),
        ({"INSULT": {"summaryScore": {"value": 1}}, "SPAM": {"summaryScore": {"value": 0}}}, None),
    ],
)
def test_a_keep_or_a_removal_is_told_from_a_judgement(scores, removed):
    assert suggest(suggested(scores))[1].removed is removed
    if removed is not None and "TOXICITY" in scores:
        assert suggest(suggested(scores, context=None))[1].removed is None


def test_a_score_that_is_left_out_is_zero():
    assert suggest(suggested({"INSULT": {"summaryScore": {}}}))[1].scores == {"INSULT": 0.0}


def test_every_attribute_of_googles_is_taken_with_its_pin():
    scores = {name: {"summaryScore": {"value": 0.5}} for name in ["THREAT@6", "PROFANITY", "OFF_TOPIC"]}
    assert suggest(suggested(scores))[1].scores == dict.fromkeys(scores, 0.5)
    assert suggest(suggested({"MINE": scores["PROFANITY"]}), {"MINE": "insult"})[1].scores == {"MINE": 0.5}


def test_spans_become_code_points():
    spans = [{"begin": 12, "end": 18, "score": {"value": 1}}, {"score": {"value": 0.5}}, {"end": 2, "score": {}}]
    _, suggestion = suggest(suggested({"INSULT": {"spanScores": spans}}))
    assert suggestion.scores == {}
    assert [TEXT[span.start : span.end] for span in suggestion.spans] == ["abruti", TEXT, "😀"]
    assert [span.value for span in suggestion.spans] == [1, 0.5, 0]


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({}, "Missing attribute_scores"),
        ({"INSULT": {}}, "Missing score of attribute INSULT"),
        ({"MINE": {"summaryScore": {"value": 1}}}, "Unknown requested attribute: MINE"),
        ({"INSULT": {"summaryScore": {"value": 1.1}}}, "Score of attribute INSULT is not between 0 and 1"),
        ({"INSULT": {"summaryScore": {"value": -1}}}, "Score of attribute INSULT is not between 0 and 1"),
        (
            {"INSULT": {"summaryScore": {"value": 1, "type": "RAW"}}},
            "Requested score type RAW is not supported by attribute INSULT",
        ),
        (
            {"INSULT": {"spanScores": [{"begin": 3, "end": 3, "score": {"value": 1}}]}},
            "Span of attribute INSULT is not within the comment",
        ),
        (
            {"INSULT": {"spanScores": [{"begin": 3, "score": {"value": 1}}]}},
            "Span of attribute INSULT is not within the comment",
        ),
        (
            {"INSULT": {"spanScores": [{"begin": 0.5, "end": 2, "score": {"value": 1}}]}},
            "Span of attribute INSULT is not within the comment",
        ),
        (
            {"INSULT": {"spanScores": [{"begin": 3, "end": 53, "score": {"value": 1}}]}},
            "Span of attribute INSULT is not within the comment",
        ),
        ({"INSULT": {"spanScores": [{}] * 501}}, "Too many span scores; at most 500"),
        (
            {f"INSULT@{number}": {"summaryScore": {}} for number in range(MOST_ATTRIBUTES + 1)},
            f"Too many attribute scores; at most {MOST_ATTRIBUTES}",
        ),
    ],
)
def test_a_suggestion_that_says_nothing_clear_is_refused(scores, message):
    answer, suggestion = suggest(suggested(scores))
    assert (answer.status, suggestion) == (400, None)
    assert typed(json.loads(answer.body)["error"]) == (message, "INVALID_REQUEST")


def test_a_suggestion_for_no_comment_is_refused():
    answer, suggestion = suggest(suggested(comment={"text": ""}))
    assert (typed(json.loads(answer.body)["error"])[1], suggestion) == ("COMMENT_EMPTY", None)


# Failures and discovery


@pytest.mark.parametrize(
    ("kind", "status", "name", "message"),
    [
        ("API_KEY_INVALID", 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        ("PERMISSION_DENIED", 403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"),
        (
            "RATE_LIMIT",
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)'",
        ),
        ("NOT_FOUND", 404, "NOT_FOUND", "Requested entity was not found."),
        ("INTERNAL", 500, "INTERNAL", "Internal error encountered."),
        ("UNAVAILABLE", 503, "UNAVAILABLE", "The service is currently unavailable."),
    ],
)
def test_failures_have_googles_shape(kind, status, name, message):
    answer = failure(kind)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["status"]) == (status, status, name)
    assert error["message"].startswith(message)
    assert answer.headers == {}


def test_a_wrong_key_and_a_rate_are_named_by_their_reason():
    (detail,) = json.loads(failure("API_KEY_INVALID").body)["error"]["details"]
    assert detail == {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "commentanalyzer.googleapis.com"},
    }
    (detail,) = json.loads(failure("RATE_LIMIT", limit=60).body)["error"]["details"]
    assert detail["reason"] == "RATE_LIMIT_EXCEEDED"
    assert detail["metadata"]["quota_limit"] == "AnalyzeRequestsPerMinutePerProject"
    assert detail["metadata"]["quota_limit_value"] == "60"


@pytest.mark.parametrize(("seconds", "header"), [(0, "1"), (2.1, "3"), (60, "60"), (float("inf"), "60"), (-5, "1")])
def test_retry_after_is_in_whole_seconds(seconds, header):
    assert failure("RATE_LIMIT", seconds).headers == {"Retry-After": header}


@pytest.mark.parametrize("base", ["https://moderation.journal.example", "https://moderation.journal.example/"])
def test_the_discovery_document_leads_clients_here(base):
    document = json.loads(discovery(base).body)
    root = "https://moderation.journal.example/"
    assert (document["rootUrl"], document["baseUrl"], document["servicePath"]) == (root, root, "")
    assert (document["id"], document["version"], document["protocol"]) == (
        "commentanalyzer:v1alpha1",
        "v1alpha1",
        "rest",
    )
    methods = document["resources"]["comments"]["methods"]
    assert {name: (method["path"], method["httpMethod"]) for name, method in methods.items()} == {
        "analyze": ("v1alpha1/comments:analyze", "POST"),
        "suggestscore": ("v1alpha1/comments:suggestscore", "POST"),
    }
    assert {"key", "alt", "prettyPrint", "fields", "quotaUser", "$.xgafv", "access_token"} <= set(
        document["parameters"]
    )
    assert "auth" not in document  # else the client looks for Google credentials


def references(value):
    if isinstance(value, dict):
        yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        for member in value.values():
            yield from references(member)


def test_the_discovery_document_defines_what_it_names():
    document = json.loads(discovery("http://127.0.0.1:8085").body)
    named = set(references(document))
    assert named == set(document["schemas"])
    assert all(schema["id"] == name for name, schema in document["schemas"].items())


def test_the_discovery_document_names_every_member_of_an_answer(ask):
    schemas = json.loads(discovery("http://h").body)["schemas"]
    answer = ask(attributes=["INSULT"], spanAnnotations=True, clientToken="c")
    assert set(answer) == set(schemas["AnalyzeCommentResponse"]["properties"])
    assert set(answer["attributeScores"]["INSULT"]) == set(schemas["AttributeScores"]["properties"])
    assert set(answer["decision"]) == set(schemas["Decision"]["properties"])
    assert set(answer["explanations"][0]) <= set(schemas["Explanation"]["properties"])


# Any input


def is_sound(answer):
    assert isinstance(answer, Answer)
    value = json.loads(answer.body)
    if answer.status == 200:
        assert "error" not in value
    else:
        assert answer.status == value["error"]["code"] == 400
        assert value["error"]["status"] == "INVALID_ARGUMENT"
    return value


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["fr", "HTML", "NaN"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "text type value begin end score summaryScore spanScores entries article parentComment INSULT SPAM@1 THREAT "
                "articleAndParentComment scoreThreshold score_type Coral_comment_id url".split()
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    "comment context requestedAttributes attributeScores languages clientToken sessionId communityId spanAnnotations "
    "dropUnsupportedAttributes doNotStore".split()
)
SOUND = {
    "comment": {"text": TEXT},
    "requestedAttributes": {"INSULT": {}},
    "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}},
}


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.booleans())
@settings(deadline=None, max_examples=300)
def test_any_json_is_answered(moderator, members, complete):
    body = json.dumps((SOUND if complete else {}) | members).encode("utf-8", "surrogatepass")
    is_sound(analyze(body, moderator))
    answer, suggestion = suggest(body)
    is_sound(answer)
    assert (suggestion is None) == (answer.status != 200)


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 20))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_answered(moderator, noise, place, cut):
    body = suggested() if place % 2 else written()
    spoilt = body[:place] + noise + body[place + cut :]
    for found in (spoilt, noise):
        is_sound(analyze(found, moderator))
        is_sound(suggest(found)[0])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@settings(deadline=None, max_examples=100)
def test_any_comment_has_spans_within_it(moderator, text):
    found = is_sound(analyze(written(text, ["INSULT", "SPAM"], spanAnnotations=True), moderator))
    length = len(text.encode("utf-16-le")) // 2
    for scores in found["attributeScores"].values():
        whole, *others = scores["spanScores"]
        assert (whole["begin"], whole["end"]) == (0, length)
        assert len(others) == len(units(text)) - 1
        assert all(0 <= span["begin"] < span["end"] <= length for span in others + scores["words"])
        assert all(0 <= span["score"]["value"] <= 1 for span in [whole, *others])
