"""The line under a gthread exchange. A reply that waits or hangs holds one of the worker's few threads."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections.abc import Iterator

from emulator.kernel.exchange import Reply
from emulator.server.bad_bytes import bad_bytes, pieces
from emulator.server.line import make_reset

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
