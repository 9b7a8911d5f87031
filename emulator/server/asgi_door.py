"""The fast door: emulated services straight to the spine, on the loop; what begins ``/__`` to Flask, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply
from emulator.server.nowhere import answer_for
from emulator.server.target import is_own, read_target

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
_CHUNKED = (b"Transfer-Encoding", b"chunked")


class _CallerGone(Exception):
    """The client left before its body was complete: there is no call to serve."""


def asgi_app(door: Door, own_pages: AsgiApp, body_limit: int) -> AsgiApp:
    """Return the ASGI application. A delayed reply waits on the loop and holds no thread."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if is_own(scope["path"]):
            await own_pages(scope, receive, send)
            return
        try:
            body, size = await _read(receive, body_limit)
        except _CallerGone:
            return
        call = _call(scope, body, size)
        if door.blocks(call):
            reply = await asyncio.get_running_loop().run_in_executor(None, answer_for, door, call)
        else:
            reply = answer_for(door, call)
        await _deliver(reply, scope, send)

    return app


async def _read(receive: Receive, limit: int) -> tuple[bytes, int]:
    """Return the kept part of the body and its whole size; what is over the limit is read and forgotten."""
    kept, size, is_more = bytearray(), 0, True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _CallerGone
        chunk, is_more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        kept += chunk[: max(0, limit - len(kept))]
    return bytes(kept), size


def _call(scope: Scope, body: bytes, size: int) -> Call:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    raw_path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    raw = f"{raw_path}?{query}" if query else raw_path
    target = read_target(raw)
    host = target.host or next((value for name, value in headers if name == "host"), "")
    return Call(
        method=scope["method"],
        path=target.path,
        query=query,
        headers=headers,
        body=body,
        body_size=size,
        target=raw,
        host=host,
        scheme=scope["scheme"],
        client_ip=(scope.get("client") or ("",))[0],
    )


async def _deliver(reply: Reply, scope: Scope, send: Send) -> None:
    if reply.delivery.delay_s:
        await asyncio.sleep(reply.delivery.delay_s)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    is_bodiless = scope["method"] == "HEAD" or reply.status in (204, 304)
    if not is_bodiless and scope["http_version"] == "1.1" and reply.header("content-length") is None:
        headers.append(_CHUNKED)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    for chunk in _pieces(reply, is_bodiless):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if is_bodiless else reply.body})


def _pieces(reply: Reply, is_bodiless: bool) -> Iterator[bytes]:
    if reply.file and not is_bodiless:
        yield from reply.file.chunks()
