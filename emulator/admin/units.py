"""The agencies that work in a sandbox, several at once: listed, made, changed and taken out; each with its accounts."""

from __future__ import annotations

from typing import Any

from emulator.admin.axis import base_url_of, hold_world, load_wish, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import SHOW_SECRETS, RouteDoc, RouteTable
from emulator.country.axis import Axis, contact_of, find_unit, nearest_unit, own_unit_code, units_of
from emulator.country.axis_records import UNITS, AgencyUnit, Host, LiveAgency, Subsystem
from emulator.country.world import World
from emulator.journal.redaction import MASK
from emulator.services.portal.models import read_agency
from emulator.services.portal.pack import Portal
from emulator.wire.axis import NotASubsystem, read_subsystem
from emulator.wire.codes import full_form, is_agency_code, short_form

ROUTES = RouteTable("trục / axis", scoped=True)


@ROUTES.add(
    "GET",
    "/units",
    "Các đơn vị cùng làm việc",
    "Agencies that work side by side",
    RouteDoc("Units", words=(SHOW_SECRETS,), noes=("secrets-need-token", "invalid")),
)
def list_units(request: AdminRequest) -> AdminReply:
    """List the units of the sandbox, its own first, with their accounts; secrets are masked unless ``secrets=show``."""
    world, shows = world_of(request), request.shows_secrets()
    return AdminReply({"units": [_card(unit, world, request, shows=shows) for unit in units_of(world)]})


@ROUTES.add(
    "PUT",
    "/units/{unit}",
    "Thêm hoặc đổi đơn vị",
    "Put an agency to work",
    RouteDoc("AgencyUnit", "UnitWish", {"hosts": ["tep.kontum.example.vn"]}, may_be_empty=True),
)
def put_unit(request: AdminRequest) -> AdminReply:
    """Let an agency work here, or change it; the answer shows its accounts, since whoever puts it may use it.

    A new one gets a subsystem on the axis, a row in V.1 and the right to call the portal, so that it can work at once.
    Rights between units are given at the screen Access Rights, by each owner.

    Raises:
        Trouble: the code is none, a subsystem is none, or a host is another's.
    """
    code = _code(request)
    wish = load_wish(request, "UnitWish", may_be_empty=True)
    with hold_world(request) as world:
        unit = _place_unit(code, wish, world)
        world.shelf(UNITS).put_record(unit)
        _take_hosts(unit, wish.get("hosts", []), world)
        if "base_url" in wish:
            agency = LiveAgency(unit.subsystem, base_url_of(wish["base_url"]), wish.get("verify_tls", True))
            Axis(world).live_agencies.put_record(agency)
        card = _card(unit, world, request, shows=True)
    return AdminReply(card)


@ROUTES.add(
    "DELETE",
    "/units/{unit}",
    "Bỏ đơn vị",
    "Take an agency out",
    RouteDoc("Nothing", noes=("no-such-unit", "invalid"), last=2),
)
def drop_unit(request: AdminRequest) -> AdminReply:
    """Let a unit work here no more; its subsystem, dossiers and papers stay.

    Raises:
        Trouble: no such unit, or it is the sandbox's own.
    """
    code = _code(request)
    with hold_world(request) as world:
        if code == short_form(full_form(own_unit_code(world.sandbox))):
            vi, en = (
                "là đơn vị của chính sandbox; đổi agency_code trước",
                "is the sandbox's own; change agency_code first",
            )
            raise invalid([InputFault("?unit", vi, en)])
        if world.shelf(UNITS).get(code) is None:
            raise Trouble("no-such-unit", name=code, near=nearest_unit(code, world))
        world.shelf(UNITS).drop(code)
    return AdminReply({})


def _code(request: AdminRequest) -> str:
    code = request.named["unit"].strip().upper()
    if not is_agency_code(code):
        raise invalid([InputFault("?unit", "không phải mã định danh cơ quan", "is no agency code")])
    return short_form(full_form(code))


def _place_unit(code: str, wish: dict[str, Any], world: World) -> AgencyUnit:
    """Return the unit as it is to be, with its place on the axis and in the portal's list."""
    known, portal = find_unit(code, world), Portal(world)
    agency = portal.agency(code)
    name = wish.get("name") or (known.name if known else "") or (agency.name if agency else code)
    default = f"VN:GOV:{full_form(code)}:{code.lower().replace('.', '')}vdxpsvc01"
    subsystem = wish.get("subsystem") or (known.subsystem if known else "") or _listed_server(code, portal) or default
    try:
        read_subsystem(subsystem)
    except NotASubsystem as trouble:
        raise invalid([InputFault("/subsystem", trouble.vi, trouble.en)]) from None
    axis = Axis(world)
    if axis.subsystem(subsystem) is None:
        axis.subsystems.put_record(Subsystem(subsystem, name, full_form(code)))
    axis.grant(world.settings.portal_subsystem, subsystem)
    if not any(each.security_server == subsystem for each in portal.security_servers()):
        row = {"MACOQUAN": code, "TENCOQUAN": name, "DSTCODE": subsystem}
        portal.list_agency(read_agency(row))
    return AgencyUnit(code, name, subsystem)


def _listed_server(code: str, portal: Portal) -> str:
    """Return the server of V.1 as the list is now, else the one it had at the beginning."""
    agency = portal.agency(code)
    listed = (each.security_server for each in portal.security_servers() if each.code == full_form(code))
    return next(listed, agency.security_server if agency else "")


def _take_hosts(unit: AgencyUnit, names: list[str], world: World) -> None:
    """Put a unit's file hosts behind its subsystem; one that another has is left there."""
    axis, faults = Axis(world), []
    for place, name in enumerate(names):
        plain, taken = name.strip().lower(), axis.hosts.get(name.strip().lower())
        if not plain or "/" in plain or "@" in plain or " " in plain:
            vi, en = "cần tên máy chủ, có thể kèm cổng", "a host name is expected, with a port if need be"
            faults.append(InputFault(f"/hosts/{place}", vi, en))
        elif taken and taken.subsystem != unit.subsystem:
            vi, en = f"đã thuộc '{taken.subsystem}'", f"belongs to '{taken.subsystem}'"
            faults.append(InputFault(f"/hosts/{place}", vi, en))
        elif taken is None:
            axis.hosts.put_record(Host(plain, unit.subsystem, "files", is_outside=True))
    if faults:
        raise invalid(faults)


def _card(unit: AgencyUnit, world: World, request: AdminRequest, *, shows: bool) -> dict[str, Any]:
    axis, card = Axis(world), contact_of(unit, world, request.base)
    for pair in card["credentials"].values():
        pair["password"] = pair["password"] if shows else MASK
    live = axis.live_agencies.get(unit.subsystem)
    return card | {
        "hosts": [host.name for host in axis.hosts.with_prefix("") if host.subsystem == unit.subsystem],
        "may_be_called_by": [grant.subject for grant in axis.rights(unit.subsystem)],
        "base_url": live.base_url if live else None,
    }
