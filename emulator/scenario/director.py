"""The director: lets a scenario, or a wish of the caller's, speak in one exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from emulator.country.plot import ScenarioState
from emulator.country.world import World
from emulator.kernel.dice import random_for
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import FaultFamily, GatewayRefusal, ServiceRefusal
from emulator.scenario.fault import FaultKind
from emulator.scenario.fields import CallFields
from emulator.scenario.performance import Due, begin, enter, later, schedule
from emulator.scenario.script import Answer, Blow, Refuse, Script, Step

# WSO2 numbers its refusals by hundreds (facts-gateway A5, A6).
_FAMILIES: Mapping[int, FaultFamily] = {9009: "security", 9008: "throttling"}


class Wish(NamedTuple):
    """What a caller asks for one call: where the wish was found, and the step that grants it."""

    origin: str
    step: Step


class Director:
    """One exchange long. At most one step acts; a wish of the caller's comes before the scenario."""

    def __init__(self, script: Script | None, wishes: Sequence[Wish], call_fields: CallFields) -> None:
        self._script, self._wishes, self._fields = script, wishes, call_fields
        self._tried: set[str] = set()
        self._acting: Step | None = None
        self._due: list[Due] = []

    def intervene(self, exchange: Exchange, world: World) -> Reply | None:
        """Answer instead of the provider, or return None; called each time the operation has got its (next) name.

        Raises:
            Refusal: the step refuses; the door or the provider words it.
        """
        if self._acting:
            return None
        step, origin = self._wished(exchange), ""
        if step:
            origin = next(wish.origin for wish in self._wishes if wish.step is step)
        elif self._script:
            step, origin = self._chosen(self._script, exchange, world), self._script.id
        if step is None:
            return None
        self._acting = step
        exchange.staged = _told(origin, step)
        return _perform(step, exchange, world)

    def finish(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Spoil or delay the reply, if the step that acted says so."""
        schedule(self._due, world)  # now, since a refused call leaves nothing else behind
        step = self._acting
        if step is None:
            return reply
        _remark(exchange, world)
        if step.answer and step.answer.served:
            reply = _reply(step.answer)
        if step.fault:
            exchange.faults.append(step.fault.name)
            reply = _fault(step.fault).upon(reply, exchange, world, step.fault.params)
        if step.delay_ms:
            delay_s = reply.delivery.delay_s + step.delay_ms / 1000
            reply = replace(reply, delivery=replace(reply.delivery, delay_s=delay_s))
        return reply

    def _wished(self, exchange: Exchange) -> Step | None:
        return next((wish.step for wish in self._wishes if _is_on(wish.step, exchange)), None)

    def _chosen(self, script: Script, exchange: Exchange, world: World) -> Step | None:
        """Return the step whose turn it is. Counting is a transaction of its own, only for calls that a step wants."""
        plot = ScenarioState(world.store, world.home)
        self._due += begin(script, plot, world)
        wanted = [step for step in script.steps if step.name not in self._tried and self._wants(step, exchange)]
        self._tried.update(step.name for step in wanted)
        if not wanted:
            return None
        with plot.at_once():
            for step in wanted:
                if _is_its_turn(script, step, plot, world):
                    self._due += _move(script, step, plot, world)
                    return step
        return None

    def _wants(self, step: Step, exchange: Exchange) -> bool:
        return _is_on(step, exchange) and self._fields.all_hold(step.when)


def _is_on(step: Step, exchange: Exchange) -> bool:
    operation = exchange.operation or ""
    if not any(fnmatchcase(operation, pattern) for pattern in step.on):
        return False
    return step.fault is None or _fault(step.fault).fits(operation)


def _is_its_turn(script: Script, step: Step, plot: ScenarioState, world: World) -> bool:
    if step.state is not None and _state(script, step.machine, plot, world) != step.state:
        return False
    number = plot.count(step.name)
    if step.turn and not step.turn.takes(number):
        return False
    if step.probability is None:
        return True
    luck = random_for(world.sandbox.definition.seed, world.sandbox.id, script.id, step.name, number)
    return luck.random() < step.probability


def _state(script: Script, machine: str, plot: ScenarioState, world: World) -> str:
    standing = plot.standing(machine)
    known = script.machines[machine]
    if standing is None:
        return known.start
    return known.at(standing.state, standing.since_ms, world.now_ms)[0]


def _move(script: Script, step: Step, plot: ScenarioState, world: World) -> list[Due]:
    due = later(step.effects, world.now_ms)
    return due if step.goto is None else due + enter(script.machines[step.machine], step.goto, plot, world)


def _told(origin: str, step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"id": origin, "step": step.name}
    if step.goto is not None:
        told["goto"] = step.goto
    return told | ({"fault": step.fault.name} if step.fault else {})


def _remark(exchange: Exchange, world: World) -> None:
    told = exchange.staged or {}
    vi, en = f"Kịch bản {told['id']}: bước “{told['step']}”", f"Scenario {told['id']}: step {told['step']!r}"
    world.remark("scenario", "", vi, en)


def _perform(step: Step, exchange: Exchange, world: World) -> Reply | None:
    if step.refuse:
        raise _refusal(step.refuse)
    if step.fault:
        reply: Reply | None = _fault(step.fault).instead(exchange, world, step.fault.params)
        if reply:
            return reply
    return _reply(step.answer) if step.answer and not step.answer.served else None


def _refusal(refuse: Refuse) -> GatewayRefusal | ServiceRefusal:
    if refuse.error_code is not None:
        return ServiceRefusal(refuse.error_code, refuse.message)
    family: FaultFamily = _FAMILIES.get(refuse.code // 100, "other")
    return GatewayRefusal(family, refuse.status, refuse.code or refuse.status, refuse.message, refuse.description)


def _reply(answer: Answer) -> Reply:
    return Reply(answer.status, answer.body, answer.headers)


def _fault(blow: Blow) -> FaultKind:
    from emulator.scenario.faults import FAULTS

    return FAULTS[blow.name]
