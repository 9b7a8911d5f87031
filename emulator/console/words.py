"""How values look on a page: moments, sizes, levels, links; texts only, never markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from emulator.country.effects import effect_kinds
from emulator.kernel.clock import VIETNAM
from emulator.kernel.exchange import CLOCK_EFFECT
from emulator.services.registry import OF_GATEWAYS, operations
from emulator.services.service import Both
from emulator.wire.codes import STATUS_NAMES, STATUS_NAMES_EN

if TYPE_CHECKING:
    from emulator.journal.entry import JournalEntry, RemarkWords


def given_words(source: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return what a form or an address says under these names, trimmed; what is empty is left out."""
    return {name: value for name in names if (value := source.get(name, "").strip())}


def query_of(values: Mapping[str, object]) -> str:
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


def plain_day(day: str) -> str:
    """Return ``06/11/2019`` of ``2019-11-06``; anything else as it is."""
    parts = day.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else day


def effect_title(kind: str, language: str) -> str:
    """Return what an effect of the agenda will do, in words; the name of its kind where nobody gave it any."""
    found = effect_kinds().get(kind)
    return found.title[language == "en"] or kind if found else kind


def size(count: int) -> str:
    """Return a number of bytes in the unit a person reads."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def as_json_text(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON with readable characters; half a character (a surrogate) stays the escape it was."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "backslashreplace").decode()


def number_or_text(text: str) -> int | str | None:
    """Return what a form says where a number belongs: what is none goes on as it is, to be refused in words."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else text or None


def path_part(text: str) -> str:
    """Return a text as one segment of an address."""
    return quote(text, safe="")


def first_reason(entry: JournalEntry) -> RemarkWords | None:
    """Return the remark that decided an exchange: the first error, else the first of all."""
    remarks = entry["remarks"]
    errors = [each for each in remarks if each["level"] == "error"]
    return next(iter(errors or remarks), None)


def operation_title(name: str, language: str) -> str:
    """Return what an operation is for, in words; its name where nobody declared it."""
    title = _titles().get(name)
    if title is None:
        return name
    return title.en if language == "en" else title.vi


def status_title(status: int, language: str) -> str:
    """Return what a status of a dossier is called (BTXH annex 2); empty for one of no list."""
    names = STATUS_NAMES_EN if language == "en" else STATUS_NAMES
    return names.get(status, "")


def statuses(language: str) -> list[tuple[int, str]]:
    """Return every status with its name."""
    return [(number, status_title(number, language)) for number in STATUS_NAMES]


@cache
def _titles() -> Mapping[str, Both]:
    declared = {name: each.operation.title for name, each in operations().items()}
    scheduled = Both("Đồng hồ đem việc đã hẹn tới", "The clock brings what was scheduled")
    return {CLOCK_EFFECT: scheduled} | {each.name: each.title for each in OF_GATEWAYS} | declared


FILTERS: dict[str, Callable[..., Any]] = {
    "clock_time": clock_time,
    "day_and_time": day_and_time,
    "plain_day": plain_day,
    "effect_title": effect_title,
    "size": size,
    "path_part": path_part,
    "first_reason": first_reason,
    "operation_title": operation_title,
    "status_title": status_title,
}
