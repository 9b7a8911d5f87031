"""``POST /revoke`` (src:apim-revoke)."""

from __future__ import annotations

from emulator.country.keyring import Token
from emulator.country.world import World
from emulator.gateways.ndxp import oauth
from emulator.gateways.ndxp.answers import OAuthRefusal, Observed, refusal_of
from emulator.gateways.ndxp.faults import DIALECTS
from emulator.gateways.ndxp.oauth import is_alive
from emulator.kernel.dice import name_uuid
from emulator.kernel.exchange import Exchange, Headers, Reply

# The user that owns application tokens in the product's own sample.
_OWNER = "admin@carbon.super"


def revoke(exchange: Exchange, world: World) -> Reply:
    """Revoke a token of the calling client; an unknown or ended one is no error.

    Raises:
        OAuthRefusal: no token is named, or the client is not who it says.
        GatewayRefusal: 415.
    """
    call, dialect = exchange.call, DIALECTS[world.sandbox.definition.profile]
    form = oauth.read_form(call, world, dialect)
    exchange.passage.callback = form.get("callback", "")
    if not form.get("token"):
        raise refusal_of("revoke-without-token", dialect.release, Observed("/token"))
    client = oauth.read_client(call, form, world, dialect)
    pair = world.keyring.credential(client.key)
    if pair is None or pair.sandbox_no != world.sandbox.no or world.settings.application_state != "active":
        raise refusal_of("revoke-bad-client", dialect.release, Observed("Authorization", client.key[:100]))
    exchange.consumer = pair.consumer_key
    oauth.check_single_method(call, form, dialect)
    oauth.check_secret(client, pair, "revoke-bad-client", dialect)
    world.hold()
    token = world.keyring.token(form["token"])
    if token is None or token.consumer_key != client.key or not is_alive(token, world):
        return _reply(200, b"", exchange, (oauth.NO_STORE, oauth.NO_CACHE))
    world.keyring.revoke(token.token)
    return _reply(200, b"", exchange, (oauth.NO_STORE, oauth.NO_CACHE, *_revocation_headers(token)))


def word(refusal: OAuthRefusal, exchange: Exchange, world: World) -> Reply:
    """Word a refusal of ``/revoke``: the same object as ``/token``, under another content type."""
    return _reply(refusal.status, refusal.body(), exchange, refusal.challenge(world.settings.host_name))


def _revocation_headers(token: Token) -> Headers:
    """The product keeps a refresh token beside every access token, though it never shows it for this grant."""
    return (
        ("RevokedAccessToken", token.token),
        ("RevokedRefreshToken", name_uuid(token.token, "refresh")),
        ("AuthorizedUser", _OWNER),
    )


def _reply(status: int, body: bytes, exchange: Exchange, headers: Headers) -> Reply:
    callback = exchange.passage.callback
    if callback:
        script = f"{callback}(".encode() + body + b");"
        return Reply(status, script, (*_FIRM, *headers, ("Content-Type", "application/javascript")))
    return Reply(status, body, (*_FIRM, *headers, ("Content-Type", "text/html")))


_FIRM = (oauth.FRAME, oauth.SNIFF, oauth.XSS)
