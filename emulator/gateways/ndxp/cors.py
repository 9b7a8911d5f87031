"""Cross-origin headers: on by default, pre-flights are answered before authentication (facts-gateway A8)."""

from __future__ import annotations

from emulator.gateways.ndxp.dialect import Dialect
from emulator.gateways.ndxp.routes import Resource
from emulator.kernel.exchange import Call, Headers, Reply

_ALLOWED = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
_ORIGIN = ("Access-Control-Allow-Origin", "*")


def is_preflight(call: Call, resource: Resource) -> bool:
    """Tell whether a call asks what a page may send here."""
    return call.method == "OPTIONS" and call.header("access-control-request-method") in resource.operations


def preflight(resource: Resource, dialect: Dialect, auth_header: str) -> Reply:
    """Answer a pre-flight."""
    return Reply(200, b"", _all(resource, dialect, auth_header))


def shared(resource: Resource, dialect: Dialect, auth_header: str) -> Headers:
    """Return what every other reply of the resource carries; in 4.x that is the origin alone."""
    return (_ORIGIN,) if dialect.flat else _all(resource, dialect, auth_header)


def _all(resource: Resource, dialect: Dialect, auth_header: str) -> Headers:
    methods = ",".join(method for method in _ALLOWED if method in resource.operations)
    renamed = "" if auth_header.lower() == "authorization" else f",{auth_header}"
    return (
        _ORIGIN,
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", dialect.cors_headers + renamed),
    )
