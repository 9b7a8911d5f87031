"""The end: soon, clean and complete."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests

from tests.serving import Server, environment, slack

_SLOW = Path(__file__).with_name("slow_server.py")


def _is_gone(pid: int) -> bool:
    """A process that has ended but was not reaped yet counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until_gone(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(map(_is_gone, pids)):
            return True
        os.sched_yield()
    return False


@pytest.mark.parametrize("kind", ["asgi", "gthread"])
@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_within_two_seconds(kind: str, with_signal: int, tmp_path: Path) -> None:
    with Server("--store", ":memory:", "--worker-kind", kind, TMPDIR=str(tmp_path)) as server:
        session = requests.Session()
        session.get(f"{server.base_url}/__admin/ready", timeout=5)  # stays open, kept alive
        workers, banner = server.workers(), server.said()
        started = time.monotonic()
        assert server.stop(with_signal) == 0
        assert time.monotonic() - started < 2 * slack()
        session.close()
        assert len(workers) == 2
        assert _wait_until_gone(workers, 1 * slack())
        assert server.said() == banner
        assert list(tmp_path.iterdir()) == []


def test_ctrl_c_pressed_again_while_it_ends_changes_nothing() -> None:
    with Server("--store", ":memory:", "--workers", "1") as server:
        workers, banner = server.workers(1), server.said()
        assert requests.get(f"{server.base_url}/__admin/ready", timeout=5).status_code == 200  # it is all there
        pressed, has_ended = 0, False
        while not has_ended:
            pressed += 1
            for pid in (server.process.pid, *workers):  # a terminal tells the whole group
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                has_ended = server.process.wait(0.005) is not None
        assert pressed > 1
        assert (server.process.wait(), server.said()) == (0, banner)
        assert _wait_until_gone(workers, 1 * slack())


@pytest.mark.parametrize("kind", ["asgi", "gthread"])
def test_a_hanging_delivery_does_not_hold_the_stop_up(kind: str) -> None:
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [sys.executable, str(_SLOW), kind], env=environment(), stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        port = int(process.stdout.readline())  # type: ignore[union-attr]
        with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
            caller.sendall(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
            assert process.stdout.readline() == "served\n"  # type: ignore[union-attr]
            started = time.monotonic()
            process.terminate()
            assert process.wait(10) == 0
            assert time.monotonic() - started < 2 * slack()
        said.seek(0)
        assert "Traceback" not in said.read()


def test_workers_notice_that_their_arbiter_was_killed() -> None:
    with Server("--store", ":memory:") as server:
        workers = server.workers()
        server.process.kill()
        server.process.wait(5)
        assert _wait_until_gone(workers, 3 * slack())
