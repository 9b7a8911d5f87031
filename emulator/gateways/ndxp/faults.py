"""Fault bodies of the gateway: three families, XML or JSON, two generations (facts-gateway A4)."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from emulator.gateways.ndxp.dialect import Dialect
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal

_NAMESPACE = {
    "security": ("ams", "http://wso2.org/apimanager/security"),
    "throttling": ("amt", "http://wso2.org/apimanager/throttling"),
    "other": ("am", "http://wso2.org/apimanager"),
}
_ACCEPTED = frozenset(
    (
        "application/json",
        "application/xml",
        "text/xml",
        "text/html",
        "text/plain",
        "application/soap+xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json/badgerfish",
        "text/javascript",
    )
)
_JSON_TYPES = frozenset(("application/json", "application/json/badgerfish", "text/javascript"))
_XML_TYPES = frozenset(("application/xml", "text/xml"))
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_XML = "application/xml"
_JSON = "application/json"
API_BLOCKED = 700700


def word(refusal: GatewayRefusal, call: Call, dialect: Dialect, shared: Headers = ()) -> Reply:
    """Return the fault reply of a refusal; ``shared`` are the headers that every reply of the API carries."""
    if refusal.family == "empty":
        return Reply(refusal.status, b"", (*shared, *refusal.headers))
    members = _members(refusal, flat=dialect.flat)
    kind = _flat_kind(call) if dialect.flat else _kind(refusal, call)
    body = _body(refusal, members, kind, flat=dialect.flat)
    return Reply(refusal.status, body, (*shared, *refusal.headers, ("Content-Type", f"{kind}; charset=UTF-8")))


def media_type(call: Call) -> str:
    """Return the media type of a request without its parameters, in lower case."""
    return (call.header("content-type") or "").partition(";")[0].strip().lower()


def _members(refusal: GatewayRefusal, *, flat: bool) -> list[tuple[str, str]]:
    members = [("code", str(refusal.code))]
    if refusal.code == API_BLOCKED:
        members.append(("type" if flat else "message", refusal.message))
    else:
        if refusal.family == "other":
            members.append(("type", "Status report"))
        members.append(("message", refusal.message))
    return [*members, ("description", refusal.description), *refusal.members]


def _flat_kind(call: Call) -> str:
    """4.x: always JSON, but a request body in XML is answered in XML."""
    return _XML if call.method in _WITH_BODY and media_type(call) in _XML_TYPES else _JSON


def _kind(refusal: GatewayRefusal, call: Call) -> str:
    """Up to 3.2: ``am:`` faults follow the request's type, the others an ``Accept`` that is one known type."""
    requested = _JSON if call.method in _WITH_BODY and media_type(call) in _JSON_TYPES else _XML
    if refusal.family == "other":
        return requested
    accept = call.header("accept")
    if accept in _ACCEPTED:
        return accept
    return _XML if refusal.family == "security" else requested


def _body(refusal: GatewayRefusal, members: list[tuple[str, str]], kind: str, *, flat: bool) -> bytes:
    if kind not in _JSON_TYPES:
        # 4.x has only JSON templates: the product's converter gives them the root jsonObject.
        root, declared, prefix = ("jsonObject", "", "") if flat else _root(refusal)
        inner = "".join(f"<{prefix}{name}>{escape(text)}</{prefix}{name}>" for name, text in members)
        return f"<{root}{declared}>{inner}</{root}>".encode()
    if flat:
        return _dump(dict(members))
    return _dump({"fault": {**dict(members), "code": refusal.code}})


def _root(refusal: GatewayRefusal) -> tuple[str, str, str]:
    prefix, namespace = _NAMESPACE[refusal.family]
    return f"{prefix}:fault", f' xmlns:{prefix}="{namespace}"', f"{prefix}:"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
