"""How a scenario begins, how its states are entered, what it puts on the agenda, whose turn it is, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from emulator.country.agenda import ScenarioState
from emulator.country.axis_records import GRANTS, HOSTED_FILES, HOSTS, SUBSYSTEMS, Grant, Host, HostedFile, Subsystem
from emulator.country.effects import END_OF_DOWNTIME, set_settings
from emulator.country.shelf import DOSSIERS, KEEPSAKES, PERSON, STEPS, Base, Fields, Keepsake, Shelf, ShelfKind
from emulator.country.world import World
from emulator.kernel.clock import random_for
from emulator.scenario.fields import CallScene
from emulator.scenario.script import LIKE, Later, Script, State, StateMachine, Step
from emulator.services.btxh.pack_tables import DOSSIER_CODE
from emulator.services.packs import pack_part
from emulator.services.portal.models import read_agency, read_pack_paper
from emulator.services.portal.pack import LISTED_AGENCIES, PAPERS
from emulator.wire.axis import SUBSYSTEM_FIELDS, name_row

# What a scenario adds beside dossiers: people, papers, agencies, subsystems, hosts with their files, and rights.

Row = Mapping[str, Any]


def furnish_beside(fixtures: Mapping[str, Sequence[Row]], plot: ScenarioState, world: World) -> None:
    """Put the records of every table but dossiers and steps on their shelves. Call inside a transaction."""
    for table, rows in fixtures.items():
        for row in rows:
            for kind, record in _MAKERS.get(table, _make_nothing)(row, world):
                Shelf(kind, Base(kind), plot).put_record(record)


Made = list[tuple[ShelfKind[Any], Any]]


def _make_nothing(_row: Row, _world: World) -> Made:
    return []


def _cells(row: Row, names: dict[str, str] | None = None) -> dict[str, Any]:
    return dict(name_row(dict(row), names))


def _make_subsystem(row: Row, _world: World) -> Made:
    return [(SUBSYSTEMS, Subsystem(**_cells(row, SUBSYSTEM_FIELDS)))]


def _make_agency(row: Row, world: World) -> Made:
    listed: Made = [(LISTED_AGENCIES, read_agency(row))]
    return listed + (_make_subsystem(row, world) if row.get("DSTCODE") else [])


def _make_file(row: Row, _world: World) -> Made:
    return [(HOSTED_FILES, HostedFile(**{"content_type": "application/pdf", "file": "", **_cells(row)}))]


def _make_grant(row: Row, world: World) -> Made:
    return [(GRANTS, Grant(row["provider"], row["subject"], world.now_ms))]


def _make_person(row: Row, _world: World) -> Made:
    return [(KEEPSAKES, Keepsake(f"{PERSON}{row.get('CMND')}", orjson.dumps(dict(row)).decode()))]


_MAKERS: Mapping[str, Callable[[Row, World], Made]] = {
    "people": _make_person,
    "papers": lambda row, _: [(PAPERS, read_pack_paper(row))],
    "agencies": _make_agency,
    "subsystems": _make_subsystem,
    "hosts": lambda row, _: [(HOSTS, Host(**_cells(row)))],
    "files": _make_file,
    "rights": _make_grant,
}


BEGUN = "(begun)"
"""The name under which a scenario remembers that it has begun, and when."""
Due = tuple[int, Mapping[str, Any]]


class NothingAlike(ValueError):
    """A fixture is like a dossier that the pack does not have."""


def begin(script: Script, plot: ScenarioState, world: World) -> list[Due]:
    """Begin a scenario unless it has begun in this epoch: records added, machines at their start.

    Return the effects it schedules, each with its virtual instant. Not while the pen is held.

    Raises:
        NothingAlike: a fixture cannot be made.
    """
    if plot.machine_state(BEGUN):
        return []
    with plot.at_once():
        if plot.machine_state(BEGUN):
            return []
        plot.put_machine(BEGUN, script.id, world.now_ms)
        _furnish(script, plot, world)
        due = [entry for machine in script.machines.values() for entry in enter(machine, machine.start, plot, world)]
        return due + due_effects(script.timeline, world.now_ms, plot.scenario)


def end(scenario: str, world: World) -> None:
    """End a scenario: what it remembers and what it has scheduled goes; an outage it had begun is over.

    Takes the pen; whoever calls commits. What it has changed in the country stays.
    """
    world.hold()
    plot = ScenarioState(world.store, world.home, scenario)
    planned = [json.loads(row.effect) for row in plot.scheduled_effects()]
    if any(END_OF_DOWNTIME.items() <= effect.items() for effect in planned):
        set_settings(END_OF_DOWNTIME, world)
    plot.forget()


def _furnish(script: Script, plot: ScenarioState, world: World) -> None:
    tables = {
        name: {str(no): row for no, row in enumerate(_rows(script.fixtures[name], world), 1)}
        for name in ("dossiers", "steps")
        if name in script.fixtures
    }
    furniture = pack_part().furnish(tables)
    for dossier in furniture.dossiers:
        Shelf(DOSSIERS, world.pack.dossiers, plot).put_record(dossier)
    for step in furniture.steps:
        Shelf(STEPS, world.pack.steps, plot).put_record(step)
    furnish_beside(script.fixtures, plot, world)


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


def enter(machine: StateMachine, state: str, plot: ScenarioState, world: World) -> list[Due]:
    """Put a machine into a state and return its effects, and the entries of the states that time alone leads to.

    Entries that were planned before are off the agenda: the machine has left that path. Call inside a transaction.
    """
    plot.cancel_entries(machine.name)
    if world.settlement:
        world.settlement.forget(lambda effect: _is_entry_of(effect, plot.scenario, machine.name))
    plot.put_machine(machine.name, state, world.now_ms)
    due = due_effects(machine.states.get(state, State()).effects, world.now_ms, plot.scenario)
    for entry in machine.entries_after(state):
        effects = machine.states[entry.state].effects
        if effects:
            words: dict[str, Any] = {
                "kind": "enter",
                "scenario": plot.scenario,
                "machine": machine.name,
                "state": entry.state,
                "effects": [{"after_ms": each.after_ms, "do": dict(each.effect)} for each in effects],
            }
            words |= {} if entry.every_ms is None else {"every_ms": entry.every_ms}
            due.append((world.now_ms + entry.in_ms, words))
    return due


def _is_entry_of(effect: Mapping[str, Any], scenario: str, machine: str) -> bool:
    return effect["kind"] == "enter" and effect.get("scenario") == scenario and effect["machine"] == machine


def schedule(due: Iterable[Due], world: World) -> None:
    """Put effects on the agenda. Takes the pen when there are any; whoever calls commits."""
    for due_ms, effect in due:
        world.hold()
        world.agenda.add(due_ms, dict(effect))


def due_effects(effects: Iterable[Later], now_ms: int, scenario: str) -> list[Due]:
    """Return effects with the virtual instants at which they are due; each belongs to its scenario."""
    return list(_date_effects(effects, now_ms, scenario))


def _date_effects(effects: Iterable[Later], now_ms: int, scenario: str) -> Iterator[Due]:
    for each in effects:
        effect = {**each.effect, "scenario": scenario}
        if each.anchor is None:
            yield now_ms + each.after_ms, effect
            continue
        first = each.anchor.next_at(now_ms)
        if first is not None and each.anchor.every_ms is not None:
            again = {"kind": "again", "every_ms": each.anchor.every_ms, "do": dict(each.effect), "scenario": scenario}
            yield first, again
        elif first is not None:
            yield first, effect


# Whose turn it is: every step that a call matches is counted before one of them is taken.

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
