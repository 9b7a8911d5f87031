"""Many callers at once see one gateway: one token, and a quota that is exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from emulator.app import create_app
from tests.conftest import Visitor
from tests.gateways.desk import Desk

CALLERS = 8


def at_once(visitor: Visitor, desk: Desk, act: Callable[[Desk], object]) -> list[object]:
    """Let each caller act once, each in a thread with a client of its own."""

    app = create_app(visitor.country)

    def call() -> object:
        caller = desk.for_client(app.test_client())
        try:
            return act(caller)
        finally:
            visitor.country.store.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return [each.result() for each in [pool.submit(call) for _ in range(CALLERS)]]


def test_callers_at_once_get_one_token(visitor: Visitor) -> None:
    desk = Desk(visitor)
    assert len(set(at_once(visitor, desk, lambda caller: caller.token()))) == 1


def test_callers_at_once_share_the_quota_exactly(visitor: Visitor) -> None:
    desk = Desk(visitor, throttle_limit=3)
    headers = {"Authorization": f"Bearer {desk.token()}"}
    statuses = at_once(visitor, desk, lambda caller: caller.push(headers).status_code)
    assert Counter(statuses) == {200: 3, 429: CALLERS - 3}
