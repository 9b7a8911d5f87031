"""All faults by name. The first four names are WireMock's, so that people need no dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.kernel.exchange import Rule, basis_of, register_rule
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
for _name, _fault in FAULTS.items():
    register_rule(
        Rule(
            f"fault:{_name}",
            "",
            basis_of(_fault.source),
            _fault.source,
            "note",
            f"Lỗi đặt sẵn: {_fault.title['vi']}",
            f"Armed fault: {_fault.title['en']}",
            "faults",
        )
    )
