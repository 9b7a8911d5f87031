"""The director: lets scenarios, armed faults or a wish of the caller's speak in one exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from emulator.country.agenda import ScenarioState, happen_within
from emulator.country.sandbox import Sandbox
from emulator.country.world import World
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import AskAgain
from emulator.scenario.armed import ArmedStrikes, Pipeline, Strike
from emulator.scenario.fault import LUCK, FaultKind
from emulator.scenario.faults import FAULTS
from emulator.scenario.fields import CallFields, CallScene
from emulator.scenario.performance import Due, Turns, begin, due_effects, enter, schedule
from emulator.scenario.replies import answer_reply, changed_reply, fill_step, lookup_in, refusal_of
from emulator.scenario.script import Blow, Phase, Script, Step, Wish

_LAST_CALL = "(last call)"
Settle = Callable[[int], Sandbox]


@dataclass(slots=True)
class Part:
    """A step that acts in this exchange; ``origin`` is its scenario, or where a wish was found."""

    origin: str
    step: Step
    strikes: Sequence[Strike] = ()
    has_spoken: bool = False

    def effects_of(self, phase: Phase) -> list[Mapping[str, Any]]:
        """Return what happens in a phase of the call, each effect marked as its scenario's."""
        return [{**each.effect, "scenario": self.origin} for each in self.step.effects if each.phase == phase]


@dataclass(slots=True)
class _Playing:
    """One scenario of the sandbox during one exchange: the steps met so far, and whether one of them acts."""

    script: Script
    tried: set[str] = field(default_factory=set)
    acts: bool = False


class Director:
    """One exchange long. At most one step of each scenario acts; a wish of the caller's comes before them.

    Scenarios speak in the order of their priority. Once one has said what is answered, those after it may still slow
    the reply, break the line, move their states and let things happen, but no longer answer.
    """

    def __init__(
        self,
        scripts: Sequence[Script],
        wishes: Sequence[Wish],
        call_fields: CallFields,
        armed: ArmedStrikes | None = None,
        settle: Settle | None = None,
    ) -> None:
        """``settle`` lets happen what is due on a sandbox's clock; without it nothing happens before a call."""
        self._playing = [_Playing(script) for script in scripts]
        self._wishes, self._fields, self._armed, self._settle = wishes, call_fields, armed, settle
        self._parts: list[Part] = []
        self._pipeline = Pipeline()
        self._due: list[Due] = []

    def intervene(self, exchange: Exchange, world: World) -> Reply | None:
        """Answer instead of the provider, or return None; called each time the operation has got its (next) name.

        Raises:
            Refusal: a step or a fault refuses; the door or the provider words it.
            AskAgain: the country was changed under the call.
        """
        if not self._parts:
            self._grant_wish(exchange)
        for playing in self._playing:
            self._choose(playing, exchange, world)
        exchange.staged = self._entry()
        self._happen_before(world)
        reply = self._speak(exchange, world)
        if reply is None and self._armed:
            self._pipeline.strikes += self._armed.find_strikes(exchange, world)
            reply = self._pipeline.answer(exchange, world)
        return reply

    def _speak(self, exchange: Exchange, world: World) -> Reply | None:
        """Return what a step answers instead of the service, by a fault or by itself; raises its refusal."""
        for part in self._parts:
            if part.step.refuse and not part.has_spoken:
                part.has_spoken = True
                raise refusal_of(part.step.refuse)
        reply = self._pipeline.answer(exchange, world)
        for part in self._parts:
            answer = part.step.answer
            if reply is None and answer and not answer.served and not part.has_spoken:
                part.has_spoken = True
                return answer_reply(answer)
        return reply

    def finish(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Let the reply leave as the steps and faults will have it; say in the journal which of them acted."""
        schedule(self._due, world)  # now, since a refused call leaves nothing else behind
        for part in self._parts:
            reply = changed_reply(part.step, reply)
            self._pipeline.delay_ms += part.step.delay_ms
            for effect in part.effects_of("during"):
                happen_within(effect, world)
        if self._armed:
            self._pipeline.strikes += self._armed.find_strikes(exchange, world, of_line=True)
        reply = self._pipeline.spoil(reply, exchange, world)
        exchange.staged = self._entry()
        self._remark(world)
        return reply

    def _grant_wish(self, exchange: Exchange) -> None:
        wish = next((wish for wish in self._wishes if _is_on(wish.step, exchange)), None)
        if wish:
            self._add_part(wish.origin, wish.step, {})

    def _add_part(self, origin: str, step: Step, more: Mapping[str, Any]) -> None:
        strikes = [Strike(blow.name, _fault(blow), {**blow.params, **more}) for blow in step.faults]
        self._parts.append(Part(origin, step, strikes))
        self._pipeline.strikes += strikes

    def _choose(self, playing: _Playing, exchange: Exchange, world: World) -> None:
        """Count every step that the call matches, then take the first whose turn it is.

        Counting is a transaction of its own, only for calls that a step wants.
        """
        script = playing.script
        plot = ScenarioState(world.store, world.home, script.id)
        self._due += begin(script, plot, world)
        fresh = [step for step in script.steps if step.name not in playing.tried and _is_on(step, exchange)]
        wanted = [step for step in fresh if self._scene(step, plot, exchange, world).all_hold(step.when)]
        timed = [step for step in fresh if step.remembers_time]
        playing.tried.update(step.name for step in wanted)
        if not wanted and not timed:
            return
        with plot.at_once():
            turns = Turns(script, plot, world)
            scene = CallScene(self._fields, exchange, world)
            met = [(step, number) for step in wanted if (number := turns.count(step, scene))]
            for step in timed:
                plot.put_machine(f"{_LAST_CALL} {step.name}", "", world.now_ms)
            chosen = None if playing.acts else self._take(met, turns)
            if chosen:
                playing.acts = True
                self._act(script, *chosen, scene, plot)

    def _scene(self, step: Step, plot: ScenarioState, exchange: Exchange, world: World) -> CallScene:
        last = plot.machine_state(f"{_LAST_CALL} {step.name}") if step.remembers_time else None
        return CallScene(self._fields, exchange, world, None if last is None else world.now_ms - last.since_ms)

    def _take(self, met: Sequence[tuple[Step, int]], turns: Turns) -> tuple[Step, int] | None:
        is_answered = any(_answers(part.step) for part in self._parts)
        free = (each for each in met if not (is_answered and _answers(each[0])))
        return next((each for each in free if turns.take(*each)), None)

    def _act(self, script: Script, step: Step, number: int, scene: CallScene, plot: ScenarioState) -> None:
        world = scene.world
        if step.has_placeholders:
            step = fill_step(step, lookup_in(scene, number))
        self._add_part(script.id, step, {LUCK: (world.sandbox.definition.seed, script.id, step.name, number)})
        after = [each for each in step.effects if each.phase == "after"]
        self._due += due_effects(after, world.now_ms, script.id)
        if step.goto is not None:
            self._due += enter(script.machines[step.machine], step.goto, plot, world)

    def _happen_before(self, world: World) -> None:
        """Let happen what comes before the call; then its gateway has to look again."""
        due = [effect for part in self._parts for effect in part.effects_of("before")]
        if not due or self._settle is None:
            return
        for part in self._parts:
            part.step = _without_before(part.step)
        schedule([(world.now_ms, effect) for effect in due], world)
        world.commit()
        world.sandbox = self._settle(world.sandbox.no)
        raise AskAgain

    def _entry(self) -> dict[str, Any] | None:
        """Return what the journal says of the steps that act: the first, and those that act ``also``."""
        told = [self._part_entry(part) for part in self._parts]
        return told[0] | ({"also": told[1:]} if told[1:] else {}) if told else None

    def _part_entry(self, part: Part) -> dict[str, Any]:
        told: dict[str, Any] = {"id": part.origin, "step": part.step.name}
        if part.step.goto is not None:
            told["goto"] = part.step.goto
        acted = [strike.name for strike in part.strikes if strike.has_acted]
        return told | ({"fault": acted[0]} if acted else {})

    def _remark(self, world: World) -> None:
        for part in self._parts:
            vi, en = (
                f"Kịch bản {part.origin}: bước “{part.step.name}”",
                f"Scenario {part.origin}: step {part.step.name!r}",
            )
            world.remark("scenario", "", vi, en)
        for strike in self._pipeline.strikes:
            if strike.is_armed and strike.has_acted:
                title, name = strike.fault.title, strike.name
                vi, en = f"Lỗi đặt sẵn '{name}': {title['vi']}", f"Armed fault '{name}': {title['en']}"
                world.remark(f"fault:{name}", "", vi, en)


def _is_on(step: Step, exchange: Exchange) -> bool:
    operation = exchange.operation or ""
    if not any(fnmatchcase(operation, pattern) for pattern in step.on):
        return False
    return all(_fault(blow).fits(operation) for blow in step.faults)


def _answers(step: Step) -> bool:
    """Tell whether a step says what is answered, itself or by a fault."""
    return step.changes_answer or any(_fault(blow).stage == "answer" for blow in step.faults)


def _without_before(step: Step) -> Step:
    return replace(step, effects=tuple(each for each in step.effects if each.phase != "before"))


def _fault(blow: Blow) -> FaultKind:
    return FAULTS[blow.name]
