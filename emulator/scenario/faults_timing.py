"""Faults of time: a good reply that comes late, or is lost after its call was committed (facts-platforms §5.3 I02)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from emulator.kernel.dice import random_for
from emulator.kernel.exchange import Exchange, Misdelivery, Reply
from emulator.scenario.contract import Params
from emulator.scenario.fault import OCCURRENCE, Fault, Schema, Upon, both, choice, number
from emulator.world.world import World

_LONGEST_MS = 600_000
_ENDINGS: Mapping[str, Misdelivery] = {"hang": "hang", "close": "empty", "reset": "reset"}


def later(reply: Reply, delay_ms: float) -> Reply:
    """Return a reply that leaves so much later, in real milliseconds; at most ten minutes."""
    delay_s = reply.delivery.delay_s + min(delay_ms, _LONGEST_MS) / 1000
    return replace(reply, delivery=replace(reply.delivery, delay_s=delay_s))


def _fixed(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    return later(reply, params["ms"])


def _log_normal(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    world.hold()
    picks = random_for(world.sandbox.definition.seed, world.sandbox.id, world.seq, "delay")
    return later(reply, picks.lognormvariate(math.log(params["median_ms"]), params["sigma"]))


def _growing(reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
    """Wait longer each time; a fault that was not armed counts by operation."""
    times = params.get(OCCURRENCE)
    if times is None:
        times = world.count_lastingly(f"growing/{exchange.operation}")
    wait = params["first_ms"] + params["step_ms"] * (int(times) - 1)
    return later(reply, min(wait, params["most_ms"]))


def _lost(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    return replace(reply, delivery=replace(reply.delivery, fault=_ENDINGS[params["ending"]]))


def _ms(default: int, vi: str, en: str, low: int = 0) -> Schema:
    return number(default, f"{vi}, mili giây thực", f"{en}, real milliseconds", low, _LONGEST_MS)


def _timing(title: Mapping[str, str], sees: Mapping[str, str], upon: Upon, source: str, **params: Schema) -> Fault:
    return Fault("timing", title, sees, source, spoil=upon, params=params, strikes_any_call=True)


_SLOW = "facts-platforms §5.3 R01"
TIMING: Mapping[str, Fault] = {
    "delay": _timing(
        both("Trả chậm", "Fixed delay"),
        both("trả lời đúng, đến muộn", "the right reply, late"),
        _fixed,
        _SLOW,
        ms=_ms(1000, "thời gian chờ", "how late"),
    ),
    "delay-log-normal": _timing(
        both("Trả chậm ngẫu nhiên (log-normal)", "Log-normal delay"),
        both(
            "trả lời đúng, đa số nhanh, thỉnh thoảng rất chậm", "the right reply, mostly soon, now and then very late"
        ),
        _log_normal,
        "WireMock",
        median_ms=_ms(300, "trung vị", "the median", 1),
        sigma=number(0.5, "độ lệch của logarit", "deviation of the logarithm", 0, 3),
    ),
    "delay-growing": _timing(
        both("Mỗi lần một chậm hơn", "Growing delay"),
        both("trả lời đúng, lần sau muộn hơn lần trước", "the right reply, later each time"),
        _growing,
        _SLOW,
        first_ms=_ms(200, "lần đầu", "the first time"),
        step_ms=_ms(200, "thêm mỗi lần", "more each time"),
        most_ms=_ms(60_000, "nhiều nhất", "at most"),
    ),
    "reply-lost": _timing(
        both("Mất trả lời sau khi đã ghi nhận", "Reply lost after the commit"),
        both("việc đã xong, trả lời không đến; gửi lại là gửi lần hai", "the work is done, no answer comes"),
        _lost,
        "facts-platforms §5.3 I02",
        ending=choice(
            tuple(_ENDINGS), "kết thúc: treo, đóng, hoặc RST", "how it ends: nothing comes, the end, or a reset"
        ),
    ),
}
