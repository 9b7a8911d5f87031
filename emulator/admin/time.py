"""Virtual time over the admin API: clock, agenda, applications, snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson

from emulator.admin.axis import hold_world, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.agenda import AgendaRow, BadEffect
from emulator.country.export import MOST, NoSnapshot, Snapshot, SnapshotExists, Snapshots, TooManySnapshots
from emulator.kernel.clock import Clock, iso, system_ms, to_ms

ROUTES = RouteTable("đất nước / country", scoped=True)
CLOCK_ROUTES = RouteTable(scoped=True)

# Moments and lengths of time as people send them.

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,3})?)S)?)?",
    re.ASCII,
)
_LOST_PLUS = re.compile(r":\d\d(?:\.\d+)? \d\d:?\d\d\Z")  # a query's + reads as a blank
_UNITS = {"weeks": 604_800_000, "days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}
LAST_MS = 253_402_189_200_000  # 9999-12-31 in Vietnam: what the calendar of Python can hold


def instant(text: str, pointer: str) -> int:
    """Return an ISO 8601 moment as an instant; one without an offset is Vietnamese time.

    Raises:
        Trouble: it is no moment, or lies before 1970 or after 9999.
    """
    try:
        moment = to_ms(datetime.fromisoformat(text.replace(" ", "+") if _LOST_PLUS.search(text) else text))
    except (ValueError, OverflowError):
        vi = "phải là thời điểm ISO 8601, ví dụ 2026-03-02T08:00:00+07:00"
        raise invalid(
            [InputFault(pointer, vi, "must be an ISO 8601 moment such as 2026-03-02T08:00:00+07:00")]
        ) from None
    return within_calendar(moment, pointer)


def within_calendar(moment: int, pointer: str) -> int:
    """Return an instant that the emulator can write down.

    Raises:
        Trouble: it lies before 1970 or after 9999.
    """
    if 0 <= moment < LAST_MS:
        return moment
    raise invalid([InputFault(pointer, "phải từ năm 1970 đến 9999", "must lie between the years 1970 and 9999")])


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
    raise invalid([InputFault(pointer, vi, en)])


def _is_length(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 1e15


# The clock of a sandbox.


@CLOCK_ROUTES.add("GET", "/clock", "Đồng hồ", "The clock", RouteDoc("Clock"))
def show_clock(request: AdminRequest) -> AdminReply:
    """Return what the clock says."""
    return _clock_card(request.sandbox().clock, system_ms())


@CLOCK_ROUTES.add(
    "PUT",
    "/clock",
    "Chỉnh đồng hồ",
    "Turn the clock",
    RouteDoc("Clock", "ClockTurn", {"action": "advance", "by": "PT30M"}),
)
def turn_clock(request: AdminRequest) -> AdminReply:
    """Freeze, set, advance, scale or reset the clock. Only ``set`` may go back in time."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.ClockTurn(), request.content())
    _check_words(wish)
    now = system_ms()
    clock = request.context.sandboxes.turn_clock(request.sandbox(), lambda clock: _turn(clock, wish, now))
    request.sandbox()  # what the clock has passed happens now, not at the next call
    return _clock_card(clock, now)


_NEEDS = {"freeze": (None, "to"), "set": ("to", "to"), "advance": ("by", "by"), "scale": ("scale", "scale")}


def _check_words(wish: dict[str, Any]) -> None:
    """Refuse a word that is missing for the action, or that the action does not read."""
    action = wish["action"]
    needed, allowed = _NEEDS.get(action, (None, None))
    faults = [
        InputFault(f"/{name}", f"không dùng với '{action}'", f"does not go with '{action}'")
        for name in ("to", "by", "scale")
        if name in wish and name != allowed
    ]
    if needed and needed not in wish:
        faults.append(InputFault(f"/{needed}", f"'{action}' cần từ này", f"'{action}' needs it"))
    if faults:
        raise invalid(faults)


def _turn(clock: Clock, wish: dict[str, Any], now: int) -> Clock:

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
            return clock.run_at(now, wish["scale"])
        case _:
            return Clock()


def _clock_card(clock: Clock, now: int) -> AdminReply:
    return AdminReply({"virtual": iso(clock.at(now)), "wall": iso(now), "frozen": clock.frozen, "scale": clock.scale})


# What is scheduled on the clock of a sandbox: looking, adding, cancelling.

_LONGEST = 19


@ROUTES.add(
    "GET", "/agenda", "Việc sắp xảy ra", "What is scheduled", RouteDoc("Agenda", query="agenda", noes=("invalid",))
)
def list_agenda(request: AdminRequest) -> AdminReply:
    """List what is scheduled, soonest first; ``meta.next`` is the ``after`` of the next page."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.AgendaQuery(), request.asked, "?")
    rows = world_of(request).agenda.coming(wish["limit"] + 1, _place(wish["after"]))
    page = rows[: wish["limit"]]
    following = f"{page[-1].due_ms}/{page[-1].no}" if len(rows) > len(page) else None
    return AdminReply({"agenda": [_effect_card(row) for row in page], "meta": {"next": following}})


@ROUTES.add(
    "POST",
    "/agenda",
    "Hẹn một việc",
    "Schedule an effect",
    RouteDoc(
        "Effect",
        "AgendaWish",
        {"at": "2030-01-01T00:00:00+07:00", "effect": {"kind": "downtime", "minutes": 30}},
        status=("201",),
        last=-2,
    ),
)
def schedule_effect(request: AdminRequest) -> AdminReply:
    """Schedule ``effect`` at the virtual moment ``at``, or ``after`` a length of virtual time; 201."""
    from emulator.admin import schemas

    request.sandbox()  # one that is not there is said before anything else
    wish = schemas.load(schemas.AgendaWish(), request.content())
    if ("at" in wish) == ("after" in wish):
        raise invalid([InputFault("/at", "cần đúng một trong at, after", "give exactly one of at and after")])
    with hold_world(request) as world:
        due = instant(wish["at"], "/at") if "at" in wish else world.now_ms + duration(wish["after"], "/after")
        try:
            world.agenda.add(due, wish["effect"])
        except BadEffect as trouble:
            raise invalid([InputFault(f"/effect{trouble.pointer}", trouble.vi, trouble.en)]) from None
    return AdminReply({"due": iso(due), "due_ms": due, "effect": wish["effect"]}, 201)


@ROUTES.add(
    "DELETE",
    "/agenda/{due}/{no}",
    "Bỏ một việc đã hẹn",
    "Cancel an effect",
    RouteDoc("Nothing", noes=("no-such-effect", "invalid"), last=1),
)
def cancel_effect(request: AdminRequest) -> AdminReply:
    """Take one effect off the agenda."""
    name = f"{request.named['due']}/{request.named['no']}"
    with hold_world(request) as world:
        if not world.agenda.cancel(*_place(name)):
            raise Trouble("no-such-effect", name=name)
    return AdminReply({})


def _place(text: str) -> tuple[int, int]:
    due, _, no = text.partition("/")
    parts = (due, no)
    if not text:
        return (-1, 0)
    if not all(part.isascii() and part.isdigit() and len(part) < _LONGEST for part in parts):
        raise invalid([InputFault("?after", "phải có dạng <due_ms>/<số>", "must look like <due_ms>/<number>")])
    return int(due), int(no)


def _effect_card(row: AgendaRow) -> dict[str, Any]:
    return {"due": iso(row.due_ms), "due_ms": row.due_ms, "no": row.no, "effect": orjson.loads(row.effect)}


# Citizens file on the ministry's own portal: now, on request, or day by day at a rate (model A2).


@ROUTES.add(
    "POST",
    "/applications",
    "Công dân nộp hồ sơ",
    "Citizens file at the ministry",
    RouteDoc("Filed", "Application", {"count": 1}, may_be_empty=True, noes=("not-filed",), status=("201",)),
)
def file_applications(request: AdminRequest) -> AdminReply:
    """File ``count`` dossiers now; 201 with their codes.

    Raises:
        Trouble: a wish is wrong, or the ministry takes no such dossier; nothing is filed in the first case.
    """
    from emulator.admin import schemas

    request.sandbox()
    wish = schemas.load(schemas.Application(), request.content(may_be_empty=True))
    count = wish.pop("count")
    try:
        done = request.context.at_once(request.sandbox(), [{"kind": "application", **wish}] * count)
    except BadEffect as trouble:
        raise invalid([InputFault(trouble.pointer, trouble.vi, trouble.en)]) from None
    codes = [
        next(each.key for each in exchange.effects if each.shelf == "dossiers") for exchange in done if exchange.effects
    ]
    lapsed = next((exchange.remarks[-1] for exchange in done if exchange.remarks), None)
    if lapsed and not codes:
        raise Trouble("not-filed", vi=lapsed.vi, en=lapsed.en)
    return AdminReply({"dossiers": codes}, 201)


def begin_arrivals(request: AdminRequest) -> None:
    """See that the daily applications are scheduled, after a rate was set."""
    with hold_world(request) as world:
        if not world.agenda.has_kind("arrivals"):
            world.agenda.add(world.now_ms, {"kind": "arrivals"})


# Snapshots of a sandbox: taking, listing, going back, forgetting.


@ROUTES.add("GET", "/snapshots", "Các bản chụp", "Snapshots", RouteDoc("Snapshots"))
def list_snapshots(request: AdminRequest) -> AdminReply:
    """List the snapshots of a sandbox, oldest first."""
    found = [_snapshot_card(row) for row in _shelf(request).every(request.sandbox())]
    return AdminReply({"snapshots": found, "meta": {"total": len(found), "most": MOST}})


@ROUTES.add(
    "POST",
    "/snapshots",
    "Chụp sandbox",
    "Take a snapshot",
    RouteDoc(
        "Snapshot",
        "SnapshotWish",
        {"name": "truoc-khi-thu"},
        may_be_empty=True,
        noes=("snapshot-exists", "too-many-snapshots"),
        status=("201",),
    ),
)
def take_snapshot(request: AdminRequest) -> AdminReply:
    """Take a snapshot, under ``name`` or a number; 201."""
    from emulator.admin import schemas

    request.sandbox()
    wish = schemas.load(schemas.SnapshotWish(), request.content(may_be_empty=True))
    with _troubles():
        return AdminReply(_snapshot_card(_shelf(request).take(request.sandbox(), wish.get("name"))), 201)


@ROUTES.add(
    "POST",
    "/snapshots/{name}/restore",
    "Quay lại bản chụp",
    "Go back to a snapshot",
    RouteDoc("Restored", noes=("no-such-snapshot",), last=4),
)
def restore_snapshot(request: AdminRequest) -> AdminReply:
    """Go back to a snapshot: a new epoch of the sandbox."""
    with _troubles():
        row = _shelf(request).restore(request.sandbox(), request.named["name"])
    request.context.sweeper.wake()
    return AdminReply(_snapshot_card(row) | {"epoch": request.sandbox().epoch})


@ROUTES.add(
    "DELETE",
    "/snapshots/{name}",
    "Xóa bản chụp",
    "Forget a snapshot",
    RouteDoc("Nothing", noes=("no-such-snapshot",), last=5),
)
def drop_snapshot(request: AdminRequest) -> AdminReply:
    """Forget a snapshot."""
    with _troubles():
        _shelf(request).drop(request.sandbox(), request.named["name"])
    request.context.sweeper.wake()
    return AdminReply({})


def _shelf(request: AdminRequest) -> Snapshots:
    return Snapshots(world_of(request).store)


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except NoSnapshot as trouble:
        raise Trouble("no-such-snapshot", name=trouble.args[0]) from None
    except SnapshotExists as trouble:
        raise Trouble("snapshot-exists", name=trouble.args[0]) from None
    except TooManySnapshots:
        raise Trouble("too-many-snapshots", most=MOST) from None


def _snapshot_card(row: Snapshot) -> dict[str, Any]:
    return {"name": row.name, "virtual": iso(row.virtual_ms), "taken": iso(row.taken_ms), "seq": row.seq}
