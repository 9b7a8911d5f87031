"""Lint, format and types are part of the tests, so that one command holds everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
def test_the_source_is_clean(tool: str) -> None:
    name, *options = tool.split()
    said = subprocess.run([sys.executable, "-m", name, *options], capture_output=True, text=True, cwd=ROOT, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
