"""Perspective's clients, as their registries hold them, against a live service."""

import pytest
from environments import python, run

pytestmark = pytest.mark.clients


def test_pypi_perspective_hands_the_reasons_through(server):
    client = python("perspective", "perspective==1.0.3")
    found = run(client, "pypi_perspective.py", SERVER=server.url, KEY=server.key)
    scores = {name: score["summaryScore"]["value"] for name, score in found["attributeScores"].items()}
    assert scores["INSULT"] > 0.9 > 0.1 > scores["SPAM"]
    word = found["explanations"][0]
    assert (word["text"], word["begin"], word["end"]) == ("abruti", 12, 18)  # in UTF-16 the emoji counts two
