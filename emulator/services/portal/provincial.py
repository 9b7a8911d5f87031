"""The portal behind a province's gateway: no session, the service in the path (facts-clients §2.5)."""

from __future__ import annotations

from emulator.country.accounts import portal_account
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.services.portal.envelope import read_gateway_call, wrap_twice
from emulator.services.portal.operations import serve, word


def answer(call: Call, world: World) -> Reply:
    """Answer ``/KetNoiMotCuaQuocGia/<Service>``: query or body hold the service's keys, a bare list is its ``data``."""
    service = call.path.rpartition("/")[2]
    try:
        asked = read_gateway_call(service, portal_account(world.sandbox).unit, call.query, call.body)
        reply = serve(asked, world)
    except ServiceRefusal as refusal:
        reply = word(refusal, world)
    return wrap_twice(reply) if world.settings.provincial_gateway_double_encodes else reply
