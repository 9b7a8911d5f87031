"""The two processes of the Kho DL guide over a real server with two workers (KDL II.1)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests import builders
from tests.axis_country import PATIENCE_S, AxisCountry
from tests.gateways.axis.axis import HAGIANG, HANOI, QUANGNAM
from tests.gateways.axis.test_downloads import HOSTED
from tests.journeys.one_stop import OneStop
from tests.portal.portal_client import CITIZEN, LLTP, OFFICER, SECOND, THIRD, dossier, result
from tests.serving import Server

NEWCOMER = "999088010099"
PRACTICE = "1.003709"  # Cấp lần đầu chứng chỉ hành nghề: the guide's own example
AT_THE_COUNTER = {"SoDinhDanhNguoiYeuCau": OFFICER, "HoTenNguoiYeuCau": "CÁN BỘ KHÔNG CÓ THẬT"}


@pytest.fixture
def country(server: Server, request: pytest.FixtureRequest) -> Iterator[AxisCountry]:
    made = AxisCountry(server, f"kho-dl-{abs(hash(request.node.name)):x}")
    yield made
    made.drop()


@pytest.fixture
def system(country: AxisCountry) -> OneStop:
    vendor = OneStop(country)
    vendor.log_in()
    return vendor


def play(country: AxisCountry, unit: str, subsystem: str) -> OneStop:
    """Let the country's vendor be another agency, and log in as that."""
    country.settle(agency_code=unit, own_subsystem=subsystem)
    vendor = OneStop(country)
    vendor.log_in()
    return vendor


def results_of(country: AxisCountry, citizen: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = country.do("GET", f"/citizens/{citizen}/results")["results"]
    return found


def keep(country: AxisCountry, citizen: str, **body: str) -> None:
    country.do("POST", f"/citizens/{citizen}/papers", body, expects=201)


def download_of(country: AxisCountry) -> dict[str, Any]:
    return next(each for each in reversed(country.journal()) if each["operation"] == "province.download")


def test_a_citizens_paper_is_found_and_downloaded_by_case_1(country: AxisCountry, system: OneStop) -> None:
    """KDL II.2, IV.1, V.1, V.2, V.3 case 1: the link names the province's own host."""
    assert LLTP in system.wanted_codes(PRACTICE)
    (paper,) = system.papers(PRACTICE, [LLTP], CITIZEN)
    assert paper["DanhSachTepDinhKem"][0]["DuongDan"].startswith("https://dichvucong.hagiang.gov.vn/")
    assert system.fetch(paper).content == (HOSTED / "hagiang-124.pdf").read_bytes()
    assert [each["operation"] for each in country.journal()] == [
        "dvcqg.mapi.login", "dvcqg.papers.login", "dvcqg.mapi.LayThuTuc", "dvcqg.papers.find",
        "dvcqg.mapi.LayDanhMucSSTaiTep", "province.download",
    ]  # fmt: skip
    assert [remark for each in country.journal() for remark in each["remarks"]] == []


def test_a_link_of_case_2_arrives_once_the_province_has_opened_its_access_rights(
    country: AxisCountry, system: OneStop
) -> None:
    """KDL V.3 case 2, V.4: denied by default, added to the rights of exchangeDataX, allowed."""
    (paper,) = system.papers(PRACTICE, [LLTP], SECOND)
    denied = system.fetch(paper)
    assert (denied.status_code, denied.json()["type"]) == (500, "Server.ServerProxy.AccessDenied")
    (found,) = country.do("GET", "/access-rights/subjects?q=hanoivdxp")["subjects"]
    country.do("POST", "/access-rights", {"provider": QUANGNAM, "subjects": [found["subject"]]})
    shown = country.do("GET", f"/access-rights?provider={QUANGNAM}")["rights"][-1]
    assert (shown["subject"], shown["given_on"]) == (HANOI, "2026-11-21")
    assert system.fetch(paper).content == (HOSTED / "quangnam-7.pdf").read_bytes()
    country.do("DELETE", "/access-rights", {"provider": QUANGNAM, "subjects": [HANOI]})
    assert system.fetch(paper).status_code == 500


def test_of_several_papers_the_one_that_was_chosen_is_downloaded(system: OneStop) -> None:
    """KDL V.3: one code, several papers: the citizen selects."""
    papers = system.papers(PRACTICE, [LLTP], THIRD)
    assert len(papers) == 2
    (chosen,) = [paper for paper in papers if paper["SoKyHieu"] == "0103/STP-LLTP"]
    assert system.fetch(chosen).content == (HOSTED / "hagiang-124.pdf").read_bytes()


def test_a_result_pushed_by_province_a_is_saved_found_and_downloaded_by_province_b(country: AxisCountry) -> None:
    """KDL II.1, III.1, IV.1: both processes after one another, byte for byte."""
    province_a = play(country, "H22", HAGIANG)
    issued = result(DuongDanTepTinKetQua="https://dichvucong.hagiang.gov.vn/download/123.pdf")
    body = dossier(
        MaHoSo="H22.15-261120-0001",
        TrangThaiHoSo="9",
        DinhDanhCHS=[{"LoaiDinhDanh": "1", "SoDinhDanh": NEWCOMER}],
        DanhSachGiayToKetQua=[issued],
    )
    assert province_a.call("DongBoHoSoMC", isUpdating="False", data=[body])["error_code"] == "0"
    province_b = play(country, "H26", HANOI)
    assert province_b.papers(PRACTICE, [LLTP], NEWCOMER) == []
    (mine,) = results_of(country, NEWCOMER)
    keep(country, NEWCOMER, result=mine["id"], reference_number="1345/STP-LLTP")
    (paper,) = province_b.papers(PRACTICE, [LLTP], NEWCOMER)
    assert (paper["SoKyHieu"], paper["CoQuanChuQuan"]) == ("1345/STP-LLTP", "H22")
    downloaded, bytes_of_a = province_b.fetch(paper).content, (HOSTED / "hagiang-123.pdf").read_bytes()
    assert downloaded == bytes_of_a
    told = download_of(country)
    assert (told["consumer"], told["response"]["bytesSent"]) == (HANOI, len(bytes_of_a))
    assert told["response"]["bodySha256"] == "sha256:" + hashlib.sha256(bytes_of_a).hexdigest()


def test_a_final_push_to_the_ministry_ends_in_another_province_byte_for_byte(country: AxisCountry) -> None:
    """KDL II.1, III.1 by way of DongBoDVC 100 (BTXH 3.1.3); its file has a Vietnamese name with spaces."""
    link = "https://dichvucong.hagiang.gov.vn/download/" + quote("Quyết định trợ cấp xã hội.pdf")
    code = "000.11.26.H22-261120-0001"
    extent = builders.EXTENT_FINAL.replace("https://dvcbtxh.molisa.gov.vn/file/20261121/quyet-dinh.pdf", link)
    play(country, "H22", HAGIANG)
    body = builders.final_result(MaHoSo=code, CertificateExtentData=extent)
    assert push_to_the_ministry(country, body)["error_code"] == 0
    (mine,) = results_of(country, body["CMND"])
    assert mine["source"] == "DongBoDVC"
    keep(country, body["CMND"], result=mine["id"])
    province_b = play(country, "H26", HANOI)
    (paper,) = province_b.papers("1.001776", ["KQ.G07.000290"], body["CMND"])
    assert province_b.fetch(paper).content == (HOSTED / "hagiang-qd.pdf").read_bytes()


def push_to_the_ministry(country: AxisCountry, body: dict[str, Any]) -> Any:
    pair = country.consumer
    token = country.http.post(
        f"{country.security_server}/token",
        data={"grant_type": "client_credentials"},
        auth=(pair["consumer_key"], pair["consumer_secret"]),
        timeout=PATIENCE_S,
    ).json()["access_token"]
    return country.http.post(
        f"{country.security_server}/apiBTXH/1.0/DongBoDVC",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_S,
    ).json()


def test_a_paper_of_a_dossier_filed_in_person_is_uploaded_and_used_at_another_counter(
    country: AxisCountry, system: OneStop
) -> None:
    """KDL III.2, IV.2: a certified copy is uploaded; an officer elsewhere finds it and downloads its sharing link."""
    keep(
        country,
        NEWCOMER,
        form="certified-copy",
        result_code=LLTP,
        reference_number="77/STP",
        agency_code="H34",
        file_name="Phiếu lý lịch tư pháp.pdf",
        link="https://motcua.kontum.gov.vn/api/igat/sharing/5f0c9d3e8b6a4f17a2d1",
    )
    (paper,) = system.papers(PRACTICE, [LLTP], NEWCOMER, **AT_THE_COUNTER)
    assert system.fetch(paper).content == (HOSTED / "kontum-1.pdf").read_bytes()
    nameless = system.ask_papers(PRACTICE, [LLTP], NEWCOMER, HoTenNguoiYeuCau="X")
    assert (nameless["errorCode"], "SoDinhDanhNguoiYeuCau" in nameless["message"]) == ("-5", True)


def test_a_session_that_ends_in_the_middle_is_refused_and_the_next_one_goes_on(
    country: AxisCountry, system: OneStop
) -> None:
    """KDL V.3: "chỉ gọi lại khi token hết hạn"."""
    (paper,) = system.papers(PRACTICE, [LLTP], CITIZEN)
    country.turn_clock(action="advance", by="PT31M")
    refused = system.call("LayDanhMucSSTaiTep")
    assert (refused["error_code"], "đã hết hạn" in refused["message"]) == (-2, True)
    assert system.ask_papers(PRACTICE, [LLTP], CITIZEN)["errorCode"] == "-2"
    system.log_in()
    assert country.last()["remarks"] == []
    assert system.papers(PRACTICE, [LLTP], CITIZEN) == [paper]
    assert system.fetch(paper).status_code == 200


def test_a_provider_that_is_down_is_a_network_error_until_it_is_mended(country: AxisCountry, system: OneStop) -> None:
    """KDL V.3, V.4: the file host, then its security server, then the portal itself."""
    (paper,) = system.papers(PRACTICE, [LLTP], CITIZEN)
    broken = (
        ("/hosts/dichvucong.hagiang.gov.vn", "is_up", "Server.ServerProxy.NetworkError"),
        (f"/subsystems/{HAGIANG}", "is_reachable", "Server.ClientProxy.NetworkError"),
    )
    assert system.fetch(paper).status_code == 200
    for path, state, code in broken:
        country.do("PATCH", path, {state: False})
        reply = system.fetch(paper)
        assert (reply.status_code, reply.json()["type"]) == (500, code)
        country.do("PATCH", path, {state: True})
        assert system.fetch(paper).status_code == 200


class VendorSystem(BaseHTTPRequestHandler):
    """The vendor's own file host."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(self.server.paper)))
        self.end_headers()
        self.wfile.write(self.server.paper)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def vendor() -> Iterator[ThreadingHTTPServer]:
    machine = ThreadingHTTPServer(("127.0.0.1", 0), VendorSystem)
    machine.paper = b"%PDF-1.4 " + bytes(range(256)) * 5000
    thread = threading.Thread(target=machine.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield machine
    machine.shutdown()
    machine.server_close()
    thread.join()


def test_the_vendors_own_file_reaches_another_province_through_the_axis(
    country: AxisCountry, system: OneStop, vendor: ThreadingHTTPServer
) -> None:
    """KDL III.1, V.3, V.4 the other way round: the vendor is the provider, on a machine of its own."""
    link = "https://dichvucong.hanoi.gov.vn/tep/phieu-1.pdf"
    owner = [{"LoaiDinhDanh": "1", "SoDinhDanh": NEWCOMER}]
    body = dossier(TrangThaiHoSo="9", DinhDanhCHS=owner, DanhSachGiayToKetQua=[result(DuongDanTepTinKetQua=link)])
    assert system.call("DongBoHoSoMC", isUpdating="False", data=[body])["error_code"] == "0"
    keep(country, NEWCOMER, result=results_of(country, NEWCOMER)[0]["id"])
    country.do("PUT", f"/live-agencies/{HANOI}", {"base_url": f"http://127.0.0.1:{vendor.server_port}"})
    wish = {"kind": "download", "path": "/tep/phieu-1.pdf", "caller": HAGIANG}
    denied = country.do("POST", "/rehearsals", wish)
    assert [each["rule"] for each in denied["findings"]] == ["axis-fault"]
    country.do("POST", "/access-rights", {"provider": HANOI, "subjects": [HAGIANG]})
    told = country.do("POST", "/rehearsals", wish)
    assert (told["passed"], told["reply"]["size"]) == (True, len(vendor.paper))
    assert told["reply"]["sha256"] == "sha256:" + hashlib.sha256(vendor.paper).hexdigest()
    entry = country.do("GET", f"/requests/{told['request_id']}")
    assert (entry["operation"], entry["consumer"]) == ("xroad.live", HAGIANG)
    assert country.do("GET", f"/requests/{denied['request_id']}")["outcome"] == "refused"
    play(country, "H22", HAGIANG)
    address = f"{country.security_server}/VXPAdapter/RestService/forward/tep/phieu-1.pdf?dstcode={HANOI}"
    assert requests.get(address, timeout=PATIENCE_S).content == vendor.paper
