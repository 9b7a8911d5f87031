"""The scenarios that play in a sandbox, in the order in which they speak, and who directs one of its calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from emulator.country.agenda import Lapsed, ScenarioState
from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.country.positions import Problem
from emulator.country.sandbox import Sandbox
from emulator.country.world import CallDirector, World
from emulator.kernel.exchange import Call
from emulator.scenario.library import Library, NoScenario
from emulator.scenario.script import Script, Wish

_MOST_KEPT = 64


class Missing(NamedTuple):
    """A scenario that should play and cannot be had, with the reason in both languages."""

    name: str
    vi: str
    en: str


class Cast:
    """Gives the scripts of a sandbox. What was read is kept: a call costs a look-up."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._texts: dict[str, Script] = {}

    def scripts_of(self, sandbox: Sandbox) -> tuple[list[Script], list[Missing]]:
        """Return the scenarios of a sandbox in the order in which they speak, and those that cannot be had."""
        from emulator.scenario.reader import BadScenario

        scripts, missing = list[Script](), list[Missing]()
        for wish in sandbox.definition.scenarios:
            try:
                scripts.append(self.script_of(wish))
            except NoScenario as trouble:
                missing.append(
                    Missing(wish["name"], f"không có kịch bản này{trouble.vi}", f"there is none{trouble.en}")
                )
            except (BadScenario, OSError) as trouble:
                missing.append(Missing(wish["name"], str(trouble), str(trouble)))
        scripts.sort(key=lambda script: script.priority)
        return scripts, missing

    def script_of(self, wish: Mapping[str, Any]) -> Script:
        """Return the scenario a wish names, or the one of its text.

        Raises:
            NoScenario: there is none of that name.
            BadScenario: its file or text is wrong, or a value does not fit its parameters.
        """
        values = wish.get("set") or {}
        if "text" not in wish:
            return self.library.get(wish["name"], values)
        key = sha256(json.dumps([wish["name"], wish["text"], values], sort_keys=True).encode()).hexdigest()
        if key not in self._texts:
            from emulator.scenario.reader import Source, read_script

            if len(self._texts) >= _MOST_KEPT:
                self._texts.pop(next(iter(self._texts)))
            self._texts[key] = read_script(Source(Path(f"{wish['name']}.yaml"), self.library, wish["text"], values))
        return self._texts[key]

    def problems_of(self, wish: Mapping[str, Any], pack: Pack) -> list[Problem]:
        """Return what keeps a scenario from playing over a pack. Raises NoScenario when there is none of that name."""
        from emulator.scenario.reader import Source, problems_of

        values = wish.get("set") or {}
        if "text" not in wish:
            return self.library.problems(wish["name"], values, pack)
        return problems_of(Source(Path(f"{wish['name']}.yaml"), self.library, wish["text"], values, pack))

    def enter_state(self, scenario: str | None, machine: str, state: str, world: World) -> None:
        """Put a machine into a state, with all that belongs to its entry.

        Raises:
            Lapsed: no scenario that plays has such a machine or state.
        """
        from emulator.scenario.performance import enter, schedule

        scripts = self.scripts_of(world.sandbox)[0]
        found = [each for each in scripts if machine in each.machines and scenario in (None, each.id)]
        if not found:
            vi, en = nearest(machine, [name for each in scripts for name in each.machines])
            raise Lapsed(f"không có chuỗi trạng thái “{machine}” đang diễn{vi}", f"no machine {machine!r} plays{en}")
        here = found[0].machines[machine]
        if state not in here.states:
            vi, en = nearest(state, here.states)
            raise Lapsed(f"“{machine}” không có trạng thái “{state}”{vi}", f"{machine!r} has no state {state!r}{en}")
        plot = ScenarioState(world.store, world.home, found[0].id)
        schedule(enter(here, state, plot, world), world)


def names_of(sandbox: Sandbox) -> Iterator[str]:
    """Yield the names of the scenarios that play in a sandbox."""
    return (str(each["name"]) for each in sandbox.definition.scenarios)


# Who directs a call: the sandbox's scenarios and armed faults, the caller's own wishes, or nobody.

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
