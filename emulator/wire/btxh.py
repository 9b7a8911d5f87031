"""What the BTXH service reads and writes (BTXH 3)."""

from __future__ import annotations

import json

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal

_JSON = (("Content-Type", "application/json; charset=UTF-8"),)


def accepted() -> Reply:
    """Return the flat reply of the push services (BTXH 3.1.1; B07, B08)."""
    return Reply(200, _dump({"error_code": 0, "message": "Đồng bộ dữ liệu thành công"}), _JSON)


def refused(refusal: ServiceRefusal) -> Reply:
    """Return the flat refusal of the push services: HTTP 200, ``error_code`` not 0."""
    return Reply(200, _dump({"error_code": refusal.code, "message": refusal.message}), _JSON)


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
