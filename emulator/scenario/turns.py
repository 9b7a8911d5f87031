"""Whose turn it is: every step that a call matches is counted before one of them is taken."""

from __future__ import annotations

from emulator.country.plot import ScenarioState
from emulator.country.world import World
from emulator.kernel.dice import random_for
from emulator.scenario.fields import CallScene
from emulator.scenario.script import Script, StateMachine, Step

ACTED = "acted"
"""Under this name, behind its own, a step remembers how often it has acted."""


class Turns:
    """One scenario at one call: the states that hold, and how often each step has been met. Held in a transaction."""

    def __init__(self, script: Script, plot: ScenarioState, world: World) -> None:
        self._script, self._plot, self._world = script, plot, world
        self._scopes: dict[str, str] = {}

    def count(self, step: Step, scene: CallScene) -> int:
        """Count a call for a step whose conditions hold; return which one it is, 0 outside its state or window."""
        moments: dict[str, int | None] = {"state": None, "window": None}
        if step.machine in self._script.machines:
            state, moments["state"] = state_now(self._script.machines[step.machine], self._plot, self._world)
            if step.state is not None and step.state != state:
                return 0
        if step.window is not None:
            moments["window"] = step.window.begun_at(self._world.now_ms)
            if moments["window"] is None:
                return 0
        self._scopes[step.name] = "#" + scene.scope(step.count_by, moments) if step.count_by else ""
        return self._plot.count(step.name + self._scopes[step.name])

    def take(self, step: Step, number: int) -> bool:
        """Tell whether a step acts at its ``number``-th call; one that may act so often only has then used one."""
        if step.turn and not step.turn.takes(number):
            return False
        scope = self._scopes[step.name]
        if step.probability is not None:
            seed = self._world.sandbox.definition.seed
            if random_for(seed, self._script.id, step.name, f"{number}{scope}").random() >= step.probability:
                return False
        if step.at_most is None:
            return True
        acted = f"{step.name}{scope}/{ACTED}"
        return self._plot.counter_value(acted) < step.at_most and self._plot.count(acted) > 0


def state_now(machine: StateMachine, plot: ScenarioState, world: World) -> tuple[str, int]:
    """Return the state of a machine at this virtual instant, and since when it holds."""
    put = plot.machine_state(machine.name)
    if put is None:
        return machine.start, world.now_ms
    return machine.state_at(put.state, put.since_ms, world.now_ms)
