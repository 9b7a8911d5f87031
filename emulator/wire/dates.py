"""Dates as bodies spell them. The same few days come again and again, so what was read is remembered."""

from __future__ import annotations

from functools import lru_cache

from emulator.kernel.clock import read_day, read_moment, to_datetime

DAY_LENGTH = 10
day_of = lru_cache(8192)(read_day)
moment_of = lru_cache(8192)(read_moment)


def day_or_moment(text: str) -> int | None:
    """Read ``dd/MM/yyyy`` or ``dd/MM/yyyy HH:mm:ss``; None when it is neither."""
    return day_of(text) if len(text) == DAY_LENGTH else moment_of(text)


def lies_ahead(instant_ms: int, now_ms: int) -> bool:
    """Tell whether an instant lies after the day of ``now_ms`` in Vietnam; within that day clocks may differ."""
    return to_datetime(instant_ms).date() > to_datetime(now_ms).date()
