"""Arming faults: which fault strikes which calls of a sandbox (conventions: ``GET/PUT/DELETE /__admin/faults``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from emulator.admin.axis import hold_world, world_of
from emulator.admin.problems import InputFault as Trouble
from emulator.admin.problems import invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import TEXT, RouteDoc, RouteTable
from emulator.country.furnish import nearest
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.scenario.operations import matching, staged_names

ROUTES = RouteTable("kịch bản / scenarios", scoped=True)
_FAULT = {"faults": [{"fault": "gateway-503", "on": "btxh.*", "nth": [2], "times": 1}]}

_COUNTER = "faults/armed"


@ROUTES.add("GET", "/faults", "Lỗi đang đặt và mọi lỗi có sẵn", "Armed faults, and all there are", RouteDoc("Faults"))
def list_faults(request: AdminRequest) -> AdminReply:
    """List the armed faults with how often each has struck, and every fault there is."""
    from emulator.scenario.faults import FAULTS

    catalogue = [
        {
            "name": name,
            "kind": fault.kind,
            "title": fault.title,
            "at": fault.globs,
            "params": fault.params,
        }
        for name, fault in FAULTS.items()
    ]
    return AdminReply({"faults": _armed_cards(world_of(request)), "catalogue": catalogue})


@ROUTES.add(
    "PUT",
    "/faults",
    "Đặt lỗi, bỏ lỗi cũ",
    "Arm faults in place of the others",
    RouteDoc("Armed", "ArmedFaults", _FAULT),
)
def replace_faults(request: AdminRequest) -> AdminReply:
    """Replace all armed faults by those of ``faults``."""
    return _arm(request, keeps=False)


@ROUTES.add(
    "POST",
    "/faults",
    "Đặt thêm lỗi",
    "Arm more faults",
    RouteDoc("Armed", "ArmedFaults", {"faults": [{"fault": "token-expired", "ttl_ms": 60000}]}),
)
def add_faults(request: AdminRequest) -> AdminReply:
    """Arm the faults of ``faults`` beside those that are armed."""
    return _arm(request, keeps=True)


@ROUTES.add(
    "DELETE",
    "/faults",
    "Bỏ lỗi",
    "Disarm one or all",
    RouteDoc("Armed", words=(("id", "chỉ lỗi này", "this fault only", TEXT),), last=1),
)
def disarm_faults(request: AdminRequest) -> AdminReply:
    """Disarm the fault ``?id=``, or all."""
    wanted = request.asked.get("id")
    sandbox = request.sandbox()
    kept = [] if wanted is None else [arm for arm in sandbox.settings.armed_faults if arm["id"] != wanted]
    request.context.sandboxes.change_settings(sandbox, {"armed_faults": kept})
    return AdminReply({"faults": _armed_cards(world_of(request))})


def _arm(request: AdminRequest, *, keeps: bool) -> AdminReply:
    from emulator.admin import schemas
    from emulator.admin import schemas as fault_schemas

    sandbox = request.sandbox()
    content = schemas.load(fault_schemas.ArmedFaults(), request.content())
    wished = [_check_wish(each, place) for place, each in enumerate(content["faults"])]
    with hold_world(request) as world:
        ready = [_to_stored(each, world) for each in wished]
    before = list(sandbox.settings.armed_faults) if keeps else []
    request.context.sandboxes.change_settings(sandbox, {"armed_faults": before + ready})
    return AdminReply({"faults": _armed_cards(world_of(request))})


def _check_wish(wish: dict[str, Any], place: int) -> dict[str, Any]:
    """Return a wish with all parameters of its fault. Raises Trouble when one does not fit."""
    from emulator.scenario.fault import WrongParam
    from emulator.scenario.faults import FAULTS

    fault = FAULTS[wish["fault"]]
    try:
        fault.check(wish["params"])
    except WrongParam as wrong:
        raise invalid([Trouble(f"/faults/{place}/params/{wrong.name}", wrong.vi, wrong.en)]) from None
    if not matching(wish["on"]):
        vi, en = nearest(wish["on"], staged_names())
        raise invalid([Trouble(f"/faults/{place}/on", f"không có dịch vụ này{vi}", f"there is no such operation{en}")])
    if not any(_may_meet(wish["on"], glob) for glob in fault.globs):
        names = ", ".join(fault.globs)
        vi, en = f"lỗi này chỉ có ở: {names}", f"this fault is only played at: {names}"
        raise invalid([Trouble(f"/faults/{place}/on", vi, en)])
    return wish


def _may_meet(one: str, other: str) -> bool:
    """Tell whether two globs may match the same name, by what stands before their first wildcard."""
    first, second = (glob.partition("*")[0].partition("?")[0].partition("[")[0] for glob in (one, other))
    return first.startswith(second) or second.startswith(first)


def _to_stored(wish: dict[str, Any], world: World) -> dict[str, Any]:
    ttl_ms = wish.pop("ttl_ms", None)
    until_ms = None if ttl_ms is None else world.now_ms + ttl_ms
    return {**wish, "id": f"f{world.count(_COUNTER)}", "until_ms": until_ms}


def _armed_cards(world: World) -> list[Mapping[str, Any]]:
    from emulator.scenario.armed import arm_of

    shown: list[Mapping[str, Any]] = []
    for stored in world.settings.armed_faults:
        arm = arm_of(stored)
        fired = world.counter_value(arm.fired_counter)
        told = {name: value for name, value in asdict(arm).items() if name != "until_ms"}
        until = None if arm.until_ms is None else iso(arm.until_ms)
        fired = fired if arm.times is None else min(fired, arm.times)
        shown.append({**told, "until": until, "fired": fired})
    return shown
