"""How a clerk changes the axis outside an exchange: one held world, committed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.admin.problems import Trouble
from emulator.admin.visit import Visit
from emulator.kernel.exchange import Call, Exchange
from emulator.world.axis import Axis
from emulator.world.axis_records import Subsystem
from emulator.world.world import World


def looking(visit: Visit) -> World:
    """Return the world of the sandbox, for reading."""
    return visit.office.enter(visit.sandbox(), Exchange(Call("GET", "/")))


@contextmanager
def changing(visit: Visit) -> Iterator[World]:
    """Hold the world: everything done inside becomes durable at the end, or nothing does."""
    world = looking(visit)
    world.hold()
    try:
        yield world
    except BaseException:
        world.release()
        raise
    world.commit()


def known(axis: Axis, dstcode: str) -> Subsystem:
    """Return a subsystem of the axis.

    Raises:
        Trouble: nobody has that dstcode.
    """
    found = axis.subsystem(dstcode)
    if found is None:
        raise Trouble("no-such-subsystem", name=dstcode)
    return found
