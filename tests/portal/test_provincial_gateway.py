"""A province's gateway before the portal (src:client-province-gateway)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.portal.portal_client import Portal, dossier

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
