"""The judge: verdicts from kit, plan and journal, and from nothing else: the same three, the same bytes anywhere."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Literal

from emulator.certification.checks import CHECKS
from emulator.certification.evidence import REACHED, reached_in
from emulator.certification.kit import Check, Kit, Scene, Test
from emulator.certification.plan import Plan
from emulator.certification.scenes import AttemptRecord, Finding, Played, bad, unseen
from emulator.kernel.clock import random_for
from emulator.kernel.values import value_class

Verdict = Literal["pass", "warn", "fail", "inconclusive", "skip", "omit", "review", "error", "waiting"]
WORST_FIRST: tuple[Verdict, ...] = (
    "error", "fail", "waiting", "inconclusive", "skip", "review", "warn", "pass", "omit",
)  # fmt: skip
"""The roll-up is this one list: a kit, a group has the first of these that one of its tests has."""
DONE: frozenset[Verdict] = frozenset({"pass", "warn", "omit"})


@dataclass(frozen=True)
class Judged:
    """One test with its verdict and what led to it. ``expected_failure``: the reason the plan gave beforehand."""

    test: Test
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    scenes: tuple[Played, ...] = ()
    expected_failure: str = ""


@dataclass(frozen=True)
class Judgement:
    """All tests of a kit, in its order."""

    kit: Kit
    plan: Plan
    record: AttemptRecord
    tests: tuple[Judged, ...] = field(default=())

    @property
    def required_verdict(self) -> Verdict:
        """Return the verdict of the tests that are MUST."""
        return worst([each.verdict for each in self.tests if each.test.level == "MUST"])

    @property
    def optional(self) -> Verdict:
        """Return the verdict of the tests that are SHOULD."""
        return worst([each.verdict for each in self.tests if each.test.level == "SHOULD"])

    @property
    def has_passed(self) -> bool:
        """Tell whether every required test is pass, warn, or properly omitted."""
        return all(each.verdict in DONE for each in self.tests if each.test.level == "MUST")

    def surprises(self) -> list[tuple[str, str]]:
        """Return (test, kind) of baselines that do not hold: ``unexpected-failure``, ``unexpected-pass``."""
        found = []
        for each in self.tests:
            if each.verdict == "fail" and not each.expected_failure:
                found.append((each.test.id, "unexpected-failure"))
            if each.verdict in ("pass", "warn") and each.expected_failure:
                found.append((each.test.id, "unexpected-pass"))
        return found


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the worst of some verdicts; nothing at all is ``omit``."""
    return next((each for each in WORST_FIRST if each in verdicts), "omit")


def judge(kit: Kit, plan: Plan, record: AttemptRecord) -> Judgement:
    """Return the verdict of every test of the kit: also of those in which nothing happened."""
    reached = reached_in(entry for entry in record.entries if entry.is_call)
    return Judgement(kit, plan, record, tuple(_judge_test(test, plan, record, reached) for test in kit.tests))


def _judge_test(test: Test, plan: Plan, record: AttemptRecord, reached: Container[str]) -> Judged:
    reason = plan.expected_failures.get(test.id, "")
    if not applies(test, plan):
        return Judged(test, "omit", expected_failure=reason)
    if test.kind == "attest":
        return Judged(test, "review" if test.id in record.declared else _silent(record), expected_failure=reason)
    scenes = record.of(test.id)
    findings = _findings(test, scenes)
    missing = [REACHED[need] for need in test.needs if need not in reached]
    verdict = _verdict(test, scenes, findings, record)
    if missing and verdict in ("inconclusive", "pass", "warn"):
        vi = f"Phần mềm chưa tới được {', '.join(each.vi for each in missing)}"
        en = f"the client never came to {', '.join(each.en for each in missing)}"
        return Judged(test, "skip", (unseen(vi, en), *(found for _, found in findings)), scenes, reason)
    return Judged(test, verdict, tuple(found for _, found in findings), scenes, reason)


def _silent(record: AttemptRecord) -> Verdict:
    return "inconclusive" if record.is_closed else "waiting"


def _findings(test: Test, scenes: Sequence[Played]) -> list[tuple[Check | None, Finding]]:
    found: list[tuple[Check | None, Finding]] = []
    for check in test.checks:
        looked = [scene for scene in scenes if check.role in (None, scene.role)]
        found += [(check, each) for each in CHECKS[check.name](looked, check.given)]
    for scene in scenes:
        if scene.has_crashed:
            how = f"{scene.ending.get('how')} {scene.ending.get('exit_code', '')}".strip()
            vi, en = f"Phần mềm không kết thúc bình thường ({how})", f"the program did not end well ({how})"
            found.append((None, unseen(vi, en, scene.begun, actual=how)))
    return found


def _verdict(
    test: Test, scenes: Sequence[Played], findings: Sequence[tuple[Check | None, Finding]], record: AttemptRecord
) -> Verdict:
    if any(entry.outcome == "error" for scene in scenes for entry in scene.entries):
        return "error"
    if len(scenes) < len(test.scenes) or not all(scene.is_over for scene in scenes):
        return _silent(record)
    warned = False
    unclear = False
    for check, found in findings:
        is_hard = check is None or check.level == "MUST"
        if found.answer == "bad" and is_hard and not _is_twin(test, check):
            return "fail"
        unclear = unclear or (found.answer != "good" and is_hard)
        warned = warned or (found.answer != "good" and not is_hard)
    if unclear:
        return "inconclusive"
    return "warn" if warned else "pass"


def _is_twin(test: Test, check: Check | None) -> bool:
    """Tell whether a finding is about twin or control: those say whether silence proves anything, they do not fail."""
    return test.kind == "silence" and check is not None and check.role in ("twin", "control")


def broken_order(kit: Kit, plan: Plan, record: AttemptRecord, seed: int) -> Finding | None:
    """Return that the scenes are not those the challenge asks for, or None."""
    wanted = [(cue.no, cue.test.id, cue.scene.role) for cue in running_order(kit, plan, seed)]
    played = [(scene.no, scene.test_id, scene.role) for scene in record.scenes]
    if played == wanted[: len(played)]:
        return None
    vi, en = "Trình tự các cảnh không theo thử thách", "the scenes do not follow from the challenge"
    return bad(vi, en, expected=wanted[:3], actual=played[:3])


# In which order the scenes of an attempt are played: as the challenge deals them.

PROVIDER, CLOCK = "provider", "clock"
"""Features that the plan does not list but shows: a server of its own, a client that takes the virtual time."""


@value_class
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
