"""PyPI `begentle`: knows Google's address only, and asks for TOXICITY without a language."""

import json
import os

from attempts import attempt
from begentle import CommentAnalyzer

analyzer = CommentAnalyzer(os.environ["KEY"])
found = {name: analyzer.analyze(os.environ[name]) for name in ("HAM", "INSULT")}
found["empty"] = attempt(analyzer.analyze, "")
found["wrong key"] = attempt(lambda: CommentAnalyzer("0123456789ab").analyze(os.environ["HAM"]))
print(json.dumps(found))
