"""Clients as they are written in the field, re-expressed from the facts (facts-clients §1 to §3, §7)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.dvcqg.portal_client import FORWARD, Portal, dossier, result, step, wanted


class S1Client:
    """A ministry's core: dstcode as a header, a lenient integer, a session kept ten minutes, TraCuuHoSo first."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.session, self.logins = portal, "", 0

    def post(self, path: str, body: Any) -> dict[str, Any]:
        reply = self.portal.visitor.http.post(
            FORWARD + path,
            data=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "Charset": "utf-8",
                "dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider",
            },
        )
        if reply.status_code >= 400:
            return {}
        return dict(reply.json)

    @staticmethod
    def lenient_int(value: Any) -> int:
        found = re.fullmatch(r"-?\d+", str(value))
        return int(found[0]) if found else 0

    def log_in(self) -> bool:
        account = self.portal.account
        reply = self.post("/mapi/login", {"username": account.username, "password": account.password})
        self.logins += 1
        good = "session" in reply and "error_code" in reply and self.lenient_int(reply["error_code"]) == 0
        self.session = reply["session"] if good else ""
        return good

    def call(self, **keys: Any) -> dict[str, Any]:
        return self.post("/mapi/call", {"session": self.session, "madonvi": self.portal.account.unit, **keys})

    def synchronise(self, body: dict[str, Any], progress: dict[str, Any]) -> list[str]:
        known = self.call(service="TraCuuHoSo", mahoso=body["MaHoSo"]).get("result")
        pushed = self.call(service="DongBoHoSoMC", isUpdating="True" if known else "False", data=[body])
        story = ["update" if known else "create", str(self.lenient_int(pushed.get("error_code", -1)))]
        if story[1] == "0":
            done = self.call(service="CapNhatTienDoHoSoMC", data=[progress])
            story.append(str(self.lenient_int(done["error_code"])))
        return story


@pytest.mark.parametrize("style", ["by-family", "number", "string", "00"])
def test_s1_synchronises_under_every_type_of_error_code(portal: Portal, style: str) -> None:
    portal.settle(portal_error_code_style=style)
    client = S1Client(portal)
    assert client.log_in()
    assert client.synchronise(dossier(), step()) == ["create", "0", "0"]
    again = client.synchronise(dossier(TrangThaiHoSo="4"), step(TrangThai="4", ThoiDiemXuLy="20261121090000"))
    assert again == ["update", "0", "0"]


def test_s1_never_takes_a_refusal_for_success_since_no_code_is_a_word(portal: Portal) -> None:
    client = S1Client(portal)
    client.log_in()
    refusals = [
        client.call(service="DongBoHoSoMC", isUpdating="True", data=[dossier()]),
        client.call(service="KhongCo"),
        client.post("/mapi/login", {"username": "x", "password": "y"}),
        client.post("/mapi/login", {}),
    ]
    assert all(client.lenient_int(reply["error_code"]) != 0 for reply in refusals)


def test_s1_loses_the_reason_when_refusals_come_as_http_errors(portal: Portal) -> None:
    portal.settle(portal_maps_errors_to_http=True)
    client = S1Client(portal)
    client.log_in()
    assert client.call(service="KhongCo") == {}


def test_s1_goes_on_with_a_dead_session_and_the_journal_says_so(portal: Portal) -> None:
    portal.freeze()
    client = S1Client(portal)
    client.log_in()
    portal.freeze(31)
    stories = [client.synchronise(dossier(), step()) for _ in range(2)]
    assert stories == [["create", "-2"]] * 2
    assert "session-never-renewed" in portal.rules()


class S2Client:
    """A province's portal: reads the text of the message, and pushes again as update on "đã tồn tại"."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.posts = portal, 0

    def push(self, body: dict[str, Any], *, updating: bool = False) -> bool:
        self.posts += 1
        reply = self.portal.push(body, updating=updating)
        if reply["error_code"] not in ("0", "3", "-3"):
            return False
        if "đã tồn tại" in reply["message"]:
            return self.push(body, updating=True)
        return reply["error_code"] == "0" and "thành công" in reply["message"].lower()

    def papers(self, **changes: Any) -> list[str]:
        reply = self.portal.papers(**changes).json
        return [file["TenTep"] for row in reply["result"]["DanhSachGiayToKetQua"] for file in row["DanhSachTepDinhKem"]]


@pytest.mark.parametrize("code", [3, -3])
def test_s2_creates_and_then_updates_on_da_ton_tai(portal: Portal, code: int) -> None:
    portal.settle(portal_duplicate_code=code)
    client = S2Client(portal)
    assert client.push(dossier())
    assert client.push(dossier(TrangThaiHoSo="4"))
    assert client.posts == 3


def test_s2_takes_no_refusal_for_success(portal: Portal) -> None:
    assert not S2Client(portal).push(dossier(TenTTHC="x"))


def test_s2_reads_tentep_in_every_mode_and_survives_a_refusal(portal: Portal) -> None:
    client = S2Client(portal)
    assert client.papers() == ["124.pdf"]
    assert client.papers(MaThuTuc="9.999999") == []


def test_s2_sends_the_owner_as_officer_and_a_local_procedure_code(portal: Portal) -> None:
    owner = wanted()["SoDinhDanhChuSoHuu"]
    assert S2Client(portal).papers(SoDinhDanhNguoiYeuCau=owner, MaThuTuc="1.003709.000.00.00.H56") == ["124.pdf"]
    assert {"K11", "K26"} <= portal.rules()


def test_s2_sends_a_procedure_code_as_result_code_and_is_told_so(portal: Portal) -> None:
    assert S2Client(portal).push(dossier(TrangThaiHoSo="9", DanhSachGiayToKetQua=[result(MaGiayToKetQua="2.000488")]))
    assert "procedure-as-result" in portal.rules()


def test_s3_uses_the_token_raw(portal: Portal) -> None:
    account = portal.papers_account
    reply = portal.post("/bndp/public/v1/login", {"username": account.username, "password": account.password})
    token = json.loads(reply.data)["accessToken"]
    found = portal.post("/bndp/public/v1/user/papers", wanted(), Authorization=token, Charset="utf-8").json
    assert found["result"]["DanhSachGiayToKetQua"][0]["DanhSachTepDinhKem"][0]["TenTep"] == "124.pdf"


def test_s4_posts_an_empty_login_and_gets_json_that_says_no(portal: Portal) -> None:
    reply = portal.visitor.http.post(FORWARD + "/mapi/login")
    assert (reply.status_code, reply.json["error_code"]) == (200, -1)
