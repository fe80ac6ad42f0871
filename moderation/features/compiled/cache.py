"""The machine code on disk, kept under a fingerprint of all that it was made from.

Numba keeps what it compiled beside the module, or in the user's cache folder where that cannot be written. Its own key
is the file of the function alone; so the fingerprint joins the key, as a variable that the function closes over.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from moderation.features.compiled.codes import Function, jit

_PACKAGE = Path(__file__).parents[2]
_SOURCES = ("features/compiled/*.py", "features/index.py", "text/*.py")
_log = logging.getLogger("moderation")


def fingerprint() -> str:
    """Return a hash of the sources whose code or tables are compiled."""
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def cached(function: Function) -> Function:
    """Compile a function that closes over the fingerprint; without a disk cache where no folder can be written."""
    try:
        return jit(function, cache=True)
    except RuntimeError:  # Numba found no folder to write
        return jit(function)


@contextmanager
def announced(kernel: str) -> Iterator[None]:
    """Say so, on standard error where nobody has set logging up otherwise, if the work takes over a second."""
    timer = Timer(
        1.0, _log.warning, [f"compiling the {kernel} kernel, some 20 seconds, once for each version of this program"]
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
