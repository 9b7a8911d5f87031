"""Who may call an API: token, subscription, quota, endpoint, in this order (BTXH 1.2.1; facts-gateway A4, A10)."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator.gateways.arrival import bearer_word
from emulator.gateways.ndxp.dialect import DIALECTS, Dialect
from emulator.gateways.ndxp.routes import Api
from emulator.gateways.ndxp.tokens import is_alive
from emulator.kernel.clock import http_date
from emulator.kernel.exchange import Call
from emulator.kernel.refusals import GatewayRefusal
from emulator.world.keyring import Token
from emulator.world.world import World

_QUOTA_CODE = {"application": 900803, "subscription": 900804}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def admit(call: Call, world: World, api: Api) -> None:
    """Let a caller in; whose token it brought is written into the exchange.

    Raises:
        GatewayRefusal: 900902, 900901, 900907 to 900909, 900803 or 900804, and 900901 as 403 (facts-gateway A5, A6).
    """
    dialect, settings = DIALECTS[world.sandbox.definition.profile], world.settings
    token = _token(call, world, api, dialect)
    if settings.subscription != "active":
        raise _subscription(settings.subscription, api, dialect)
    if settings.throttle_limit is not None:
        _use_quota(settings.throttle_limit, world, api, dialect)
    if settings.missing_endpoint == token.kind:
        kind = token.kind
        description = f"{kind.capitalize()} key offered to the API with no {kind} endpoint"
        raise GatewayRefusal("other", 403, 900901, "Runtime Error", description)


def _token(call: Call, world: World, api: Api, dialect: Dialect) -> Token:
    header = world.settings.auth_header
    word = bearer_word(call.header(header.lower()) or "")
    if not word:
        raise _security(401, 900902, "Missing Credentials", dialect.missing.format(header=header), dialect)
    presented = world.presented
    token = presented if presented and presented.token == word else world.keyring.token(word)
    if token and token.sandbox_no == world.sandbox.no:
        world.exchange.consumer = token.consumer_key  # known even when the token has ended
    if token is None or not is_alive(token, world):
        description = f"{_failure(api, 900901, 'Invalid Credentials')}. {dialect.invalid_advice}"
        raise _security(401, 900901, "Invalid Credentials", description, dialect)
    world.presented = token
    return token


def _subscription(state: str, api: Api, dialect: Dialect) -> GatewayRefusal:
    if state == "none":
        description = dialect.forbidden.format(base=api.base_path, version=api.version)
        # The space at the end is the product's.
        return _security(403, 900908, "Resource forbidden ", description, dialect)
    code, message = {
        "blocked": (900907, "The requested API is temporarily blocked"),
        "inactive": (900909, "The subscription to the API is inactive"),
    }[state]
    return _security(401, code, message, _failure(api, code, message), dialect)


def _failure(api: Api, code: int, message: str) -> str:
    return f"Access failure for API: {api.base_path}, version: {api.version} status: ({code}) - {message}"


def _security(status: int, code: int, message: str, description: str, dialect: Dialect) -> GatewayRefusal:
    challenge = (("WWW-Authenticate", dialect.challenge),) if status == 401 else ()
    return GatewayRefusal("security", status, code, message, description, challenge)


def _use_quota(limit: int, world: World, api: Api, dialect: Dialect) -> None:
    """Count a call in its window, which is aligned to the clock. Exact, where the product may let one more pass."""
    settings = world.settings
    window_ms = settings.throttle_window_s * 1000
    start = world.now_ms - world.now_ms % window_ms
    level = settings.throttle_level
    whom = "" if level == "application" else api.name
    if world.count_at_once(f"quota/{level}/{whom}/{start}") <= limit:
        return
    end = start + window_ms
    free_at = _next_access(end)
    raise GatewayRefusal(
        "throttling",
        429,
        _QUOTA_CODE[level],
        "Message throttled out",
        f"You have exceeded your quota .You can access API after {free_at}",
        (("Retry-After", http_date(end)),) if dialect.flat else (),
        members=(("nextAccessTime", free_at),),
    )


def _next_access(instant_ms: int) -> str:
    """Return ``2026-Sep-05 16:00:00+0000 UTC``."""
    moment = datetime.fromtimestamp(instant_ms // 1000, UTC)
    return f"{moment.year}-{_MONTHS[moment.month - 1]}-{moment:%d %H:%M:%S}+0000 UTC"
