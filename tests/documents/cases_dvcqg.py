"""Rows K02 to K31 of the register, each played in every mode through the portal's door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.country.sandbox import Definition
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.documents.quirk_table import Stage, case
from tests.portal.portal_client import BIRTH, CITIZEN, LLTP, Portal, wanted


@cache
def _pack() -> Pack:
    return load_pack("co-ban")


@contextmanager
def at_portal(stage: Stage, **settings: Any) -> Iterator[Portal]:
    country = found_country(
        Settings(default=Definition(mode=stage.mode)), stage.folder / "store.db", {"co-ban": _pack()}
    )
    try:
        yield Portal(Visitor(country), **settings)
    finally:
        country.store.close()


def judge(stage: Stage, portal: Portal, quirk: str, code: Any) -> None:
    """Strict refuses by the row's name, the others take the call and name the row."""
    assert (int(code) != 0) == stage.is_strict
    assert quirk in portal.rules()


@case("K02")
def capitalised_addressing_keys(stage: Stage) -> None:
    with at_portal(stage) as portal:
        body = {"Session": portal.session(), "Madonvi": "H26", "Service": "LayDanhSachTTHC"}
        judge(stage, portal, "K02", portal.post("/mapi/call", body).json["error_code"])


@case("K03", "K04")
def two_logins_two_credentials(stage: Stage) -> None:
    with at_portal(stage) as portal:
        session, token = portal.session(), portal.papers_token()
        assert portal.call("LayDanhSachTTHC", session).json["error_code"] == 0
        assert portal.call("LayDanhSachTTHC", token).json["error_code"] == -2
        for text in (token, f"Bearer {token}"):
            assert portal.papers(text).json["errorCode"] == "0"
        assert portal.papers(session).json["errorCode"] == "-2"


@case("K05", "K06", "K07", "K08")
def the_list_of_security_servers(stage: Stage) -> None:
    with at_portal(stage) as portal:
        session = portal.session()
        reply = portal.call("LayDanhMucSSTaiTep", session).json
        assert list(reply) == ["error_code", "message", "result"]
        assert {tuple(row) for row in reply["result"]} == {("MACOQUAN", "TENCOQUAN", "DSTCODE")}
        assert any(row["DSTCODE"].startswith("VN:COM:") for row in reply["result"])
        portal.settle(portal_reads_have_error_code=False)
        assert list(portal.call("LayDanhMucSSTaiTep", session).json) == ["result"]


@case("K09")
def a_comma_before_the_brace(stage: Stage) -> None:
    import json

    with at_portal(stage) as portal:
        body = json.dumps(wanted())[:-1] + ",\n}"
        reply = portal.post("/bndp/public/v1/user/papers", body, Authorization=portal.papers_token())
        judge(stage, portal, "K09", reply.json["errorCode"])


@case("K10")
def the_procedure_under_its_other_name(stage: Stage) -> None:
    with at_portal(stage) as portal:
        judge(stage, portal, "K10", portal.papers(MaThuTuc=None, MaTTHC="1.003709").json["errorCode"])


@case("K11")
def the_owner_as_officer(stage: Stage) -> None:
    with at_portal(stage) as portal:
        judge(stage, portal, "K11", portal.papers(SoDinhDanhNguoiYeuCau=CITIZEN).json["errorCode"])


@case("K12")
def no_officer_on_the_postal_channel(stage: Stage) -> None:
    with at_portal(stage) as portal:
        judge(stage, portal, "K12", portal.papers(KenhThucHien="3", HoTenNguoiYeuCau=None).json["errorCode"])


@case("K13")
def a_number_of_nine_digits(stage: Stage) -> None:
    with at_portal(stage) as portal:
        judge(stage, portal, "K13", portal.papers(SoDinhDanhChuSoHuu="999419012").json["errorCode"])


@case("K14", "K15", "K16", "K19")
def the_papers_reply(stage: Stage) -> None:
    with at_portal(stage) as portal:
        reply = portal.papers().json
        assert (reply["errorCode"], reply["signature"]) == ("0", "Signature")
        (paper,) = reply["result"]["DanhSachGiayToKetQua"]
        assert paper["SoKyHieu"]
        assert paper["CoQuanChuQuan"] == ("000.00.00.H22" if stage.is_strict else "H22")
        names = {"TenTep", "DuongDan"} | (set() if stage.is_strict else {"TenFile"})
        assert set(paper["DanhSachTepDinhKem"][0]) == names


@case("K15", "K16")
def the_settings_choose_the_form(stage: Stage) -> None:
    with at_portal(stage, papers_file_key="TenFile", papers_agency_form="full") as portal:
        (paper,) = portal.found()
        assert set(paper["DanhSachTepDinhKem"][0]) == {"TenFile", "DuongDan"}
        assert paper["CoQuanChuQuan"] == "000.00.00.H22"


@case("K17")
def codes_that_were_not_asked_for(stage: Stage) -> None:
    with at_portal(stage) as portal:
        assert {paper["MaKetQua"] for paper in portal.found()} == {LLTP}
        portal.settle(papers_as_sample=True)
        assert BIRTH in {paper["MaKetQua"] for paper in portal.found()}


@case("K18")
def two_grammars_of_result_codes(stage: Stage) -> None:
    with at_portal(stage) as portal:
        assert portal.found()[0]["MaKetQua"] == LLTP
        asked = [{"MaKetQua": BIRTH, "SoKyHieu": ""}]
        assert portal.found(MaThuTuc="1.001193", DanhSachDanhMucKetQua=asked)[0]["MaKetQua"] == BIRTH


@case("K26")
def a_procedure_with_a_local_suffix(stage: Stage) -> None:
    with at_portal(stage) as portal:
        judge(stage, portal, "K26", portal.papers(MaThuTuc="1.003709.000.00.00.H34").json["errorCode"])
        judge(stage, portal, "K26", portal.call("LayThuTuc", maTTHC="1.003709.H34").json["error_code"])


@case("K28")
def a_letter_read_as_a_digit(stage: Stage) -> None:
    with at_portal(stage) as portal:
        reply = portal.papers(DanhSachDanhMucKetQua=[{"MaKetQua": "KQ.015.000007", "SoKyHieu": ""}]).json
        assert reply["errorCode"] == "-6"
        assert "KQ.G15.000007" in reply["message"]
        assert "K28" in portal.rules()


@case("K30")
def a_code_of_another_procedure(stage: Stage) -> None:
    with at_portal(stage) as portal:
        reply = portal.papers(DanhSachDanhMucKetQua=[{"MaKetQua": BIRTH, "SoKyHieu": ""}]).json
        assert reply["errorCode"] == "-6"
        assert "không hợp lệ" in reply["message"]
        assert "K30" in portal.rules()


@case("K31")
def nothing_found(stage: Stage) -> None:
    with at_portal(stage) as portal:
        assert portal.found(SoDinhDanhChuSoHuu="999000000000") == []
        portal.settle(papers_empty_is_null=True)
        assert portal.papers(SoDinhDanhChuSoHuu="999000000000").json["result"] is None
