"""Scenarios of a sandbox: which ones play, in what states, how often their steps were met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminContext, AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.agenda import ScenarioState
from emulator.country.positions import Problem
from emulator.country.sandbox import Sandbox
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange
from emulator.scenario.cast import names_of
from emulator.scenario.library import NoScenario
from emulator.scenario.performance import ACTED, NothingAlike, begin, end, enter, schedule, state_now
from emulator.scenario.script import Script, StateMachine

ROUTES = RouteTable("kịch bản / scenarios", scoped=True)

LONGEST_TEXT = 256 * 1024
_TEXT_BEGINS = re.compile(rb"(\xef\xbb\xbf)?(\s*(#[^\n]*)?\n)*(---\s*\n)?\$?[a-z_]+:")
"""A scenario as it stands in its file: not JSON, which is what every other body is."""


def find_scenario(context: AdminContext, name: str) -> Script:
    """Return a scenario of the library, with its own values.

    Raises:
        Trouble: there is none of that name, or its file is wrong.
    """
    return _script_of(context, {"name": name})


def _script_of(context: AdminContext, wish: Mapping[str, Any], pointer: str = "/scenario") -> Script:
    from emulator.scenario.reader import BadScenario

    try:
        return context.cast.script_of(wish)
    except NoScenario as trouble:
        name = wish["name"]
        vi, en = f"không có kịch bản '{name}'{trouble.vi}", f"there is no scenario {name!r}{trouble.en}"
        raise invalid([InputFault(pointer, vi, en)]) from None
    except BadScenario as trouble:
        raise invalid([_input_fault(pointer, each) for each in trouble.problems]) from None


def play(context: AdminContext, sandbox: Sandbox) -> None:
    """Begin the scenarios of a sandbox that have not begun: their records are there from now on.

    Raises:
        Trouble: a scenario cannot be had, or does not fit the sandbox's pack.
    """
    for wish in sandbox.definition.scenarios:
        script, world = _script_of(context, wish), _enter(context, sandbox)
        try:
            due = begin(script, ScenarioState(world.store, world.home, script.id), world)
        except NothingAlike as trouble:
            vi, en = f"gói này không có hồ sơ để sao chép: {trouble}", f"the pack has no dossier to copy: {trouble}"
            raise invalid([InputFault("/scenario", vi, en)]) from None
        if due:
            schedule(due, world)
            world.commit()


def stop(context: AdminContext, sandbox: Sandbox) -> None:
    """End the scenarios of a sandbox: what they remember and what they had scheduled goes."""
    names = list(names_of(sandbox))
    if not names:
        return
    world = _enter(context, sandbox)
    for name in names:
        end(name, world)
    world.commit()


def change_scenarios(context: AdminContext, sandbox: Sandbox, wishes: Sequence[Mapping[str, Any]]) -> Sandbox:
    """Play these scenarios from their beginning, and no others; when one cannot begin, the ones before go on.

    Raises:
        Trouble: a scenario cannot be had, or does not fit the sandbox's pack.
    """
    _check_names(wishes)
    for each in wishes:
        _script_of(context, each)
        _check_against_pack(context, sandbox, each)
    before = sandbox.definition
    stop(context, sandbox)
    changed = context.sandboxes.redefine(sandbox, _as_definition(wishes))
    try:
        play(context, changed)
    except Trouble:
        stop(context, changed)
        play(context, context.sandboxes.redefine(changed, _as_definition(before.scenarios)))
        raise
    return changed


def _check_names(wishes: Sequence[Mapping[str, Any]]) -> None:
    names = [each["name"] for each in wishes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise invalid([InputFault("/scenarios", f"'{twice}' có hai lần", f"{twice!r} is there twice")])


def _check_against_pack(context: AdminContext, sandbox: Sandbox, wish: Mapping[str, Any]) -> None:
    problems = context.cast.problems_of(wish, context.packs[sandbox.definition.pack])
    if problems:
        raise invalid([_input_fault("/scenario", each) for each in problems])


def _input_fault(pointer: str, problem: Problem) -> InputFault:
    return InputFault(pointer, f"{problem.place}: {problem.vi}", f"{problem.place}: {problem.en}")


def _as_definition(wishes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"scenario": wishes[0]["name"] if wishes else None, "scenarios": tuple(wishes)}


@ROUTES.add("GET", "/scenario", "Kịch bản đang diễn", "The playing scenario", RouteDoc("Scenario", noes=("invalid",)))
def show_scenario(request: AdminRequest) -> AdminReply:
    """Return the first scenario of a sandbox with its states and counters, and those that play beside it."""
    sandbox = request.sandbox()
    wishes = sandbox.definition.scenarios
    if not wishes:
        return AdminReply({"scenario": None})
    cards = [_playing_card(request, sandbox, wish) for wish in wishes]
    return AdminReply(cards[0] | ({"also": cards[1:]} if cards[1:] else {}))


def _playing_card(request: AdminRequest, sandbox: Sandbox, wish: Mapping[str, Any]) -> dict[str, Any]:
    script, world = _script_of(request.context, wish), _enter(request.context, sandbox)
    plot = ScenarioState(world.store, world.home, script.id)
    counters = {name: value for name, value in plot.counters().items() if not name.endswith(f"/{ACTED}")}
    totals = {step.name: counters.pop(step.name, 0) for step in script.steps}
    for name, value in counters.items():
        totals[name.partition("#")[0]] += value
    pack = request.context.packs[sandbox.definition.pack]
    problems = [asdict(each) for each in request.context.cast.problems_of(wish, pack)]
    return {
        **_card(script),
        "params": dict(script.params),
        "states": {each.name: _machine_card(each, plot, world) for each in script.machines.values()},
        "counters": totals,
        "problems": problems,
    }


@ROUTES.add(
    "PUT",
    "/scenario",
    "Chọn kịch bản",
    "Choose a scenario",
    RouteDoc("Scenario", "ScenarioChoice", {"scenario": "dung-trinh-tu"}),
)
def choose_scenario(request: AdminRequest) -> AdminReply:
    """Play a scenario from its beginning, several, the one of a text, or none (``null``).

    What the last one has changed stays, what it had scheduled goes; a reset undoes the rest.
    """
    change_scenarios(request.context, request.sandbox(), _wishes_of(request))
    return show_scenario(request)


def _wishes_of(request: AdminRequest) -> list[Mapping[str, Any]]:
    from emulator.admin import schemas

    if _TEXT_BEGINS.match(request.body):
        return [_text_wish(request.body.decode("utf-8", "replace"), {})]
    wish = schemas.load(schemas.ScenarioChoice(), request.content())
    if "text" in wish:
        return [_text_wish(wish["text"], wish.get("set", {}))]
    if "scenarios" in wish:
        return [_named_wish(each) for each in wish["scenarios"]]
    return [] if wish["scenario"] is None else [_named_wish(wish)]


def _named_wish(wish: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": wish["scenario"], **({"set": wish["set"]} if wish.get("set") else {})}


def _text_wish(text: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    from emulator.scenario.reader import id_of_text

    if len(text.encode()) > LONGEST_TEXT:
        limit = f"{LONGEST_TEXT // 1024} KB"
        raise invalid([InputFault("/text", f"dài hơn {limit}", f"longer than {limit}")])
    name = id_of_text(text)
    if name is None:
        raise invalid([InputFault("/text", "không phải một kịch bản: thiếu id", "no scenario: it has no id")])
    return {"name": name, "text": text, **({"set": dict(values)} if values else {})}


@ROUTES.add(
    "PUT",
    "/scenario/states/{name}",
    "Đặt trạng thái",
    "Set a state",
    RouteDoc("Scenario", "StateWish", {"state": "da-tiep-nhan"}, may_be_empty=True, noes=("no-such-scenario-part",)),
)
@ROUTES.add(
    "PUT",
    "/scenarios/{name}/state",
    "Đặt trạng thái",
    "Set a state",
    RouteDoc("Scenario", "StateWish", {"state": "moi"}, may_be_empty=True, noes=("no-such-scenario-part",)),
)
def put_state(request: AdminRequest) -> AdminReply:
    """Put a machine of a scenario into a state; WireMock's empty body puts it to its start."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.StateWish(), request.content(may_be_empty=True))
    script, machine = _find_machine(request)
    state = wish.get("state", machine.start)
    if state not in machine.states:
        names = ", ".join(machine.states)
        raise invalid(
            [InputFault("/state", f"không có trạng thái này; có: {names}", f"no such state; there are: {names}")]
        )
    world = _enter(request.context, request.sandbox())
    plot = ScenarioState(world.store, world.home, script.id)
    due = begin(script, plot, world)
    with plot.at_once():
        due += enter(machine, state, plot, world)
    schedule(due, world)
    if due:
        world.commit()
    return show_scenario(request)


@ROUTES.add(
    "PUT",
    "/scenario/counters/{name}",
    "Đặt bộ đếm",
    "Set a counter",
    RouteDoc("Scenario", "CounterWish", {"value": 3}, noes=("no-such-scenario-part",)),
)
def put_counter(request: AdminRequest) -> AdminReply:
    """Set how often a step of a scenario was met; one that counts by dossier or person begins there for all."""
    from emulator.admin import schemas

    scripts = _scripts(request)
    wish, name = schemas.load(schemas.CounterWish(), request.content()), request.named["name"]
    script = next((each for each in scripts if name in {step.name for step in each.steps}), None)
    if script is None:
        raise Trouble("no-such-scenario-part", name=name)
    world = _enter(request.context, request.sandbox())
    plot = ScenarioState(world.store, world.home, script.id)
    with plot.at_once():
        plot.set_counter(name, wish["value"])
    return show_scenario(request)


@ROUTES.add(
    "POST", "/scenario/reset", "Diễn lại từ đầu", "Play it from the beginning", RouteDoc("Scenario", noes=("invalid",))
)
@ROUTES.add(
    "POST", "/scenarios/reset", "Diễn lại từ đầu", "Play it from the beginning", RouteDoc("Scenario", noes=("invalid",))
)
def reset_scenario(request: AdminRequest) -> AdminReply:
    """Play the scenarios from their beginning: states at their start, counters at zero. Dossiers stay as they are."""
    stop(request.context, request.sandbox())
    play(request.context, request.sandbox())
    return show_scenario(request)


@ROUTES.add(
    "GET", "/scenarios", "Trạng thái kiểu WireMock", "States, WireMock's way", RouteDoc("Machines", noes=("invalid",))
)
def list_machines(request: AdminRequest) -> AdminReply:
    """Return the machines of the playing scenarios in WireMock's form, and every scenario that can be chosen."""
    world = _enter(request.context, request.sandbox())
    rows = [
        {
            "id": each.name,
            "name": each.name,
            "state": state_now(each, ScenarioState(world.store, world.home, script.id), world)[0],
            "possibleStates": list(each.states),
            "mappings": [],
        }
        for script in _scripts(request)
        for each in script.machines.values()
    ]
    return AdminReply({"scenarios": rows, "library": sorted(request.context.cast.library.paths())})


def _scripts(request: AdminRequest) -> list[Script]:
    return [_script_of(request.context, wish) for wish in request.sandbox().definition.scenarios]


def _find_machine(request: AdminRequest) -> tuple[Script, StateMachine]:
    name = request.named["name"]
    for script in _scripts(request):
        if name in script.machines:
            return script, script.machines[name]
    raise Trouble("no-such-scenario-part", name=name)


def _enter(context: AdminContext, sandbox: Sandbox) -> World:
    return context.enter(sandbox, Exchange(Call("GET", "/")))


def _card(script: Script) -> dict[str, Any]:
    return {
        "scenario": script.id,
        "title": script.title,
        "purpose": script.purpose,
        "good_client": script.good_client,
        "source": script.source,
    }


def _machine_card(machine: StateMachine, plot: ScenarioState, world: World) -> dict[str, Any]:
    state, since_ms = state_now(machine, plot, world)
    return {"state": state, "since": iso(since_ms), "possible": list(machine.states)}
