"""Calls that reach no country, or a country that cannot write: the emulator itself answers (RFC 9457)."""

from __future__ import annotations

import json
import logging

from emulator.gateways.arrival import NoSuchSandbox
from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply

_log = logging.getLogger(__name__)


def answer_for(door: Door, call: Call) -> Reply:
    """Serve a call. One for a sandbox that is not there gets 404; one that could not be written down gets 500."""
    try:
        return door.serve(call)
    except NoSuchSandbox as trouble:
        detail = f"Không có sandbox '{trouble}'. / There is no sandbox '{trouble}'."
        return _problem(404, "no-such-sandbox", "No such sandbox", detail)
    except Exception as fault:
        _log.exception("the exchange could not be written down: %s %s", call.method, call.path)
        detail = f"Lỗi của trình giả lập: {fault!r}; cuộc gọi không được ghi lại. / Emulator fault, nothing was kept."
        return _problem(500, "emulator-fault", "Emulator fault", detail)


def _problem(status: int, code: str, title: str, detail: str) -> Reply:
    kind = f"urn:ndxp-emulator:problem:{code}"
    problem = {"type": kind, "title": title, "status": status, "code": code, "detail": detail}
    body = json.dumps(problem, ensure_ascii=False).encode()
    return Reply(status, body, (("Content-Type", "application/problem+json"),))
