"""Part 5: every test with the clause it judges; and before everything else what has to be mended, cause by cause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from emulator.certification.report.blocks import Block, Cell, Code, Heading, Table, Text, Tone

if TYPE_CHECKING:
    from emulator.certification.ledger import QuotedRequirement
    from emulator.certification.report import AttemptReport, ReportedTest
    from emulator.certification.scenes import FindingWords

_GOOD = {"pass", "omit"}
_PARTICULAR = re.compile(r"[0-9]{2,}[^ ,;]*|“[^”]*”")
"""What is particular to one finding (codes, numbers, quoted values): two that differ in it alone have one cause."""
_MOST_CLAUSE = 150


class Cause(NamedTuple):
    """One thing to mend, and every test it stands in the way of."""

    tests: tuple[ReportedTest, ...]
    finding: FindingWords


def causes(report: AttemptReport) -> list[Cause]:
    """Return what keeps tests from passing, required ones and failures first, those of one cause together."""
    grouped: dict[str, list[tuple[ReportedTest, FindingWords]]] = {}
    for test in sorted((each for each in report["tests"] if each["verdict"] not in _GOOD), key=_urgency):
        finding = _first_finding(test)
        grouped.setdefault(_PARTICULAR.sub("…", finding["vi"]), []).append((test, finding))
    return [Cause(tuple(test for test, _ in pairs), pairs[0][1]) for pairs in grouped.values()]


def _urgency(test: ReportedTest) -> tuple[bool, int, int]:
    weight = {"fail": 0, "error": 0, "inconclusive": 1, "skip": 1, "waiting": 1}.get(test["verdict"], 2)
    return test["level"] != "MUST", weight, list(VERDICTS).index(test["verdict"])


def _first_finding(test: ReportedTest) -> FindingWords:
    if test["verdict"] == "review":
        vi, en = "Điều đã khai, chờ người xem xét", "declared; a person has to look at it"
        return {"answer": "unseen", "vi": vi, "en": en, "evidence": []}
    found = [each for each in test["findings"] if each["answer"] != "good"]
    found.sort(key=lambda each: each["answer"] != "bad")
    if found:
        return found[0]
    vi, en = VERDICTS[test["verdict"]][:2]
    said = f"{vi}: chưa ai khai" if test["kind"] == "attest" else vi
    return {"answer": "unseen", "vi": said, "en": en, "evidence": []}


def mending(report: AttemptReport) -> Iterator[Block]:
    """Yield what has to be mended: a row a cause, with the next step; nothing to mend is said, too."""
    yield Heading("CẦN LÀM GÌ", "WHAT TO MEND", anchor="findings")
    found = causes(report)
    if not found:
        yield Text("Không có gì: mọi phép thử áp dụng đều đạt.", "Nothing: every test that applies has passed.", "good")
        return
    names = (("Vì sao", "Cause"), ("Bước tiếp theo", "Next step"), ("Phép thử", "Tests"))
    yield Table(tuple(Cell(vi, en) for vi, en in names), (40, 38, 22), tuple(map(_cause_row, found)))


_TO_REVIEW = {
    "vi": "Người xem xét đối chiếu từng lời khai với minh chứng, rồi ghi ý kiến",
    "en": "A reviewer compares each declaration with its proof, and writes down the finding",
}


def _cause_row(cause: Cause) -> tuple[Cell, ...]:
    first, finding = cause.tests[0], cause.finding
    vi, en, tone = VERDICTS[first["verdict"]]
    proof = finding["evidence"][:1]
    lead = f"x{proof[0]}" if proof and first["verdict"] not in _GOOD else f"t-{first['id']}"
    names = ", ".join(test["id"] for test in cause.tests)
    required = sum(test["level"] == "MUST" for test in cause.tests)
    told = f"{vi}; bắt buộc: {required}" if required else f"{vi}; khuyến nghị"
    said = f"{required} required" if required else "advised"
    next_step = _TO_REVIEW if first["verdict"] == "review" else first["next"]
    return (
        Cell(*_words(finding), tone, lead),
        Cell(next_step.get("vi", ""), next_step.get("en", "")),
        Cell(f"{names} ({told})", f"{names} ({en}; {said})", leads_to=f"t-{first['id']}"),
    )


def tests_part(report: AttemptReport) -> Iterator[Block]:
    """Yield part 5: a line for what passed, everything for what did not."""
    yield Heading("5. Kịch bản và kết quả", "5. Tests and results")
    clauses = report["requirements"]
    for group in report["groups"]:
        tests = [test for test in report["tests"] if test["group"] == group["id"]]
        yield Heading(group["title"]["vi"], group["title"]["en"], 2)
        heads = (Cell("Phép thử", "Test"), Cell("Yêu cầu", "Requirement"), Cell("Kết quả", "Verdict"))
        yield Table(heads, (38, 46, 16), tuple(_line(test, clauses) for test in tests), _anchors(tests))
        for test in tests:
            if test["verdict"] not in _GOOD and test["verdict"] != "review":
                yield from _in_full(test)


def _anchors(tests: Sequence[ReportedTest]) -> tuple[str, ...]:
    return tuple(f"t-{test['id']}" for test in tests)


def _line(test: ReportedTest, clauses: Mapping[str, QuotedRequirement]) -> tuple[Cell, ...]:
    vi, en, tone = VERDICTS[test["verdict"]]
    calls = sum(len(scene["calls"]) for scene in test["scenes"])
    level = ("Bắt buộc", "required") if test["level"] == "MUST" else ("Nên", "advised")
    seen = (f"; {calls} lượt gọi", f"; {calls} calls") if calls else ("", "")
    return (
        Cell(f"{test['id']} {test['title']['vi']}", f"{test['id']} {test['title']['en']}"),
        Cell(*clause_of(test, clauses)),
        Cell(f"{vi} · {level[0]}{seen[0]}", f"{en} · {level[1]}{seen[1]}", tone),
    )


def clause_of(test: ReportedTest, clauses: Mapping[str, QuotedRequirement]) -> tuple[str, str]:
    """Return the sentence a test judges, with its clause and whose rule it is; how many more there are."""
    known = [clauses[name] for name in test["requirements"] if name in clauses]
    known.sort(key=lambda each: (list(BASES).index(each["basis"]), each["level"] != "MUST"))
    if not known:
        return "–", ""
    first, rest = known[0], len(test["requirements"]) - 1
    more = (f" (+{rest} yêu cầu)", f" (+{rest} more)") if rest else ("", "")
    whose = BASES[first["basis"]]
    where = f"{first['document']} {first['clause']}"
    return (
        f"{where} ({whose[0]}): {_short(first['vi'])}{more[0]}",
        f"{where} ({whose[1]}): {_short(first['en'])}{more[1]}",
    )


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CLAUSE else f"{text[:_MOST_CLAUSE].rsplit(' ', 1)[0]}…"


def _in_full(test: ReportedTest) -> Iterator[Block]:
    """Yield a test case of annex 2c: kind, steps, expected and actual, proof, and an example to copy."""
    vi, en, tone = VERDICTS[test["verdict"]]
    yield Heading(f"{test['id']} {test['title']['vi']}", f"{test['id']} {test['title']['en']}", 3)
    rows = tuple(case_rows(test, Cell(vi, en, tone)))
    yield Table((Cell("Mục", "Item"), Cell("Nội dung", "Content")), (22, 78), rows)
    if test["example"].get("vi"):
        yield Code(test["example"]["vi"], test["example"].get("en", ""))


def case_rows(test: ReportedTest, verdict: Cell) -> Iterator[tuple[Cell, ...]]:
    """Yield what a test case says: verdict, kind, steps, what was seen and what proves it, what to do."""
    kind_vi, kind_en = KINDS[test["kind"]]
    yield Cell("Kết quả", "Verdict"), verdict
    yield Cell("Loại", "Kind"), Cell(kind_vi, kind_en)
    scenes = test["scenes"]
    if scenes:
        did = "; ".join(f"{each['do']} ({each['role']}, {len(each['calls'])})" for each in scenes)
        yield Cell("Các bước (số lượt gọi)", "Steps (calls)"), Cell(did)
    told: dict[tuple[str, str], FindingWords] = {}
    for each in test["findings"]:
        if each["answer"] != "good":
            told.setdefault(_words(each), each)
    for finding in list(told.values())[:8]:
        tone = {"bad": "bad", "unseen": "doubtful"}[finding["answer"]]
        seen = finding["evidence"][:1]
        lead = f"x{seen[0]}" if seen else ""
        yield Cell("Thực tế", "Actual"), Cell(*_words(finding), tone, lead)  # type: ignore[arg-type]
    yield Cell("Cần làm", "What to do"), Cell(test["next"].get("vi", ""), test["next"].get("en", ""))


def _words(finding: FindingWords) -> tuple[str, str]:
    """Return what a finding says, with what was expected and what came."""
    if not finding.get("expected") and not finding.get("actual"):
        return finding["vi"], finding["en"]
    wanted, came = finding.get("expected", "–"), finding.get("actual", "–")
    vi = f"{finding['vi']} [mong đợi: {wanted}; thực tế: {came}]"
    return vi, f"{finding['en']} [expected: {wanted}; actual: {came}]"


# The words of the report.

VERDICTS: dict[str, tuple[str, str, Tone]] = {
    "pass": ("Đạt", "pass", "good"),
    "warn": ("Đạt, có lưu ý", "pass with warnings", "doubtful"),
    "fail": ("Không đạt", "fail", "bad"),
    "inconclusive": ("Chưa đủ căn cứ", "inconclusive", "doubtful"),
    "skip": ("Bỏ qua", "skipped", "doubtful"),
    "omit": ("Không áp dụng", "does not apply", "quiet"),
    "review": ("Chờ xem xét", "under review", "doubtful"),
    "error": ("Lỗi trình giả lập", "emulator error", "bad"),
    "waiting": ("Đang chờ", "waiting", "quiet"),
}
CONCLUSION_TONES: dict[str, Tone] = {
    "pass": "good",
    "notes": "good",
    "conditional": "doubtful",
    "fail": "bad",
    "incomplete": "doubtful",
}
KINDS = {
    "observe": ("quan sát hành vi đúng", "does the right thing"),
    "probe": ("gây sự cố, xem khôi phục", "recovers from trouble"),
    "silence": ("xem có biết dừng", "holds back"),
    "attest": ("người khai, chờ xem xét", "declared by a person"),
}
BASES = {
    "document": ("tài liệu", "the documents"),
    "platform": ("nền tảng, nguồn có xếp hạng", "the platform, a graded source"),
    "ours": ("của bộ công cụ này", "this tool's own"),
}
LEGAL_BASES = (
    ("Thông tư 24/2020/TT-BTTTT, Phụ lục 2c: kiểm thử hoặc vận hành thử", "Circular 24/2020/TT-BTTTT, annex 2c"),
    ("Thông tư 16/2024/TT-BTTTT: kiểm thử trước nghiệm thu", "Circular 16/2024/TT-BTTTT"),
    ("Thông tư 01/2023/TT-VPCP: kiểm tra dịch vụ công trước và sau khi công bố", "Circular 01/2023/TT-VPCP"),
    ("Phụ lục 1 kèm Công văn 342/LĐTBXH-BTXH (2023), theo bản văn bản trích xuất", "Annex 1 of letter 342/LĐTBXH-BTXH"),
    ("Tài liệu hướng dẫn khai thác Kho dữ liệu, VPCP-KSTT (2024), theo bản văn bản trích xuất", "Kho DL guide, 2024"),
)


def bare(digest: str) -> str:
    """Return a digest without its algorithm."""
    return digest.removeprefix("sha256:")
