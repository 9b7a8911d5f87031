"""The fast door: emulated services straight to the spine, on the loop; what begins ``/__`` to Flask, in threads."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Container, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, TypeVar

from emulator.gateways.door import Door
from emulator.kernel.delivery import AT_ONCE
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import PATIENCE_S, StoreBusy
from emulator.server.bad_bytes import (
    REFUSED,
    RefusedHead,
    Settle,
    Waiting,
    answer_for,
    header_value,
    is_own,
    letters_of,
    pieces,
    read_target,
    serve_part,
    settle_answer,
    write_refused,
)
from emulator.server.line import Client, misdeliver

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
T = TypeVar("T")
SERVED = "emulator.served"
"""Among a scope's extensions: the reply, or the fault, of a call that was served before gunicorn read it."""
_BUSY_FOR_S = 1.0  # after such a wait, calls go to threads for a while
_MOST_TOGETHER = 32  # calls that share a transaction: so long may others wait for the pen
_MOST_OF_ONE = 2  # of one lane among them, while there are others: so long may these wait for the loop
_OTHERS_FOR_S = 10.0  # whoever has called lately may call again
_LARGE = 64 * 1024  # to read a larger body may take longer than the loop may be held
_THREADS, _MOST_WAITING = 16, 1000
_THREADS_OF_ONE, _MOST_WAITING_OF_ONE = 12, 500  # of one lane
_SLOW_AFTER_S, _SLOWEST = 30.0, 4096
_CHUNKED = (b"Transfer-Encoding", b"chunked")


class CallerGone(Exception):
    """The client left before its body was complete: there is no call to serve."""


class CallerSlow(Exception):
    """The client sends its body too slowly to wait for the rest of it."""


class AsgiDoor:
    """The ASGI application. A delayed reply waits on the loop and holds no thread."""

    def __init__(self, door: Door, own_pages: AsgiApp, body_limit: int) -> None:
        """``own_pages`` serves what begins ``/__``; of a body ``body_limit`` bytes are kept."""
        self._service, self._own_pages, self._body_limit = _Service(door), own_pages, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what one ASGI scope asks for."""
        if scope["type"] == REFUSED:
            await self._service.write_refused(scope["head"])
            return
        if scope["type"] != "http":
            return
        if is_own(scope["path"]):
            await self._own_pages(scope, receive, send)
            return
        try:
            body, size = await read_body(receive, self._body_limit)
        except CallerGone:
            _forget_served(scope)
            return
        except CallerSlow:
            await refuse_slow(send)
            return
        reply = _take_served(scope) or await self._service.answer(_call(scope, body, size))
        await _deliver(reply, scope, receive, send)

    def take(self, call: Call, settle: Settle) -> bool:
        """Serve a call in this turn of the loop, and hand what becomes of it over; False when that may take longer."""
        return len(call.body) <= self._body_limit and self._service.take(call, settle)


def asgi_app(door: Door, own_pages: AsgiApp, body_limit: int) -> AsgiDoor:
    """Return the ASGI application."""
    return AsgiDoor(door, own_pages, body_limit)


def _take_served(scope: Scope) -> Reply | None:
    """Return the reply to a call that was served before gunicorn read it; raises what serving it has raised."""
    served: Reply | Exception | None = scope.get("extensions", {}).pop(SERVED, None)
    if isinstance(served, Exception):
        raise served
    return served


def _forget_served(scope: Scope) -> None:
    served = scope.get("extensions", {}).pop(SERVED, None)
    if isinstance(served, Reply) and served.file:
        served.file.close()


class Lanes(Generic[T]):
    """What waits, each in the lane of its sandbox: lanes are served in turns, so that a flood waits for itself."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[T]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def are_many(self) -> bool:
        """Tell whether somebody waits in more than one lane."""
        return len(self._lanes) > 1

    def add(self, lane: str, waiting: T) -> None:
        """Let one more wait, behind those of its lane."""
        self._lanes.setdefault(lane, deque()).append(waiting)

    def waiting_in(self, lane: str) -> int:
        """Return how many wait in a lane."""
        return len(self._lanes.get(lane, ()))

    def take(self, most: int, most_of_one: int, full: Container[str] = ()) -> list[tuple[str, T]]:
        """Return those whose turn it is, with their lanes; a lane that was served goes behind the others.

        From a lane come ``most_of_one`` at most, from one that is ``full`` none.
        """
        taken: list[tuple[str, T]] = []
        for lane in [each for each in self._lanes if each not in full][:most]:
            waiting = self._lanes.pop(lane)
            number = min(len(waiting), most_of_one, most - len(taken))
            taken += [(lane, waiting.popleft()) for _ in range(number)]
            if waiting:
                self._lanes[lane] = waiting
        return taken

    def take_together(self, *, others: bool) -> list[T]:
        """Return those who may share a transaction; ``others``: callers of another lane are there, or were lately."""
        return [each for _, each in self.take(_MOST_TOGETHER, _MOST_OF_ONE if others else _MOST_TOGETHER)]


class _Service:
    """Where a call is served: on the loop when that takes a moment, else in a thread.

    On the loop stay small calls to a store in this process, as long as nobody else holds the pen: a call that would
    wait for it is served again in a thread, which changes nothing, since it had not begun to write.
    """

    def __init__(self, door: Door) -> None:
        self._door, self._turn, self._threads = door, _LoopTurn(door), _ThreadTurn()
        self._busy_until = 0.0

    def take(self, call: Call, settle: Settle) -> bool:
        """Serve a call in this turn of the loop when that takes a moment; tell whether that is so."""
        if not self._is_quick(call):
            return False
        self._turn.add(self._door.lane_of(call), call, partial(self._settle_taken, settle))
        return True

    def _settle_taken(self, settle: Settle, said: Reply | Exception) -> None:
        if isinstance(said, StoreBusy):
            self._busy_until = time.monotonic() + _BUSY_FOR_S
        settle(said)

    async def answer(self, call: Call) -> Reply:
        """Return the reply, by a deadline that is shorter than the patience of clients."""
        deadline, lane = time.monotonic() + PATIENCE_S, self._door.lane_of(call)
        if self._is_quick(call):
            answer = await self._turn.answer(lane, call)
            if isinstance(answer, Reply):
                return answer
            self._busy_until = time.monotonic() + _BUSY_FOR_S
        if full := self._threads.why_full(lane):
            return self._door.serve_unavailable(call, StoreBusy(full))
        return await self._threads.do(lane, lambda: answer_for(self._door, call, deadline))

    async def write_refused(self, head: RefusedHead) -> None:
        """Write down a call that the server refused before any door saw it; nothing waits for that."""
        lane = self._door.lane_of(head.call)
        if not self._threads.why_full(lane):
            await self._threads.do(lane, lambda: write_refused(self._door, head))

    def _is_quick(self, call: Call) -> bool:
        return time.monotonic() >= self._busy_until and not may_take_long(self._door, call)


def may_take_long(door: Door, call: Call) -> bool:
    """Tell whether to serve a call could hold up whoever waits behind it."""
    return door.waits or len(call.body) > _LARGE or door.blocks(call)


class _ThreadTurn:
    """A few threads for what may take long, and those that wait for one. No lane has all of them."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._waiting: Lanes[asyncio.Future[None]] = Lanes()
        self._running = Counter[str]()

    def why_full(self, lane: str) -> str:
        """Return why no more may wait in a lane; empty when they may."""
        of_one, of_all = self._waiting.waiting_in(lane), len(self._waiting)
        is_full = of_one >= _MOST_WAITING_OF_ONE or of_all >= _MOST_WAITING
        return f"{of_all} calls wait already, {of_one} of them for one sandbox" if is_full else ""

    async def do(self, lane: str, work: Callable[[], T]) -> T:
        """Do it in a thread, when its turn comes, and return what it returned."""
        if self._threads is None:  # made after the fork, in the worker that needs it
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.add(lane, turn)
        self._let_begin()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._end(lane)
            raise
        doing = loop.run_in_executor(self._threads, work)
        doing.add_done_callback(lambda _: self._end(lane))
        return await doing

    def _let_begin(self) -> None:
        while self._running.total() < _THREADS:
            full = [lane for lane, number in self._running.items() if number >= _THREADS_OF_ONE]
            lane, turn = next(iter(self._waiting.take(1, 1, full)), ("", None))
            if turn is None:
                return
            if not turn.done():
                self._running[lane] += 1
                turn.set_result(None)

    def _end(self, lane: str) -> None:
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
        self._let_begin()


class _LoopTurn:
    """The calls that wait for the loop: some of each lane are served together, then it hears who has come meanwhile."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._waiting: Lanes[Waiting] = Lanes()
        self._others_until = 0.0

    async def answer(self, lane: str, call: Call) -> Reply | StoreBusy:
        """Return the reply, or that the store is busy and nothing has happened."""
        answer: asyncio.Future[Reply | StoreBusy] = asyncio.get_running_loop().create_future()
        self.add(lane, call, partial(settle_answer, answer))
        return await answer

    def add(self, lane: str, call: Call, settle: Settle) -> None:
        """Let a call wait for its turn; ``settle`` gets its reply, StoreBusy, or what went wrong with the turn."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._serve)
        self._waiting.add(lane, (call, settle))

    def _take_part(self) -> list[Waiting]:
        now = time.monotonic()
        if self._waiting.are_many():
            self._others_until = now + _OTHERS_FOR_S
        return self._waiting.take_together(others=now < self._others_until)

    def _serve(self) -> None:
        part = self._take_part()
        if self._waiting:  # a timer comes after what the network brings, and then who came with it gets in first
            loop = asyncio.get_running_loop()
            loop.call_later(0, loop.call_soon, self._serve)
        serve_part(self._door, part)


async def read_body(receive: Receive, limit: int) -> tuple[bytes, int]:
    """Return the kept part of the body and its whole size; what is over the limit is read and forgotten.

    Raises:
        CallerGone: the client has left, or sent nothing for as long as the server waits (30 s).
        CallerSlow: a body that takes long comes at less than ``_SLOWEST`` bytes a second.
    """
    kept, size, is_more = bytearray(), 0, True
    began = 0.0
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        chunk, is_more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        kept += chunk[: max(0, limit - len(kept))]
        if is_more:
            began = began or time.monotonic()
            spent = time.monotonic() - began
            if spent > _SLOW_AFTER_S and size / spent < _SLOWEST:
                raise CallerSlow
    return bytes(kept), size


async def refuse_slow(send: Send) -> None:
    """Tell a client that its body did not come in time, and let the connection end."""
    headers = [(b"Content-Length", b"0"), (b"Connection", b"close")]
    await send({"type": "http.response.start", "status": 408, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


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
    if scope["http_version"] == "1.0" and reply.delivery.fault is None:
        reply = reply.with_length()
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
    headers = [(name.encode("latin-1"), header_value(value).encode("latin-1")) for name, value in reply.headers]
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
