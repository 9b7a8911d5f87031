"""The gate of the axis: who calls, whom they name, what they reach, and whether its owner lets them in.

Decision 0045: what is reached decides. A providerurl leads to a host, the host has an owner, and the owner's own rights
count, whatever the dstcode says and in every mode.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.country.axis import Axis
from emulator.country.axis_records import Host, LiveAgency, Subsystem
from emulator.country.units import NoSuchUnit, unit_of_call
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import ForwardAddress, ProviderUrl
from emulator.kernel.exchange import Call
from emulator.wire.axis import NotASubsystem, SubsystemId, member_trouble, read_slashed, read_subsystem

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
        raise faults.bad_address("unknown-unit", "path", vi, f"/ss/{missing}: no such unit, see GET …/units") from None


def provider_of(dstcode: SubsystemId, call: Call, world: World, axis: Axis) -> Subsystem:
    """Return the provider as the consumer's server finds it.

    Raises:
        AxisRefusal: nobody has that dstcode, its server or its ports are closed, or the targeted server is nobody's.
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
    if not axis.may_call(str(caller), provider.id):
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
    return subject.startswith(member) and subject != str(caller)


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
        raise faults.host_unknown(url.host)
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
    world.remark("host-of-another", "providerurl", vi, en, "error")
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
    if world.mode == "strict":
        world.remark(rule, "providerurl", vi, en, "error")
        raise faults.host_down(url.host, url.port_in_use, "Connection refused (Connection refused)")
    world.remark(rule, "providerurl", vi, en)


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
        raise faults.bad_address("providerurl-missing", "providerurl", vi, en, expected="providerurl=https://<host>")
    world.remark("providerurl-missing", "providerurl", vi, en)
    return NO_HOST
