"""In which order the scenes of an attempt are played: as the challenge deals them."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.certification.kit import Kit, Scene, Test
from emulator.certification.plan import Plan
from emulator.kernel.clock import random_for

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
    if plan.only and test.id not in plan.only:
        return False
    if test.feature is None:
        return True
    if test.feature == PROVIDER:
        return bool(plan.provider)
    if test.feature == CLOCK:
        return plan.clock == "follows"
    return plan.features is None or test.feature in plan.features


def running_order(kit: Kit, plan: Plan, seed: int) -> tuple[Cue, ...]:
    """Return every scene to play, dealt out by the seed: no number and no neighbour tells which test a scene serves.

    The scenes of a test that is played ``together`` keep their order, its defect and twin excepted.
    """
    turns = [turn for test in kit.tests if applies(test, plan) for turn in _turns(test, seed)]
    random_for(seed, "order").shuffle(turns)
    played = [each for turn in turns for each in turn]
    return tuple(Cue(no, test, scene) for no, (test, scene) in enumerate(played, 1))


def _turns(test: Test, seed: int) -> list[list[tuple[Test, Scene]]]:
    """Return what of a test is played without anything between."""
    if not test.together:
        return [[(test, scene)] for scene in test.scenes]
    before = [scene for scene in test.scenes if scene.role != "control"]
    if test.kind == "silence":
        random_for(seed, "order", test.id).shuffle(before)
    after = [scene for scene in test.scenes if scene.role == "control"]
    return [[(test, scene) for scene in (*before, *after)]]
