"""Attempts and kits as the admin API shows them."""

from __future__ import annotations

from typing import Any

from emulator.certification.attempt import Attempt
from emulator.certification.judge import Judgement
from emulator.certification.kit import Kit, Test
from emulator.certification.scenes import AttemptRecord, Played
from emulator.kernel.clock import system_ms

_SHOWN = 50


def card(attempt: Attempt, record: AttemptRecord | None = None) -> dict[str, Any]:
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


def standing(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt with its verdicts so far and the scene that is played."""
    judged = attempt.judge_now()
    scene = next((each for each in judged.record.scenes[-1:] if not each.is_over), None)
    tests = [
        {"id": each.test.id, "title": dict(each.test.title), "level": each.test.level, "verdict": each.verdict}
        for each in judged.tests
    ]
    return card(attempt, judged.record) | {"tests": tests, "scene": _scene(scene, judged, attempt) if scene else None}


def _scene(scene: Played, judged: Judgement, attempt: Attempt) -> dict[str, Any]:
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


def kit_card(kit: Kit) -> dict[str, Any]:
    """Return a kit with its tests."""
    told = {"id": kit.id, "version": kit.version, "digest": kit.digest, "title": dict(kit.title)}
    return told | {"purpose": dict(kit.purpose), "tests": [_test(test) for test in kit.tests]}


def _test(test: Test) -> dict[str, Any]:
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
