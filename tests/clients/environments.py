"""Environments of clients: each installed from its registry once, in a folder of its own under build/clients/."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "clients"
CORAL_SECRET = "a-secret-of-the-tests"
PROGRAMS = Path(__file__).parent / "programs"
COMMENTS = {
    "HAM": "Merci à la rédaction 😀, l’article sur le marché de Ségou est très clair.",
    "INSULT": "😀 Espèce d’abruti !",
    "SPAM": "Gagnez 5000 FCFA par jour 😀, contactez-moi sur WhatsApp, cliquez http://gain.example",
}
"""What the programs send, under these names in their environment."""


def python(name: str, *requirements: str) -> Path:
    """Return the interpreter of an environment with these packages; ``"."`` stands for this project."""
    folder = FOLDER / f"{name}-{_hash(sys.version, *requirements)}"
    interpreter = folder / "bin" / "python"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _quietly(sys.executable, "-m", "venv", "--without-pip", folder)
        packages = [arg for one in requirements for arg in (("--editable", str(ROOT)) if one == "." else (one,))]
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", interpreter)
        _quietly(*pip, "install", "--prefer-binary", "--no-compile", *packages)
        (folder / "installed").touch()
    return interpreter


def node(name: str, *packages: str) -> Path:
    """Return a folder whose node_modules hold these packages; skips where there is no npm, but not in CI."""
    npm = shutil.which("npm")
    if npm is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Node.js and npm are not installed")
    folder = FOLDER / f"{name}-{_hash(*packages)}"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}')
        _quietly(npm, "install", "--no-audit", "--no-fund", "--prefix", folder, *packages)
        (folder / "installed").touch()
    return folder


def run(environment: Path, program: str, **variables: str) -> Any:
    """Run a program of `PROGRAMS` in an environment; return the value that it prints as JSON in its last line."""
    path = PROGRAMS / program
    if environment.is_dir():  # Node looks for packages beside the program
        path = environment / program
        shutil.copy(PROGRAMS / program, path)
    command = ["node" if environment.is_dir() else environment, path]
    done = subprocess.run(
        command, env={**os.environ, **COMMENTS, **variables}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{program} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def _quietly(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
