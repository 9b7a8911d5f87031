"""gunicorn's asgi worker, stopping at once: a delivery that waits on the loop must not hold the stop up."""

from __future__ import annotations

import asyncio
from functools import lru_cache, partial
from ipaddress import ip_address, ip_network
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi
from gunicorn.workers.gasgi import ASGIWorker

from emulator.server.bad_bytes import REFUSED, read_refused
from emulator.server.gunicorn_headers import make_asgi_bare
from emulator.server.line import EXTENSION


class LineProtocol(ASGIProtocol):  # type: ignore[misc]
    """gunicorn's protocol, handing the connection itself to the application (``emulator.server.line``)."""

    _chunks: tuple[bytes, bytes] = (b"", b"")

    def data_received(self, data: bytes) -> None:
        """Take bytes; the last two lots are kept, for the case that their head is refused."""
        self._chunks = self._chunks[1], data
        super().data_received(data)

    def _send_error_response(self, status: int, message: str, extra_headers: Any = ()) -> None:
        super()._send_error_response(status, message, extra_headers)
        head = next((found for each in self._chunks if (found := read_refused(each, status, self._peer()))), None)
        if head:
            self.worker.loop.create_task(self.app({"type": REFUSED, "head": head}, None, None))

    def _peer(self) -> str:
        found = self.transport.get_extra_info("peername") if self.transport else None
        return str(found[0]) if isinstance(found, tuple) else ""

    def _build_http_scope(self, request: Any, sockname: Any, peername: Any) -> dict[str, Any]:
        scope: dict[str, Any] = super()._build_http_scope(request, sockname, peername)
        scope.setdefault("extensions", {})[EXTENSION] = self.transport
        scope["client"] = self._client_behind(scope)
        return scope

    def _client_behind(self, scope: dict[str, Any]) -> Any:
        """Return who called: what a trusted proxy says of it, the last address that is no such proxy's."""
        client, networks = scope.get("client"), _networks(tuple(self.cfg.forwarded_allow_ips))
        if not client or not networks or not _is_among(client[0], networks):
            return client
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
        for word in reversed([each.strip() for each in said.split(",") if each.strip()]):
            if not _is_among(word, networks):
                return (word, 0) if _is_address(word) else client
        return client


@lru_cache(4)
def _networks(words: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ip_network(word) for word in words if word)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_among(text: str, networks: tuple[Any, ...]) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in networks)


class LoopWorker(ASGIWorker):  # type: ignore[misc]
    """Serves on a loop. No exchange is half done when a signal comes: each is served in one turn of the loop."""

    _main: asyncio.Task[None] | None = None

    def init_process(self) -> None:
        """Begin to serve."""
        make_asgi_bare()
        gasgi.ASGIProtocol = LineProtocol
        super().init_process()

    async def _serve(self) -> None:
        self._main = asyncio.current_task()
        # asyncio listens anew, for 100 lines: in a crowd a caller's first packet was dropped, and sent again 1 s later
        self.loop.create_server = partial(self.loop.create_server, backlog=self.cfg.backlog)
        await super()._serve()

    def handle_exit_signal(self) -> None:
        """End without waiting for deliveries and kept-alive connections."""
        self._end()
        super().handle_exit_signal()

    def handle_quit_signal(self) -> None:
        """End as for SIGTERM."""
        self._end()
        super().handle_quit_signal()

    def _end(self) -> None:
        self._quick_shutdown = True
        if self.alive and self.servers and self._main:
            self._main.cancel()  # wakes the heartbeat, which sleeps for a second
