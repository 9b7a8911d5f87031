"""Fault bodies of the gateway (facts-gateway A4)."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import GatewayRefusal
from emulator.world.settings import Profile

_NAMESPACE = {
    "security": ("ams", "http://wso2.org/apimanager/security"),
    "throttling": ("amt", "http://wso2.org/apimanager/throttling"),
    "other": ("am", "http://wso2.org/apimanager"),
}


def word(refusal: GatewayRefusal, call: Call, _profile: Profile) -> Reply:
    """Return the fault reply of a refusal in the profile's dialect."""
    if refusal.family == "empty":
        return Reply(refusal.status, b"", refusal.headers)
    if call.header("accept") == "application/json":
        return _json(refusal)
    return _xml(refusal)


def _json(refusal: GatewayRefusal) -> Reply:
    fault = {"code": refusal.code, "message": refusal.message, "description": refusal.description}
    body = json.dumps({"fault": fault}, separators=(",", ":")).encode()
    return Reply(refusal.status, body, (("Content-Type", "application/json; charset=UTF-8"), *refusal.headers))


def _xml(refusal: GatewayRefusal) -> Reply:
    prefix, namespace = _NAMESPACE[refusal.family]
    parts = {"code": str(refusal.code), "message": refusal.message, "description": refusal.description}
    inner = "".join(f"<{prefix}:{name}>{escape(text)}</{prefix}:{name}>" for name, text in parts.items())
    body = f'<{prefix}:fault xmlns:{prefix}="{namespace}">{inner}</{prefix}:fault>'.encode()
    return Reply(refusal.status, body, (("Content-Type", "application/xml; charset=UTF-8"), *refusal.headers))
