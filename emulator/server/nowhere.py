"""Calls that reach no country: the emulator itself answers, in a problem document (RFC 9457)."""

from __future__ import annotations

import json

from emulator.gateways.arrival import NoSuchSandbox
from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply


def answer_for(door: Door, call: Call) -> Reply:
    """Serve a call; one for a sandbox that is not there gets 404."""
    try:
        return door.serve(call)
    except NoSuchSandbox as trouble:
        problem = {
            "type": "about:blank",
            "title": "No such sandbox",
            "status": 404,
            "code": "no-such-sandbox",
            "detail": f"Không có sandbox '{trouble}'. / There is no sandbox '{trouble}'.",
        }
        body = json.dumps(problem, ensure_ascii=False).encode()
        return Reply(404, body, (("Content-Type", "application/problem+json"),))
