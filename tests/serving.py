"""A real server: ``python -m emulator serve`` in its own process group, reached over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE_S = 30


def slack() -> float:
    """Return how much longer things may take because this machine is busy with other work; 1 when it is idle.

    The load average lags behind, so the processes this suite runs in count at once.
    """
    busy = max(os.getloadavg()[0], float(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    return max(1.0, busy / (os.cpu_count() or 1))


def command(*flags: str) -> list[str]:
    return [sys.executable, "-m", "emulator", "serve", *flags]


def environment(**more: str) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("NDXP_EMULATOR_")}
    clean.pop("PORT", None)
    return clean | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


@contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """Whoever runs the suite in the background of a shell hands it, and its children, a SIGINT that is ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def failed_start(*flags: str, **more: str) -> str:
    """Start a server that must refuse to: return what it said on stderr."""
    ended = subprocess.run(
        command(*flags), env=environment(**more), capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


class Server:
    """A running emulator. ``ready`` is its ready line."""

    def __init__(self, *flags: str, python: str = sys.executable, **more: str) -> None:
        given = flags if "--port" in flags or "PORT" in more else ("--port", "0", *flags)
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the server
        self.process = subprocess.Popen(
            [python, *command(*given)[1:]],
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            start_new_session=True,
        )
        watchdog = threading.Timer(_PATIENCE_S, self.kill)
        watchdog.start()
        try:
            line = self.process.stdout.readline()  # type: ignore[union-attr]
        finally:
            watchdog.cancel()
            watchdog.join()
        if not line:
            said = self.said()
            self.__exit__()
            raise AssertionError(said)
        self.ready: dict[str, Any] = json.loads(line)
        self.base_url: str = self.ready["base_url"]
        self.port = int(self.base_url.rpartition(":")[2])

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self.kill()
        self.process.wait(_PATIENCE_S)
        self.process.stdout.close()  # type: ignore[union-attr]
        self._said.close()

    def said(self) -> str:
        """Return all of stderr so far."""
        self._said.seek(0)
        return self._said.read()

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(_PATIENCE_S)

    def kill(self) -> None:
        """``kill -9`` arbiter and workers in one stroke."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def workers(self, number: int = 2) -> list[int]:
        """Return the process ids of the workers as soon as all are there."""
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while len(pids := listing.read_text().split()) < number:
            os.sched_yield()
        return [int(pid) for pid in pids]

    def raw(self, request: bytes) -> bytes:
        """Send bytes on a connection of their own and return all that comes back until the server closes it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_S) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


class Client:
    """A vendor's system: one connection, one token."""

    def __init__(self, server: Server, sandbox: str = "", pair: dict[str, str] | None = None) -> None:
        self.base_url = server.base_url + (f"/s/{sandbox}" if sandbox else "")
        self.pair = pair or server.ready["credentials"]["production"]
        self.http = requests.Session()
        self.http.trust_env = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def log_in(self) -> dict[str, Any]:
        reply = self.http.post(
            f"{self.base_url}/token",
            data={"grant_type": "client_credentials"},
            auth=(self.pair["consumer_key"], self.pair["consumer_secret"]),
        )
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def call(self, operation: str, body: dict[str, Any]) -> requests.Response:
        return self.http.post(f"{self.base_url}/apiBTXH/1.0/{operation}", json=body)
