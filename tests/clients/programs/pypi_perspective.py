"""PyPI `perspective`: one comment, with what the service adds to the answer, what a moderator says, and errors."""

import json
import os
from urllib.error import HTTPError

from perspective import PerspectiveAPI

HAM, INSULT = os.environ["HAM"], os.environ["INSULT"]


def client(server=os.environ["SERVER"], key=os.environ["KEY"]):
    api = PerspectiveAPI(key)
    api.api_client.url = server + "/v1alpha1/{endpoint}"
    return api


def analyze(text, *attributes, api=None, **options):
    try:
        api = api or client()
        return api.analyze_comment(text, requested_attributes={name: {} for name in attributes}, **options)
    except HTTPError as error:
        headers = dict(error.headers)
        return {"status": error.code, "retry after": headers.get("retry-after"), **json.load(error)["error"]}


limited = client(os.environ["LIMITED"], os.environ["LIMITED_KEY"])
found = {
    "insult": analyze(INSULT, "INSULT", "SPAM", languages=["fr"]),
    "scores": client().score(INSULT),
    "suggested": client().suggest_score(
        INSULT, {"INSULT": {"summaryScore": {"value": 0.0}}}, languages=["fr"], client_token="c-3"
    ),
    "empty": analyze("", "INSULT"),
    "long": analyze("é" * 10_241, "INSULT"),
    "unsupported": analyze(HAM, "THREAT", languages=["fr"]),
    "wrong key": analyze(HAM, "INSULT", api=client(key="0123456789ab")),
    "limited": [analyze(HAM, "INSULT", api=limited) for _ in range(2)][-1],
}
print(json.dumps(found))
