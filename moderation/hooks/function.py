"""A plain function for any program that takes in comments: it is called with each new one, before readers see it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.errors import ModerationError, StoreError
from moderation.moderator import Moderator
from moderation.policy import Action, Decision
from moderation.service.bodies import judge
from moderation.service.reasons import failure, sentence

if TYPE_CHECKING:
    from moderation.store import Store

logger = logging.getLogger("moderation.hooks")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hook says of one comment.

    Parameters
    ----------
    action
        ``approve``, ``review`` or ``reject``. A site that keeps a person in charge holds what is rejected, too: see `held`.
    note
        For the moderator: the words that caused it, or that the hook failed; empty for ``approve``.
    decision
        With all reasons; None where nothing was decided: for whom the site trusts, and where the hook failed. Where the comment
        was sent as HTML, positions are those of its text.
    """

    action: Action
    note: str = ""
    decision: Decision | None = None

    @property
    def held(self) -> bool:
        """Whether a person should see the comment before readers do."""
        return self.action != "approve"


class Hook:
    """Decides about new comments, one by one; holds a comment where that fails, whatever the failure is.

    The model is loaded at the first comment, or when `moderator` is first asked for, once; the store is opened at the first
    feedback. So a process may fork between, and threads may share a hook.

    Parameters
    ----------
    model, policy
        As for `Moderator.load`.
    language
        Of the notes: English for "en", else French.
    store
        File, or URL of a PostgreSQL database, that keeps what `feedback` is told; None keeps nothing. Needs SQLAlchemy.
    keep_texts, keep_authors
        As for `Store`.

    Raises
    ------
    StoreError
        Where a store is named and SQLAlchemy is not installed.

    Examples
    --------
    >>> hook = Hook()
    >>> outcome = hook("Sale imbécile !", id=2, parent=1)
    >>> outcome.held, outcome.note, outcome.decision.comment_id
    (True, 'Mots à l’origine du signalement : « Sale imbécile »', '2')
    >>> hook("Merci pour cet article.").action
    'approve'
    """

    def __init__(
        self,
        model: str | Path | None = None,
        policy: str | Path | None = None,
        *,
        language: str = "fr",
        store: str | Path | None = None,
        keep_texts: bool = False,
        keep_authors: bool = False,
    ) -> None:
        if store and find_spec("sqlalchemy") is None:
            raise StoreError(f'{store}: needs SQLAlchemy, which is not installed: pip install "moderation[service]"')
        self.language = language
        self._model, self._policy = model, policy
        self._store, self._keep_texts, self._keep_authors = store, keep_texts, keep_authors
        self._moderator: Moderator | None = None
        self._opened: Store | None = None
        self._lock = threading.Lock()

    @property
    def moderator(self) -> Moderator:
        """The model and the policy; asked for at start, it tells a wrong path there.

        Raises
        ------
        ModelError, PolicyError
            See `Moderator.load`. The next one who asks tries again.
        """
        with self._lock:
            if self._moderator is None:
                self._moderator = Moderator.load(self._model, self._policy)
            return self._moderator

    def __call__(
        self,
        text: str,
        *,
        id: str | int | None = None,
        parent: str | int | None = None,
        author: str | None = None,
        trusted: bool = False,
    ) -> Outcome:
        """Decide about a comment; never raises.

        Parameters
        ----------
        text
            Plain, or HTML: the more severe of what a reader may see of it decides.
        id, parent
            Of the comment and of the one it answers, where the site has them already.
        trusted
            For those whom the site never blocks, its staff say: approved unseen.
        """
        if trusted:
            return Outcome("approve")
        try:
            judged = judge(text, self.moderator, author, _name(parent))
            decision = replace(judged.decision, comment_id=_name(id) or "")
            return Outcome(decision.action, sentence(judged, self.language) if decision.flagged else "", decision)
        except Exception as error:  # also what nobody thought of: the comment must be neither lost nor published unseen
            return self.failed(error, id)

    def failed(self, error: Exception, id: str | int | None = None) -> Outcome:
        """Log that nothing could be decided about a comment, and hold it."""
        logger.error("comment %s is held, since moderation failed: %s", _name(id) or "(new)", _said(error))
        return Outcome("review", failure(self.language))

    @property
    def has_store(self) -> bool:
        """Whether `feedback` is kept."""
        return bool(self._store)

    def feedback(
        self,
        text: str,
        verdict: Mapping[str, int],
        *,
        id: str | int | None = None,
        parent: str | int | None = None,
        thread: str | None = None,
        author: str | None = None,
    ) -> bool:
        """Keep what a person said of a comment; tell whether it is on the disk.

        A store that fails is logged and stops no moderator.

        Parameters
        ----------
        verdict
            Label -> whether it holds. Who only removes or keeps a comment says ``removed``, and neither ``insult`` nor ``spam``.
        thread
            Names the page: its URL, say.

        Raises
        ------
        ValueError
            Where a label cannot be one.
        StoreError
            Where the hook has no store.
        """
        store = self._named_store()
        from moderation.store import Feedback  # only here, since it needs SQLAlchemy

        said = Feedback(
            protocol="hook",
            verdict=verdict,
            text=text,
            comment_id=_name(id),
            parent_id=_name(parent),
            thread=thread,
            author=author,
        )
        try:
            self._open(store).add(said)
        except Exception as error:
            logger.error("feedback on comment %s is lost: %s", _name(id) or "(without id)", _said(error))
            return False
        return True

    def _named_store(self) -> str | Path:
        if not self._store:
            raise StoreError('this hook has no store for feedback; name one: Hook(store="moderation.db")')
        return self._store

    def _open(self, url: str | Path) -> Store:
        from moderation.store import Store

        with self._lock:
            if self._opened is None:
                self._opened = Store(url, keep_texts=self._keep_texts, keep_authors=self._keep_authors)
            return self._opened


def _name(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _said(error: Exception) -> str:
    """Return what may stand in a log: our own messages hold no text of a comment, others might."""
    if isinstance(error, ModerationError):
        return str(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" in {frame.tb_frame.f_code.co_filename}, line {frame.tb_lineno}" if frame is not None else ""
    return f"{type(error).__name__}{place}"
