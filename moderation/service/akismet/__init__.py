"""Akismet: comment-check, feedback and the calls around them, as its clients send and read them.

Whatever a client cannot bear is left out: bodies are exact, and the headers that it takes for errors stand on errors only. A
comment that a person should see is "not spam, ask again later" (``X-akismet-recheck-after``); `wordpress` says it otherwise.
"""

from moderation.service.akismet.accounts import Site, connected, deactivate, key_sites, stats, subscription, usage_limit
from moderation.service.akismet.calls import Call, call
from moderation.service.akismet.checks import DISCARD, RECHECK_AFTER, THANKS, Submission, check, invalid, submit, verify

__all__ = [
    "DISCARD",
    "RECHECK_AFTER",
    "THANKS",
    "Call",
    "Site",
    "Submission",
    "call",
    "check",
    "connected",
    "deactivate",
    "invalid",
    "key_sites",
    "stats",
    "submit",
    "subscription",
    "usage_limit",
    "verify",
]
