"""Flask in front of the services: every call under gthread and in the tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from flask import Blueprint, Request, Response, request
from werkzeug.datastructures import Headers

from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import StoreBusy
from emulator.server.asgi_door import Lanes, may_take_long
from emulator.server.bad_bytes import (
    Waiting,
    answer_for,
    header_value,
    is_own,
    letters_of,
    phrase_of,
    read_target,
    serve_part,
    settle_answer,
)
from emulator.server.line import badly, dripping, wait

_CHUNK = 65_536


class CallingThreads:
    """The threads of a worker, each with a call: the one whose turn it is serves what others wait with, too.

    So they share a transaction as the calls of one turn of an event loop do (decision 0099), and none waits for the pen
    while another of its own worker holds it.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._waiting: Lanes[Waiting] = Lanes()
        self._list, self._turn = threading.Lock(), threading.Lock()

    def answer(self, call: Call) -> Reply:
        """Return the reply, whatever comes; one that may take long is served by itself."""
        if may_take_long(self._door, call):
            return answer_for(self._door, call)
        answer: Future[Reply | StoreBusy] = Future()
        with self._list:
            self._waiting.add(self._door.lane_of(call), (call, partial(settle_answer, answer)))
        while not answer.done():
            with self._turn:
                if not answer.done():
                    time.sleep(0)  # threads that have read their call let it wait with this one
                    serve_part(self._door, self._take_part())
        said = answer.result()
        return answer_for(self._door, call) if isinstance(said, StoreBusy) else said

    def _take_part(self) -> list[Waiting]:
        with self._list:
            return self._waiting.take_together(others=self._waiting.are_many())


def services(door: Door, body_limit: int) -> Blueprint:
    """Return the blueprint of the emulated services: it answers every call that is not for the emulator's own pages.

    Flask's routing is never asked for a service: it folds ``//``, redirects and knows a fixed list of methods.
    """
    blueprint, threads = Blueprint("services", __name__), CallingThreads(door)

    @blueprint.before_app_request
    def serve() -> Response | None:
        raw = _raw_target(request)
        if is_own(read_target(raw).path):
            return None
        try:
            body, size = _read(request, body_limit)
        except OSError:  # the client left before its body was complete: nobody reads this reply
            return Response(status=400)
        reply = threads.answer(_call(request, raw, body, size))
        if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0" and reply.delivery.fault is None:
            reply = reply.with_length()
        line = request.environ.get("gunicorn.socket")
        if reply.delivery.delay_s:
            wait(line, reply.delivery.delay_s)
        return _response(reply, line)

    return blueprint


def _raw_target(incoming: Request) -> str:
    raw = incoming.environ.get("RAW_URI")
    return str(raw) if raw else incoming.full_path.removesuffix("?")


def _call(incoming: Request, raw: str, body: bytes, size: int) -> Call:
    target = read_target(raw)
    return Call(
        method=incoming.method,
        path=target.path,
        query=target.query,
        headers=tuple((name.lower(), value) for name, value in incoming.headers.items()),
        body=body,
        body_size=size,
        target=target.text,
        host=target.host or letters_of(incoming.headers.get("Host", "")),
        scheme=incoming.scheme,
        client_ip=incoming.remote_addr or "",
    )


def _response(reply: Reply, line: Any) -> Response:
    # An iterator keeps Werkzeug from adding a Content-Length that the platform does not send.
    response = _AsSaid(_body(reply, line), f"{reply.status or 500} {phrase_of(reply.status)}")
    response.headers.clear()
    for name, value in reply.headers:
        response.headers.add(name, header_value(value))
    return response


class _AsSaid(Response):
    """A reply whose headers leave as they are; Werkzeug takes most of them off a 304 and rewrites Location."""

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 - Werkzeug's own signature
        """Return the headers of the reply."""
        return self.headers


def _body(reply: Reply, line: Any) -> Iterator[bytes]:
    if reply.delivery.fault == "drip":
        return dripping(reply)
    if reply.delivery.fault:
        is_bodiless = request.method == "HEAD" or reply.status in (204, 304)
        version = request.environ["SERVER_PROTOCOL"].removeprefix("HTTP/")
        return badly(reply, line, version, is_bodiless=is_bodiless)
    return reply.file.chunks() if reply.file else iter((reply.body,))


def _read(incoming: Request, limit: int) -> tuple[bytes, int]:
    """Return the kept part of the body and its whole size; what is over the limit is read and forgotten."""
    kept, size = bytearray(), 0
    for chunk in _chunks(incoming):
        size += len(chunk)
        kept += chunk[: max(0, limit - len(kept))]
    return bytes(kept), size


def _chunks(incoming: Request) -> Iterator[bytes]:
    while chunk := incoming.stream.read(_CHUNK):
        yield chunk
