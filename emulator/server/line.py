"""The line under an ASGI exchange: our worker hands it over, so that a reply can leave badly on purpose."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from emulator.kernel.exchange import Reply
from emulator.server.bad_bytes import bad_bytes, pieces

EXTENSION = "emulator.line"
"""The name of our ASGI extension; ``scope["extensions"][EXTENSION]`` is the connection's asyncio transport."""

_FULL = 1 << 20
_PAUSE_S = 0.01
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Client:
    """Whoever waits for a reply. It is listened to once: gunicorn takes a second listening for a departure."""

    def __init__(self, receive: Receive) -> None:
        self._leaving = asyncio.ensure_future(_until_left(receive))

    async def stays(self, seconds: float | None = None) -> bool:
        """Wait (None: for ever), but not for one who has left; tell whether the client is still there."""
        done, _ = await asyncio.wait({self._leaving}, timeout=seconds)
        return not done

    def forget(self) -> None:
        """Listen no longer."""
        self._leaving.cancel()


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def misdeliver(reply: Reply, scope: MutableMapping[str, Any], client: Client) -> None:
    """Let a reply leave as its delivery says, on the bare line; return when the client is gone.

    Raises:
        ConnectionAbortedError: the server under us does not hand over its line; it will break the connection.
    """
    if reply.delivery.fault == "hang":
        await client.stays()
        return
    line: asyncio.Transport | None = (scope.get("extensions") or {}).get(EXTENSION)
    if line is None:
        raise ConnectionAbortedError(reply.delivery.fault)
    if reply.delivery.fault == "reset":
        make_reset(line.get_extra_info("socket").fileno())
        line.abort()
    else:
        is_bodiless = scope["method"] == "HEAD" or reply.status in (204, 304)
        for place, chunk in enumerate(bad_bytes(reply, scope["http_version"], is_bodiless=is_bodiless)):
            if place > 1 and reply.delivery.pause_s and not await client.stays(reply.delivery.pause_s):
                break
            line.write(chunk)
            await _drain(line, _FULL)
        await _end(line, resets=reply.delivery.resets)
    await client.stays()


async def _drain(line: asyncio.Transport, most: int) -> None:
    """Wait until no more than so many bytes are still to be sent, or the line is closed."""
    while line.get_write_buffer_size() > most and not line.is_closing():
        await asyncio.sleep(_PAUSE_S)


async def _end(line: asyncio.Transport, *, resets: bool) -> None:
    if not resets:
        line.close()
        return
    await _drain(line, 0)
    if not line.is_closing():
        make_reset(line.get_extra_info("socket").fileno())
        line.abort()


def make_reset(descriptor: int) -> None:
    """Make a socket's next close an RST, whoever closes it."""
    form = "hh" if sys.platform == "win32" else "ii"
    with socket.socket(fileno=socket.dup(descriptor)) as twin:  # os.dup knows no sockets on Windows
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))


# The line under a gthread exchange. A reply that waits or hangs holds one of the worker's few threads.

_LOOK_S = 0.25


def wait(line: socket.socket | None, seconds: float | None) -> bool:
    """Wait (None: for ever), or until the client leaves; tell whether it is still there."""
    ends = None if seconds is None else time.monotonic() + seconds
    while ends is None or time.monotonic() < ends:
        left = _LOOK_S if ends is None else max(0.0, min(_LOOK_S, ends - time.monotonic()))
        if line is None:
            if ends is None:
                return False  # nobody can leave a line that is not there: do not wait for ever
            time.sleep(left)
        elif _has_left(line, left):
            return False
    return True


def _has_left(line: socket.socket, seconds: float) -> bool:
    readable, _, _ = select.select([line.fileno()], [], [], seconds)
    if not readable:
        return False
    with socket.socket(fileno=os.dup(line.fileno())) as twin:
        try:
            said = twin.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
    if said:
        time.sleep(seconds)  # the next request of the same client: it is there, and must wait
    return not said


def badly(reply: Reply, line: socket.socket | None, version: str, *, is_bodiless: bool) -> Iterator[bytes]:
    """Send a reply as its delivery says; yields nothing.

    Raises:
        ConnectionResetError: always at the end, so that gunicorn writes nothing more and closes.
    """
    if reply.delivery.fault == "hang":
        wait(line, None)
    elif line is not None and reply.delivery.fault == "reset":
        _reset(line)
    elif line is not None:
        for place, chunk in enumerate(bad_bytes(reply, version, is_bodiless=is_bodiless)):
            if place > 1 and reply.delivery.pause_s and not wait(line, reply.delivery.pause_s):
                break
            line.sendall(chunk)
        if reply.delivery.resets:
            _reset(line)
    yield from ()
    raise ConnectionResetError(errno.ECONNRESET, f"on purpose: {reply.delivery.fault}")


def dripping(reply: Reply) -> Iterator[bytes]:
    """Yield a body in small pieces, with its pauses."""
    for place, piece in enumerate(pieces(reply)):
        if place:
            time.sleep(reply.delivery.pause_s)
        yield piece


def _reset(line: socket.socket) -> None:
    """Break the connection now. gunicorn, which closes it later, is left with a socket that leads nowhere."""
    make_reset(line.fileno())
    here, there = socket.socketpair()
    with here, there:
        os.dup2(here.fileno(), line.fileno())
