"""Servers under measurement, each in a process group of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def emulator(*options: str) -> Iterator[dict[str, Any]]:
    """Run ``serve`` and give its ready line."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--quiet", *options]
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())


@contextlib.contextmanager
def yardstick(kind: str, file: Path | None = None) -> Iterator[tuple[str, int]]:
    """Run a bare route under gunicorn: Flask under ``asgi`` or ``gthread``, or none under it (``bare-asgi``).

    Gives its URL and process id. Flask sends ``file`` at ``/file``.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--keep-alive", "75", "--log-level", "warning"]
    command += {
        "asgi": ["-k", "asgi", "--asgi-lifespan", "off", "bench.yardstick:asgi"],
        "bare-asgi": ["-k", "asgi", "--asgi-lifespan", "off", "bench.yardstick:bare_asgi"],
        "gthread": ["-k", "gthread", "--threads", "8", "bench.yardstick:wsgi"],
    }[kind]
    variables = os.environ | ({"YARDSTICK_FILE": str(file)} if file else {})
    with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables) as process:
        url = f"http://127.0.0.1:{port}/constant"
        _wait(url)
        yield url, process.pid


@contextlib.contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, which is ended with the block."""
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def _wait(url: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, data=b""), timeout=1)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def post(url: str, body: bytes, headers: dict[str, str]) -> Any:
    """POST and return the JSON answer."""
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as reply:
        return json.loads(reply.read())


def processes(leader: int) -> list[int]:
    """Return a process and all below it."""
    found, queue = [], [leader]
    while queue:
        pid = queue.pop()
        found.append(pid)
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            queue += map(int, children.read().split())
    return found


def cpu_us(pids: list[int]) -> float:
    """Return the CPU time, of user and kernel, that processes and their threads have used so far, in microseconds."""
    return sum(map(_cpu_us_of, pids))


def _cpu_us_of(pid: int) -> float:
    """Ask the scheduler, which counts nanoseconds; where it keeps no statistics, the clock ticks of the process."""
    try:
        files = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
        spent_ns = sum(int(file.read_text(encoding="ascii").split()[0]) for file in files)
    except OSError:  # a thread has ended meanwhile
        spent_ns = 0
    if spent_ns:
        return spent_ns / 1000
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) * 1_000_000 / os.sysconf("SC_CLK_TCK")


def memory_mib(pids: list[int]) -> tuple[float, float]:
    """Return (sum of RSS, sum of PSS) in MiB; PSS counts a shared page once."""
    rss = pss = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if rest}
        rss, pss = rss + sizes.get("Rss", 0), pss + sizes.get("Pss", 0)
    return rss / 1024, pss / 1024
