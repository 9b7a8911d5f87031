"""What the BTXH service reads and writes (BTXH 3)."""

from __future__ import annotations

import json
from typing import Any

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal

_JSON = (("Content-Type", "application/json; charset=UTF-8"),)


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object, whatever the content type says (B02).

    Raises:
        ServiceRefusal: the body is not JSON, or not an object.
    """
    try:
        value = json.loads(body)
    except ValueError as trouble:
        raise ServiceRefusal(-1, f"Thân yêu cầu không phải JSON: {trouble}") from trouble
    if not isinstance(value, dict):
        raise ServiceRefusal(-1, "Thân yêu cầu phải là một đối tượng JSON")
    return value


def accepted() -> Reply:
    """Return the flat reply of the push services (BTXH 3.1.1; B07, B08)."""
    return Reply(200, _dump({"error_code": 0, "message": "Đồng bộ dữ liệu thành công"}), _JSON)


def refused(refusal: ServiceRefusal) -> Reply:
    """Return the flat refusal of the push services: HTTP 200, ``error_code`` not 0."""
    return Reply(200, _dump({"error_code": refusal.code, "message": refusal.message}), _JSON)


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
