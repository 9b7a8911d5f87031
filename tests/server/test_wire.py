"""What passes over the wire, byte for byte, with both kinds of worker."""

from __future__ import annotations

import json
import socket
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders import dossier
from tests.serving import Client, Server, failed_start


def _request(line: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([line, "Host: localhost", "Connection: close", *headers, "", ""]).encode() + body


def _head(reply: bytes) -> tuple[str, list[str]]:
    status, *headers = reply.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return status, headers


def _names(reply: bytes) -> list[str]:
    return [header.partition(":")[0].lower() for header in _head(reply)[1]]


def _last_entry(server: Server) -> dict[str, Any]:
    entries = requests.get(f"{server.base_url}/__admin/requests", timeout=5).json()["requests"]
    newest: dict[str, Any] = max(entries, key=lambda entry: entry["seq"])
    return newest


def test_a_gateway_reply_has_one_date_is_chunked_and_names_no_server(server: Server) -> None:
    reply = server.raw(_request("POST /token HTTP/1.1", "Content-Length: 0"))
    names = _names(reply)
    assert _head(reply)[0] == "HTTP/1.1 400 Bad Request"
    assert names.count("date") == 1
    assert "server" not in names
    assert "content-length" not in names
    assert names.count("transfer-encoding") == 1
    assert reply.endswith(b"\r\n0\r\n\r\n")


def test_the_answer_to_head_has_no_body(server: Server) -> None:
    reply = server.raw(_request("HEAD /nowhere HTTP/1.1"))
    assert _head(reply)[0] == "HTTP/1.1 404 Not Found"
    assert reply.endswith(b"\r\n\r\n")
    assert reply.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("server", ["asgi", "gthread"], indirect=True)  # plain says HTTP/1.1: docs/windows.md
def test_an_old_client_gets_an_answer_without_chunks(server: Server) -> None:
    reply = server.raw(b"GET /nowhere HTTP/1.0\r\n\r\n")
    assert reply.startswith(b"HTTP/1.0 404 Not Found\r\n")
    assert "transfer-encoding" not in _names(reply)
    assert reply.endswith(b"</am:fault>")


def test_a_chunked_body_is_read_like_any_other(server: Server) -> None:
    body = b"5\r\ngrant\r\n7\r\n_type=x\r\n0\r\n\r\n"
    reply = server.raw(_request("POST /token HTTP/1.1", "Transfer-Encoding: chunked", body=body))
    assert b"400 Bad Request" in reply
    assert _last_entry(server)["request"]["bodySize"] == 12


def test_expect_100_continue_is_answered_before_the_body(server: Server) -> None:
    headers = ("Content-Length: 12", "Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(_request("POST /token HTTP/1.1", *headers))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"grant_type=x")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_body_over_the_limit_is_drained_and_the_connection_goes_on(server: Server) -> None:
    with Client(server) as client:
        client.log_in()
        refused = client.call("DongBoDVC", dossier(HoVaTen="A" * 3_000_000))
        assert refused.json()["error_code"] != 0
        assert _last_entry(server)["request"]["bodySize"] > 3_000_000
        assert client.call("DongBoDVC", {"MaHoSo": "x"}).status_code == 200


@pytest.mark.parametrize("server", ["asgi", "gthread"], indirect=True)  # it looks at the worker's process
def test_a_drained_body_costs_no_memory(server: Server) -> None:
    def resident(pid: int) -> int:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096

    (worker,) = server.workers(1)
    with Client(server) as client:
        client.log_in()
        client.http.post(f"{server.base_url}/apiBTXH/1.0/DongBoDVC", data=b"x" * 1_000_000)
        before = resident(worker)
        client.http.post(f"{server.base_url}/apiBTXH/1.0/DongBoDVC", data=b"x" * 60_000_000)
        assert resident(worker) - before < 10_000_000


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a%2Fb", "/a/b"),
        ("/a%252Fb", "/a%2Fb"),
        ("//apiBTXH//1.0", "//apiBTXH//1.0"),
        ("/a;b=c/d", "/a;b=c/d"),
        ("/a+b%2Bc", "/a+b+c"),
        ("/h%E1%BB%93%20s%C6%A1", "/hồ sơ"),
        ("/bad%FFbyte", "/bad\ufffdbyte"),
        ("/a?x=%2F&y=1?2", "/a"),
        ("//__admin/ready", "//__admin/ready"),
        ("http://lgsp.example.vn/a%20b?c", "/a b"),
        ("/a/../b", "/a/../b"),
    ],
)
def test_a_path_is_decoded_once_and_the_target_kept_as_sent(server: Server, target: str, path: str) -> None:
    server.raw(_request(f"GET {target} HTTP/1.1"))
    request = _last_entry(server)["request"]
    assert (request["url"], request["path"]) == (target.removeprefix("http://lgsp.example.vn"), path)


def test_our_own_pages_are_no_exchange(server: Server) -> None:
    server.raw(_request("GET /first HTTP/1.1"))
    before = _last_entry(server)["seq"]
    requests.get(f"{server.base_url}/__admin/ready", timeout=5)
    assert _last_entry(server)["seq"] == before


def test_both_doors_give_the_same_bytes() -> None:
    asked = [
        _request("POST /token HTTP/1.1", "Content-Length: 0"),
        _request("GET /apiBTXH/1.0/DongBoDVC HTTP/1.1"),
        _request("POST /apiBTXH/1.0/DongBoDVC HTTP/1.1", "Authorization: Bearer no", "Content-Length: 2", body=b"{}"),
        _request("POST /apiBTXH/1.0/DongBoDVC HTTP/1.1", "Accept: application/json", "Content-Length: 2", body=b"{}"),
        _request("GET /nowhere HTTP/1.1"),
        _request("PROPFIND /nowhere HTTP/1.1"),
        _request("HEAD /token HTTP/1.1"),
        _request("OPTIONS /token HTTP/1.1"),
        _request("GET /s/no-such-sandbox/token HTTP/1.1"),
        _request("GET //__admin HTTP/1.1"),
        b"GET /token HTTP/1.0\r\n\r\n",
    ]
    told = []
    for kind in ("asgi", "gthread", "plain"):
        with Server("--store", ":memory:", "--workers", "1", "--worker-kind", kind) as server:
            told.append([*(_undated(server.raw(request)) for request in asked), *_conversation(server)])
    assert told[0] == told[1]
    assert b"access_token" in told[0][-3]
    assert all(told[0])


def _conversation(server: Server) -> list[bytes]:
    with Client(server) as client:
        token = client.log_in()
        push = [client.call("DongBoDVC", dossier()), client.call("DongBoDVC", {"MaHoSo": "x"})]
        told = [str({**token, "expires_in": 0}).encode()]
        for reply in push:
            headers = [(name, text) for name, text in reply.headers.items() if name != "Date"]
            told.append(repr((reply.status_code, reply.reason, headers, reply.content)).encode())
        return told


def _undated(reply: bytes) -> bytes:
    """Two servers answer in different seconds."""
    lines = [b"Date: ..." if line.startswith(b"Date: ") else line for line in reply.split(b"\r\n")]
    return b"\r\n".join(lines)


@pytest.mark.parametrize("kind", ["asgi", "gthread", "plain"])
def test_tls_answers_under_the_names_of_the_platform_and_the_authority_is_kept(kind: str, tmp_path: Path) -> None:
    flags = ("--store", ":memory:", "--tls", "--tls-name", "lgsp.example.vn", "--worker-kind", kind, "--workers", "1")
    with Server(*flags, XDG_DATA_HOME=str(tmp_path)) as server:
        ca_file = Path(server.ready["ca_file"])
        authority = ca_file.read_bytes()
        assert server.base_url.startswith("https://")
        context = ssl.create_default_context(cafile=str(ca_file))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        for name in ("localhost", "127.0.0.1"):
            with opener.open(f"https://{name}:{server.port}/__admin/ready") as reply:
                assert reply.status == 200
        assert {"api.ngsp.gov.vn", "lgsp.example.vn", "*.localhost"} <= _names_of_certificate(server, context)
    assert (ca_file.with_name("ca-key.pem").stat().st_mode & 0o777) == 0o600
    with Server(*flags, XDG_DATA_HOME=str(tmp_path)) as again:
        assert Path(again.ready["ca_file"]).read_bytes() == authority


@pytest.mark.parametrize("kind", ["asgi", "gthread", "plain"])
def test_the_gateway_shows_a_certificate_nobody_should_take_until_the_clock_mends_it(kind: str, tmp_path: Path) -> None:
    flags = ("--store", ":memory:", "--tls", "--worker-kind", kind, "--workers", "1")
    with Server(*flags, XDG_DATA_HOME=str(tmp_path)) as server:
        context = ssl.create_default_context(cafile=str(server.ready["ca_file"]))
        trusting = ssl._create_unverified_context()
        seen = {}
        for state in ("expired", "wrong-name", "unknown-issuer", "ok"):
            _schedule(server, trusting, {"host": "gateway", "state": state})
            seen[state] = _handshake(server, context)
        assert seen == {
            "expired": "certificate has expired",
            "wrong-name": "Hostname mismatch, certificate is not valid for 'localhost'.",
            "unknown-issuer": "unable to get local issuer certificate",
            "ok": "",
        }
        _schedule(server, trusting, {"host": "localhost", "state": "expired"})
        _schedule(server, trusting, {"host": "localhost", "state": "ok"}, "PT1M")
        assert (_handshake(server, context), _handshake(server, context, "api.ngsp.gov.vn")) == (seen["expired"], "")
        _admin(server, trusting, "PUT", "/clock", {"action": "advance", "by": "PT2M"})
        assert _handshake(server, context) == ""


def _handshake(server: Server, context: ssl.SSLContext, name: str = "localhost") -> str:
    """Return why a client does not trust the server, empty when it does."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=name):
                return ""
        except ssl.SSLCertVerificationError as trouble:
            return str(trouble.verify_message)


def _schedule(server: Server, context: ssl.SSLContext, certificate: dict[str, str], after: str = "PT0S") -> None:
    _admin(server, context, "POST", "/agenda", {"after": after, "effect": {"kind": "tls", **certificate}})


def _admin(server: Server, context: ssl.SSLContext, verb: str, path: str, body: dict[str, Any]) -> None:
    content, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    wish = urllib.request.Request(f"{server.base_url}/__admin{path}", content, headers, method=verb)
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with urllib.request.build_opener(*handlers).open(wish, timeout=10) as reply:
        assert reply.status in (200, 201)


def _names_of_certificate(server: Server, context: ssl.SSLContext) -> set[str]:
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as safe,
    ):
        certificate: Any = safe.getpeercert()
        return {name for _, name in certificate["subjectAltName"]}


def test_a_name_that_cannot_stand_in_a_certificate_stops_the_start(tmp_path: Path) -> None:
    said = failed_start("--store", ":memory:", "--tls", "--tls-name", "không phải tên", XDG_DATA_HOME=str(tmp_path))
    assert "không phải tên" in said
