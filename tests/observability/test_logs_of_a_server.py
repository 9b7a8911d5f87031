"""A real server with two workers: its metrics are whole whoever answers, and its log is lines that programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.builders import dossier
from tests.observability.test_metrics import samples
from tests.observability.test_trace import PARENT
from tests.serving import Client, Server

_ENOUGH = 300


@pytest.fixture(scope="module", params=["asgi", "gthread"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    kind = ["--worker-kind", request.param, "--workers", "2"]
    with Server("--store", ":memory:", "--quiet", "--log-level", "info", "--log-format", "json", *kind) as one:
        yield one


def lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.said().splitlines()]


def served(server: Server) -> list[dict[str, Any]]:
    return [line for line in lines(server) if line["logger"] == "emulator.calls"]


def counted(server: Server) -> float:
    text = requests.get(f"{server.base_url}/__admin/metrics", timeout=10).text
    return sum(sample.value for sample in samples(text) if sample.name == "ndxp_emulator_calls_total")


def test_metrics_are_the_sum_of_all_workers_whichever_answers(server: Server) -> None:
    calls = len(served(server))
    pids: set[int] = set()
    while len(pids) < 2:
        assert calls < _ENOUGH, "one worker serves everything"
        requests.get(f"{server.base_url}/khong-co/{calls}", timeout=10)
        calls += 1
        pids = {line["pid"] for line in served(server)}
    assert {counted(server) for _ in range(8)} == {calls}


def test_a_line_of_the_log_names_the_exchange_and_shows_no_secret(server: Server) -> None:
    with Client(server) as client:
        token = client.log_in()["access_token"]
        client.http.headers["traceparent"] = PARENT
        client.http.post(f"{server.base_url}/apiBTXH/1.0/DongBoDVC?access_token={token}", json=dossier(MaHoSo="x"))
    line = served(server)[-1]
    assert (line["sandbox"], line["gateway"], line["operation"]) == ("default", "ndxp", "btxh.DongBoDVC")
    assert (line["outcome"], line["status"], line["traceparent"], line["level"]) == ("refused", 200, PARENT, "info")
    assert line["duration_ms"] > 0
    entry = requests.get(f"{server.base_url}/__admin/requests/{line['request_id']}", timeout=10).json()
    assert [each["rule"] for each in entry["remarks"] if each["level"] == "error"] == line["rules"] != []
    assert line["url"] == "/apiBTXH/1.0/DongBoDVC?access_token=***"
    said = server.said()
    assert token not in said
    assert client.pair["consumer_secret"] not in said


def test_neither_admin_calls_nor_logins_that_fail_nor_refused_heads_leave_a_secret_in_the_log(server: Server) -> None:
    base = server.base_url
    made = requests.post(f"{base}/__admin/sandboxes", json={"mode": "strict"}, timeout=10).json()
    pair, scope = made["credentials"]["production"], f"/__admin/sandboxes/{made['id']}"
    header, chosen = {"Authorization": f"Bearer {made['token']}"}, ["ma-cong-tinh-77", "mat-khau-can-bo-77", "sai-77"]
    words = {"lgsp_token": chosen[0], "sandbox_users": {"can-bo": chosen[1]}, "user_grants": True}
    assert requests.patch(f"{base}{scope}/settings", json=words, headers=header, timeout=10).status_code == 200
    viewer = requests.post(f"{base}{scope}/token", json={"role": "viewer"}, headers=header, timeout=10).json()["token"]
    form = {"grant_type": "password", "username": "can-bo", "password": chosen[1]}
    for secret in (pair["consumer_secret"], chosen[2]):
        requests.post(f"{base}/s/{made['id']}/token", data=form, auth=(pair["consumer_key"], secret), timeout=10)
    server.raw(
        f"GET /s/{made['id']}/x?access_token={viewer}&b={'b' * 9_000} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    )
    server.raw(f"GET /x HTTP/1.1\r\nAuthorization: Bearer {viewer}\r\nX-A: {'b' * 70_000}\r\n\r\n".encode())
    verify = {"status": 414, "count": 1, "within_ms": 5_000}
    assert requests.post(f"{base}{scope}/verify", json=verify, headers=header, timeout=10).status_code == 202
    said = server.said()
    assert f'"sandbox": "{made["id"]}"' in said
    found = [each for each in (*chosen, viewer, made["token"], pair["consumer_secret"]) if each in said]
    assert found == []


def test_gunicorn_speaks_json_too(server: Server) -> None:
    assert any(line["logger"] == "gunicorn.error" for line in lines(server))


def test_as_text_a_call_is_one_line_with_its_address_as_sent() -> None:
    with Server("--store", ":memory:", "--quiet", "--workers", "1", "--log-level", "info") as server:
        server.raw(b"GET /a%1b[31m HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        line = server.said().splitlines()[-1]
        assert line.startswith("INFO emulator.calls: default.1.1 GET /a%1b[31m 404 unmatched None ")
