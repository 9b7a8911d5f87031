"""The axis as its administrators see it: access rights, states, live agencies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import TEXT, RouteDoc, RouteTable
from emulator.country.axis import Axis
from emulator.country.axis_records import LiveAgency, Subsystem
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange
from emulator.wire.axis import SERVICE, NotASubsystem, is_group, read_subject, read_subsystem

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

ROUTES = RouteTable("trục / axis", scoped=True)
_KONTUM, _HAGIANG = "VN:GOV:000.00.00.H34:kontumvdxpsvc01", "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"

# How a clerk changes the axis outside an exchange: one held world, committed at the end.


def world_of(request: AdminRequest) -> World:
    """Return the world of the sandbox, for reading."""
    return request.context.enter(request.sandbox(), Exchange(Call("GET", "/")))


@contextmanager
def hold_world(request: AdminRequest) -> Iterator[World]:
    """Hold the world: everything done inside becomes durable at the end, or nothing does."""
    world = world_of(request)
    world.hold()
    try:
        yield world
    except BaseException:
        world.release()
        raise
    world.commit()


def find_subsystem(axis: Axis, dstcode: str) -> Subsystem:
    """Return a subsystem of the axis.

    Raises:
        Trouble: nobody has that dstcode.
    """
    found = axis.subsystem(dstcode)
    if found is None:
        raise Trouble("no-such-subsystem", name=dstcode, near=axis.nearest_subsystem(dstcode))
    return found


# The screen "Access Rights" of a security server (KDL V.4): who may call ``exchangeDataX`` of a subsystem.


@ROUTES.add(
    "GET",
    "/access-rights",
    "Quyền truy cập",
    "Access rights of a provider",
    RouteDoc("AccessRights", words=(("provider", "bên cung cấp", "the provider", TEXT),), noes=("no-such-subsystem",)),
)
def list_rights(request: AdminRequest) -> AdminReply:
    """List the rights of ``?provider=`` (the sandbox's own subsystem by default), oldest first."""
    world = world_of(request)
    return _screen(world, request.asked.get("provider") or world.settings.own_subsystem)


@ROUTES.add(
    "GET",
    "/access-rights/subjects",
    "Tìm để cấp quyền",
    "Search subjects to add",
    RouteDoc("Subjects", words=(("q", "tên hoặc mã", "name or id", TEXT),)),
)
def search_subjects(request: AdminRequest) -> AdminReply:
    """Search "Add Subjects" for ``?q=`` in names and ids; nothing asked finds everybody."""
    found = Axis(world_of(request)).search(request.asked.get("q", ""))
    return AdminReply({"subjects": [{"name": name, "subject": subject} for name, subject in found]})


@ROUTES.add(
    "POST",
    "/access-rights",
    "Cấp quyền",
    "Add selected subjects",
    RouteDoc("AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",)),
)
def add_rights(request: AdminRequest) -> AdminReply:
    """Add selected subjects (``subjects``) to the rights of ``provider``; those that are there keep their date."""
    content = load_wish(request, "Selected")
    with hold_world(request) as world:
        provider = _provider(content, world)
        for subject in _subjects(content, Axis(world)):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


@ROUTES.add(
    "POST",
    "/access-rights/all",
    "Cấp cho mọi kết quả tìm",
    "Add every hit of a search",
    RouteDoc("AccessRights", "Search", {"search": "G22"}, noes=("no-such-subsystem",)),
)
def add_all_rights(request: AdminRequest) -> AdminReply:
    """Add every hit of ``search`` to the rights of ``provider``."""
    content = load_wish(request, "SubjectSearch")
    with hold_world(request) as world:
        provider = _provider(content, world)
        for _, subject in Axis(world).search(content["search"]):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


@ROUTES.add(
    "DELETE",
    "/access-rights",
    "Bỏ quyền",
    "Remove selected subjects",
    RouteDoc("AccessRights", "Selected", {"subjects": [_HAGIANG]}, noes=("no-such-subsystem",), last=1),
)
def remove_rights(request: AdminRequest) -> AdminReply:
    """Remove selected subjects from the rights of ``provider``."""
    content = load_wish(request, "Selected")
    with hold_world(request) as world:
        provider, axis = _provider(content, world), Axis(world)
        wanted = set(_subjects(content, axis))
        for grant in axis.rights(provider):
            if grant.subject in wanted:
                axis.withdraw(grant)
        return _screen(world, provider)


@ROUTES.add(
    "DELETE",
    "/access-rights/all",
    "Bỏ mọi quyền",
    "Remove every right",
    RouteDoc("AccessRights", "Provider", {"provider": _KONTUM}, may_be_empty=True, noes=("no-such-subsystem",), last=1),
)
def remove_all_rights(request: AdminRequest) -> AdminReply:
    """Leave nobody in the rights of ``provider``."""
    content = load_wish(request, "Provider", may_be_empty=True)
    with hold_world(request) as world:
        provider, axis = _provider(content, world), Axis(world)
        for grant in axis.rights(provider):
            axis.withdraw(grant)
        return _screen(world, provider)


def load_wish(request: AdminRequest, shape: str, *, may_be_empty: bool = False) -> JsonObject:
    """Return what was sent, checked by the schema of that name.

    Raises:
        Trouble: something in it is wrong.
    """
    from emulator.admin import axis_schemas, schemas  # marshmallow is loaded with the first body, not at the start

    return schemas.load_request(request, getattr(axis_schemas, shape)(), may_be_empty=may_be_empty)


def _provider(content: dict[str, Any], world: World) -> str:
    return find_subsystem(Axis(world), content.get("provider", world.settings.own_subsystem)).id


def _subjects(content: dict[str, Any], axis: Axis) -> list[str]:
    wanted = [read_subject(each) for each in content["subjects"]]
    for subject in wanted:
        if (axis.groups if is_group(subject) else axis.subsystems).get(subject) is None:
            raise Trouble("no-such-subsystem", name=subject, near=axis.nearest_subsystem(subject))
    return wanted


def _screen(world: World, dstcode: str) -> AdminReply:
    axis = Axis(world)
    provider = find_subsystem(axis, dstcode)
    rows = [
        {
            "name": axis.name_of(grant.subject),
            "subject": grant.subject,
            "given_on": iso(grant.granted_at)[:10],
            "given_at": iso(grant.granted_at),
        }
        for grant in axis.rights(provider.id)
    ]
    return AdminReply({"provider": provider.id, "name": provider.member_name, "service": SERVICE, "rights": rows})


# Subsystems and hosts as a trainer breaks and mends them, and agencies that a real machine plays.


@ROUTES.add("GET", "/subsystems", "Các hệ thống trên trục", "Subsystems of the axis", RouteDoc("Subsystems"))
def list_subsystems(request: AdminRequest) -> AdminReply:
    """List every subsystem of the axis."""
    return AdminReply({"subsystems": [asdict(each) for each in Axis(world_of(request)).subsystems.with_prefix("")]})


@ROUTES.add(
    "PATCH",
    "/subsystems/{dstcode}",
    "Đổi trạng thái",
    "Break or mend a subsystem",
    RouteDoc("Subsystem", "SubsystemChange", {"service": "disabled", "notice": "Bảo trì"}, noes=("no-such-subsystem",)),
)
def change_subsystem(request: AdminRequest) -> AdminReply:
    """Change ``is_reachable`` (its server), ``service`` or ``notice`` of a subsystem."""
    changes = load_wish(request, "SubsystemChange")
    with hold_world(request) as world:
        changed = replace(find_subsystem(Axis(world), request.named["dstcode"]), **changes)
        Axis(world).subsystems.put_record(changed)
    return AdminReply(asdict(changed))


@ROUTES.add("GET", "/hosts", "Các máy chủ sau trục", "Hosts behind the axis", RouteDoc("Hosts"))
def list_hosts(request: AdminRequest) -> AdminReply:
    """List every host behind the axis."""
    return AdminReply({"hosts": [asdict(each) for each in Axis(world_of(request)).hosts.with_prefix("")]})


@ROUTES.add(
    "PATCH",
    "/hosts/{host}",
    "Đổi trạng thái máy chủ",
    "Break or mend a host",
    RouteDoc("Host", "HostChange", {"is_up": False}, noes=("no-such-host",)),
)
def change_host(request: AdminRequest) -> AdminReply:
    """Change ``is_up`` or ``offers_ranges`` of a host."""
    changes = load_wish(request, "HostChange")
    with hold_world(request) as world:
        found = Axis(world).hosts.get(request.named["host"])
        if found is None:
            near = Axis(world).nearest_host(request.named["host"])
            raise Trouble("no-such-host", name=request.named["host"], near=near)
        changed = replace(found, **changes)
        Axis(world).hosts.put_record(changed)
    return AdminReply(asdict(changed))


@ROUTES.add("GET", "/live-agencies", "Cơ quan chạy thật", "Agencies that real machines play", RouteDoc("LiveAgencies"))
def list_live_agencies(request: AdminRequest) -> AdminReply:
    """List the agencies that real machines play."""
    return AdminReply(
        {"live_agencies": [asdict(each) for each in Axis(world_of(request)).live_agencies.with_prefix("")]}
    )


@ROUTES.add(
    "PUT",
    "/live-agencies/{dstcode}",
    "Khai báo chạy thật",
    "Register a live agency",
    RouteDoc("LiveAgency", "LiveWish", {"base_url": "http://127.0.0.1:9"}),
)
def register_live_agency(request: AdminRequest) -> AdminReply:
    """Register an agency as live at ``base_url``; one that is not on the axis is put there."""
    content, dstcode = load_wish(request, "Live"), request.named["dstcode"]
    agency = LiveAgency(dstcode, base_url_of(content["base_url"]), content["verify_tls"])
    try:
        member = read_subsystem(dstcode).member
    except NotASubsystem as trouble:
        raise invalid([InputFault("?dstcode", trouble.vi, trouble.en)]) from None
    with hold_world(request) as world:
        axis = Axis(world)
        if axis.subsystem(dstcode) is None:
            axis.subsystems.put_record(Subsystem(dstcode, content.get("name", member), member))
        axis.live_agencies.put_record(agency)
    return AdminReply(asdict(agency))


@ROUTES.add(
    "DELETE",
    "/live-agencies/{dstcode}",
    "Thôi chạy thật",
    "Play the agency again",
    RouteDoc("Nothing", noes=("no-such-subsystem",), last=1),
)
def remove_live_agency(request: AdminRequest) -> AdminReply:
    """Let the emulator play an agency again."""
    dstcode = request.named["dstcode"]
    with hold_world(request) as world:
        if Axis(world).live_agencies.get(dstcode) is None:
            raise Trouble("no-such-subsystem", name=dstcode)
        Axis(world).live_agencies.drop(dstcode)
    return AdminReply({})


def base_url_of(given: str, pointer: str = "/base_url") -> str:
    """Return the address of a real machine without a closing slash.

    Raises:
        Trouble: it is no plain http(s) origin, with a base path if need be.
    """
    try:
        parts = urlsplit(given)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = None
    if not fits or parts.username or parts.query or parts.fragment:
        raise invalid(
            [InputFault(pointer, "phải là http(s)://<máy>[:cổng][/gốc]", "must be http(s)://host[:port][/base]")]
        )
    return given.rstrip("/")
