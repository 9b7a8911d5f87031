"""Armed faults: which fault strikes which call. Kept among the sandbox's settings, so that a reset disarms all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from emulator.country.world import CallDirector, World
from emulator.kernel.dice import random_for
from emulator.kernel.exchange import Exchange, Reply
from emulator.scenario.fault import OCCURRENCE, FaultKind
from emulator.scenario.faults import FAULTS


@dataclass(frozen=True, slots=True)
class Arm:
    """One armed fault.

    It strikes calls of operations that ``on`` (a glob) matches: the ``nth`` ones (1 is the first; empty: each), with
    ``probability``, at most ``times`` times, before the virtual instant ``until_ms``. ``id`` is new with every arming,
    and counting begins with it. ``seed`` replaces the sandbox's for the luck of this arm.
    """

    id: str
    fault: str
    on: str = "*"
    nth: tuple[int, ...] = ()
    times: int | None = None
    probability: float = 1.0
    until_ms: int | None = None
    seed: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> str:
        """Return the name of the counter of calls it could strike."""
        return f"fault/{self.id}/met"

    @property
    def fired(self) -> str:
        """Return the name of the counter of calls it did strike."""
        return f"fault/{self.id}/fired"


def arm_of(stored: Mapping[str, Any]) -> Arm:
    """Return an arm as it was stored."""
    return Arm(**{**stored, "nth": tuple(stored.get("nth", ()))})


class _Struck(NamedTuple):
    name: str
    fault: FaultKind
    params: Mapping[str, Any]


class ArmedFaults:
    """One exchange long: plays the sandbox's armed faults, and asks the scenario behind them first."""

    def __init__(self, stored: tuple[Mapping[str, Any], ...], scenario: CallDirector | None) -> None:
        self._arms, self._scenario = [arm_of(each) for each in stored], scenario
        self._struck: list[_Struck] = []

    def intervene(self, exchange: Exchange, world: World) -> Reply | None:
        """Return what the scenario says, else what the faults that strike this call say; may raise what they raise.

        An exchange may be named twice, first by its gateway and then by its provider: an arm strikes it once.
        """
        said = self._scenario.intervene(exchange, world) if self._scenario else None
        if said:
            return said
        for struck in self._pick(exchange, world):
            reply = struck.fault.instead(exchange, world, struck.params)
            if reply:
                return reply
        return None

    def finish(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as the faults leave it, and say in the journal which they were."""
        if self._scenario:
            reply = self._scenario.finish(reply, exchange, world)
        self._pick(exchange, world, of_line=True)
        for name, fault, params in self._struck:
            exchange.faults.append(name)
            reply = fault.upon(reply, exchange, world, params)
            vi, en = f"Lỗi đặt sẵn '{name}': {fault.title['vi']}", f"Armed fault '{name}': {fault.title['en']}"
            world.remark(f"fault:{name}", "", vi, en)
        return reply

    def _pick(self, exchange: Exchange, world: World, *, of_line: bool = False) -> list[_Struck]:
        """Return the faults that strike now and were not met before; ``of_line``: only those that meet refusals too."""
        operation, found = exchange.operation or "", []
        for arm in list(self._arms):
            fault = FAULTS[arm.fault]
            if of_line and not fault.strikes_any_call:
                continue
            if not fnmatchcase(operation, arm.on) or not fault.fits(operation):
                continue
            self._arms.remove(arm)
            occurrence = _strikes(arm, world)
            if occurrence:
                found.append(_Struck(arm.fault, fault, {**arm.params, OCCURRENCE: occurrence}))
        self._struck += found
        return found


def _strikes(arm: Arm, world: World) -> int:
    """Return the how many-th strike this is, 0 when the arm lets the call pass."""
    if arm.until_ms is not None and world.now_ms >= arm.until_ms:
        return 0
    met = world.count_lastingly(arm.met)
    if arm.nth and met not in arm.nth:
        return 0
    seed = world.sandbox.definition.seed if arm.seed is None else arm.seed
    if arm.probability < 1 and random_for(seed, world.sandbox.id, arm.id, met).random() >= arm.probability:
        return 0
    fired = world.count_lastingly(arm.fired)
    return fired if arm.times is None or fired <= arm.times else 0
