"""Pages of figures: shown line by line as they are measured, and written where that is asked for."""

import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path


def publish(heading: str, lines: Iterable[str], page: Path | None) -> None:
    """Print a page while its lines come; write it at the end, nowhere for None."""
    shown = []
    for line in chain([heading], lines):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        shown.append(line)
    if page is not None:
        page.write_text("\n".join(shown) + "\n", encoding="utf-8")
