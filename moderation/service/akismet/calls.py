"""Calls of Akismet's clients: where each puts its key, and which of its fields count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from moderation.service import forms
from moderation.service.akismet import wordpress
from moderation.service.bodies import sound

LONGEST_FIELD = 2_000  # characters of all fields but the comment
MOST_CONTEXT = 50
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
