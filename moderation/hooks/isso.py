"""isso: new and edited comments are held, and what its moderators do with them is feedback. For a WSGI file of one's own.

isso has no place for plug-ins, and hands out its application wrapped, so `make_app` reaches in while it is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import isso
from itsdangerous import BadSignature
from werkzeug.exceptions import Forbidden

from moderation.hooks.function import Hook, Outcome

logger = logging.getLogger("moderation.hooks")

PUBLIC, HELD = 1, 2
_DAY = 24 * 60 * 60  # seconds; as long as isso lets its administrator stay
Told = Callable[[dict[str, Any], Outcome], object]


def make_app(
    conf: str | Path, hook: Hook, *, refuse: bool = False, on_decision: Told | None = None, **options: Any
) -> Any:
    """Return isso's WSGI application with this hook.

    Parameters
    ----------
    conf
        isso's own file of settings.
    refuse, on_decision
        As for `watch`.
    options
        As for isso's ``make_app``.
    """
    made = isso.Isso.__init__

    def making(self: Any, *args: Any) -> None:
        made(self, *args)
        watch(self, hook, refuse=refuse, on_decision=on_decision)

    isso.Isso.__init__ = making
    try:
        return isso.make_app(isso.config.load(isso.config.default_file(), str(conf)), **options)
    finally:
        isso.Isso.__init__ = made


def watch(app: Any, hook: Hook, *, refuse: bool = False, on_decision: Told | None = None) -> None:
    """Let an ``isso.Isso`` ask a hook about each comment that is new, or that its author edits.

    A comment of whoever is logged in as isso's administrator is never held.

    Parameters
    ----------
    refuse
        Whether a new comment that the policy rejects is answered with 403; else it is held like those to review.
    on_decision
        Called with the comment, as isso has it, and the outcome: to tell moderators why. One that is refused has no id.
    """
    watcher = _Watcher(app, hook, refuse, on_decision)
    receivers = {
        "comments.new:before-save": watcher.before_save,
        "comments.new:after-save": watcher.after_save,
        "comments.edit": watcher.edited,
    }
    if hook.has_store:
        receivers["comments.activate"] = watcher.activated
        app.db.comments.delete = watcher.deleting(app.db.comments.delete)
    for signal, receiver in receivers.items():
        app.signal.subscriptions[signal].insert(0, receiver)  # before isso's own, which tell people of the comment


class _Watcher:
    def __init__(self, app: Any, hook: Hook, refuse: bool, on_decision: Told | None) -> None:
        self._app, self._hook, self._refuse, self._on_decision = app, hook, refuse, on_decision

    def before_save(self, thread: dict[str, Any], data: dict[str, Any]) -> None:
        outcome = self._decide(data)
        if self._refuse and outcome.action == "reject":
            self._tell(data, outcome)
            raise Forbidden("This comment was refused.")
        if outcome.held:
            data["mode"] = HELD
        isso.local.moderation = outcome

    def after_save(self, thread: dict[str, Any], row: dict[str, Any]) -> None:
        self._hold(row, isso.local.moderation)

    def edited(self, row: dict[str, Any]) -> None:
        if isso.local.request.method == "PUT":  # by its author; moderators POST
            self._hold(row, self._decide(row))

    def activated(self, thread: dict[str, Any], row: dict[str, Any]) -> None:
        self._keep(row, thread, {"removed": 0})

    def deleting(self, delete: Callable[[int], Any]) -> Callable[[int], Any]:
        """Return isso's own function with feedback: when its signal comes, the text is gone, and a thread with its last comment."""

        def deleted(id: int) -> Any:
            row = self._app.db.comments.get(id)
            thread = self._app.db.threads.get(row["tid"]) if row else None
            found = delete(id)
            if row and thread and row["mode"] in (PUBLIC, HELD) and isso.local.request.method == "POST":
                self._keep(row, thread, {"removed": 1})
            return found

        return deleted

    def _decide(self, data: dict[str, Any]) -> Outcome:
        try:
            shown = self._app.render(data["text"])
            author = unescape(data["author"]) if data["author"] else None
            facts = {"id": data.get("id"), "parent": data["parent"], "author": author}
            return self._hook(shown, **facts, trusted=self._is_administrator())
        except Exception as error:  # of isso's: the comment must not be lost
            return self._hook.failed(error)

    def _hold(self, row: dict[str, Any], outcome: Outcome) -> None:
        """Hold a saved comment, whatever isso thinks of its author's earlier ones; tell of it."""
        if outcome.held and row["mode"] == PUBLIC:
            with self._app.lock:
                self._app.db.comments.update(row["id"], {"mode": HELD})
            row["mode"] = HELD
        if outcome.decision and outcome.held:
            logger.info("comment %s is held: %s", row["id"], ", ".join(outcome.decision.labels))
        self._tell(row, outcome)

    def _tell(self, data: dict[str, Any], outcome: Outcome) -> None:
        if self._on_decision is None:
            return
        try:
            self._on_decision(data, outcome)
        except Exception as error:
            logger.error("on_decision failed: %s", type(error).__name__)

    def _keep(self, row: dict[str, Any], thread: dict[str, Any], verdict: dict[str, int]) -> None:
        author = unescape(row["author"]) if row["author"] else None
        self._hook.feedback(
            row["text"], verdict, id=row["id"], parent=row["parent"], thread=thread["uri"], author=author
        )

    def _is_administrator(self) -> bool:
        try:
            found = self._app.unsign(isso.local.request.cookies.get("admin-session", ""), max_age=_DAY)
        except BadSignature:
            return False
        return isinstance(found, dict) and bool(found.get("logged"))
