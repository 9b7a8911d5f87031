"""The links inside a pulled dossier lead somewhere: files and the dossier's page, for anybody (BTXH 3.1.4; B75)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from emulator.country.pack import PackFile
from tests.builders import dossier, pull
from tests.services.stories import PAGE, ministry_dossier, ministry_step, visiting

PATH = "/file/20261121/to-khai.pdf"
FILES = {PATH: PackFile("application/pdf", lambda: b"%PDF-1.4 to khai")}
DETAIL = f"/BTXH_ThongTinChung/GetViewDetail/{PAGE}"


def test_the_file_of_a_pulled_dossier_is_served_without_a_token(tmp_path) -> None:
    with visiting(tmp_path, [ministry_dossier()], files=FILES) as visitor:
        xml = visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"][0]["certificateExtentData"]
        assert f"https://dvcbtxh.molisa.gov.vn{PATH}" in xml
        reply = visitor.http.get(PATH)
        assert (reply.status_code, reply.data) == (200, b"%PDF-1.4 to khai")
        assert reply.headers["Content-Type"] == "application/pdf"
        assert reply.headers["Content-Length"] == "16"
        assert visitor.journal()[-1]["operation"] == "ministry.page"


def test_head_gives_the_headers_alone(tmp_path) -> None:
    with visiting(tmp_path, files=FILES) as visitor:
        reply = visitor.http.head(PATH)
    assert (reply.status_code, reply.data, reply.headers["Content-Length"]) == (200, b"", "16")


def test_the_page_shows_the_state_and_no_personal_data(tmp_path) -> None:
    filed = ministry_dossier(status=2)
    with visiting(tmp_path, [filed], [ministry_step()]) as visitor:
        reply = visitor.http.get(DETAIL)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert filed.code in page
    assert "2 (Được tiếp nhận)" in page
    assert "20/11/2026 00:00:00: 2 (Được tiếp nhận)" in page
    assert filed.fields["HoVaTen"] not in page
    assert filed.fields["CMND"] not in page


def test_the_page_of_a_pushed_dossier_opens_when_it_links_to_the_ministry(tmp_path) -> None:
    link = f"https://dvcbtxh.molisa.gov.vn{DETAIL}"
    with visiting(tmp_path) as visitor:
        visitor.btxh("DongBoDVC", dossier(UrlDetail=link))
        assert "1 (Mới đăng ký)" in visitor.http.get(DETAIL).get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "/file/20261121/khong-co.pdf",
        "/BTXH_ThongTinChung/GetViewDetail/khong-co",
        "/BTXH_ThongTinChung/<script>",
        "/file/../pack.json",
    ],
)
def test_an_unknown_link_is_a_page_that_says_so(tmp_path, path: str) -> None:
    with visiting(tmp_path) as visitor:
        reply = visitor.http.get(path)
    assert reply.status_code == 404
    assert "Không tìm thấy" in reply.get_data(as_text=True)
    assert "<script>" not in reply.get_data(as_text=True)


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_verbs_are_not_allowed(tmp_path, verb: str) -> None:
    with visiting(tmp_path, files=FILES) as visitor:
        reply = visitor.http.open(PATH, method=verb)
    assert reply.status_code == 405
    assert reply.headers["Allow"] == "GET, HEAD"


def test_the_site_answers_by_its_host_name(tmp_path) -> None:
    with visiting(tmp_path) as visitor:
        reply = visitor.http.get("/trang-chu", headers={"Host": "dvcbtxh.molisa.gov.vn"})
    assert reply.status_code == 404
    assert "Không tìm thấy" in reply.get_data(as_text=True)


def test_every_link_of_the_shipped_pack_opens(visitor) -> None:
    wide = {"ThoiGianBatDau": "01/01/2022 00:00:00", "ThoiGianKetThuc": "31/12/2026 23:59:59"}
    pulled = [
        each
        for kind in ("1", "100")
        for each in visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu=kind, **wide)).json["result"]["data"]
    ]
    links = {each["urlDetail"] for each in pulled if each["urlDetail"]}
    for each in pulled:
        links.update(re.findall(r"https://dvcbtxh\.molisa\.gov\.vn/[^<\"]+", each["certificateExtentData"]))
    assert any("/file/" in link for link in links)
    assert any("/GetViewDetail/" in link for link in links)
    dead = [link for link in sorted(links) if visitor.http.get(urlsplit(unescape(link)).path).status_code != 200]
    assert not dead
