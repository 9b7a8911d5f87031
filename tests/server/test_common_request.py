"""A request in the common form is served without gunicorn's way, and neither its bytes nor its journal tell."""

from __future__ import annotations

import fcntl
import re
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from gunicorn.asgi.parser import CallbackRequest, ParseError, PythonProtocol
from hypothesis import given
from hypothesis import strategies as st

from emulator.kernel.delivery import Delivery, FileBody
from emulator.kernel.exchange import Reply
from emulator.server.common_request import read_common, reply_bytes
from emulator.server.gunicorn_headers import take_raw_letters
from tests.serving import Client, Server

_HEADS = st.sampled_from(
    [
        "Host: a.example", "host: b", "Content-Length: 3", "content-length: 03", "Content-Length: +3",
        "Content-Type: x",
        "Connection: keep-alive", "Connection: Keep-Alive", "Connection: close", "Connection: TE, close",
        "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c", "X-A: ", "X-A:b", "X-A:  b", "X-A: b ",
        "X-A : b", " X-A: b", "X_A: b", "X-A", ": b", "Authorization: Bearer x: y", "X-A: é", "X-A: a\tb", "X-A: a\rb",
        "X-A: a\nb", "X-A: \x00", "Accept: */*", "X-Forwarded-For: 10.0.0.9", "Content-Length: 3, 3", "", "X-A: \x7f",
    ]
)  # fmt: skip
_TARGETS = st.sampled_from(
    ["/", "/a?b=c", "/%5f%5fadmin", "*", "a", "http://x/a", "/a b", "/é", "/a%", "//a", "/a\x00", "/a#b", "/a?b?c"]
)
_FIRST = st.tuples(
    st.sampled_from(["GET", "POST", "HEAD", "get", "CONNECT", "PUT", ""]),
    _TARGETS,
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1.1 ", "HTTP/2", ""]),
).map(" ".join)


@given(_FIRST, st.lists(_HEADS, max_size=5), st.sampled_from(["\r\n", "\n"]), st.sampled_from([b"", b"abc", b"abcd"]))
def test_what_is_read_in_one_look_gunicorn_reads_alike(first: str, heads: list[str], end: str, body: bytes) -> None:
    take_raw_letters()
    data = end.join([first, *heads, "", ""]).encode("latin-1") + body
    request = read_common(data)
    if request is None:
        return
    parser = PythonProtocol()
    try:
        parser.feed(data)
    except ParseError as trouble:
        raise AssertionError(f"gunicorn refuses it: {data!r}") from trouble
    read = CallbackRequest.from_parser(parser)
    said = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in read.headers_bytes]
    assert (request.method, request.target, list(request.headers)) == (read.method, read.uri, said)
    assert (request.length, request.size) == (read.content_length, data.index(b"\r\n\r\n") + 4)
    assert [read.should_close(), read.chunked, read._expect_100_continue, read._has_upgrade] == [False] * 4


@pytest.mark.parametrize(
    "head",
    [
        b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
        b"GET /a?b HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nAuthorization: Bearer x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_clients_send_is_of_the_common_form(head: bytes) -> None:
    assert read_common(head) is not None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"a"),  # no date
        Reply(204, b"", (("Date", "x"),)),
        Reply(200, b"a", (("Date", "x"), ("Connection", "close"))),
        Reply(200, b"a", (("Date", "x"), ("Content-Length", "2"))),
        Reply(200, b"a", (("Date", "x"), ("a b", "c"))),
        Reply(200, b"a", (("Date", "x"),), Delivery(delay_s=1)),
    ],
)
def test_a_reply_that_gunicorn_would_change_or_that_leaves_badly_is_left_to_it(reply: Reply) -> None:
    assert reply_bytes(reply) is None


def test_a_small_file_leaves_with_its_head_and_one_that_is_large_or_gone_is_left_to_gunicorn(tmp_path: Path) -> None:
    small, large = tmp_path / "a.pdf", tmp_path / "b.pdf"
    small.write_bytes(b"%PDF")
    large.write_bytes(b"x" * 300_000)

    def reply_with(path: Path, length: int) -> Reply:
        headers = (("Date", "x"), ("Content-Length", str(length)))
        return Reply(200, headers=headers, file=FileBody(path, 0, length, "sha256:"))

    assert reply_bytes(reply_with(small, 4)) == b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 4\r\n\r\n%PDF"
    assert reply_bytes(reply_with(large, 300_000)) is None
    assert reply_bytes(reply_with(small, 5)) is None, "it is shorter than it was when the reply was made"
    assert reply_bytes(reply_with(tmp_path / "khong-co.pdf", 4)) is None
    assert reply_bytes(Reply(200, headers=(("Date", "x"),), file=FileBody(small, 0, 4, "sha256:"))) is None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as found:
        yield found


def _talk(server: Server, *packets: bytes, answers: int = 1) -> bytes:
    """Send packets, each when the one before it was read, and return what comes until the answers are whole."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _first_call(line)  # gunicorn waits for a request now, as on every kept connection
        got = b""
        for packet in packets[:-1]:
            line.sendall(packet)
            _wait_until_read(line)
        line.sendall(packets[-1])
        while got.count(b"\r\nDate: ") < answers or not got.endswith((b"0\r\n\r\n", b"}", b">", b"%%EOF\n")):
            chunk = line.recv(65536)
            if not chunk:
                break
            got += chunk
        return got


def _first_call(line: socket.socket) -> None:
    line.sendall(b"GET /dau HTTP/1.1\r\nHost: a\r\n\r\n")
    got = b""
    while not got.endswith(b"0\r\n\r\n"):
        got += line.recv(65536)


def _wait_until_read(line: socket.socket) -> None:
    """Wait until the other end has taken what was sent: nothing is left in the queues of the connection."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        unsent = struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        if not unsent and not _is_queued(line):
            return
    raise AssertionError("never read")


def _is_queued(line: socket.socket) -> bool:
    """Tell whether the kernel still holds bytes for the server's end of a connection (Linux)."""
    port = line.getsockname()[1]
    for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = row.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            return int(fields[4].partition(":")[2], 16) > 0
    return False


def _told(server: Server) -> dict[str, object]:
    entry = requests.get(f"{server.base_url}/__admin/requests?limit=1", timeout=10).json()["requests"][0]
    del entry["request"]["loggedDate"], entry["request"]["loggedDateString"]
    told = {name: entry[name] for name in ("operation", "outcome", "remarks", "request")}
    return told | {"status": entry["response"]["status"]}


def _steady(said: bytes) -> bytes:
    """Leave out what differs from call to call: the time, and ids."""
    return re.sub(rb"[0-9a-f-]{16,}", b"<id>", re.sub(rb"Date: [^\r]*", b"Date: ", said))


_UNTIL_CLOSED = 99
CALLS = {
    "no token": b"POST /apiBTXH/1.0/DongBoDVC HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
    "nowhere": b"GET /khong-co?a=b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    "no sandbox": b"GET /s/khong-co/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a wrong token": b"POST /apiBTXH/1.0/XuLyHoSo HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer la\r\n"
    b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
    "a file": b"GET /XrdAdapter/RestService/forward/download/124.pdf?dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
    b"&providerurl=https://dichvucong.hagiang.gov.vn HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    "the axis": b"POST /XrdAdapter/RestService/forward/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_comes_in_one_packet_or_in_pieces_is_answered_and_written_down_alike(
    server: Server, name: str
) -> None:
    call = CALLS[name]
    body_at = call.index(b"\r\n\r\n") + 4
    at_once = _talk(server, call)
    told = _told(server)
    in_pieces = _talk(server, call[:10], call[10:])
    assert _told(server) == told
    assert _steady(in_pieces) == _steady(at_once)
    if call[body_at:]:
        assert _steady(_talk(server, call[:body_at], call[body_at:])) == _steady(at_once)
        assert _told(server) == told


def test_calls_that_come_together_are_answered_in_their_order(server: Server) -> None:
    first, second = CALLS["no token"], CALLS["nowhere"]
    both = _talk(server, first + second, answers=2)
    assert _steady(both) == _steady(_talk(server, first)) + _steady(_talk(server, second))
    assert _steady(_talk(server, first[:40], first[40:] + second, answers=2)) == _steady(both)


def test_a_caller_that_leaves_before_its_body_is_there_is_not_served(server: Server) -> None:
    with Client(server) as client:
        before = client.http.get(f"{server.base_url}/__admin/chain", timeout=10).json()["last"]
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
            _first_call(line)
            line.sendall(CALLS["no token"][:-1])
            _wait_until_read(line)
        _talk(server, CALLS["nowhere"])
        after = client.http.get(f"{server.base_url}/__admin/chain", timeout=10).json()["last"]
        assert after == before + 3  # the first calls of both lines, and the last


def test_a_connection_with_common_requests_alone_is_closed_when_it_was_idle_as_long_as_any() -> None:
    script = Path(__file__).with_name("slow_server.py")
    with subprocess.Popen([sys.executable, script, "asgi", "1"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                for _ in range(3):
                    line.sendall(b"GET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
                    assert line.recv(65536).startswith(b"HTTP/1.1 200")
                assert line.recv(1) == b""  # or the time limit of the line ends the test
        finally:
            process.terminate()


def test_a_line_that_is_too_long_is_not_laid_to_the_call_that_was_answered_before_it(server: Server) -> None:
    call = CALLS["no token"].replace(b"Content-Length: 2\r\n", b"Connection: TE\r\n")  # gunicorn's way; "{}" is no body
    assert b" 401 " in _talk(server, call[:-2])
    told = _told(server)
    refused = _talk(server, call[:-2], b"x" * 9_000, answers=_UNTIL_CLOSED)
    assert b" 401 " in refused
    assert b" 414 " in refused
    assert _told(server) == told
