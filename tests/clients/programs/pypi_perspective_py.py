"""PyPI `perspective-py`: knows Google's address only, and reads messages of errors."""

import json
import os

from attempts import attempt
from perspective import Client

client = Client(os.environ["KEY"])
found = {
    "insult": client.analyze(os.environ["INSULT"], ["INSULT", "SPAM"], "fr"),
    "raw": client.analyze(os.environ["INSULT"], ["INSULT"], "French", return_raw=True),
    "skipped": client.analyze(os.environ["HAM"], ["TOXICITY", "THREAT"], "fr", skip_on_lang=True),
    "unsupported": attempt(client.analyze, os.environ["HAM"], ["THREAT"], "fr"),
    "long": attempt(client.analyze, "é" * 10_241, ["INSULT"]),
    "wrong key": attempt(lambda: str(Client("0123456789ab"))),
}
print(json.dumps(found))
