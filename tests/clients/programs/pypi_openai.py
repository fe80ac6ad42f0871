"""PyPI `openai`: moderations of several texts, of parts, and errors."""

import json
import os

import openai

TEXTS = [os.environ[name] for name in ("HAM", "INSULT", "SPAM")]


def client(server=os.environ["SERVER"], key=os.environ["KEY"]):
    return openai.OpenAI(base_url=server + "/v1", api_key=key, max_retries=0)


def refused(call, **options):
    try:
        return call(**options).to_dict()
    except openai.APIStatusError as error:
        headers = {"retry after": error.response.headers.get("retry-after")}
        return {"error": type(error).__name__, "code": error.code, "param": error.param, **headers}


create = client().moderations.create
limited = client(os.environ["LIMITED"], os.environ["LIMITED_KEY"]).moderations.create
found = {
    "several": create(input=TEXTS, model="omni-moderation-latest").to_dict(),
    "parts": create(input=[{"type": "text", "text": TEXTS[1]}]).to_dict(),
    "one": create(input=TEXTS[0]).to_dict(),
    "empty": refused(create, input=[]),
    "picture": refused(create, input=[{"type": "image_url", "image_url": {"url": "https://journal.example/a.png"}}]),
    "long": refused(create, input="é" * 40_000),
    "model": refused(create, input="Bonjour", model="omni-moderation-latest@another"),
    "wrong key": refused(client(key="0123456789ab").moderations.create, input="Bonjour"),
    "limited": [refused(limited, input="Bonjour") for _ in range(2)][-1],
}
print(json.dumps(found))
