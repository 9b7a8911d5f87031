"""Two provinces in one sandbox at the same time: A files and gives, B finds and fetches (KDL II.1, III, IV, V).

Two clients, two accounts, two security servers and no switching; then a vendor's own program as A, and as B.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import requests

from emulator.wire.codes import full_form
from tests.gateways.axis.axis import HAGIANG, HANOI, KONTUM
from tests.gateways.axis.provider import BIG, Provider, big, provider, said
from tests.gateways.axis.test_downloads import HOSTED
from tests.journeys import vendor_province
from tests.portal.portal_client import LLTP, OFFICER, dossier, result
from tests.serving import Server

PATIENCE_S = 30
CITIZEN = "999088010099"
PRACTICE = "1.003709"
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS = f"{PORTAL}&providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
FORWARD = "/RestService/forward"


def finished_dossier(code: str, *results: dict[str, str]) -> dict[str, Any]:
    owner = [{"LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN}]
    return dossier(MaHoSo=code, TrangThaiHoSo="9", DinhDanhCHS=owner, DanhSachGiayToKetQua=list(results))


def asked_for(channel: str) -> dict[str, Any]:
    officer = {"SoDinhDanhNguoiYeuCau": OFFICER, "HoTenNguoiYeuCau": "CÁN BỘ KHÔNG CÓ THẬT"}
    return {
        "MaThuTuc": PRACTICE,
        "DanhSachDanhMucKetQua": [{"MaKetQua": LLTP, "SoKyHieu": ""}],
        "SoDinhDanhChuSoHuu": CITIZEN,
        "KenhThucHien": channel,
        **(officer if channel == "1" else {}),
    }


class Province:
    """A province's own client: it knows its security server, its accounts and the guide, nothing else."""

    def __init__(self, card: dict[str, Any]) -> None:
        self.card, self.server = card, card["security_server"]
        self.http = requests.Session()
        self.http.trust_env = False
        self.session = self._post("/mapi/login", PORTAL, self._account("portal"))["session"]
        self.token = self._post("/bndp/public/v1/login", PAPERS, self._account("papers"))["accessToken"]

    def _account(self, kind: str) -> dict[str, str]:
        pair = self.card["credentials"][kind]
        return {"username": pair["username"], "password": pair["password"]}

    def _post(self, path: str, query: str, body: Any, **headers: str) -> Any:
        address = f"{self.server}/XrdAdapter{FORWARD}{path}?{query}"
        reply = self.http.post(address, json=body, headers={"Charset": "utf-8", **headers}, timeout=PATIENCE_S)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def call(self, service: str, **keys: Any) -> Any:
        body = {"session": self.session, "madonvi": self.card["code"], "service": service, **keys}
        return self._post("/mapi/call", PORTAL, body)

    def push(self, code: str, *results: dict[str, str], **changes: Any) -> None:
        body = finished_dossier(code, *results) | changes
        reply = self.call("DongBoHoSoMC", isUpdating="False", data=[body])
        assert reply["error_code"] == "0", reply

    def find(self, channel: str = "2") -> list[dict[str, Any]]:
        reply = self._post("/bndp/public/v1/user/papers", PAPERS, asked_for(channel), Authorization=self.token)
        assert reply["errorCode"] == "0", reply
        found: list[dict[str, Any]] = reply["result"]["DanhSachGiayToKetQua"]
        return found

    def fetch(self, paper: dict[str, Any], **headers: str) -> requests.Response:
        """Download by KDL V.3: the holder's dstcode from V.1, the link's host as providerurl. No other help."""
        servers = {row["MACOQUAN"]: row["DSTCODE"] for row in self.call("LayDanhMucSSTaiTep")["result"]}
        link = urlsplit(paper["DanhSachTepDinhKem"][0]["DuongDan"])
        query = f"dstcode={servers[full_form(paper['CoQuanChuQuan'])]}&providerurl={link.scheme}://{link.netloc}"
        address = f"{self.server}/VXPAdapter{FORWARD}{quote(unquote(link.path))}?{query}"
        return self.http.get(address, headers=headers, timeout=PATIENCE_S)

    def fetched(self, paper: dict[str, Any]) -> str:
        return hashlib.sha256(self.fetch(paper).content).hexdigest()


class Vendor:
    """The same, by a vendor's own program: a process that serves a province and is told what to do line by line."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("vendor_province.py"))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base_url: str = self._answer()["base_url"]

    def enter(self, card: dict[str, Any]) -> None:
        self._say(card | {"looks_for": asked_for("2")})

    def push(self, code: str, *results: dict[str, str]) -> None:
        reply = self.do("push", finished_dossier(code, *results))
        assert reply["error_code"] == "0", reply

    def find(self, channel: str = "2") -> list[dict[str, Any]]:
        reply = self.do("find", asked_for(channel))
        assert reply["errorCode"] == "0", reply
        found: list[dict[str, Any]] = reply["result"]["DanhSachGiayToKetQua"]
        return found

    def fetched(self, paper: dict[str, Any]) -> str:
        return str(self.do("fetch", paper)["sha256"])

    def do(self, what: str, given: Any = None) -> Any:
        self._say({"do": what, "with": given})
        return self._answer()

    def _say(self, wish: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()

    def _answer(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        assert self.process.stdout
        self.process.stdout.close()


class Country:
    """A sandbox on a real server with two workers, and its trainer."""

    def __init__(self, server: Server, name: str) -> None:
        self.admin = f"{server.base_url}/__admin/sandboxes/{name}"
        made = requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": name}, timeout=PATIENCE_S)
        assert made.status_code == 201, made.text

    def do(self, verb: str, path: str, body: Any = None, *, expects: int = 200) -> Any:
        reply = requests.request(verb, self.admin + path, json=body, timeout=PATIENCE_S)
        assert reply.status_code == expects, reply.text
        return reply.json()

    def unit(self, code: str, **wish: Any) -> dict[str, Any]:
        card: dict[str, Any] = self.do("PUT", f"/units/{code}", wish)
        return card

    def keep(self, **wish: Any) -> None:
        (mine,) = self.do("GET", f"/citizens/{CITIZEN}/results")["results"]
        self.do("POST", f"/citizens/{CITIZEN}/papers", {"result": mine["id"], **wish}, expects=201)

    def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do("GET", "/requests?order=asc&limit=2000")["requests"]
        return found


@pytest.fixture
def country(server: Server, request: pytest.FixtureRequest) -> Iterator[Country]:
    made = Country(server, f"hai-tinh-{abs(hash(request.node.name)):x}"[:40])
    yield made
    requests.delete(made.admin, timeout=PATIENCE_S)


@pytest.fixture
def machine() -> Iterator[Provider]:
    with provider() as made:
        yield made


def test_the_seed_of_the_pack_is_three_agencies_side_by_side(country: Country) -> None:
    units = country.do("GET", "/units")["units"]
    assert [(unit["code"], unit["subsystem"], unit["is_own"]) for unit in units] == [
        ("H26", HANOI, True), ("H22", HAGIANG, False), ("H34", KONTUM, False),
    ]  # fmt: skip
    assert len({unit["credentials"]["portal"]["username"] for unit in units}) == 3
    assert len({unit["security_server"] for unit in units}) == 3
    assert all(set(unit["credentials"]["portal"]["password"]) == {"*"} for unit in units)


@pytest.mark.parametrize("channel", ["2", "1"])
def test_a_files_and_gives_b_finds_and_fetches_without_switching(country: Country, channel: str) -> None:
    """KDL III.1 to V.3, online (2) and at the counter (1)."""
    a, b = Province(country.unit("H22")), Province(country.unit("H26"))
    a.push("H22.15-261120-0001", result(DuongDanTepTinKetQua="https://dichvucong.hagiang.gov.vn/download/123.pdf"))
    assert b.find(channel) == []
    country.keep(reference_number="1345/STP-LLTP", effective_on="01/11/2026", valid_for=6)
    (paper,) = b.find(channel)
    assert (paper["SoKyHieu"], paper["CoQuanChuQuan"]) == ("1345/STP-LLTP", "H22")
    bytes_of_a = (HOSTED / "hagiang-123.pdf").read_bytes()
    assert b.fetch(paper).content == bytes_of_a
    assert a.call("TraCuuHoSo", mahoso="H22.15-261120-0001")["result"]
    told = country.journal()
    by_operation = {(entry["operation"], entry["consumer"]) for entry in told}
    assert {("dvcqg.mapi.login", HAGIANG), ("dvcqg.mapi.login", HANOI)} <= by_operation
    assert {("dvcqg.mapi.DongBoHoSoMC", "mapi.h22"), ("dvcqg.mapi.LayDanhMucSSTaiTep", "mapi.h26")} <= by_operation
    (fetched,) = [entry for entry in told if entry["operation"] == "province.download"]
    assert (fetched["consumer"], fetched["outcome"]) == (HANOI, "answered")
    assert fetched["response"]["bodySha256"] == "sha256:" + hashlib.sha256(bytes_of_a).hexdigest()


def test_rights_are_each_units_own(country: Country) -> None:
    a, c = Province(country.unit("H22")), Province(country.unit("H34"))
    a.push("H22.15-261120-0001", result(DuongDanTepTinKetQua="https://dichvucong.hagiang.gov.vn/download/123.pdf"))
    country.keep()
    (paper,) = c.find()
    assert c.fetch(paper).json()["type"] == "Server.ServerProxy.AccessDenied"
    country.do("POST", "/access-rights", {"provider": HAGIANG, "subjects": [KONTUM]})
    assert c.fetch(paper).status_code == 200


def test_a_session_of_one_unit_is_not_good_for_another(country: Country) -> None:
    a = Province(country.unit("H22"))
    assert a.call("LayDanhMucCoQuan")["error_code"] == 0
    a.card = a.card | {"code": "H26"}
    assert a.call("LayDanhMucCoQuan")["error_code"] == -8


def test_a_change_of_the_own_agency_ends_nobodys_login(country: Country) -> None:
    a, b = Province(country.unit("H22")), Province(country.unit("H26"))
    country.do("PATCH", "/settings", {"agency_code": "H34", "own_subsystem": KONTUM})
    for province in (a, b):
        assert province.call("LayDanhMucCoQuan")["error_code"] == 0
        assert Province(province.card).find() == []


def test_a_vendors_own_program_gives_as_a(country: Country, machine: Provider) -> None:
    paper_of_a = b"%PDF-1.4 cua nha thau " + bytes(range(256)) * 400
    machine.answer = said("200 OK", paper_of_a, "Content-Type: application/pdf", 'ETag: "1"')
    card = country.unit("H22", base_url=machine.base_url, hosts=["tep.hagiang.example.vn"])
    assert (card["base_url"], "tep.hagiang.example.vn" in card["hosts"]) == (machine.base_url, True)
    a, b = Province(card), Province(country.unit("H26"))
    a.push("H22.15-261120-0001", result(DuongDanTepTinKetQua="https://tep.hagiang.example.vn/t%E1%BB%87p/1.pdf"))
    country.keep()
    (paper,) = b.find()
    reply = b.fetch(paper)
    assert (reply.content, reply.headers["ETag"]) == (paper_of_a, '"1"')
    assert machine.request_line == "GET /t%E1%BB%87p/1.pdf HTTP/1.1"
    assert machine.header("host") == "tep.hagiang.example.vn"
    assert machine.header("x-road-client") == "VN/GOV/000.00.00.H26/hanoivdxpsvc01"


@pytest.fixture
def vendors() -> Iterator[Callable[[], Vendor]]:
    made: list[Vendor] = []

    def make() -> Vendor:
        made.append(Vendor())
        return made[-1]

    yield make
    for each in made:
        each.end()


VENDORS_HOST = "tep.hagiang.example.vn"


@pytest.mark.parametrize("channel", ["2", "1"])
@pytest.mark.parametrize("by_vendor", ["A", "B", "AB"])
def test_the_story_runs_with_a_vendors_own_process_as_a_as_b_and_as_both(
    country: Country, vendors: Callable[[], Vendor], by_vendor: str, channel: str
) -> None:
    """KDL II.1, both processes: the same story, whoever plays the two provinces, and nothing is switched."""
    a, link, bytes_of_a = enter_a(country, vendors if "A" in by_vendor else None)
    b = enter_b(country, vendors if "B" in by_vendor else None)
    a.push("H22.15-261120-0001", result(DuongDanTepTinKetQua=link))
    assert b.find(channel) == []
    country.keep(reference_number="1345/STP-LLTP", effective_on="01/11/2026", valid_for=6)
    (paper,) = b.find(channel)
    assert (paper["SoKyHieu"], paper["CoQuanChuQuan"]) == ("1345/STP-LLTP", "H22")
    assert b.fetched(paper) == hashlib.sha256(bytes_of_a).hexdigest()
    told = country.journal()
    assert {("dvcqg.mapi.DongBoHoSoMC", "mapi.h22"), ("dvcqg.papers.find", "000.00.00.H26")} <= {
        (entry["operation"], entry["consumer"]) for entry in told
    }
    downloads = [entry for entry in told if entry["operation"] in ("province.download", "xroad.live")]
    assert [(entry["consumer"], entry["outcome"]) for entry in downloads] == [(HANOI, "answered")]


def enter_a(country: Country, vendors: Callable[[], Vendor] | None) -> tuple[Province | Vendor, str, bytes]:
    """Return province A, the link of the paper it gives, and the bytes there."""
    if vendors is None:
        bytes_of_a = (HOSTED / "hagiang-123.pdf").read_bytes()
        return Province(country.unit("H22")), "https://dichvucong.hagiang.gov.vn/download/123.pdf", bytes_of_a
    vendor = vendors()
    vendor.enter(country.unit("H22", base_url=vendor.base_url, hosts=[VENDORS_HOST]))
    return vendor, f"https://{VENDORS_HOST}/ket-qua/t%E1%BB%87p%201.pdf", vendor_province.PAPER


def enter_b(country: Country, vendors: Callable[[], Vendor] | None) -> Province | Vendor:
    if vendors is None:
        return Province(country.unit("H26"))
    vendor = vendors()
    vendor.enter(country.unit("H26", base_url=vendor.base_url))
    return vendor


def test_a_vendors_process_that_is_handed_a_dossier_fetches_the_paper_of_another_by_itself(
    country: Country, vendors: Callable[[], Vendor]
) -> None:
    """A citizen files at B; the portal calls B, and before B answers it has found and fetched what A gave."""
    a, link, bytes_of_a = enter_a(country, vendors)
    b = enter_b(country, vendors)
    assert isinstance(b, Vendor)
    country.do("POST", "/access-rights", {"provider": HANOI, "subjects": ["VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"]})
    a.push("H22.15-261120-0001", result(DuongDanTepTinKetQua=link))
    country.keep()
    wish = {"procedure": PRACTICE, "agency": "H26"}
    filed = country.do("POST", f"/citizens/{CITIZEN}/dossiers", wish, expects=201)
    assert (filed["status"], filed["reply"]["body"]["message"]) == (1, f"{filed['code']}|1")
    (taken,) = b.do("taken")
    fetched = {"size": len(bytes_of_a), "sha256": hashlib.sha256(bytes_of_a).hexdigest()}
    assert taken == {"dossier": filed["code"], "files": [fetched]}


def test_the_portal_calls_a_vendors_program_by_itself_when_a_citizen_files(country: Country, machine: Provider) -> None:
    """KDL III.1, then the vendor as A follows the dossier up and B downloads what came of it."""
    machine.answer = said("200 OK", b'{"error_code":0,"message":"da nhan"}', "Content-Type: application/json")
    a = Province(country.unit("H22", base_url=machine.base_url))
    filed = country.do("POST", f"/citizens/{CITIZEN}/dossiers", {"procedure": "2.000488", "agency": "H22"}, expects=201)
    assert (filed["status"], filed["reply"]["body"]["error_code"]) == (1, 0)
    assert machine.request_line == "POST /nhanhsdvcqg HTTP/1.1"
    assert machine.header("x-road-client") == "VN/GOV/000.00.00.G22/vpcpcdvcqgsub01"
    handed = json.loads(machine.asked[-1].partition(b"\r\n\r\n")[2])
    assert (handed["service"], handed["data"]["MaHoSo"]) == ("NhanHoSo", filed["code"])
    assert handed["data"]["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN}]
    report = {"MaHoSo": filed["code"], "TrangThai": "2", "NoiDung": "Đã tiếp nhận", "NgayXuLy": "20261120090000"}
    assert a.call("DongBoTrangThaiHoSo", type="2", data=report)["error_code"] == "0"


@pytest.mark.parametrize("body", [b'{"error_code":-1,"message":"loi"}', b"<html>", b""])
def test_a_dossier_that_the_vendor_does_not_take_could_not_be_sent(
    country: Country, machine: Provider, body: bytes
) -> None:
    machine.answer = said("200 OK", body)
    country.unit("H22", base_url=machine.base_url)
    wish = {"procedure": "2.000488", "agency": "H22"}
    assert country.do("POST", f"/citizens/{CITIZEN}/dossiers", wish, expects=201)["status"] == 14


@pytest.mark.parametrize(("code", "wish", "pointer"), [
    ("xyz", {}, "?unit"),
    ("H22", {"subsystem": "VN:GOV:x"}, "/subsystem"),
    ("H22", {"hosts": ["dichvucong.quangnam.gov.vn"]}, "/hosts/0"),
    ("H22", {"hosts": ["https://a/b"]}, "/hosts/0"),
    ("H22", {"base_url": "ftp://a"}, "/base_url"),
    ("H22", {"hots": []}, "/hots"),
])  # fmt: skip
def test_a_unit_that_cannot_work_is_refused(country: Country, code: str, wish: dict[str, Any], pointer: str) -> None:
    refused = country.do("PUT", f"/units/{code}", wish, expects=422)
    assert pointer in {fault["pointer"] for fault in refused["errors"]}


def test_a_server_of_a_unit_that_is_not_there_says_so(country: Country, server: Server) -> None:
    name = country.admin.rpartition("/")[2]
    address = f"{server.base_url}/s/{name}/ss/H63/XrdAdapter{FORWARD}/mapi/login?{PORTAL}"
    reply = requests.post(address, json={}, timeout=PATIENCE_S)
    assert (reply.status_code, "/ss/H63" in reply.json()["message"]) == (400, True)
    assert country.do("DELETE", "/units/H63", expects=404)["code"] == "no-such-unit"
    assert country.do("DELETE", "/units/H26", expects=422)["code"] == "invalid"


def test_fifty_megabytes_of_a_vendor_pass_and_are_digested(country: Country, machine: Provider) -> None:
    machine.answer = big
    country.unit("H26", base_url=machine.base_url)
    country.do("POST", "/access-rights", {"provider": HANOI, "subjects": [HANOI]})
    b = country.unit("H26")["security_server"]
    address = f"{b}/VXPAdapter{FORWARD}/lon.bin?dstcode={HANOI}&providerurl={machine.base_url}"
    size = 0
    with requests.get(address, stream=True, timeout=PATIENCE_S) as reply:
        for chunk in reply.iter_content(1 << 20):
            size += len(chunk)
    assert (reply.status_code, size) == (200, BIG)
    assert country.journal()[-1]["response"]["bytesSent"] == BIG
