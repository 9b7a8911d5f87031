"""All faults by name. The first four names are WireMock's, so that people need no dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.scenario.fault import FaultKind
from emulator.scenario.faults_delivery import SOCKETS, TIMING
from emulator.scenario.faults_files import FILES, PRINTED
from emulator.scenario.faults_gateway import GATEWAY, TOKENS
from emulator.scenario.faults_payload import PAYLOADS
from emulator.scenario.faults_xroad import XROAD

FAULTS: Mapping[str, FaultKind] = {
    **SOCKETS,
    **TIMING,
    **PAYLOADS,
    **PRINTED,
    **FILES,
    **GATEWAY,
    **TOKENS,
    **XROAD,
}
