"""Faults of the gateway in the words and shapes of its releases: ``answers.csv``, read once."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from xml.sax.saxutils import escape

import orjson

from emulator.country.settings import PROFILES, Profile
from emulator.kernel.exchange import Call, Headers, Remark, Reply, find_rule
from emulator.kernel.refusals import FaultFamily, GatewayRefusal, Refusal
from emulator.kernel.values import value_class
from emulator.wire.reading import ABSENT

# What differs between releases of the product, one value a profile (src:apim-token-errors to src:apim-cors).

_REALM = 'realm="WSO2 API Manager"'


@value_class
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
    kind = call.media_type
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
    return _XML if call.method in _WITH_BODY and call.media_type in _XML_TYPES else _JSON


def _kind(refusal: GatewayRefusal, call: Call) -> str:
    """Up to 3.2: ``am:`` faults follow the request's type, the others an ``Accept`` that is one known type."""
    requested = _JSON if call.method in _WITH_BODY and call.media_type in _JSON_TYPES else _XML
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
    return orjson.dumps(value)


# What each release says to each way of being wrong: ``answers.csv``, read once.
#
# One row a case and release: the family of the fault (or ``oauth`` for the key manager, ``empty`` for a status
# alone), status, code, sentences, what else the reply carries (``extras``), and the entry of docs/sources it rests
# on. A sentence may hold ``{client}``, ``{user}``, ``{base}``, … which the rule that raises it fills in.
#
# Two families are no faults of their own. ``soap`` is the clothes of a fault that answers SOAP: its code is that of
# the caller's mistakes, its message that of the server's, its description the namespace of the envelope. ``cors`` is
# what a page is told: the code is the verb of the operation that was asked for, the message the verbs that the
# gateway lets through, the description the headers.

FAMILIES = frozenset({"oauth", "security", "throttling", "other", "empty", "soap", "cors"})
EXTRAS = frozenset({"challenge", "cors", "cors-origin", "echo", "retry-after", "allow-post"})


class ReleaseAnswer(NamedTuple):
    """One row, for one release."""

    case: str
    release: Profile
    family: str
    status: int
    code: str
    message: str
    description: str
    extras: frozenset[str]
    source: str


@cache
def release_answers() -> dict[tuple[str, Profile], ReleaseAnswer]:
    """Return every row by case and release.

    Raises:
        ValueError: a row is no answer; the text says which line and why.
    """
    text = files("emulator.gateways.ndxp").joinpath("answers.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, Profile], ReleaseAnswer] = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), 2):
        for answer in _answers_of(row, f"answers.csv:{line}"):
            if (answer.case, answer.release) in found:
                raise ValueError(f"answers.csv:{line}: {answer.case} has two rows for {answer.release}")
            found[answer.case, answer.release] = answer
    return found


def answer_of(case: str, release: Profile) -> ReleaseAnswer:
    """Return what a release says to a case."""
    return release_answers()[case, release]


def _answers_of(row: dict[str, str], where: str) -> list[ReleaseAnswer]:
    profiles = {profile.removeprefix("apim-"): profile for profile in PROFILES}
    releases, extras = row["releases"].split(), frozenset(row["extras"].split())
    unknown = [*(each for each in releases if each not in profiles), *(extras - EXTRAS), *({row["family"]} - FAMILIES)]
    if unknown or not releases or not row["source"]:
        raise ValueError(f"{where}: no known word {unknown}, or no release, or no source")
    return [
        ReleaseAnswer(
            row["case"],
            profiles[release],
            row["family"],
            int(row["status"]),
            row["code"],
            row["message"],
            row["description"],
            extras,
            row["source"],
        )
        for release in releases
    ]


class OAuthRefusal(Refusal):
    """The key manager says no: status, ``error``, ``error_description``, and whether it challenges the client."""

    def __init__(self, answer: ReleaseAnswer, description: str, remark: Remark) -> None:
        super().__init__((remark,))
        self.status, self.error, self.description = answer.status, answer.code, description
        self.challenges = "challenge" in answer.extras

    def body(self) -> bytes:
        """Return the error object; the description comes first (src:apim-token-errors)."""
        said = {"error_description": self.description, "error": self.error}
        return orjson.dumps(said)

    def challenge(self, host_name: str) -> Headers:
        """Return the challenge of an error that has one; the realm is not quoted."""
        return (("WWW-Authenticate", f"Basic realm={host_name}"),) if self.challenges else ()


class Observed(NamedTuple):
    """What a call said, what it should have said, and the right value or call nearest to it; for the journal."""

    path: str = ""
    found: str = ""
    expected: str = ""
    nearest: str = ""


NOTHING = Observed()
BASIC = "Basic Base64(consumer-key:consumer-secret)"
_KEYS = "GET /__admin/sandboxes/<id>: credentials"

# What a right call has, by case, in signs that need no language; a rule that knows more says it where it refuses.
_RIGHT: dict[str, str] = {
    "no-credentials": BASIC,
    "wrong-secret": _KEYS,
    "unknown-client": _KEYS,
    "revoke-bad-client": _KEYS,
    "revoked-application": "application_state: active",
    "malformed-basic": BASIC,
    "two-blanks-in-basic": BASIC,
    "two-credentials": BASIC,
    "repeated-parameter": "1 ×",
    "wrong-password": "sandbox_users",
    "unknown-refresh-token": "refresh_token (POST /token)",
    "expired-refresh-token": "refresh_token (POST /token)",
    "unknown-code": "client_credentials, password, refresh_token",
    "bad-json": '{"grant_type": "client_credentials"}',
    "revoke-without-token": "token=<access_token>",
    "unknown-api": "/apiBTXH/1.0/…",
    "unknown-resource": "/apiBTXH/1.0/…",
    "api-blocked": "api_state: published",
    "missing-endpoint": "missing_endpoint: null",
    "invalid-credentials": "access_token (POST /token)",
    "subscription-blocked": "subscription: active",
    "subscription-inactive": "subscription: active",
    "subscription-none": "subscription: active",
}


def remark_of(case: str, observed: Observed = NOTHING, level: Any = "error") -> Remark:
    """Return what the journal says of a case, in the words of its rule."""
    rule = find_rule(f"ndxp-{case}", None)
    tail = f": “{observed.found}”" if observed.found else ""
    right = _RIGHT.get(case, "")
    seen = observed._replace(found=observed.found or ABSENT, expected=observed.expected or right)
    return Remark(rule.id, level, seen.path, f"{rule.vi}{tail}", f"{rule.en}{tail}", *seen[1:])


def refusal_of(
    case: str,
    release: Profile,
    observed: Observed = NOTHING,
    values: Mapping[str, str] = MappingProxyType({}),
    *,
    headers: Headers = (),
    members: Headers = (),
) -> Refusal:
    """Return what a release refuses a case with; ``values`` fill the sentence."""
    answer, remark = answer_of(case, release), remark_of(case, observed)
    description = answer.description.format_map(values)
    if answer.family == "oauth":
        return OAuthRefusal(answer, description, remark)
    family = cast("FaultFamily", answer.family)
    refusal = GatewayRefusal(family, answer.status, int(answer.code), answer.message, description, headers, (remark,))
    refusal.members, refusal.extras = members, answer.extras
    return refusal
