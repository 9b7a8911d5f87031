"""HTTP libraries and habits a vendor may have, behind the same two methods; ``pause`` turns the sandbox's clock."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import urllib3

from tests.clients.reference.wire import PATIENCE_S, Lost, Reply, RequestsWire

Turn = Callable[[float], None]
Headers = dict[str, str]


class Quick:
    """Waits by turning the clock of its sandbox, not by sleeping."""

    def __init__(self, turn: Turn) -> None:
        self.pause = turn

    def close(self) -> None:
        """Let go of what is open."""


class Requests(RequestsWire):
    """``requests``, whose body comes in chunks."""

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self.pause = turn  # type: ignore[method-assign]

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        return super().send(method, url, headers, pieces(body) if body else b"")  # type: ignore[arg-type]

    def close(self) -> None:
        self.http.close()


class Urllib(Quick):
    """``urllib.request``: a connection a call, ``Content-type`` with a small t."""

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        asked = urllib.request.Request(url, body or None, headers, method=method)
        try:
            try:
                got = self.opener.open(asked, timeout=PATIENCE_S)
            except urllib.error.HTTPError as refused:
                got = refused
            with got:
                return Reply(got.status, dict(got.headers.items()), got.read())
        except (OSError, http.client.HTTPException) as trouble:
            raise Lost(repr(trouble)) from trouble


class KeepAlive(Quick):
    """``http.client``: one connection for everything, small letters in every header's name."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn)
        self.line: http.client.HTTPConnection | None = None

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        parts = urlsplit(url)
        line = self.line = self.line or http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            self.ask(line, method, target, {name.lower(): value for name, value in headers.items()}, body)
            got = line.getresponse()
            return Reply(got.status, dict(got.getheaders()), got.read())
        except (OSError, http.client.HTTPException) as trouble:
            line.close()
            raise Lost(repr(trouble)) from trouble

    def close(self) -> None:
        if self.line:
            self.line.close()

    def ask(self, line: http.client.HTTPConnection, method: str, target: str, headers: Headers, body: bytes) -> None:
        line.request(method, target, body or None, headers)


class Expecting(KeepAlive):
    """Announces a body with ``Expect: 100-continue`` and sends it in small pieces."""

    def ask(self, line: http.client.HTTPConnection, method: str, target: str, headers: Headers, body: bytes) -> None:
        more = {"expect": "100-continue", "content-length": str(len(body))} if body else {}
        line.putrequest(method, target)
        for name, value in (headers | more).items():
            line.putheader(name, value)
        line.endheaders()
        for piece in pieces(body):
            line.send(piece)


class Pooled(Quick):
    """``urllib3``, safe for threads."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn)
        self.pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=PATIENCE_S)

    def send(self, method: str, url: str, headers: Headers, body: bytes = b"") -> Reply:
        try:
            got = self.pool.request(method, url, body=body or None, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as trouble:
            raise Lost(repr(trouble)) from trouble
        return Reply(got.status, dict(got.headers.items()), got.data)

    def close(self) -> None:
        self.pool.clear()


def pieces(body: bytes, size: int = 700) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]
