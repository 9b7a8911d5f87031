"""How messages are framed, over raw sockets and under both kinds of worker (B8)."""

from __future__ import annotations

import json
import socket

import pytest
import requests

from tests.builders import dossier
from tests.serving import Client, Server

_PATIENCE_S = 10


def read_reply(connection: socket.socket, rest: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """Read one reply by its framing alone; return head, body and what came after it."""
    while b"\r\n\r\n" not in rest:
        rest += received(connection)
    head, _, rest = rest.partition(b"\r\n\r\n")
    names = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in head.split(b"\r\n")[1:]}
    if b"content-length" in names:
        length = int(names[b"content-length"])
        while len(rest) < length:
            rest += received(connection)
        return head, rest[:length], rest[length:]
    assert names.get(b"transfer-encoding") == b"chunked", head
    body = b""
    while True:
        while b"\r\n" not in rest:
            rest += received(connection)
        size, _, rest = rest.partition(b"\r\n")
        while len(rest) < int(size, 16) + 2:
            rest += received(connection)
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        if not int(size, 16):
            return head, body, rest


def received(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    assert got, "the connection ended in the middle of a reply"
    return got


def opened(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=_PATIENCE_S)


def token_of(server: Server) -> str:
    with Client(server) as client:
        return str(client.log_in()["access_token"])


def push(token: str, *more: str, version: str = "1.1", body: bytes | None = None) -> bytes:
    text = json.dumps(dossier()).encode() if body is None else body
    lines = [
        f"POST /apiBTXH/1.0/DongBoDVC HTTP/{version}",
        "Host: localhost",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        *(more or (f"Content-Length: {len(text)}",)),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


@pytest.mark.parametrize("path", ["/token", "/nowhere", "/apiBTXH/1.0/DongBoDVC", "/__admin/health"])
def test_an_old_client_that_keeps_its_connection_sees_where_a_reply_ends(server: Server, path: str) -> None:
    """B8: a length or a close, so that the client does not hang."""
    request = f"GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode()
    with opened(server) as connection:
        connection.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += received(connection)
        head, _, body = got.partition(b"\r\n\r\n")
        names = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in head.split(b"\r\n")[1:]}
        assert b"transfer-encoding" not in names
        if b"content-length" in names:
            while len(body) < int(names[b"content-length"]):
                body += received(connection)
            assert len(body) == int(names[b"content-length"])
        else:
            assert names[b"connection"] == b"close"
            while got := connection.recv(65536):
                body += got


@pytest.mark.parametrize("headers", [
    ["Connection: close"], ["Connection: TE, close"], ["Connection: Close , TE"],
    ["Connection: TE", "Connection: close"],
])  # fmt: skip
@pytest.mark.parametrize("path", ["/token", "/__admin/health"])
def test_a_client_that_asks_for_a_close_in_whatever_form_gets_it(server: Server, path: str, headers: list[str]) -> None:
    with opened(server) as connection:
        connection.settimeout(1)
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers]).encode() + b"\r\n\r\n")
        got = b""
        while piece := connection.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("target", ["*", "api.ngsp.gov.vn:443", "token", "?a=b", "http:", "http://", "//", "///token"])
@pytest.mark.parametrize("method", ["OPTIONS", "CONNECT", "POST"])
def test_a_target_of_another_form_is_no_fault_of_ours(server: Server, method: str, target: str) -> None:
    """RFC 9112 §3.2: asterisk, authority and absolute form, and what is none."""
    with opened(server) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())
        got = b""
        while piece := connection.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 ")
    assert b"101500" not in got
    assert int(got.split(b" ")[1]) < 500
    faults = requests.get(f"{server.base_url}/__admin/requests?outcome=error", timeout=30).json()["requests"]
    assert faults == []


def test_one_connection_carries_call_after_call(server: Server) -> None:
    token = token_of(server)
    with opened(server) as connection:
        rest = b""
        for _ in range(5):
            connection.sendall(push(token))
            head, body, rest = read_reply(connection, rest)
            assert head.startswith(b"HTTP/1.1 200")
            assert "error_code" in json.loads(body)
        assert rest == b""


def test_calls_sent_at_once_are_answered_in_their_order(server: Server) -> None:
    token = token_of(server)
    bodies = [b"{}", json.dumps(dossier()).encode(), b"[]"]
    with opened(server) as connection:
        connection.sendall(b"".join(push(token, body=body) for body in bodies))
        rest, codes = b"", []
        for _ in bodies:
            _, body, rest = read_reply(connection, rest)
            codes.append(json.loads(body)["error_code"])
    assert codes == [-5, 0, -1]


@pytest.mark.parametrize(
    "pieces",
    [
        b"%x\r\n%s\r\n0\r\n\r\n",
        b"%x;ten=gia-tri\r\n%s\r\n0;het\r\n\r\n",
        b"%X\r\n%s\r\n0\r\nX-Trailer: a\r\n\r\n",
        b"000%x\r\n%s\r\n0\r\n\r\n",
    ],
)
def test_a_chunked_body_is_read_with_extensions_trailers_and_zeros(server: Server, pieces: bytes) -> None:
    text = json.dumps(dossier(HoVaTen="NGƯỜI KHÔNG CÓ THẬT")).encode()
    framed = pieces % (len(text), text)
    with opened(server) as connection:
        connection.sendall(push(token_of(server), "Transfer-Encoding: chunked", body=framed))
        head, body, _ = read_reply(connection)
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["error_code"] == 0


def test_a_body_may_wait_for_the_servers_word(server: Server) -> None:
    text = json.dumps(dossier()).encode()
    head = push(token_of(server), f"Content-Length: {len(text)}", "Expect: 100-continue", body=b"")
    with opened(server) as connection:
        connection.sendall(head)
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(text)
        _, body, _ = read_reply(connection)
    assert json.loads(body)["error_code"] == 0


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_call_whose_bytes_come_one_by_one_is_read_whole(server: Server, version: str) -> None:
    request = push(token_of(server), version=version, body=b'{"MaHoSo": "x"}')
    with opened(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request:
            connection.sendall(bytes([byte]))
        head, body, _ = read_reply(connection)
    assert b" 200 " in head.split(b"\r\n")[0]
    assert json.loads(body)["error_code"] == -5


@pytest.mark.parametrize(
    "request_line",
    [b"POST /token HTTP/9.9", b"POST /token", b"\x00\x01\x02", b"POST  /token  HTTP/1.1", b"post /token HTTP/1.1"],
)
def test_what_is_no_http_gets_an_answer_or_a_close_and_the_server_lives(server: Server, request_line: bytes) -> None:
    with opened(server) as connection:
        connection.sendall(request_line + b"\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        while connection.recv(65536):
            pass
    assert token_of(server)
