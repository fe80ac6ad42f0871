"""Akismet: comment-check, feedback and the calls around them, as its clients send and read them.

Whatever a client cannot bear is left out: bodies are exact, and the headers that it takes for errors stand on errors only. A
comment that a person should see is "not spam, ask again later" (``X-akismet-recheck-after``); `wordpress` says it otherwise.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moderation.moderator import Moderator
from moderation.service import forms, reasons, wordpress
from moderation.service.answer import Answer
from moderation.service.bodies import LONGEST, Judged, judge, readings, sound
from moderation.service.sites import Seen, Sites

THANKS = "Thanks for making the web a better place."
#: Seconds. Clients may publish a held comment by themselves after this time or twice of it: so it must be long enough for
#: people, weekends and holidays included.
RECHECK_AFTER = 7 * 24 * 3600
#: Least probability of spam for "discard", on which clients that are set so delete a comment unseen. Above every false alarm of
#: the shipped model in the out-of-fold scores of its card (0.98); to be looked at again with each new model.
DISCARD = 0.995
LONGEST_FIELD = 2_000  # characters of all fields but the comment
MOST_CONTEXT = 50
MOST_SITES = 500
_NAMES = frozenset(
    """blog blog_charset blog_lang callback classify comment_ID comment_author comment_author_email comment_author_url
    comment_check_response comment_content comment_date_gmt comment_id comment_parent comment_post_ID
    comment_post_modified_gmt comment_type extended filter format from honeypot_field_name is_test limit month offset order
    permalink recheck_reason referrer reporter user_agent user_ip user_role""".split()
)
_ALIASES = {"content_type": "comment_type", "charset": "blog_charset"}
_CONTEXT = re.compile(r"comment_context(?:\[[^\[\]]{0,40}\])?")
#: What was written into the field of a form that people do not see, whatever it was called.
TRAP = "honeypot"
_WORDPRESS_TRAP = "ak_hp_textarea"
_HOST_KEY = re.compile(r"(?!rest\.|[\d.]+(?::|$))([0-9a-z]{1,64})\.[0-9a-z.-]{1,253}(?::\d{1,5})?", re.IGNORECASE)
_KEY = re.compile(r"[!-~]{1,200}")
_FALSE = frozenset(("", "0", "false", "no", "off", "null", "none", "undefined"))
_TEST_AUTHORS = frozenset(("viagra-test-123", "akismet-guaranteed-spam"))
_TEST_EMAIL = "akismet-guaranteed-spam@example.com"
_ADMINISTRATORS = frozenset(("administrator", "super_admin"))
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


class Call(NamedTuple):
    """One call of a client.

    Parameters
    ----------
    key
        From wherever it stood; None where none did. Not checked yet, and nowhere in `fields`.
    fields
        Those that the protocol names, under its names, and `TRAP`. Others, copies of the visitor's request among them, are not
        kept.
    json
        Whether the body was JSON.
    wordpress
        Whether WordPress's own plugin calls.
    """

    key: str | None
    fields: Mapping[str, str]
    json: bool = False
    wordpress: bool = False


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


class Site(NamedTuple):
    """What a key was used for on one site in one month."""

    site: str
    api_calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0
    is_revoked: bool = False


def call(host: str, path: str, query: str, content_type: str, body: bytes, user_agent: str = "") -> Call:
    """Read a call; what a body repeats of the URL, the body decides.

    Parameters
    ----------
    host
        As in the header ``Host``.
    query
        The part of the URL behind the question mark, still encoded.
    user_agent
        Of the client.

    Examples
    --------
    >>> call("0123456789ab.rest.akismet.com", "/1.1/comment-check", "", "", b"comment_content=Bonjour")
    Call(key='0123456789ab', fields={'comment_content': 'Bonjour'}, json=False, wordpress=False)
    """
    form = forms.read(content_type, body)
    pairs = [*forms.of_query(query), *form.fields]
    raw = dict(pairs)
    in_host = _HOST_KEY.fullmatch(host.strip())
    first, second = ("key", "api_key") if path.rstrip("/").endswith("verify-key") else ("api_key", "key")
    key = (raw.get(first) or raw.get(second) or (in_host[1].lower() if in_host else "")).strip()
    context = [value for name, value in pairs if _CONTEXT.fullmatch(name)][:MOST_CONTEXT]
    fields = _fields(raw) | {f"comment_context[{place}]": value[:LONGEST_FIELD] for place, value in enumerate(context)}
    sound_fields = {name: sound(value) for name, value in fields.items()}
    return Call(key if _KEY.fullmatch(key) else None, sound_fields, form.json, wordpress.calls(user_agent))


def _fields(raw: Mapping[str, str]) -> dict[str, str]:
    known = {name: raw[name] for name in raw.keys() & _NAMES}
    known |= {name: raw[alias] for alias, name in _ALIASES.items() if alias in raw and name not in raw}
    trap = raw.get("honeypot_field_name") or _WORDPRESS_TRAP
    if trap not in _NAMES and (found := raw.get(trap) or raw.get(f"POST_{trap}")):
        known[TRAP] = found
    return {name: value if name == "comment_content" else value[:LONGEST_FIELD] for name, value in known.items()}


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


def connected() -> Answer:
    """Answer test, on which WordPress's settings page says whether the service can be reached."""
    return Answer.text("connected")


def usage_limit(usage: int = 0) -> Answer:
    """Answer usage-limit: how many calls the key made this month; there is no limit."""
    return Answer.json(200, {"limit": "none", "usage": usage, "percentage": "0.00", "throttled": False})


def key_sites(call: Call, month: str, sites: Sequence[Site] = ()) -> Answer:
    """Answer key-sites.

    Parameters
    ----------
    month
        The current one, as ``2026-11``, for a call that names none.
    sites
        Of the month that the call asks for.
    """
    fields = call.fields
    asked = fields.get("month", "").replace("\u2011", "-")
    month = asked if _MONTH.fullmatch(asked) else month
    found = [site for site in sites if fields.get("filter", "").lower() in site.site.lower()]
    order = fields.get("order", "total")
    column = order if order in ("spam", "ham", "missed_spam", "false_positives") else "api_calls"
    found.sort(key=lambda site: (-getattr(site, column), site.site))
    limit, offset = _number(fields.get("limit"), MOST_SITES), _number(fields.get("offset"), 0)
    shown = found[offset : offset + min(limit, MOST_SITES)]
    if fields.get("format", "").lower() == "csv":
        return Answer.text(_csv(shown, f"{month} (limit:{limit}, offset: {offset}, total: {len(found)})"))
    rows = [{name: str(v) if type(v) is int else v for name, v in site._asdict().items()} for site in shown]
    return Answer.json(200, {month: rows, "limit": limit, "offset": offset, "total": len(found)})


def _csv(sites: Sequence[Site], when: str) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow("Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked".split(","))
    rows.writerows([*site[:-1], str(site.is_revoked).lower()] for site in sites)
    return f"Active sites for this key during {when}\n{written.getvalue()}".rstrip("\n")


def _number(written: str | None, default: int) -> int:
    return int(written) if written and re.fullmatch(r"[0-9]{1,6}", written) else default


def subscription() -> Answer:
    """Answer get-subscription: WordPress saves a key, and shows its settings, only for an active one."""
    return Answer.json(
        200,
        {
            "account_id": False,
            "account_name": "moderation",
            "account_type": "self-hosted",
            "status": "active",
            "next_billing_date": False,
            "limit_reached": False,
        },
    )


def stats() -> Answer:
    """Answer get-stats, and other calls of WordPress's settings pages: there is nothing to show, and no field to read."""
    return Answer.text("null")


def deactivate() -> Answer:
    """Answer deactivate."""
    return Answer.text("deactivated")
