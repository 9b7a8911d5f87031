"""A province's server that is slow, drips, redirects, breaks off, lies about length or speaks TLS badly: on the socket.

Under both kinds of worker, as a vendor's client sees it; afterwards the same worker serves the next call.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from tests.gateways.axis.axis import HANOI, link
from tests.gateways.axis.provider import (
    BIG,
    PAPER,
    Answer,
    Provider,
    big,
    drip,
    head,
    provider,
    raw,
    reset,
    said,
    silence,
)
from tests.serving import Server

PATIENCE_S = 30
HANOI_URL = "https://dichvucong.hanoi.gov.vn"
FAILED, DOWN = "Server.ServerProxy.ServiceFailed", "Server.ServerProxy.NetworkError"


@pytest.fixture(scope="module", params=["asgi", "gthread"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", request.param) as made:
        admin = f"{made.base_url}/__admin"
        requests.patch(f"{admin}/settings", json={"live_timeout_s": 1}, timeout=PATIENCE_S).raise_for_status()
        rights = {"provider": HANOI, "subjects": [HANOI]}
        requests.post(f"{admin}/access-rights", json=rights, timeout=PATIENCE_S).raise_for_status()
        yield made


@pytest.fixture
def machine(server: Server) -> Iterator[Provider]:
    with provider() as made:
        enliven(server, made.base_url)
        yield made


def enliven(server: Server, base_url: str) -> None:
    address = f"{server.base_url}/__admin/live-agencies/{HANOI}"
    requests.put(address, json={"base_url": base_url}, timeout=PATIENCE_S).raise_for_status()


def ask(server: Server, path: str = "/tep/1.pdf", **options: Any) -> requests.Response:
    address = server.base_url + link(path, HANOI, HANOI_URL)
    return requests.get(address, allow_redirects=False, timeout=PATIENCE_S, **options)


def newest(server: Server) -> dict[str, Any]:
    reply = requests.get(f"{server.base_url}/__admin/requests?limit=1", timeout=PATIENCE_S)
    found: dict[str, Any] = reply.json()["requests"][0]
    return found


def slow(line: Any) -> None:
    """Answer in two halves, with a pause that is not yet too long."""
    threading.Event().wait(0.3)
    line.sendall(head(f"Content-Length: {len(PAPER)}") + PAPER[:10])
    threading.Event().wait(0.3)
    line.sendall(PAPER[10:])


def in_small_pieces(line: Any) -> None:
    """Send a chunk of one byte after the other, as a system under load does."""
    line.sendall(head("Transfer-Encoding: chunked"))
    for byte in PAPER[:200]:
        line.sendall(b"1\r\n" + bytes((byte,)) + b"\r\n")
    line.sendall(b"0\r\n\r\n")


@pytest.mark.parametrize(("answer", "content"), [(slow, PAPER), (in_small_pieces, PAPER[:200])])
def test_a_provider_that_is_slow_or_sends_in_small_pieces_is_waited_for(
    server: Server, machine: Provider, answer: Answer, content: bytes
) -> None:
    machine.answer = answer
    reply = ask(server)
    assert (reply.status_code, reply.content) == (200, content)
    assert reply.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(("answer", "words"), [
    (silence, "Read timed out"),
    (drip, "expected: 100,000"),
    (raw(head("Content-Length: 5000") + b"%PDF-1.4"), "expected: 5,000; received: 8"),
    (reset, "Connection reset"),
    (raw(head("Transfer-Encoding: chunked") + b"8\r\n%PDF-1.4\r\n"), "closing chunk expected"),
    (raw(head("Transfer-Encoding: chunked") + b"8\r\n%PDF-1.4\r\nzz\r\n"), "Bad chunk header"),
    (raw(b""), "failed to respond"),
    (raw(b"\x16\x03\x01\x02\x00"), "Could not parse the response"),
    (raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/p"), "failed to respond"),
    (raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "failed to respond"),
    (raw(head("khong phai tieu de", "Content-Length: 2") + b"ok"), "Invalid header: khong phai tieu de"),
    (raw(head("X-A: a\rb", "Content-Length: 2") + b"ok"), "Invalid header: b"),
    (raw(head("Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n"), "Unsupported transfer encoding: gzip, chunked"),
])  # fmt: skip
def test_a_provider_that_breaks_off_is_told_in_the_words_of_x_road_and_the_worker_goes_on(
    server: Server, machine: Provider, answer: Answer, words: str
) -> None:
    machine.answer = answer
    reply = ask(server)
    assert (reply.status_code, reply.headers["X-Road-Error"], reply.json()["type"]) == (500, FAILED, FAILED)
    assert words in reply.json()["message"]
    entry = newest(server)
    assert (entry["outcome"], entry["operation"]) == ("refused", "xroad.live")
    machine.answer = said("200 OK", PAPER)
    assert ask(server).content == PAPER


@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_interim_answers_are_passed_over(server: Server, machine: Provider, interim: str) -> None:
    machine.answer = raw(f"HTTP/1.1 {interim}\r\nLink: </a>\r\n\r\n".encode() + head("Content-Length: 2") + b"ok")
    reply = ask(server)
    assert (reply.status_code, reply.content, "Link" in reply.headers) == (200, b"ok", False)


@pytest.mark.parametrize(("header", "passed"), [
    ("X-Vendor: a\0b", "a b"), ("X-Vendor: a\x01\x7fb", "a  b"), ("X-Vendor: a\r\n   b", "a b"),
    ("X-Vendor: \u0110\u01a1n", "\u0110\u01a1n"), ("X-Vendor: a\tb", "a\tb"),
])  # fmt: skip
def test_a_header_that_may_not_be_sent_on_as_it_came_is_mended(
    server: Server, machine: Provider, header: str, passed: str
) -> None:
    machine.answer = raw(head(header, "Content-Length: 2") + b"ok")
    reply = ask(server)
    assert (reply.status_code, reply.content) == (200, b"ok")
    assert reply.headers["X-Vendor"].encode("latin-1").decode() == passed


@pytest.mark.parametrize(("lengths", "passed"), [
    (["2"], "2"), (["2", "2"], "2"), (["2", "3"], None), (["+2"], None), (["1_0"], None), (["9" * 30], None),
])  # fmt: skip
def test_a_length_told_to_head_is_one_number_or_none(
    server: Server, machine: Provider, lengths: list[str], passed: str | None
) -> None:
    machine.answer = raw(head(*(f"Content-Length: {each}" for each in lengths)))
    address = server.base_url + link("/tep/1.pdf", HANOI, HANOI_URL)
    reply = requests.head(address, timeout=PATIENCE_S)
    assert (reply.status_code, reply.headers.get("Content-Length")) == (200, passed)


def test_every_header_of_a_304_comes_back(server: Server, machine: Provider) -> None:
    told = {"ETag": '"a1"', "Last-Modified": "Mon, 02 Nov 2026 02:00:00 GMT", "Cache-Control": "max-age=60",
            "Content-Location": "/tep/1.pdf", "Vary": "Accept", "Content-Encoding": "gzip"}  # fmt: skip
    machine.answer = raw(("HTTP/1.1 304 Not Modified\r\n" + "".join(f"{a}: {b}\r\n" for a, b in told.items())
                          + "\r\n").encode())  # fmt: skip
    reply = ask(server, headers={"If-None-Match": '"a1"'})
    assert reply.status_code == 304
    assert told.items() <= dict(reply.headers).items()


@pytest.mark.parametrize("place", ["/noi khac/\u0110", "https://dichvucong.hanoi.gov.vn/%C4%90?a=b%20c#x", "../a", ""])
def test_a_location_is_not_rewritten(server: Server, machine: Provider, place: str) -> None:
    machine.answer = raw(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
    reply = ask(server)
    assert (reply.status_code, reply.headers["Location"].encode("latin-1").decode()) == (302, place)


def test_a_provider_that_says_less_than_it_sends_is_cut_at_what_it_said(server: Server, machine: Provider) -> None:
    machine.answer = raw(head("Content-Length: 4") + b"%PDF-1.4 and more")
    assert ask(server).content == b"%PDF"


@pytest.mark.parametrize("length", ["-5", "abc", "5, 6"])
def test_a_length_that_is_no_number_is_replaced_by_the_true_one(server: Server, machine: Provider, length: str) -> None:
    machine.answer = raw(head(f"Content-Length: {length}") + b"%PDF-1.4")
    reply = ask(server)
    assert (reply.status_code, reply.content, reply.headers["Content-Length"]) == (200, b"%PDF-1.4", "8")


@pytest.mark.parametrize(("status", "header"), [
    ("302 Found", ("Location", "/noi-khac")), ("308 Permanent Redirect", ("Location", "http://127.0.0.1/")),
    ("304 Not Modified", ("ETag", '"a1"')), ("204 No Content", ("X-Vendor", "1")),
])  # fmt: skip
def test_a_redirect_and_an_answer_without_a_body_come_back_as_they_were_said(
    server: Server, machine: Provider, status: str, header: tuple[str, str]
) -> None:
    machine.answer = raw(f"HTTP/1.1 {status}\r\n{header[0]}: {header[1]}\r\n\r\n".encode())
    reply = ask(server, headers={"If-None-Match": '"a1"'})
    assert (str(reply.status_code), reply.headers[header[0]], reply.content) == (status[:3], header[1], b"")
    assert len(machine.asked) == 1
    assert machine.header("if-none-match") == '"a1"'


def _context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.parametrize("trouble", ["no-tls", "unknown-authority", "hangs-up"])
def test_a_provider_that_speaks_tls_badly_is_a_network_error_in_the_words_of_x_road(
    server: Server, trouble: str
) -> None:
    context = _context(trustme.CA(), "localhost") if trouble == "unknown-authority" else None
    words = {"no-tls": "plaintext connection?", "unknown-authority": "PKIX path", "hangs-up": "closed connection"}
    with provider(context) as made:
        made.answer = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n" if trouble == "no-tls" else b"")
        made.reads_whole = trouble == "unknown-authority"
        enliven(server, f"https://localhost:{made.port}")
        reply = ask(server)
    assert (reply.status_code, reply.json()["type"]) == (500, DOWN)
    assert words[trouble] in reply.json()["message"]
    assert f"localhost:{made.port} [localhost/127.0.0.1] failed: " in reply.json()["message"]


@pytest.mark.parametrize(("kind", "sent"), [("application/pdf\x0b", "application/pdf "), ("Đ\r\nX: y", "Đ  X: y")])
def test_a_header_that_a_file_of_an_older_state_brings_breaks_no_reply(server: Server, kind: str, sent: str) -> None:
    """What is written anywhere may stand in a header; the reply leaves all the same, in one piece."""
    sandbox = f"{server.base_url}/__admin/sandboxes/kieu-la-{len(kind)}"
    row = {"host": "dichvucong.hagiang.gov.vn", "path": "/la.pdf", "name": "la.pdf", "content_type": kind, "file": "",
           "text": "%PDF", "content": "", "is_attachment": False, "made_size": ""}  # fmt: skip
    record = {
        "shelf": "hosted_files",
        "key": row["host"] + row["path"],
        "place": row["host"],
        "moment": 0,
        "value": row,
    }
    requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": sandbox.rpartition("/")[2]}, timeout=PATIENCE_S)
    state = requests.get(f"{sandbox}/state", timeout=PATIENCE_S).json()
    state["records"] = {"1": record}
    assert requests.put(f"{sandbox}/state", json=state, timeout=PATIENCE_S).status_code == 200
    address = f"{server.base_url}/s/{sandbox.rpartition('/')[2]}{link('/la.pdf')}"
    reply = requests.get(address, timeout=PATIENCE_S)
    assert (reply.status_code, reply.content, "X" in reply.headers) == (200, b"%PDF", False)
    assert reply.headers["Content-Type"].encode("latin-1").decode().strip() == sent.strip()


def greet_for_ever(line: Any) -> None:
    """Begin a record of TLS and send a byte of it again and again, each in time."""
    with contextlib.suppress(OSError):
        line.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            line.sendall(b"x")
            threading.Event().wait(0.1)


def test_a_greeting_of_tls_that_drips_for_ever_is_given_up(server: Server) -> None:
    with provider() as made:
        made.answer, made.reads_whole = greet_for_ever, False
        enliven(server, f"https://localhost:{made.port}")
        reply = ask(server)
    assert (reply.status_code, reply.json()["type"]) == (500, DOWN)


def _peak_mb(server: Server) -> float:
    (pid,) = server.workers(1)
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def test_fifty_megabytes_of_a_live_agency_pass_in_flat_memory(server: Server, machine: Provider) -> None:
    assert ask(server).content == PAPER
    before, size = _peak_mb(server), 0
    machine.answer = big
    with ask(server, stream=True) as reply:
        for chunk in reply.iter_content(1 << 20):
            size += len(chunk)
    assert (reply.status_code, size, newest(server)["response"]["bytesSent"]) == (200, BIG, BIG)
    grown = _peak_mb(server) - before
    assert grown < 15, f"{grown:.1f} MB for {BIG >> 20} MB"


def test_a_client_that_hangs_up_in_the_middle_leaves_the_worker_to_the_next(server: Server, machine: Provider) -> None:
    machine.answer = big
    with ask(server, stream=True) as reply:
        assert len(next(reply.iter_content(1 << 16))) > 0
    machine.answer = said("200 OK", PAPER)
    assert ask(server).content == PAPER


def test_a_call_that_a_live_agency_has_is_answered_and_written_down_though_others_used_the_quota_up() -> None:
    most, together, began = 3, threading.Barrier(5), int(time.time() // 60)

    class Machine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            together.wait(PATIENCE_S)
            self.wfile.write(head(f"Content-Length: {len(PAPER)}") + PAPER)

    machine = ThreadingHTTPServer(("127.0.0.1", 0), Machine)
    threading.Thread(target=machine.serve_forever, daemon=True).start()
    flags = ("--store", ":memory:", "--workers", "1", "--max-calls", str(most))
    with Server(*flags) as server, contextlib.closing(machine.socket), ThreadPoolExecutor(5) as pool:
        rights = {"provider": HANOI, "subjects": [HANOI]}
        requests.post(f"{server.base_url}/__admin/access-rights", json=rights, timeout=PATIENCE_S).raise_for_status()
        enliven(server, f"http://127.0.0.1:{machine.server_port}")
        said = [reply.status_code for reply in pool.map(lambda _: ask(server), range(5))]
        next_one = ask(server, "/khong-can").status_code if int(time.time() // 60) == began else 429
        rows = requests.get(f"{server.base_url}/__admin/requests?operation=xroad.live", timeout=PATIENCE_S).json()
        machine.shutdown()
    assert (said, next_one) == ([200] * 5, 429)
    assert [row["response"]["status"] for row in rows["requests"]] == [200] * 5, "what has left stands in the journal"
