"""Scenarios of a sandbox: which one plays, in what states, how often its steps were met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminContext, AdminReply, AdminRequest
from emulator.country.plot import ScenarioState
from emulator.country.sandbox import Sandbox
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange
from emulator.scenario.library import NoScenario
from emulator.scenario.performance import Due, NothingAlike, begin, enter, schedule
from emulator.scenario.script import Machine, Script


def find_scenario(office: AdminContext, name: str) -> Script:
    """Return a scenario of the library.

    Raises:
        Trouble: there is none of that name, or its file is wrong.
    """
    from emulator.scenario.reader import BadScenario

    try:
        return office.library.get(name)
    except NoScenario as trouble:
        vi, en = f"không có kịch bản '{name}'{trouble.vi}", f"there is no scenario {name!r}{trouble.en}"
        raise invalid([InputFault("/scenario", vi, en)]) from None
    except BadScenario as trouble:
        raise invalid([InputFault("/scenario", str(each), str(each)) for each in trouble.problems]) from None


def play(office: AdminContext, sandbox: Sandbox) -> None:
    """Begin the scenario of a sandbox, if it has one and it has not begun: its records are there from now on.

    Raises:
        Trouble: the scenario cannot be had, or does not fit the sandbox's pack.
    """
    if sandbox.definition.scenario is None:
        return
    world = office.enter(sandbox, Exchange(Call("GET", "/")))
    try:
        due = begin(find_scenario(office, sandbox.definition.scenario), ScenarioState(world.store, world.home), world)
    except NothingAlike as trouble:
        vi, en = f"gói này không có hồ sơ để sao chép: {trouble}", f"the pack has no dossier to copy: {trouble}"
        raise invalid([InputFault("/scenario", vi, en)]) from None
    _schedule(due, world)


def _schedule(due: list[Due], world: World) -> None:
    if due:
        schedule(due, world)
        world.commit()


def show_scenario(visit: AdminRequest) -> AdminReply:
    """Return the scenario of a sandbox with its states and counters; null when none plays."""
    sandbox = visit.sandbox()
    name = sandbox.definition.scenario
    if name is None:
        return AdminReply({"scenario": None})
    script = find_scenario(visit.office, name)
    world, plot = _world(visit)
    return AdminReply(
        {
            **_card(script),
            "states": {each.name: _standing(each, plot, world) for each in script.machines.values()},
            "counters": {step.name: plot.counters().get(step.name, 0) for step in script.steps},
            "problems": [asdict(each) for each in visit.office.library.problems(name)],
        }
    )


def choose_scenario(visit: AdminRequest) -> AdminReply:
    """Play a scenario from its beginning, or none (``null``). What the last one has changed stays; reset undoes it."""
    from emulator.admin import schemas
    from emulator.admin import schemas as scenario_schemas

    before = visit.sandbox().definition.scenario
    wish = schemas.load(scenario_schemas.ScenarioChoice(), visit.content())
    if wish["scenario"] is not None:
        find_scenario(visit.office, wish["scenario"])
    _, plot = _world(visit)
    with plot.at_once():
        plot.forget()
    try:
        play(visit.office, visit.office.sandboxes.redefine(visit.sandbox(), wish))
    except Trouble:
        visit.office.sandboxes.redefine(visit.sandbox(), {"scenario": before})
        raise
    return show_scenario(visit)


def put_state(visit: AdminRequest) -> AdminReply:
    """Put a machine of the scenario into a state; WireMock's empty body puts it to its start."""
    from emulator.admin import schemas
    from emulator.admin import schemas as scenario_schemas

    wish = schemas.load(scenario_schemas.StateWish(), visit.content(may_be_empty=True))
    script, machine = _machine(visit)
    state = wish.get("state", machine.start)
    if state not in machine.states:
        names = ", ".join(machine.states)
        raise invalid(
            [InputFault("/state", f"không có trạng thái này; có: {names}", f"no such state; there are: {names}")]
        )
    world, plot = _world(visit)
    due = begin(script, plot, world)
    with plot.at_once():
        due += enter(machine, state, plot, world)
    _schedule(due, world)
    return show_scenario(visit)


def put_counter(visit: AdminRequest) -> AdminReply:
    """Set how often a step of the scenario was met."""
    from emulator.admin import schemas
    from emulator.admin import schemas as scenario_schemas

    _, plot = _world(visit)
    wish, name = schemas.load(scenario_schemas.CounterWish(), visit.content()), visit.named["name"]
    if name not in {step.name for step in _script(visit).steps}:
        raise Trouble("no-such-scenario-part", name=name)
    with plot.at_once():
        plot.set_counter(name, wish["value"])
    return show_scenario(visit)


def reset_scenario(visit: AdminRequest) -> AdminReply:
    """Play the scenario from its beginning: states at their start, counters at zero. Dossiers stay as they are."""
    _, plot = _world(visit)
    with plot.at_once():
        plot.forget()
    play(visit.office, visit.sandbox())
    return show_scenario(visit)


def list_machines(visit: AdminRequest) -> AdminReply:
    """Return the machines of the playing scenario in WireMock's form, and every scenario that can be chosen."""
    name = visit.sandbox().definition.scenario
    machines: Mapping[str, Machine] = find_scenario(visit.office, name).machines if name else {}
    world, plot = _world(visit)
    rows = [
        {
            "id": each.name,
            "name": each.name,
            "state": _standing(each, plot, world)["state"],
            "possibleStates": list(each.states),
            "mappings": [],
        }
        for each in machines.values()
    ]
    return AdminReply({"scenarios": rows, "library": sorted(visit.office.library.paths())})


def _script(visit: AdminRequest) -> Script:
    name = visit.sandbox().definition.scenario
    if name is None:
        raise Trouble("no-such-scenario-part", name=visit.named["name"])
    return find_scenario(visit.office, name)


def _machine(visit: AdminRequest) -> tuple[Script, Machine]:
    script, name = _script(visit), visit.named["name"]
    machine = script.machines.get(name)
    if machine is None:
        raise Trouble("no-such-scenario-part", name=name)
    return script, machine


def _world(visit: AdminRequest) -> tuple[World, ScenarioState]:
    world = visit.office.enter(visit.sandbox(), Exchange(Call("GET", "/")))
    return world, ScenarioState(world.store, world.home)


def _card(script: Script) -> dict[str, Any]:
    return {
        "scenario": script.id,
        "title": script.title,
        "purpose": script.purpose,
        "good_client": script.good_client,
        "source": script.source,
    }


def _standing(machine: Machine, plot: ScenarioState, world: World) -> dict[str, Any]:
    kept = plot.standing(machine.name)
    state, since = machine.at(kept.state, kept.since_ms, world.now_ms) if kept else (machine.start, world.now_ms)
    return {"state": state, "since": iso(since), "possible": list(machine.states)}
