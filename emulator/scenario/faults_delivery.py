"""Faults of the way back: sockets and time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from emulator.country.world import World
from emulator.kernel.clock import random_for
from emulator.kernel.delivery import Misdelivery
from emulator.kernel.exchange import Exchange, Reply
from emulator.scenario.fault import (
    LUCK,
    OCCURRENCE,
    FaultKind,
    Instead,
    Params,
    Schema,
    Stage,
    Upon,
    both,
    choice,
    flag,
    number,
    speak_not,
)
from emulator.scenario.script import LONGEST_MS

# Faults of the connection: the reply leaves badly, or not at all (src:client-failures; names of WireMock).

_R01 = "client-failures"
_WIREMOCK = "wiremock-faults"
_SERVED = flag(
    "true: dịch vụ đã xử lý xong rồi đường truyền mới hỏng; false: dịch vụ chưa nhận được lời gọi",
    "true: the service did its work before the line broke; false: it never saw the call",
)
_PERCENT = number(50, "phần trăm nội dung còn đi được", "percent of the body that still arrives", 0, 99)
_BYTES = number(256, "số byte vô nghĩa", "number of senseless bytes", 1, 65_536)


def _unless_served(_exchange: Exchange, _world: World, params: Params) -> Reply | None:
    """Keep the call from its service. The status 0 in the journal means that no status line left."""
    return None if params["served"] else Reply(0)


def _break_delivery(fault: Misdelivery) -> Upon:
    def upon(reply: Reply, _exchange: Exchange, _world: World, _params: Params) -> Reply:
        return replace(reply, delivery=replace(reply.delivery, fault=fault))

    return upon


def _bad_chunk(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    noise = _noise(32, world, params)
    status = reply.status or 200
    return replace(reply, status=status, delivery=replace(reply.delivery, fault="bad-chunk", noise=noise))


def _random_data(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    noise = _noise(params["bytes"], world, params)
    return replace(reply, delivery=replace(reply.delivery, fault="noise", noise=noise))


def _noise(size: int, world: World, params: Params) -> bytes:
    """Return bytes that are no HTTP and no chunk size, the same whenever the story is told again."""
    picks = luck_of(world, params, "noise")
    return bytes(picks.choice(range(0x80, 0x100)) for _ in range(size))


def luck_of(world: World, params: Params, purpose: str) -> Random:
    """Return the luck of one strike; a caller's wish has none of its own and takes the call's number."""
    if LUCK in params:
        return random_for(*params[LUCK], purpose)
    world.hold()
    return random_for(world.sandbox.definition.seed, world.seq, purpose)


def _cut(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    """Let a part of the body through; one that drips goes on dripping until then."""
    kept, before = reply.size * params["percent"] // 100, reply.delivery
    piece = before.size if before.fault == "drip" else 0
    resets = params["ending"] == "reset"
    return replace(reply, delivery=replace(before, fault="cut", size=kept, piece=piece, resets=resets))


def _drip(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    """Let the body leave in pieces; of two that drip, the first decides."""
    if reply.delivery.fault or not reply.size:
        return reply
    delivery = replace(reply.delivery, fault="drip", size=params["bytes"], pause_s=params["pause_ms"] / 1000)
    return replace(reply, delivery=delivery)


def _fault(
    title: Mapping[str, str],
    sees: Mapping[str, str],
    upon: Callable[[Reply, Exchange, World, Params], Reply],
    *,
    source: str,
    instead: Instead = speak_not,
    stage: Stage = "end",
    **params: Schema,
) -> FaultKind:
    return FaultKind("socket", title, sees, source, instead, upon, params, strikes_any_call=True, stage=stage)


SOCKETS: Mapping[str, FaultKind] = {
    "EMPTY_RESPONSE": _fault(
        both("Đóng kết nối, không trả byte nào", "Connection closed without a byte"),
        both("kết nối đóng khi chưa có dòng trạng thái", "the connection ends before any status line"),
        _break_delivery("empty"),
        source=_WIREMOCK,
        instead=_unless_served,
        served=_SERVED,
    ),
    "CONNECTION_RESET_BY_PEER": _fault(
        both("Ngắt kết nối bằng RST", "Connection reset"),
        both("ECONNRESET khi đọc trả lời", "ECONNRESET while reading the reply"),
        _break_delivery("reset"),
        source=_WIREMOCK,
        instead=_unless_served,
        served=_SERVED,
    ),
    "MALFORMED_RESPONSE_CHUNK": _fault(
        both("Khối chunked sai", "Malformed chunk"),
        both("phần đầu đúng, sau đó là byte không phải khối, rồi đóng", "a good head, then bytes that are no chunk"),
        _bad_chunk,
        source=_WIREMOCK,
        instead=_unless_served,
        served=_SERVED,
    ),
    "RANDOM_DATA_THEN_CLOSE": _fault(
        both("Byte vô nghĩa rồi đóng", "Random data, then close"),
        both("byte không phải HTTP, rồi đóng", "bytes that are no HTTP, then the end"),
        _random_data,
        source=_WIREMOCK,
        instead=_unless_served,
        served=_SERVED,
        bytes=_BYTES,
    ),
    "cut-in-body": _fault(
        both("Đứt giữa nội dung", "Cut in the middle of the body"),
        both("phần đầu đúng, một phần nội dung, rồi đóng", "a good head, a part of the body, then the end"),
        _cut,
        source=_R01,
        percent=_PERCENT,
        ending=choice(("close", "reset"), "kết thúc: đóng hoặc RST", "how it ends: closed, or a reset"),
    ),
    "slow-drip": _fault(
        both("Trả nhỏ giọt", "Slow drip"),
        both("trả lời đúng nhưng từng mẩu, có nghỉ giữa các mẩu", "the right reply in pieces, with pauses between"),
        _drip,
        source=_R01,
        stage="pace",
        bytes=number(16, "số byte mỗi mẩu", "bytes in a piece", 1, 65_536),
        pause_ms=number(500, "mili giây thực giữa hai mẩu", "real milliseconds between pieces", 1, 600_000),
    ),
    "hang": _fault(
        both("Treo đến khi bên gọi bỏ cuộc", "Hang until the client gives up"),
        both("không có gì đến, kết nối vẫn mở", "nothing arrives, the connection stays open"),
        _break_delivery("hang"),
        source=_R01,
        instead=_unless_served,
        served=_SERVED,
    ),
}


# Faults of time: a good reply that comes late, or is lost after its call was committed (src:client-failures).

_ENDINGS: Mapping[str, Misdelivery] = {"hang": "hang", "close": "empty", "reset": "reset"}


def later(reply: Reply, delay_ms: float) -> Reply:
    """Return a reply that leaves so much later, in real milliseconds; at most ten minutes."""
    delay_s = reply.delivery.delay_s + min(delay_ms, LONGEST_MS) / 1000
    return replace(reply, delivery=replace(reply.delivery, delay_s=delay_s))


def _delay_fixed(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    return later(reply, params["ms"])


def _log_normal(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    picks = luck_of(world, params, "delay")
    return later(reply, picks.lognormvariate(math.log(params["median_ms"]), params["sigma"]))


def _growing(reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
    """Wait longer each time; a fault that was not armed counts by operation."""
    times = params.get(OCCURRENCE)
    if times is None:
        times = world.count_lastingly(f"growing/{exchange.operation}")
    wait = params["first_ms"] + params["step_ms"] * (int(times) - 1)
    return later(reply, min(wait, params["most_ms"]))


def _lose_reply(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    return replace(reply, delivery=replace(reply.delivery, fault=_ENDINGS[params["ending"]]))


def _ms(default: int, vi: str, en: str, low: int = 0) -> Schema:
    return number(default, f"{vi}, mili giây thực", f"{en}, real milliseconds", low, LONGEST_MS)


def _timing(
    title: Mapping[str, str], sees: Mapping[str, str], upon: Upon, source: str, stage: Stage = "pace", **params: Schema
) -> FaultKind:
    return FaultKind("timing", title, sees, source, spoil=upon, params=params, strikes_any_call=True, stage=stage)


_SLOW = "client-failures"
TIMING: Mapping[str, FaultKind] = {
    "delay": _timing(
        both("Trả chậm", "Fixed delay"),
        both("trả lời đúng, đến muộn", "the right reply, late"),
        _delay_fixed,
        _SLOW,
        ms=_ms(1000, "thời gian chờ", "how late"),
    ),
    "delay-log-normal": _timing(
        both("Trả chậm ngẫu nhiên (log-normal)", "Log-normal delay"),
        both(
            "trả lời đúng, đa số nhanh, thỉnh thoảng rất chậm", "the right reply, mostly soon, now and then very late"
        ),
        _log_normal,
        "wiremock-faults",
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
        _lose_reply,
        "client-failures",
        stage="end",
        ending=choice(
            tuple(_ENDINGS), "kết thúc: treo, đóng, hoặc RST", "how it ends: nothing comes, the end, or a reset"
        ),
    ),
}
