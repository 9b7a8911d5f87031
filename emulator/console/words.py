"""How values look on a page: moments, sizes, levels, links; texts only, never markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from emulator.kernel.clock import VIETNAM

QUIRKS_PAGE = "docs/quirks.md"


def query_of(values: Mapping[str, Any]) -> str:
    """Return a query string without the values that say nothing."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def clock_time(moment: str) -> str:
    """Return ``08:00:03`` of an ISO moment, in Vietnamese time."""
    return _vietnamese(moment).strftime("%H:%M:%S")


def day_and_time(moment: str) -> str:
    """Return ``02/03/2026 08:00:03`` of an ISO moment, in Vietnamese time."""
    return _vietnamese(moment).strftime("%d/%m/%Y %H:%M:%S")


def _vietnamese(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(VIETNAM)


def size(count: int) -> str:
    """Return a number of bytes in the unit a person reads."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def path_part(text: str) -> str:
    """Return a text as one segment of an address."""
    return quote(text, safe="")


def first_reason(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the remark that decided an exchange: the first error, else the first of all."""
    remarks: list[Mapping[str, Any]] = entry["remarks"]
    errors = [each for each in remarks if each["level"] == "error"]
    return next(iter(errors or remarks), None)


FILTERS: dict[str, Callable[..., Any]] = {
    "clock_time": clock_time,
    "day_and_time": day_and_time,
    "size": size,
    "path_part": path_part,
    "first_reason": first_reason,
}
