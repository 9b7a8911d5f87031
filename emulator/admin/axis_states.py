"""Subsystems and hosts as a trainer breaks and mends them, and agencies that a real machine plays."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import urlsplit

from emulator.admin.axis_desk import changing, known, looking
from emulator.admin.problems import Fault, Trouble, invalid
from emulator.admin.visit import Answer, Visit
from emulator.wire.subsystem import NotASubsystem, read_subsystem
from emulator.world.axis import Axis
from emulator.world.axis_records import LiveAgency, Subsystem


def subsystems(visit: Visit) -> Answer:
    """List every subsystem of the axis."""
    return Answer({"subsystems": [asdict(each) for each in Axis(looking(visit)).subsystems.with_prefix("")]})


def change_subsystem(visit: Visit) -> Answer:
    """Change ``is_reachable`` (its server), ``service`` or ``notice`` of a subsystem."""
    from emulator.admin import axis_schemas

    changes = axis_schemas.asked(visit, axis_schemas.SubsystemChange())
    with changing(visit) as world:
        changed = replace(known(Axis(world), visit.named["dstcode"]), **changes)
        Axis(world).subsystems.put(changed)
    return Answer(asdict(changed))


def hosts(visit: Visit) -> Answer:
    """List every host behind the axis."""
    return Answer({"hosts": [asdict(each) for each in Axis(looking(visit)).hosts.with_prefix("")]})


def change_host(visit: Visit) -> Answer:
    """Change ``is_up`` or ``offers_ranges`` of a host."""
    from emulator.admin import axis_schemas

    changes = axis_schemas.asked(visit, axis_schemas.HostChange())
    with changing(visit) as world:
        found = Axis(world).hosts.get(visit.named["host"])
        if found is None:
            raise Trouble("no-such-host", name=visit.named["host"])
        changed = replace(found, **changes)
        Axis(world).hosts.put(changed)
    return Answer(asdict(changed))


def live_agencies(visit: Visit) -> Answer:
    """List the agencies that real machines play."""
    return Answer({"live_agencies": [asdict(each) for each in Axis(looking(visit)).live_agencies.with_prefix("")]})


def enliven(visit: Visit) -> Answer:
    """Register an agency as live at ``base_url``; one that is not on the axis is put there."""
    from emulator.admin import axis_schemas

    content, dstcode = axis_schemas.asked(visit, axis_schemas.Live()), visit.named["dstcode"]
    agency = LiveAgency(dstcode, _base_url(content["base_url"]), content["verify_tls"])
    try:
        member = read_subsystem(dstcode).member
    except NotASubsystem as trouble:
        raise invalid([Fault("?dstcode", trouble.vi, trouble.en)]) from None
    with changing(visit) as world:
        axis = Axis(world)
        if axis.subsystem(dstcode) is None:
            axis.subsystems.put(Subsystem(dstcode, content.get("name", member), member))
        axis.live_agencies.put(agency)
    return Answer(asdict(agency))


def still(visit: Visit) -> Answer:
    """Let the emulator play an agency again."""
    dstcode = visit.named["dstcode"]
    with changing(visit) as world:
        if Axis(world).live_agencies.get(dstcode) is None:
            raise Trouble("no-such-subsystem", name=dstcode)
        Axis(world).live_agencies.drop(dstcode)
    return Answer({})


def _base_url(given: str) -> str:
    try:
        parts = urlsplit(given)
        fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fits = None
    if not fits or parts.username or parts.query or parts.fragment:
        raise invalid(
            [Fault("/base_url", "phải là http(s)://<máy>[:cổng][/gốc]", "must be http(s)://host[:port][/base]")]
        )
    return given.rstrip("/")
