"""The scenarios this process knows."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.scenario.script import Script


class NoScenario(KeyError):
    """There is no scenario of that name."""


class Library:
    """Scenarios by id."""

    def __init__(self, scripts: Iterable[Script] = ()) -> None:
        self._scripts = {script.id: script for script in scripts}

    def get(self, name: str) -> Script:
        """Return a scenario. Raises NoScenario when there is none."""
        try:
            return self._scripts[name]
        except KeyError:
            raise NoScenario(name) from None
