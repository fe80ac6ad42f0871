"""What Akismet's clients ask about a key and its sites, rather than about comments."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from moderation.service.akismet.calls import Call
from moderation.service.answer import Answer

MOST_SITES = 500
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


class Site(NamedTuple):
    """What a key was used for on one site in one month."""

    site: str
    api_calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0
    is_revoked: bool = False


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
