"""The screen "Access Rights" of a security server (KDL V.4): who may call ``exchangeDataX`` of a subsystem."""

from __future__ import annotations

from typing import Any

from emulator.admin.axis_desk import changing, known, looking
from emulator.admin.problems import Trouble
from emulator.admin.visit import Answer, Visit
from emulator.kernel.clock import iso
from emulator.wire.subsystem import SERVICE, is_group
from emulator.world.axis import Axis
from emulator.world.world import World


def listed(visit: Visit) -> Answer:
    """List the rights of ``?provider=`` (the sandbox's own subsystem by default), oldest first."""
    world = looking(visit)
    return _screen(world, visit.asked.get("provider") or world.settings.own_subsystem)


def subjects(visit: Visit) -> Answer:
    """Search "Add Subjects" for ``?q=`` in names and ids; nothing asked finds everybody."""
    found = Axis(looking(visit)).search(visit.asked.get("q", ""))
    return Answer({"subjects": [{"name": name, "subject": subject} for name, subject in found]})


def added(visit: Visit) -> Answer:
    """Add selected subjects (``subjects``) to the rights of ``provider``; those that are there keep their date."""
    content = _asked(visit, "Selected")
    with changing(visit) as world:
        provider = _provider(content, world)
        for subject in _subjects(content, Axis(world)):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


def added_all(visit: Visit) -> Answer:
    """Add every hit of ``search`` to the rights of ``provider``."""
    content = _asked(visit, "Search")
    with changing(visit) as world:
        provider = _provider(content, world)
        for _, subject in Axis(world).search(content["search"]):
            Axis(world).grant(provider, subject)
        return _screen(world, provider)


def removed(visit: Visit) -> Answer:
    """Remove selected subjects from the rights of ``provider``."""
    content = _asked(visit, "Selected")
    with changing(visit) as world:
        provider, axis = _provider(content, world), Axis(world)
        wanted = set(_subjects(content, axis))
        for grant in axis.rights(provider):
            if grant.subject in wanted:
                axis.withdraw(grant)
        return _screen(world, provider)


def removed_all(visit: Visit) -> Answer:
    """Leave nobody in the rights of ``provider``."""
    content = _asked(visit, "Provider")
    with changing(visit) as world:
        provider, axis = _provider(content, world), Axis(world)
        for grant in axis.rights(provider):
            axis.withdraw(grant)
        return _screen(world, provider)


def _asked(visit: Visit, shape: str) -> dict[str, Any]:
    from emulator.admin import axis_schemas

    schema = getattr(axis_schemas, shape)()
    return axis_schemas.asked(visit, schema, may_be_empty=shape == "Provider")


def _provider(content: dict[str, Any], world: World) -> str:
    return known(Axis(world), content.get("provider", world.settings.own_subsystem)).id


def _subjects(content: dict[str, Any], axis: Axis) -> list[str]:
    wanted: list[str] = content["subjects"]
    for subject in wanted:
        if (axis.groups if is_group(subject) else axis.subsystems).get(subject) is None:
            raise Trouble("no-such-subsystem", name=subject)
    return wanted


def _screen(world: World, dstcode: str) -> Answer:
    axis = Axis(world)
    provider = known(axis, dstcode)
    names = {subject: name for name, subject in axis.search("")}
    rows = [
        {
            "name": names.get(grant.subject, ""),
            "subject": grant.subject,
            "given_on": iso(grant.granted_at)[:10],
            "given_at": iso(grant.granted_at),
        }
        for grant in axis.rights(provider.id)
    ]
    return Answer({"provider": provider.id, "name": provider.member_name, "service": SERVICE, "rights": rows})
