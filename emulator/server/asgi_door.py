"""The fast door: emulated services straight to the spine, on the loop; what begins ``/__`` to Flask, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emulator.gateways.door import Door
from emulator.kernel.exchange import AT_ONCE, Call, Reply
from emulator.server.bad_bytes import pieces
from emulator.server.line import Client, misdeliver
from emulator.server.problem_replies import answer_for
from emulator.server.target import is_own, letters_of, read_target

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
        await _deliver(reply, scope, receive, send)

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
    target = read_target(f"{raw_path}?{query}" if query else raw_path)
    host = target.host or letters_of(next((value for name, value in headers if name == "host"), ""))
    return Call(
        method=scope["method"],
        path=target.path,
        query=target.query,
        headers=headers,
        body=body,
        body_size=size,
        target=target.text,
        host=host,
        scheme=scope["scheme"],
        client_ip=(scope.get("client") or ("",))[0],
    )


async def _deliver(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    """Let a reply leave: late, badly or well. A client that leaves ends the waiting."""
    if reply.delivery == AT_ONCE:
        await _send_head(reply, scope, send)
        await _send_body(reply, scope, send)
        return
    client = Client(receive)
    try:
        await _deliver_badly(reply, scope, client, send)
    finally:
        client.forget()
        if reply.file:
            reply.file.close()


async def _deliver_badly(reply: Reply, scope: Scope, client: Client, send: Send) -> None:
    delivery = reply.delivery
    if delivery.delay_s and not await client.stays(delivery.delay_s):
        return
    if delivery.fault not in (None, "drip"):
        await misdeliver(reply, scope, client)
        return
    await _send_head(reply, scope, send)
    if delivery.fault is None or _is_bodiless(reply, scope):
        await _send_body(reply, scope, send)
    else:
        await _drip(reply, client, send)


def _is_bodiless(reply: Reply, scope: Scope) -> bool:
    return scope["method"] == "HEAD" or reply.status in (204, 304)


async def _send_head(reply: Reply, scope: Scope, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if not _is_bodiless(reply, scope) and scope["http_version"] == "1.1" and reply.header("content-length") is None:
        headers.append(_CHUNKED)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_body(reply: Reply, scope: Scope, send: Send) -> None:
    if reply.file and not _is_bodiless(reply, scope):
        for chunk in reply.file.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if _is_bodiless(reply, scope) else reply.body})


async def _drip(reply: Reply, client: Client, send: Send) -> None:
    for place, piece in enumerate(pieces(reply)):
        if place and not await client.stays(reply.delivery.pause_s):
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
