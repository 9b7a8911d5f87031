"""Quy trình 1: a result enters Kho DL, and another agency finds it (KDL II, III)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import builders
from tests.portal.portal_client import CITIZEN, DEED, LLTP, Portal, dossier, result

NEWCOMER = "999191040360"
CODE = "H26.15-261120-0001"
ADMIN = "/__admin/sandboxes/default"
VXP = "/VXPAdapter/RestService/forward"


def finished(portal: Portal, **changes: Any) -> None:
    owner = [{"LoaiDinhDanh": "1", "SoDinhDanh": NEWCOMER}]
    body = dossier(TrangThaiHoSo="10", DinhDanhCHS=owner, DanhSachGiayToKetQua=[result(**changes)])
    assert portal.push(body)["error_code"] == "0"


def results(portal: Portal, citizen: str = NEWCOMER) -> Any:
    return portal.visitor.http.get(f"{ADMIN}/citizens/{citizen}/results").json["results"]


def keep(portal: Portal, body: Any, citizen: str = NEWCOMER) -> Any:
    return portal.visitor.http.post(f"{ADMIN}/citizens/{citizen}/papers", json=body)


def upload(**changes: Any) -> dict[str, Any]:
    body = {
        "form": "certified-copy",
        "result_code": LLTP,
        "reference_number": "77/STP",
        "agency_code": "H22",
        "file_name": "phieu.pdf",
        "link": "https://dichvucong.hagiang.gov.vn/download/123.pdf",
    }
    return body | changes


def test_a_final_result_is_among_the_citizens_results_and_not_yet_in_kho_dl(portal: Portal) -> None:
    finished(portal)
    (found,) = results(portal)
    assert (found["dossier_code"], found["result_code"], found["source"]) == (CODE, LLTP, "DongBoHoSoMC")
    assert (found["may_be_kept"], found["is_kept"]) == (True, False)
    assert portal.found(SoDinhDanhChuSoHuu=NEWCOMER) == []


def test_a_kept_result_is_found_by_papers(portal: Portal) -> None:
    """KDL-III.1-09."""
    finished(portal)
    reply = keep(portal, {"result": results(portal)[0]["id"], "reference_number": "9/STP-LLTP"})
    assert reply.status_code == 201
    assert results(portal)[0]["is_kept"]
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert (paper["TenGiayTo"], paper["SoKyHieu"]) == ("Phiếu lý lịch tư pháp số 1", "9/STP-LLTP")
    assert paper["DanhSachTepDinhKem"][0]["DuongDan"] == result()["DuongDanTepTinKetQua"]
    assert paper["CoQuanChuQuan"] == "H22"


def test_keeping_a_result_twice_keeps_it_once(portal: Portal) -> None:
    finished(portal)
    for _ in range(2):
        assert keep(portal, {"result": results(portal)[0]["id"]}).status_code == 201
    assert len(portal.found(SoDinhDanhChuSoHuu=NEWCOMER)) == 1


def test_a_result_of_a_dossier_that_is_not_finished_is_not_shown(portal: Portal) -> None:
    owner = [{"LoaiDinhDanh": "1", "SoDinhDanh": NEWCOMER}]
    portal.push(dossier(DinhDanhCHS=owner, DanhSachGiayToKetQua=[result()]))
    assert results(portal) == []


@pytest.mark.parametrize("code", ["KQ.G15.000008", "KQ.G15.999999"])
def test_a_code_the_catalogue_does_not_let_in_is_refused(portal: Portal, code: str) -> None:
    """KDL-III.1-10."""
    finished(portal, MaGiayToKetQua=code)
    reply = keep(portal, {"result": results(portal)[0]["id"]})
    assert (reply.status_code, reply.json["code"]) == (409, "may-not-be-kept")


def test_a_result_of_somebody_else_cannot_be_kept(portal: Portal) -> None:
    finished(portal)
    reply = keep(portal, {"result": results(portal)[0]["id"]}, "999042010090")
    assert (reply.status_code, reply.json["code"]) == (404, "no-such-result")


def test_a_final_push_to_the_ministry_is_among_the_citizens_results_too(portal: Portal) -> None:
    citizen = builders.dossier()["CMND"]
    assert portal.visitor.btxh("DongBoDVC", builders.dossier(StatusId="2")).json["error_code"] == 0
    reply = portal.visitor.btxh("DongBoDVC", builders.final_result(StatusId="9"))
    assert reply.json["error_code"] == 0, reply.json
    (found,) = results(portal, citizen)
    assert (found["source"], found["result_code"]) == ("DongBoDVC", "KQ.G07.000290")
    assert keep(portal, {"result": found["id"]}, citizen).status_code == 201
    wanted = [{"MaKetQua": "KQ.G07.000290", "SoKyHieu": ""}]
    (paper,) = portal.found(SoDinhDanhChuSoHuu=citizen, MaThuTuc="1.001776", DanhSachDanhMucKetQua=wanted)
    assert paper["MaKetQua"] == "KQ.G07.000290"


@pytest.mark.parametrize("form", ["original", "certified-copy", "electronic-certification"])
def test_a_paper_of_a_dossier_filed_in_person_is_uploaded(portal: Portal, form: str) -> None:
    """KDL-III.2-03."""
    reply = keep(portal, upload(form=form))
    assert (reply.status_code, reply.json["form"]) == (201, form)
    (paper,) = portal.found(SoDinhDanhChuSoHuu=NEWCOMER)
    assert paper["SoKyHieu"] == "77/STP"
    held = portal.visitor.http.get(f"{ADMIN}/citizens/{NEWCOMER}/papers").json["papers"]
    assert [each["form"] for each in held] == [form]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"form": "scan"}, "/form"),
        ({"link": "x"}, "/link"),
        ({"agency_code": "x"}, "/agency_code"),
        ({"reference_number": ""}, "/reference_number"),
    ],
)
def test_an_upload_of_the_wrong_form_is_refused(portal: Portal, changes: dict[str, str], pointer: str) -> None:
    reply = keep(portal, upload(**changes))
    assert reply.status_code == 422
    assert pointer in {fault["pointer"] for fault in reply.json["errors"]}


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd", "passwd"), ("a\\b.pdf", "b.pdf"), ("a\r\nX: y.pdf", "aX: y.pdf"), ("..", "tep"),
    ("a\u202efdp.exe", "afdp.exe"), ("x" * 400 + ".pdf", "x" * 196 + ".pdf"), ("Đơn xin.pdf", "Đơn xin.pdf"),
])  # fmt: skip
def test_the_name_of_an_uploaded_file_is_a_name_and_leads_to_it(portal: Portal, name: str, kept: str) -> None:
    body = upload(file_name=name, content_base64="JVBERi0xLjQ=")
    reply = portal.visitor.http.post(f"{ADMIN}/citizens/{CITIZEN}/papers", json=body)
    assert reply.status_code == 201, reply.json
    (file,) = reply.json["files"]
    assert file["name"] == kept
    link = urlsplit(file["link"])
    address = f"{VXP}{link.path}?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider&providerurl=https://{link.netloc}"
    assert portal.visitor.http.get(address, buffered=True).data == b"%PDF-1.4"


@pytest.mark.parametrize("kind", ["application/pdf\x0b", "a\r\nX: y", "Đ", "pdf", "x" * 5000, "application/"])
def test_a_content_type_that_is_none_is_refused(portal: Portal, kind: str) -> None:
    body = upload(content_type=kind, content_base64="JVBERi0xLjQ=")
    reply = portal.visitor.http.post(f"{ADMIN}/citizens/{CITIZEN}/papers", json=body)
    assert (reply.status_code, [fault["pointer"] for fault in reply.json["errors"]]) == (422, ["/content_type"])


def test_several_deeds_of_one_citizen_stand_beside_each_other(portal: Portal) -> None:
    for number in ("AB 1", "AB 2"):
        keep(portal, upload(result_code=DEED, reference_number=number))
    wanted = [{"MaKetQua": DEED, "SoKyHieu": "AB 2"}]
    found = portal.found(SoDinhDanhChuSoHuu=NEWCOMER, MaThuTuc="1.012753", DanhSachDanhMucKetQua=wanted)
    assert [paper["SoKyHieu"] for paper in found] == ["AB 2"]


def test_a_reset_empties_what_was_kept_and_leaves_the_pack(portal: Portal) -> None:
    keep(portal, upload())
    portal.country.sandboxes.reset(portal.sandbox)
    assert portal.found(SoDinhDanhChuSoHuu=NEWCOMER) == []
    assert len(portal.found()) == 1


def test_the_page_of_security_servers_says_what_the_service_says(portal: Portal) -> None:
    """KDL-V.3-16."""
    rows = portal.rows("LayDanhMucSSTaiTep")
    assert portal.visitor.http.get(f"{ADMIN}/ss-info").json["security_servers"] == rows
    page = portal.visitor.http.get("/web/mtv/ss_info/index")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert all(row["DSTCODE"] in page.text for row in rows)
    by_host = portal.visitor.http.get("/", headers={"Host": "quantri.dichvucong.gov.vn"})
    assert by_host.status_code == 404


@pytest.mark.parametrize("files", [[], {}, "phieu.pdf", 0, ["phieu.pdf"], [{"file_name": "phieu.pdf"}, None]])
def test_files_that_are_no_list_of_files_are_refused_and_nothing_is_kept(portal: Portal, files: Any) -> None:
    finished(portal)
    refused = keep(portal, {"form": "certified-copy", "result_code": LLTP, "agency_code": "H22", "files": files})
    assert refused.status_code == 422
    (fault,) = (each for each in refused.json["errors"] if each["pointer"] == "/files")
    assert fault["en"] == "a list of at least one file is expected"
    assert portal.found(SoDinhDanhChuSoHuu=NEWCOMER) == []


def test_a_unit_that_joins_is_listed_once_with_its_security_server(portal: Portal) -> None:
    """KDL V.1: whoever is in the list of security servers can be called by its address there."""

    def listed() -> list[Any]:
        return [each for each in portal.rows("LayDanhMucSSTaiTep") if "H63" in str(each)]

    assert listed() == []
    for _ in range(2):
        made = portal.visitor.http.put(f"{ADMIN}/units/H63", json={"name": "Tỉnh mẫu"})
        assert (made.status_code, made.json["subsystem"]) == (200, "VN:GOV:000.00.00.H63:h63vdxpsvc01")
        (row,) = listed()
        assert made.json["subsystem"] in row.values()
