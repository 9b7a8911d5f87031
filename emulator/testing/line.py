"""How the admin API of an emulator is reached: over a connection that stays open, or inside this process."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any, Protocol
from urllib.parse import urlsplit

PATIENCE_S = 90


class Refused(ValueError):
    """The admin API said no. The message is its own, in Vietnamese and English."""

    def __init__(self, status: int, problem: Any) -> None:
        self.status = status
        self.problem = problem if isinstance(problem, dict) else {}
        super().__init__(self.problem.get("detail") or f"HTTP {status}: {problem!r}")


class Line(Protocol):
    """A way to an emulator. ``base_url`` has no slash at its end."""

    base_url: str

    def send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Send a request to a path under the root; return status and body."""

    def close(self) -> None:
        """Let go of what is open."""


def ask(line: Line, method: str, path: str, content: Any = None, *, takes: tuple[int, ...] = ()) -> Any:
    """Call the admin API and return the JSON that it answered with.

    Args:
        line: where to.
        method: HTTP method.
        path: below ``/__admin``.
        content: what is sent as JSON; None sends no body.
        takes: statuses from 400 on that are answers, too.

    Raises:
        Refused: any other status from 400 on.
    """
    body = None if content is None else json.dumps(content).encode()
    status, said = line.send(method, f"/__admin{path}", body)
    try:
        answer = json.loads(said) if said else None
    except ValueError:
        answer = said[:500].decode("utf-8", "replace")
        if status < 400:
            raise Refused(status, f"không phải JSON / not JSON: {answer}") from None
    if status >= 400 and status not in takes:
        raise Refused(status, answer)
    return answer


class HttpLine:
    """One connection, kept open, that threads take turns with."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._parts = urlsplit(self.base_url)
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise ValueError(f"{base_url!r} không phải địa chỉ http(s) / is no http(s) address")
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._turn = threading.Lock()
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Send a request; a connection that the server has closed meanwhile is opened again, once."""
        with self._turn:
            if self._connection:
                try:
                    return self._exchange(self._connection, method, path, body)
                except (ConnectionError, http.client.CannotSendRequest):
                    self._connection.close()
            self._connection = self._open_connection()
            try:
                return self._exchange(self._connection, method, path, body)
            except BaseException:
                self._connection.close()
                self._connection = None
                raise

    def _open_connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._parts.hostname), self._parts.port, timeout=PATIENCE_S)

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None
    ) -> tuple[int, bytes]:
        connection.request(method, self._parts.path + path, body, self._headers)
        reply = connection.getresponse()
        return reply.status, reply.read()

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            if self._connection:
                self._connection.close()
                self._connection = None
