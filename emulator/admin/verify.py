"""Verification: did the client call, as often and in the order that a test expects?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest, NotYet
from emulator.admin.requests import pattern_of
from emulator.admin.route import RouteDoc, RouteTable
from emulator.journal.entry import entry_id
from emulator.journal.journal import Entry
from emulator.journal.patterns import Pattern, Times
from emulator.kernel.values import value_class

ROUTES = RouteTable("nhật ký / journal", scoped=True)
_PATTERN = {"method": "ANY", "urlPathPattern": "/.*"}


class Watch:
    """The journal of one sandbox as it grows: each exchange is looked at once."""

    def __init__(self, request: AdminRequest) -> None:
        self._request, self._sandbox = request, request.sandbox()
        self._seen = request.context.journal.floor(self._sandbox.home, self._sandbox.settings.journal_limit)

    def new(self) -> Iterator[Entry]:
        """Yield what was written since the last look."""
        for row in self._request.context.journal.calls(self._sandbox.home, self._seen):
            self._seen = row.seq
            yield row

    def id_of(self, row: Entry) -> str:
        """Return the id of an entry."""
        return entry_id(self._sandbox.id, row.epoch, row.seq)


@ROUTES.add(
    "POST",
    "/verify",
    "Kiểm chứng số lượt",
    "Verify how often",
    RouteDoc("Verified", "Verification", {**_PATTERN, "at_least": 1}, noes=("not-verified",), status=("202",)),
)
def verify_calls(request: AdminRequest) -> AdminReply:
    """Check how often a pattern matched; wait up to ``within_ms`` for it. 202 when it holds, else 406."""
    wish, pattern = _expectation(request)
    watch, ids = Watch(request), list[str]()

    def look(is_over: bool) -> bool | None:
        ids.extend(watch.id_of(row) for row in watch.new() if pattern.matches(row))
        return wish.times.verdict(len(ids), is_over=is_over)

    def answer(holds: bool) -> AdminReply:
        outcome = {"verified": holds, "matched": len(ids), "requests": ids[-100:]}
        if holds:
            return AdminReply(outcome, 202)
        vi, en = wish.times.words()
        raise Trouble("not-verified", more=outcome, wanted_vi=vi, wanted_en=en, found=len(ids))

    return _answer_within(wish.within_ms, look, answer)


@ROUTES.add(
    "POST",
    "/verify-sequence",
    "Kiểm chứng thứ tự",
    "Verify an order",
    RouteDoc("Verified", "SequenceVerification", {"sequence": [_PATTERN]}, noes=("not-verified",), status=("202",)),
)
def verify_sequence(request: AdminRequest) -> AdminReply:
    """Check that patterns matched one after the other; other exchanges may stand between. 202 or 406."""
    from emulator.admin import schemas

    content = request.content()
    patterns = _sequence(content.pop("sequence", None))
    within_ms = schemas.load(schemas.Wait(), content)["within_ms"]
    watch, ids = Watch(request), list[str]()

    def look(is_over: bool) -> bool | None:
        for row in watch.new():
            if len(ids) < len(patterns) and patterns[len(ids)].matches(row):
                ids.append(watch.id_of(row))
        return True if len(ids) == len(patterns) else False if is_over else None

    def answer(holds: bool) -> AdminReply:
        outcome = {"verified": holds, "matched": len(ids), "requests": ids}
        if holds:
            return AdminReply(outcome, 202)
        total = len(patterns)
        raise Trouble(
            "not-verified",
            more=outcome,
            wanted_vi=f"{total} bước theo thứ tự",
            wanted_en=f"{total} steps in order",
            found=len(ids),
        )

    return _answer_within(within_ms, look, answer)


def _sequence(patterns: Any) -> list[Pattern]:
    if not isinstance(patterns, list) or not patterns:
        raise invalid([InputFault("/sequence", "phải là danh sách mẫu, có ít nhất một", "must be a list of patterns")])
    return [pattern_of(each, f"/sequence/{at}") for at, each in enumerate(patterns)]


@value_class
class _Expectation:
    times: Times
    within_ms: int


def _expectation(request: AdminRequest) -> tuple[_Expectation, Pattern]:
    from emulator.admin import schemas

    content = request.content()
    schema = schemas.Expectation()
    own = {name: content.pop(name) for name in tuple(content) if name in schema.fields}
    wish = schemas.load(schema, own)
    return _Expectation(_times(wish), wish["within_ms"]), pattern_of(content)


def _times(wish: dict[str, Any]) -> Times:
    count, low, high = (wish.get(name) for name in ("count", "at_least", "at_most"))
    if count is not None and (low is not None or high is not None):
        raise invalid(
            [InputFault("/count", "không dùng cùng at_least, at_most", "does not go with at_least or at_most")]
        )
    if low is not None and high is not None and low > high:
        raise invalid([InputFault("/at_least", "lớn hơn at_most", "is more than at_most")])
    if count is not None:
        return Times(count, count)
    return Times(1 if low is None and high is None else low or 0, high)


def _answer_within(
    within_ms: int, look: Callable[[bool], bool | None], answer: Callable[[bool], AdminReply]
) -> AdminReply:
    """Return the answer if one look is enough.

    Raises:
        NotYet: who serves the call has to wait; it is not done here, where it would hold a thread.
    """
    ends_at = time.monotonic() + within_ms / 1000

    def look_once(is_over: bool) -> AdminReply | None:
        holds = look(is_over)
        return None if holds is None else answer(holds)

    reply = look_once(within_ms == 0)
    if reply is None:
        raise NotYet(look_once, ends_at)
    return reply
