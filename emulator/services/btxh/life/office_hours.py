"""When offices work: Monday to Friday, 08:00 to 12:00 and 13:00 to 17:00 in Vietnam. Holidays are not known. Ours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from emulator.kernel.clock import VIETNAM, to_datetime, to_ms

_SHIFTS = ((time(8), time(12)), (time(13), time(17)))


def add_working_hours(from_ms: int, hours: float) -> int:
    """Return the instant, to the second, at which so many working hours have passed."""
    now = to_datetime(from_ms).replace(microsecond=0)
    left = timedelta(hours=hours)
    day = now.date()
    while True:
        for begin, end in _shifts(day):
            begun = max(begin, now)
            if begun < end:
                if begun + left <= end:
                    return to_ms(begun + left)
                left -= end - begun
        day += timedelta(days=1)


def due(from_ms: int, days: int) -> int:
    """Return the instant that is so many working days later, at the same time of day."""
    moment = to_datetime(from_ms)
    left = days
    while left:
        moment += timedelta(days=1)
        left -= moment.weekday() < 5
    return to_ms(moment)


def _shifts(day: date) -> list[tuple[datetime, datetime]]:
    if day.weekday() >= 5:
        return []
    return [(datetime.combine(day, begin, VIETNAM), datetime.combine(day, end, VIETNAM)) for begin, end in _SHIFTS]
