"""Who directs a call: the sandbox's scenarios and armed faults, the caller's own wishes, or nobody."""

from __future__ import annotations

from collections.abc import Callable

from emulator.country.sandbox import Sandbox
from emulator.country.world import CallDirector, World
from emulator.kernel.exchange import Call
from emulator.scenario.cast import Cast
from emulator.scenario.script import Wish

FindWishes = Callable[[Call, World], tuple[Wish, ...]]
Settle = Callable[[int], Sandbox]


class DirectorFinder:
    """Finds a director for a call. A call of a sandbox without a scenario that wishes nothing costs a few looks."""

    def __init__(self, cast: Cast, wishes: tuple[FindWishes, ...] = (), settle: Settle | None = None) -> None:
        """``settle`` lets happen what is due on the clock of the sandbox of that number, and returns the sandbox."""
        self._cast, self._wishes, self._settle = cast, wishes, settle

    def director_for(self, call: Call, world: World) -> CallDirector | None:
        """Return the director of one exchange, or None."""
        wishes: tuple[Wish, ...] = ()
        for find in self._wishes:
            wishes += find(call, world)
        armed = world.settings.armed_faults
        if not (world.sandbox.definition.scenarios or wishes or armed):
            return None
        from emulator.scenario.armed import ArmedStrikes
        from emulator.scenario.director import Director
        from emulator.scenario.fields import CallFields

        scripts, missing = self._cast.scripts_of(world.sandbox)
        for each in missing:
            vi, en = f"Kịch bản {each.name} không diễn: {each.vi}", f"Scenario {each.name} does not play: {each.en}"
            world.remark("scenario-missing", "", vi, en)
        return Director(scripts, wishes, CallFields(call), ArmedStrikes(armed) if armed else None, self._settle)
