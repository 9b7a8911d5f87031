"""Slow callers, waits, foreign locks and failing disks: health answers all the time, and nothing waits for ever."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.builders import dossier
from tests.serving import Client, Server, slack

_HEALTH_S = 1.0


def _code(number: int) -> str:
    return f"000.11.26.H26-261120-{number:04d}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server("--store", str(tmp_path / "store.db"), "--workers", "1") as one:
        yield one


def _health_s(server: Server, page: str = "health") -> float:
    started = time.perf_counter()
    reply = requests.get(f"{server.base_url}/__admin/{page}", timeout=10)
    assert reply.status_code in (200, 503), reply.text
    return time.perf_counter() - started


def _push(client: Client, number: int) -> requests.Response:
    return client.call("DongBoDVC", dossier(MaHoSo=_code(number)))


@pytest.mark.parametrize("path", ["/__admin/ready", "/__admin/health", "/__admin/requests/find"])
def test_callers_that_never_finish_their_body_silence_nobody(server: Server, path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            line.sendall(head)
        for page in ("health", "ready", "health"):
            assert _health_s(server, page) < _HEALTH_S * slack()


def test_an_open_page_is_answered_before_its_body_has_come(server: Server) -> None:
    for page in ("health", "ready"):
        request = f"GET /__admin/{page} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"
        assert server.raw(request.encode()).startswith(b"HTTP/1.1 200")


def test_waits_end_in_their_time_and_hold_no_thread(server: Server) -> None:
    wish = {"operation": "btxh.DongBoDVC", "count": 5, "within_ms": 1500}

    def wait(_: int) -> float:
        started = time.perf_counter()
        reply = requests.post(f"{server.base_url}/__admin/verify", json=wish, timeout=30)
        assert reply.status_code == 406
        assert reply.json()["matched"] == 0
        return time.perf_counter() - started

    with ThreadPoolExecutor(24) as pool:
        waits = [pool.submit(wait, number) for number in range(24)]
        slowest = max(_health_s(server, page) for page in ("health", "ready") * 5)
        took = [each.result() for each in waits]
    assert slowest < _HEALTH_S * slack()
    assert min(took) >= 1.5
    assert max(took) < 1.5 + 1.0 * slack()


def test_a_wait_that_comes_true_ends_at_once_and_one_whose_client_left_is_no_error(server: Server) -> None:
    wish = json.dumps({"operation": "btxh.DongBoDVC", "count": 1, "within_ms": 20_000}).encode()
    head = f"POST /__admin/verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(wish)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(head + wish)
    with Client(server) as client, ThreadPoolExecutor(1) as pool:
        client.log_in()
        address = f"{server.base_url}/__admin/verify"
        waiting = pool.submit(requests.post, address, data=wish, timeout=30)
        started = time.perf_counter()
        assert _push(client, 1).status_code == 200
        assert waiting.result().status_code == 202
        assert time.perf_counter() - started < 5 * slack()
    assert server.stop() == 0
    assert "Traceback" not in server.said()


def test_a_foreign_write_lock_gets_503_in_the_gateways_words_and_health_goes_on(server: Server, tmp_path: Path) -> None:
    with Client(server) as client:
        client.log_in()
        with contextlib.closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            with ThreadPoolExecutor(4) as pool:
                started = time.perf_counter()
                pushes = [pool.submit(_push, client, number) for number in range(4)]
                slowest = max(_health_s(server) for _ in range(10))
                late = requests.get(f"{server.base_url}/__admin/ready", timeout=10)
                replies = [each.result() for each in pushes]
                took = time.perf_counter() - started
            foreign.execute("ROLLBACK")
        assert slowest < _HEALTH_S * slack()
        assert late.status_code == 503
        assert [reply.status_code for reply in replies] == [503] * 4
        assert all("101503" in reply.text for reply in replies)
        assert took < 8 * slack()
        assert _push(client, 9).status_code == 200
    assert "busy" in server.said()
    assert requests.get(f"{server.base_url}/__admin/chain", timeout=10).json()["ok"] is True


def test_a_stopped_worker_that_holds_the_pen_freezes_nobody(tmp_path: Path) -> None:
    with Server("--store", str(tmp_path / "store.db"), "--workers", "2") as server, Client(server) as client:
        client.log_in()
        assert _push(client, 1).status_code == 200
        stopped, other = server.workers()
        with (tmp_path / "store.db.lock").open("r+") as lock:  # as if that worker had been stopped inside a write
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
            with ThreadPoolExecutor(2) as pool:
                push = pool.submit(_push, client, 2)
                assert max(_health_s(server) for _ in range(10)) < _HEALTH_S * slack()
                assert push.result().status_code == 503
        assert _push(client, 3).status_code == 200
        assert {stopped, other} == set(server.workers())


def test_a_full_disk_gets_503_and_the_server_recovers_by_itself(server: Server) -> None:
    (worker,) = server.workers(1)
    with Client(server) as client:
        client.log_in()
        assert _push(client, 1).status_code == 200
        limits = resource.prlimit(worker, resource.RLIMIT_FSIZE)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            refused = _push(client, 2)
            ready = requests.get(f"{server.base_url}/__admin/ready", timeout=10)
        finally:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)
        assert refused.status_code == 503
        assert "sqlite" not in refused.text.lower()
        assert ready.status_code == 503
        assert requests.get(f"{server.base_url}/__admin/ready", timeout=10).status_code == 200
        assert _push(client, 3).status_code == 200
        chain = requests.get(f"{server.base_url}/__admin/chain", timeout=10).json()
        assert chain["ok"] is True


def test_many_idle_and_slow_connections_leave_room_for_the_others(server: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 1024:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
    with contextlib.ExitStack() as stack:
        for number in range(300):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            if number % 3 == 0:
                line.sendall(b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant")
        with Client(server) as client:
            client.log_in()
            assert _push(client, 1).status_code == 200
        assert _health_s(server) < _HEALTH_S * slack()


def test_a_crowd_that_comes_at_once_is_not_told_to_come_again_in_a_second(server: Server) -> None:
    """The system takes lines for a worker that is busy; one packet too many, and a caller tries again after 1 s."""
    (worker,) = server.workers(1)
    os.kill(worker, signal.SIGSTOP)
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(300):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=0.9))
    finally:
        os.kill(worker, signal.SIGCONT)
    assert _health_s(server) < _HEALTH_S * slack()


def test_the_server_ends_while_a_call_waits_for_the_pen(server: Server, tmp_path: Path) -> None:
    import fcntl

    with Client(server) as client:
        client.log_in()
        with (tmp_path / "store.db.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = threading.Thread(target=lambda: contextlib.suppress(OSError) or _try(client), daemon=True)
            waiting.start()
            started = time.perf_counter()
            server.process.send_signal(signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert server.process.wait(20) == 0
            assert time.perf_counter() - started < 8 * slack()
            waiting.join(10)
    assert os.path.exists(tmp_path / "store.db")


def _try(client: Client) -> None:
    with contextlib.suppress(requests.RequestException):
        _push(client, 5)
