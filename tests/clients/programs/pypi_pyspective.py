"""PyPI `pyspective`: knows Google's address only, calls every comment English, and names no language in suggestions."""

import json
import os

from attempts import attempt
from pyspective.pyspective import PyspectiveAPI

api = PyspectiveAPI(os.environ["KEY"])
found = {
    "insult": attempt(api.score, os.environ["INSULT"], "insult"),
    "suggested": api.suggest(os.environ["INSULT"], 1.0),
    "wrong key": PyspectiveAPI("0123456789ab").suggest(os.environ["INSULT"], 1.0),
}
print(json.dumps(found))
