"""The NDXP gateway: who is admitted, and the way to the published APIs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from emulator.country.keyring import Token
from emulator.country.sandbox import Definition
from emulator.country.world import World
from emulator.gateways.ndxp import client_quirks as habits
from emulator.gateways.ndxp import faults, revocation
from emulator.gateways.ndxp import oauth as tokens
from emulator.gateways.ndxp.faults import DIALECTS, FaultDialect
from emulator.gateways.ndxp.oauth import OAuthRefusal, is_alive
from emulator.gateways.ndxp.routes import Resource, Routes, operation_of
from emulator.kernel.clock import http_date
from emulator.kernel.exchange import Call, Exchange, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.registry import REVOKE, TOKEN
from emulator.services.service import Api, Listed, Operation, Service, carry
from emulator.wire.credentials import bearer_word

# Cross-origin headers: on by default, pre-flights are answered before authentication (src:apim-cors).

_ALLOWED = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
_ORIGIN = ("Access-Control-Allow-Origin", "*")


def is_preflight(call: Call, resource: Resource) -> bool:
    """Tell whether a call asks what a page may send here."""
    return call.method == "OPTIONS" and call.header("access-control-request-method") in resource.operations


def preflight(resource: Resource, dialect: FaultDialect, auth_header: str) -> Reply:
    """Answer a pre-flight."""
    return Reply(200, b"", _all(resource, dialect, auth_header))


def cors_headers(resource: Resource, dialect: FaultDialect, auth_header: str) -> Headers:
    """Return what every other reply of the resource carries; in 4.x that is the origin alone."""
    return (_ORIGIN,) if dialect.flat else _all(resource, dialect, auth_header)


def _all(resource: Resource, dialect: FaultDialect, auth_header: str) -> Headers:
    methods = ",".join(method for method in _ALLOWED if method in resource.operations)
    renamed = "" if auth_header.lower() == "authorization" else f",{auth_header}"
    return (
        _ORIGIN,
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", dialect.cors_headers + renamed),
    )


# Who may call an API: token, subscription, quota, endpoint, in this order
# (BTXH 1.2.1; src:apim-faults, src:apim-key-types).

_QUOTA_CODE = {"application": 900803, "subscription": 900804}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def admit(call: Call, world: World, api: Api) -> None:
    """Let a caller in; whose token it brought is written into the exchange.

    Raises:
        GatewayRefusal: 900902, 900901, 900907 to 900909, 900803 or 900804, and 900901 as 403
        (src:apim-security-codes, src:apim-throttling).
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


def _token(call: Call, world: World, api: Api, dialect: FaultDialect) -> Token:
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


def _subscription(state: str, api: Api, dialect: FaultDialect) -> GatewayRefusal:
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


def _security(status: int, code: int, message: str, description: str, dialect: FaultDialect) -> GatewayRefusal:
    challenge = (("WWW-Authenticate", dialect.challenge),) if status == 401 else ()
    return GatewayRefusal("security", status, code, message, description, challenge)


def _use_quota(limit: int, world: World, api: Api, dialect: FaultDialect) -> None:
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


# The gateway as a door: routing, then authentication, then the provider (src:apim-faults).

_OWN = {TOKEN.path: (TOKEN, tokens.issue), REVOKE.path: (REVOKE, revocation.revoke)}
_CORS = "cors"


class NdxpGateway:
    """``api.ngsp.gov.vn``. The last door: it also answers for paths that nobody has."""

    name = "ndxp"

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._routes = Routes(services)

    def owns(self, _call: Call) -> bool:
        """Every call that no other door owns."""
        return True

    def operations(self) -> tuple[Listed, ...]:
        """Return everything a client can ask for here, ``/token`` and ``/revoke`` included."""
        own = (Listed(each.name, each.method, each.path, each.clause) for each, _ in _OWN.values())
        return (*own, *self._routes.every())

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve ``/token``, ``/revoke`` or an operation of a published API."""
        call = exchange.call
        habits.notice_headers(call, world)
        own = _OWN.get(call.path)
        if own:
            listed, serve = own
            if call.method != listed.method:
                raise GatewayRefusal("empty", 405, 405, "Method Not Allowed", "")
            exchange.operation, exchange.clause = listed.name, listed.clause
            return world.apply_scenario() or serve(exchange, world)
        if call.path == "/" and call.method == "GET" and world.sandbox.definition.profile == "apim-3.2":
            return _WELCOME
        return self._serve_api(exchange, world)

    def _serve_api(self, exchange: Exchange, world: World) -> Reply:
        call, settings = exchange.call, world.settings
        dialect = DIALECTS[world.sandbox.definition.profile]
        resource = self._routes.find(call, settings, mounted=_is_mounted(world))
        if is_preflight(call, resource):
            return preflight(resource, dialect, settings.auth_header)
        shared = cors_headers(resource, dialect, settings.auth_header)
        exchange.extra[_CORS] = shared
        operation = operation_of(resource, call.method)
        exchange.operation, exchange.clause = operation.name, operation.clause
        if resource.is_mount:
            _note_mount(call, resource.api, world)
        api = resource.api
        admit(call, world, api)
        if settings.downtime_notice is not None:
            raise GatewayRefusal("other", 503, 101503, "Service Unavailable", settings.downtime_notice)
        exchange.extra["api"] = f"{api.name}--v{api.version}"
        reply = _provide(world, resource, operation)
        return reply.with_headers(before=shared)

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a gateway refusal in the profile's dialect."""
        if isinstance(refusal, OAuthRefusal):
            if exchange.operation == REVOKE.name:
                return revocation.word(refusal, exchange, world)
            return tokens.word(refusal, world)
        if not isinstance(refusal, GatewayRefusal):  # a scenario lets a service refuse where no service is
            refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        dialect = DIALECTS[world.sandbox.definition.profile]
        return faults.word(refusal, exchange.call, dialect, exchange.extra.get(_CORS, ()))

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its providers are all in this house."""
        return False

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer as the gateway does when a backend fails (src:apim-transport, 101500)."""
        refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return self.word(refusal, exchange, world)

    def unavailable(self, call: Call, world: World | None) -> Reply:
        """Answer as the gateway does when it cannot reach a backend (facts-gateway A7, 101503)."""
        return say_unavailable(call, world)


def say_unavailable(call: Call, world: World | None) -> Reply:
    """Return the gateway's 503 in the dialect of the sandbox, if there is one."""
    refusal = GatewayRefusal("other", 503, 101503, "Service Unavailable", "Error connecting to the back end")
    profile = world.sandbox.definition.profile if world else Definition().profile
    return faults.word(refusal, call, DIALECTS[profile])


def _provide(world: World, resource: Resource, operation: Operation) -> Reply:
    def answer(call: Call, world: World) -> Reply:
        if operation.method == "POST":
            habits.check_content_type(call, world)
        habits.check_access_key(call, world)
        return world.apply_scenario() or operation.answer(call, world)

    return carry(resource.service, answer, world.exchange.call, world)


def _is_mounted(world: World) -> bool:
    mounted = world.settings.lgsp_mount
    return not habits.refuses("B06", world) if mounted is None else mounted


def _note_mount(call: Call, api: Api, world: World) -> None:
    world.remark(
        "B06",
        "",
        f"Địa chỉ {call.path} không có phiên bản; tài liệu ghi {api.base_path}/…",
        f"The address {call.path} has no version; the document prints {api.base_path}/…",
    )


_WELCOME = Reply(
    200,
    b"<html><head><title>Welcome to APIM</title></head><body><h1>Welcome to APIM</h1></body></html>",
    (("Content-Type", "text/html; charset=UTF-8"),),
)
