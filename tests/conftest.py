"""Shared fixtures. Real texts and data sets stand outside the project; tests that need them skip where they are absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts and data sets, named by MODERATION_SHARED."""
    folder = (ROOT / os.environ.get("MODERATION_SHARED", "../shared")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real texts and data sets are not here: {folder} (set MODERATION_SHARED)")
    return folder
