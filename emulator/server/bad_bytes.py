"""Bytes that are no service's: replies that leave badly on purpose, targets read, and what the emulator itself says."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

from emulator.gateways.arrival import REFUSED_HEADS, NoSuchSandbox
from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import PATIENCE_S, StoreBusy, StoreFailure


def bad_bytes(reply: Reply, version: str, *, is_bodiless: bool) -> Iterator[bytes]:
    """Yield what a ``cut``, ``bad-chunk`` or ``noise`` reply puts on the line; nothing for the other kinds.

    Head and framing come first, in one part; what follows is body, to be paused between when the delivery pauses.
    """
    delivery = reply.delivery
    if delivery.fault == "noise":
        yield delivery.noise
    elif delivery.fault == "bad-chunk":
        yield _head(reply, version, chunked=True) + delivery.noise
    elif delivery.fault == "cut":
        yield from _cut(reply, version, is_bodiless=is_bodiless)


def pieces(reply: Reply) -> Iterator[bytes]:
    """Yield the body: a file in its chunks, or all at once; in small pieces when the reply drips."""
    whole = reply.file.chunks() if reply.file else iter((reply.body,))
    size = reply.delivery.size if reply.delivery.fault == "drip" else reply.delivery.piece
    if not size:
        yield from whole
        return
    for chunk in whole:
        for start in range(0, len(chunk), size):
            yield chunk[start : start + size]


def phrase_of(status: int) -> str:
    """Return the reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _cut(reply: Reply, version: str, *, is_bodiless: bool) -> Iterator[bytes]:
    """Yield the head and the beginning of the body. A chunk is announced whole, so that its end is missed."""
    chunked = version == "1.1" and reply.header("content-length") is None and not is_bodiless
    announced = f"{reply.size:x}\r\n".encode() if chunked and reply.size else b""
    yield _head(reply, version, chunked=chunked) + announced
    if is_bodiless:
        return
    left = reply.delivery.size
    for chunk in pieces(reply):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _head(reply: Reply, version: str, *, chunked: bool) -> bytes:
    lines = [f"HTTP/{version} {reply.status} {phrase_of(reply.status)}"]
    framing = ("content-length", "transfer-encoding") if chunked else ()
    lines += [f"{name}: {value}" for name, value in reply.headers if name.lower() not in framing]
    if chunked and version == "1.1":
        lines.append("Transfer-Encoding: chunked")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# The request target, read once and the same way by both doors.

OWN_PREFIX = "/__"


class Target(NamedTuple):
    """A request target.

    ``path`` is percent-decoded exactly once, ``query`` and ``text`` (the whole) are as sent, ``host`` is that of an
    absolute form.
    """

    path: str
    query: str
    host: str | None
    text: str


def read_target(raw: str) -> Target:
    """Take a request target apart (RFC 9112 3.2). ``raw`` holds a byte a character, as both servers hand it over.

    ``//``, ``;`` and ``+`` mean nothing special in a path; ``%2F`` becomes ``/``; percent-encoded bytes that are no
    UTF-8 become U+FFFD. Raw bytes outside ASCII, which no URL may hold, are read as the UTF-8 they are (K23).
    """
    text = whole = letters_of(raw)
    host = None
    if not text.startswith("/") and "://" in text:
        host, slash, rest = text.partition("://")[2].partition("/")
        text = slash + rest or "/"
    path, _, query = text.partition("?")
    return Target(unquote(path), query, host, whole)


def header_value(text: str) -> str:
    """Return a header's value as it can be sent: no control characters, letters beyond Latin 1 as their UTF-8.

    What a pack, an upload or a machine of somebody's says goes out in headers, and must not break a reply.
    """
    if text.isascii() and text.isprintable():
        return text
    bare = "".join(each if each.isprintable() or each == "\t" or ord(each) > 0x7F else " " for each in text)
    try:
        bare.encode("latin-1")
    except UnicodeError:
        return bare.encode("utf-8", "replace").decode("latin-1")
    return bare


def letters_of(raw: str) -> str:
    """Return the letters of a text that a server handed over a byte a character, when they are UTF-8."""
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:  # letters already, or bytes of another encoding: kept as they came
        return raw


def is_own(path: str) -> bool:
    """Tell whether a path is the emulator's own (admin, console) and no service's."""
    return path.startswith(OWN_PREFIX)


# Calls whose head the server refuses by itself, before any door sees them: the journal learns of them, too.

REFUSED = "emulator.refused"
"""The type of a scope that tells of a call whose head the server refused by itself."""


class RefusedHead(NamedTuple):
    """What is known of such a call; ``target`` may be its beginning alone."""

    method: str
    target: str
    status: int
    client_ip: str

    @property
    def call(self) -> Call:
        """Return the call as far as it was read."""
        target = read_target(self.target)
        return Call(self.method, target.path, target.query, target=target.text, client_ip=self.client_ip)


_HEAD = re.compile(rb"(?:\r\n)?([!-~]{1,20}) ([\x21-\x7e\x80-\xff]{1,8190})")


def read_refused(begin: bytes, status: int, client_ip: str) -> RefusedHead | None:
    """Return what the beginning of a refused head tells; None when it is none, or was refused for something else."""
    found = _HEAD.match(begin) if status in REFUSED_HEADS else None
    return RefusedHead(found[1].decode("latin-1"), found[2].decode("latin-1"), status, client_ip) if found else None


def write_refused(door: Door, head: RefusedHead) -> None:
    """Write such a call down; one for the emulator's own pages is no exchange."""
    if not is_own(head.call.path):
        door.write_refused(head.call, head.status)


# Calls that reach no country, or a country that cannot write: the emulator itself answers (RFC 9457).

_log = logging.getLogger(__name__)
Settle = Callable[[Reply | Exception], None]
Waiting = tuple[Call, Settle]
"""A call that waits to be served with others, and what gets its reply, StoreBusy, or what went wrong."""
Answer = asyncio.Future[Reply | StoreBusy] | Future[Reply | StoreBusy]
_TOGETHER_S = 0.05
"""Calls that are served together wait no longer for the pen."""


def answer_for(door: Door, call: Call, deadline: float | None = None) -> Reply:
    """Serve a call, whatever comes.

    One for a sandbox that is not there gets 404; one that could not be written down by ``deadline`` (a monotonic
    instant) or at all gets the gateway's 503; one on which the emulator failed gets 500.
    """
    patience_s = PATIENCE_S if deadline is None else deadline - time.monotonic()
    try:
        return answer_on_loop(door, call, patience_s)
    except StoreBusy as failure:
        return door.serve_unavailable(call, failure)


def answer_on_loop(door: Door, call: Call, patience_s: float) -> Reply:
    """Serve a call that can be served again.

    Raises:
        StoreBusy: it would wait longer than this for its turn to write; nothing has happened.
    """
    try:
        return door.serve(call, patience_s)
    except StoreBusy:
        raise
    except StoreFailure as failure:
        return door.serve_unavailable(call, failure)
    except NoSuchSandbox as trouble:
        detail = f"Không có sandbox '{trouble}'. / There is no sandbox '{trouble}'."
        return _problem(404, "no-such-sandbox", "No such sandbox", detail)
    except Exception as fault:
        _log.exception("the exchange could not be written down: %s %s", call.method, call.path)
        detail = f"Lỗi của trình giả lập: {fault!r}; cuộc gọi không được ghi lại. / Emulator fault, nothing was kept."
        return _problem(500, "emulator-fault", "Emulator fault", detail)


def answer_together(door: Door, calls: Sequence[Call], patience_s: float) -> list[Reply | StoreBusy]:
    """Serve calls that came at the same time, each as ``answer_on_loop`` does; what that raises is returned here."""

    def service_of(call: Call) -> Callable[[], Reply | StoreBusy]:
        def serve() -> Reply | StoreBusy:
            try:
                return answer_on_loop(door, call, patience_s)
            except StoreBusy as busy:
                return busy

        return serve

    services = [service_of(call) for call in calls]
    return [services[0]()] if len(services) == 1 else door.serve_together(services, patience_s)


def serve_part(door: Door, part: Sequence[Waiting]) -> None:
    """Serve calls that wait together, and hand to each what becomes of it; none waits long for the pen."""
    try:
        replies = answer_together(door, [call for call, _ in part], _TOGETHER_S)
    except Exception as fault:
        for _, settle in part:
            settle(fault)
        return
    for (_, settle), reply in zip(part, replies, strict=True):
        settle(reply)


def settle_answer(answer: Answer, said: Reply | Exception) -> None:
    """Hand a reply over; nobody waits any more for that of a client who has left."""
    if answer.done():
        if isinstance(said, Reply) and said.file:
            said.file.close()
    elif isinstance(said, Reply | StoreBusy):
        answer.set_result(said)
    else:
        answer.set_exception(said)


def _problem(status: int, code: str, title: str, detail: str) -> Reply:
    kind = f"urn:ndxp-emulator:problem:{code}"
    problem = {"type": kind, "title": title, "status": status, "code": code, "detail": detail}
    body = json.dumps(problem, ensure_ascii=False).encode()
    return Reply(status, body, (("Content-Type", "application/problem+json"),))
