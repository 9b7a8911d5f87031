"""The adapters of the axis: who may call whom, and the forward itself."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from functools import partial

from emulator.country.axis import Axis
from emulator.country.axis_records import Host, Subsystem
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import (
    CONTEXTS,
    FORWARD,
    ForwardAddress,
    provider_call,
    read_address,
    with_axis_headers,
)
from emulator.gateways.axis.faults import AxisRefusal
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.service import AxisAddress, Listed, Operation, Service, carry
from emulator.wire.axis import NotASubsystem, SubsystemId, member_trouble, read_slashed, read_subsystem

# Who calls, and whether the provider lets it: both servers, in the order of their checks (facts-gateway B4, B5).


def caller_of(call: Call, world: World, axis: Axis) -> SubsystemId:
    """Return the consumer: who the emulator calls as, else the consumer key's subsystem, else the sandbox's own.

    Raises:
        AxisRefusal: the consumer is no client of this server, or its server is in a state that lets nothing out.
    """
    own = call.caller or _of_credential(world) or world.settings.own_subsystem
    claimed = call.header("x-road-client")
    try:
        caller = read_subsystem(own)
        if claimed and read_slashed(claimed) != caller:
            raise faults.client_unknown("SUBSYSTEM:" + claimed)
    except NotASubsystem:
        raise faults.client_unknown("SUBSYSTEM:" + (claimed or own)) from None
    if axis.subsystem(own) is None:
        raise faults.client_unknown(caller.as_text)
    if world.settings.own_server in ("needs-certificate", "needs-tls"):
        raise faults.own_server(world.settings.own_server, caller)
    return caller


def _of_credential(world: World) -> str | None:
    named = world.settings.subsystem_by_consumer
    token = getattr(world, "presented", None) if named else None
    return named.get(token.consumer_key) if token else None


def provider_of(dstcode: SubsystemId, call: Call, world: World, axis: Axis) -> Subsystem:
    """Return the provider as the consumer's server finds it.

    Raises:
        AxisRefusal: nobody has that dstcode, its server is down, or the targeted server does not exist.
    """
    found = axis.subsystem(str(dstcode))
    if found is None:
        trouble = member_trouble(dstcode)
        if trouble:
            world.remark("dstcode-member", "dstcode", f"dstcode: {trouble}", "dstcode: member class and code disagree")
        raise faults.provider_unknown(dstcode)
    if found.id != str(dstcode):
        vi = f"dstcode: '{dstcode}' là cách viết khác của '{found.id}'"
        world.remark("K21", "dstcode", vi, f"dstcode: '{dstcode}' is another spelling of '{found.id}'")
    targeted = call.header("x-road-security-server")
    if targeted and targeted.rpartition("/")[0] != read_subsystem(found.id).as_path.rpartition("/")[0]:
        raise faults.server_unknown(targeted)
    if not found.is_reachable:
        raise faults.server_down(read_subsystem(found.id))
    return found


def admit(caller: SubsystemId, provider: Subsystem, axis: Axis) -> None:
    """Let a consumer in at the provider's server.

    Raises:
        AxisRefusal: in this order: no such service, wrong kind, no right, switched off, without a usable address (B4).
    """
    named = read_subsystem(provider.id)
    if provider.service == "none":
        raise faults.service_unknown(named)
    if provider.service == "soap":
        raise faults.service_is_soap(named)
    if not axis.may_call(str(caller), provider.id):
        raise faults.access_denied(named, caller)
    if provider.service == "disabled":
        raise faults.service_disabled(named, provider.notice)
    if provider.service == "no-url":
        raise faults.service_has_no_url(named)
    if provider.service == "bad-url":
        raise faults.service_url_is_malformed(named)


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

NO_HOST = Host("", "", "")


class XroadGateway:
    """``…/XrdAdapter/RestService/forward`` and ``…/VXPAdapter/RestService/forward`` (K20), one router for both.

    ``services`` that are declared on the axis answer for the hosts of the world by their backend; ``outside_hosts`` are
    hosts that nobody may call but through the axis.
    """

    name = "xroad"

    def __init__(self, services: Iterable[Service], outside_hosts: Container[str] = ()) -> None:
        places = ((service, service.place_of(each)) for service in services for each in service.operations)
        self._services = {place.backend: service for service, place in places if isinstance(place, AxisAddress)}
        self._outside_hosts = outside_hosts

    def owns(self, call: Call) -> bool:
        """Take forwarded calls, and direct ones to hosts behind the axis."""
        return bool(FORWARD.match(call.path)) or call.host in self._outside_hosts

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
        admit(caller, provider, axis)
        exchange.extra["axis"] = (str(caller), provider.id)
        reply = world.apply_scenario() or self._ask(exchange, address, caller, provider, axis, world)
        return with_axis_headers(_never_moved(reply), call, caller, read_subsystem(provider.id), world)

    def _ask(
        self,
        exchange: Exchange,
        address: ForwardAddress,
        caller: SubsystemId,
        provider: Subsystem,
        axis: Axis,
        world: World,
    ) -> Reply:
        live = axis.live_agencies.get(provider.id)
        if live:
            from emulator.gateways.axis.live import forward

            exchange.operation = "xroad.live"
            if exchange.call.is_cut:
                raise faults.body_too_large(exchange.call)
            return world.apply_scenario() or forward(
                provider_call(exchange.call, address, caller, "", "http"), live, world
            )
        host = _host_of(address, provider, axis, world)
        service = host.service or provider.default_service
        found = self._services.get(service)
        if found is None:
            raise faults.service_has_no_url(read_subsystem(provider.id))
        forwarded = provider_call(exchange.call, address, caller, host.name, host.scheme)
        answer = found.answer or partial(_answer_by_path, found)
        return _without_body_for_head(carry(found, answer, forwarded, world), exchange.call)

    def operations(self) -> tuple[Listed, ...]:
        """Return everything a client can ask for behind the adapters, under either of their names."""
        return tuple(
            Listed(each.name, each.method, f"/{context}/RestService/forward{each.path}", each.clause)
            for context in CONTEXTS
            for service in dict.fromkeys(self._services.values())
            for each in _forwarded(service)
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


def _answer_by_path(service: Service, call: Call, world: World) -> Reply:
    """Let the operation at a path answer, for a service that leaves the finding to the axis."""
    at_path = {each.method: each for each in _forwarded(service) if each.path == call.path}
    operation = at_path.get(call.method)
    if operation is None:
        status, allowed = (405, (("Allow", ", ".join(at_path)),)) if at_path else (404, ())
        return Reply(status, b"", allowed)
    world.exchange.operation, world.exchange.clause = operation.name, operation.clause
    return world.apply_scenario() or operation.answer(call, world)


def _forwarded(service: Service) -> Iterable[Operation]:
    """Return what a service answers at addresses of its own behind the adapters."""
    return (each for each in service.operations if isinstance(service.place_of(each), AxisAddress) and not each.within)


def _of_scenario(refusal: Refusal) -> AxisRefusal:
    """Return what the axis makes of a refusal that a scenario raised behind it."""
    status = refusal.status if isinstance(refusal, GatewayRefusal) else 500
    said = f"{status}: {getattr(refusal, 'message', '')}"
    return faults.service_failed(f"Server responded with error {said}", f"kịch bản: {said}")


def _host_of(address: ForwardAddress, provider: Subsystem, axis: Axis, world: World) -> Host:
    """Return the host a providerurl names; without one, the default backend of the subsystem."""
    url = address.provider_url
    if url is None:
        if provider.default_service and address.path.startswith("/mapi/"):
            return NO_HOST
        return _without_providerurl(provider, world)
    host = axis.hosts.get(url.name) or axis.hosts.get(url.host)
    if host is None:
        raise faults.host_unknown(url.host)
    if host.subsystem != provider.id:
        _strange_host(host, provider, world)
    if url.scheme != host.scheme:
        vi = f"providerurl: máy chủ '{host.name}' dùng {host.scheme}, lời gọi ghi {url.scheme}"
        world.remark("provider-scheme", "providerurl", vi, f"providerurl: '{host.name}' speaks {host.scheme}")
    if not host.is_up:
        raise faults.host_down(url.host, url.port_in_use)
    return host


def _without_providerurl(provider: Subsystem, world: World) -> Host:
    vi = "providerurl: có dstcode nhưng thiếu providerurl; chỉ mapi/… mới được bỏ, cần https://<máy chủ chứa tệp>"
    en = "providerurl: dstcode without providerurl; only mapi/… may leave it out, https://<host> is expected"
    if world.mode != "observed" or not provider.default_service:
        raise faults.bad_address("providerurl-missing", "providerurl", vi, en)
    world.remark("providerurl-missing", "providerurl", vi, en)
    return NO_HOST


def _strange_host(host: Host, provider: Subsystem, world: World) -> None:
    """Remark on a host of another subsystem; strict refuses it (ours: facts-platforms §3)."""
    vi = f"providerurl: máy chủ '{host.name}' thuộc '{host.subsystem}', không thuộc dstcode '{provider.id}'"
    en = f"providerurl: host '{host.name}' belongs to '{host.subsystem}', not to dstcode '{provider.id}'"
    if world.mode == "strict":
        raise faults.bad_address("host-of-another", "providerurl", vi, en)
    world.remark("host-of-another", "providerurl", vi, en)


def _never_moved(reply: Reply) -> Reply:
    """Refuse a redirect: the axis follows none, and clients that do lose their body (facts-clients §1)."""
    if 300 <= reply.status < 400:
        if reply.file:
            reply.file.close()
        raise faults.service_failed(
            f"Server responded with error {reply.status}: redirects are not followed",
            f"bên cung cấp trả mã chuyển hướng {reply.status}; trục không chuyển hướng bao giờ",
        )
    return reply


def _without_body_for_head(reply: Reply, call: Call) -> Reply:
    if call.method != "HEAD":
        return reply
    sized = (("Content-Length", str(reply.size)),)
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "content-length")
    return replace(reply, body=b"", file=None, headers=(*kept, *sized))
