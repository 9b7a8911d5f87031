"""A caller wishes an outcome for one call: by the Prefer header, or by a magic value."""

from __future__ import annotations

import json

import pytest

from emulator.scenario.cast import magic_table
from tests.builders import dossier, pull
from tests.conftest import Visitor


def test_prefer_code_gets_the_gateways_fault_once(visitor: Visitor) -> None:
    refused = visitor.btxh("DanhSachHoSo", pull(), headers={"Prefer": "code=503"})
    assert refused.status_code == 503
    assert refused.json["fault"]["code"] == 503
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 200


def test_prefer_delay_is_milliseconds_and_other_preferences_are_left_alone(visitor: Visitor) -> None:
    reply = visitor.btxh("DanhSachHoSo", pull(), headers={"Prefer": "return=minimal, delay=7"})
    assert reply.status_code == 200
    assert visitor.journal()[-1]["timing"]["addedDelay"] == 7


@pytest.mark.parametrize("wish", ["code=200", "code=abc", "delay=-1", "delay=9999999", "fault=khong-co"])
def test_a_wish_that_cannot_be_granted_is_remarked_and_else_ignored(visitor: Visitor, wish: str) -> None:
    assert visitor.btxh("DanhSachHoSo", pull(), headers={"Prefer": wish}).status_code == 200
    entry = visitor.journal()[-1]
    assert [each["rule"] for each in entry["remarks"] if each["rule"] == "prefer"] == ["prefer"]
    assert entry["scenario"] is None


def test_prefer_reaches_the_token_endpoint(visitor: Visitor) -> None:
    form = {"grant_type": "client_credentials"}
    reply = visitor.http.post("/token", data=form, headers={**visitor.basic(), "Prefer": "code=504"})
    assert reply.status_code == 504


def test_the_header_can_be_switched_off(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"prefer_header": False})
    assert visitor.btxh("DanhSachHoSo", pull(), headers={"Prefer": "code=503"}).status_code == 200


@pytest.fixture
def magician(visitor: Visitor) -> Visitor:
    """A visitor of a sandbox whose magic values are on."""
    assert visitor.http.patch("/__admin/settings", json={"magic_values": True}).status_code == 200
    return visitor


@pytest.mark.parametrize("number", [each for each, row in magic_table().items() if row.refuse])
def test_a_magic_dossier_code_gets_its_outcome(magician: Visitor, number: int) -> None:
    code = f"000.11.26.H26-261120-99{number:02d}"
    reply = magician.btxh("DongBoDVC", dossier(MaHoSo=code), headers={"Accept": "application/json"})
    refuse = magic_table()[number].refuse
    assert refuse is not None
    if refuse.error_code is None:
        assert (reply.status_code, json.loads(reply.data)["fault"]["code"]) == (refuse.status, refuse.code)
    else:
        assert (reply.status_code, reply.json["error_code"]) == (200, refuse.error_code)
    entry = magician.journal()[-1]
    assert entry["scenario"]["id"] == "magic"
    (remark,) = [each for each in entry["remarks"] if each["rule"] == "magic-value"]
    assert "magic_values" in remark["vi"]


def test_a_magic_citizen_number_does_the_same(magician: Visitor) -> None:
    reply = magician.btxh("DongBoDVC", dossier(CMND="999900000003", SoDinhDanh="999900000003"))
    assert reply.status_code == 503


@pytest.mark.parametrize(
    "code", ["000.11.26.H26-261120-9900", "000.11.26.H26-261120-9999", "000.11.26.H26-261120-1903"]
)
def test_numbers_that_are_not_in_the_table_are_ordinary(magician: Visitor, code: str) -> None:
    assert magician.btxh("DongBoDVC", dossier(MaHoSo=code)).json["error_code"] == 0


def test_magic_is_off_until_somebody_turns_it_on(visitor: Visitor) -> None:
    """T17: the running numbers of a load test past 9900 are ordinary."""
    assert visitor.btxh("DongBoDVC", dossier(MaHoSo="000.11.26.H26-261120-9903")).json["error_code"] == 0
