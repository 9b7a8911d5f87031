"""Armed faults: which fault strikes which call, and several on one call, each on its stage.

They are kept among the sandbox's settings, so that a reset disarms all.

"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote_plus

from emulator.country.world import World
from emulator.kernel.clock import random_for
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import AskAgain, Refusal
from emulator.kernel.values import value_class
from emulator.scenario.fault import LUCK, OCCURRENCE, SILENT_ENDS, FaultKind, Params, Stage
from emulator.scenario.faults import FAULTS


@value_class
class Arm:
    """One armed fault.

    It strikes calls of operations that ``on`` (a glob) matches: the ``nth`` ones (1 is the first; empty: each), with
    ``probability``, at most ``times`` times, before the virtual instant ``until_ms``. ``id`` is new with every arming,
    and counting begins with it. ``seed`` replaces the sandbox's for the luck of this arm. ``about``: only calls that
    name this text in body, path or query are met: a fault strikes one dossier or file, whichever call comes first.
    """

    id: str
    fault: str
    on: str = "*"
    nth: tuple[int, ...] = ()
    times: int | None = None
    probability: float = 1.0
    until_ms: int | None = None
    seed: int | None = None
    about: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met_counter(self) -> str:
        """Return the name of the counter of calls it could strike."""
        return f"fault/{self.id}/met"

    @property
    def fired_counter(self) -> str:
        """Return the name of the counter of calls it did strike."""
        return f"fault/{self.id}/fired"

    def luck_of(self, number: int, seed: int) -> tuple[object, ...]:
        """Return what the luck of one call is drawn from: the wish and the call's number, on every sandbox the same."""
        wish = json.dumps([self.fault, self.on, self.nth, self.probability, dict(self.params)], sort_keys=True)
        return (seed if self.seed is None else self.seed, "armed", wish, number)


def arm_of(stored: Mapping[str, Any]) -> Arm:
    """Return an arm as it was stored."""
    return Arm(**{**stored, "nth": tuple(stored.get("nth", ()))})


class ArmedStrikes:
    """The armed faults of a sandbox during one exchange."""

    def __init__(self, stored: tuple[Mapping[str, Any], ...]) -> None:
        self._arms = [arm_of(each) for each in stored]

    def find_strikes(self, exchange: Exchange, world: World, *, of_line: bool = False) -> list[Strike]:
        """Return the faults that strike now and were not met before; ``of_line``: only those that meet refusals too.

        An exchange may be named twice, first by its gateway and then by its provider: an arm strikes it once.
        """
        operation, found = exchange.operation or "", []
        for arm in list(self._arms):
            fault = FAULTS[arm.fault]
            if of_line and not fault.strikes_any_call:
                continue
            if (
                not fnmatchcase(operation, arm.on)
                or not fault.fits(operation)
                or not _is_about(exchange.call, arm.about)
            ):
                continue
            self._arms.remove(arm)
            more = _strikes(arm, world)
            if more:
                found.append(Strike(arm.fault, fault, {**arm.params, **more}, is_armed=True))
        return found


def _is_about(call: Call, text: str) -> bool:
    return not text or text.encode() in call.body or text in call.path or text in unquote_plus(call.query)


def _strikes(arm: Arm, world: World) -> Mapping[str, Any]:
    """Return the how many-th strike this is and its luck, nothing when the arm lets the call pass."""
    if arm.until_ms is not None and world.now_ms >= arm.until_ms:
        return {}
    met = world.count_lastingly(arm.met_counter)
    if arm.nth and met not in arm.nth:
        return {}
    luck = arm.luck_of(met, world.sandbox.definition.seed)
    if arm.probability < 1 and random_for(*luck).random() >= arm.probability:
        return {}
    fired = world.count_lastingly(arm.fired_counter)
    return {OCCURRENCE: fired, LUCK: luck} if arm.times is None or fired <= arm.times else {}


# Several faults on one call: each acts on its stage, and only those that a client could notice are said to have
# acted.
#
# The stages are those of a reply on its way: who answers, its head, its content, how fast it leaves, how the line
# ends.


@dataclass(slots=True)
class Strike:
    """One fault that strikes one call; ``is_armed`` tells those of ``PUT /__admin/faults`` from those of steps."""

    name: str
    fault: FaultKind
    params: Params
    is_armed: bool = False
    was_asked: bool = False
    has_acted: bool = False

    def answer(self, exchange: Exchange, world: World) -> Reply | None:
        """Return what the fault answers instead of the provider, or None; may raise a Refusal or AskAgain."""
        self.was_asked, before = True, world.sandbox
        try:
            reply = self.fault.instead(exchange, world, self.params)
        except (Refusal, AskAgain):
            self.has_acted = True
            raise
        changed = self.fault.stage == "answer" and world.sandbox is not before
        self.has_acted = reply is not None or changed
        return reply

    def spoil(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as the fault leaves it; one that comes back as it went has not acted."""
        spoilt = self.fault.upon(reply, exchange, world, self.params)
        if spoilt is not reply:
            self.has_acted = True
        return spoilt


class Pipeline:
    """The faults of one exchange in the order in which they came: of the scenarios, then those that are armed."""

    def __init__(self) -> None:
        self.strikes: list[Strike] = []
        self.delay_ms = 0

    def answer(self, exchange: Exchange, world: World) -> Reply | None:
        """Return the first answer that a fault gives instead of the provider; each fault is asked once in a call."""
        for strike in self.strikes:
            if not strike.was_asked:
                reply = strike.answer(exchange, world)
                if reply is not None:
                    return reply
        return None

    def spoil(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as it leaves, stage by stage; name in the exchange what acted."""
        ends = list(self._of("end"))
        # Who kept the call from its service also ends its line; else it is the first that wants to.
        end = next((strike for strike in ends if strike.has_acted), ends[0] if ends else None)
        is_silent = end is not None and _ends_silently(end, reply, exchange, world)
        for strike in self._of("answer"):
            reply = strike.spoil(reply, exchange, world) if strike.has_acted else reply
        if not is_silent:
            for strike in (*self._of("headers"), *self._of("body")):
                reply = strike.spoil(reply, exchange, world)
        for strike in self._of("pace"):
            if strike.fault.kind == "timing" or not is_silent:
                reply = strike.spoil(reply, exchange, world)
        if self.delay_ms:
            delay_s = reply.delivery.delay_s + self.delay_ms / 1000
            reply = replace(reply, delivery=replace(reply.delivery, delay_s=delay_s))
        reply = end.spoil(reply, exchange, world) if end else reply
        exchange.faults += [strike.name for strike in self.strikes if strike.has_acted]
        return reply

    def _of(self, stage: Stage) -> Iterator[Strike]:
        return (strike for strike in self.strikes if strike.fault.stage == stage)


def _ends_silently(end: Strike, reply: Reply, exchange: Exchange, world: World) -> bool:
    """Tell whether nothing of a reply's content reaches its client: then nothing that was done to it has acted."""
    return end.fault.upon(reply, exchange, world, end.params).delivery.fault in SILENT_ENDS
