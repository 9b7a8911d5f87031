"""The axis over a real server: large files, the telnet check, a slow live agency."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from emulator.country.pack_reading import shipped_folder
from tests.gateways.axis.axis import HANOI, VXP, link
from tests.serving import Server

LARGE = 200 * 1024 * 1024
PATIENCE_S = 30


@pytest.fixture
def large_pack(tmp_path: Path) -> Path:
    """The shipped pack with a file of 200 MB that takes no room on disk."""
    folder = shutil.copytree(shipped_folder() / "co-ban", tmp_path / "pack")
    with (folder / "hosted" / "lon.bin").open("wb") as stream:
        stream.truncate(LARGE)
    sheet = folder / "hosted_files.json"
    table = json.loads(sheet.read_text())
    row = next(iter(table["hosted_files"].values())) | {"path": "/download/lon.bin", "file": "hosted/lon.bin"}
    table["hosted_files"]["999"] = row
    sheet.write_text(json.dumps(table))
    return folder


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.parametrize("kind", ["asgi", "gthread"])
def test_a_file_of_200_mb_passes_with_flat_memory(large_pack: Path, kind: str) -> None:
    flags = ("--store", ":memory:", "--workers", "1", "--worker-kind", kind, "--pack", str(large_pack))
    with Server(*flags) as server:
        (pid,) = server.workers(1)
        requests.get(server.base_url + link(), timeout=PATIENCE_S)
        before = peak_mb(pid)
        size = 0
        with requests.get(server.base_url + link("/download/lon.bin"), stream=True, timeout=PATIENCE_S) as reply:
            for chunk in reply.iter_content(1 << 20):
                size += len(chunk)
        assert (reply.status_code, size) == (200, LARGE)
        assert peak_mb(pid) - before < 40
        told = requests.get(f"{server.base_url}/__admin/requests?limit=1", timeout=PATIENCE_S).json()["requests"][0]
        reckoning = hashlib.sha256()
        for _ in range(200):
            reckoning.update(bytes(1 << 20))
        assert told["response"]["bodySha256"] == "sha256:" + reckoning.hexdigest()


def opens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        return connection.recv(1) == b""
    return False


def becomes(port: int, wanted: bool) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if opens(port) is wanted:
            return True
    return False


def is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def free_base() -> int:
    """Return a base of two free ports below those a system deals out: nobody else's port 0 takes one meanwhile."""
    return next(base for base in range(20_000 + os.getpid() % 5_000, 32_000) if is_free(base) and is_free(base + 77))


def test_the_telnet_check_of_5500_and_5577_can_be_practised_and_failed() -> None:
    base = free_base()
    with Server("--store", ":memory:", "--ss-ports", "--ss-port-base", str(base)) as server:
        assert server.ready["ss_ports"] == [base, base + 77]
        assert becomes(base, True)
        assert becomes(base + 77, True)
        settings = f"{server.base_url}/__admin/settings"
        requests.put(settings, json={"ss_ports_open": False}, timeout=PATIENCE_S)
        assert becomes(base, False)
        assert becomes(base + 77, False)
        requests.put(settings, json={"ss_ports_open": True}, timeout=PATIENCE_S)
        assert becomes(base + 77, True)


class Slow(BaseHTTPRequestHandler):
    """A vendor's system that answers when it is let go."""

    def do_GET(self) -> None:
        self.server.asked.set()
        self.server.let_go.wait(PATIENCE_S)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_vendor() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.asked, server.let_go = threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_live_agency_that_thinks_long_holds_nobody_up(slow_vendor: ThreadingHTTPServer) -> None:
    with Server("--store", ":memory:", "--workers", "1") as server:
        admin = f"{server.base_url}/__admin"
        base_url = {"base_url": f"http://127.0.0.1:{slow_vendor.server_port}"}
        requests.put(f"{admin}/live-agencies/{HANOI}", json=base_url, timeout=PATIENCE_S)
        requests.post(f"{admin}/access-rights", json={"subjects": [HANOI]}, timeout=PATIENCE_S)
        replies: list[bytes] = []

        def download() -> None:
            address = f"{server.base_url}{VXP}/download/1.pdf?dstcode={HANOI}"
            replies.append(requests.get(address, timeout=PATIENCE_S).content)

        waiting = threading.Thread(target=download)
        waiting.start()
        assert slow_vendor.asked.wait(PATIENCE_S)
        assert requests.get(server.base_url + link(), timeout=PATIENCE_S).status_code == 200
        assert replies == []
        slow_vendor.let_go.set()
        waiting.join(PATIENCE_S)
        assert replies == [b"ok"]
