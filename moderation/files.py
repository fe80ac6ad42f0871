"""Files that a crash cannot leave half written, and locks between processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl


@contextmanager
def replaced(path: Path, draft: Path | None = None) -> Iterator[BinaryIO]:
    """Write a file that appears whole, and on the disk, when the block ends; not at all where it fails.

    Parameters
    ----------
    draft
        Where it is written first, on the same file system; by default beside `path`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replaced(Path(folder) / "a") as file:
    ...         _ = file.write(b"whole")
    ...     Path(folder, "a").read_bytes(), len(list(Path(folder).iterdir()))
    (b'whole', 1)
    """
    draft = path.with_name(f".{path.name}.draft") if draft is None else draft
    with draft.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that the names of new files are on the disk too."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Keep a folder for this process as long as the block takes; False where another has it. Always True on Windows."""
    if sys.platform == "win32":
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield lock(descriptor)
    finally:
        os.close(descriptor)


def lock(file: int) -> bool:
    """Keep an open file for this process until it ends; False where another has it. Always True on Windows."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
