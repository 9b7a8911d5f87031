"""Part 10: the exchanges, and in full those that what did not pass cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emulator.certification.report.blocks import Block, Cell, Code, Heading, Table, Text, Tone

Report = Mapping[str, Any]
_TONES: dict[str, Tone] = {"answered": "plain", "refused": "doubtful", "unmatched": "bad", "error": "bad"}
_ROWS, _IN_FULL = 600, 40
_ROWS_A_TABLE = 20  # a link into the printed list leads to the head of a table


def evidence_part(report: Report) -> Iterator[Block]:
    """Yield part 10; exchanges are numbered as in the journal of the bundle."""
    yield Heading("10. Phụ lục: các lượt gọi", "Annex: the exchanges")
    listed = report["exchanges"]
    if not listed:
        yield Text("Xem journal.jsonl trong gói chứng cứ.", "See journal.jsonl in the bundle.")
        return
    heads = (Cell("#"), Cell("Giờ", "Time"), Cell("Thao tác", "Operation"), Cell("HTTP"), Cell("Ghi chú", "Remark"))
    rows, anchors = [], []
    for each in listed[:_ROWS]:
        rows.append(_row(each))
        anchors.append(f"e{each['seq']}")
    for first in range(0, len(rows), _ROWS_A_TABLE):
        part = slice(first, first + _ROWS_A_TABLE)
        yield Table(heads, (7, 13, 32, 9, 39), tuple(rows[part]), tuple(anchors[part]))
    if len(listed) > _ROWS:
        left = len(listed) - _ROWS
        yield Text(f"Còn {left} lượt gọi trong journal.jsonl.", f"{left} more exchanges stand in journal.jsonl.")
    yield from _cited(listed, _in_doubt(report))


def _in_doubt(report: Report) -> set[int]:
    """Return the exchanges that findings cite which are not good; the others stand in journal.jsonl."""
    findings = (found for test in report["tests"] for found in test["findings"] if found["answer"] != "good")
    return {seq for found in findings for seq in found["evidence"]}


def _row(each: Mapping[str, Any]) -> tuple[Cell, ...]:
    moment = datetime.fromisoformat(each["virtual"])
    remark = each.get("remark") or {}
    name = each["operation"] or f"{each['method']} {each['target']}"
    tone = _TONES.get(each["outcome"], "quiet")
    return (
        Cell(str(each["seq"])),
        Cell(f"{moment:%d/%m %H:%M:%S}"),
        Cell(name[:70], f"scene {each['scene']}" if each.get("scene") else ""),
        Cell(str(each["status"]), tone=tone),
        Cell(remark.get("vi", each["outcome"])[:160], remark.get("en", "")[:160], tone),
    )


def _cited(listed: list[Mapping[str, Any]], wanted: set[int]) -> Iterator[Block]:
    shown = [each for each in listed if each["seq"] in wanted and (each.get("request") or each.get("reply"))]
    for each in shown[:_IN_FULL]:
        yield Heading(f"Lượt gọi #{each['seq']}", f"Exchange #{each['seq']}", 2, f"x{each['seq']}")
        yield Code(f"{each['method']} {each['target']}\n\n{each.get('request') or ''}".rstrip())
        yield Code(f"HTTP {each['status']}\n\n{each.get('reply') or ''}".rstrip())
