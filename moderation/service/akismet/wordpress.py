"""WordPress: what its Akismet plugin sends and understands otherwise than other clients of that protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SLASHED = re.compile(r"(?:[^'\"\\]|\\['\"\\])*")


def calls(user_agent: str) -> bool:
    """Whether WordPress calls.

    Examples
    --------
    >>> calls("WordPress/6.1.9 | Akismet/5.0.2"), calls("Discourse/3.4 | Akismet/1.1.0")
    (True, False)
    """
    return user_agent.startswith("WordPress/")


def text(fields: Mapping[str, str]) -> str:
    r"""Return the comment of a check: a new one comes with a backslash before each quotation mark and backslash.

    Examples
    --------
    >>> text({"comment_content": "C\\'est l\\'heure"}), text({"comment_content": "C'est l'heure"})
    ("C'est l'heure", "C'est l'heure")
    """
    written = fields.get("comment_content", "")
    if fields.get("recheck_reason") or not _SLASHED.fullmatch(written):
        return written
    return re.sub(r"\\(.)", r"\1", written)


def held(fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the body and the headers that say that a person must see a comment.

    The plugin knows ``X-akismet-recheck-after`` only in new versions, which publish by themselves after a time and tell no
    moderator until then. On ``X-akismet-error`` all versions leave the comment pending. When they ask again about one that
    could not be checked at first they read no header, and publish on "false": any other word keeps it pending.

    Examples
    --------
    >>> held({}), held({"recheck_reason": "retry"})[0]
    (('false', {'X-akismet-error': 'held for a person'}), 'held')
    """
    body = "held" if fields.get("recheck_reason") == "retry" else "false"
    return body, {"X-akismet-error": "held for a person"}
