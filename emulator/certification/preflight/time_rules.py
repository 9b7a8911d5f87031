"""Faults of the clock: what times the client writes, and what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.certification.preflight.rule import Rule
from emulator.certification.preflight.situation import Arrived, Situation
from emulator.kernel.clock import read_moment

_FIELDS = ("SubmittedDate", "NgayTiepNhan", "ThoiGianKetThuc", "ThoiDiemXuLy")
_TOLERANCE_MS = 5 * 60_000
_ZONE_MS = 7 * 3_600_000


def _offsets(each: Arrived) -> Iterator[int]:
    """Yield how far ahead of the sandbox's clock each moment of a body is, in ms."""
    for name in _FIELDS:
        value: Any = each.body.get(name)
        moment = read_moment(value) if isinstance(value, str) else None
        if moment is not None:
            yield moment - each.row.virtual_ms


def _is_zone(offset: int) -> bool:
    return any(abs(offset - sign * _ZONE_MS) < _TOLERANCE_MS for sign in (1, -1))


def _zone(situation: Situation) -> list[Arrived]:
    return [each for each in situation.of("btxh.") if any(map(_is_zone, _offsets(each)))]


def _ahead(situation: Situation) -> list[Arrived]:
    def is_ahead(each: Arrived) -> bool:
        return any(offset > _TOLERANCE_MS and not _is_zone(offset) for offset in _offsets(each))

    return [each for each in situation.of("btxh.") if is_ahead(each)]


def _behind(situation: Situation) -> list[Arrived]:
    def is_behind(each: Arrived) -> bool:
        offsets = list(_offsets(each))
        return bool(offsets) and all(offset < -_TOLERANCE_MS and not _is_zone(offset) for offset in offsets)

    return [each for each in situation.of("btxh.") if is_behind(each)]


TIME_RULES = (
    Rule(
        "KN-31", "Múi giờ sai: lệch đúng bảy giờ", "the time zone is wrong: exactly seven hours off",
        "Ghi thời điểm theo giờ Việt Nam (UTC+7)", "write moments in Vietnamese time (UTC+7)", _zone,
    ),
    Rule(
        "KN-32", "Đồng hồ của phần mềm chạy nhanh", "the client's clock is ahead",
        "Đồng bộ đồng hồ (NTP), hoặc theo giờ 'now' được giao", "set the clock (NTP), or take the 'now' of the task",
        _ahead,
    ),
    Rule(
        "KN-33", "Đồng hồ của phần mềm chạy chậm", "the client's clock is behind",
        "Đồng bộ đồng hồ (NTP), hoặc theo giờ 'now' được giao", "set the clock (NTP), or take the 'now' of the task",
        _behind,
    ),
)  # fmt: skip
