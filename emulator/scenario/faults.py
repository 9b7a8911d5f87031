"""All faults by name. The first four names are WireMock's, so that people need no dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.scenario.fault import Fault
from emulator.scenario.faults_sockets import SOCKETS
from emulator.scenario.faults_timing import TIMING

FAULTS: Mapping[str, Fault] = {**SOCKETS, **TIMING}
