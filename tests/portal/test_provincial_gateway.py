"""A province's gateway before the portal (src:client-province-gateway)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.portal.portal_client import CITIZEN, LLTP, OFFICER, Portal, dossier, wanted

PATH = "/KetNoiMotCuaQuocGia"


@pytest.fixture
def gateway(portal: Portal) -> Portal:
    portal.settle(provincial_gateway=True)
    return portal


def ask(portal: Portal, path: str, body: Any = None, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token or portal.visitor.token()}"}
    if body is None:
        return portal.visitor.http.get(f"{PATH}/{path}", headers=headers)
    return portal.visitor.http.post(f"{PATH}/{path}", headers=headers, json=body)


def test_the_gateway_is_not_there_unless_it_is_turned_on(portal: Portal) -> None:
    assert ask(portal, "LayThuTuc?maTTHC=1.003709").status_code == 404


def test_a_reply_is_encoded_twice(gateway: Portal) -> None:
    reply = ask(gateway, "LayThuTuc?maTTHC=1.003709")
    assert reply.json["error_code"] == "0"
    assert json.loads(reply.json["message"])["result"][0]["MATTHC"] == "1.003709"
    assert gateway.last()["operation"] == "dvcqg.mapi.LayThuTuc"


def test_another_province_encodes_once(gateway: Portal) -> None:
    gateway.settle(provincial_gateway_double_encodes=False)
    assert ask(gateway, "LayThuTuc?maTTHC=1.003709").json["result"][0]["MATTHC"] == "1.003709"


def test_a_bare_list_is_pushed_without_a_session(gateway: Portal) -> None:
    reply = ask(gateway, "DongBoHoSoMC?MaDinhDanhDV=H26&isUpdating=False", [dossier()])
    assert "thành công" in json.loads(reply.json["message"])["message"]
    again = json.loads(ask(gateway, "DongBoHoSoMC?isUpdating=False", [dossier()]).json["message"])
    assert again["error_code"] == "-3"
    assert "đã tồn tại" in again["message"]


def test_a_refusal_hides_inside_a_wrapper_that_says_zero(gateway: Portal) -> None:
    reply = ask(gateway, "KhongCo").json
    assert reply["error_code"] == "0"
    assert json.loads(reply["message"])["error_code"] == -9


def test_a_dead_token_is_refused_as_the_gateway_does(gateway: Portal) -> None:
    reply = ask(gateway, "LayDanhSachTTHC", token="x")
    assert reply.status_code == 401
    assert b"900901" in reply.data


@pytest.mark.parametrize("body", ["x", 1])
def test_a_body_that_is_neither_object_nor_list_is_refused(gateway: Portal, body: object) -> None:
    reply = ask(gateway, "DongBoHoSoMC", body)
    assert json.loads(reply.json["message"])["error_code"] == -1


# SynsTTHCC: a bare list, the unit in the query, the reply as it is (src:client-province-push).

SYNS = "/SynsTTHCC/DongBoHoSoMC"
GIAY_TO = "/CommonServices.svc/GiayToCaNhanFromDVCQG"


def send(portal: Portal, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {portal.visitor.token()}"}
    if body is None:
        return portal.visitor.http.get(path, headers=headers).json
    return portal.visitor.http.post(path, headers=headers, json=body).json


@pytest.mark.parametrize("unit", ["", "H26", "H26.15", "000.00.00.H26"])
def test_syns_takes_a_bare_list_and_its_reader_finds_the_string_zero(gateway: Portal, unit: str) -> None:
    reply = send(gateway, f"{SYNS}?MaDinhDanhDV={unit}&isUpdating=False", [dossier()])
    assert (reply["error_code"], "thành công" in reply["message"]) == ("0", True)
    again = send(gateway, f"{SYNS}?MaDinhDanhDV={unit}&isUpdating=False", [dossier()])
    assert (again["error_code"], "đã tồn tại" in again["message"]) == ("-3", True)
    assert send(gateway, f"{SYNS}?MaDinhDanhDV={unit}&isUpdating=True", [dossier()])["error_code"] == "0"
    assert gateway.rows("TraCuuHoSo", mahoso="H26.15-261120-0001")


def test_syns_pushes_for_the_unit_it_names_and_notes_one_that_is_not_there(gateway: Portal) -> None:
    assert (
        send(gateway, f"{SYNS}?MaDinhDanhDV=H22&isUpdating=False", [dossier(MaHoSo="H22.15-261120-0001")])["error_code"]
        == "0"
    )
    assert gateway.rules() == set()
    send(gateway, f"{SYNS}?MaDinhDanhDV=H99&isUpdating=False", [dossier()])
    assert "gateway-unit" in gateway.rules()


@pytest.mark.parametrize("body", [{"data": "x"}, [], ["x"], 7])
def test_syns_refuses_with_a_string_too(gateway: Portal, body: Any) -> None:
    reply = send(gateway, f"{SYNS}?isUpdating=False", body)
    assert isinstance(reply["error_code"], str)
    assert reply["error_code"].startswith("-")


# CommonServices.svc: papers by a procedure alone (src:client-province-papers).


def query(**changes: str) -> str:
    asked = {"maThuTuc": "1.003709", "kenhThucHien": "2", "soDinhDanhChuSoHuu": CITIZEN,
             "soDinhDanhNguoiYeuCau": CITIZEN, "hoTenNguoiYeuCau": "NGƯỜI DÂN"} | changes  # fmt: skip
    return f"{GIAY_TO}?" + "&".join(f"{name}={text}" for name, text in asked.items())


@pytest.mark.parametrize("officer", [False, True])
def test_papers_are_read_under_data_and_a_file_is_known_by_the_end_of_its_link(gateway: Portal, officer: bool) -> None:
    counter = {"kenhThucHien": "1", "soDinhDanhNguoiYeuCau": OFFICER} if officer else {}
    reply = send(gateway, query(**counter))
    assert list(reply) == ["Data"]
    (paper,) = [each for each in reply["Data"] if each["MaKetQua"] == LLTP]
    (file,) = paper["DanhSachTepDinhKem"]
    assert (file["DuongDan"].rpartition("/")[2], file["TenTep"]) == ("124.pdf", file["TenFile"])
    assert gateway.last()["operation"] == "dvcqg.province-papers"


def test_papers_of_a_local_procedure_code_are_found_and_the_suffix_is_noted(gateway: Portal) -> None:
    assert send(gateway, query(maThuTuc="1.003709.000.00.00.H26"))["Data"]
    assert "K26" in gateway.rules()


@pytest.mark.parametrize(("changes", "code"), [
    ({"maThuTuc": "9.999999"}, "-6"), ({"soDinhDanhChuSoHuu": ""}, "-5"), ({"kenhThucHien": "9"}, "-5"),
    ({"kenhThucHien": "1", "hoTenNguoiYeuCau": ""}, "-5"),
])  # fmt: skip
def test_a_refusal_is_no_papers_for_its_reader_and_says_why_beside(
    gateway: Portal, changes: dict[str, str], code: str
) -> None:
    reply = send(gateway, query(**changes))
    assert (reply["Data"], reply["errorCode"]) == ([], code)
    assert gateway.last()["outcome"] == "refused"


def test_a_province_posts_the_body_of_the_guide_to_its_gateway_without_a_token_of_the_portal(gateway: Portal) -> None:
    reply = send(gateway, GIAY_TO, wanted())
    (paper,) = reply["result"]["DanhSachGiayToKetQua"]
    assert (reply["errorCode"], paper["MaKetQua"]) == ("0", LLTP)
    refused = send(gateway, GIAY_TO, wanted(MaThuTuc=None))
    assert (refused["errorCode"], refused["result"]["DanhSachGiayToKetQua"]) == ("-5", [])


@pytest.mark.parametrize("path", ["/SynsTTHCC/DongBoHoSoMC", GIAY_TO, "/KetNoiMotCuaQuocGia/LayDanhMucCoQuan"])
def test_every_address_of_the_gateway_is_off_until_it_is_turned_on_and_asks_for_a_token(
    portal: Portal, path: str
) -> None:
    assert portal.visitor.http.post(path, json=[]).status_code == 404
    portal.settle(provincial_gateway=True)
    assert portal.visitor.http.post(path, json=[]).status_code == 401


def test_a_sister_of_the_papers_address_is_not_there(gateway: Portal) -> None:
    headers = {"Authorization": f"Bearer {gateway.visitor.token()}"}
    reply = gateway.visitor.http.get("/CommonServices.svc/GiayTo", headers=headers)
    assert (reply.status_code, GIAY_TO.encode() in reply.data) == (404, True)
