"""What stands behind the gateway and in front of it: two back ends by the kind of key (B9), a province's LGSP (B26)."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.country.settings import MODES, Mode
from tests.builders import dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.gateways.desk import Desk

KINDS = ("production", "sandbox")


def call(desk: Desk, operation: str, body: dict[str, Any], kind: str = "production") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {desk.token(kind=kind)}"}
    answer: dict[str, Any] = desk.ask("POST", f"/apiBTXH/1.0/{operation}", json=body, headers=headers).json
    return answer


def held(visitor: Visitor, desk: Desk, kind: str) -> list[str]:
    path = f"/__admin/sandboxes/{desk.id}/dossiers?limit=1000&code=000.11.26.H26&key_kind={kind}"
    return [each["code"] for each in visitor.http.get(path).json["dossiers"]]


@pytest.mark.parametrize("mode", MODES)
def test_sandbox_and_production_keys_reach_two_back_ends(visitor: Visitor, mode: Mode) -> None:
    """B9."""
    desk = Desk(visitor, mode=mode)
    assert call(desk, "DongBoDVC", dossier(), "sandbox")["error_code"] == 0
    assert call(desk, "XuLyHoSo", step())["error_code"] == -4
    assert call(desk, "XuLyHoSo", step(), "sandbox")["error_code"] == 0
    code = dossier()["MaHoSo"]
    assert (held(visitor, desk, "sandbox"), held(visitor, desk, "production")) == ([code], [])
    steps = visitor.http.get(f"/__admin/sandboxes/{desk.id}/dossiers/{code}?key_kind=sandbox").json["steps"]
    assert [each["status"] for each in steps] == [2]


def test_the_journal_says_which_back_end_a_call_has_changed(visitor: Visitor) -> None:
    desk = Desk(visitor)
    call(desk, "DongBoDVC", dossier(), "sandbox")
    newest = desk.last()
    assert {effect["shelf"].partition("/")[0] for effect in newest["effects"]} == {"test-system"}
    assert "ndxp-sandbox-backend" in [remark["rule"] for remark in newest["remarks"]]
    call(desk, "DongBoDVC", dossier())
    assert {effect["shelf"] for effect in desk.last()["effects"]} == {"dossiers"}


def test_both_back_ends_begin_with_the_pack_and_results_are_found_in_each(visitor: Visitor) -> None:
    desk = Desk(visitor, pull_source="all")
    window = {"ThoiGianBatDau": "01/01/2000 00:00:00", "ThoiGianKetThuc": "31/12/2030 23:59:59"}
    before = {
        kind: call(desk, "DanhSachHoSo", pull(**window), kind)["result"]["data"] for kind in ("production", "sandbox")
    }
    assert before["production"] == before["sandbox"] != []
    call(desk, "DongBoDVC", final_result(), "sandbox")
    asked = pull(LoaiDuLieu="100", **window)
    found = {
        kind: [each["maHoSo"] for each in call(desk, "DanhSachHoSo", asked, kind)["result"]["data"]] for kind in KINDS
    }
    assert set(found["sandbox"]) - set(found["production"]) == {final_result()["MaHoSo"]}


def test_a_setting_leads_both_kinds_of_key_to_one_back_end(visitor: Visitor) -> None:
    desk = Desk(visitor, sandbox_keys_reach="production")
    assert call(desk, "DongBoDVC", dossier(), "sandbox")["error_code"] == 0
    assert call(desk, "XuLyHoSo", step())["error_code"] == 0


def by_lgsp(desk: Desk, body: dict[str, Any], operation: str = "DongBoDVC", **headers: str) -> Any:
    return desk.ask("POST", f"/apiBTXH/{operation}", json=body, headers=headers)


@pytest.mark.parametrize("mode", MODES)
def test_a_portal_behind_its_lgsp_is_served_unchanged(visitor: Visitor, mode: Mode) -> None:
    """B26: neither a token nor an address with a version, the access key in the body."""
    desk = Desk(visitor, mode=mode, lgsp_adds_token=True, access_key="khoa-cua-tinh")
    reply = by_lgsp(desk, dossier() | {"AcceptKey": "khoa-cua-tinh"})
    assert (reply.status_code, reply.json["error_code"]) == (200, 0)
    newest = desk.last()
    assert newest["consumer"] == desk.pair()[0]
    assert "ndxp-lgsp-token-added" in [remark["rule"] for remark in newest["remarks"]]
    assert by_lgsp(desk, step() | {"AcceptKey": "khoa-cua-tinh"}, "XuLyHoSo").json["error_code"] == 0


def test_a_portal_that_pulls_sends_its_key_as_a_bearer_word_too(visitor: Visitor) -> None:
    desk = Desk(visitor, lgsp_adds_token=True, access_key="khoa-cua-tinh")
    reply = by_lgsp(desk, pull(), "DanhSachHoSo", Authorization="Bearer khoa-cua-tinh")
    assert reply.json["result"]["error_code"] == 0


@pytest.mark.parametrize(
    ("settings", "body", "headers", "nearest"),
    [
        ({"access_key": "k"}, {}, {}, ""),
        ({"access_key": "k"}, {"AcceptKey": "sai"}, {}, ""),
        ({"access_key": "k", "lgsp_key_name": "AccessKey"}, {"AcceptKey": "k"}, {}, "AcceptKey"),
        ({"lgsp_token": "t"}, {}, {}, ""),
        ({"lgsp_token": "t"}, {}, {"Authorization": "Bearer sai"}, ""),
        ({"lgsp_token": "t", "access_key": "k"}, {}, {"Authorization": "Bearer t"}, ""),
    ],
)
def test_the_lgsp_has_a_401_of_its_own_for_a_stranger(
    visitor: Visitor, settings: dict[str, Any], body: dict[str, Any], headers: dict[str, str], nearest: str
) -> None:
    desk = Desk(visitor, lgsp_adds_token=True, **settings)
    reply = by_lgsp(desk, dossier() | body, **headers)
    assert reply.status_code == 401
    assert reply.json == {"status": 401, "message": "LGSP: AccessKey hoặc token không hợp lệ"}
    newest = desk.last()
    assert newest["outcome"] == "refused"
    remark = next(each for each in newest["remarks"] if each["rule"] == "ndxp-lgsp-key-missing")
    assert remark.get("nearest", "") == nearest
    assert "t" not in (remark.get("found", ""), remark["vi"])


def test_the_lgsp_takes_its_own_token_and_its_own_name_for_the_key(visitor: Visitor) -> None:
    desk = Desk(visitor, lgsp_adds_token=True, lgsp_token="t", access_key="k", lgsp_key_name="AccessKey")
    reply = by_lgsp(desk, dossier() | {"AccessKey": "k"}, Authorization="Bearer t")
    assert (reply.status_code, reply.json["error_code"]) == (200, 0)


def test_what_ndxp_refuses_to_the_lgsp_reaches_the_portal(visitor: Visitor) -> None:
    desk = Desk(visitor, lgsp_adds_token=True, subscription="blocked")
    reply = by_lgsp(desk, dossier())
    assert (reply.status_code, b"900907" in reply.data) == (401, True)


def test_the_lgsp_may_hold_a_sandbox_pair(visitor: Visitor) -> None:
    desk = Desk(visitor, lgsp_adds_token=True, lgsp_key_kind="sandbox")
    assert by_lgsp(desk, dossier()).json["error_code"] == 0
    assert (len(held(visitor, desk, "sandbox")), len(held(visitor, desk, "production"))) == (1, 0)
    assert desk.last()["consumer"] == desk.pair("sandbox")[0]


def test_the_address_with_a_version_still_wants_a_token(visitor: Visitor) -> None:
    desk = Desk(visitor, lgsp_adds_token=True)
    assert desk.push({}).status_code == 401
