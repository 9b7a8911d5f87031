"""What the ten parts of a printed report need beyond the verdicts (src:test-circulars; the grading is ours)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.certification.exchanges import operations
from emulator.certification.judge import Judged, Judgement
from emulator.certification.kpi import pushed_dossiers

_BASIS = (
    (
        "Thông tư 24/2020/TT-BTTTT, Điều 10 và Phụ lục 2c: kiểm thử hoặc vận hành thử trước khi nghiệm thu",
        "Circular 24/2020/TT-BTTTT, article 10 and annex 2c: test or trial operation before acceptance",
    ),
    (
        "Thông tư 16/2024/TT-BTTTT: kiểm thử hoặc vận hành thử trước khi nghiệm thu, từ 14/02/2025",
        "Circular 16/2024/TT-BTTTT: test or trial operation before acceptance, from 14 February 2025",
    ),
    (
        "Thông tư 01/2023/TT-VPCP: kiểm tra trước khi công khai dịch vụ công trực tuyến",
        "Circular 01/2023/TT-VPCP: checks before a public service is published",
    ),
    (
        "Nghị định 194/2025/NĐ-CP, Điều 20: hệ thống trung gian chia sẻ dữ liệu",
        "Decree 194/2025/NĐ-CP, article 20: intermediary systems for connecting and sharing data",
    ),
    (
        "Tài liệu mô tả dịch vụ BTXH qua NDXP (BTXH) và tài liệu hướng dẫn Kho dữ liệu Cổng DVCQG (KDL)",
        "The description of the BTXH services over NDXP (BTXH) and the guide to the portal's data store (KDL)",
    ),
)
_DISCLAIMER = {
    "vi": "Biên bản này ghi kết quả kiểm thử trên bản giả lập ngoại tuyến; không thay cho phê duyệt kết nối của "
    "cơ quan chủ quản nền tảng.",
    "en": "This records tests on an offline emulator; it does not replace the approval of the platform's owner.",
}
_SEVERITY = {
    "severe": {"vi": "nghiêm trọng: yêu cầu bắt buộc bị vi phạm", "en": "severe: a required behaviour was violated"},
    "major": {"vi": "nặng: yêu cầu bắt buộc chưa chứng minh được", "en": "major: a required behaviour was not shown"},
    "minor": {"vi": "nhẹ: khuyến nghị chưa đạt", "en": "minor: a recommendation was not met"},
}


def parts(judgement: Judgement) -> dict[str, Any]:
    """Return legal basis, environment, scope, summary and disclaimer."""
    return {
        "basis": [{"vi": vi, "en": en} for vi, en in _BASIS],
        "environment": _environment(judgement),
        "scope": _scope(judgement),
        "summary": _summary(judgement.tests),
        "disclaimer": dict(_DISCLAIMER),
    }


def _environment(judgement: Judgement) -> dict[str, Any]:
    plan = judgement.plan
    told = {"vi": "Testlab ngoại tuyến trên bản giả lập", "en": "An offline testlab on the emulator"}
    return {**told, "mode": plan.mode, "agency": plan.agency, "clock": plan.clock, "redaction": plan.redaction}


def _scope(judgement: Judgement) -> dict[str, Any]:
    facts = pushed_dossiers(judgement.record.entries)
    features = judgement.plan.features
    return {
        "operations": operations(judgement.record.entries),
        "procedures": sorted({each.procedure for each in facts if each.procedure}),
        "channels": sorted({each.channel for each in facts if each.channel}),
        "features": {name: features is None or name in features for name in judgement.kit.features},
        "required": sum(1 for each in judgement.tests if each.test.level == "MUST"),
        "optional": sum(1 for each in judgement.tests if each.test.level == "SHOULD"),
    }


def _summary(tests: Sequence[Judged]) -> dict[str, Any]:
    applied = [each for each in tests if each.verdict != "omit"]
    passed = sum(1 for each in applied if each.verdict in ("pass", "warn"))
    listed: dict[str, list[str]] = {name: [] for name in _SEVERITY}
    for each in applied:
        if grade := _grade(each):
            listed[grade].append(each.test.id)
    return {
        "applied": len(applied),
        "passed": passed,
        "percent": round(100 * passed / len(applied), 1) if applied else None,
        "open": [{"grade": name, **_SEVERITY[name], "tests": found} for name, found in listed.items()],
    }


def _grade(each: Judged) -> str:
    """Return how serious it is that a test did not pass; empty when it did."""
    if each.verdict == "pass":
        return ""
    if each.test.level == "SHOULD" or each.verdict == "warn":
        return "minor"
    return "severe" if each.verdict in ("fail", "error") else "major"
