"""Who directs a call: the sandbox's scenario, the caller's own wishes, or nobody."""

from __future__ import annotations

from collections.abc import Callable

from emulator.country.world import CallDirector as AnyDirector
from emulator.country.world import World
from emulator.kernel.exchange import Call
from emulator.scenario.director import Director, Wish
from emulator.scenario.fields import CallFields
from emulator.scenario.script import Script

FindScript = Callable[[str], Script]
FindWishes = Callable[[Call, World], tuple[Wish, ...]]


class Casting:
    """Finds a director for a call. A call of a sandbox without a scenario that wishes nothing costs a few looks."""

    def __init__(self, find_script: FindScript, wishes: tuple[FindWishes, ...] = ()) -> None:
        self._find_script, self._wishes = find_script, wishes

    def director_of(self, call: Call, world: World) -> AnyDirector | None:
        """Return the director of one exchange, or None. Armed faults stand before the scenario."""
        name = world.sandbox.definition.scenario
        wishes: tuple[Wish, ...] = ()
        for find in self._wishes:
            wishes += find(call, world)
        director = None
        if name is not None or wishes:
            director = Director(self._find_script(name) if name is not None else None, wishes, CallFields(call))
        armed = world.settings.armed_faults
        if not armed:
            return director
        from emulator.scenario.armed import ArmedFaults

        return ArmedFaults(armed, director)
