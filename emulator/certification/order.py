"""In which order the scenes of an attempt are played: the kit's, with the defects where the seed puts them."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.certification.kit import Kit, Scene, Test
from emulator.certification.plan import Plan
from emulator.kernel.dice import random_for

PROVIDER, CLOCK = "provider", "clock"
"""Features that the plan does not list but shows: a server of its own, a client that takes the virtual time."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One scene to be played, ``no`` counted from 1."""

    no: int
    test: Test
    scene: Scene


def applies(test: Test, plan: Plan) -> bool:
    """Tell whether a test is meant for what the plan declares; one that is not is omitted."""
    if test.feature is None:
        return True
    if test.feature == PROVIDER:
        return bool(plan.provider)
    if test.feature == CLOCK:
        return plan.clock == "follows"
    return plan.features is None or test.feature in plan.features


def running_order(kit: Kit, plan: Plan, seed: int) -> tuple[Cue, ...]:
    """Return every scene to play. Of a silence test the defect and its twin come in an order nobody can know."""
    played = [(test, scene) for test in kit.tests if applies(test, plan) for scene in _scenes(test, seed)]
    return tuple(Cue(no, test, scene) for no, (test, scene) in enumerate(played, 1))


def _scenes(test: Test, seed: int) -> list[Scene]:
    before = [scene for scene in test.scenes if scene.role != "control"]
    if test.kind == "silence":
        random_for(seed, "order", test.id).shuffle(before)
    return before + [scene for scene in test.scenes if scene.role == "control"]
