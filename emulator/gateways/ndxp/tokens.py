"""``POST /token`` (BTXH 2.1.1, 2.1.2, 2.1.3; facts-gateway A1, A2)."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.gateways.ndxp import oauth
from emulator.gateways.ndxp.dialect import DIALECTS, Dialect
from emulator.gateways.ndxp.oauth import OAuthRefusal
from emulator.kernel.exchange import Exchange, Reply
from emulator.world.keyring import Credential, Token
from emulator.world.world import World

FOREVER_S = 9_223_372_036_854_775
_RENEWED_BELOW_MS = 1000
_SAML, _JWT = "urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"
_USER_GRANTS = ("password", "refresh_token", "authorization_code")
KNOWN_GRANTS = frozenset(("client_credentials", *_USER_GRANTS, "iwa:ntlm", _SAML, _JWT))
_HEADERS = (
    oauth.FRAME,
    oauth.NO_STORE,
    oauth.SNIFF,
    oauth.NO_CACHE,
    oauth.XSS,
    ("Content-Type", "application/json"),
)


def issue(exchange: Exchange, world: World) -> Reply:
    """Answer the token request: the same token until it ends, then a new one.

    The checks stand in the product's order, so a missing ``grant_type`` wins over a bad secret (facts-gateway A2).

    Raises:
        OAuthRefusal: the key manager's documented noes.
        GatewayRefusal: 415.
    """
    call, dialect = exchange.call, DIALECTS[world.sandbox.definition.profile]
    form = oauth.read_form(call, dialect)
    grant = _grant(form, dialect)
    client = oauth.read_client(call, form, world, dialect)
    pair = oauth.known_client(client, world, dialect)
    exchange.consumer = pair.consumer_key
    oauth.check_single_method(call, form)
    oauth.check_secret(client, pair, dialect.wrong_pair_says)
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
    return Reply(200, oauth.compact(body), _HEADERS)


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


def _grant(form: Mapping[str, str], dialect: Dialect) -> str:
    grant = form.get("grant_type", "")
    if not grant:
        raise _grant_trouble("invalid_request", "Missing grant_type parameter value", dialect)
    if grant not in KNOWN_GRANTS:
        raise _grant_trouble("unsupported_grant_type", "Unsupported grant_type value", dialect)
    return grant


def _grant_trouble(error: str, description: str, dialect: Dialect) -> OAuthRefusal:
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


def _token(form: Mapping[str, str], pair: Credential, world: World, dialect: Dialect) -> Token:
    scope = granted_scope(form.get("scope", ""), dialect)
    token = world.keyring.latest(world.home, pair.consumer_key, scope)
    if token and (token.expires_at is None or token.expires_at - world.now_ms > _RENEWED_BELOW_MS):
        return token
    lifetime = _lifetime_s(form, world, dialect)
    expires_at = None if lifetime < 0 else world.now_ms + lifetime * 1000
    token = Token(world.uuid("token"), *world.home, pair.consumer_key, pair.kind, scope, world.now_ms, expires_at, 0)
    world.keyring.add(token)
    return token


def granted_scope(requested: str, dialect: Dialect) -> str:
    """Return the granted scopes, sorted: allow-listed names are kept, the rest silently dropped (facts-gateway A1)."""
    kept = {name for name in requested.split() if name == "openid" or name.startswith("device_")} or {"default"}
    if dialect.forced_scope:
        kept.add(dialect.forced_scope)
    return " ".join(sorted(kept))


def _lifetime_s(form: Mapping[str, str], world: World, dialect: Dialect) -> int:
    wished = form.get("validity_period", "")
    if dialect.takes_validity_period and wished.removeprefix("-").isdecimal() and len(wished) <= 10:
        return int(wished)
    return world.settings.token_lifetime_s
