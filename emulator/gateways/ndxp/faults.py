"""Faults of the gateway in the words and shapes of its releases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from emulator.country.settings import Profile
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal

# What differs between releases of the product, one value a profile (src:apim-token-errors to src:apim-cors).

_OLD_MISSING = (
    "Required OAuth credentials not provided. Make sure your API invocation call has a header: "
    '"{header}: Bearer ACCESS_TOKEN"'
)
# It says "Invalid" where it means "Missing": so does the product.
_NEW_MISSING = (
    "Invalid Credentials. Make sure your API invocation call has a header: '{header} : Bearer ACCESS_TOKEN' or "
    "'{header} : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"
)
_REALM = 'realm="WSO2 API Manager"'
_OLD_CORS = "authorization,Access-Control-Allow-Origin,Content-Type,SOAPAction"
_NEW_CORS = f"{_OLD_CORS},apikey,testKey"


@dataclass(frozen=True, slots=True)
class FaultDialect:
    """One release. ``flat`` marks 4.x: flat JSON faults, ``Retry-After``, CORS headers on pre-flights only."""

    flat: bool
    challenge: str
    invalid_advice: str
    missing: str
    forbidden: str
    cors_headers: str
    forced_scope: str
    wrong_pair_says: str
    raw_exceptions: bool
    challenges_unknown_client: bool

    @property
    def takes_validity_period(self) -> bool:
        """Tell whether the handler that forces a scope and reads ``validity_period`` is there (A1)."""
        return bool(self.forced_scope)


_APIM_26 = FaultDialect(
    flat=False,
    challenge=f"OAuth2 {_REALM}",
    invalid_advice="Make sure you have given the correct access token",
    missing=_OLD_MISSING,
    forbidden="Access failure for API: {base}, version: {version} status: (900908) - Resource forbidden ",
    cors_headers=_OLD_CORS,
    forced_scope="am_application_scope",
    wrong_pair_says="Client Authentication failed.",
    raw_exceptions=True,
    challenges_unknown_client=False,
)
_APIM_32 = FaultDialect(
    flat=False,
    challenge=f'OAuth2 {_REALM}, error="invalid_token", error_description="The access token expired"',
    invalid_advice="Make sure you have provided the correct security credentials",
    missing=_NEW_MISSING,
    forbidden=_APIM_26.forbidden,
    cors_headers=_NEW_CORS,
    forced_scope="am_application_scope",
    wrong_pair_says="Client Authentication failed.",
    raw_exceptions=False,
    challenges_unknown_client=False,
)
_APIM_4X = FaultDialect(
    flat=True,
    challenge=f'Bearer {_REALM}, error="invalid_token", error_description="The provided token is invalid"',
    invalid_advice=_APIM_32.invalid_advice,
    missing=_NEW_MISSING,
    forbidden="User is NOT authorized to access the Resource. API Subscription validation failed.",
    cors_headers=_NEW_CORS,
    forced_scope="",
    wrong_pair_says="Client credentials are invalid.",
    raw_exceptions=False,
    challenges_unknown_client=True,
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
