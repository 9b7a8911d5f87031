"""Attempts and kits as the admin API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from emulator.certification.attempt import Attempt
from emulator.certification.judge import Judgement, Verdict
from emulator.certification.kit import Both, Kit, Level, Test, TestKind
from emulator.certification.scenes import AttemptRecord, FindingWords, Played
from emulator.kernel.clock import system_ms

if TYPE_CHECKING:
    from emulator.certification.preflight import ClientContext
    from emulator.certification.vocabulary import Task

_SHOWN = 50


class ShownKitName(TypedDict):
    """Which kit, and which version of it."""

    id: str
    version: str


class AttemptCard(TypedDict):
    """An attempt in a few words. ``played`` of ``scenes`` are over."""

    id: str
    kit: ShownKitName
    product: dict[str, str]
    played: int
    scenes: int
    closed: bool


class OpenedAttempt(AttemptCard):
    """An attempt that was opened, and what its client is told."""

    context: ClientContext


class ShownVerdict(TypedDict):
    """A test with its verdict so far."""

    id: str
    title: Both
    level: Level
    verdict: Verdict


class WordedRemark(TypedDict):
    """A remark in both languages."""

    vi: str
    en: str


class ShownCall(TypedDict):
    """A call that came while a scene is played, and why it was answered as it was."""

    seq: int
    operation: str
    method: str
    path: str
    status: int
    outcome: str
    why: list[WordedRemark]


class PlayedScene(TypedDict):
    """The scene that is played. ``waited_s`` of ``patience_s`` seconds have passed; ``missing`` is not good yet."""

    no: int
    test: str
    title: Both
    task: Task
    waited_s: int
    patience_s: int
    arrived: list[ShownCall]
    missing: list[FindingWords]


class StandingAttempt(OpenedAttempt):
    """An attempt as it stands; ``scene`` is None between two."""

    tests: list[ShownVerdict]
    scene: PlayedScene | None


class ShownTest(TypedDict):
    """A test of a kit."""

    id: str
    group: str
    kind: TestKind
    level: Level
    title: Both
    requirements: list[str]
    needs: list[str]
    feature: str | None


class KitCard(TypedDict):
    """A kit with its tests."""

    id: str
    version: str
    digest: str
    title: Both
    purpose: Both
    tests: list[ShownTest]


def card(attempt: Attempt, record: AttemptRecord | None = None) -> AttemptCard:
    """Return an attempt in a few words; ``record`` is what has been played, when it is known."""
    record = record or attempt.record()
    return {
        "id": attempt.id,
        "kit": {"id": attempt.kit.id, "version": attempt.kit.version},
        "product": dict(attempt.plan.product),
        "played": sum(scene.is_over for scene in record.scenes),
        "scenes": len(attempt.order()),
        "closed": record.is_closed,
    }


def standing(attempt: Attempt, context: ClientContext) -> StandingAttempt:
    """Return an attempt with its verdicts so far and the scene that is played."""
    judged = attempt.judge_now()
    scene = next((each for each in judged.record.scenes[-1:] if not each.is_over), None)
    tests: list[ShownVerdict] = [
        {"id": each.test.id, "title": dict(each.test.title), "level": each.test.level, "verdict": each.verdict}
        for each in judged.tests
    ]
    shown = _scene(scene, judged, attempt) if scene else None
    return {**card(attempt, judged.record), "tests": tests, "scene": shown, "context": context}


def _scene(scene: Played, judged: Judgement, attempt: Attempt) -> PlayedScene:
    test = next(each for each in judged.tests if each.test.id == scene.test_id)
    return {
        "no": scene.no,
        "test": scene.test_id,
        "title": dict(test.test.title),
        "task": scene.task,
        "waited_s": max(0, (system_ms() - scene.begun.wall_ms) // 1000),
        "patience_s": attempt.plan.patience_s,
        "arrived": [
            {
                "seq": call.seq,
                "operation": call.operation,
                "method": call.method,
                "path": call.path,
                "status": call.status,
                "outcome": call.outcome,
                "why": [{"vi": each["vi"], "en": each["en"]} for each in call.remarks if each["rule"] != "scenario"],
            }
            for call in scene.calls[-_SHOWN:]
        ],
        "missing": [finding.as_dict() for finding in test.findings if finding.answer != "good"],
    }


def kit_card(kit: Kit) -> KitCard:
    """Return a kit with its tests."""
    return {
        "id": kit.id,
        "version": kit.version,
        "digest": kit.digest,
        "title": dict(kit.title),
        "purpose": dict(kit.purpose),
        "tests": [_test(test) for test in kit.tests],
    }


def _test(test: Test) -> ShownTest:
    return {
        "id": test.id,
        "group": test.group,
        "kind": test.kind,
        "level": test.level,
        "title": dict(test.title),
        "requirements": list(test.requirements),
        "needs": list(test.needs),
        "feature": test.feature,
    }
