"""Part 5: every test with what was expected, what was seen and what proves it; and the findings, which come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.certification.report.blocks import Block, Cell, Code, Heading, Table, Text
from emulator.certification.report.words import KINDS, VERDICTS

Report = Mapping[str, Any]
_GOOD = {"pass", "omit"}


def findings_table(report: Report) -> Table | None:
    """Return what did not pass, the worst first, each leading to its exchange; None when everything did."""
    order = list(VERDICTS)
    tests = [each for each in report["tests"] if each["verdict"] not in _GOOD]
    tests.sort(key=lambda each: (each["level"] != "MUST", -_weight(each["verdict"]), order.index(each["verdict"])))
    rows = [row for test in tests for row in _finding_rows(test)]
    if not rows:
        return None
    names = (("Phép thử", "Test"), ("Phát hiện", "Finding"), ("Kết quả", "Verdict"), ("Minh chứng", "Proof"))
    return Table(tuple(Cell(vi, en) for vi, en in names), (18, 50, 17, 15), tuple(rows))


def _weight(verdict: str) -> int:
    return {"fail": 3, "error": 3, "inconclusive": 2, "skip": 2, "waiting": 2}.get(verdict, 1)


def _finding_rows(test: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    vi, en, tone = VERDICTS[test["verdict"]]
    found = [each for each in test["findings"] if each["answer"] != "good"]
    if test["verdict"] == "review":
        found = [{"vi": test["title"]["vi"], "en": test["title"]["en"], "evidence": []}]
    for each in found[:5]:
        proof = each["evidence"][:1]
        lead = f"e{proof[0]}" if proof else f"t-{test['id']}"
        seen = ", ".join(f"#{seq}" for seq in each["evidence"][:4]) or "–"
        name = Cell(test["id"], test["level"], leads_to=f"t-{test['id']}")
        yield name, Cell(each["vi"], each["en"]), Cell(vi, en, tone), Cell(seen, leads_to=lead)


def tests_part(report: Report) -> Iterator[Block]:
    """Yield part 5."""
    yield Heading("5. Kịch bản và kết quả", "Tests and results")
    for group in report["groups"]:
        yield Heading(group["title"]["vi"], group["title"]["en"], 2)
        for test in report["tests"]:
            if test["group"] == group["id"]:
                yield from _test(test)


def _test(test: Mapping[str, Any]) -> Iterator[Block]:
    vi, en, tone = VERDICTS[test["verdict"]]
    yield Heading(f"{test['id']} {test['title']['vi']}", test["title"]["en"], 3, f"t-{test['id']}")
    rows = tuple(case_rows(test, Cell(vi, en, tone)))
    yield Table((Cell("Mục", "Item"), Cell("Nội dung", "Content")), (26, 74), rows)
    if test["verdict"] not in _GOOD and test["verdict"] != "review":
        yield Text(f"Cần làm: {test['next']['vi']}", f"What to do: {test['next']['en']}", "doubtful")
        if test["example"].get("vi"):
            yield Code(test["example"]["vi"])


def case_rows(test: Mapping[str, Any], verdict: Cell) -> Iterator[tuple[Cell, ...]]:
    """Yield what a test case of annex 2c says: condition, steps, expected, actual, verdict, proof."""
    kind_vi, kind_en = KINDS[test["kind"]]
    level = "Bắt buộc" if test["level"] == "MUST" else "Nên"
    yield Cell("Kết quả", "Verdict"), verdict
    yield Cell("Loại, mức", "Kind, level"), Cell(f"{kind_vi}; {level}", f"{kind_en}; {test['level']}")
    yield Cell("Yêu cầu", "Requirements"), _requirements(test)
    scenes = test["scenes"]
    if scenes:
        did = "; ".join(f"{each['do']} ({each['role']}, {len(each['calls'])} lượt gọi)" for each in scenes)
        yield Cell("Các bước", "Steps"), Cell(did)
    for finding in test["findings"][:8]:
        tone = {"good": "plain", "bad": "bad", "unseen": "doubtful"}[finding["answer"]]
        told = f"{finding['vi']}{_compared(finding)}"
        seen = finding["evidence"][:1]
        lead = f"e{seen[0]}" if seen else ""
        yield Cell("Thực tế", "Actual"), Cell(told, finding["en"], tone, lead)  # type: ignore[arg-type]


def _compared(finding: Mapping[str, Any]) -> str:
    if not finding.get("expected") and not finding.get("actual"):
        return ""
    return f" [mong đợi: {finding.get('expected', '–')}; thực tế: {finding.get('actual', '–')}]"


def _requirements(test: Mapping[str, Any]) -> Cell:
    """Return the requirements a test judges: ids, and the sentence when there is but one or two."""
    told = test["requirements"]
    ids = [each if isinstance(each, str) else each["id"] for each in told]
    sentences = [each for each in told if not isinstance(each, str) and each.get("text")]
    if sentences and len(told) <= 2:
        vi = " ".join(f"{each['id']}: {each['text']['vi']}" for each in sentences)
        return Cell(vi, " ".join(each["text"]["en"] for each in sentences))
    return Cell(", ".join(ids[:12]) + (f" … (+{len(ids) - 12})" if len(ids) > 12 else ""))
