"""user/papers: what a citizen keeps in Kho DL (KDL V.2, V.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal.portal_client import BIRTH, CITIZEN, DEED, LLTP, SECOND, THIRD, Portal, wanted


def asking(*codes: str, number: str = "") -> dict[str, Any]:
    return {"DanhSachDanhMucKetQua": [{"MaKetQua": code, "SoKyHieu": number} for code in codes]}


def test_the_login_gives_an_access_token_at_top_level(portal: Portal) -> None:
    token = portal.papers_token()
    assert len(token) >= 32
    assert portal.last()["operation"] == "dvcqg.papers.login"


def test_a_citizens_paper_is_found(portal: Portal) -> None:
    """KDL-V.2-23."""
    reply = portal.papers()
    assert list(reply.json) == ["errorCode", "message", "signature", "result"]
    (paper,) = reply.json["result"]["DanhSachGiayToKetQua"]
    assert list(paper) == ["MaKetQua", "TenGiayTo", "SoKyHieu", "CoQuanChuQuan", "DanhSachTepDinhKem"]
    assert (paper["MaKetQua"], paper["SoKyHieu"]) == (LLTP, "0001/STP-LLTP")
    assert paper["DanhSachTepDinhKem"][0]["DuongDan"] == "https://dichvucong.hagiang.gov.vn/download/124.pdf"
    assert portal.last()["clause"] == "KDL V.2"
    assert portal.rules() == set()


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer "])
def test_the_token_is_taken_raw_and_after_bearer(portal: Portal, scheme: str) -> None:
    assert portal.papers(scheme + portal.papers_token()).json["errorCode"] == "0"


@pytest.mark.parametrize("token", ["x", "Bearer x", "Bearer "])
def test_another_token_is_refused_with_a_list_that_can_be_read(portal: Portal, token: str) -> None:
    reply = portal.papers(token)
    assert (reply.status_code, reply.json["errorCode"]) == (200, "-2")
    assert reply.json["result"]["DanhSachGiayToKetQua"] == []


def test_a_session_of_mapi_is_no_token(portal: Portal) -> None:
    assert portal.papers(portal.session()).json["errorCode"] == "-2"


def test_a_call_without_a_token_is_refused(portal: Portal) -> None:
    assert portal.post("/bndp/public/v1/user/papers", wanted()).json["errorCode"] == "-2"


def test_a_token_ends_when_its_time_is_over(portal: Portal) -> None:
    portal.freeze()
    token = portal.papers_token()
    portal.freeze(30)
    assert portal.papers(token).json["errorCode"] == "-2"


def test_both_grammars_of_result_codes_are_taken(portal: Portal) -> None:
    (birth,) = portal.found(MaThuTuc="1.001193", **asking(BIRTH))
    assert birth["MaKetQua"] == BIRTH
    assert portal.found(**asking(LLTP))[0]["MaKetQua"] == LLTP


def test_a_paper_of_two_sides_has_two_files(portal: Portal) -> None:
    """KDL-V.2-21."""
    (birth,) = portal.found(MaThuTuc="1.001193", **asking(BIRTH))
    assert len(birth["DanhSachTepDinhKem"]) == 2


def test_several_papers_of_one_code_are_all_given_for_the_citizen_to_choose(portal: Portal) -> None:
    numbers = {paper["SoKyHieu"] for paper in portal.found(SoDinhDanhChuSoHuu=THIRD)}
    assert numbers == {"0003/STP-LLTP", "0103/STP-LLTP"}


def test_a_reference_number_chooses_one(portal: Portal) -> None:
    (paper,) = portal.found(SoDinhDanhChuSoHuu=THIRD, **asking(LLTP, number="0103/STP-LLTP"))
    assert paper["SoKyHieu"] == "0103/STP-LLTP"


def test_a_land_certificate_must_be_named_by_its_number(portal: Portal) -> None:
    reply = portal.papers(MaThuTuc="1.012753", **asking(DEED)).json
    assert reply["errorCode"] == "-5"
    assert "SoKyHieu" in reply["message"]
    (paper,) = portal.found(MaThuTuc="1.012753", **asking(DEED, number="AA 000002"))
    assert paper["SoKyHieu"] == "AA 000002"


def test_a_code_that_does_not_belong_to_the_procedure_is_not_valid(portal: Portal) -> None:
    """KDL-V.3-07."""
    reply = portal.papers(**asking(BIRTH)).json
    assert reply["errorCode"] == "-6"
    assert "không hợp lệ" in reply["message"]


def test_one_foreign_code_among_right_ones_refuses_the_call(portal: Portal) -> None:
    assert portal.papers(**asking(LLTP, BIRTH)).json["errorCode"] == "-6"


def test_a_procedures_own_result_may_be_asked_for(portal: Portal) -> None:
    assert portal.found(MaThuTuc="2.000488")[0]["MaKetQua"] == LLTP


def test_no_paper_is_an_empty_list(portal: Portal) -> None:
    assert portal.found(SoDinhDanhChuSoHuu="999000000000") == []


def test_no_paper_may_be_printed_as_null(portal: Portal) -> None:
    portal.settle(papers_empty_is_null=True)
    assert portal.papers(SoDinhDanhChuSoHuu="999000000000").json["result"] is None


def test_only_what_was_asked_for_is_returned(portal: Portal) -> None:
    assert {paper["MaKetQua"] for paper in portal.found()} == {LLTP}
    portal.settle(papers_as_sample=True)
    assert {paper["MaKetQua"] for paper in portal.found()} == {LLTP, BIRTH, DEED}


@pytest.mark.parametrize("name", ["MaThuTuc", "DanhSachDanhMucKetQua", "SoDinhDanhChuSoHuu", "KenhThucHien"])
def test_a_mandatory_field_is_named(portal: Portal, name: str) -> None:
    reply = portal.papers(**{name: None}).json
    assert reply["errorCode"] == "-5"
    assert name in reply["message"]


@pytest.mark.parametrize("name", ["SoDinhDanhNguoiYeuCau", "HoTenNguoiYeuCau"])
def test_the_officer_is_named_when_the_dossier_is_filed_in_person(portal: Portal, name: str) -> None:
    assert portal.papers(**{name: None}).json["errorCode"] == "-5"
    assert portal.papers(**{name: None}, KenhThucHien="3").json["errorCode"] == "0"
    assert "K12" in portal.rules()
    assert portal.papers(**{name: None}, KenhThucHien="2").json["errorCode"] == "0"
    assert portal.rules() == set()


def test_an_unknown_channel_is_refused(portal: Portal) -> None:
    assert portal.papers(KenhThucHien="4").json["errorCode"] == "-5"


def test_the_owner_as_officer_is_remarked_in_person_and_right_online(portal: Portal) -> None:
    portal.papers(SoDinhDanhNguoiYeuCau=CITIZEN)
    assert "K11" in portal.rules()
    portal.papers(SoDinhDanhNguoiYeuCau=CITIZEN, KenhThucHien="2")
    assert portal.rules() == set()


@pytest.mark.parametrize("owner", ["99", "9990940010091", "abc"])
def test_a_number_that_is_no_identity_is_refused(portal: Portal, owner: str) -> None:
    assert portal.papers(SoDinhDanhChuSoHuu=owner).json["errorCode"] == "-5"


@pytest.mark.parametrize("owner", ["0100000000", "0100000000-001"])
def test_an_enterprise_is_named_by_its_tax_code(portal: Portal, owner: str) -> None:
    assert portal.papers(SoDinhDanhChuSoHuu=owner).json["errorCode"] == "0"


def test_the_agency_code_is_joined_with_the_list_of_security_servers(portal: Portal) -> None:
    from emulator.wire.codes import full_form

    (paper,) = portal.found()
    assert paper["CoQuanChuQuan"] == "H22"
    servers = {row["MACOQUAN"]: row["DSTCODE"] for row in portal.rows("LayDanhMucSSTaiTep")}
    assert servers[full_form(paper["CoQuanChuQuan"])] == "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"


def test_a_link_may_already_be_an_adapter_address(portal: Portal) -> None:
    (paper,) = portal.found(SoDinhDanhChuSoHuu=SECOND)
    assert paper["DanhSachTepDinhKem"][0]["DuongDan"].startswith("http://IP-SS-BNĐP:8080/VXPAdapter/")


def test_a_body_that_is_not_json_is_refused(portal: Portal) -> None:
    token = portal.papers_token()
    assert portal.post("/bndp/public/v1/user/papers", b"<x/>", Authorization=token).json["errorCode"] == "-1"


def test_the_lifetime_of_a_papers_token_is_a_setting(portal: Portal) -> None:
    portal.settle(papers_token_lifetime_min=2)
    portal.freeze()
    token = portal.papers_token()
    portal.freeze(1.9)
    assert portal.papers(token=token).json["errorCode"] == "0"
    portal.freeze(2)
    assert portal.papers(token=token).json["errorCode"] == "-2"
