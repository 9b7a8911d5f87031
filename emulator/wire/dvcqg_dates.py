"""The portal's date dialect: ``yyyyMMddHHmmss`` in Vietnamese time (facts-platforms §1.6)."""

from __future__ import annotations

import re
from datetime import datetime

from emulator.kernel.clock import VIETNAM, to_datetime, to_ms

_STAMP = re.compile(r"\d{14}", re.ASCII)


def read_stamp(text: str) -> int | None:
    """Read ``yyyyMMddHHmmss``; None when it is not one or not a moment of the calendar."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return to_ms(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM))
    except ValueError:
        return None


def stamp(instant_ms: int) -> str:
    """Return an instant as ``yyyyMMddHHmmss``."""
    return to_datetime(instant_ms).strftime("%Y%m%d%H%M%S")
