"""Time and luck, asked of the sandbox and never of the system.

An instant is an ``int``: milliseconds since 1970-01-01 UTC; people read it in Vietnamese time.
"""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache
from random import Random

from emulator.kernel.values import value_class

VIETNAM = timezone(timedelta(hours=7), "+07")
_EPOCH = datetime(1970, 1, 1, 7, tzinfo=VIETNAM)
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_MOMENT = re.compile(r"(\d{2})/(\d{2})/(\d{4}) (\d{2}):(\d{2}):(\d{2})", re.ASCII)


def system_ms() -> int:
    """Return the machine's own time. The only place that reads it."""
    return time.time_ns() // 1_000_000


@value_class
class Clock:
    """A sandbox's clock: virtual time ``virtual_ms`` at system time ``system_ms``, running at ``scale``, or frozen."""

    virtual_ms: int | None = None
    anchor_ms: int = 0
    scale: float = 1.0
    frozen: bool = False

    def at(self, now_ms: int) -> int:
        """Return the virtual instant at a system instant."""
        if self.virtual_ms is None:
            return now_ms
        if self.frozen:
            return self.virtual_ms
        return self.virtual_ms + int((now_ms - self.anchor_ms) * self.scale)

    def _anchor(self, now_ms: int) -> Clock:
        return replace(self, virtual_ms=self.at(now_ms), anchor_ms=now_ms)

    def freeze(self, now_ms: int) -> Clock:
        """Stop the clock where it stands."""
        return replace(self._anchor(now_ms), frozen=True)

    def set(self, now_ms: int, virtual_ms: int) -> Clock:
        """Move the clock to an instant; a frozen clock stays frozen."""
        return replace(self, virtual_ms=virtual_ms, anchor_ms=now_ms)

    def advance(self, now_ms: int, by_ms: int) -> Clock:
        """Move the clock forward."""
        return self.set(now_ms, self.at(now_ms) + by_ms)

    def run_at(self, now_ms: int, scale: float) -> Clock:
        """Run ``scale`` virtual seconds per real second; a frozen clock starts again."""
        return replace(self._anchor(now_ms), scale=scale, frozen=False)


def to_datetime(instant_ms: int) -> datetime:
    """Return an instant as Vietnamese time, from the first to the last day of the calendar."""
    return _EPOCH + timedelta(milliseconds=instant_ms)


def to_ms(moment: datetime) -> int:
    """Return a moment as an instant; a naive one is read as Vietnamese time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    return int(aware.timestamp() * 1000)


def iso(instant_ms: int) -> str:
    """Return ``2026-03-02T08:00:00.000+07:00``."""
    return to_datetime(instant_ms).isoformat(timespec="milliseconds")


def http_date(instant_ms: int) -> str:
    """Return the value of a ``Date`` header."""
    return _http_date(instant_ms // 1000)


@lru_cache(64)
def _http_date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def day_text(instant_ms: int) -> str:
    """Return ``dd/MM/yyyy``."""
    moment = to_datetime(instant_ms)
    return f"{moment.day:02d}/{moment.month:02d}/{moment.year:04d}"


def moment_text(instant_ms: int) -> str:
    """Return ``dd/MM/yyyy HH:mm:ss``."""
    return f"{day_text(instant_ms)} {to_datetime(instant_ms):%H:%M:%S}"


def read_day(text: str) -> int | None:
    """Read ``dd/MM/yyyy``; None when it is not one or not a day of the calendar."""
    return _read(_DAY, text)


def read_moment(text: str) -> int | None:
    """Read ``dd/MM/yyyy HH:mm:ss``; None when it is not one."""
    return _read(_MOMENT, text)


def _read(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.fullmatch(text)
    if not found:
        return None
    day, month, year, *rest = map(int, found.groups())
    hour, minute, second = rest or (0, 0, 0)
    try:
        return to_ms(datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM))
    except ValueError:
        return None


# Luck and identity, drawn from the sandbox and never from the system.

_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"


def draw(*parts: object) -> bytes:
    """Return 32 bytes that depend on the parts alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()


def random_for(*parts: object) -> Random:
    """Return a generator seeded by the parts, whichever worker asks."""
    return Random(int.from_bytes(draw(*parts)))


def name_uuid(*parts: object) -> str:
    """Return a version 3 UUID, as WSO2 builds its opaque tokens (src:apim-token-issue)."""
    return str(uuid.UUID(bytes=hashlib.md5(draw(*parts), usedforsecurity=False).digest(), version=3))


def consumer_text(*parts: object) -> str:
    """Return 28 characters that end in ``a``, as consumer keys and secrets look (src:apim-key-types)."""
    picks = random_for(*parts)
    return "".join(picks.choices(_KEY_ALPHABET, k=27)) + "a"
