"""The fast door: emulated services straight to the spine, on the loop; what begins ``/__`` to Flask, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply
from emulator.server.nowhere import answer_for

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
OWN_PREFIX = "/__"


def asgi_app(door: Door, own_pages: AsgiApp, body_limit: int) -> AsgiApp:
    """Return the ASGI application. A delayed reply waits on the loop and holds no thread."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(OWN_PREFIX):
            await own_pages(scope, receive, send)
            return
        body, size = await _read(receive, body_limit)
        call = _call(scope, body, size)
        if door.blocks(call):
            reply = await asyncio.get_running_loop().run_in_executor(None, answer_for, door, call)
        else:
            reply = answer_for(door, call)
        await _deliver(reply, send)

    return app


async def _read(receive: Receive, limit: int) -> tuple[bytes, int]:
    message = await receive()
    chunk = message.get("body", b"")
    if not message.get("more_body"):
        return chunk[:limit], len(chunk)
    kept, size = bytearray(chunk[:limit]), len(chunk)
    while message.get("more_body"):
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        kept += chunk[: max(0, limit - len(kept))]
    return bytes(kept), size


def _call(scope: Scope, body: bytes, size: int) -> Call:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    query = scope["query_string"].decode("latin-1")
    raw_path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    host = next((value for name, value in headers if name == "host"), "")
    return Call(
        method=scope["method"],
        path=unquote(raw_path),
        query=query,
        headers=headers,
        body=body,
        body_size=size,
        target=f"{raw_path}?{query}" if query else raw_path,
        host=host,
        scheme=scope["scheme"],
        client_ip=(scope.get("client") or ("",))[0],
    )


async def _deliver(reply: Reply, send: Send) -> None:
    if reply.delivery.delay_s:
        await asyncio.sleep(reply.delivery.delay_s)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    for chunk in reply.file.chunks() if reply.file else ():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": reply.body})
