"""PyPI `perspectiveapi`: knows Google's address only, and calls every comment English; once waiting, once not."""

import asyncio
import json
import os

from attempts import attempt
from perspective import Attribute, Perspective
from perspective.blocking import Perspective as Waiting

MANY = [Attribute.INSULT, Attribute.TOXICITY]


def score(client, text):
    found = client.score(text, MANY)
    found = asyncio.run(found) if asyncio.iscoroutine(found) else found
    return {"insult": found.insult, "toxicity": found.toxicity, "threat": found.threat}


found = {
    kind.__module__: attempt(score, kind(os.environ["KEY"]), os.environ["INSULT"]) for kind in (Perspective, Waiting)
}
print(json.dumps(found))
