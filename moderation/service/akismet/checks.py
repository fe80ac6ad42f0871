"""Whether a comment is spam, and what moderators say of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import NamedTuple

from moderation.moderator import Moderator
from moderation.service import reasons
from moderation.service.akismet import wordpress
from moderation.service.akismet.calls import TRAP, Call
from moderation.service.answer import Answer
from moderation.service.bodies import LONGEST, Judged, judge, readings
from moderation.service.sites import Seen, Sites

THANKS = "Thanks for making the web a better place."
#: Seconds. Clients may publish a held comment by themselves after this time or twice of it: so it must be long enough for
#: people, weekends and holidays included.
RECHECK_AFTER = 7 * 24 * 3600
#: Least probability of spam for "discard", on which clients that are set so delete a comment unseen. Above every false alarm of
#: the shipped model in the out-of-fold scores of its card (0.99); to be looked at again with each new model.
DISCARD = 0.995
_FALSE = frozenset(("", "0", "false", "no", "off", "null", "none", "undefined"))
_TEST_AUTHORS = frozenset(("viagra-test-123", "akismet-guaranteed-spam"))
_TEST_EMAIL = "akismet-guaranteed-spam@example.com"
_ADMINISTRATORS = frozenset(("administrator", "super_admin"))


class Submission(NamedTuple):
    """What a moderator says of a comment: spam, or not spam. What the client did not send is None."""

    text: str
    spam: bool
    comment_id: str | None = None
    parent_id: str | None = None
    post_id: str | None = None
    author: str | None = None
    comment_type: str | None = None
    permalink: str | None = None
    blog: str | None = None
    language: str | None = None
    reporter: str | None = None


def verify(valid: bool) -> Answer:
    """Answer verify-key."""
    return Answer.text("valid") if valid else invalid()


def invalid() -> Answer:
    """Answer any call whose key is missing or unknown."""
    return Answer.text("invalid", {"X-akismet-debug-help": "The API key is missing, or it is not known here."})


def check(
    call: Call,
    moderator: Moderator,
    *,
    insult_is_spam: bool = False,
    recheck_after: int = RECHECK_AFTER,
    discard: float = DISCARD,
    sites: Sites | None = None,
    key_id: int | None = None,
) -> Answer:
    """Answer comment-check.

    Parameters
    ----------
    insult_is_spam
        Whether what is rejected as an insult is answered as spam; else it is held, since the protocol asks about spam only.
    recheck_after
        Seconds, for a comment that a person should see.
    discard
        Least probability of spam, of a comment that is rejected as spam, to call it blatant; above 1 for never.
    sites, key_id
        The recent comments of all sites, of which this is that of a key and a blog; None for no look at them.
    """
    found = {"X-akismet-guid": str(uuid.uuid4())}
    fields = call.fields
    if _ADMINISTRATORS & {role.strip().lower() for role in fields.get("user_role", "").split(",")}:
        return Answer.text("false", found)
    if _is_test_spam(fields):
        return Answer.text("true", found)
    text = wordpress.text(fields) if call.wordpress else fields.get("comment_content", "")
    parent = fields.get("comment_parent", "")
    judged = judge(
        text,
        moderator,
        author=fields.get("comment_author") or None,
        parent_id=None if parent in ("", "0") else parent,
        seen=_seen(fields, text, sites, key_id),
    )
    found |= reasons.headers(judged)
    causes = _rejecting(judged, moderator)
    if causes & {"spam", *(("insult",) if insult_is_spam else ())}:
        if "spam" in causes and judged.decision.scores.probabilities.get("spam", 0.0) >= discard:
            found["X-akismet-pro-tip"] = "discard"
        return Answer.text("true", found)._replace(decisions=[judged.decision])
    body = "false"
    if judged.decision.flagged or fields.get(TRAP):
        later = {"X-akismet-recheck-after": str(recheck_after)}
        body, held = wordpress.held(fields) if call.wordpress else (body, later)
        found |= held
    return Answer.text(body, found)._replace(decisions=[judged.decision])


def _seen(fields: Mapping[str, str], text: str, sites: Sites | None, key_id: int | None) -> Seen | None:
    """Return how a comment is compared with recent ones; not at all after an edit, whose first text would count as a copy."""
    if sites is None or fields.get("recheck_reason", "").strip().lower() == "edit":
        return None
    story = fields.get("comment_post_ID") or fields.get("permalink", "")
    author = fields.get("comment_author")
    return sites.seen((key_id, fields.get("blog", "")), story, author, text)


def _is_test_spam(fields: Mapping[str, str]) -> bool:
    """Whether these are the values that the documentation promises to call spam, also as copied with its own hyphens."""
    author, email, text = (
        fields.get(name, "").strip().lower().replace("\u2011", "-")
        for name in ("comment_author", "comment_author_email", "comment_content")
    )
    return author in _TEST_AUTHORS or email == _TEST_EMAIL or text == "akismet-guaranteed-spam"


def _rejecting(judged: Judged, moderator: Moderator) -> set[str]:
    """Return the labels for which a comment is rejected; a rule of the site without a label counts as spam."""
    decision, policy = judged.decision, moderator.policy
    if decision.action != "reject":
        return set()
    scores = decision.scores.probabilities
    causes = {label for label in decision.labels if scores.get(label, 0.0) >= policy.reject.get(label, 2.0)}
    hit = {reason.rule for reason in decision.reasons if reason.rule is not None}
    return causes | {
        rule.label or "spam" for rule in policy.rules.rules if rule.name in hit and rule.action == "reject"
    }


def submit(call: Call, spam: bool) -> tuple[Answer, Submission | None]:
    """Answer submit-spam and submit-ham, with what is to be kept of it; None for a test, of which nothing is learnt."""
    fields = call.fields
    if fields.get("is_test", "").strip().lower() not in _FALSE:
        return Answer.text(THANKS), None
    parent = fields.get("comment_parent")
    return Answer.text(THANKS), Submission(
        text=readings(fields.get("comment_content", ""))[0][:LONGEST],
        spam=spam,
        comment_id=fields.get("comment_ID") or fields.get("comment_id") or None,
        parent_id=None if parent in ("", "0") else parent,
        post_id=fields.get("comment_post_ID") or None,
        author=fields.get("comment_author") or None,
        comment_type=fields.get("comment_type") or None,
        permalink=fields.get("permalink") or None,
        blog=fields.get("blog") or None,
        language=fields.get("blog_lang") or None,
        reporter=fields.get("reporter") or None,
    )
