"""Wishes for one call in its ``Prefer`` header (RFC 7240): ``code=503``, ``fault=NAME``, ``delay=2000`` (ms).

The words are Prism's, but for ``fault``, which is ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from emulator.country.world import World
from emulator.kernel.exchange import Call
from emulator.scenario.script import LONGEST_MS, Blow, Refuse, Step, Wish
from emulator.services.registry import FORWARD, staged_names

ORIGIN = "Prefer"
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def wishful_names() -> tuple[str, ...]:
    """Return where a wish that is no fault of a gateway is granted: as late as the operation is known."""
    return tuple(name for name in staged_names() if name != FORWARD.name)


def wishes(call: Call, world: World) -> tuple[Wish, ...]:
    """Return what the caller wishes for this call. Wishes we cannot grant are remarked upon and else ignored."""
    value = call.header("prefer")
    if value is None or not world.settings.prefer_header:
        return ()
    wished = dict(_pairs(value))
    step = Step(
        name=value,
        on=wishful_names() if "fault" not in wished else ("*",),
        refuse=_refuse(wished, world),
        faults=_blows(wished, world),
        delay_ms=_delay_ms(wished, world),
    )
    is_idle = step.refuse is None and not step.faults and not step.delay_ms
    return () if is_idle else (Wish(ORIGIN, step),)


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    for part in value.replace(";", ",").split(","):
        name, equals, said = part.partition("=")
        if equals and name.strip().lower() in ("code", "fault", "delay"):
            yield name.strip().lower(), said.strip().strip('"')


def _refuse(wished: dict[str, str], world: World) -> Refuse | None:
    said = wished.get("code")
    if said is None:
        return None
    if not said.isascii() or not said.isdecimal() or not 400 <= int(said) <= 599:
        _note_ignored("code", "mã HTTP từ 400 đến 599", "an HTTP status from 400 to 599", world)
        return None
    return Refuse(status=int(said), message=_REASONS.get(int(said), "Runtime Error"), description="Prefer: code")


def _blows(wished: dict[str, str], world: World) -> tuple[Blow, ...]:
    said = wished.get("fault")
    if said is None:
        return ()
    from emulator.scenario.faults import FAULTS

    if said not in FAULTS:
        _note_ignored("fault", f"tên một lỗi đã biết, không phải '{said}'", f"a known fault, not '{said}'", world)
        return ()
    return (Blow(said),)


def _delay_ms(wished: dict[str, str], world: World) -> int:
    said = wished.get("delay", "0")
    if not said.isascii() or not said.isdecimal() or len(said) > 9 or int(said) > LONGEST_MS:
        _note_ignored("delay", f"mili giây, đến {LONGEST_MS}", f"milliseconds, up to {LONGEST_MS}", world)
        return 0
    return int(said)


def _note_ignored(name: str, vi: str, en: str, world: World) -> None:
    world.remark("prefer", "prefer", f"Prefer: bỏ qua {name}; cần {vi}", f"Prefer: {name} is ignored; {en} is expected")
