"""The report as data: everything the printed one says, from a judgement and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from emulator import __version__
from emulator.certification.attempt import Attempt
from emulator.certification.bundle.levels import (
    isolation_of,
    level_as_dict,
    validity_of,
)
from emulator.certification.challenge import Challenge
from emulator.certification.evidence import Entry
from emulator.certification.exchanges import (
    estimates,
    kpi_notes,
    list_discrepancies,
    list_exchanges,
    operations,
    pushed_dossiers,
)
from emulator.certification.judge import DONE, Judged, Judgement, broken_order, worst
from emulator.certification.ledger import basis_of, quote_requirements, shipped_ledger
from emulator.certification.report import (
    AttemptReport,
    BecauseOf,
    Conclusion,
    OpenPoints,
    ReportedEnvironment,
    ReportedMoment,
    ReportedParts,
    ReportedScene,
    ReportedScope,
    ReportedSummary,
    ReportedTest,
)
from emulator.certification.scenes import Played
from emulator.journal.write import digest

# What the ten parts of a printed report need beyond the verdicts (src:test-circulars; the grading is ours).

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


def parts(judgement: Judgement) -> ReportedParts:
    """Return legal basis, environment, scope, summary and disclaimer."""
    return {
        "basis": [{"vi": vi, "en": en} for vi, en in _BASIS],
        "environment": _environment(judgement),
        "scope": _scope(judgement),
        "summary": _summary(judgement.tests),
        "disclaimer": dict(_DISCLAIMER),
    }


def _environment(judgement: Judgement) -> ReportedEnvironment:
    plan = judgement.plan
    return {
        "vi": "Testlab ngoại tuyến trên bản giả lập",
        "en": "An offline testlab on the emulator",
        "mode": plan.mode,
        "agency": plan.agency,
        "clock": plan.clock,
        "redaction": plan.redaction,
    }


def _scope(judgement: Judgement) -> ReportedScope:
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


def _summary(tests: Sequence[Judged]) -> ReportedSummary:
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
        "open": [_open_points(name, found) for name, found in listed.items()],
    }


def _open_points(grade: str, tests: list[str]) -> OpenPoints:
    said = _SEVERITY[grade]
    return {"grade": grade, "vi": said["vi"], "en": said["en"], "tests": tests}


def _grade(each: Judged) -> str:
    """Return how serious it is that a test did not pass; empty when it did."""
    if each.verdict == "pass":
        return ""
    if each.test.level == "SHOULD" or each.verdict == "warn":
        return "minor"
    return "severe" if each.verdict in ("fail", "error") else "major"


SCHEMA = "ndxp-emulator/report/1"
_CONCLUSIONS = {
    "pass": ("đạt", "passed"),
    "notes": ("đạt, có điểm cần sửa", "passed, with points to mend"),
    "conditional": ("đạt có điều kiện", "passed on conditions"),
    "fail": ("không đạt", "not passed"),
    "incomplete": ("chưa đủ căn cứ kết luận", "incomplete"),
}


_JUDGING_ROOMS = ("certification", "country", "gateways", "journal", "kernel", "scenario", "services", "store", "wire")


@cache
def judge_digest() -> str:
    """Return the digest of the judge itself: of every source it is made of, and of the ledger it quotes."""
    package = Path(__file__).parents[1]
    sources = [path for room in _JUDGING_ROOMS for path in (package / room).rglob("*.py")]
    named = {path.relative_to(package).as_posix(): path for path in sources}
    named |= {f"requirements/{path.name}": path for path in shipped_ledger().glob("*.csv")}
    told = "".join(f"{name}\n{digest(named[name].read_bytes())}\n" for name in sorted(named))
    return digest(told.encode())


def outline(judgement: Judgement, challenge: Challenge, level: str = "L0") -> AttemptReport:
    """Return the report. The same kit, plan, challenge, journal and level give the same report anywhere."""
    entries = judgement.record.entries
    disorder = broken_order(judgement.kit, judgement.plan, judgement.record, challenge.seed)
    return {
        "schema": SCHEMA,
        "emulator": {"version": __version__, "judge": judge_digest()},
        "kit": {
            "id": judgement.kit.id,
            "version": judgement.kit.version,
            "digest": judgement.kit.digest,
            "title": dict(judgement.kit.title),
            "purpose": dict(judgement.kit.purpose),
        },
        "challenge": {**challenge.as_dict(), "digest": challenge.digest},
        "plan": judgement.plan.as_dict(),
        "opened": _moment(entries[0]),
        "closed": _moment(entries[-1]) if judgement.record.is_closed else None,
        "journal": {"lines": len(entries), "head": entries[-1].digest},
        "level": level_as_dict(level, isolation_of(judgement)),
        "validity": validity_of(judgement, level),
        "conclusion": conclusion(judgement),
        "required": judgement.required_verdict,
        "optional": judgement.optional,
        "counts": dict(sorted(Counter(each.verdict for each in judgement.tests).items())),
        "disorder": disorder.as_dict() if disorder else None,
        "played_again": [{"no": scene.no, "begun": scene.begun.seq} for scene in judgement.record.void],
        "surprises": [{"test": test, "kind": kind} for test, kind in judgement.surprises()],
        "groups": [
            {"id": name, "title": dict(title), "verdict": _of_group(judgement, name)}
            for name, title in judgement.kit.groups.items()
        ],
        "tests": [_test(each) for each in judgement.tests],
        "requirements": quote_requirements(name for each in judgement.tests for name in each.test.requirements),
        "quirks": list_discrepancies(entries, judgement.plan.mode),
        "kpi": estimates(entries),
        "kpi_notes": kpi_notes(),
        "parts": parts(judgement),
        "exchanges": list_exchanges(judgement),
    }


def conclusion(judgement: Judgement) -> Conclusion:
    """Return the conclusion: its word, and under ``because`` every test that made it so, by name.

    ``fail``: a required test failed. ``incomplete``: one was never exercised. ``conditional``: declarations are open.
    ``notes``: a recommendation was not met. What was never exercised is neither pass nor fail.
    """
    required = [each for each in judgement.tests if each.test.level == "MUST"]
    open_ones = [each for each in judgement.tests if each.test.kind == "attest" and each.verdict not in _SETTLED]
    advised = [each for each in judgement.tests if each.test.kind != "attest" and each.verdict not in _SETTLED]
    if judgement.required_verdict in ("fail", "error"):
        word, because = "fail", [each for each in required if each.verdict in ("fail", "error")]
    elif judgement.plan.only:
        word, because = "incomplete", [each for each in required if each.verdict == "omit"]
    elif not judgement.has_passed:
        word, because = "incomplete", [each for each in required if each.verdict not in DONE]
    elif open_ones:
        word, because = "conditional", [*open_ones, *advised]
    else:
        word, because = ("notes", advised) if advised else ("pass", [])
    vi, en = _CONCLUSIONS[word]
    named: list[BecauseOf] = [
        {"test": each.test.id, "vi": f"{each.test.id} {each.test.title['vi']}", "en": each.test.title["en"]}
        for each in because
    ]
    return {"word": word, "vi": vi, "en": en, "because": named}


_SETTLED = frozenset({"pass", "omit"})


def _of_group(judgement: Judgement, name: str) -> str:
    return worst([each.verdict for each in judgement.tests if each.test.group == name])


def _moment(entry: Entry) -> ReportedMoment:
    return {"virtual": str(entry.told["virtual"]), "wall": str(entry.told["wall"])}


def _test(each: Judged) -> ReportedTest:
    test = each.test
    told: ReportedTest = {
        "id": test.id,
        "group": test.group,
        "kind": test.kind,
        "level": test.level,
        "basis": basis_of(test.requirements),
        "title": dict(test.title),
        "requirements": list(test.requirements),
        "verdict": each.verdict,
        "findings": [finding.as_dict() for finding in each.findings],
        "scenes": [_scene(scene) for scene in each.scenes],
        "next": dict(test.next),
        "example": dict(test.example),
    }
    if each.expected_failure:
        told["expected_failure"] = each.expected_failure
    if test.statement:
        told["statement"] = dict(test.statement)
    return told


def _scene(scene: Played) -> ReportedScene:
    return {
        "no": scene.no,
        "role": scene.role,
        "do": scene.task.get("do"),
        "begun": scene.begun.seq,
        "calls": [call.seq for call in scene.calls],
        "ending": {name: value for name, value in scene.ending.items() if name != "no"},
    }


def report_of(attempt: Attempt) -> AttemptReport:
    """Return the report of an attempt as it stands now."""
    return outline(attempt.judge_now(), attempt.challenge)


def exit_code(report: AttemptReport) -> int:
    """Return 0 all required passed, 1 one failed unexpectedly (or a baseline no longer holds), 3 incomplete, 5 ours."""
    must = [test for test in report["tests"] if test["level"] == "MUST"]
    if report["disorder"] or any(test["verdict"] == "error" for test in must):
        return 5
    if report["surprises"] and any(
        each["kind"] == "unexpected-pass" or _is_must(each["test"], must) for each in report["surprises"]
    ):
        return 1
    settled = DONE | {"fail"}
    return 0 if all(test["verdict"] in settled for test in must) else 3


def _is_must(test_id: str, must: list[ReportedTest]) -> bool:
    return any(test["id"] == test_id for test in must)
