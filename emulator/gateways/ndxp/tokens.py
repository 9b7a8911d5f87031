"""``POST /token`` and the check of a Bearer token (facts-gateway A1, A2, A5)."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from emulator.gateways.arrival import basic_pair
from emulator.gateways.ndxp.routes import Api
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import GatewayRefusal
from emulator.world.keyring import Token
from emulator.world.world import World

_SCOPE = "am_application_scope default"


def issue(call: Call, world: World) -> Reply:
    """Answer the token request: the same token until it ends, then a new one."""
    scheme, _, value = (call.header("authorization") or "").partition(" ")
    key, secret = basic_pair(value) if scheme.lower() == "basic" else ("", "")
    form = parse_qs(call.body.decode("utf-8", "replace"))
    if form.get("grant_type") != ["client_credentials"]:
        return _error(400, "Missing grant_type parameter value", "invalid_request")
    pair = world.keyring.credential(key)
    if pair is None or pair.sandbox_no != world.sandbox.no or pair.consumer_secret != secret:
        return _error(401, "Client Authentication failed.", "invalid_client")
    world.hold()
    token = world.keyring.latest(world.home, key, _SCOPE)
    if token is None or token.is_revoked or (token.expires_at or 0) - world.now_ms <= 1000:
        lifetime = world.settings.token_lifetime_s
        token = Token(
            world.uuid("token"), *world.home, key, pair.kind, _SCOPE, world.now_ms, world.now_ms + lifetime * 1000, 0
        )
        world.keyring.add(token)
    left = ((token.expires_at or 0) - world.now_ms) // 1000
    body = {"access_token": token.token, "scope": token.scope, "token_type": "Bearer", "expires_in": left}
    return Reply(200, _compact(body), (("Content-Type", "application/json"),))


def admit(call: Call, world: World, api: Api) -> Token:
    """Return the token of an admitted caller.

    Raises:
        GatewayRefusal: 900902 without a Bearer token, 900901 for one that is unknown, expired or revoked.
    """
    scheme, _, value = (call.header("authorization") or "").partition(" ")
    if scheme != "Bearer" or not value:
        raise GatewayRefusal("security", 401, 900902, "Missing Credentials", "Invalid Credentials.")
    token = world.keyring.token(value)
    if token is None or (token.sandbox_no, token.epoch) != world.home or token.is_revoked:
        raise _invalid(api)
    if token.expires_at is not None and token.expires_at <= world.now_ms:
        raise _invalid(api)
    return token


def _invalid(api: Api) -> GatewayRefusal:
    description = (
        f"Access failure for API: {api.base_path}, version: {api.version} status: (900901) - Invalid Credentials. "
        "Make sure you have provided the correct security credentials"
    )
    return GatewayRefusal("security", 401, 900901, "Invalid Credentials", description)


def _error(status: int, description: str, error: str) -> Reply:
    body = _compact({"error_description": description, "error": error})
    return Reply(status, body, (("Content-Type", "application/json"),))


def _compact(value: dict[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
