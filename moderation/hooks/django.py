"""django-contrib-comments, and what is built on it: new comments are held, and what moderators do with them is feedback.

Nothing is stored in Django's database. To be imported when the applications are ready: in ``ready()`` of the site's own
application, which calls `connect`, or beside the models that `ReaderModerator` is registered for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import Signal
from django_comments.models import CommentFlag
from django_comments.moderation import CommentModerator
from django_comments.signals import comment_was_flagged, comment_will_be_posted

from moderation.hooks.function import Hook, Outcome

logger = logging.getLogger("moderation.hooks")

#: Sent once for each comment, with ``comment``, ``outcome`` and ``request``. The comment is not saved yet; receivers of Django's
#: ``comment_was_posted``, which know its number, find the outcome as ``request.moderation``.
comment_decided = Signal()

#: What a flag says. A removal without a reason is neither an insult nor spam; and a reader who reports a comment decides nothing.
VERDICTS = {
    CommentFlag.MODERATOR_APPROVAL: {"removed": 0},
    CommentFlag.MODERATOR_DELETION: {"removed": 1},
    CommentFlag.SUGGEST_REMOVAL: {"reported": 1},
}
_OPTIONS = {
    "MODEL": "model",
    "POLICY": "policy",
    "STORE": "store",
    "KEEP_TEXTS": "keep_texts",
    "KEEP_AUTHORS": "keep_authors",
}
_REFUSE = "REFUSE"


@cache
def hook() -> Hook:
    """Return the hook of this process, as ``settings.MODERATION`` describes it; it loads its model at the first comment.

    Raises
    ------
    ImproperlyConfigured
        Where a setting is unknown.
    """
    given = _settings()
    if unknown := sorted(given.keys() - _OPTIONS.keys() - {_REFUSE}):
        known = ", ".join(sorted([*_OPTIONS, _REFUSE]))
        raise ImproperlyConfigured(f"MODERATION: unknown setting {unknown[0]}; expected some of {known}")
    options = {name: given[key] for key, name in _OPTIONS.items() if key in given}
    return Hook(language=settings.LANGUAGE_CODE, **options)


def is_staff(request: Any) -> bool:
    """Tell whether a request is from the site's staff, or from a moderator of comments: whom it never blocks."""
    user = getattr(request, "user", None)
    return user is not None and (user.is_staff or user.has_perm("django_comments.can_moderate"))


def decide(comment: Any, request: Any, trusts: Callable[[Any], bool] = is_staff) -> Outcome:
    """Decide about a comment that is about to be saved; asked again about it, give the same answer.

    A comment that its reader sends twice on one day is the one that is saved already, and stays as moderators left it.
    """
    if getattr(request, "_moderated", None) is comment:
        return request.moderation  # type: ignore[no-any-return]
    if _is_saved(comment):
        request.moderation = Outcome("approve")
        return request.moderation  # type: ignore[no-any-return]
    try:
        outcome = hook()(comment.comment, parent=_parent(comment), author=_author(comment), trusted=trusts(request))
        if outcome.decision and outcome.held:
            logger.info("a new comment on %s is held: %s", _thread(comment), ", ".join(outcome.decision.labels))
    except Exception as error:  # of the site's user model, or its `trusts`
        outcome = hook().failed(error)
    if request is not None:
        request._moderated, request.moderation = comment, outcome
    comment_decided.send_robust(sender=type(comment), comment=comment, outcome=outcome, request=request)
    return outcome


def hold_comment(sender: Any, comment: Any, request: Any, **rest: Any) -> bool | None:
    """Receive ``comment_will_be_posted``: hold the comment where a person should see it; False refuses it."""
    outcome = decide(comment, request)
    if _refused(outcome):
        return False
    if outcome.held:
        comment.is_public = False
    return None


def keep_feedback(sender: Any, comment: Any, flag: Any, created: bool, request: Any = None, **rest: Any) -> None:
    """Receive ``comment_was_flagged``: keep what the flag says, see `VERDICTS`, if there is a store.

    A moderator who changes his mind and back says it anew; a reader reports a comment once.
    """
    verdict = VERDICTS.get(flag.flag)
    if verdict is None or not hook().has_store or (flag.flag == CommentFlag.SUGGEST_REMOVAL and not created):
        return
    facts = {"parent": _parent(comment), "thread": _thread(comment), "author": _author(comment)}
    hook().feedback(comment.comment, verdict, id=comment.pk, **facts)


def connect() -> None:
    """Let all new comments and all flags of this site come here; a second time changes nothing.

    Raises
    ------
    ImproperlyConfigured
        Where a setting is unknown.
    """
    hook()
    comment_will_be_posted.connect(hold_comment, dispatch_uid="moderation.hooks.django")
    comment_was_flagged.connect(keep_feedback, dispatch_uid="moderation.hooks.django")


class ReaderModerator(CommentModerator):  # type: ignore[misc]  # Django tells no types
    """The same for the comments on some models, to be registered with django-contrib-comments; flags are to be connected apart.

    ::

        moderator.register(Article, ReaderModerator)
        comment_was_flagged.connect(keep_feedback)
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        hook()

    def trusts(self, request: Any) -> bool:
        """Whether the site never blocks whoever sends this request; its staff, if you do not override this."""
        return is_staff(request)

    def allow(self, comment: Any, content_object: Any, request: Any) -> bool:
        """Whether the comment may be saved at all."""
        return super().allow(comment, content_object, request) and not _refused(decide(comment, request, self.trusts))

    def moderate(self, comment: Any, content_object: Any, request: Any) -> bool:
        """Whether the comment is held."""
        return super().moderate(comment, content_object, request) or decide(comment, request, self.trusts).held


def _settings() -> dict[str, Any]:
    return getattr(settings, "MODERATION", {})


def _refused(outcome: Outcome) -> bool:
    return outcome.action == "reject" and bool(_settings().get(_REFUSE))


def _is_saved(comment: Any) -> bool:
    """Tell whether a comment is in the database; its number does not, since a site may give numbers beforehand."""
    state = getattr(comment, "_state", None)  # none in django-comments-xtd, before it saves
    return state is not None and not state.adding


def _parent(comment: Any) -> str | None:
    """Return the id of the comment that this one answers; in django-comments-xtd a saved root names itself, a new one 0."""
    parent = getattr(comment, "parent_id", None)
    return None if not parent or parent == comment.pk else str(parent)


def _author(comment: Any) -> str | None:
    user = getattr(comment, "user", None)
    return (user.get_username() if user is not None else comment.user_name) or None


def _thread(comment: Any) -> str:
    kind = comment.content_type
    return f"{kind.app_label}.{kind.model}:{comment.object_pk}"
