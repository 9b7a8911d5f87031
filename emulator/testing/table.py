"""The journal as a short table that people read: time, operation, status, verdict, reason."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

HEAD = ("giờ / time", "thao tác / operation", "mã / status", "kết luận / verdict", "lý do / reason")
VERDICTS = {
    "answered": "được trả lời / answered",
    "refused": "bị từ chối / refused",
    "unmatched": "không khớp / unmatched",
    "error": "lỗi của trình giả lập / emulator's own error",
    "happened": "đã xảy ra / happened",
    "lapsed": "đã bỏ qua / lapsed",
}
EMPTY = "(không có cuộc gọi nào / no call was made)"
_REASON = 160
_TAG = re.compile(r"<[^>]*>")


def table(entries: Sequence[dict[str, Any]], most: int = 60) -> str:
    """Return a table of the last ``most`` exchanges, oldest first. Times are virtual."""
    if not entries:
        return EMPTY
    rows = [HEAD, *(_row(entry) for entry in entries[-most:])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join((*(f"{text:<{width}}" for text, width in zip(row, widths, strict=False)), row[-1])) for row in rows
    ]
    left_out = len(entries) - most
    if left_out > 0:
        lines.insert(1, f"… {left_out} dòng trước / earlier rows")
    return "\n".join(line.rstrip() for line in lines)


def _row(entry: dict[str, Any]) -> tuple[str, str, str, str, str]:
    request, status = entry["request"], entry["response"]["status"]
    operation = entry["operation"] or f"{request['method']} {request['path']}"
    verdict = VERDICTS.get(entry["outcome"], entry["outcome"])
    return _hour(entry["clock"]["virtual"]), operation, str(status or "–"), verdict, _reason(entry)


def _hour(moment: str) -> str:
    """Return ``2026-03-02 08:00:00.000`` of an ISO moment, without its offset."""
    return moment[:23].replace("T", " ")


def _reason(entry: dict[str, Any]) -> str:
    parts = []
    if entry["fault"]:
        parts.append(f"lỗi đặt sẵn / armed fault {entry['fault']}")
    remarks = sorted(entry["remarks"], key=lambda remark: remark["level"] != "error")
    if remarks:
        parts.append(_remark(remarks[0]))
    if len(remarks) > 1:
        parts.append(f"(+{len(remarks) - 1})")
    if not remarks and entry["outcome"] not in ("answered", "happened"):
        parts.append(_answer(entry["response"].get("body", "")))
    return _short(" ".join(parts))


def _remark(remark: dict[str, str]) -> str:
    where = f" {remark['path']}" if remark["path"] else ""
    basis = f" [{remark['basis']}: {remark['source']}]" if "basis" in remark else ""
    return f"{remark['rule']}{where}{basis}: {_short(remark['vi'], 70)} / {_short(remark['en'], 70)}"


def _answer(body: str) -> str:
    """Return what a refusal says of itself, in JSON or in XML."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return _TAG.sub(" ", body)
    said = said["fault"] if isinstance(said.get("fault"), dict) else said
    named = ("error_code", "code", "error", "message", "error_description", "description")
    return " ".join(str(said[name]) for name in named if said.get(name) not in (None, ""))


def _short(text: str, most: int = _REASON) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
