"""Every printed sample of KDL V with people who do not exist: taken as printed, answered in the printed shape."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Visitor
from tests.portal.portal_client import FORWARD, Portal

# As printed in KDL V.2, with the comma before the closing brace, and with numbers nobody has.
PAPERS_REQUEST = """{
    "MaThuTuc": "1.001193",
    "DanhSachDanhMucKetQua": [
        {"MaKetQua": "000.00.00.G02-KQ0685", "SoKyHieu": ""},
        {"MaKetQua": "000.00.00.G40-KQ0686", "SoKyHieu": ""}
    ],
    "SoDinhDanhChuSoHuu": "999419012",
    "HoTenNguoiYeuCau": "Người Không Có Thật",
    "KenhThucHien": "1",
    "SoDinhDanhNguoiYeuCau": "999419012",
}"""
HEADERS = {"Content-Type": "application/json", "Charset": "utf-8"}  # as KDL V.2 prints them with the request


@pytest.fixture
def portal(visitor: Visitor) -> Portal:
    return Portal(visitor)


HEADERS = {"Content-Type": "application/json", "Charset": "utf-8"}
"""As KDL V.2 prints them."""


def test_the_list_of_security_servers_as_printed(portal: Portal) -> None:
    portal.settle(portal_reads_have_error_code=False)
    session = portal.session()
    printed = f'{{"session": "{session}",\n "madonvi": "H26",\n "service": "LayDanhMucSSTaiTep"}}'
    reply = portal.post("/mapi/call", printed, **{"Content-Type": "application/json", "Charset": "utf-8"})
    assert list(reply.json) == ["result"]
    assert {tuple(row) for row in reply.json["result"]} == {("MACOQUAN", "TENCOQUAN", "DSTCODE")}
    assert any(row["MACOQUAN"] == "000.00.00.G01" for row in reply.json["result"])


def test_the_papers_request_as_printed_is_taken_with_its_three_oddities(portal: Portal) -> None:
    reply = portal.post("/bndp/public/v1/user/papers", PAPERS_REQUEST, **HEADERS, Authorization=portal.papers_token())
    assert reply.json["errorCode"] == "0"
    assert portal.rules() == {"K09", "K11", "K13"}


def test_the_papers_request_as_printed_is_no_json_to_strict(visitor: Visitor) -> None:
    portal = Portal(visitor, "strict")
    reply = portal.post("/bndp/public/v1/user/papers", PAPERS_REQUEST, **HEADERS, Authorization=portal.papers_token())
    assert reply.json["errorCode"] == "-1"
    assert portal.rules() == {"K09"}


def test_the_papers_reply_has_the_printed_shape_key_for_key(portal: Portal) -> None:
    """KDL-V.2-17, KDL-V.2-18, KDL-V.2-19, KDL-V.2-20, KDL-V.2-21, KDL-V.2-23."""
    portal.settle(papers_file_key="TenFile", papers_as_sample=True)
    reply = json.loads(portal.papers().data, object_pairs_hook=list)
    assert [key for key, _ in reply] == ["errorCode", "message", "signature", "result"]
    assert [value for _, value in reply[:3]] == ["0", "Successfully", "Signature"]
    (lists,) = reply[3][1]
    assert lists[0] == "DanhSachGiayToKetQua"
    for paper in lists[1]:
        keys = [key for key, _ in paper]
        assert keys == ["MaKetQua", "TenGiayTo", "SoKyHieu", "CoQuanChuQuan", "DanhSachTepDinhKem"]
        assert [key for key, _ in dict(paper)["DanhSachTepDinhKem"][0]] == ["TenFile", "DuongDan"]


def test_the_charset_header_of_the_document_is_no_obstacle(portal: Portal) -> None:
    reply = portal.visitor.http.post(
        FORWARD + "/mapi/login", headers={"Charset": "utf-8", "Content-Type": "application/json"}, data=b"{}"
    )
    assert reply.json["error_code"] == -5
