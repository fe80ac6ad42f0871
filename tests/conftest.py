"""Shared fixtures. Real texts and data sets stand outside the project; tests that need them skip where they are absent."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation import Moderator
from moderation.cli import main
from moderation.dataset import Recipe
from moderation.labels import Joined, join, read_labels
from moderation.training import Trained, train

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


@pytest.fixture(scope="session")
def joined() -> Joined:
    """Labels enough to train a small model in seconds."""
    return join([label for name in ("threads", "spam") for label in read_labels(ROOT / "labels" / f"{name}.csv")], None)


@pytest.fixture(scope="session")
def trained(joined: Joined) -> Trained:
    """A small model trained on them."""
    return train(joined, Recipe(min_df=2), jobs=1)


@pytest.fixture
def folder(trained: Trained, tmp_path: Path) -> Path:
    """The small model in a folder of its own, which a test may spoil."""
    trained.model.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture(scope="session")
def moderator() -> Moderator:
    """The shipped model with its own thresholds."""
    return Moderator.load()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command and return its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([*map(str, arguments)])
        found = capsys.readouterr()
        code = stop.value.code or 0
        assert isinstance(code, int)
        return code, found.out, found.err

    return run
