"""How a scenario begins, how its states are entered, and what it puts on the agenda."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from emulator.country.furnish import furnish
from emulator.country.kinds import DOSSIERS, STEPS
from emulator.country.plot import ScenarioState
from emulator.country.records import Fields
from emulator.country.shelf import Shelf
from emulator.country.world import World
from emulator.scenario.script import LIKE, Later, Machine, Script
from emulator.services.btxh.pack_tables import DOSSIER_CODE

BEGUN = "(begun)"
"""The name under which the plot keeps which scenario has begun, and when."""
Due = tuple[int, Mapping[str, Any]]


class NothingAlike(ValueError):
    """A fixture is like a dossier that the pack does not have."""


def begin(script: Script, plot: ScenarioState, world: World) -> list[Due]:
    """Begin a scenario unless it has begun in this epoch: records added, machines at their start.

    Return the effects it schedules, each with its virtual instant. Not while the pen is held.

    Raises:
        NothingAlike: a fixture cannot be made.
    """
    if _has_begun(script, plot):
        return []
    with plot.at_once():
        if _has_begun(script, plot):
            return []
        plot.forget()
        plot.put_machine(BEGUN, script.id, world.now_ms)
        _furnish(script, plot, world)
        return [due for machine in script.machines.values() for due in enter(machine, machine.start, plot, world)]


def _has_begun(script: Script, plot: ScenarioState) -> bool:
    standing = plot.standing(BEGUN)
    return standing is not None and standing.state == script.id


def _furnish(script: Script, plot: ScenarioState, world: World) -> None:
    tables = {
        name: {str(no): row for no, row in enumerate(_rows(rows, world), 1)} for name, rows in script.fixtures.items()
    }
    furniture = furnish(tables)
    for dossier in furniture.dossiers:
        Shelf(DOSSIERS, world.pack.dossiers, plot).put_record(dossier)
    for step in furniture.steps:
        Shelf(STEPS, world.pack.steps, plot).put_record(step)


def _rows(rows: Iterable[Mapping[str, Any]], world: World) -> Iterator[Fields]:
    for row in rows:
        fields = dict(row)
        model = fields.pop(LIKE, None)
        if model is None:
            yield fields
            continue
        found = world.pack.dossiers.by_key.get(model)
        if found is None:
            raise NothingAlike(f"{fields.get(DOSSIER_CODE)}: {model}")
        yield found.fields | fields


def enter(machine: Machine, state: str, plot: ScenarioState, world: World) -> list[Due]:
    """Put a machine into a state and return the effects of it and of the states that time alone leads to."""
    plot.put_machine(machine.name, state, world.now_ms)
    due, at_ms, seen = list[Due](), world.now_ms, set[str]()
    while state not in seen:
        seen.add(state)
        here = machine.states[state]
        due += later(here.effects, at_ms)
        if here.after_ms is None or here.goto is None:
            break
        state, at_ms = here.goto, at_ms + here.after_ms
    return due


def schedule(due: Iterable[Due], world: World) -> None:
    """Put effects on the agenda. Takes the pen when there are any; whoever calls commits."""
    for due_ms, effect in due:
        world.hold()
        world.agenda.add(due_ms, dict(effect))


def later(effects: Iterable[Later], now_ms: int) -> list[Due]:
    """Return effects with the virtual instants at which they are due."""
    return [(now_ms + each.after_ms, each.effect) for each in effects]
