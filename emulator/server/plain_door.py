"""The third door, for systems without fork: uvicorn, one process, the same ASGI application as the default door.

What it says on the wire is the application's; uvicorn reads the requests. One that is no HTTP it answers by itself with
a bare 400, and the journal does not hear of it (docs/windows).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from emulator.server.asgi_door import AsgiApp, Receive, Scope, Send
from emulator.server.bad_bytes import REFUSED, RefusedHead, phrase_of, read_refused
from emulator.server.launch import ARBITER_GRACE_S, KEEP_ALIVE_S, LONGEST_LINE, Companion, LaunchPlan
from emulator.server.line import EXTENSION

LONGEST_HEAD, _MOST_FIELDS = LONGEST_LINE * 8, 100
_CLOSING = [(b"content-length", b"0"), (b"connection", b"close")]


class PlainProtocol(H11Protocol):
    """uvicorn's protocol, handing the connection itself to the application (``emulator.server.line``)."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.app = self._with_line(self.app)

    def _with_line(self, app: Any) -> AsgiApp:
        async def lent(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = self.transport
            with suppress(asyncio.CancelledError):  # a stop that waits for nobody is no failure of the call
                status = _status_of_head(scope)
                if status:
                    await _refuse_head(status, send)
                    await app({"type": REFUSED, "head": self._read_refused(_line_of(scope), status)}, receive, send)
                    return
                await app(scope, receive, send)

        return lent

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read on; a head that had no end is too large, and the journal learns of it."""
        begin, cycle = bytes(self.conn.trailing_data[0]), cast("Any", self.cycle)
        if len(begin) <= LONGEST_HEAD or (cycle and not cycle.response_complete):
            super().send_400_response(msg)
            return
        status = 431 if b"\r\n" in begin[: LONGEST_LINE + 2] else 414
        lines = (f"HTTP/1.1 {status} {phrase_of(status)}".encode(), *(b": ".join(each) for each in _CLOSING))
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n")
        self.transport.close()
        head = self._read_refused(begin, status)
        if head:
            self.loop.create_task(self.app({"type": REFUSED, "head": head}, None, None))

    def _read_refused(self, begin: bytes, status: int) -> RefusedHead | None:
        return read_refused(begin, status, self.client[0] if self.client else "")


def _line_of(scope: Scope) -> bytes:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return f"{scope['method']} ".encode() + bytes(scope["raw_path"]) + bytes(query)


def _status_of_head(scope: Scope) -> int:
    """Return with what status a head is refused, by the bounds of the other kinds of workers; 0 when it is not."""
    if len(_line_of(scope)) + len(" HTTP/1.1") > LONGEST_LINE:
        return 414
    sizes = [len(name) + len(value) + len(": \r\n") for name, value in scope["headers"]]
    return 431 if len(sizes) > _MOST_FIELDS or max(sizes, default=0) > LONGEST_LINE else 0


async def _refuse_head(status: int, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _CLOSING})
    await send({"type": "http.response.body", "body": b""})


class _Server(uvicorn.Server):
    """A server that says when it serves."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets=sockets)
        self._on_start()


def run_plain(
    listener: socket.socket, app: Any, plan: LaunchPlan, companion: Companion, on_first: Callable[[], None]
) -> None:
    """Serve in this process until Ctrl-C or SIGTERM; ``on_first`` is called before the first call is taken.

    Raises:
        SystemExit: always.
    """

    def on_start() -> None:
        companion.start()
        on_first()

    gc.freeze()
    gc.enable()
    config = _config(app, plan)
    try:
        _Server(config, on_start).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn passes on what it was ended by
        logging.getLogger(__name__).debug("ended by Ctrl-C")
    finally:
        companion.stop()
    sys.exit(0)


def _config(app: Callable[..., Awaitable[None]], plan: LaunchPlan) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=PlainProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=bool(plan.trusted_proxies),
        forwarded_allow_ips=list(plan.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=ARBITER_GRACE_S,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        ssl_certfile=str(plan.certificate) if plan.certificate else None,
        ssl_keyfile=str(plan.key or plan.certificate) if plan.certificate else None,
    )
    config.load()
    if config.ssl:
        config.ssl.sni_callback = plan.on_name
    return config
