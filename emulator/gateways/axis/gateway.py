"""The adapters of the axis: who may call whom, and the forward itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from uuid import uuid4

from emulator.country.axis import Axis
from emulator.country.axis_records import LiveAgency
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import (
    CONTEXTS,
    FORWARD,
    ForwardAddress,
    Message,
    message_of,
    provider_call,
    read_address,
    with_axis_headers,
)
from emulator.gateways.axis.allow_list import AllowList
from emulator.gateways.axis.faults import AxisRefusal
from emulator.gateways.axis.gate import Reached, admit, caller_of, provider_of, reach
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.service import AxisAddress, Listed, Operation, Service, carry
from emulator.wire.axis import read_subsystem

# Direct calls to hosts that stand behind the axis: refused, as from outside the state network (KDL V.3).

# What such a host answers is not published; a web server's plain 403 is ours.
_PAGE = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n"
    b"<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
)


def refuse(exchange: Exchange, world: World) -> Reply:
    """Answer 403 and remark that the axis was bypassed."""
    exchange.operation, exchange.clause, exchange.outcome = "xroad.bypass", "KDL V.3", "refused"
    host = exchange.call.host
    world.remark(
        "bypassed-the-axis",
        "host",
        f"Gọi thẳng '{host}', không qua máy chủ bảo mật; phải tải qua VXPAdapter hoặc XrdAdapter với dstcode",
        f"'{host}' was called directly, not through a security server; go through an adapter with a dstcode",
        "error",
    )
    return Reply(403, _PAGE, (("Content-Type", "text/html"), ("Content-Length", str(len(_PAGE)))))


# The adapters as a door: address, consumer, provider, access right, then whoever answers (KDL V.1 to V.4).


class XroadGateway:
    """``…/XrdAdapter/RestService/forward`` and ``…/VXPAdapter/RestService/forward`` (K20), one router for both.

    ``services`` that are declared on the axis answer for the hosts of the world by their backend; ``is_outside``
    tells which hosts nobody may call but through the axis.
    """

    name = "xroad"

    def __init__(
        self,
        services: Iterable[Service],
        is_outside: Callable[[str], bool] = lambda _host: False,
        allowed: AllowList | None = None,
    ) -> None:
        places = ((service, service.place_of(each)) for service in services for each in service.operations)
        self._services = {place.backend: service for service, place in places if isinstance(place, AxisAddress)}
        self._is_outside, self._allowed = is_outside, allowed or AllowList()

    def owns(self, call: Call) -> bool:
        """Take forwarded calls, and direct ones to hosts behind the axis."""
        return bool(FORWARD.match(call.path)) or self._is_outside(call.host)

    def blocks(self, call: Call, enter: Callable[[], World]) -> bool:
        """Tell whether a live agency may be asked: it is another machine, and it may be slow."""
        return "/RestService/forward" in call.path and bool(Axis(enter()).live_agencies.with_prefix(""))

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Forward a call to the provider it names; raise AxisRefusal when a server on the way says no."""
        call, axis = exchange.call, Axis(world)
        if not FORWARD.match(call.path):
            return refuse(exchange, world)
        exchange.operation, exchange.clause = "xroad.forward", "KDL V.3"
        if world.settings.own_server == "outdated-conf":
            raise faults.own_server("outdated-conf", read_subsystem(world.settings.own_subsystem))
        address = read_address(call, world)
        caller = caller_of(call, world, axis)
        exchange.consumer = str(caller)
        provider = provider_of(address.dstcode, call, world, axis)
        if world.settings.own_server == "no-signer":
            raise faults.own_server("no-signer", caller)
        admit(caller, provider, world, axis)
        exchange.extra["axis"] = (str(caller), provider.id)
        message = Message(caller, call.header("x-road-id") or "")
        reply = world.apply_scenario()  # a scenario may play a host that this country has not
        if reply is None:
            reached = reach(address, caller, provider, call, world)
            message = message_of(call, caller, world, is_live=reached.live is not None)
            reply = self._ask(exchange, address, reached, message, world)
        return with_axis_headers(reply, call, message, read_subsystem(provider.id), world)

    def _ask(
        self, exchange: Exchange, address: ForwardAddress, reached: Reached, message: Message, world: World
    ) -> Reply:
        if reached.live:
            return _ask_live(exchange, address, reached.live, message, world, self._allowed)
        host = reached.host
        found = self._services.get(host.service or reached.provider.default_service)
        if found is None:
            raise faults.service_has_no_url(read_subsystem(reached.provider.id))
        forwarded = provider_call(exchange.call, address, message, host.name, host.scheme)
        answer = found.answer or partial(_answer_by_path, found)
        return _without_body_for_head(carry(found, answer, forwarded, world), exchange.call)

    def operations(self) -> tuple[Listed, ...]:
        """Return everything a client can ask for behind the adapters, under either of their names."""
        return tuple(
            Listed(each.name, each.method, f"/{context}/RestService/forward{each.path}", each.clause)
            for context in CONTEXTS
            for service in dict.fromkeys(self._services.values())
            for each in _forwarded_operations(service)
        )

    def word(self, refusal: Refusal, _exchange: Exchange, world: World) -> Reply:
        """Word a refusal in X-Road's REST form."""
        if not isinstance(refusal, AxisRefusal):
            refusal = _of_scenario(refusal)
        return faults.word(refusal, world)

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer as a provider's server does when the system behind it breaks."""
        refusal = faults.service_failed("Server responded with error 500: Internal Server Error", "lỗi trình giả lập")
        return self.word(refusal, exchange, world)

    def unavailable(self, _call: Call, _world: World | None) -> Reply:
        """Answer as a server whose system behind it is away, with 503."""
        said = "Server responded with error 503: Service Unavailable"
        return faults.body_of(faults.service_failed(said, "kho dữ liệu"), str(uuid4()), 503)


def _answer_by_path(service: Service, call: Call, world: World) -> Reply:
    """Let the operation at a path answer, for a service that leaves the finding to the axis."""
    at_path = {each.method: each for each in _forwarded_operations(service) if each.path == call.path}
    operation = at_path.get(call.method)
    if operation is None:
        status, allowed = (405, (("Allow", ", ".join(at_path)),)) if at_path else (404, ())
        return Reply(status, b"", allowed)
    world.exchange.operation, world.exchange.clause = operation.name, operation.clause
    return world.apply_scenario() or operation.answer(call, world)


def _forwarded_operations(service: Service) -> Iterable[Operation]:
    """Return what a service answers at addresses of its own behind the adapters."""
    return (each for each in service.operations if isinstance(service.place_of(each), AxisAddress) and not each.within)


def _of_scenario(refusal: Refusal) -> AxisRefusal:
    """Return what the axis makes of a refusal that a scenario raised behind it."""
    status = refusal.status if isinstance(refusal, GatewayRefusal) else 500
    said = f"{status}: {getattr(refusal, 'message', '')}"
    return faults.service_failed(f"Server responded with error {said}", f"kịch bản: {said}")


def _ask_live(
    exchange: Exchange,
    address: ForwardAddress,
    agency: LiveAgency,
    message: Message,
    world: World,
    allowed: AllowList,
) -> Reply:
    """Call the machine that plays the provider; it sees the name it was asked as (pr-rest 4.3)."""
    from emulator.gateways.axis.live import forward

    exchange.operation = "xroad.live"
    if exchange.call.is_cut:
        raise faults.body_too_large(exchange.call)
    name = address.provider_url.name if address.provider_url else ""
    return world.apply_scenario() or forward(
        provider_call(exchange.call, address, message, name, "http"), agency, name, world, allowed
    )


def _without_body_for_head(reply: Reply, call: Call) -> Reply:
    if call.method != "HEAD" or not (reply.body or reply.file):
        return reply
    if reply.file:
        reply.file.close()
    sized = (("Content-Length", str(reply.size)),)
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "content-length")
    return replace(reply, body=b"", file=None, headers=(*kept, *sized))
