"""The clock of a sandbox."""

from __future__ import annotations

from typing import Any

from emulator.admin.problems import Fault, invalid
from emulator.admin.visit import Answer, Visit
from emulator.kernel.clock import Clock, iso, system_ms


def shown(visit: Visit) -> Answer:
    """Return what the clock says."""
    return _said(visit.sandbox().clock, system_ms())


def turned(visit: Visit) -> Answer:
    """Freeze, set, advance, scale or reset the clock. Only ``set`` may go back in time."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.ClockTurn(), visit.content())
    _check_words(wish)
    now = system_ms()
    clock = visit.office.sandboxes.turn_clock(visit.sandbox(), lambda clock: _turn(clock, wish, now))
    visit.sandbox()  # what the clock has passed happens now, not at the next call
    return _said(clock, now)


_NEEDS = {"freeze": (None, "to"), "set": ("to", "to"), "advance": ("by", "by"), "scale": ("scale", "scale")}


def _check_words(wish: dict[str, Any]) -> None:
    """Refuse a word that is missing for the action, or that the action does not read."""
    action = wish["action"]
    needed, allowed = _NEEDS.get(action, (None, None))
    faults = [
        Fault(f"/{name}", f"không dùng với '{action}'", f"does not go with '{action}'")
        for name in ("to", "by", "scale")
        if name in wish and name != allowed
    ]
    if needed and needed not in wish:
        faults.append(Fault(f"/{needed}", f"'{action}' cần từ này", f"'{action}' needs it"))
    if faults:
        raise invalid(faults)


def _turn(clock: Clock, wish: dict[str, Any], now: int) -> Clock:
    from emulator.admin.times import duration, instant, within_calendar

    match wish["action"]:
        case "freeze":
            frozen = clock.freeze(now)
            return frozen.set(now, instant(wish["to"], "/to")) if "to" in wish else frozen
        case "set":
            return clock.set(now, instant(wish["to"], "/to"))
        case "advance":
            by = duration(wish["by"], "/by")
            within_calendar(clock.at(now) + by, "/by")
            return clock.advance(now, by)
        case "scale":
            return clock.scaled(now, wish["scale"])
        case _:
            return Clock()


def _said(clock: Clock, now: int) -> Answer:
    return Answer({"virtual": iso(clock.at(now)), "wall": iso(now), "frozen": clock.frozen, "scale": clock.scale})
