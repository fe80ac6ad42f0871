"""isso with the hook, as its own WSGI file has it; it runs until it is ended.

FOLDER holds `isso.cfg`, its database and `notes`; HOOK holds the arguments of the hook, and whether to refuse, as JSON.
"""

import json
import logging
import os
from pathlib import Path

from werkzeug.serving import run_simple

from moderation.hooks import Hook
from moderation.hooks.isso import make_app

FOLDER, PORT = Path(os.environ["FOLDER"]), int(os.environ["PORT"])
options = json.loads(os.environ["HOOK"])
refuse = options.pop("refuse", False)
logging.getLogger("werkzeug").setLevel(logging.WARNING)


def note(comment, outcome):
    """Write what a moderator is told."""
    with (FOLDER / "notes").open("a", encoding="utf-8") as notes:
        line = {"id": comment.get("id"), "action": outcome.action, "note": outcome.note}
        notes.write(json.dumps(line) + "\n")


application = make_app(FOLDER / "isso.cfg", Hook(**options), refuse=refuse, on_decision=note)
run_simple("127.0.0.1", PORT, application, threaded=True)
