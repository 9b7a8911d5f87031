"""Quirks of bytes, on bytes: over a socket, under both kinds of worker (K8 of the audit; rows K01 to K31)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from emulator.wire.reading import QUIRKS
from tests.portal.portal_client import CITIZEN, LLTP, OFFICER, SECOND
from tests.serving import Server

PATIENCE_S = 30
XRD, VXP = "/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward"
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS_URL = "providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
HAGIANG = "dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01&providerurl=https://dichvucong.hagiang.gov.vn"
DECISION = "/download/Quyết định trợ cấp xã hội.pdf".replace(" ", "%20")


class Wire:
    """A sandbox on a real server, spoken to in bytes."""

    def __init__(self, server: Server, name: str, mode: str) -> None:
        self.server, self.name = server, name
        self.admin = f"{server.base_url}/__admin/sandboxes/{name}"
        made = requests.post(
            f"{server.base_url}/__admin/sandboxes", json={"id": name, "mode": mode}, timeout=PATIENCE_S
        )
        assert made.status_code == 201, made.text
        self.credentials: dict[str, dict[str, str]] = made.json()["credentials"]

    def send(self, method: str, target: str, body: bytes = b"", *headers: str) -> tuple[int, bytes]:
        """Send a request byte for byte; return status and body."""
        lines = (f"{method} /s/{self.name}{target} HTTP/1.1", "Host: may-chu", "Connection: close", *headers)
        sized = (*lines, f"Content-Length: {len(body)}")
        said = self.server.raw("\r\n".join(sized).encode() + b"\r\n\r\n" + body)
        head, _, content = said.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            content = content.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
        return int(head.split(b" ", 2)[1]), content

    def post(self, path: str, body: bytes, *headers: str, query: str = PORTAL) -> Any:
        status, content = self.send("POST", f"{XRD}{path}?{query}", body, "Content-Type: application/json", *headers)
        assert status == 200, content
        return json.loads(content)

    def session(self) -> str:
        return str(self.post("/mapi/login", json.dumps(self.credentials["portal"]).encode())["session"])

    def call(self, service: str, **keys: str) -> Any:
        body = {"session": self.session(), "madonvi": "H26", "service": service, **keys}
        return self.post("/mapi/call", json.dumps(body).encode())

    def token(self) -> str:
        body = json.dumps(self.credentials["papers"]).encode()
        return str(self.post("/bndp/public/v1/login", body, query=f"{PORTAL}&{PAPERS_URL}")["accessToken"])

    def papers(self, body: bytes, scheme: str = "") -> Any:
        header = f"Authorization: {scheme}{self.token()}"
        return self.post("/bndp/public/v1/user/papers", body, header, query=f"{PORTAL}&{PAPERS_URL}")

    def newest(self) -> dict[str, Any]:
        reply = requests.get(f"{self.admin}/requests?limit=1", timeout=PATIENCE_S)
        found: dict[str, Any] = reply.json()["requests"][0]
        return found

    def rules(self) -> list[str]:
        return [remark["rule"] for remark in self.newest()["remarks"]]


@pytest.fixture(scope="module", params=["asgi", "gthread"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", request.param) as made:
        yield made


@pytest.fixture
def wires(server: Server, request: pytest.FixtureRequest) -> dict[str, Wire]:
    """One sandbox a mode."""
    tag = f"{abs(hash(request.node.name)):x}"[:10]
    return {mode: Wire(server, f"{mode}-{tag}", mode) for mode in ("strict", "documented", "observed")}


def asking(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "MaThuTuc": "1.003709",
        "DanhSachDanhMucKetQua": [{"MaKetQua": LLTP, "SoKyHieu": ""}],
        "SoDinhDanhChuSoHuu": CITIZEN,
        "HoTenNguoiYeuCau": "CÁN BỘ KHÔNG CÓ THẬT",
        "KenhThucHien": "1",
        "SoDinhDanhNguoiYeuCau": OFFICER,
    }
    return {key: value for key, value in (body | changes).items() if value is not None}


def encoded(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def test_k23_raw_letters_in_the_request_line_are_taken_and_noted_and_strict_refuses_them(
    wires: dict[str, Wire],
) -> None:
    for mode in ("documented", "observed"):
        status, content = wires[mode].send("GET", f"{VXP}{DECISION}?{HAGIANG}")
        assert (status, content[:4]) == (200, b"%PDF")
        assert wires[mode].rules() == ["K23"]
        assert "Quyết%20định" in wires[mode].newest()["request"]["url"]
    status, content = wires["strict"].send("GET", f"{VXP}{DECISION}?{HAGIANG}")
    assert (status, json.loads(content)["type"]) == (400, "Client.BadRequest")
    assert wires["strict"].rules() == ["K23"]


def test_k23_tells_the_first_120_letters_of_the_address_and_how_the_first_60_are_written(
    wires: dict[str, Wire],
) -> None:
    wire = wires["documented"]
    wire.send("GET", f"{VXP}/download/124.pdf?ghi_chú={'Đủ' * 80}&{HAGIANG}")
    (told,) = wire.newest()["remarks"]
    address = f"/s/{wire.name}{VXP}/download/124.pdf?ghi_chú={'Đủ' * 80}"
    assert (told["found"], told["expected"]) == (address[:120], quote(address[:60], safe="/?&=:%"))


def test_k23_raw_letters_in_the_query_are_noted_too(wires: dict[str, Wire]) -> None:
    status, _ = wires["documented"].send("GET", f"{VXP}/download/124.pdf?ghi_chú=Đủ&{HAGIANG}")
    assert (status, wires["documented"].rules()) == (200, ["K23"])


def test_bytes_that_are_no_utf8_are_answered_and_written_down(wires: dict[str, Wire]) -> None:
    wire = wires["documented"]
    request = f"GET /s/{wire.name}{VXP}/download/".encode() + b"\xff\xfe.pdf?" + HAGIANG.encode()
    said = wire.server.raw(request + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.split(b" ", 2)[1] == b"404"
    assert wire.rules() == ["K23", "no-such-resource"]


# Every other row that a call can meet, as bytes: what each mode does, by the register.


def _k01(wire: Wire) -> Any:
    body = encoded(wire.credentials["portal"])
    return wire.send("POST", f"{XRD}/mapi/login", body, "Content-Type: application/json")


def _k02(wire: Wire) -> Any:
    body = {"Session": wire.session(), "Madonvi": "H26", "Service": "LayDanhMucCoQuan"}
    return wire.post("/mapi/call", encoded(body))


def _k09(wire: Wire) -> Any:
    return wire.papers(encoded(asking())[:-1] + b",\r\n}")


def _k10(wire: Wire) -> Any:
    return wire.papers(encoded(asking(MaThuTuc=None, MaTTHC="1.003709")))


def _k11(wire: Wire) -> Any:
    return wire.papers(encoded(asking(SoDinhDanhNguoiYeuCau=CITIZEN)))


def _k12(wire: Wire) -> Any:
    return wire.papers(encoded(asking(KenhThucHien="3", HoTenNguoiYeuCau=None)))


def _k13(wire: Wire) -> Any:
    return wire.papers(encoded(asking(SoDinhDanhChuSoHuu="999094001")))


def _k26(wire: Wire) -> Any:
    return wire.papers(encoded(asking(MaThuTuc="1.003709.000.00.00.H34")))


def _k28(wire: Wire) -> Any:
    return wire.papers(encoded(asking(DanhSachDanhMucKetQua=[{"MaKetQua": "KQ.015.000007", "SoKyHieu": ""}])))


def _k30(wire: Wire) -> Any:
    wanted = [{"MaKetQua": "000.00.00.G01-KQ0266", "SoKyHieu": ""}]
    return wire.papers(encoded(asking(DanhSachDanhMucKetQua=wanted)))


MET = {"K01": _k01, "K02": _k02, "K09": _k09, "K10": _k10, "K11": _k11, "K12": _k12, "K13": _k13, "K26": _k26,
       "K28": _k28, "K30": _k30}  # fmt: skip


@pytest.mark.parametrize("row", MET)
def test_a_row_that_a_call_meets_is_refused_or_noted_as_registered(wires: dict[str, Wire], row: str) -> None:
    assert len(wires) == 3
    for mode, wire in wires.items():
        reply = MET[row](wire)
        is_refused = QUIRKS[row].behaviour(mode).value == "refuse"  # type: ignore[arg-type]
        entry = wire.newest()
        levels = {each["rule"]: each["level"] for each in entry["remarks"]}
        if row == "K01" and is_refused:  # the axis has no word of its own for the row
            assert (reply[0], levels) == (400, {"dstcode-missing": "error"}), mode
            continue
        assert levels[row] == ("error" if is_refused else "note"), (mode, reply)
        assert entry["outcome"] == ("refused" if is_refused else "answered"), mode


# Rows that shape a reply or an address: what is on the wire.


def _shows_both_logins(wire: Wire) -> None:
    assert len(wire.session()) == 128
    assert wire.papers(encoded(asking()))["errorCode"] == "0"


def _takes_the_token_raw_and_after_bearer(wire: Wire) -> None:
    for scheme in ("", "Bearer "):
        assert wire.papers(encoded(asking()), scheme)["errorCode"] == "0"


def _prints_a_whole_list(wire: Wire) -> None:
    reply = wire.call("LayDanhMucSSTaiTep")
    assert list(reply) == ["error_code", "message", "result"]
    assert reply["result"][0] == {
        "MACOQUAN": "000.00.00.G01", "TENCOQUAN": "Bộ Công an", "DSTCODE": "VN:COM:0108212803:DVCTYBXDNTL",
    }  # fmt: skip


def _answers_under_both_adapters(wire: Wire) -> None:
    for context in (XRD, VXP):
        assert wire.send("GET", f"{context}/download/124.pdf?{HAGIANG}")[0] == 200


def _knows_three_spellings(wire: Wire) -> None:
    for spelling in ("vpccpdvcqgsub01", "vpcpcdvcqgsub01"):
        query = f"dstcode=VN:GOV:000.00.00.G22:{spelling}"
        assert wire.post("/mapi/login", encoded(wire.credentials["portal"]), query=query)["error_code"] == 0
        assert "K21" in wire.rules()


def _refuses_the_words_of_the_guide(wire: Wire) -> None:
    host = "Host: IP-SS-BNĐP:8080"
    target = f"/s/{wire.name}{VXP}/download/124.pdf?{HAGIANG}"
    said = wire.server.raw(f"GET {target} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n".encode())
    assert said.split(b" ", 2)[1] == b"400"
    query = HAGIANG.replace("dichvucong.hagiang.gov.vn", "IP-SS-BN%C4%90P")
    assert wire.send("GET", f"{VXP}/download/124.pdf?{query}")[0] == 400
    assert wire.rules() == ["K22"]


def _prints_papers_as_registered(wire: Wire) -> None:
    reply = wire.papers(encoded(asking()))
    assert list(reply) == ["errorCode", "message", "signature", "result"]
    assert (reply["errorCode"], reply["signature"]) == ("0", "Signature")
    (paper,) = reply["result"]["DanhSachGiayToKetQua"]
    is_strict = wire.name.startswith("strict")
    assert paper["CoQuanChuQuan"] == ("000.00.00.H22" if is_strict else "H22")
    assert list(paper["DanhSachTepDinhKem"][0]) == (
        ["TenTep", "DuongDan"] if is_strict else ["TenTep", "TenFile", "DuongDan"]
    )
    assert (paper["MaKetQua"], paper["SoKyHieu"]) == (LLTP, "0001/STP-LLTP")


def _asks_for_a_number_where_there_are_several(wire: Wire) -> None:
    deed = asking(MaThuTuc="1.012753", DanhSachDanhMucKetQua=[{"MaKetQua": "KQ.G13.000101", "SoKyHieu": ""}])
    assert wire.papers(encoded(deed))["errorCode"] == "-5"


def _prints_an_empty_list(wire: Wire) -> None:
    reply = wire.papers(encoded(asking(SoDinhDanhChuSoHuu="999000000000")))
    assert (reply["errorCode"], reply["result"]) == ("0", {"DanhSachGiayToKetQua": []})


def _takes_both_grammars(wire: Wire) -> None:
    birth = asking(MaThuTuc="1.001193", SoDinhDanhChuSoHuu=SECOND)
    birth["DanhSachDanhMucKetQua"] = [{"MaKetQua": "000.00.00.G02-KQ0685", "SoKyHieu": ""}]
    assert wire.papers(encoded(birth))["errorCode"] == "0"


SHOWN = {
    "K03": _shows_both_logins, "K04": _takes_the_token_raw_and_after_bearer, "K05": _prints_a_whole_list,
    "K06": _prints_a_whole_list, "K07": _prints_a_whole_list, "K08": _prints_a_whole_list,
    "K14": _asks_for_a_number_where_there_are_several, "K15": _prints_papers_as_registered,
    "K16": _prints_papers_as_registered, "K17": _prints_papers_as_registered, "K18": _takes_both_grammars,
    "K19": _prints_papers_as_registered, "K20": _answers_under_both_adapters, "K21": _knows_three_spellings,
    "K22": _refuses_the_words_of_the_guide, "K31": _prints_an_empty_list,
}  # fmt: skip


@pytest.mark.parametrize("row", SHOWN)
def test_a_row_that_shapes_a_reply_or_an_address_is_on_the_wire(wires: dict[str, Wire], row: str) -> None:
    for wire in wires.values():
        SHOWN[row](wire)


def test_every_row_is_shown_here_or_says_in_the_register_that_it_cannot_be() -> None:
    rows = {each.id for each in QUIRKS.values() if each.id.startswith("K")}
    silent = {each for each in rows if not QUIRKS[each].touches_wire}
    assert len(rows) == 31
    assert {*MET, *SHOWN, "K23"} == rows - silent
