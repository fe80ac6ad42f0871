"""Perspective's clients, as their registries hold them, against a live service."""

import pytest
from environments import COMMENTS, node, python, run

pytestmark = pytest.mark.clients

DETAIL = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
EMPTY, LONG = "Comment must be non-empty.", "Comment text too long."
WRONG_KEY = "API key not valid. Please pass a valid API key."


def unsupported(attribute, languages="fr"):
    return f"Attribute {attribute} does not support request languages: {languages}"


def is_insult_with_its_words(found, attribute="INSULT"):
    """Whether an answer holds a high score and the words that it comes from, at their places in UTF-16."""
    scores = found["attributeScores"][attribute]
    strongest = found["explanations"][0]
    return (
        scores["summaryScore"]["value"] > 0.9
        and (strongest["text"], strongest["begin"], strongest["end"]) == ("abruti", 12, 18)  # the emoji counts two
        and strongest.items() >= scores["words"][0].items()
        and found["decision"]["action"] == "reject"
        and found["modelVersion"] != ""
    )


@pytest.fixture
def told(server, limited):
    return {"SERVER": server.url, "KEY": server.key, "LIMITED": limited.url, "LIMITED_KEY": limited.another_key()}


def said(server, token):
    (found,) = [one for one in server.feedback(COMMENTS["INSULT"]) if one.client_token == token]
    return dict(found.verdict)


def test_google_api_python_client(server, told):
    found = run(python("google", "google-api-python-client==2.202.0"), "pypi_google.py", **told)
    assert is_insult_with_its_words(found["insult"])
    assert found["insult"]["attributeScores"]["SPAM"]["summaryScore"]["value"] < 0.1
    assert found["insult"]["clientToken"] == "c-2"
    assert found["suggested"] == {"requestedLanguages": ["fr"], "detectedLanguages": ["fr"], "clientToken": "c-1"}
    assert said(server, "c-1") == {"insult": 1}
    assert list(found["dropped"]["attributeScores"]) == ["INSULT"]
    insult, ham, empty = found["batch"].values()
    assert is_insult_with_its_words(insult)
    assert ham["decision"]["action"] == "approve"
    assert (empty["status"], empty["reason"]) == (400, EMPTY)
    for case, reason, kind in (
        ("empty", EMPTY, "COMMENT_EMPTY"),
        ("long", LONG, "COMMENT_TOO_LONG"),
        ("unsupported", unsupported("FLIRTATION"), "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        ("unknown", "Unknown requested attribute: GRUMPINESS", "INVALID_REQUEST"),
    ):
        assert (found[case]["status"], found[case]["reason"]) == (400, reason)
        assert found[case]["details"][0]["@type"] == DETAIL
        assert found[case]["details"][0]["errorType"] == kind
        assert kind in found[case]["text"]  # where most programs look for it
    assert (found["wrong key"]["status"], found["wrong key"]["reason"]) == (400, WRONG_KEY)
    assert found["limited"]["status"] == 429
    assert found["limited"]["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"


def test_pypi_perspective(server, told):
    found = run(python("perspective", "perspective==1.0.3"), "pypi_perspective.py", **told)
    assert is_insult_with_its_words(found["insult"])
    assert found["insult"]["attributeScores"]["SPAM"]["summaryScore"]["value"] < 0.1
    assert found["scores"]["TOXICITY"] > 0.9
    assert said(server, "c-3") == {"insult": 0}
    for case, message in (
        ("empty", EMPTY),
        ("long", LONG),
        ("unsupported", unsupported("THREAT")),
        ("wrong key", WRONG_KEY),
    ):
        assert (found[case]["code"], found[case]["message"]) == (400, message)
    assert found["limited"]["code"] == 429
    assert 1 <= int(found["limited"]["retry after"]) <= 61


def test_npm_googleapis(server):
    client = node("googleapis", "googleapis@178.0.0")
    found = run(client, "npm_googleapis.cjs", SERVER=server.url, KEY=server.key)
    assert is_insult_with_its_words(found["insult"])
    assert said(server, "c-4") == {"insult": 1}
    for case, message in (("empty", EMPTY), ("unsupported", unsupported("THREAT")), ("wrong key", WRONG_KEY)):
        assert (found[case]["status"], found[case]["message"]) == (400, message)


# Those that know Google's address only: its name leads here, and the service has a certificate for it


def test_pypi_begentle(named, names):
    found = run(python("begentle", "begentle==0.1.1"), "pypi_begentle.py", **names(named))
    assert found["INSULT"] > 0.9 > 0.1 > found["HAM"]
    assert EMPTY in found["empty"]["message"]
    assert found["wrong key"]["error"] == "HttpError"
    assert WRONG_KEY in found["wrong key"]["message"]


def test_pypi_perspective_py(named, names):
    found = run(python("perspective-py", "perspective-py==0.3.4"), "pypi_perspective_py.py", **names(named))
    assert found["insult"]["INSULT"] > 90 > 10 > found["insult"]["SPAM"]  # in per cent
    assert is_insult_with_its_words(found["raw"])
    assert list(found["skipped"]) == ["TOXICITY"]  # it reads the attribute to leave out in the message
    assert found["unsupported"]["error"] == "UnsupportedLanguage"
    assert "THREAT" in found["unsupported"]["message"]
    assert LONG in found["long"]["message"]
    assert found["wrong key"]["error"] == "InvalidToken"


def test_pypi_pyperspective(named, names):
    found = run(python("pyperspective", "pyperspective==1.0.4"), "pypi_pyperspective.py", **names(named))
    assert found["insult"] > 0.9
    assert found["span"] == COMMENTS["INSULT"]
    assert is_insult_with_its_words(found["raw"], "INSULT_EXPERIMENTAL")
    assert found["unsupported"]["error"] == "TypeError"  # its own mistake, while it raises what the service answered
    assert found["wrong key"]["error"] == "InvalidAuthKey"


@pytest.fixture(scope="session")
def bilingual(served):
    """A site that takes requests which call every comment English."""
    return served('[perspective]\nlanguages = ["fr", "en"]\n')


def test_pypi_perspectiveapi_calls_every_comment_english(named, bilingual, names):
    client = python("perspectiveapi", "perspectiveapi==1.1.0")
    found = run(client, "pypi_perspectiveapi.py", **names(named))
    assert {one["error"] for one in found.values()} == {"KeyError"}  # it reads no errors
    found = run(client, "pypi_perspectiveapi.py", **names(bilingual))
    assert len(found) == 2
    assert all(one["insult"] == one["toxicity"] > 0.9 and one["threat"] is None for one in found.values())


def test_pypi_pyspective_calls_every_comment_english(named, bilingual, names):
    client = python("pyspective", "pyspective==0.0.2", "requests==2.32.5")  # which it does not ask for
    found = run(client, "pypi_pyspective.py", **names(named))
    assert (found["insult"]["error"], found["suggested"], found["wrong key"]) == ("KeyError", "Successed", None)
    found = run(client, "pypi_pyspective.py", **names(bilingual))
    assert found["insult"]["INSULT"] > 0.9


def test_npm_conversationai(named, names):
    client = node("conversationai", "@conversationai/perspectiveapi-js-client@1.0.1")
    found = run(client, "npm_conversationai.cjs", **names(named))
    assert found["spam"]["SPAM"] > 0.9 > 0.1 > found["spam"]["TOXICITY"]
    assert found["insult"]["INSULT"] > 0.9
    for case in ("unsupported", "english", "wrong key"):  # it shows the status only
        assert found[case]["message"] == "Error: Error: Request failed with status code 400"


def test_npm_perspective_api_client(named, names):
    client = node("perspective-api-client", "perspective-api-client@3.1.0")
    found = run(client, "npm_perspective_api_client.cjs", **names(named))
    assert is_insult_with_its_words(found["insult"])
    assert is_insult_with_its_words(found["resource"], "TOXICITY")
    for case, message in (
        ("empty", EMPTY),
        ("long", LONG),
        ("unsupported", unsupported("THREAT")),
        ("wrong key", WRONG_KEY),
    ):
        assert (found[case]["error"], found[case]["message"]) == ("ResponseError", message)
        assert found[case]["data"]["error"]["status"] == "INVALID_ARGUMENT"
