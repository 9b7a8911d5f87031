"""Who calls, and whether the provider lets it: both servers, in the order of their checks (facts-gateway B4, B5)."""

from __future__ import annotations

from emulator.gateways.xroad import faults
from emulator.kernel.exchange import Call
from emulator.wire.subsystem import NotASubsystem, SubsystemId, member_trouble, read_slashed, read_subsystem
from emulator.world.axis import Axis
from emulator.world.axis_records import Subsystem
from emulator.world.world import World


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
    if targeted and targeted.rpartition("/")[0] != read_subsystem(found.id).slashed.rpartition("/")[0]:
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
