"""What arrives at the client's socket, byte for byte, under both kinds of worker."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.builders import dossier
from tests.faults.arming import arm_on, entries_of, wish
from tests.serving import Client, Server, slack

_ASK = b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def unharmed(line: Server) -> Iterator[None]:
    yield
    arm_on(line)


def _connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def _heard(server: Server) -> bytes:
    with _connected(server) as client:
        client.sendall(_ASK)
        return b"".join(iter(lambda: client.recv(65536), b""))


def _named(server: Server) -> dict[str, Any]:
    return entries_of(server)[0]


def test_an_empty_response_is_the_end_without_a_byte(line: Server) -> None:
    arm_on(line, wish("EMPTY_RESPONSE", "ndxp.token"))
    assert _heard(line) == b""
    assert _named(line)["fault"] == "EMPTY_RESPONSE"
    assert _named(line)["response"]["delivery"] == {"fault": "empty"}


def test_a_reset_reaches_the_client_as_a_reset(line: Server) -> None:
    arm_on(line, wish("CONNECTION_RESET_BY_PEER", "ndxp.token"))
    with _connected(line) as client:
        client.sendall(_ASK)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert _named(line)["fault"] == "CONNECTION_RESET_BY_PEER"


def test_a_malformed_chunk_follows_a_good_head(line: Server) -> None:
    arm_on(line, wish("MALFORMED_RESPONSE_CHUNK", "ndxp.token"))
    head, _, rest = _heard(line).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert len(rest) == 32
    assert min(rest) >= 0x80


def test_random_data_is_no_http_and_the_same_whenever_the_story_is_told(line: Server) -> None:
    told = []
    for _ in range(2):
        requests.post(f"{line.base_url}/__admin/reset", timeout=30)
        arm_on(line, wish("RANDOM_DATA_THEN_CLOSE", "ndxp.token", {"bytes": 100}))
        told.append(_heard(line))
    assert len(told[0]) == 100
    assert b"HTTP" not in told[0]
    assert told[0] == told[1]


def test_a_client_knows_that_a_cut_body_is_not_the_whole(line: Server) -> None:
    with Client(line) as client:
        client.log_in()
        arm_on(line, wish("cut-in-body", "btxh.*", {"percent": 40}))
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            client.call("DongBoDVC", dossier())
        entry = _named(line)
        body = entry["response"]["body"]
        assert entry["response"]["delivery"]["size"] == len(body.encode()) * 40 // 100
        assert (entry["outcome"], len(entry["effects"]) > 0) == ("answered", True)


def test_a_dripping_reply_is_whole_at_the_end_and_the_connection_goes_on(line: Server) -> None:
    with Client(line) as client:
        client.log_in()
        arm_on(line, wish("slow-drip", "btxh.*", {"bytes": 20, "pause_ms": 60}, times=1))
        started = time.monotonic()
        slow = client.call("DongBoDVC", dossier())
        assert time.monotonic() - started >= 0.06 * (len(slow.content) // 20 - 1)
        assert slow.json()["error_code"] == 0
        assert client.call("DongBoDVC", dossier()).json()["error_code"] == 0


def test_a_hanging_reply_lasts_until_the_client_gives_up(line: Server) -> None:
    arm_on(line, wish("hang", "ndxp.token", times=1))
    with _connected(line) as client:
        client.settimeout(0.7)
        client.sendall(_ASK)
        with pytest.raises(TimeoutError):
            client.recv(1)
    assert _heard_again(line).startswith(b"HTTP/1.1 400")


def _heard_again(server: Server) -> bytes:
    with _connected(server) as client:
        client.sendall(_ASK)
        return client.recv(65536)


def test_a_reply_lost_after_its_commit_was_worked_for(line: Server) -> None:
    with Client(line) as client:
        client.log_in()
        code = "000.11.26.H26-261120-0777"
        arm_on(line, wish("reply-lost", "btxh.DongBoDVC", {"ending": "close"}, nth=[1]))
        with pytest.raises(requests.exceptions.ConnectionError):
            client.call("DongBoDVC", dossier(MaHoSo=code))
        kept = requests.get(f"{line.base_url}/__admin/dossiers/{code}", timeout=30)
        assert kept.status_code == 200
        assert client.call("DongBoDVC", dossier(MaHoSo=code)).json()["error_code"] == 0
        first, second = entries_of(line)[1], entries_of(line)[0]
        assert (first["fault"], second["fault"]) == ("reply-lost", None)
        assert "already-synchronised" in [remark["rule"] for remark in second["remarks"]]


@pytest.mark.parametrize("served", [True, False])
def test_a_broken_line_tells_not_whether_the_call_was_served(line: Server, served: bool) -> None:
    with Client(line) as client:
        client.log_in()
        code = f"000.11.26.H26-261120-08{served:d}0"
        arm_on(line, wish("CONNECTION_RESET_BY_PEER", "btxh.DongBoDVC", {"served": served}))
        with pytest.raises(requests.exceptions.ConnectionError):
            client.call("DongBoDVC", dossier(MaHoSo=code))
        kept = requests.get(f"{line.base_url}/__admin/dossiers/{code}", timeout=30)
        assert (kept.status_code == 200) is served
        assert (_named(line)["response"]["status"] == 0) is not served


def test_a_delay_ends_when_the_client_leaves(line: Server) -> None:
    arm_on(line, wish("delay", "ndxp.token", {"ms": 600_000}))
    for _ in range(20):  # more than gthread has threads: each must be free again at once
        with _connected(line) as client:
            client.sendall(_ASK)
    arm_on(line)
    started = time.monotonic()
    assert _heard_again(line).startswith(b"HTTP/1.1 400")
    assert time.monotonic() - started < 10 * slack()


def test_a_hanging_reply_does_not_hold_the_stop_up(kind: str) -> None:
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", kind) as server:
        arm_on(server, wish("hang", "ndxp.token"))
        with _connected(server) as client:
            client.sendall(_ASK)
            while not entries_of(server):
                pass
            started = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - started < 2 * slack()
        assert "Traceback" not in server.said()


def _bytes_until_the_end(client: socket.socket, heard: bytearray) -> bytes:
    while chunk := client.recv(65536):
        heard += chunk
    return b""


def test_a_drip_that_is_cut_drips_until_then_and_ends_in_a_reset(line: Server) -> None:
    drip = wish("slow-drip", "ndxp.token", params={"bytes": 8, "pause_ms": 20})
    arm_on(line, drip, wish("cut-in-body", "ndxp.token", params={"percent": 60, "ending": "reset"}))
    heard = bytearray()
    with _connected(line) as client:
        client.sendall(_ASK)
        with pytest.raises(ConnectionResetError):
            _bytes_until_the_end(client, heard)
    entry = _named(line)
    assert entry["faults"] == ["slow-drip", "cut-in-body"]
    kept = entry["response"]["delivery"]
    assert (kept["fault"], kept["piece"], kept["ending"]) == ("cut", 8, "reset")
    assert kept["size"] == entry["response"]["bytesSent"] * 60 // 100
    assert heard.endswith(entry["response"]["body"][: kept["size"]].encode())
