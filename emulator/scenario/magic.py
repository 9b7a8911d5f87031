"""Magic values: a dossier code or a citizen number that gets an outcome, so that a client need not change.

Ours. A number NN stands in the running number of a dossier code (``…-261120-99NN``) and at the end of a citizen number
(``9999000000NN``): 999 is no country's code, so neither is anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from emulator.country.world import World
from emulator.kernel.exchange import Call
from emulator.scenario.prefer import wishful_names
from emulator.scenario.script import Blow, Refuse, Step, Wish

_VALUE = re.compile(rb"(?:-\d{6}-99|(?<!\d)9999000000)(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Magic:
    """One row of the table."""

    vi: str
    en: str
    refuse: Refuse | None = None
    fault: str | None = None
    delay_ms: int = 0


def _gateway(status: int, code: int, message: str, description: str, vi: str) -> Magic:
    return Magic(vi, f"HTTP {status}, {code} {message}", Refuse(None, status, code, message, description))


def _service(code: int, message: str, en: str) -> Magic:
    return Magic(
        f"Dịch vụ trả error_code {code}", f"the service answers error_code {code}: {en}", Refuse(code, message=message)
    )


MAGIC: Mapping[int, Magic] = {
    1: _gateway(500, 101500, "Runtime Error", "Error in Sender", "Lỗi trong cổng"),
    2: _gateway(502, 502, "Bad Gateway", "Bad Gateway", "Cổng không hiểu trả lời của dịch vụ"),
    3: _gateway(503, 303001, "Runtime Error", "Currently , Address endpoint is suspended", "Điểm cuối bị treo"),
    4: _gateway(504, 101504, "Runtime Error", "Send timeout", "Quá thời gian chờ dịch vụ"),
    5: _gateway(429, 900804, "Message throttled out", "You have exceeded your quota", "Vượt hạn mức"),
    6: _gateway(403, 900907, "Blocked", "The requested API is temporarily blocked", "Thuê bao bị khoá"),
    7: _gateway(401, 900901, "Invalid Credentials", "Access failure for API", "Token hết hiệu lực"),
    21: _service(-1, "Hệ thống đang bận, vui lòng thử lại sau", "busy"),
    22: _service(-3, "Hồ sơ đã tồn tại", "the dossier is there already"),
    23: _service(99, "Lỗi không xác định", "unknown error"),
    41: Magic("Trả lời đúng sau 2 giây", "the right reply after 2 seconds", delay_ms=2_000),
    42: Magic("Trả lời đúng sau 10 giây", "the right reply after 10 seconds", delay_ms=10_000),
    43: Magic("Trả lời đúng sau 30 giây", "the right reply after 30 seconds", delay_ms=30_000),
    44: Magic("Trả lời đúng sau 65 giây", "the right reply after 65 seconds", delay_ms=65_000),
}
_FAULT_NAMES: Mapping[int, str] = {
    61: "EMPTY_RESPONSE",
    62: "MALFORMED_RESPONSE_CHUNK",
    63: "RANDOM_DATA_THEN_CLOSE",
    64: "CONNECTION_RESET_BY_PEER",
}


@cache
def table() -> dict[int, Magic]:
    """Return the whole table by number: outcomes worded here, and the faults that can be had by a value."""
    from emulator.scenario.faults import FAULTS

    blows = {
        number: Magic(FAULTS[name].title["vi"], FAULTS[name].title["en"], fault=name)
        for number, name in _FAULT_NAMES.items()
        if name in FAULTS
    }
    return {**MAGIC, **blows}


def wishes(call: Call, world: World) -> tuple[Wish, ...]:
    """Return the outcome of the first magic value in the body or query of a call."""
    body = call.body
    if not (b"-99" in body or b"9999000000" in body or "99" in call.query) or not world.settings.magic_values:
        return ()
    found = _VALUE.search(body) or _VALUE.search(call.query.encode("latin-1", "replace"))
    magic = table().get(int(found[1])) if found else None
    if magic is None or found is None:
        return ()
    vi = f"Giá trị đặc biệt {found[0].decode()}: {magic.vi}; thiết lập magic_values tắt được"
    en = f"Magic value {found[0].decode()}: {magic.en}; the setting magic_values turns them off"
    world.remark("magic-value", "", vi, en)
    fault = (Blow(magic.fault),) if magic.fault else ()
    step = Step(name=found[0].decode(), on=wishful_names(), refuse=magic.refuse, faults=fault, delay_ms=magic.delay_ms)
    return (Wish("magic", step),)


def page() -> str:
    """Return ``docs/magic-values.md`` without its head: the table."""
    lines = ["| Số thứ tự / running number | Số định danh / citizen number | Kết quả | Outcome |", "|---|---|---|---|"]
    for number, row in sorted(table().items()):
        lines.append(f"| `99{number:02d}` | `9999000000{number:02d}` | {row.vi} | {row.en} |")
    return "\n".join(lines) + "\n"
