"""A delayed reply waits on the loop and holds nothing else up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from emulator.kernel.delivery import Delivery
from emulator.kernel.exchange import Call, Reply
from emulator.server.asgi_door import asgi_app
from tests.serving import slack


class DelayingDoor:
    """Answers ``/slow`` with a delay, everything else at once."""

    waits = False

    def serve(self, call: Call, patience_s: float = 5) -> Reply:
        return Reply(200, call.path.encode(), delivery=Delivery(delay_s=0.5 if call.path == "/slow" else 0.0))

    def serve_together(self, services: list[Callable[[], Any]], patience_s: float) -> list[Any]:
        return [serve() for serve in services]

    def lane_of(self, call: Call) -> str:
        return ""

    def blocks(self, call: Call) -> bool:
        return False


def _scope(path: str) -> dict[str, Any]:
    return {
        "type": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "method": "GET",
        "headers": [], "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
    }  # fmt: skip


def _staying_client() -> Any:
    """A client that has sent its body and waits for the answer."""
    messages = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError("it never leaves")

    return receive


def test_two_hundred_delayed_replies_do_not_slow_a_fast_one() -> None:
    door: Any = DelayingDoor()
    app = asgi_app(door, door, 1024)

    async def send(_message: Any) -> None:
        return

    async def ask(path: str) -> float:
        started = time.perf_counter()
        await app(_scope(path), _staying_client(), send)
        return time.perf_counter() - started

    async def story() -> tuple[float, list[float]]:
        slow = [asyncio.create_task(ask("/slow")) for _ in range(200)]
        await asyncio.sleep(0)
        return await ask("/fast"), await asyncio.gather(*slow)

    started = time.perf_counter()
    fast, slow = asyncio.run(story())
    assert fast < 0.25 * slack()
    assert min(slow) >= 0.5
    assert time.perf_counter() - started < 5 * slack()  # one after the other they would take 100 seconds


def test_slow_calls_of_one_sandbox_leave_threads_to_the_others_and_get_503_when_too_many_wait() -> None:
    is_over, waiting = threading.Event(), []

    class BlockingDoor(DelayingDoor):
        def serve(self, call: Call, patience_s: float = 5) -> Reply:
            if call.path == "/lut":
                is_over.wait(60)
            return Reply(200, call.path.encode())

        def serve_unavailable(self, call: Call, failure: Exception) -> Reply:
            return Reply(503, str(failure).encode())

        def lane_of(self, call: Call) -> str:
            return call.path

        def blocks(self, call: Call) -> bool:
            return True

    door: Any = BlockingDoor()
    app = asgi_app(door, door, 1024)

    async def ask(path: str) -> int:
        said: list[int] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                said.append(message["status"])

        await app(_scope(path), _staying_client(), send)
        return said[0]

    async def story() -> None:
        waiting.extend(asyncio.create_task(ask("/lut")) for _ in range(600))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(ask("/yen"), 30) == 200
        is_over.set()
        said = await asyncio.gather(*waiting)
        assert (said.count(200), said.count(503)) == (512, 88), "12 in threads, 500 wait, the others are told at once"

    asyncio.run(story())


def test_a_caller_that_leaves_in_the_middle_of_its_body_is_not_served() -> None:
    served: list[Call] = []

    class Door(DelayingDoor):
        def serve(self, call: Call, patience_s: float = 5) -> Reply:
            served.append(call)
            return super().serve(call)

    messages: Any = iter([{"type": "http.request", "body": b"ha", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        message: dict[str, Any] = next(messages)
        return message

    async def send(_message: Any) -> None:
        raise AssertionError("nothing may be sent")

    door: Any = Door()
    asyncio.run(asgi_app(door, door, 1024)(_scope("/x"), receive, send))  # type: ignore[arg-type]
    assert served == []
