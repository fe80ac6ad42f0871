"""Bodies of requests: JSON that cannot harm."""

from __future__ import annotations

import json
from typing import Any


def json_value(body: bytes, text: str | None = None) -> Any:
    """Return what stands in a JSON body; None for JSON's null and for what is no JSON.

    Parameters
    ----------
    text
        The decoded body, where its encoding is not one of Unicode's.

    Examples
    --------
    >>> json_value(b'{"input": "Bonjour"}'), json_value(b'{"input":'), json_value(b"[" * 100_000)
    ({'input': 'Bonjour'}, None, None)
    """
    try:
        return json.loads(body if text is None else text)
    except (ValueError, RecursionError):
        return None
