"""PyPI `pykismet3`: the key in the host name, over HTTP without TLS."""

import json
import os
import warnings

warnings.simplefilter("ignore")  # it compares texts by identity

from attempts import attempt  # noqa: E402
from pykismet3 import Akismet  # noqa: E402

TEXTS = {name: os.environ[name] for name in ("HAM", "INSULT", "SPAM")}
READER = {
    "user_ip": "192.0.2.1",
    "user_agent": "a browser",
    "referrer": "https://journal.example/",
    "content_type": "reply",
}


def client(key):
    return Akismet(api_key=key, blog_url="https://journal.example", user_agent="tests")


api = client(os.environ["KEY"])
found = {name: api.check(READER | {"comment_content": text}) for name, text in TEXTS.items()}
found["submitted"] = [
    attempt(api.submit_spam, READER | {"comment_content": "Achetez 😀 ici"}),
    attempt(api.submit_ham, READER | {"comment_content": "Achetez 😀 là"}),
]
found["wrong key"] = attempt(client("0123456789ab").check, READER | {"comment_content": TEXTS["HAM"]})
print(json.dumps(found))
