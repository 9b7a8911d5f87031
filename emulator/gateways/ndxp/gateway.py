"""The gateway as a door: routing, then authentication, then the provider (facts-gateway A4)."""

from __future__ import annotations

from collections.abc import Callable

from emulator.gateways.ndxp import cors, faults, habits, revocation, tokens
from emulator.gateways.ndxp.admission import admit
from emulator.gateways.ndxp.dialect import DIALECTS
from emulator.gateways.ndxp.oauth import OAuthRefusal
from emulator.gateways.ndxp.routes import Listed, Operation, Published, Resource, Routes, operation_of
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal, ServiceRefusal
from emulator.world.world import World

__all__ = ["NdxpGateway", "Published"]

_TOKEN = Listed("ndxp.token", "POST", "/token", "BTXH 2.1.1")
_REVOKE = Listed("ndxp.revoke", "POST", "/revoke", "RFC 7009")
_OWN = {_TOKEN.path: (_TOKEN, tokens.issue), _REVOKE.path: (_REVOKE, revocation.revoke)}
_CORS = "cors"


class NdxpGateway:
    """``api.ngsp.gov.vn``. The last door: it also answers for paths that nobody has."""

    name = "ndxp"

    def __init__(self, published: tuple[Published, ...]) -> None:
        self._routes = Routes(published)

    def owns(self, _call: Call) -> bool:
        """Every call that no other door owns."""
        return True

    def operations(self) -> tuple[Listed, ...]:
        """Return everything a client can ask for here, ``/token`` and ``/revoke`` included."""
        return (_TOKEN, _REVOKE, *self._routes.every())

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
            return world.stage() or serve(exchange, world)
        if call.path == "/" and call.method == "GET" and world.sandbox.definition.profile == "apim-3.2":
            return _WELCOME
        return self._serve_api(exchange, world)

    def _serve_api(self, exchange: Exchange, world: World) -> Reply:
        call, settings = exchange.call, world.settings
        dialect = DIALECTS[world.sandbox.definition.profile]
        resource = self._routes.find(call, settings, mounted=_is_mounted(world))
        if cors.is_preflight(call, resource):
            return cors.preflight(resource, dialect, settings.auth_header)
        shared = cors.shared(resource, dialect, settings.auth_header)
        exchange.extra[_CORS] = shared
        operation = operation_of(resource, call.method)
        exchange.operation, exchange.clause = operation.name, operation.clause
        if resource.is_mount:
            _note_mount(call, world)
        api = resource.published.api
        admit(call, world, api)
        if settings.downtime_notice is not None:
            raise GatewayRefusal("other", 503, 101503, "Service Unavailable", settings.downtime_notice)
        exchange.extra["api"] = f"{api.name}--v{api.version}"
        reply = _provide(exchange, world, resource, operation)
        return reply.with_headers(before=shared)

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a gateway refusal in the profile's dialect."""
        if isinstance(refusal, OAuthRefusal):
            if exchange.operation == _REVOKE.name:
                return revocation.word(refusal, exchange, world)
            return tokens.word(refusal, world)
        if not isinstance(refusal, GatewayRefusal):  # a scenario lets a service refuse where no service is
            refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        dialect = DIALECTS[world.sandbox.definition.profile]
        return faults.word(refusal, exchange.call, dialect, exchange.extra.get(_CORS, ()))

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its providers are all in this house."""
        return False

    def broken(self, exchange: Exchange, world: World) -> Reply:
        """Answer as the gateway does when a backend fails (facts-gateway A7, 101500)."""
        refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return self.word(refusal, exchange, world)


def _provide(exchange: Exchange, world: World, resource: Resource, operation: Operation) -> Reply:
    call = exchange.call
    try:
        if operation.method == "POST":
            habits.check_content_type(call, world)
        habits.check_access_key(call, world)
        return world.stage() or operation.answer(call, world)
    except ServiceRefusal as refusal:
        world.release()
        exchange.outcome = "refused"
        exchange.remarks.extend(refusal.remarks)
        return resource.published.word(refusal, world)


def _is_mounted(world: World) -> bool:
    mounted = world.settings.lgsp_mount
    return not habits.refuses("B06", world) if mounted is None else mounted


def _note_mount(call: Call, world: World) -> None:
    world.remark(
        "B06",
        "",
        f"Địa chỉ {call.path} không có phiên bản; tài liệu ghi /apiBTXH/1.0/…",
        f"The address {call.path} has no version; the document prints /apiBTXH/1.0/…",
    )


_WELCOME = Reply(
    200,
    b"<html><head><title>Welcome to APIM</title></head><body><h1>Welcome to APIM</h1></body></html>",
    (("Content-Type", "text/html; charset=UTF-8"),),
)
