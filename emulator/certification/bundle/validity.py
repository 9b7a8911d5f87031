"""How long a report counts: the months the plan asks for, at most twelve, or until the kit's next major version."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Any

from emulator.certification.judge import Judgement


def validity_of(judgement: Judgement) -> dict[str, Any]:
    """Return from when and until when the report counts (wall time), and under which major version of the kit."""
    begins = datetime.fromisoformat(judgement.record.entries[-1].told["wall"])
    months = judgement.plan.validity_months
    major = major_of(judgement.kit.version)
    return {
        "from": begins.isoformat(),
        "until": _months_later(begins, months).isoformat(),
        "months": months,
        "kit_major": major,
        "vi": f"{months} tháng kể từ khi đóng lượt, hoặc đến khi bộ kiểm thử {judgement.kit.id} có phiên bản chính sau "
        f"{major}, tùy điều nào đến trước",
        "en": f"{months} months from the end of the attempt, or until kit {judgement.kit.id} has a major version after "
        f"{major}, whichever comes first",
    }


def major_of(version: str) -> str:
    """Return the major version: what stands before the first point."""
    return version.partition(".")[0]


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last day of a month that has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def has_passed(validity: dict[str, Any], now: datetime) -> bool:
    """Tell whether the last instant of validity lies behind."""
    return now - datetime.fromisoformat(validity["until"]) > timedelta(0)
