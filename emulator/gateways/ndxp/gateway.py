"""The NDXP gateway: who is admitted, and the way to the published APIs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from emulator.country.access import Token, bearer_word, is_alive
from emulator.country.sandbox import KEY_KINDS, Definition
from emulator.country.settings import Profile
from emulator.country.world import World
from emulator.gateways.ndxp import faults, oauth, routes
from emulator.gateways.ndxp import oauth as tokens
from emulator.gateways.ndxp import routes as habits
from emulator.gateways.ndxp.faults import (
    DIALECTS,
    FaultDialect,
    OAuthRefusal,
    Observed,
    answer_of,
    refusal_of,
    remark_of,
)
from emulator.gateways.ndxp.routes import Resource, Routes, operation_of
from emulator.kernel.clock import http_date, moment_text, name_uuid
from emulator.kernel.exchange import Call, Exchange, Headers, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.registry import REVOKE, TOKEN
from emulator.services.service import Api, Listed, Operation, Service, carry

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
    if token is None or token.consumer_key != client.key or not is_alive(token, world.home, world.now_ms):
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


# Cross-origin headers: on by default, pre-flights are answered before authentication (src:apim-cors).

_ORIGIN = ("Access-Control-Allow-Origin", "*")


def is_preflight(call: Call, resource: Resource) -> bool:
    """Tell whether a call asks what a page may send here."""
    return call.method == "OPTIONS" and call.header("access-control-request-method") in resource.operations


def preflight(resource: Resource, dialect: FaultDialect, auth_header: str) -> Reply:
    """Answer a pre-flight."""
    return Reply(200, b"", _all(tuple(resource.operations), dialect.release, auth_header))


def cors_headers(resource: Resource, dialect: FaultDialect, auth_header: str) -> Headers:
    """Return what every other reply of the resource carries: all three, or the origin alone."""
    return _ordinary_headers(tuple(resource.operations), dialect.release, auth_header)


@lru_cache(256)
def _ordinary_headers(operations: tuple[str, ...], release: Profile, auth_header: str) -> Headers:
    is_short = "cors-origin" in answer_of("ordinary-answer", release).extras
    return (_ORIGIN,) if is_short else _all(operations, release, auth_header)


def _all(operations: tuple[str, ...], release: Profile, auth_header: str) -> Headers:
    told = answer_of("preflight", release)
    methods = ",".join(method for method in told.message.split(",") if method in operations)
    renamed = "" if auth_header.lower() == "authorization" else f",{auth_header}"
    return (
        _ORIGIN,
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", told.description + renamed),
    )


# Who may call an API: token, subscription, quota, endpoint, in this order
# (BTXH 1.2.1; src:apim-faults, src:apim-key-types).

_QUOTAS = {"application": "quota-application", "subscription": "quota-subscription"}
_SUBSCRIPTIONS = {
    "blocked": "subscription-blocked",
    "inactive": "subscription-inactive",
    "none": "subscription-none",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def admit(call: Call, world: World, api: Api) -> None:
    """Let a caller in; whose token it brought is written into the exchange.

    Raises:
        GatewayRefusal: 900902, 900901, 900907 to 900909, 900803 or 900804, and 900901 as 403
        (src:apim-security-codes, src:apim-throttling).
    """
    names = {"base": api.base_path, "version": api.version}
    _check_plan(_admitted_token(call, world, names).kind, world, api, names)


def admit_by_lgsp(call: Call, world: World, api: Api) -> None:
    """Let the province's gateway call in place of who called it, with a token of its own (BTXH 1.2.1, step 5).

    Raises:
        LgspRefusal: it does not know the caller.
        GatewayRefusal: what the NDXP gateway says to the province's.
    """
    routes.check_caller(call, world)
    kind = world.settings.lgsp_key_kind
    world.exchange.consumer = routes.key_of(world, kind)
    world.exchange.remarks.append(remark_of("lgsp-token-added", Observed("Authorization", "", "", kind), "note"))
    _check_plan(kind, world, api, {"base": api.base_path, "version": api.version})


def _check_plan(key_kind: str, world: World, api: Api, names: dict[str, str]) -> None:
    """Check what comes after the token: subscription, quota, endpoint; then reach the system behind the key."""
    release, settings = world.sandbox.definition.profile, world.settings
    if settings.subscription != "active":
        raise refusal_of(_SUBSCRIPTIONS[settings.subscription], release, Observed("", "", api.base_path), names)
    if settings.throttle_limit is not None:
        _use_quota(settings.throttle_limit, world, api)
    if settings.missing_endpoint == key_kind:
        kind = {"kind": key_kind, "Kind": key_kind.capitalize()}
        raise refusal_of("missing-endpoint", release, Observed("", key_kind), kind)
    if key_kind == "sandbox" and settings.sandbox_keys_reach == "test-system":
        world.enter_test_system()
        world.exchange.remarks.append(remark_of("sandbox-backend", level="note"))


def _admitted_token(call: Call, world: World, names: dict[str, str]) -> Token:
    release, header = world.sandbox.definition.profile, world.settings.auth_header
    word = bearer_word(call.header(header.lower()) or "")
    if not word:
        found = habits.shape_of(call.header(header.lower()) or "")
        raise refusal_of(
            "missing-credentials",
            release,
            Observed(header, found, f"{header}: Bearer <token>"),
            {"header": header},
        )
    presented = world.presented
    token = presented if presented and presented.token == word else world.keyring.token(word)
    if token and token.sandbox_no == world.sandbox.no:
        world.exchange.consumer = token.consumer_key  # known even when the token has ended
    is_right = token and token.kind in KEY_KINDS and is_alive(token, world.home, world.now_ms)
    if token is None or not is_right or world.settings.application_state != "active":
        raise refusal_of("invalid-credentials", release, Observed(header, _ending(token, world)), names)
    world.presented = token
    return token


def _ending(token: Token | None, world: World) -> str:
    """Return why a token opens nothing here, for the journal."""
    if token is None or (token.sandbox_no, token.epoch) != world.home or token.kind not in KEY_KINDS:
        return "token lạ / unknown token"
    if token.is_revoked or world.settings.application_state != "active":
        return "đã thu hồi / revoked"
    return f"hết hạn lúc {moment_text(token.expires_at or 0)} / ended then"


def _use_quota(limit: int, world: World, api: Api) -> None:
    """Count a call in its window, which is aligned to the clock. Exact, where the product may let one more pass."""
    settings, release = world.settings, world.sandbox.definition.profile
    window_ms = settings.throttle_window_s * 1000
    start = world.now_ms - world.now_ms % window_ms
    level = settings.throttle_level
    whom = "" if level == "application" else api.name
    if world.count_at_once(f"quota/{level}/{whom}/{start}") <= limit:
        return
    end = start + window_ms
    free_at, case = _next_access(end), _QUOTAS[level]
    retry_after = (("Retry-After", http_date(end)),) if "retry-after" in answer_of(case, release).extras else ()
    said = Observed("", f"> {limit} / {settings.throttle_window_s} s", free_at)
    members = (("nextAccessTime", free_at),)
    raise refusal_of(case, release, said, {"free_at": free_at}, headers=retry_after, members=members)


def _next_access(instant_ms: int) -> str:
    """Return ``2026-Sep-05 16:00:00+0000 UTC``."""
    moment = datetime.fromtimestamp(instant_ms // 1000, UTC)
    return f"{moment.year}-{_MONTHS[moment.month - 1]}-{moment:%d %H:%M:%S}+0000 UTC"


# The gateway as a door: routing, then authentication, then the provider (src:apim-faults).

_OWN = {TOKEN.path: (TOKEN, tokens.issue), REVOKE.path: (REVOKE, revoke)}


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
        dialect = DIALECTS[world.sandbox.definition.profile]
        own = _OWN.get(call.path if dialect.flat else "/" + call.path.removeprefix("/").partition("/")[0])
        if own:
            listed, serve = own
            if call.method != listed.method:
                case = "options-on-token" if call.method == "OPTIONS" else "wrong-verb-on-token"
                raise refusal_of(case, dialect.release, Observed("", f"{call.method} {call.path}"[:200], "POST"))
            exchange.operation, exchange.clause = listed.name, listed.clause
            return world.apply_scenario() or serve(exchange, world)
        if call.path == "/" and call.method == "GET" and world.sandbox.definition.profile == "apim-3.2":
            return _WELCOME
        return self._serve_api(exchange, world)

    def _serve_api(self, exchange: Exchange, world: World) -> Reply:
        call, settings = exchange.call, world.settings
        dialect = DIALECTS[world.sandbox.definition.profile]
        resource = self._routes.find(call, settings, dialect.release, mounted=_is_mounted(world))
        if is_preflight(call, resource):
            return preflight(resource, dialect, settings.auth_header)
        operation = operation_of(resource, call.method, dialect.release)
        shared = cors_headers(resource, dialect, settings.auth_header)
        exchange.passage.cors = shared
        exchange.operation, exchange.clause = operation.name, operation.clause
        if resource.is_mount:
            _note_mount(call, resource.api, world)
        if call.path.endswith("/"):
            said = Observed("", call.path, call.path.rstrip("/"))
            exchange.remarks.append(remark_of("trailing-slash", said, "note"))
        api = resource.api
        if resource.is_mount and settings.lgsp_adds_token:
            admit_by_lgsp(call, world, api)
        else:
            admit(call, world, api)
        if settings.downtime_notice is not None:
            raise GatewayRefusal("other", 503, 101503, "Service Unavailable", settings.downtime_notice)
        exchange.passage.api = f"{api.name}--v{api.version}"
        reply = _provide(world, resource, operation)
        return reply.with_headers(before=shared)

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a gateway refusal in the profile's dialect."""
        if isinstance(refusal, routes.LgspRefusal):
            return routes.word(refusal)
        if isinstance(refusal, OAuthRefusal):
            if exchange.operation == REVOKE.name:
                return word(refusal, exchange, world)
            return tokens.word(refusal, world)
        if not isinstance(refusal, GatewayRefusal):  # a scenario lets a service refuse where no service is
            refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        dialect = DIALECTS[world.sandbox.definition.profile]
        return faults.word(refusal, exchange.call, dialect, exchange.passage.cors)

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its providers are all in this house."""
        return False

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer as the gateway does when a backend fails (src:apim-transport, 101500)."""
        refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return self.word(refusal, exchange, world)

    def unavailable(self, call: Call, world: World | None) -> Reply:
        """Answer as the gateway does when it cannot reach a backend (101503; src:apim-transport)."""
        return say_unavailable(call, world)

    def over_quota(self, call: Call, world: World, wait_s: int) -> Reply:
        """Answer as the gateway does when an application has used its quota up (900803)."""
        return say_over_quota(call, world, wait_s)


def say_over_quota(call: Call, world: World, wait_s: int) -> Reply:
    """Return the gateway's 429 of an application's quota, in the dialect of the sandbox (src:apim-throttling)."""
    free_at, release = _next_access(world.now_ms + wait_s * 1000), world.sandbox.definition.profile
    members = (("nextAccessTime", free_at),)
    refusal = refusal_of("quota-application", release, values={"free_at": free_at}, members=members)
    if not isinstance(refusal, GatewayRefusal):
        raise TypeError(refusal)
    return faults.word(refusal, call, DIALECTS[release])


def say_unavailable(call: Call, world: World | None) -> Reply:
    """Return the gateway's 503 in the dialect of the sandbox, if there is one."""
    refusal = GatewayRefusal("other", 503, 101503, "Service Unavailable", "Error connecting to the back end")
    profile = world.sandbox.definition.profile if world else Definition().profile
    return faults.word(refusal, call, DIALECTS[profile])


def _provide(world: World, resource: Resource, operation: Operation) -> Reply:
    def answer(call: Call, world: World) -> Reply:
        if operation.method == "POST":
            habits.check_content_type(call, world)
        if not (resource.is_mount and world.settings.lgsp_adds_token):
            habits.check_access_key(call, world)
        return world.apply_scenario() or operation.answer(call, world)

    return carry(resource.service, answer, world.exchange.call, world)


def _is_mounted(world: World) -> bool:
    mounted = world.settings.lgsp_mount
    if world.settings.lgsp_adds_token:
        return True
    return not habits.refuses("B06", world) if mounted is None else mounted


def _note_mount(call: Call, api: Api, world: World) -> None:
    world.remark(
        "B06",
        "",
        f"Địa chỉ {call.path} không có phiên bản; tài liệu ghi {api.base_path}/…",
        f"The address {call.path} has no version; the document prints {api.base_path}/…",
        found=call.path,
        expected=f"{api.base_path}/…",
        nearest=f"{api.base_path}{call.path.removeprefix(f'/{api.context}')}",
    )


_WELCOME = Reply(
    200,
    b"<html><head><title>Welcome to APIM</title></head><body><h1>Welcome to APIM</h1></body></html>",
    (("Content-Type", "text/html; charset=UTF-8"),),
)
