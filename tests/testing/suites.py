"""Suites inside the suite: what a project that uses the plugin would write."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """
import pytest
import requests


def log_in(box, http=requests):
    return http.post(
        box.base_url + "/token",
        data={"grant_type": "client_credentials"},
        auth=(box.consumer_key, box.consumer_secret),
    )


def push(box, body, http=requests):
    headers = {"Authorization": "Bearer " + log_in(box, http).json()["access_token"]}
    return http.post(box.base_url + "/apiBTXH/1.0/DongBoDVC", json=body, headers=headers)


"""


FLAGS = ("-p", "emulator.testing.plugin", "--strict-markers", "-p", "no:cacheprovider")


class Suite:
    """A suite of a stranger, run in this process, or in one of its own."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester, self._patch = pytester, monkeypatch
        for name in list(os.environ):
            if name.startswith(("NDXP_EMULATOR_", "PYTEST_XDIST_")):
                monkeypatch.delenv(name)
        # No other plugin is loaded, and ours by its module: the checkout need not be installed.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def use(self, base_url: str) -> None:
        """Let it use a server that runs already."""
        self._patch.setenv("NDXP_EMULATOR_URL", base_url)

    def run(self, tests: str, *more: str, ini: str = "") -> pytest.RunResult:
        """Run tests in this process."""
        self.write(tests, ini)
        return self._pytester.runpytest_inprocess(*FLAGS, *more)

    def run_apart(self, tests: str, *more: str, ini: str = "") -> pytest.RunResult:
        """Run tests in a process of their own."""
        self.write(tests, ini)
        self._patch.setenv("PYTHONPATH", str(ROOT))
        return self._pytester.runpytest_subprocess(*FLAGS, *more)

    def write(self, tests: str, ini: str = "") -> None:
        """Write its files."""
        self._pytester.makeini(f"[pytest]\n{ini}\n")
        self._pytester.makepyfile(test_suite=CLIENT + dedent(tests))

    @property
    def folder(self) -> Path:
        """Where it stands."""
        return self._pytester.path
