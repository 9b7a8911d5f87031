"""Platforms to record: the emulator itself, and a small server that answers what a test wants."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_server

from emulator.app import Country, create_app
from tests.serving import ROOT, environment

# Data in the form of what is issued, put together so that no file of ours holds it.
REAL_NUMBER = "001" + "085" + "123456"
REAL_CARD = "01" + "2345678"
REAL_PHONE = "091" + "2345678"
REAL_MAIL = "nguyenvana@" + "thu-that.com.vn"
REAL_NAME = "Nguyễn Thị Kiều Oanh Thật"
REAL_ADDRESS = "Số 12 ngõ 34 phố Có Thật Hẳn Hoi"


@contextmanager
def emulator_as_platform(country: Country) -> Iterator[str]:
    """The emulator on a port of its own, in this process."""
    server = make_server("127.0.0.1", 0, create_app(country), threaded=True)
    with _running(server) as url:
        yield url


@contextmanager
def platform(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server that answers every call by ``answer``."""

    class Line(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return lambda: answer(self)
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            return

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Line)) as url:
        yield url


@contextmanager
def platform_with_tls(context: ssl.SSLContext) -> Iterator[str]:
    """A server behind a certificate; it answers ``{}``."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            say(self, 200, b"{}")

        def log_message(self, *_: Any) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            return

    server = Quiet(("127.0.0.1", 0), Line)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _running(server) as url:
        yield url.replace("http://", "https://")


@contextmanager
def _running(server: Any) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(line: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer with a body of known length, when all of the call was read."""
    line.rfile.read(int(line.headers.get("Content-Length") or 0))
    line.send_response_only(status)
    for name, value in ({"Content-Type": "application/json"} | headers).items():
        line.send_header(name.replace("_", "-"), value)
    line.send_header("Content-Length", str(len(body)))
    line.end_headers()
    line.wfile.write(body)


class Recorder:
    """``ndxp-emulator record`` in a process of its own; ``stop`` ends it and gives what it wrote."""

    def __init__(self, to: str, out: Path, *flags: str) -> None:
        self.out = out
        words = ["record", "--to", to, "--port", "0", "--out", str(out), "--session", "phien", *flags]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emulator", *words],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        ready = self.process.stdout.readline()
        assert ready, self.process.communicate()
        self.url: str = json.loads(ready)["base_url"]
        self.http = requests.Session()
        self.http.trust_env = False
        self.code: int | None = None
        self.said = ""

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        if self.code is None:
            self.stop()

    def stop(self) -> list[dict[str, Any]]:
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        _, self.said = self.process.communicate(timeout=30)
        self.code = self.process.returncode
        return self.lines()

    @property
    def session(self) -> Path:
        return self.out / "phien.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.session.read_text(encoding="utf-8").splitlines()]

    def everything_written(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.out.rglob("*")) if path.is_file())
