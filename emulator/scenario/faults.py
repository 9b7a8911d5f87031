"""All faults by name."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.scenario.contract import Fault

FAULTS: Mapping[str, Fault] = {}
