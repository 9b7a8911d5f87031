"""The judge: verdicts from kit, plan and journal, and from nothing else: the same three, the same bytes anywhere."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Literal

from emulator.certification.checks import CHECKS
from emulator.certification.finding import Finding, bad, unseen
from emulator.certification.kit import Check, Kit, Test
from emulator.certification.order import applies
from emulator.certification.plan import Plan
from emulator.certification.reached import REACHED, reached_in
from emulator.certification.scenes import Played, Record

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
    record: Record
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


def judge(kit: Kit, plan: Plan, record: Record) -> Judgement:
    """Return the verdict of every test of the kit: also of those in which nothing happened."""
    reached = reached_in(entry for entry in record.entries if entry.is_call)
    return Judgement(kit, plan, record, tuple(_judge_test(test, plan, record, reached) for test in kit.tests))


def _judge_test(test: Test, plan: Plan, record: Record, reached: Container[str]) -> Judged:
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


def _silent(record: Record) -> Verdict:
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
    test: Test, scenes: Sequence[Played], findings: Sequence[tuple[Check | None, Finding]], record: Record
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


def broken_order(kit: Kit, plan: Plan, record: Record, seed: int) -> Finding | None:
    """Return that the scenes are not those the challenge asks for, or None."""
    from emulator.certification.order import running_order

    wanted = [(cue.no, cue.test.id, cue.scene.role) for cue in running_order(kit, plan, seed)]
    played = [(scene.no, scene.test_id, scene.role) for scene in record.scenes]
    if played == wanted[: len(played)]:
        return None
    vi, en = "Trình tự các cảnh không theo thử thách", "the scenes do not follow from the challenge"
    return bad(vi, en, expected=wanted[:3], actual=played[:3])
