"""How a shared server is run: its certificate, the proxy before it, the variables around it, pages that call it."""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import ssl
import time
from pathlib import Path

import pytest
import requests
import trustme

from tests.serving import Server, failed_start

_MEMORY = ("--store", ":memory:", "--workers", "1")


def _write(authority: trustme.CA, folder: Path) -> None:
    leaf = authority.issue_cert("localhost", "127.0.0.1")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")


def _shown_certificate(port: int) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        context.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        return secure.getpeercert(binary_form=True) or b""


def test_an_own_certificate_is_served_and_read_again_at_sighup(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    _write(authority, tmp_path)
    flags = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with Server(*_MEMORY, *flags) as server:
        assert server.base_url.startswith("https://")
        health = f"https://localhost:{server.port}/__admin/health"
        assert requests.get(health, verify=str(tmp_path / "ca.pem"), timeout=10).status_code == 200
        first = _shown_certificate(server.port)
        _write(authority, tmp_path)
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while _shown_certificate(server.port) == first:
            assert time.monotonic() < deadline
        assert requests.get(health, verify=str(tmp_path / "ca.pem"), timeout=10).status_code == 200
        assert server.stop() == 0


@pytest.mark.parametrize("wrong", ["missing", "other-key", "alone", "with-tls"])
def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path, wrong: str) -> None:
    _write(trustme.CA(), tmp_path)
    if wrong == "missing":
        (tmp_path / "cert.pem").unlink()
    if wrong == "other-key":
        (tmp_path / "other").mkdir()
        _write(trustme.CA(), tmp_path / "other")
        shutil.copy(tmp_path / "other" / "key.pem", tmp_path / "key.pem")
    key = () if wrong == "alone" else ("--tls-key", str(tmp_path / "key.pem"))
    tls = ("--tls",) if wrong == "with-tls" else ()
    said = failed_start(*_MEMORY, "--tls-cert", str(tmp_path / "cert.pem"), *key, *tls)
    assert ("--tls-cert" if wrong in ("alone", "with-tls") else "cert.pem") in said


def _client_of(server: Server, **headers: str) -> str:
    requests.get(f"{server.base_url}/khong-co", headers=headers, timeout=10)
    entries = requests.get(f"{server.base_url}/__admin/requests?limit=1", timeout=10).json()["requests"]
    address: str = entries[0]["request"]["clientIp"]
    return address


def test_a_proxy_is_believed_only_when_it_was_named() -> None:
    said = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    with Server(*_MEMORY) as server:
        assert _client_of(server, **said) == "127.0.0.1"
    with Server(*_MEMORY, "--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "198.51.100.0/24") as server:
        assert _client_of(server, **said) == "203.0.113.9"
        assert _client_of(server, **{"X-Forwarded-For": "203.0.113.9, khong-phai"}) == "127.0.0.1"
        assert _client_of(server) == "127.0.0.1"
    assert "--trusted-proxy" in failed_start(*_MEMORY, "--trusted-proxy", "nginx")


def test_a_service_of_kubernetes_called_like_us_does_not_break_the_start() -> None:
    injected = {
        "NDXP_EMULATOR_PORT": "tcp://10.96.12.7:8080",
        "NDXP_EMULATOR_PORT_8080_TCP": "tcp://10.96.12.7:8080",
        "NDXP_EMULATOR_PORT_8080_TCP_ADDR": "10.96.12.7",
        "NDXP_EMULATOR_SERVICE_HOST": "10.96.12.7",
        "NDXP_EMULATOR_SERVICE_PORT": "8080",
    }
    with Server(*_MEMORY, PORT="0", **injected) as server:
        said = server.said()
    assert said.count("của Kubernetes") == 1
    assert "Unknown variable" not in said


def test_a_misspelt_variable_is_named_with_the_nearest() -> None:
    with Server(*_MEMORY, NDXP_EMULATOR_PORTT="1", NDXP_EMULATOR_URL="http://127.0.0.1:1") as server:
        said = server.said()
    assert "NDXP_EMULATOR_PORTT" in said
    assert "NDXP_EMULATOR_PORT?" in said
    assert "NDXP_EMULATOR_URL" not in said


@pytest.mark.parametrize("kind", ["asgi", "gthread", "plain"])
def test_a_request_line_may_be_eight_thousand_bytes_long(kind: str) -> None:
    with Server(*_MEMORY, "--worker-kind", kind) as server:
        for length, status in ((8_000, 404), (9_000, 414)):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request("GET", "/" + "a" * length)
            assert connection.getresponse().status == status
            connection.close()


@pytest.mark.parametrize("kind", ["asgi", "gthread", "plain"])
def test_a_head_that_the_server_refuses_by_itself_stands_in_the_journal(kind: str) -> None:
    with Server(*_MEMORY, "--worker-kind", kind) as server:
        made = requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": "lop-a"}, timeout=10)
        assert made.status_code == 201
        for target, more in (
            ("/s/lop-a/" + "a" * 9_000, b""),
            ("/s/lop-a/token", b"X-A: " + b"b" * 70_000 + b"\r\n"),
            ("/__admin/" + "a" * 9_000, b""),  # the emulator's own pages are no exchange
        ):
            said = server.raw(f"POST {target} HTTP/1.1\r\nHost: localhost\r\n".encode() + more + b"\r\n")
            assert said.startswith((b"HTTP/1.1 414", b"HTTP/1.1 431")), said[:60]
        asked = f"{server.base_url}/__admin/sandboxes/lop-a/verify"
        for status in (414, 431):
            wish = {"status": status, "count": 1, "within_ms": 5_000}
            assert requests.post(asked, json=wish, timeout=10).status_code == 202, wish
        rows = requests.get(f"{server.base_url}/__admin/sandboxes/lop-a/requests", timeout=10).json()["requests"]
        assert {row["remarks"][0]["rule"] for row in rows} == {"target-too-long", "headers-too-large"}
        assert all(len(row["request"]["path"]) < 8_200 for row in rows)
        assert {row["request"]["clientIp"] for row in rows} == {"127.0.0.1"}
        assert requests.get(f"{server.base_url}/__admin/requests", timeout=10).json()["requests"] == []


def test_pages_of_named_origins_may_call_the_admin_api_and_others_may_not() -> None:
    named, other = "https://ci.example.vn", "https://khac.example.vn"
    token = {"X-Admin-Token": "tell-nobody"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-admin-token"}
    with Server(*_MEMORY, "--admin-token", "tell-nobody", "--allow-origin", named) as server:
        address = f"{server.base_url}/__admin/sandboxes"
        first = requests.options(address, headers={"Origin": named, **asked}, timeout=10)
        assert first.status_code == 204
        assert first.headers["Access-Control-Allow-Origin"] == named
        assert "X-Admin-Token" in first.headers["Access-Control-Allow-Headers"]
        then = requests.get(address, headers={"Origin": named, **token}, timeout=10)
        assert (then.status_code, then.headers["Access-Control-Allow-Origin"]) == (200, named)
        assert requests.get(address, headers={"Origin": named}, timeout=10).status_code == 401
        refused = requests.options(address, headers={"Origin": other, **asked}, timeout=10)
        assert refused.status_code == 401
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_the_files_that_the_page_on_operating_names_are_there_and_fit() -> None:
    """What is shown to operators is read as their tools read it, and uses flags and metrics there are."""
    import json

    import yaml

    from emulator.admin import metrics
    from emulator.cli.serve import serve
    from tests.serving import ROOT

    folder = ROOT / "examples" / "operate"
    flags = {word for option in serve.params for word in option.opts}
    unit = (folder / "ndxp-emulator.service").read_text()
    objects = list(yaml.safe_load_all((folder / "kubernetes.yaml").read_text()))
    assert [each["kind"] for each in objects] == ["Service", "Deployment"]
    container = objects[1]["spec"]["template"]["spec"]["containers"][0]
    used = {word for word in [*unit.split(), *container["args"]] if word.startswith("--")}
    assert len(used) >= 5
    assert used <= flags
    assert container["readinessProbe"]["httpGet"]["path"] == "/__admin/ready"
    board = json.loads((folder / "grafana.json").read_text())
    asked = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    names = {word for word in asked.replace("(", " ").replace("[", " ").replace("{", " ").split() if "ndxp" in word}
    assert len(names) >= 5
    assert all(name.startswith(metrics.PREFIX) for name in names)
