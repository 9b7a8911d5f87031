"""What the pretend ministry holds: so that a vendor sees what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.records import Dossier, ProcessingStep
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange

ROUTES = RouteTable("đất nước / country", scoped=True)


@ROUTES.add(
    "GET",
    "/dossiers",
    "Các hồ sơ đang giữ",
    "The dossiers held",
    RouteDoc("Dossiers", query="dossiers", noes=("invalid",)),
)
def list_dossiers(request: AdminRequest) -> AdminReply:
    """List dossiers by code; ``meta.next`` is the ``after`` of the next page, null at the end.

    ``code`` is the beginning of a code; ``key_kind`` chooses what the production or the sandbox keys reach.
    """
    from emulator.admin import schemas

    wish = schemas.load(schemas.DossierQuery(), request.asked, "?")
    found = list(islice(_select_dossiers(_world(request, wish["key_kind"]), wish), wish["limit"] + 1))
    page = found[: wish["limit"]]
    following = page[-1].code if len(found) > len(page) else None
    return AdminReply({"dossiers": [_dossier_card(dossier) for dossier in page], "meta": {"next": following}})


def _select_dossiers(world: World, wish: dict[str, Any]) -> Iterator[Dossier]:
    for dossier in world.dossiers.each(wish["after"]):
        if dossier.code.startswith(wish.get("code", "")) and wish.get("status", dossier.status) == dossier.status:
            yield dossier


@ROUTES.add(
    "GET",
    "/dossiers/{code}",
    "Một hồ sơ và tiến trình",
    "A dossier and its steps",
    RouteDoc("DossierWithSteps", noes=("no-such-dossier",)),
)
def show_dossier(request: AdminRequest) -> AdminReply:
    """Return one dossier with its processing steps, oldest first."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.OneDossierQuery(), request.asked, "?")
    world, code = _world(request, wish["key_kind"]), request.named["code"]
    dossier = world.dossiers.get(code)
    if dossier is None:
        raise Trouble("no-such-dossier", name=code)
    steps = [_step(step) for step in world.steps.with_prefix(f"{code}/")]
    return AdminReply(_dossier_card(dossier) | {"steps": steps})


def _world(request: AdminRequest, key_kind: str) -> World:
    world = request.context.enter(request.sandbox(), Exchange(Call("GET", "/")))
    if key_kind == "sandbox" and world.settings.sandbox_keys_reach == "test-system":
        world.enter_test_system()
    return world


def _dossier_card(dossier: Dossier) -> dict[str, Any]:
    moments = {name: iso(getattr(dossier, name)) for name in ("received_at", "submitted_at", "changed_at")}
    return asdict(dossier) | moments


def _step(step: ProcessingStep) -> dict[str, Any]:
    return asdict(step) | {"handled_at": iso(step.handled_at)}
