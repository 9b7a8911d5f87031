"""How a scenario begins and how its states are entered."""

from __future__ import annotations

from emulator.scenario.script import Machine, Script
from emulator.world.plot import Plot
from emulator.world.world import World

BEGUN = "(begun)"
"""The name under which the plot keeps which scenario has begun, and when."""


def begin(script: Script, plot: Plot, world: World) -> None:
    """Begin a scenario unless it has begun in this epoch: machines at their start."""
    standing = plot.standing(BEGUN)
    if standing and standing.state == script.id:
        return
    with plot.at_once():
        standing = plot.standing(BEGUN)
        if standing and standing.state == script.id:
            return
        plot.forget()
        plot.put(BEGUN, script.id, world.now_ms)
        for machine in script.machines.values():
            enter(machine, machine.start, plot, world)


def enter(machine: Machine, state: str, plot: Plot, world: World) -> None:
    """Put a machine into a state."""
    plot.put(machine.name, state, world.now_ms)
