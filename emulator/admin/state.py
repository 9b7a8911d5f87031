"""A sandbox as one TinyDB file, out of a running server and into it."""

from __future__ import annotations

from emulator.admin.axis import world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import SHOW_SECRETS, STATE_LIMIT, RouteDoc, RouteTable
from emulator.country.sandbox import ID_GRAMMAR
from emulator.journal.redaction import masked_exported

ROUTES = RouteTable("đất nước / country", scoped=True)
_STATE = {
    "schema_version": "1",
    "pack": "co-ban",
    "mode": "documented",
    "profile": "apim-3.2",
    "seed": 42,
    "scenario": None,
    "settings": {"pull_limit": 100},
    "clock": {},
    "seq": 1,
    "head": "",
}

_MOST_FAULTS = 50


@ROUTES.add(
    "GET",
    "/state",
    "Xuất sandbox",
    "Export the sandbox as one TinyDB file",
    RouteDoc(
        "State",
        words=(("journal", "kèm nhật ký", "with the journal", {"enum": ["true", "false"]}), SHOW_SECRETS),
        noes=("invalid", "secrets-need-token"),
    ),
)
def export_state(request: AdminRequest) -> AdminReply:
    """Return the sandbox; with its journal when ``journal=true``, masked unless ``secrets=show``."""
    from emulator.country.export import export

    wish = request.asked.get("journal", "false")
    if wish not in ("true", "false"):
        raise invalid([InputFault("?journal", "phải là true hoặc false", "must be true or false")])
    sandbox = request.sandbox()
    mask = None if request.shows_secrets() else masked_exported
    return AdminReply(export(world_of(request).store, sandbox, with_journal=wish == "true", mask=mask))


@ROUTES.add(
    "PUT",
    "/state",
    "Nhập sandbox",
    "Import a sandbox",
    RouteDoc("Imported", "State", {"state": {"1": _STATE}}, status=("200", "201"), last=6),
    body_limit=STATE_LIMIT,
)
def import_state(request: AdminRequest) -> AdminReply:
    """Replace what a sandbox holds, or make it; 201 for a new one.

    Raises:
        Trouble: something in the file is wrong; nothing is changed then.
    """
    from emulator.country.export import bring_in, state_findings
    from emulator.services.registry import shelf_kinds

    content, name = request.content(), request.named.get("sandbox", "default")
    faults = [InputFault("/" + "/".join(at), vi, en) for at, vi, en in state_findings(content, shelf_kinds())][
        :_MOST_FAULTS
    ]
    if not faults and content["state"]["1"]["pack"] not in request.context.packs:
        known = ", ".join(sorted(request.context.packs))
        faults = [InputFault("/state/1/pack", f"không có gói này; có: {known}", f"no such pack; there are: {known}")]
    if not ID_GRAMMAR.fullmatch(name):
        raise Trouble("no-such-sandbox", name=name)
    if faults:
        raise invalid(faults)
    context = request.context
    is_new = name not in {sandbox.id for sandbox in context.sandboxes.every()}
    store = world_of(request_of_default(request)).store
    sandbox = bring_in(store, context.sandboxes, name, content, shelf_kinds())
    context.sweeper.wake()
    return AdminReply(
        {"id": sandbox.id, "epoch": sandbox.epoch, "pack": sandbox.definition.pack}, 201 if is_new else 200
    )


def request_of_default(request: AdminRequest) -> AdminRequest:
    """Return the same call as one to the sandbox ``default``, which is always there."""
    return AdminRequest(request.context, {}, request.asked, request.body, request.base)
