"""Tokens: issuing, revoking, and reading who asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from emulator.country.keyring import Credential, Token
from emulator.country.world import World
from emulator.gateways.ndxp.client_quirks import refuses
from emulator.gateways.ndxp.faults import DIALECTS, FaultDialect, media_type
from emulator.kernel.exchange import Call, Exchange, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.wire.credentials import basic_pair

# What ``/token`` and ``/revoke`` share: form, client credentials, and how a *no* is worded
# (src:apim-token-errors, src:apim-revoke).

FORM = "application/x-www-form-urlencoded"
# The key manager's web container adds these to every answer, good or bad (src:apim-token-issue).
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
        """Return the error object; the description comes first (src:apim-token-errors)."""
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


def read_form(call: Call, dialect: FaultDialect) -> dict[str, str]:
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


def read_client(call: Call, form: Mapping[str, str], world: World, dialect: FaultDialect) -> Presented:
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


def known_client(client: Presented, world: World, dialect: FaultDialect) -> Credential:
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
    """Compare the secret as sent: the product does not URL-decode it (src:apim-token-errors).

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


# ``POST /token`` (BTXH 2.1.1, 2.1.2, 2.1.3; src:apim-token-issue, src:apim-token-errors).

FOREVER_S = 9_223_372_036_854_775
_RENEWED_BELOW_MS = 1000
_SAML, _JWT = "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"
_USER_GRANTS = ("password", "refresh_token", "authorization_code")
KNOWN_GRANTS = frozenset(("client_credentials", *_USER_GRANTS, "iwa:ntlm", _SAML, _JWT))
_HEADERS = (
    FRAME,
    NO_STORE,
    SNIFF,
    NO_CACHE,
    XSS,
    ("Content-Type", "application/json"),
)


def issue(exchange: Exchange, world: World) -> Reply:
    """Answer the token request: the same token until it ends, then a new one.

    The checks stand in the product's order, so a missing ``grant_type`` wins over a bad secret (src:apim-token-errors).

    Raises:
        OAuthRefusal: the key manager's documented noes.
        GatewayRefusal: 415.
    """
    call, dialect = exchange.call, DIALECTS[world.sandbox.definition.profile]
    form = read_form(call, dialect)
    grant = _grant(form, dialect)
    client = read_client(call, form, world, dialect)
    pair = known_client(client, world, dialect)
    exchange.consumer = pair.consumer_key
    check_single_method(call, form)
    check_secret(client, pair, dialect.wrong_pair_says)
    if grant != "client_credentials":
        raise _other_grant(grant, form, world)
    world.hold()
    token = _token(form, pair, world, dialect)
    body = {
        "access_token": token.token,
        "scope": token.scope,
        "token_type": "Bearer",
        "expires_in": FOREVER_S if token.expires_at is None else (token.expires_at - world.now_ms) // 1000,
    }
    return Reply(200, compact(body), _HEADERS)


def word(refusal: OAuthRefusal, world: World) -> Reply:
    """Word a refusal of ``/token``. It has no cache headers: the product adds those to good answers only."""
    headers = (*refusal.headers(world.settings.host_name), ("Content-Type", "application/json"))
    return Reply(refusal.status, refusal.body(), headers)


def is_alive(token: Token, world: World) -> bool:
    """Tell whether a token opens this sandbox now: it is of this epoch, not revoked and not expired."""
    return (
        (token.sandbox_no, token.epoch) == world.home
        and not token.is_revoked
        and (token.expires_at is None or token.expires_at > world.now_ms)
    )


def _grant(form: Mapping[str, str], dialect: FaultDialect) -> str:
    grant = form.get("grant_type", "")
    if not grant:
        raise _grant_trouble("invalid_request", "Missing grant_type parameter value", dialect)
    if grant not in KNOWN_GRANTS:
        raise _grant_trouble("unsupported_grant_type", "Unsupported grant_type value", dialect)
    return grant


def _grant_trouble(error: str, description: str, dialect: FaultDialect) -> OAuthRefusal:
    """2.6 shows the exception as text; every release since 2.5 calls both troubles ``invalid_request``."""
    if dialect.raw_exceptions:
        description = (
            f"OAuthProblemException{{error='{error}', description='{description}', uri='null', state='null', "
            "scope='null', redirectUri='null', responseStatus=0, parameters={}}"
        )
    return OAuthRefusal(400, "invalid_request", description)


def _other_grant(grant: str, form: Mapping[str, str], world: World) -> OAuthRefusal:
    """No user, code or refresh token exists here, so an allowed grant always fails at its own check."""
    if grant not in _USER_GRANTS or not world.settings.user_grants:
        description = "The authenticated client is not authorized to use this authorization grant type"
        return OAuthRefusal(400, "unauthorized_client", description)
    description = {
        "password": f"Authentication failed for {form.get('username', '')}",
        "refresh_token": "Persisted access token data not found",
        "authorization_code": "Invalid authorization code received from token request",
    }[grant]
    return OAuthRefusal(400, "invalid_grant", description)


def _token(form: Mapping[str, str], pair: Credential, world: World, dialect: FaultDialect) -> Token:
    scope = granted_scope(form.get("scope", ""), dialect)
    token = world.keyring.latest(world.home, pair.consumer_key, scope)
    if token and (token.expires_at is None or token.expires_at - world.now_ms > _RENEWED_BELOW_MS):
        return token
    lifetime = _lifetime_s(form, world, dialect)
    expires_at = None if lifetime < 0 else world.now_ms + lifetime * 1000
    token = Token(world.uuid("token"), *world.home, pair.consumer_key, pair.kind, scope, world.now_ms, expires_at, 0)
    world.keyring.add(token)
    return token


def granted_scope(requested: str, dialect: FaultDialect) -> str:
    """Return the granted scopes, sorted: allow-listed names are kept, the rest silently dropped.

    Sources: src:apim-token-issue.
    """
    kept = {name for name in requested.split() if name == "openid" or name.startswith("device_")} or {"default"}
    if dialect.forced_scope:
        kept.add(dialect.forced_scope)
    return " ".join(sorted(kept))


def _lifetime_s(form: Mapping[str, str], world: World, dialect: FaultDialect) -> int:
    wished = form.get("validity_period", "")
    if dialect.takes_validity_period and wished.removeprefix("-").isdecimal() and len(wished) <= 10:
        return int(wished)
    return world.settings.token_lifetime_s
