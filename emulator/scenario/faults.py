"""All faults by name. The first four names are WireMock's, so that people need no dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.kernel.rules import Rule, basis_of, register_rule
from emulator.scenario.fault import FaultKind
from emulator.scenario.faults_delivery import SOCKETS, TIMING
from emulator.scenario.faults_files import FILES, PRINTED
from emulator.scenario.faults_gateway import GATEWAY, TOKENS
from emulator.scenario.faults_payload import PAYLOADS
from emulator.scenario.faults_xroad import XROAD

FAULTS: Mapping[str, FaultKind] = {
    **SOCKETS,
    **TIMING,
    **PAYLOADS,
    **PRINTED,
    **FILES,
    **GATEWAY,
    **TOKENS,
    **XROAD,
}
for _name, _fault in FAULTS.items():
    register_rule(
        Rule(
            f"fault:{_name}",
            "",
            basis_of(_fault.source),
            _fault.source,
            "note",
            f"Lỗi đặt sẵn: {_fault.title['vi']}",
            f"Armed fault: {_fault.title['en']}",
            "faults",
        )
    )


# The page of all faults, for ``docs/faults.md``.

_KINDS = {
    "socket": ("Đường truyền", "The line"),
    "timing": ("Thời gian", "Time"),
    "payload": ("Nội dung", "Content"),
    "gateway": ("Cổng", "The gateway"),
    "token": ("Token, phiên, đồng hồ", "Tokens, sessions, clocks"),
    "x-road": ("Trục", "The axis"),
}


def faults_page(written: str) -> str:
    """Return ``docs/faults.md``: every fault, by kind; ``written`` says by whom the page is written."""
    head = f"""# Lỗi cố ý · Faults on purpose

{written}
Lỗi được đặt bằng `PUT /__admin/faults` (hoặc `/__admin/sandboxes/{{sandbox}}/faults`), trong kịch bản (`fault:`),
hay cho một lời gọi.
Faults are armed by `PUT /__admin/faults` (or per sandbox), in a scenario (`fault:`), or for one call:

```json
{{"faults": [{{"fault": "reply-lost", "on": "btxh.DongBoDVC", "nth": [2], "params": {{"ending": "reset"}}}}]}}
```

| | vi | en |
|---|---|---|
| `on` | mẫu tên thao tác, ví dụ `btxh.*` | glob of operations |
| `nth` | những lượt nào, 1 là lượt đầu; bỏ trống là mọi lượt | which calls, 1 is the first; none: every call |
| `times` | nhiều nhất mấy lần | at most so often |
| `probability`, `seed` | xác suất, theo seed của sandbox | luck, drawn from the sandbox's seed |
| `ttl_ms` | hết hiệu lực sau bao lâu, giờ ảo | disarmed after so long, virtual time |
| `params` | xem bảng dưới | see below |

Một lỗi chỉ gặp lời gọi đã được nhận; lỗi đường truyền và thời gian gặp cả lời gọi bị từ chối. Nhật ký ghi tên lỗi ở
`fault`, `faults` và một ghi chú `fault:<tên>`. Faults meet calls that were admitted; those of the line and of time also
meet refused ones. The journal names them in `fault`, `faults` and a remark `fault:<name>`; the exchange is committed
before the reply leaves, or fails to leave. Status 0 says that no status line left.

Under `gthread` every fault works too, but a reply that waits, drips or hangs holds one of the worker's eight threads;
under `asgi`, the default, it holds none. A client that leaves ends the wait under both.
"""
    return head + "".join(_faults_of(kind) for kind in _KINDS)


def _faults_of(kind: str) -> str:
    vi, en = _KINDS[kind]
    head = f"\n## {vi} · {en}\n\n| Fault | Là gì · What | Máy khách thấy · The client sees | `params` | At | Source |\n"
    rows = (_fault_row(name, fault) for name, fault in FAULTS.items() if fault.kind == kind)
    return head + "|---|---|---|---|---|---|\n" + "".join(rows)


def _fault_row(name: str, fault: FaultKind) -> str:
    cells = (
        f"`{name}`",
        _twice(fault.title),
        _twice(fault.sees),
        "<br>".join(_param(key, schema) for key, schema in fault.params.items()) or "–",
        " ".join(f"`{glob}`" for glob in fault.globs),
        fault.source,
    )
    return "| " + " | ".join(cells) + " |\n"


def _twice(said: Mapping[str, str]) -> str:
    return said["vi"] if said["vi"] == said["en"] else f"{said['vi']} · {said['en']}"


def _param(name: str, schema: Mapping[str, Any]) -> str:
    takes = ", ".join(schema["enum"]) if "enum" in schema else ""
    if "minimum" in schema:
        takes = f"{schema['minimum']:g} … {schema['maximum']:g}"
    default = str(schema["default"]).lower() if schema["type"] == "boolean" else schema["default"]
    return f"`{name}` = {default}{f' ({takes})' if takes else ''}: {schema['description']}"
