"""Every faulty client of Kho DL fails the one test that is about its fault, and no other required one."""

from __future__ import annotations

import pytest

from emulator.app import Country
from tests.certification.mutants_papers import MUTANTS, client
from tests.certification.stand import Stand, told, verdicts
from tests.clients.reference.filing import Filing
from tests.clients.reference.khodl import KhoDl


@pytest.mark.parametrize("part", MUTANTS, ids=lambda part: part.__name__)
def test_a_faulty_client_of_kho_dl_fails_the_test_about_its_fault_alone(
    country: Country, part: type[KhoDl] | type[Filing]
) -> None:
    report = Stand(country, "kho-dl", "lỗi").play(client(part))
    said, expected = verdicts(report), MUTANTS[part]
    must = {test["id"] for test in report["tests"] if test["level"] == "MUST"}
    failed = {name: told(report, name) for name in must if said[name] in ("fail", "error") and name != expected}
    assert said[expected] == "fail", f"{said[expected]}: {told(report, expected)}"
    assert not failed
