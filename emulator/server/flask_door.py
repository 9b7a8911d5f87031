"""The canonical door: every call through Flask. It serves alone under gthread; under ASGI, what begins ``/__``."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Blueprint, Request, Response, request

from emulator.gateways.door import Door
from emulator.kernel.exchange import Call
from emulator.server.nowhere import answer_for

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_CHUNK = 65_536


def services(door: Door, body_limit: int) -> Blueprint:
    """Return the routes of the emulated services: whatever no other route takes."""
    blueprint = Blueprint("services", __name__)

    @blueprint.route("/", defaults={"path": ""}, methods=_METHODS, provide_automatic_options=False)
    @blueprint.route("/<path:path>", methods=_METHODS, provide_automatic_options=False)
    def serve(path: str) -> Response:  # noqa: ARG001 - Flask passes what its rule matched
        reply = answer_for(door, _call(request, body_limit))
        if reply.delivery.delay_s:
            time.sleep(reply.delivery.delay_s)
        # An iterator keeps Werkzeug from adding a Content-Length that the platform does not send.
        response = Response(reply.file.chunks() if reply.file else iter((reply.body,)), reply.status)
        response.headers.clear()
        for name, value in reply.headers:
            response.headers.add(name, value)
        return response

    return blueprint


def _call(incoming: Request, limit: int) -> Call:
    body, size = _read(incoming, limit)
    target = incoming.environ.get("RAW_URI") or incoming.full_path.rstrip("?")
    return Call(
        method=incoming.method,
        path=incoming.path,
        query=incoming.query_string.decode("latin-1"),
        headers=tuple((name.lower(), value) for name, value in incoming.headers.items()),
        body=body,
        body_size=size,
        target=target,
        host=incoming.host,
        scheme=incoming.scheme,
        client_ip=incoming.remote_addr or "",
    )


def _read(incoming: Request, limit: int) -> tuple[bytes, int]:
    kept, size = bytearray(), 0
    for chunk in _chunks(incoming):
        size += len(chunk)
        kept += chunk[: max(0, limit - len(kept))]
    return bytes(kept), size


def _chunks(incoming: Request) -> Iterator[bytes]:
    while chunk := incoming.stream.read(_CHUNK):
        yield chunk
