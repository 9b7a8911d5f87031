"""A body as a JSON object, whatever is wrong with it (facts-platforms §5.3 F07)."""

from __future__ import annotations

import json
from typing import Any

from emulator.kernel.refusals import ServiceRefusal
from emulator.wire.reading import Reading


def read_object(body: bytes, size: int, reading: Reading) -> dict[str, Any]:
    """Read a JSON object, whatever the content type says (B02).

    ``size`` is the number of bytes the client sent; ``body`` may hold fewer when that was too many.

    Raises:
        ServiceRefusal: the body is cut, not JSON, or not an object.
    """
    if size > len(body):
        reading.refuse("body-too-large", "", -12, f"Thân yêu cầu quá lớn: {size} byte", f"Body too large: {size} bytes")
        reading.check()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as trouble:
        raise ServiceRefusal(-1, f"Thân yêu cầu không phải JSON: {trouble}") from trouble
    if not isinstance(value, dict):
        raise ServiceRefusal(-1, "Thân yêu cầu phải là một đối tượng JSON")
    return value
