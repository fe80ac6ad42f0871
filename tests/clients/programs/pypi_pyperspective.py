"""PyPI `pyperspective`: knows Google's address only, and tries its key with an empty request."""

import json
import os

from attempts import attempt
from PyPerspective.Perspective import Perspective

api = Perspective(os.environ["KEY"])
insult = api.get_score(os.environ["INSULT"], tests=["TOXICITY", "INSULT_EXPERIMENTAL"], langs=["fr"])
found = {
    "insult": insult["INSULT_EXPERIMENTAL"].score,
    "span": str(insult["TOXICITY"][0]),
    "raw": insult.raw_data,
    "unsupported": attempt(api.get_score, os.environ["HAM"], tests=["SEVERE_TOXICITY"], langs="fr"),
    "wrong key": attempt(Perspective, "0123456789ab"),
}
print(json.dumps(found))
