"""What nobody should send, and what comes back (KDL V.1, V.2): never a crash, always a sentence in Vietnamese."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import requests

from tests.portal.portal_client import ADDRESS, FORWARD, Portal, dossier
from tests.serving import Server

MIB = 1 << 20
PATIENCE_S = 60


@pytest.mark.parametrize("path", ["/mapi/login", "/mapi/call", "/mapi/g"])
@pytest.mark.parametrize("body", [b"<session>x</session>", b"session=x&service=y", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_object_is_refused_by_mapi(portal: Portal, path: str, body: bytes) -> None:
    reply = portal.post(path, body, **{"Content-Type": "text/xml"})
    assert (reply.status_code, reply.json["error_code"]) == (200, -1)
    assert portal.last()["outcome"] == "refused"


def test_json_under_the_content_type_of_xml_is_read(portal: Portal) -> None:
    body = f'{{"username":"{portal.account.username}","password":"{portal.account.password}"}}'
    assert portal.post("/mapi/login", body, **{"Content-Type": "text/xml"}).json["error_code"] == 0


@pytest.mark.parametrize("size", [0, -1, 10**30, "tất cả", {"a": 1}])
def test_page_sizes_are_no_key_of_any_service_and_change_nothing(portal: Portal, size: object) -> None:
    whole = portal.rows("LayDanhSachTTHC")
    assert portal.rows("LayDanhSachTTHC", pageSize=size, pageNum=size) == whole


@pytest.mark.parametrize("limit", [-1, 10**30, "x"])
def test_a_huge_page_of_the_journal_is_refused(portal: Portal, limit: object) -> None:
    reply = portal.visitor.http.get(f"/__admin/requests?limit={limit}")
    assert (reply.status_code, reply.json["code"]) == (422, "invalid")


def test_a_batch_of_a_thousand_dossiers_is_taken_whole(portal: Portal) -> None:
    batch = [dossier(MaHoSo=f"H26.15-261120-{number:04d}") for number in range(1000)]
    assert portal.push(*batch)["error_code"] == "0"
    assert len(portal.rows("TraCuuHoSo", mahoso="H26.15-261120-0999")) == 1


@pytest.mark.parametrize("name", ["LayDanhMucSSTaiTe", "laydanhmucsstaitep", "DanhMucSSTaiTep"])
def test_an_unknown_service_is_told_the_nearest_name(portal: Portal, name: str) -> None:
    reply = portal.call(name).json
    assert reply["error_code"] == -9
    assert "LayDanhMucSSTaiTep" in reply["message"]


def test_an_unknown_address_of_the_portal_is_told_the_nearest_in_the_journal(portal: Portal) -> None:
    assert portal.post("/mapi/cal", {}).status_code == 404
    (remark,) = portal.last()["remarks"]
    assert remark["rule"] == "unknown-address"
    assert "/mapi/call" in remark["vi"]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as one:
        yield one


def resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def test_300_mb_sent_to_mapi_are_read_forgotten_and_refused(server: Server) -> None:
    (worker,) = server.workers(1)
    requests.post(f"{server.base_url}{FORWARD}/mapi/call{ADDRESS}", data=b"{}", timeout=PATIENCE_S)
    before, size = resident_mib(worker), 300 * MIB
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        head = f"POST {FORWARD}/mapi/call{ADDRESS} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        piece = b" " * MIB
        for _ in range(size // MIB):
            connection.sendall(piece)
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 200")
    assert b'"error_code":-12' in reply
    assert resident_mib(worker) - before < 120
