"""PyPI `google-api-python-client`: the API as our discovery document describes it."""

import json
import os

from googleapiclient import discovery
from googleapiclient.errors import HttpError


def analyze(text, *attributes, server=os.environ["SERVER"], key=os.environ["KEY"], **fields):
    body = {"comment": {"text": text}, "requestedAttributes": {name: {} for name in attributes}, "languages": ["fr"]}
    return call("analyze", body | fields, server, key)


def call(method, body, server=os.environ["SERVER"], key=os.environ["KEY"]):
    try:
        return getattr(build(server, key).comments(), method)(body=body).execute()
    except HttpError as error:
        return shown(error)


def batch(*texts):
    api, found = build(), {}
    several = api.new_batch_http_request(
        callback=lambda name, answer, error: found.update({name: answer or shown(error)})
    )
    for text in texts:
        several.add(api.comments().analyze(body={"comment": {"text": text}, "requestedAttributes": {"INSULT": {}}}))
    several.execute()
    return found


def build(server=os.environ["SERVER"], key=os.environ["KEY"]):
    url = server + "/$discovery/rest?version=v1alpha1"
    return discovery.build(
        "commentanalyzer", "v1alpha1", developerKey=key, discoveryServiceUrl=url, static_discovery=False
    )


def shown(error):
    return {"status": error.status_code, "reason": error.reason, "details": error.error_details, "text": str(error)}


HAM, INSULT = os.environ["HAM"], os.environ["INSULT"]
suggestion = {
    "comment": {"text": INSULT},
    "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}},
    "languages": ["fr"],
    "clientToken": "c-1",
}
limited = {"server": os.environ["LIMITED"], "key": os.environ["LIMITED_KEY"]}
found = {
    "insult": analyze(INSULT, "INSULT", "SPAM", spanAnnotations=True, clientToken="c-2"),
    "batch": batch(INSULT, HAM, ""),
    "suggested": call("suggestscore", suggestion),
    "empty": analyze("", "INSULT"),
    "long": analyze("é" * 10_241, "INSULT"),
    "unsupported": analyze(HAM, "FLIRTATION"),
    "dropped": analyze(HAM, "FLIRTATION", "INSULT", dropUnsupportedAttributes=True),
    "unknown": analyze(HAM, "GRUMPINESS"),
    "wrong key": analyze(HAM, "INSULT", key="0123456789ab"),
    "limited": [analyze(HAM, "INSULT", **limited) for _ in range(3)][-1],
}
print(json.dumps(found))
