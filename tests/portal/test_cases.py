"""What an audit found at the portal and in Kho DL, row by row (K3 …), each with siblings of its kind."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from emulator.wire.codes import full_form
from tests.gateways.axis.axis import HAGIANG, HAGIANG_URL, HANOI, KONTUM, newest
from tests.portal.portal_client import CITIZEN, LLTP, OFFICER, Portal, dossier, result, wanted

ADMIN = "/__admin/sandboxes/default"
NEWCOMER = "999191040360"
OWNER = [{"LoaiDinhDanh": "1", "SoDinhDanh": NEWCOMER}]
VXP = "/VXPAdapter/RestService/forward"
CASE_2 = f"http://IP-SS-BNĐP:8080{VXP}/download/124.pdf?providerurl={HAGIANG_URL}&"
SEVEN = {
    "000.00.00.G01": "VN:COM:0108212803:DVCTYBXDNTL",
    "000.00.00.G02": "VN:GOV:000.00.00.G02:tmdtktsbctss01",
    "000.00.00.G04": "VN:GOV:000.00.00.G04:g04ss01",
    "000.00.00.G03": "VN:GOV:000.00.00.G03:g03ss01",
    "000.00.00.G06": "VN:GOV:000.00.00.G06:g06ss01",
    "000.00.00.G07": "VN:GOV:000.00.00.G07:g07svc01",
    "000.00.00.G08": "VN:GOV:000.00.00.G08:g08ss01",
}


def results(portal: Portal, citizen: str = NEWCOMER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.visitor.http.get(f"{ADMIN}/citizens/{citizen}/results").json["results"]
    return found


def keep(portal: Portal, citizen: str = NEWCOMER, **body: Any) -> dict[str, Any]:
    reply = portal.visitor.http.post(f"{ADMIN}/citizens/{citizen}/papers", json=body)
    assert reply.status_code == 201, reply.json
    return dict(reply.json)


def papers(portal: Portal, citizen: str = NEWCOMER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.visitor.http.get(f"{ADMIN}/citizens/{citizen}/papers").json["papers"]
    return found


def finished(portal: Portal, *rows: dict[str, Any], code: str = "H26.15-261120-0001", **changes: Any) -> None:
    body = dossier(MaHoSo=code, TrangThaiHoSo="9", DinhDanhCHS=OWNER, DanhSachGiayToKetQua=list(rows), **changes)
    assert portal.push(body)["error_code"] == "0"


def download(portal: Portal, paper: dict[str, Any], number: int = 0) -> Any:
    """Fetch a file by the rule of KDL V.3, with the list of V.1 and no other help."""
    servers = {row["MACOQUAN"]: row["DSTCODE"] for row in portal.rows("LayDanhMucSSTaiTep")}
    dstcode = servers[full_form(paper["CoQuanChuQuan"])]
    link = paper["DanhSachTepDinhKem"][number]["DuongDan"]
    origin, _, path = link.removeprefix("https://").partition("/")
    return portal.visitor.http.get(f"{VXP}/{path}?dstcode={dstcode}&providerurl=https://{origin}", buffered=True)


# K3: the holder that a paper prints is in V.1, and leads to the file.


@pytest.mark.parametrize(("code", "link", "holder"), [
    ("H34.4-261120-0005", "https://motcua.kontum.gov.vn/api/igat/sharing/5f0c9d3e8b6a4f17a2d1", "H34"),
    ("000.00.03.H34-261120-0005", "https://motcua.kontum.gov.vn/api/igat/sharing/5f0c9d3e8b6a4f17a2d1", "H34"),
    ("H26.15-261120-0005", "https://dichvucong.hagiang.gov.vn/download/124.pdf", "H22"),
])  # fmt: skip
def test_k3_the_holder_of_a_pushed_result_is_looked_up_in_v1_and_the_file_arrives(
    portal: Portal, code: str, link: str, holder: str
) -> None:
    finished(portal, result(DuongDanTepTinKetQua=link), code=code)
    keep(portal, result=results(portal)[0]["id"])
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert paper["CoQuanChuQuan"] == holder
    assert download(portal, paper).data.startswith(b"%PDF")


def test_k3_a_holder_that_was_made_is_in_v1_too(portal: Portal) -> None:
    made = portal.visitor.http.put(f"{ADMIN}/units/H46", json={"hosts": ["tep.quangbinh.example.vn"]})
    assert made.status_code == 200, made.json
    finished(portal, result(DuongDanTepTinKetQua="https://tep.quangbinh.example.vn/1.pdf"), code="H46.07-261120-0001")
    keep(portal, result=results(portal)[0]["id"])
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    servers = {row["MACOQUAN"]: row["DSTCODE"] for row in portal.rows("LayDanhMucSSTaiTep")}
    assert servers[full_form(paper["CoQuanChuQuan"])] == made.json["subsystem"]


def test_k3_every_paper_of_the_pack_has_a_holder_in_v1(portal: Portal) -> None:
    listed = {row["MACOQUAN"] for row in portal.rows("LayDanhMucSSTaiTep")}
    held = [paper for number in range(3) for paper in papers(portal, (CITIZEN, "999096002018", "999099003027")[number])]
    assert len(held) >= 8
    assert set() < {paper["agency_code"] for paper in held} <= listed


# K4: a result is judged by what the next step needs.


@pytest.mark.parametrize(("changes", "rule"), [
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="not a link")]}, "result-link"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="/files/1.pdf")]}, "result-link"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="ftp://dichvucong.hagiang.gov.vn/1.pdf")]}, "result-link"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="https://khong-co.example.vn/1.pdf")]}, "result-host"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="https://u:p\u0040a.example.vn/1")]}, "result-link"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua=f"{HAGIANG_URL}/download/1 2.pdf")]}, "result-link"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua="http://dichvucong.hagiang.gov.vn/1.pdf")]}, "result-host"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua=f"{HAGIANG_URL}:8443/1.pdf")]}, "result-host"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua=f"{CASE_2}dstcode={KONTUM}")]}, "result-pair"),
    ({"DanhSachGiayToKetQua": [result(DuongDanTepTinKetQua=CASE_2)]}, "result-pair"),
    ({"DanhSachGiayToKetQua": [result(MaGiayToKetQua="kq.g15.000007")]}, "result-code"),
    ({"DinhDanhCHS": [{"LoaiDinhDanh": "2", "SoDinhDanh": "999111222"}]}, "result-owner-number"),
    ({"DanhSachGiayToKetQua": [result(MaGiayToKetQua="KQ.G18.000021")]}, "result-of-another-procedure"),
    ({"DanhSachGiayToKetQua": []}, "end-without-result"),
    ({"TrangThaiHoSo": "10", "DanhSachGiayToKetQua": []}, "end-without-result"),
    ({"DinhDanhCHS": [], "MaDoiTuong": ""}, "result-without-owner"),
    ({"DinhDanhCHS": [], "MaDoiTuong": "khong-phai-techid"}, "technical-id"),
])  # fmt: skip
def test_k4_what_the_next_step_cannot_use_is_noted_and_refused_in_strict(
    portal: Portal, changes: dict[str, Any], rule: str
) -> None:
    body = dossier(TrangThaiHoSo="9", DanhSachGiayToKetQua=[result()]) | changes
    for mode in ("documented", "observed"):
        portal.country.sandboxes.redefine(portal.sandbox, {"mode": mode})
        code = f"H26.15-261120-{1 if mode == 'observed' else 2:04d}"
        assert portal.push(body | {"MaHoSo": code})["error_code"] == "0"
        assert rule in portal.rules()
    portal.country.sandboxes.redefine(portal.sandbox, {"mode": "strict"})
    assert portal.push(body | {"MaHoSo": "H26.15-261120-0003"})["error_code"] != "0"
    assert rule in portal.rules()


@pytest.mark.parametrize(("changes", "rule", "nearest"), [
    ({"DuongDanTepTinKetQua": f"{HAGIANG_URL}/download/chua-co.pdf"}, "result-file", ""),
    ({"GiayToId": ""}, "result-without-id", ""),
    ({"GiayToId": 41634}, "number-for-text", '"41634"'),
    ({"TenGiayToo": "x"}, "unknown-field", "TenGiayTo"),
    ({"DuongDanTepTinKetQua": "https://dichvucong.hagiang.vn/download/124.pdf"}, "result-host", HAGIANG_URL[8:]),
    ({"DuongDanTepTinKetQua": "http://dichvucong.hagiang.gov.vn/download/124.pdf"}, "result-host", HAGIANG_URL),
    ({"DuongDanTepTinKetQua": f"{CASE_2}dstcode={KONTUM}"}, "result-pair", f"dstcode={HAGIANG}"),
    ({"MaGiayToKetQua": "KQ.G15.0000007"}, "result-code", LLTP),
])  # fmt: skip
def test_k4_a_row_is_noted_with_what_came_and_what_was_most_likely_meant(
    portal: Portal, changes: dict[str, Any], rule: str, nearest: str
) -> None:
    finished(portal, result(**changes))
    (told,) = [each for each in newest(portal.visitor)["remarks"] if each["rule"] == rule]
    assert told["path"].startswith("/data/0/DanhSachGiayToKetQua/0/")
    assert told["found"]
    assert told.get("nearest", "") == nearest
    assert {"expected", "nearest"} & told.keys()


def test_k4_of_very_many_results_the_first_are_judged_and_that_is_said(portal: Portal) -> None:
    finished(portal, *(result(GiayToId=str(number)) for number in range(501)))
    (told,) = [each for each in newest(portal.visitor)["remarks"] if each["rule"] == "too-many-results"]
    assert (told["found"], told["expected"]) == ("501", "≤ 500")


def test_k4_a_link_of_case_2_with_the_right_pair_is_right(portal: Portal) -> None:
    finished(portal, result(DuongDanTepTinKetQua=f"{CASE_2}dstcode={HAGIANG}"))
    assert {each["rule"] for each in newest(portal.visitor)["remarks"]} == {"transition-tolerated"}


def test_k4_a_file_of_a_live_agency_is_its_own_affair(portal: Portal) -> None:
    admin = portal.visitor.http
    assert admin.put(f"/__admin/live-agencies/{HAGIANG}", json={"base_url": "http://127.0.0.1:9"}).status_code == 200
    finished(portal, result(DuongDanTepTinKetQua=f"{HAGIANG_URL}/chua-co.pdf"))
    assert "result-file" not in portal.rules()


def test_k4_a_tech_id_resolves_to_its_person(portal: Portal) -> None:
    (row,) = portal.rows("TraCuuTechID", provider="wso2is", mstorcmnd=CITIZEN)
    before = len(results(portal, CITIZEN))
    body = dossier(
        TrangThaiHoSo="9", DinhDanhCHS=[], MaDoiTuong=row["TECHNICALID"], DanhSachGiayToKetQua=[result(GiayToId="9")]
    )
    assert portal.push(body)["error_code"] == "0"
    assert portal.rules() - {"transition-tolerated"} == set()
    assert len(results(portal, CITIZEN)) == before + 1


# K9: types as the table of V.2 says.


def ask(portal: Portal, body: dict[str, Any], **headers: str) -> Any:
    given = {"Content-Type": "application/json", "Charset": "utf-8", "Authorization": portal.papers_token(), **headers}
    address = "?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider&providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
    forward = "/XrdAdapter/RestService/forward/bndp/public/v1/user/papers"
    return portal.visitor.http.post(forward + address, data=json.dumps(body), headers=given).json


@pytest.mark.parametrize("changes", [
    {"DanhSachDanhMucKetQua": [{"MaKetQua": LLTP, "SoKyHieu": {"a": 1}}]},
    {"DanhSachDanhMucKetQua": [{"MaKetQua": [LLTP], "SoKyHieu": ""}]},
    {"HoTenNguoiYeuCau": ["A", "B"]},
    {"SoDinhDanhChuSoHuu": {"so": CITIZEN}},
    {"MaThuTuc": True},
])  # fmt: skip
def test_k9_what_is_no_text_is_refused_and_named_in_every_mode(portal: Portal, changes: dict[str, Any]) -> None:
    for mode in ("strict", "documented", "observed"):
        portal.country.sandboxes.redefine(portal.sandbox, {"mode": mode})
        reply = ask(portal, wanted(**changes))
        assert reply["errorCode"] == "-5"
        assert "phải là chuỗi" in reply["message"]
        assert "bắt buộc" not in reply["message"]


@pytest.mark.parametrize("changes", [
    {"SoDinhDanhNguoiYeuCau": int(OFFICER)}, {"KenhThucHien": 2}, {"SoDinhDanhChuSoHuu": int(CITIZEN)},
    {"DanhSachDanhMucKetQua": [{"MaKetQua": LLTP, "SoKyHieu": 7}]},
])  # fmt: skip
def test_k9_a_number_is_noted_as_a_number_and_refused_in_strict(portal: Portal, changes: dict[str, Any]) -> None:
    assert ask(portal, wanted(**changes))["errorCode"] == "0"
    assert "number-for-text" in portal.rules()
    portal.country.sandboxes.redefine(portal.sandbox, {"mode": "strict"})
    reply = ask(portal, wanted(**changes))
    assert (reply["errorCode"], "đang là số" in reply["message"]) == ("-5", True)
    assert "bắt buộc" not in reply["message"]


def test_k9_the_printed_headers_are_asked_for(strict_portal: Portal) -> None:
    assert ask(strict_portal, wanted(), **{"Content-Type": "text/plain"})["errorCode"] == "-5"
    assert ask(strict_portal, wanted(), Charset="")["errorCode"] == "0"
    assert strict_portal.rules() == {"charset-header"}
    assert ask(strict_portal, wanted())["errorCode"] == "0"
    assert strict_portal.rules() == set()


def test_k9_another_content_type_is_noted_elsewhere(portal: Portal) -> None:
    assert ask(portal, wanted(), **{"Content-Type": "text/plain"})["errorCode"] == "0"
    assert portal.rules() == {"content-type-json"}


# K10: V.1 is the printed list, and it lives.


def test_k10_the_printed_list_comes_first_and_leads_somewhere(portal: Portal) -> None:
    rows = portal.rows("LayDanhMucSSTaiTep")
    assert {row["MACOQUAN"]: row["DSTCODE"] for row in rows[:7]} == SEVEN
    for row in rows:
        reply = portal.visitor.http.get(f"{VXP}/x?dstcode={row['DSTCODE']}&providerurl=https://khong-co.example.vn")
        assert reply.json["type"] in ("Server.ServerProxy.AccessDenied", "Server.ServerProxy.NetworkError"), row


def test_k10_a_client_that_asks_more_than_once_a_day_is_told_so_until_notice_is_given(portal: Portal) -> None:
    portal.freeze()
    session = portal.session()
    portal.call("LayDanhMucSSTaiTep", session)
    assert portal.rules() == set()
    portal.freeze(1)
    portal.call("LayDanhMucSSTaiTep", session)
    assert portal.rules() == {"ss-list-too-often"}
    portal.freeze(2)
    changed = portal.visitor.http.put(f"{ADMIN}/ss-info/H18", json={"dstcode": HAGIANG})
    assert changed.json["notice"]["id"] == "TB00001"
    portal.freeze(3)
    rows = portal.call("LayDanhMucSSTaiTep", session).json["result"]
    assert portal.rules() == set()
    assert {row["MACOQUAN"]: row["DSTCODE"] for row in rows}["000.00.00.H18"] == HAGIANG
    portal.freeze(24 * 60 + 4)
    portal.call("LayDanhMucSSTaiTep", portal.session())
    assert "ss-list-too-often" not in portal.rules()


def test_k10_the_administrator_takes_an_agency_off_and_every_change_is_told(portal: Portal) -> None:
    assert portal.visitor.http.delete(f"{ADMIN}/ss-info/H34").status_code == 200
    assert KONTUM not in {row["DSTCODE"] for row in portal.rows("LayDanhMucSSTaiTep")}
    assert portal.visitor.http.delete(f"{ADMIN}/ss-info/H34").json["code"] == "no-such-agency"
    (notice,) = portal.visitor.http.get(f"{ADMIN}/notices").json["notices"]
    assert "000.00.00.H34" in notice["vi"]


def test_k10_an_entry_that_leads_nowhere_is_refused(portal: Portal) -> None:
    reply = portal.visitor.http.put(f"{ADMIN}/ss-info/H99", json={"dstcode": "VN:GOV:000.00.00.H99:la"})
    assert (reply.status_code, reply.json["code"]) == (404, "no-such-subsystem")
    assert portal.visitor.http.put(f"{ADMIN}/ss-info/xyz", json={"dstcode": HANOI}).status_code == 422


@pytest.mark.parametrize("code", ["VN:GOV:000.00.00.G22:vpcpsubtest01", "VN:GOV:000.00.17.G22:DVCQG_TEST"])
def test_k10_the_codes_of_the_test_environment_answer(portal: Portal, code: str) -> None:
    portal.visitor.http.post("/__admin/access-rights", json={"provider": code, "subjects": [HANOI]})
    body = {"username": portal.account.username, "password": portal.account.password}
    reply = portal.visitor.http.post(f"/XrdAdapter/RestService/forward/mapi/login?dstcode={code}", json=body)
    assert reply.json["error_code"] == 0


# K11: GiayToId is the identity.


def test_k11_a_kept_result_stays_the_same_when_another_is_pushed_before_it(portal: Portal) -> None:
    first = result(GiayToId="A", DuongDanTepTinKetQua="https://dichvucong.hagiang.gov.vn/download/124.pdf")
    other = result(GiayToId="B", DuongDanTepTinKetQua="https://dichvucong.hagiang.gov.vn/download/123.pdf")
    finished(portal, first)
    keep(portal, result=results(portal)[0]["id"], reference_number="1/STP")
    body = dossier(TrangThaiHoSo="9", DinhDanhCHS=OWNER, DanhSachGiayToKetQua=[other, first])
    assert portal.push(body, updating=True)["error_code"] == "0"
    kept = {each["link"].rpartition("/")[2]: each["is_kept"] for each in results(portal)}
    assert kept == {"123.pdf": False, "124.pdf": True}


def test_k11_uploads_of_two_agencies_with_one_number_stand_side_by_side(portal: Portal) -> None:
    for agency, file in (("H22", "123.pdf"), ("H34", "124.pdf")):
        link = f"https://dichvucong.hagiang.gov.vn/download/{file}"
        keep(
            portal,
            form="original",
            result_code=LLTP,
            reference_number="77",
            agency_code=agency,
            file_name=file,
            link=link,
        )
    assert sorted(each["issuer_code"] for each in papers(portal)) == ["000.00.00.H22", "000.00.00.H34"]
    assert len(portal.found(SoDinhDanhChuSoHuu=NEWCOMER)) == 2


def test_k11_a_paper_with_two_files_has_two_files(portal: Portal) -> None:
    links = [f"https://dichvucong.hagiang.gov.vn/download/{name}.pdf" for name in ("123", "124")]
    finished(portal, *(result(GiayToId="5", DuongDanTepTinKetQua=link) for link in links))
    (one,) = results(portal)
    assert [file["link"] for file in one["files"]] == links
    keep(portal, result=one["id"])
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert [file["DuongDan"] for file in paper["DanhSachTepDinhKem"]] == links
    assert all(download(portal, paper, number).data.startswith(b"%PDF") for number in (0, 1))


def test_k11_one_id_for_every_row_makes_no_one_paper_of_two_codes(portal: Portal) -> None:
    finished(portal, result(GiayToId="1"), result(GiayToId="1", MaGiayToKetQua="KQ.G15.000008"))
    assert len({each["id"] for each in results(portal)}) == 2


def test_k11_keeping_again_without_a_number_keeps_the_number_and_the_days(portal: Portal) -> None:
    finished(portal, result())
    name = results(portal)[0]["id"]
    keep(portal, result=name, reference_number="1345/STP-LLTP", effective_on="01/07/2023", valid_for=6)
    again = keep(portal, result=name)
    assert (again["reference_number"], again["effective_on"], again["expires_on"]) == (
        "1345/STP-LLTP", "01/07/2023", "01/01/2024",
    )  # fmt: skip


@pytest.mark.parametrize(("link", "name"), [
    ("https://dichvucong.hagiang.gov.vn/download/Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20tr%E1%BB%A3%20c%E1%BA%A5p%20x%C3%A3%20h%E1%BB%99i.pdf",
     "Quyết định trợ cấp xã hội.pdf"),
    ("https://motcua.kontum.gov.vn/api/igat/sharing/9a27e4b1c0d35f68e7a4", "Quyết định trợ cấp.pdf"),
    ("https://dichvucong.hagiang.gov.vn/chia-se/abcdef?token=1", "Phiếu lý lịch tư pháp số 1.pdf"),
])  # fmt: skip
def test_k11_a_name_is_a_name(portal: Portal, link: str, name: str) -> None:
    finished(portal, result(DuongDanTepTinKetQua=link))
    keep(portal, result=results(portal)[0]["id"])
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert [file["TenTep"] for file in paper["DanhSachTepDinhKem"]] == [name]


# Effect and expiry (KDL III.1 step 3, IV.2).


def test_an_expired_paper_is_shown_with_its_last_day_and_noted_when_it_is_found(portal: Portal) -> None:
    portal.freeze()
    finished(portal, result())
    keep(portal, result=results(portal)[0]["id"], effective_on="20/05/2026", expires_on="20/11/2026")
    (held,) = papers(portal)
    assert (held["expires_on"], held["has_expired"]) == ("20/11/2026", True)
    assert len(portal.found(SoDinhDanhChuSoHuu=NEWCOMER)) == 1
    assert "paper-expired" in portal.rules()
    keep(portal, result=results(portal)[0]["id"], expires_on="21/11/2026")
    assert papers(portal)[0]["has_expired"] is False


@pytest.mark.parametrize("wrong", [
    {"effective_on": "2026-11-20"}, {"effective_on": "31/02/2026"}, {"valid_for": 6}, {"valid_for": 0},
    {"effective_on": "02/01/2026", "expires_on": "01/01/2026"},
    {"effective_on": "01/01/2026", "valid_for": 1, "valid_unit": "week"},
])  # fmt: skip
def test_days_that_cannot_be_are_refused(portal: Portal, wrong: dict[str, Any]) -> None:
    finished(portal, result())
    body = {"result": results(portal)[0]["id"], **wrong}
    assert portal.visitor.http.post(f"{ADMIN}/citizens/{NEWCOMER}/papers", json=body).status_code == 422


# The three forms of III.2 with real bytes.


@pytest.mark.parametrize("form", ["original", "certified-copy", "electronic-certification"])
@pytest.mark.parametrize("way", ["multipart", "base64"])
def test_uploaded_bytes_are_found_and_downloaded_by_another_agency(portal: Portal, form: str, way: str) -> None:
    sides = [("mặt trước.pdf", b"%PDF-1.4 truoc\r\n--x\r\n" + bytes(range(256))), ("mặt sau.pdf", b"%PDF-1.4 sau")]
    fields = {"form": form, "result_code": LLTP, "reference_number": "77/STP", "agency_code": "H34"}
    address = f"{ADMIN}/citizens/{NEWCOMER}/papers"
    if way == "multipart":
        files = [(io.BytesIO(content), name) for name, content in sides]
        reply = portal.visitor.http.post(address, data={**fields, "file": files}, content_type="multipart/form-data")
    else:
        rows = [{"file_name": name, "content_base64": base64.b64encode(content).decode()} for name, content in sides]
        reply = portal.visitor.http.post(address, json={**fields, "files": rows})
    assert (reply.status_code, reply.json.get("form")) == (201, form), reply.json.get("detail")
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert [file["TenTep"] for file in paper["DanhSachTepDinhKem"]] == [name for name, _ in sides]
    for number, (_, content) in enumerate(sides):
        arrived = download(portal, paper, number)
        assert (arrived.data, arrived.headers["Content-Type"]) == (content, "application/pdf")
    assert newest(portal.visitor)["operation"] == "province.download"


# K13: no official table makes them mandatory.


@pytest.mark.parametrize("name", [
    "KenhThucHien", "NgayHenTra", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "LoaiDoiTuong", "TrichYeuHoSo", "HinhThuc",
    "DonViXuLy",
])  # fmt: skip
def test_k13_what_no_table_makes_mandatory_is_noted_and_refused_in_strict_at_most(portal: Portal, name: str) -> None:
    lacking = dossier()
    del lacking[name]
    for number, (mode, body) in enumerate((("documented", lacking), ("observed", dossier(**{name: ""}))), 1):
        portal.country.sandboxes.redefine(portal.sandbox, {"mode": mode})
        assert portal.push(body | {"MaHoSo": f"H26.15-261120-{number:04d}"})["error_code"] == "0"
        (told,) = portal.last()["remarks"]
        assert (told["rule"], name in told["vi"]) == ("expected-field", True)
    portal.country.sandboxes.redefine(portal.sandbox, {"mode": "strict"})
    assert portal.push(lacking | {"MaHoSo": "H26.15-261120-0003"})["error_code"] == "-5"


# K14: names as readers know them.


def test_k14_a_procedure_is_spelled_as_its_readers_read_it(portal: Portal) -> None:
    rows = portal.rows("LayDanhSachTTHC")
    assert rows
    for row in rows:
        (found,) = portal.rows("LayThuTuc", maTTHC=row["MATTHC"])
        assert "COQUAN" not in found
        assert found["CAPTHUCHIEN"]
        assert all(each["CAPTHUCHIEN"] in ("0", "1", "2", "3") and each["TENCAP"] for each in found["CAPTHUCHIEN"])
        assert found["DOITUONGTHUCHIEN"]
        assert all(each["MADOITUONG"] and each["TENDOITUONG"] for each in found["DOITUONGTHUCHIEN"])
        keys = {"SOVANBAN", "TENVANBAN", "COQUANBANHANH", "DIACHITRUYCAP", "NGAYBANHANH", "NGAYHIEULUC"}
        assert found["CANCUPHAPLY"]
        assert all(set(each) == keys for each in found["CANCUPHAPLY"])


# K15: getfile.


def get_file(portal: Portal, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {portal.visitor.token()}"}
    return portal.visitor.http.post("/KetNoiMotCuaQuocGia/getfile", headers=headers, json=body)


def test_k15_getfile_answers_a_json_string_of_base64(portal: Portal) -> None:
    portal.settle(provincial_gateway=True)
    link = "https://dichvucong.hagiang.gov.vn/download/124.pdf"
    for body in ({"CoQuanChuQuan": "H22", "DuongDan": link}, {"DuongDan": link}):
        reply = get_file(portal, body)
        assert reply.status_code == 200
        assert isinstance(reply.json, str)
        assert base64.b64decode(reply.json).startswith(b"%PDF")


@pytest.mark.parametrize(("more", "is_given"), [(0, True), (1, True), (-1, False)])
def test_k15_getfile_gives_a_file_of_just_the_largest_size_and_none_above_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, more: int, is_given: bool
) -> None:
    portal.settle(provincial_gateway=True)
    body = {"CoQuanChuQuan": "H22", "DuongDan": "https://dichvucong.hagiang.gov.vn/download/124.pdf"}
    whole = get_file(portal, body).json
    monkeypatch.setattr("emulator.gateways.provincial._LARGEST", len(base64.b64decode(whole)) + more)
    assert get_file(portal, body).json == (whole if is_given else "")
    assert ("getfile-empty" in portal.rules()) is not is_given


@pytest.mark.parametrize("body", [
    {"CoQuanChuQuan": "H22", "DuongDan": "https://dichvucong.hagiang.gov.vn/download/khong-co.pdf"},
    {"CoQuanChuQuan": "H22", "DuongDan": "https://dichvucong.quangnam.gov.vn/download/7.pdf"},
    {"CoQuanChuQuan": "H47", "DuongDan": "https://dichvucong.quangnam.gov.vn/download/7.pdf"},
    {"DuongDan": "http://169.254.169.254/"}, {"DuongDan": ""}, {}, [],
])  # fmt: skip
def test_k15_getfile_passes_the_gate_and_gives_an_empty_string_for_nothing(portal: Portal, body: Any) -> None:
    portal.settle(provincial_gateway=True)
    reply = get_file(portal, body)
    assert (reply.status_code, reply.json) == (200, "")
    assert "getfile-empty" in portal.rules()


# "Gửi yêu cầu hỗ trợ" and filing at the portal (KDL III.1).


def test_a_request_for_support_that_is_accepted_lets_a_result_be_kept(portal: Portal) -> None:
    finished(portal, result(MaGiayToKetQua="KQ.G15.000008"))
    name = results(portal)[0]["id"]
    address = f"{ADMIN}/citizens/{NEWCOMER}/papers"
    assert portal.visitor.http.post(address, json={"result": name}).json["code"] == "may-not-be-kept"
    wish = {"result_code": "KQ.G15.000008", "title": "Phiếu lý lịch tư pháp số 2", "monthly_uses": 40}
    sent = portal.visitor.http.post(f"{ADMIN}/support-requests", json=wish)
    assert (sent.status_code, sent.json["unit_code"], sent.json["is_accepted"]) == (201, "H26", False)
    assert portal.visitor.http.post(address, json={"result": name}).status_code == 409
    accepted = portal.visitor.http.post(f"{ADMIN}/support-requests/KQ.G15.000008/accept")
    assert accepted.json["is_accepted"] is True
    assert portal.visitor.http.post(address, json={"result": name}).status_code == 201


@pytest.mark.parametrize("wrong", [
    {"result_code": "KQ"}, {"monthly_uses": 0}, {"monthly_uses": "x"}, {"title": ""}, {"unit": "x"},
])  # fmt: skip
def test_a_request_for_support_must_say_what_the_guide_asks_for(portal: Portal, wrong: dict[str, Any]) -> None:
    wish = {"result_code": "KQ.G15.000008", "title": "Phiếu", "monthly_uses": 4} | wrong
    assert portal.visitor.http.post(f"{ADMIN}/support-requests", json=wish).status_code == 422
    nobody = portal.visitor.http.post(f"{ADMIN}/support-requests/KQ.G15.000008/accept")
    assert nobody.json["code"] == "no-such-support-request"


def test_a_dossier_filed_at_the_portal_is_taken_by_a_played_agency_that_let_the_portal_in(portal: Portal) -> None:
    wish = {"procedure": "2.000488", "agency": "H26"}
    filed = portal.visitor.http.post(f"{ADMIN}/citizens/{NEWCOMER}/dossiers", json=wish)
    assert (filed.status_code, filed.json["status"]) == (201, 1)
    portal.visitor.http.delete("/__admin/access-rights/all", json={"provider": HANOI})
    again = portal.visitor.http.post(f"{ADMIN}/citizens/{NEWCOMER}/dossiers", json=wish)
    assert (again.json["status"], again.json["code"] != filed.json["code"]) == (14, True)


@pytest.mark.parametrize(
    "wish", [{"procedure": "9.999999", "agency": "H26"}, {"procedure": "2.000488", "agency": "H99"}]
)
def test_what_cannot_be_filed_is_refused_with_a_reason(portal: Portal, wish: dict[str, str]) -> None:
    reply = portal.visitor.http.post(f"{ADMIN}/citizens/{NEWCOMER}/dossiers", json=wish)
    assert (reply.status_code, reply.json["code"]) == (409, "not-filed")
