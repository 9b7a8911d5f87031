"""What ``/token`` and ``/revoke`` share: form, client credentials, and how a *no* is worded (facts-gateway A2, A3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from emulator.gateways.arrival import basic_pair
from emulator.gateways.ndxp.dialect import Dialect
from emulator.gateways.ndxp.faults import media_type
from emulator.gateways.ndxp.habits import refuses
from emulator.kernel.exchange import Call, Headers
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.world.keyring import Credential
from emulator.world.world import World

FORM = "application/x-www-form-urlencoded"
# The key manager's web container adds these to every answer, good or bad (facts-gateway A1).
FRAME, SNIFF, XSS = (
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
)
NO_STORE, NO_CACHE = ("Cache-Control", "no-store"), ("Pragma", "no-cache")
_FOR_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
CLIENT_FAILED = "Client Authentication failed."
_BAD_HEADER = 'Error decoding authorization header. Space delimited "<authMethod> <base64Hash>" format violated.'


class OAuthRefusal(Refusal):
    """The key manager says no: status, ``error``, ``error_description``, and whether it challenges the client."""

    def __init__(self, status: int, error: str, description: str, *, challenges: bool = False) -> None:
        super().__init__()
        self.status, self.error, self.description, self.challenges = status, error, description, challenges

    def body(self) -> bytes:
        """Return the error object; the description comes first (facts-gateway A2)."""
        return compact({"error_description": self.description, "error": self.error})

    def headers(self, host_name: str) -> Headers:
        """Return what an error carries before its content type; the realm is not quoted."""
        challenge = (("WWW-Authenticate", f"Basic realm={host_name}"),) if self.challenges else ()
        return (FRAME, SNIFF, XSS, *challenge)


class Presented(NamedTuple):
    """A key and secret as the client sent them."""

    key: str
    secret: str


def compact(value: object) -> bytes:
    """Return one-line JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read_form(call: Call, dialect: Dialect) -> dict[str, str]:
    """Read the parameters of the body; a body without a declared type is taken as a form (ours).

    Raises:
        GatewayRefusal: 415 for another content type.
        OAuthRefusal: a parameter is repeated.
    """
    declared = media_type(call)
    if dialect.flat and declared == "application/json":
        return _read_json(call.body)
    if declared not in ("", FORM):
        raise GatewayRefusal("empty", 415, 415, "Unsupported Media Type", "")
    pairs = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthRefusal(400, "invalid_request", "Invalid request with repeated parameters.")
    return form


def _read_json(body: bytes) -> dict[str, str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise OAuthRefusal(400, "invalid_request", "Invalid JSON payload")
    return {str(name): str(each) for name, each in value.items()}


def read_client(call: Call, form: Mapping[str, str], world: World, dialect: Dialect) -> Presented:
    """Return the credentials of a call: HTTP Basic, or the form (B03).

    Raises:
        OAuthRefusal: there are none, or the header cannot be read.
    """
    header = call.header("authorization")
    if header is None:
        return _from_form(form, world)
    scheme, _, encoded = header.partition(" ")
    key, secret = basic_pair(encoded) if scheme.lower() == "basic" else ("", "")
    if key:
        return Presented(key, secret)
    if dialect.raw_exceptions:
        raise OAuthRefusal(400, "invalid_request", _BAD_HEADER)
    raise OAuthRefusal(401, "invalid_client", _BAD_HEADER if dialect.flat else CLIENT_FAILED, challenges=True)


def _from_form(form: Mapping[str, str], world: World) -> Presented:
    key = form.get("client_id", "")
    strict = refuses("B03", world)
    if key:
        world.remark(
            "B03",
            "/client_id",
            "Cặp khóa nằm trong thân biểu mẫu; tài liệu chỉ mô tả Authorization: Basic",
            "The key pair is in the form; the document describes Authorization: Basic only",
            "error" if strict else "note",
        )
    if not key or strict:
        raise OAuthRefusal(400, "invalid_request", "Missing parameters: client_id")
    return Presented(key, form.get("client_secret", ""))


def known_client(client: Presented, world: World, dialect: Dialect) -> Credential:
    """Return the key pair of a client; one of another sandbox is unknown here.

    Raises:
        OAuthRefusal: unknown key, or its application is not active.
    """
    challenges = dialect.challenges_unknown_client
    pair = world.keyring.credential(client.key)
    if pair is None or pair.sandbox_no != world.sandbox.no:
        shown = client.key if dialect.raw_exceptions else client.key.translate(_FOR_HTML)
        description = f"A valid OAuth client could not be found for client_id: {shown}"
        raise OAuthRefusal(401, "invalid_client", description, challenges=challenges)
    if world.settings.application_state != "active":
        description = "Oauth application is not in active state."
        raise OAuthRefusal(401, "invalid_client", description, challenges=challenges)
    return pair


def check_secret(client: Presented, pair: Credential, description: str) -> None:
    """Compare the secret as sent: the product does not URL-decode it (facts-gateway A2).

    Raises:
        OAuthRefusal: it is wrong.
    """
    if client.secret != pair.consumer_secret:
        raise OAuthRefusal(401, "invalid_client", description, challenges=True)


def check_single_method(call: Call, form: Mapping[str, str]) -> None:
    """Refuse a secret in both header and form.

    Raises:
        OAuthRefusal: both carry one.
    """
    if call.header("authorization") is not None and "client_secret" in form:
        raise OAuthRefusal(400, "invalid_request", "Request body and headers contain authorization information")
