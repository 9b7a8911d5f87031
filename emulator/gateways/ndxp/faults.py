"""Faults of the gateway in the words and shapes of its releases."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from emulator.country.settings import Profile
from emulator.gateways.ndxp.answers import ReleaseAnswer, answer_of
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal

# What differs between releases of the product, one value a profile (src:apim-token-errors to src:apim-cors).

_REALM = 'realm="WSO2 API Manager"'


@dataclass(frozen=True, slots=True)
class FaultDialect:
    """One release, where it is no table of sentences (``answers.csv``).

    ``flat`` marks 4.x: flat JSON faults, and ``/token`` alone and not what is below it.
    """

    release: Profile
    flat: bool
    challenge: str
    forced_scope: str

    @property
    def takes_validity_period(self) -> bool:
        """Tell whether the handler that forces a scope and reads ``validity_period`` is there (A1)."""
        return bool(self.forced_scope)

    @property
    def escapes_client(self) -> bool:
        """Tell whether the id of an unknown client is escaped for HTML (3.2 on)."""
        return self.release != "apim-2.6"


_APIM_26 = FaultDialect(
    release="apim-2.6",
    flat=False,
    challenge=f"OAuth2 {_REALM}",
    forced_scope="am_application_scope",
)
_APIM_32 = FaultDialect(
    release="apim-3.2",
    flat=False,
    challenge=f'OAuth2 {_REALM}, error="invalid_token", error_description="The access token expired"',
    forced_scope="am_application_scope",
)
_APIM_4X = FaultDialect(
    release="apim-4.x",
    flat=True,
    challenge=f'Bearer {_REALM}, error="invalid_token", error_description="The provided token is invalid"',
    forced_scope="",
)
DIALECTS: dict[Profile, FaultDialect] = {"apim-2.6": _APIM_26, "apim-3.2": _APIM_32, "apim-4.x": _APIM_4X}


# Fault bodies of the gateway: three families, XML or JSON, two generations (src:apim-faults).

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


def word(refusal: GatewayRefusal, call: Call, dialect: FaultDialect, shared: Headers = ()) -> Reply:
    """Return the fault reply of a refusal; ``shared`` are the headers that every reply of the API carries."""
    before = (*(shared if "cors" in refusal.extras else ()), *_echo_headers(refusal, call), *refusal.headers)
    if "challenge" in refusal.extras:
        before = (*before, ("WWW-Authenticate", dialect.challenge))
    if refusal.family == "empty":
        allowed = (("Allow", "POST"),) if "allow-post" in refusal.extras else ()
        return Reply(refusal.status, b"", (*before, *allowed))
    envelope = _soap_version(call) if refusal.family == "other" else ""
    if envelope:
        clothes = answer_of(envelope, dialect.release)
        return Reply(refusal.status, _soap_body(refusal, clothes), (*before, ("Content-Type", _SOAP_TYPES[envelope])))
    members = _members(refusal, flat=dialect.flat)
    kind = _flat_kind(call) if dialect.flat else _kind(refusal, call)
    body = _body(refusal, members, kind, flat=dialect.flat)
    return Reply(refusal.status, body, (*before, ("Content-Type", f"{kind}; charset=UTF-8")))


# The fault sequence removes four headers of the request and lets the others go back to the caller (apim-faults). What
# frames a message belongs to the connection and is written anew.
_REMOVED = frozenset(("authorization", "host", "accept", "x-jwt-assertion"))
_FRAMING = frozenset(
    ("content-type", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "te", "trailer")
)
_MOST_ECHOED = 100


def _echo_headers(refusal: GatewayRefusal, call: Call) -> Headers:
    if "echo" not in refusal.extras:
        return ()
    kept = [(name.title(), value) for name, value in call.headers if name not in _REMOVED | _FRAMING]
    return tuple(kept[:_MOST_ECHOED])


# A SOAP message gets a SOAP fault, whatever the address: the engine answers before any API is chosen.
_SOAP_TYPES = {"soap-1.1": "text/xml; charset=UTF-8", "soap-1.2": "application/soap+xml; charset=UTF-8"}
_ENVELOPE = re.compile(rb"<(?:[\w.-]+:)?Envelope[\s>/]")


def _soap_version(call: Call) -> str:
    kind = media_type(call)
    if kind == "application/soap+xml":
        return "soap-1.2"
    is_soap = kind == "text/xml" and (call.header("soapaction") is not None or _ENVELOPE.search(call.body[:2048]))
    return "soap-1.1" if call.method in _WITH_BODY and is_soap else ""


def _soap_body(refusal: GatewayRefusal, clothes: ReleaseAnswer) -> bytes:
    fault = clothes.message if refusal.status >= 500 else clothes.code
    message, detail = escape(refusal.message), escape(refusal.description)
    if clothes.case == "soap-1.1":
        inner = f"<faultcode>soapenv:{fault}</faultcode><faultstring>{message}</faultstring><detail>{detail}</detail>"
    else:
        text = f'<soapenv:Text xml:lang="en">{message}</soapenv:Text>'
        inner = (
            f"<soapenv:Code><soapenv:Value>soapenv:{fault}</soapenv:Value></soapenv:Code>"
            f"<soapenv:Reason>{text}</soapenv:Reason><soapenv:Detail>{detail}</soapenv:Detail>"
        )
    body = f"<soapenv:Body><soapenv:Fault>{inner}</soapenv:Fault></soapenv:Body>"
    return f'<soapenv:Envelope xmlns:soapenv="{clothes.description}">{body}</soapenv:Envelope>'.encode()


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
