"""The line under an ASGI exchange: our worker hands it over, so that a reply can leave badly on purpose."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emulator.kernel.exchange import Reply
from emulator.server.bad_bytes import bad_bytes

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
    with socket.socket(fileno=os.dup(descriptor)) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
