"""PyPI `python-akismet`: the key in the host name, at Akismet's address."""

import json
import os

from akismet import Akismet
from attempts import attempt

TEXTS = {name: os.environ[name] for name in ("HAM", "INSULT", "SPAM")}
READER = ("192.0.2.1", "a browser")


def client(key):
    return Akismet(key, blog="https://journal.example")


api = client(os.environ["KEY"])
found = {name: api.check(*READER, comment_content=text) for name, text in TEXTS.items()}
found["test"] = api.check(*READER, comment_content=TEXTS["SPAM"], is_test=True)
found["submitted"] = [
    attempt(api.submit_spam, *READER, comment_content=TEXTS["INSULT"], comment_author="Awa", blog_lang="fr"),
    attempt(api.submit_ham, *READER, comment_content=TEXTS["INSULT"], comment_author="Awa"),
]
found["wrong key"] = attempt(client("0123456789ab").check, *READER, comment_content=TEXTS["HAM"])
found["wrong key of a submission"] = attempt(client("0123456789ab").submit_ham, *READER, comment_content=TEXTS["HAM"])
print(json.dumps(found))
