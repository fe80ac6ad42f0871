"""OpenAI's clients, as their registries hold them, against a live service."""

import pytest
from environments import COMMENTS, node, python, run

pytestmark = pytest.mark.clients


def check(answer):
    """Check the answer about `COMMENTS`: flags, categories, and the words at their places in code points."""
    ham, insult, spam = answer["results"]
    assert [result["flagged"] for result in answer["results"]] == [False, True, True]
    assert insult["categories"]["harassment"] is True
    assert insult["category_scores"]["harassment"] > 0.9 > 0.1 > ham["category_scores"]["harassment"]
    assert insult["categories"]["violence"] is False
    assert insult["category_applied_input_types"]["violence"] == []
    reason = insult["moderation"]["reasons"][0]
    assert COMMENTS["INSULT"][reason["start"] : reason["end"]] == reason["text"] == "abruti"
    assert spam["categories"]["spam"] is True


def test_pypi_openai(server, limited):
    client = python("openai", "openai==3.54.0")
    told = {"SERVER": server.url, "KEY": server.key, "LIMITED": limited.url, "LIMITED_KEY": limited.another_key()}
    found = run(client, "pypi_openai.py", **told)
    check(found["several"])
    assert found["several"]["model"].startswith("omni-moderation-latest@")
    assert [result["flagged"] for result in found["parts"]["results"] + found["one"]["results"]] == [True, False]
    for case, error, code, param in (
        ("empty", "BadRequestError", None, "input"),
        ("picture", "BadRequestError", None, "input"),
        ("long", "BadRequestError", None, "input"),
        ("model", "NotFoundError", "model_not_found", "model"),
        ("wrong key", "AuthenticationError", "invalid_api_key", None),
        ("limited", "RateLimitError", "rate_limit_exceeded", None),
    ):
        assert (found[case]["error"], found[case]["code"], found[case]["param"]) == (error, code, param)
    assert 1 <= int(found["limited"]["retry after"]) <= 61


def test_npm_openai(server):
    found = run(node("openai", "openai@6.49.0"), "npm_openai.mjs", SERVER=server.url, KEY=server.key)
    check(found["several"])
    assert (found["empty"]["error"], found["empty"]["status"]) == ("BadRequestError", 400)
    assert (found["wrong key"]["error"], found["wrong key"]["code"]) == ("AuthenticationError", "invalid_api_key")
