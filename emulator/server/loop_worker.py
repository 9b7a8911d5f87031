"""gunicorn's asgi worker, stopping at once: a delivery that waits on the loop must not hold the stop up."""

from __future__ import annotations

import asyncio
import signal
from functools import lru_cache, partial
from ipaddress import ip_address, ip_network
from typing import Any

from gunicorn.asgi.parser import PythonProtocol
from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi
from gunicorn.workers.gasgi import ASGIWorker

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import StoreBusy
from emulator.server.asgi_door import SERVED
from emulator.server.bad_bytes import REFUSED, read_refused
from emulator.server.common_request import read_common, reply_bytes
from emulator.server.gunicorn_headers import make_asgi_bare
from emulator.server.launch import ENDING, hear_no_more
from emulator.server.line import EXTENSION

_SOON_S = 0.1


class LineProtocol(ASGIProtocol):  # type: ignore[misc]
    """gunicorn's protocol, handing the connection itself to the application (``emulator.server.line``).

    A request in the common form goes straight to the door, and its reply straight to the line: gunicorn's own way costs
    a task, two futures and three messages for each.
    """

    _chunks: tuple[bytes, bytes] = (b"", b"")

    _begun = b""  # a common request whose body is still to come
    _waiting: asyncio.TimerHandle | None = None
    _early: bytes | None = None  # what came while a common request is being served; None when none is
    _served: Reply | Exception | None = None
    _answered_at = 0.0
    _is_direct = False  # nobody speaks for the caller, and no line is written for each call

    def connection_made(self, transport: Any) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        is_behind_proxies = bool(_networks(tuple(self.cfg.forwarded_allow_ips)))
        self._is_direct = isinstance(self._callback_parser, PythonProtocol) and not (
            is_behind_proxies or self.log.access_log_enabled
        )

    def data_received(self, data: bytes) -> None:
        """Take bytes: a common request whole, else as gunicorn does."""
        if self._early is not None:
            self._early += data
            return
        if self._begun:
            data = self._begun + data
            self._forget_begun()
        if not self._take_common(data):
            self._leave_to_gunicorn(data)

    def _leave_to_gunicorn(self, data: bytes) -> None:
        """Take bytes; the last two lots are kept, for the case that their head is refused."""
        self._chunks = self._chunks[1], data
        super().data_received(data)

    def _take_common(self, data: bytes) -> bool:
        """Serve a request that came alone and in the common form, or wait for its body; tell whether it was one."""
        request = read_common(data) if self._is_idle() else None
        if request is None or len(data) > request.size + request.length:
            return False
        if len(data) < request.size + request.length:  # many clients send the body in a packet of its own
            self._begun = data
            self._waiting = self.worker.loop.call_later(_SOON_S, self._give_begun_up)
            return True
        call = request.call(data[request.size :], "https" if self._is_ssl else "http", self._peer())
        if call is None or not self.app.take(call, partial(self._settle, data)):
            return False
        self._early = b""
        return True

    def _give_begun_up(self) -> None:
        """Let gunicorn wait for the rest of a body that does not come soon."""
        begun = self._begun
        self._forget_begun()
        self._leave_to_gunicorn(begun)

    def _forget_begun(self) -> None:
        self._begun = b""
        if self._waiting:
            self._waiting.cancel()
        self._waiting = None

    def _is_idle(self) -> bool:
        """Tell whether gunicorn waits for the beginning of a request, and would do no more with it than we do."""
        parser = self._callback_parser
        return (
            self._is_direct
            and self._awaiting_request
            and not (self._request_ready.is_set() or self._closed or self._finishing_calls)
            and parser._state == "request_line"
            and not (parser._buffer or parser._empty_line_skipped)
            and not self._flow_control.write_paused
            and self.worker.alive
        )

    def _settle(self, data: bytes, said: Reply | Exception) -> None:
        """Answer a common request; gunicorn, which has not seen it, delivers what leaves in another way."""
        early, self._early = self._early, None
        sent = reply_bytes(said) if isinstance(said, Reply) else None
        if self._closed:
            _let_go(said)
        elif sent is None:
            self._served = None if isinstance(said, StoreBusy) else said
            self._leave_to_gunicorn(data)
        else:
            self.worker.nr += 1
            self._answered_at = self.worker.loop.time()
            if self._keepalive_handle is None:
                self._arm_keepalive_timer()
            self._safe_write(sent)
        if early:
            self.data_received(early)

    def _keepalive_timeout(self) -> None:
        """Close what was idle too long; a common request has put that off without a timer of its own."""
        left = self._answered_at + self._keepalive - self.worker.loop.time()
        if left > 0:
            self._keepalive_handle = self.worker.loop.call_later(left, self._keepalive_timeout)
        else:
            super()._keepalive_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let what was begun go, and a reply that nobody fetches any more."""
        self._forget_begun()
        super().connection_lost(exc)
        _let_go(self._served)
        self._served = None

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
        self._chunks = b"", b""  # this head was taken: it is not the one that may be refused later
        extensions = scope.setdefault("extensions", {})
        extensions[EXTENSION] = self.transport
        if self._served is not None:
            extensions[SERVED], self._served = self._served, None
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


def _let_go(said: Reply | Exception | None) -> None:
    if isinstance(said, Reply) and said.file:
        said.file.close()


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
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        for told in ENDING:  # else asyncio's loop would give them back their first meaning when it is closed
            self.loop.remove_signal_handler(told)
        hear_no_more()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        self._quick_shutdown = True
        if self.alive and self.servers and self._main:
            self._main.cancel()  # wakes the heartbeat, which sleeps for a second
