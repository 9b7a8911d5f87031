"""Faults of the axis in X-Road's REST form (src:xroad-fault-form); their sentences stand in ``wire/axis_refusals``."""

from __future__ import annotations

import json

from emulator.country.world import World
from emulator.kernel.exchange import Remark, Reply
from emulator.kernel.refusals import AxisRefusal
from emulator.wire.axis_refusals import (
    access_denied,
    bad_address,
    body_too_large,
    client_unknown,
    host_down,
    host_unknown,
    machine_down,
    own_server,
    provider_unknown,
    server_down,
    server_unknown,
    service_disabled,
    service_failed,
    service_has_no_url,
    service_is_soap,
    service_unknown,
    service_url_is_malformed,
)

__all__ = [
    "AxisRefusal",
    "access_denied",
    "bad_address",
    "body_too_large",
    "client_unknown",
    "host_down",
    "host_unknown",
    "host_untrusted",
    "machine_down",
    "own_server",
    "provider_unknown",
    "server_down",
    "server_unknown",
    "service_disabled",
    "service_failed",
    "service_has_no_url",
    "service_is_soap",
    "service_unknown",
    "service_url_is_malformed",
    "word",
]


_TLS_REASONS = {
    "expired": "PKIX path validation failed: validity check failed",
    "wrong-name": "Certificate doesn't match any of the subject alternative names",
    "unknown-issuer": "PKIX path building failed: unable to find valid certification path to requested target",
}


def host_untrusted(host: str, port: int, state: str) -> AxisRefusal:
    """Return the refusal when the provider's server does not trust the certificate that a host shows it."""
    message = f"Connect to {host}:{port} [{host}] failed: {_TLS_REASONS[state]}"
    vi = f"chứng thư TLS của {host}:{port} không được tin ({state})"
    remark = Remark("provider-untrusted", "error", "providerurl", vi, message, state, "tls_faults: {}")
    return AxisRefusal("Server.ServerProxy.NetworkError", message, (remark,))


def word(refusal: AxisRefusal, world: World) -> Reply:
    """Return the fault reply: 500 for ``Server.…``, else 400; ``detail`` is a fresh UUID (B3)."""
    world.hold()
    return body_of(refusal, world.uuid("fault"), 500 if refusal.code.startswith("Server.") else 400)


def body_of(refusal: AxisRefusal, detail: str, status: int) -> Reply:
    """Return the fault reply with a detail (a UUID) that was drawn already."""
    fault = {"type": refusal.code, "message": refusal.message, "detail": detail}
    body = json.dumps(fault, ensure_ascii=False, separators=(",", ":")).encode()
    headers = (
        ("Content-Type", "application/json;charset=utf-8"),
        ("X-Road-Error", refusal.code),
        ("Content-Length", str(len(body))),
    )
    return Reply(status, body, headers)
