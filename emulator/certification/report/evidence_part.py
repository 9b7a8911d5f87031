"""Part 9: how often each service was called, and in full the exchanges that what did not pass cites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.certification.report.blocks import Block, Cell, Code, Heading, Table, Text

Report = Mapping[str, Any]
_IN_FULL = 30


def evidence_part(report: Report) -> Iterator[Block]:
    """Yield part 9; exchanges are numbered as in the journal of the bundle."""
    yield Heading("9. Phụ lục: các lượt gọi", "9. Annex: the exchanges")
    listed = report["exchanges"]
    vi = f"{len(listed)} lượt gọi; từng lượt nằm trong journal.jsonl của gói chứng cứ."
    yield Text(vi, f"{len(listed)} exchanges; each stands in journal.jsonl of the bundle.")
    counted = Counter((each["operation"] or "?", each["outcome"]) for each in listed)
    names = sorted({operation for operation, _ in counted})
    rows = tuple(
        (Cell(name), Cell(str(counted[name, "answered"])), Cell(str(counted[name, "refused"]))) for name in names
    )
    if rows:
        heads = (Cell("Thao tác", "Operation"), Cell("Được trả lời", "Answered"), Cell("Bị từ chối", "Refused"))
        yield Table(heads, (60, 20, 20), rows)
    yield from _cited_blocks(listed, _in_doubt(report))


def _in_doubt(report: Report) -> list[int]:
    """Return the exchange each finding that is not good rests on; the others stand in journal.jsonl."""
    tests = [test for test in report["tests"] if test["verdict"] not in ("pass", "omit")]
    findings = [found for test in tests for found in test["findings"] if found["answer"] != "good"]
    return list(dict.fromkeys(seq for found in findings for seq in found["evidence"][:1]))


def _cited_blocks(listed: list[Mapping[str, Any]], wanted: list[int]) -> Iterator[Block]:
    by_number = {each["seq"]: each for each in listed}
    shown = [by_number[seq] for seq in wanted if seq in by_number]
    for each in shown[:_IN_FULL]:
        yield Heading(f"Lượt gọi #{each['seq']}", f"Exchange #{each['seq']}", 2, f"x{each['seq']}")
        for said in _remarks(each):
            yield Text(*said, "doubtful")
        yield Code(f"{each['method']} {each['target']}\n\n{each.get('request') or ''}".rstrip())
        yield Code(f"HTTP {each['status']}\n\n{each.get('reply') or ''}".rstrip())
    if len(shown) > _IN_FULL:
        left = len(shown) - _IN_FULL
        yield Text(f"Còn {left} lượt gọi được nêu, xem journal.jsonl.", f"{left} more are cited: see journal.jsonl.")


def _remarks(each: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    remark = each.get("remark")
    if remark:
        yield remark["vi"], remark["en"]
