"""A sandbox as one TinyDB file, out of a running server and into it."""

from __future__ import annotations

from emulator.admin.axis import world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.country.sandbox import ID_GRAMMAR

_MOST_FAULTS = 50


def export_state(visit: AdminRequest) -> AdminReply:
    """Return the sandbox; with its journal when ``journal=true``."""
    from emulator.country.export import export

    wish = visit.asked.get("journal", "false")
    if wish not in ("true", "false"):
        raise invalid([InputFault("?journal", "phải là true hoặc false", "must be true or false")])
    sandbox = visit.sandbox()
    return AdminReply(export(world_of(visit).store, sandbox, with_journal=wish == "true"))


def import_state(visit: AdminRequest) -> AdminReply:
    """Replace what a sandbox holds, or make it; 201 for a new one.

    Raises:
        Trouble: something in the file is wrong; nothing is changed then.
    """
    from emulator.country.export import bring_in
    from emulator.country.export_check import state_findings

    content, name = visit.content(), visit.named.get("sandbox", "default")
    faults = [InputFault("/" + "/".join(at), vi, en) for at, vi, en in state_findings(content)][:_MOST_FAULTS]
    if not faults and content["state"]["1"]["pack"] not in visit.office.packs:
        known = ", ".join(sorted(visit.office.packs))
        faults = [InputFault("/state/1/pack", f"không có gói này; có: {known}", f"no such pack; there are: {known}")]
    if not ID_GRAMMAR.fullmatch(name):
        raise Trouble("no-such-sandbox", name=name)
    if faults:
        raise invalid(faults)
    office = visit.office
    is_new = name not in {sandbox.id for sandbox in office.sandboxes.every()}
    store = world_of(visit_of_default(visit)).store
    sandbox = bring_in(store, office.sandboxes, name, content)
    office.sweeper.wake()
    return AdminReply(
        {"id": sandbox.id, "epoch": sandbox.epoch, "pack": sandbox.definition.pack}, 201 if is_new else 200
    )


def visit_of_default(visit: AdminRequest) -> AdminRequest:
    """Return the same call as one to the sandbox ``default``, which is always there."""
    return AdminRequest(visit.office, {}, visit.asked, visit.body, visit.base)
