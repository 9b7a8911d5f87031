"""Moments and lengths of time as people send them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from emulator.admin.problems import Fault, invalid
from emulator.kernel.clock import to_ms

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,3})?)S)?)?",
    re.ASCII,
)
_UNITS = {"weeks": 604_800_000, "days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}
LAST_MS = 253_402_189_200_000  # 9999-12-31 in Vietnam: what the calendar of Python can hold


def instant(text: str, pointer: str) -> int:
    """Return an ISO 8601 moment as an instant; one without an offset is Vietnamese time.

    Raises:
        Trouble: it is no moment, or lies before 1970 or after 9999.
    """
    try:
        moment = to_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        vi = "phải là thời điểm ISO 8601, ví dụ 2026-03-02T08:00:00+07:00"
        raise invalid([Fault(pointer, vi, "must be an ISO 8601 moment such as 2026-03-02T08:00:00+07:00")]) from None
    return within_calendar(moment, pointer)


def within_calendar(moment: int, pointer: str) -> int:
    """Return an instant that the emulator can write down.

    Raises:
        Trouble: it lies before 1970 or after 9999.
    """
    if 0 <= moment < LAST_MS:
        return moment
    raise invalid([Fault(pointer, "phải từ năm 1970 đến 9999", "must lie between the years 1970 and 9999")])


def duration(value: Any, pointer: str) -> int:
    """Return milliseconds of ``P2D``, ``PT30M`` or ``{"days": 2, "seconds": 5}``; never negative.

    Raises:
        Trouble: it is neither; years and months have no fixed length and are refused.
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    if found and any(found.groups()) and not value.endswith("T"):
        parts = {name: float(text) for name, text in found.groupdict().items() if text}
        return round(sum(_UNITS[name] * number for name, number in parts.items()))
    if isinstance(value, dict) and value and set(value) <= set(_UNITS) and all(map(_is_length, value.values())):
        return round(sum(float(number) * _UNITS[name] for name, number in value.items()))
    vi = 'phải là khoảng thời gian không âm: "P2D", "PT30M", hoặc {"seconds": 90} (weeks, days, hours, minutes)'
    en = 'must be a length of time, not negative: "P2D", "PT30M", or {"seconds": 90} (weeks, days, hours, minutes)'
    raise invalid([Fault(pointer, vi, en)])


def _is_length(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 1e15
