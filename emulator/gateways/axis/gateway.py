"""The adapters of the axis: who may call whom, and the forward itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from emulator.country.axis import Axis, NoSuchUnit, nearest_unit, unit_of_call
from emulator.country.axis_records import Host, LiveAgency, Subsystem
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import (
    CONTEXTS,
    FORWARD,
    ForwardAddress,
    Message,
    ProviderUrl,
    message_of,
    provider_call,
    read_address,
    with_axis_headers,
)
from emulator.gateways.axis.allow_list import AllowList
from emulator.gateways.axis.faults import AxisRefusal
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.services.service import BYPASSED, AxisAddress, Listed, Operation, Service, carry
from emulator.wire.axis import NotASubsystem, SubsystemId, member_trouble, read_slashed, read_subsystem

# The gate of the axis: who calls, whom they name, what they reach, and whether its owner lets them in.
#
# Decision 0045: what is reached decides. A providerurl leads to a host, the host has an owner, and the owner's own
# rights count, whatever the dstcode says and in every mode.

NO_HOST = Host("", "", "")


class Reached(NamedTuple):
    """What a call reaches: the provider, the host behind it, and the machine that plays it, if one does."""

    provider: Subsystem
    host: Host
    live: LiveAgency | None


def caller_of(call: Call, world: World, axis: Axis) -> SubsystemId:
    """Return the consumer: who the emulator calls as, else the unit the call belongs to, else the sandbox's own.

    Raises:
        AxisRefusal: the consumer is no client of this server, or its server is in a state that lets nothing out.
    """
    own = call.caller or _unit_subsystem(call, world)
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


def _unit_subsystem(call: Call, world: World) -> str:
    try:
        return unit_of_call(call, world).subsystem
    except NoSuchUnit as missing:
        vi = f"/ss/{missing}: đơn vị này không có trong sandbox; xem GET …/units"
        en, near = f"/ss/{missing}: no such unit, see GET …/units", nearest_unit(str(missing), world)
        found, nearest = f"/ss/{missing}", f"/ss/{near}" if near else ""
        raise faults.bad_address("unknown-unit", "path", vi, en, found=found, nearest=nearest) from None


def provider_of(dstcode: SubsystemId, call: Call, world: World, axis: Axis) -> Subsystem:
    """Return the provider as the consumer's server finds it.

    Raises:
        AxisRefusal: nobody has that dstcode, its server or its ports are closed, or the targeted server is nobody's.
    """
    found = axis.subsystem(dstcode.text)
    if found is None:
        trouble = member_trouble(dstcode)
        if trouble:
            world.remark("dstcode-member", "dstcode", f"dstcode: {trouble}", "dstcode: member class and code disagree")
        raise faults.provider_unknown(dstcode, axis.nearest_subsystem(dstcode.text))
    if found.id != dstcode.text:
        vi = f"dstcode: '{dstcode}' là cách viết khác của '{found.id}'"
        world.remark("K21", "dstcode", vi, f"dstcode: '{dstcode}' is another spelling of '{found.id}'")
    targeted = call.header("x-road-security-server")
    if targeted and targeted.rpartition("/")[0] != read_subsystem(found.id).as_path.rpartition("/")[0]:
        raise faults.server_unknown(targeted)
    if not found.is_reachable or not world.settings.ss_ports_open:
        raise faults.server_down(read_subsystem(found.id))
    return found


def admit(caller: SubsystemId, provider: Subsystem, world: World, axis: Axis) -> None:
    """Let a consumer in at the provider's server.

    Raises:
        AxisRefusal: in this order: no such service, wrong kind, no right, switched off, without a usable address (B4).
    """
    named = read_subsystem(provider.id)
    if provider.service == "none":
        raise faults.service_unknown(named)
    if provider.service == "soap":
        raise faults.service_is_soap(named)
    if not axis.may_call(caller.text, provider.id):
        _remark_on_near_rights(caller, provider, world, axis)
        raise faults.access_denied(named, caller)
    if provider.service == "disabled":
        raise faults.service_disabled(named, provider.notice)
    if provider.service == "no-url":
        raise faults.service_has_no_url(named)
    if provider.service == "bad-url":
        raise faults.service_url_is_malformed(named)


def _remark_on_near_rights(caller: SubsystemId, provider: Subsystem, world: World, axis: Axis) -> None:
    """Tell a provider that gave the right to another row of the caller's member (K21; KDL V.4)."""
    near = [each.subject for each in axis.rights(provider.id) if _is_of_member(each.subject, caller)]
    for subject in near:
        vi = f"Access Rights của '{provider.id}' có '{subject}', nhưng bên gọi là '{caller}': so khớp trọn mã"
        en = f"'{provider.id}' gave the right to '{subject}', but the caller is '{caller}': whole ids are compared"
        world.remark("right-of-another-row", "access-rights", vi, en)


def _is_of_member(subject: str, caller: SubsystemId) -> bool:
    member = f"{caller.instance}:{caller.member_class}:{caller.member}:"
    return subject.startswith(member) and subject != caller.text


# What is reached: the host that the providerurl names, and who owns it (KDL V.3).


def reach(address: ForwardAddress, caller: SubsystemId, provider: Subsystem, call: Call, world: World) -> Reached:
    """Return what the call leads to behind a provider that has let the caller in.

    Raises:
        AxisRefusal: nobody has the host, it is another provider's, it does not take the connection, or a file is
            asked for without a host.
    """
    axis = Axis(world)
    live = axis.live_agencies.get(provider.id)
    url = address.provider_url
    if url is None:
        return Reached(provider, _default_host(address, provider, live, call, world), live)
    host = _host_named(url, live, axis)
    if host is None:
        raise faults.host_unknown(url.host, axis.nearest_pair(url.host))
    if host.subsystem != provider.id:
        _refuse_pair(host, caller, provider, world, axis)
    _check_port(url, host, world)
    if not host.is_up:
        raise faults.host_down(url.host, url.port_in_use)
    if url.scheme == "https" and host.plain_name in world.settings.tls_faults:
        raise faults.host_untrusted(url.host, url.port_in_use, world.settings.tls_faults[host.plain_name])
    return Reached(provider, host, live)


def _host_named(url: ProviderUrl, live: LiveAgency | None, axis: Axis) -> Host | None:
    """Return the host of a providerurl; the machine that plays an agency is known by its own address too."""
    found = axis.hosts.get(url.name) or axis.hosts.get(url.host)
    if found is None and live and live.is_at(url.scheme, url.host, url.port_in_use):
        return Host(url.name, live.dstcode, "files", url.scheme)
    return found


def _refuse_pair(host: Host, caller: SubsystemId, provider: Subsystem, world: World, axis: Axis) -> None:
    """Refuse a host of another provider: by its owner's rights first, then because it is out of reach from here."""
    vi = (
        f"providerurl: máy chủ '{host.name}' thuộc '{host.subsystem}', không thuộc dstcode '{provider.id}'; "
        f"cặp đúng: dstcode={host.subsystem}&providerurl={host.origin}"
    )
    en = (
        f"providerurl: host '{host.name}' belongs to '{host.subsystem}', not to dstcode '{provider.id}'; "
        f"the right pair: dstcode={host.subsystem}&providerurl={host.origin}"
    )
    right = f"dstcode={host.subsystem}&providerurl={host.origin}"
    world.remark("host-of-another", "providerurl", vi, en, "error", found=provider.id, expected=right, nearest=right)
    owner = axis.subsystem(host.subsystem)
    if owner:
        admit(caller, owner, world, axis)
    raise faults.host_down(host.plain_name, host.port)


def _check_port(url: ProviderUrl, host: Host, world: World) -> None:
    """Judge port and scheme by what the host listens on; strict refuses what no connection would be taken on."""
    if (url.scheme, url.port_in_use) == (host.scheme, host.port):
        return
    rule = "provider-scheme" if url.scheme != host.scheme else "provider-wrong-port"
    vi = f"providerurl: máy chủ '{host.name}' ở {host.origin}, lời gọi ghi {url.scheme}://{url.name}"
    en = f"providerurl: host '{host.name}' is at {host.origin}, the call says {url.scheme}://{url.name}"
    values = {"found": f"{url.scheme}://{url.name}", "expected": host.origin, "nearest": f"providerurl={host.origin}"}
    if world.mode == "strict":
        world.remark(rule, "providerurl", vi, en, "error", **values)
        raise faults.host_down(url.host, url.port_in_use, "Connection refused (Connection refused)")
    world.remark(rule, "providerurl", vi, en, "note", **values)


def _default_host(
    address: ForwardAddress, provider: Subsystem, live: LiveAgency | None, call: Call, world: World
) -> Host:
    """Return the default backend of a subsystem, for a call that names no host."""
    if address.path.startswith("/mapi/") and provider.default_service:
        return NO_HOST
    is_rehearsed = call.caller is not None
    if live and is_rehearsed:
        return NO_HOST
    vi = "providerurl: có dstcode nhưng thiếu providerurl; chỉ mapi/… mới được bỏ, cần https://<máy chủ chứa tệp>"
    en = "providerurl: dstcode without providerurl; only mapi/… may leave it out, https://<host> is expected"
    has_default = bool(provider.default_service or live)
    if not has_default or world.mode == "strict" or (world.mode == "documented" and not live):
        nearest, expected = Axis(world).url_of(provider.id), "providerurl=https://<host>"
        raise faults.bad_address("providerurl-missing", "providerurl", vi, en, expected=expected, nearest=nearest)
    world.remark("providerurl-missing", "providerurl", vi, en)
    return NO_HOST


# Direct calls to hosts that stand behind the axis: refused, as from outside the state network (KDL V.3).

# What such a host answers is not published; a web server's plain 403 is ours.
_PAGE = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n"
    b"<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
)


def refuse(exchange: Exchange, world: World) -> Reply:
    """Answer 403 and remark that the axis was bypassed."""
    exchange.operation, exchange.clause, exchange.outcome = BYPASSED, "KDL V.3", "refused"
    host = exchange.call.host
    world.remark(
        "bypassed-the-axis",
        "host",
        f"Gọi thẳng '{host}', không qua máy chủ bảo mật; phải tải qua VXPAdapter hoặc XrdAdapter với dstcode",
        f"'{host}' was called directly, not through a security server; go through an adapter with a dstcode",
        "error",
        found=host,
        expected="…/RestService/forward/<path>?dstcode=<…>&providerurl=<…>",
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
        exchange.consumer = caller.text
        provider = provider_of(address.dstcode, call, world, axis)
        if world.settings.own_server == "no-signer":
            raise faults.own_server("no-signer", caller)
        admit(caller, provider, world, axis)
        exchange.passage.axis = (caller.text, provider.id)
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

    def over_quota(self, _call: Call, _world: World, _wait_s: int) -> Reply:
        """Answer as a server whose system behind it has enough, with 429."""
        said = "Server responded with error 429: Too Many Requests"
        return faults.body_of(faults.service_failed(said, "hạn mức"), str(uuid4()), 429)


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
    if reply := world.apply_scenario():
        return reply
    world.has_left = True
    return forward(provider_call(exchange.call, address, message, name, "http"), agency, name, world, allowed)


def _without_body_for_head(reply: Reply, call: Call) -> Reply:
    if call.method != "HEAD" or not (reply.body or reply.file):
        return reply
    if reply.file:
        reply.file.close()
    sized = (("Content-Length", str(reply.size)),)
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "content-length")
    return replace(reply, body=b"", file=None, headers=(*kept, *sized))
