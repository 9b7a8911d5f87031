"""A province's gateway before the portal: ``/KetNoiMotCuaQuocGia/<Service>`` and its sisters, with a Bearer token.

Sources: src:client-province-gateway, src:client-province-push, src:client-province-papers.

Off unless a sandbox turns it on. Token, faults and their bodies are those of the NDXP gateway: both are one product.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

import orjson

from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.gateways.axis.faults import AxisRefusal
from emulator.gateways.axis.gateway import XroadGateway
from emulator.gateways.ndxp import faults
from emulator.gateways.ndxp.faults import DIALECTS
from emulator.gateways.ndxp.gateway import admit, say_over_quota, say_unavailable
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.portal.links import host_of, read_link
from emulator.services.portal.pack import Portal
from emulator.services.service import Api, Operation, ProvinceGateway, Service, Site, carry
from emulator.wire.codes import full_form
from emulator.wire.json_body import is_deep

CONTEXT = "KetNoiMotCuaQuocGia"
PREFIX = f"/{CONTEXT}/"
_API = Api(CONTEXT, CONTEXT, "1.0")
_VERBS = ("GET", "POST")
_GET_FILE = f"{PREFIX}getfile"
_LARGEST = 32 * 1024 * 1024
"""Bytes of a file that are put into one JSON string: ours, since the whole of it is in memory."""


class ProvincialGateway:
    """The national portal as a province shows it to its own systems: no session, the service in the path."""

    name = "provincial"

    def __init__(self, portal: Service, operations: Sequence[Operation], axis: XroadGateway) -> None:
        self._portal, self._axis = portal, axis
        self._by_context = {_context_of(each.path): each for each in operations}
        contexts = tuple(each for context in self._by_context for each in (context, context[1:]) if each)
        self.owns = Site(self.name, "", contexts).covers

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Admit as the NDXP gateway does, then ask the portal."""
        call = exchange.call
        if not world.settings.provincial_gateway:
            raise GatewayRefusal("other", 404, 404, "Not Found", "The requested resource is not available.")
        operation = self._by_context[_context_of(call.path)]
        exchange.operation, exchange.clause = operation.name, operation.clause
        if call.method not in _VERBS:
            raise GatewayRefusal("other", 405, 405, "Method Not Allowed", "Use GET or POST.")
        admit(call, world, _API)
        if operation.method == "GET" and not operation.path.endswith("/") and call.path != operation.path:
            raise GatewayRefusal("other", 404, 404, "Not Found", f"{call.path}: the nearest is {operation.path}")
        if call.path == _GET_FILE:
            return world.apply_scenario() or fetch_file(call, self._axis, world)
        return carry(
            self._portal, lambda call, world: world.apply_scenario() or operation.answer(call, world), call, world
        )

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Word a refusal as the NDXP gateway does."""
        if not isinstance(refusal, GatewayRefusal):  # a scenario lets a service refuse before it is asked
            refusal = GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender")
        return faults.word(refusal, exchange.call, DIALECTS[world.sandbox.definition.profile])

    def blocks(self, call: Call, enter: Callable[[], World]) -> bool:
        """The portal is in this house; a file may lie with an agency that a real machine plays."""
        return call.path.endswith(_GET_FILE) and bool(Axis(enter()).live_agencies.with_prefix(""))

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return self.word(GatewayRefusal("other", 500, 101500, "Runtime Error", "Error in Sender"), exchange, world)

    def unavailable(self, call: Call, world: World | None) -> Reply:
        """Answer as the NDXP gateway does."""
        return say_unavailable(call, world)

    def over_quota(self, call: Call, world: World, wait_s: int) -> Reply:
        """Answer as the NDXP gateway does."""
        return say_over_quota(call, world, wait_s)


# ``getfile``: a paper's file as a JSON string of Base64 (src:client-downloads). Nothing found is the empty string.


def fetch_file(call: Call, axis: XroadGateway, world: World) -> Reply:
    """Fetch the file of ``{CoQuanChuQuan, DuongDan}`` over the axis, as the province's own system would by KDL V.3."""
    given = _texts_of(call.body)
    link = read_link(given.get("DuongDan", ""))
    dstcode = _dstcode_of(given, world)
    if not link.host or not dstcode:
        return _no_file(
            "getfile: cần DuongDan là địa chỉ http(s) có trên trục", "getfile: DuongDan leads nowhere", world
        )
    path = f"/VXPAdapter/RestService/forward{link.path}"
    query = "&".join(
        each for each in (link.query, f"dstcode={dstcode}", f"providerurl={link.scheme}://{link.host}") if each
    )
    target = f"{quote(path)}?{query}"
    inner = Exchange(Call("GET", path, query, target=target, host=call.host, unit=call.unit))
    inner.remarks = world.exchange.remarks
    try:
        reply = axis.answer(inner, world)
    except AxisRefusal as refusal:
        world.exchange.remarks.extend(refusal.remarks)
        return _no_file(f"getfile: {refusal.message}", f"getfile: {refusal.message}", world)
    if reply.status != 200 or reply.size > _LARGEST:
        if reply.file:
            reply.file.close()
        text = f"getfile: HTTP {reply.status}, {reply.size} byte"
        return _no_file(text, text, world)
    body = b"".join(reply.file.chunks()) if reply.file else reply.body
    return _json_string(base64.b64encode(body).decode())


def _dstcode_of(given: Mapping[str, str], world: World) -> str:
    """Return the server of the holder by the list of V.1, else of whoever has the link's host."""
    holder = full_form(given.get("CoQuanChuQuan", "").strip())
    listed = {agency.code: agency.security_server for agency in Portal(world).security_servers()}
    host = host_of(given.get("DuongDan", ""), world)
    return listed.get(holder) or (host.subsystem if host else "")


def _texts_of(body: bytes) -> dict[str, str]:
    try:
        content = None if is_deep(body) else orjson.loads(body)
    except ValueError:
        return {}
    pairs = content.items() if isinstance(content, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _no_file(vi: str, en: str, world: World) -> Reply:
    world.exchange.outcome = "refused"
    expected = '{"CoQuanChuQuan": "…", "DuongDan": "http(s)://…"}'
    world.remark("getfile-empty", "/DuongDan", vi, en, "error", expected=expected)
    return _json_string("")


def _json_string(text: str) -> Reply:
    body = orjson.dumps(text)
    return Reply(200, body, (("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))))


def _context_of(path: str) -> str:
    """Return the first part of a path, by which a gateway knows its own: ``/SynsTTHCC/``; empty for a bare word."""
    first, slash, _ = path.removeprefix("/").partition("/")
    return f"/{first}/" if slash else ""


def provincial_gateways(services: Iterable[Service], axis: XroadGateway) -> Iterator[ProvincialGateway]:
    """Yield the gateway with the operations that a service declares for it."""
    for service in services:
        found = [each for each in service.operations if isinstance(each.place, ProvinceGateway)]
        if found:
            yield ProvincialGateway(service, found, axis)


# Public sites without a guard: the ministry's files and pages (BTXH 3.1.4), the portal's list of servers (KDL V.3).
#
# That the portal's real page asks for a login is left out: nothing is learnt from it.

_READING = ("GET", "HEAD")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class PublicSite:
    """A door without a guard, for GET and HEAD, to the one operation that a service declares there."""

    def __init__(self, site: Site, operation: Operation) -> None:
        self.name, self.owns, self.operation = site.name, site.covers, operation

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve a page; HEAD gives the headers of GET, other verbs get 405."""
        call = exchange.call
        exchange.operation, exchange.clause = self.operation.name, self.operation.clause
        staged = world.apply_scenario()
        if staged:
            return staged
        if call.method not in _READING:
            exchange.outcome = "refused"
            return Reply(405, b"Method Not Allowed", (*_TEXT, ("Allow", ", ".join(_READING))))
        reply = self.operation.answer(call, world)
        if reply.status == 404:
            exchange.outcome = "refused"
        sized = (*reply.headers, ("Content-Length", str(len(reply.body))))
        return Reply(reply.status, reply.body if call.method == "GET" else b"", sized)

    def word(self, refusal: Refusal, _exchange: Exchange, _world: World) -> Reply:
        """Put a refusal, which only a scenario can raise here, into plain text."""
        return Reply(503, str(refusal).encode(), _TEXT)

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its pages are all in this house."""
        return False

    def word_breakdown(self, _exchange: Exchange, _world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return Reply(500, b"Internal Server Error", _TEXT)

    def unavailable(self, _call: Call, _world: World | None) -> Reply:
        """Answer as a web server does whose system is away."""
        return Reply(503, b"Service Unavailable", _TEXT)

    def over_quota(self, _call: Call, _world: World, _wait_s: int) -> Reply:
        """Answer as a web server does that has enough."""
        return Reply(429, b"Too Many Requests", _TEXT)


def public_sites(services: Iterable[Service]) -> Iterator[PublicSite]:
    """Yield the sites that services declare, each with its operation."""
    for service in services:
        for operation in service.operations:
            if isinstance(operation.place, Site):
                yield PublicSite(operation.place, operation)
