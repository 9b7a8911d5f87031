"""The distributions, built once from a copy of the checkout, as a release would build them: without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("emulator", "fixtures", "kits", "requirements", "scenarios")
ALONE = ("pyproject.toml", "README.md", "LICENSE", ".gitignore")
PIP = (sys.executable, "-m", "pip")
NOT_OURS = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache")


def copy_of_the_checkout(folder: Path, moment: int) -> Path:
    """Copy what the build reads; every file is of ``moment`` (seconds since 1970)."""
    for name in SHIPPED:
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_OURS, copy_function=shutil.copyfile)
    for name in ALONE:
        shutil.copyfile(ROOT / name, folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))
    return folder


def build(source: Path, kind: str, folder: Path) -> Path:
    """Build ``wheel`` or ``sdist`` into an empty folder with the build tool of the development lock."""
    clean = {name: text for name, text in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    told = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=source,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own: what it needs is found beside it, the checkout is not."""
    folder = tmp_path_factory.mktemp("installed")
    told = subprocess.run(
        [*PIP, "install", "-q", "--no-deps", "--no-index", "--no-compile", "--target", str(folder), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return folder
