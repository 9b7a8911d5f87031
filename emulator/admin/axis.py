"""The axis as its administrators see it: access rights, states, live agencies, rehearsals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote, urlsplit

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.country.axis import Axis
from emulator.country.axis_records import LiveAgency, Subsystem
from emulator.country.world import World
from emulator.journal.entry import entry_id
from emulator.kernel.clock import iso
from emulator.kernel.dice import name_uuid
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.wire.axis import SERVICE, NotASubsystem, is_group, read_subject, read_subsystem
from emulator.wire.callbacks import DOWNLOADS, Callback, callback, findings

# How a clerk changes the axis outside an exchange: one held world, committed at the end.


def world_of(visit: AdminRequest) -> World:
    """Return the world of the sandbox, for reading."""
    return visit.office.enter(visit.sandbox(), Exchange(Call("GET", "/")))


@contextmanager
def hold_world(visit: AdminRequest) -> Iterator[World]:
    """Hold the world: everything done inside becomes durable at the end, or nothing does."""
    world = world_of(visit)
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
        raise Trouble("no-such-subsystem", name=dstcode)
    return found


# The screen "Access Rights" of a security server (KDL V.4): who may call ``exchangeDataX`` of a subsystem.


def list_rights(visit: AdminRequest) -> AdminReply:
    """List the rights of ``?provider=`` (the sandbox's own subsystem by default), oldest first."""
    world = world_of(visit)
    return _screen(world, visit.asked.get("provider") or world.settings.own_subsystem)


def search_subjects(visit: AdminRequest) -> AdminReply:
    """Search "Add Subjects" for ``?q=`` in names and ids; nothing asked finds everybody."""
    found = Axis(world_of(visit)).search(visit.asked.get("q", ""))
    return AdminReply({"subjects": [{"name": name, "subject": subject} for name, subject in found]})


def add_rights(visit: AdminRequest) -> AdminReply:
    """Add selected subjects (``subjects``) to the rights of ``provider``; those that are there keep their date."""
    content = _load_request(visit, "Selected")
    with hold_world(visit) as world:
        provider = _provider(content, world)
        for subject in _subjects(content, Axis(world)):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


def add_all_rights(visit: AdminRequest) -> AdminReply:
    """Add every hit of ``search`` to the rights of ``provider``."""
    content = _load_request(visit, "SubjectSearch")
    with hold_world(visit) as world:
        provider = _provider(content, world)
        for _, subject in Axis(world).search(content["search"]):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


def remove_rights(visit: AdminRequest) -> AdminReply:
    """Remove selected subjects from the rights of ``provider``."""
    content = _load_request(visit, "Selected")
    with hold_world(visit) as world:
        provider, axis = _provider(content, world), Axis(world)
        wanted = set(_subjects(content, axis))
        for grant in axis.rights(provider):
            if grant.subject in wanted:
                axis.withdraw(grant)
        return _screen(world, provider)


def remove_all_rights(visit: AdminRequest) -> AdminReply:
    """Leave nobody in the rights of ``provider``."""
    content = _load_request(visit, "Provider")
    with hold_world(visit) as world:
        provider, axis = _provider(content, world), Axis(world)
        for grant in axis.rights(provider):
            axis.withdraw(grant)
        return _screen(world, provider)


def _load_request(visit: AdminRequest, shape: str) -> dict[str, Any]:
    from emulator.admin import schemas as axis_schemas

    schema = getattr(axis_schemas, shape)()
    return axis_schemas.load_request(visit, schema, may_be_empty=shape == "Provider")


def _provider(content: dict[str, Any], world: World) -> str:
    return find_subsystem(Axis(world), content.get("provider", world.settings.own_subsystem)).id


def _subjects(content: dict[str, Any], axis: Axis) -> list[str]:
    wanted = [read_subject(each) for each in content["subjects"]]
    for subject in wanted:
        if (axis.groups if is_group(subject) else axis.subsystems).get(subject) is None:
            raise Trouble("no-such-subsystem", name=subject)
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


def list_subsystems(visit: AdminRequest) -> AdminReply:
    """List every subsystem of the axis."""
    return AdminReply({"subsystems": [asdict(each) for each in Axis(world_of(visit)).subsystems.with_prefix("")]})


def change_subsystem(visit: AdminRequest) -> AdminReply:
    """Change ``is_reachable`` (its server), ``service`` or ``notice`` of a subsystem."""
    from emulator.admin import schemas as axis_schemas

    changes = axis_schemas.load_request(visit, axis_schemas.SubsystemChange())
    with hold_world(visit) as world:
        changed = replace(find_subsystem(Axis(world), visit.named["dstcode"]), **changes)
        Axis(world).subsystems.put_record(changed)
    return AdminReply(asdict(changed))


def list_hosts(visit: AdminRequest) -> AdminReply:
    """List every host behind the axis."""
    return AdminReply({"hosts": [asdict(each) for each in Axis(world_of(visit)).hosts.with_prefix("")]})


def change_host(visit: AdminRequest) -> AdminReply:
    """Change ``is_up`` or ``offers_ranges`` of a host."""
    from emulator.admin import schemas as axis_schemas

    changes = axis_schemas.load_request(visit, axis_schemas.HostChange())
    with hold_world(visit) as world:
        found = Axis(world).hosts.get(visit.named["host"])
        if found is None:
            raise Trouble("no-such-host", name=visit.named["host"])
        changed = replace(found, **changes)
        Axis(world).hosts.put_record(changed)
    return AdminReply(asdict(changed))


def list_live_agencies(visit: AdminRequest) -> AdminReply:
    """List the agencies that real machines play."""
    return AdminReply({"live_agencies": [asdict(each) for each in Axis(world_of(visit)).live_agencies.with_prefix("")]})


def register_live_agency(visit: AdminRequest) -> AdminReply:
    """Register an agency as live at ``base_url``; one that is not on the axis is put there."""
    from emulator.admin import schemas as axis_schemas

    content, dstcode = axis_schemas.load_request(visit, axis_schemas.Live()), visit.named["dstcode"]
    agency = LiveAgency(dstcode, _base_url(content["base_url"]), content["verify_tls"])
    try:
        member = read_subsystem(dstcode).member
    except NotASubsystem as trouble:
        raise invalid([InputFault("?dstcode", trouble.vi, trouble.en)]) from None
    with hold_world(visit) as world:
        axis = Axis(world)
        if axis.subsystem(dstcode) is None:
            axis.subsystems.put_record(Subsystem(dstcode, content.get("name", member), member))
        axis.live_agencies.put_record(agency)
    return AdminReply(asdict(agency))


def remove_live_agency(visit: AdminRequest) -> AdminReply:
    """Let the emulator play an agency again."""
    dstcode = visit.named["dstcode"]
    with hold_world(visit) as world:
        if Axis(world).live_agencies.get(dstcode) is None:
            raise Trouble("no-such-subsystem", name=dstcode)
        Axis(world).live_agencies.drop(dstcode)
    return AdminReply({})


def _base_url(given: str) -> str:
    try:
        parts = urlsplit(given)
        fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fits = None
    if not fits or parts.username or parts.query or parts.fragment:
        raise invalid(
            [InputFault("/base_url", "phải là http(s)://<máy>[:cổng][/gốc]", "must be http(s)://host[:port][/base]")]
        )
    return given.rstrip("/")


# Rehearsals: the emulator calls an agency as another province or as the portal, and says what came back.

_SHOWN = 65_536
FORWARD = "/VXPAdapter/RestService/forward"


def rehearse_call(visit: AdminRequest) -> AdminReply:
    """Start one: ``kind``, ``dstcode`` (the sandbox's own by default), ``caller``, ``path`` or ``file``, ``body``."""
    from emulator.admin import schemas as axis_schemas

    content, world = axis_schemas.load_request(visit, axis_schemas.Rehearsal()), world_of(visit)
    axis = Axis(world)
    kind: str = content["kind"]
    dstcode = find_subsystem(axis, content.get("dstcode", world.settings.own_subsystem)).id
    wanted = _callback(kind, content, visit)
    caller = content.get("caller") or _caller(kind, dstcode, world)
    if axis.subsystems.get(caller) is None:
        raise Trouble("no-such-subsystem", name=caller)
    call = _call(wanted, content.get("body", wanted.body), f"/s/{world.sandbox.id}", dstcode, caller)
    before = visit.office.journal.newest(visit.sandbox().home)
    reply = visit.office.serve(call)
    beginning, text_shown = _read(reply)
    found = findings(kind, reply.status, reply.headers, beginning)
    return AdminReply(
        {
            "kind": kind,
            "request_id": _written_down(reply, visit, before),
            "call": {"method": call.method, "target": call.target, "caller": caller, "body": call.body.decode()},
            "reply": {
                "status": reply.status,
                "headers": [list(pair) for pair in reply.headers],
                "size": reply.size,
                "sha256": reply.file.digest if reply.file else None,
                "body": text_shown,
            },
            "findings": [remark.as_dict() for remark in found],
            "passed": all(remark.level != "error" for remark in found),
        }
    )


def _written_down(reply: Reply, visit: AdminRequest, before: int) -> str | None:
    """Return the journal's id of what was just served; a reply's headers and body hold a UUID of its own."""
    sandbox = visit.sandbox()
    said = [list(pair) for pair in reply.headers]
    for row in visit.office.journal.each(sandbox.home, before):
        if row.response_body == reply.body and json.loads(row.story)["response"]["headers"] == said:
            return entry_id(sandbox.id, sandbox.epoch, row.seq)
    return None


def _callback(kind: str, content: dict[str, Any], visit: AdminRequest) -> Callback:
    given = content.get("path") if kind == "download" else content.get("file")
    name = str(given or ("/" if kind == "download" else name_uuid(visit.sandbox().id, "rehearsal", kind)))
    found = callback(kind, name)
    if found is None:
        raise invalid([InputFault("/kind", f"không có loại '{kind}'", f"there is no kind '{kind}'")])
    return found


def _caller(kind: str, provider: str, world: World) -> str:
    """Return who calls by default: the portal, or for downloads the first other agency of the list."""
    if kind not in DOWNLOADS:
        return world.settings.portal_caller
    portal = world.settings.portal_subsystem
    others = (each.id for each in Axis(world).subsystems.with_prefix("VN:GOV:") if each.is_listed and not each.alias_of)
    return next(each for each in others if each not in (provider, portal))


def _call(wanted: Callback, body: Any, prefix: str, dstcode: str, caller: str) -> Call:
    sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    path, _, own = wanted.path.partition("?")
    query = "&".join([*([own] if own else []), f"dstcode={dstcode}"])
    headers = (("content-type", "application/json"), ("charset", "utf-8")) if sent else ()
    return Call(
        method=wanted.method,
        path=f"{prefix}{FORWARD}{path}",
        query=query,
        headers=headers,
        body=sent,
        body_size=len(sent),
        target=f"{prefix}{FORWARD}{quote(path)}?{query}",
        host="localhost",
        caller=caller,
    )


def _read(reply: Reply) -> tuple[bytes, str | None]:
    """Return the beginning of the body, and its text when it is one."""
    body = next(iter(reply.file.chunks()), b"") if reply.file else reply.body
    try:
        return body, body.decode()[:_SHOWN]
    except UnicodeDecodeError:
        return body, None
