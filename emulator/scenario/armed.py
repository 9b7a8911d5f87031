"""Armed faults: which fault strikes which call. Kept among the sandbox's settings, so that a reset disarms all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote_plus

from emulator.country.world import World
from emulator.kernel.clock import random_for
from emulator.kernel.exchange import Call, Exchange
from emulator.scenario.fault import LUCK, OCCURRENCE
from emulator.scenario.faults import FAULTS
from emulator.scenario.pipeline import Strike


@dataclass(frozen=True, slots=True)
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
