"""What the pretend ministry holds: so that a vendor sees what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import takewhile
from typing import Any, TypeVar

from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.shelf import Dossier, ProcessingStep
from emulator.country.world import World
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange
from emulator.services.portal.models import PortalDossier
from emulator.services.portal.pack import EVER, Portal
from emulator.wire.codes import is_same_agency

ROUTES = RouteTable("đất nước / country", scoped=True)


# One scan looks at so many dossiers: a search that finds little gives back where to go on, not a minute of work.
_MOST_LOOKED = 5_000
_SOUGHT = ("HoVaTen", "ChuHoSo", "MaTTHC", "TenTTHC", "DonViXuLy", "TrichYeuHoSo")
_Held = TypeVar("_Held", Dossier, PortalDossier)


@ROUTES.add(
    "GET",
    "/dossiers",
    "Các hồ sơ đang giữ",
    "The dossiers held",
    RouteDoc("Dossiers", query="dossiers", noes=("invalid",)),
)
def list_dossiers(request: AdminRequest) -> AdminReply:
    """List dossiers by code; ``meta.next`` is the ``after`` of the next page, null at the end.

    ``code`` is the beginning of a code; ``q`` is looked for in code, owner, name, procedure and unit, whatever its
    case; ``key_kind`` chooses what the production or the sandbox keys reach. One answer looks at up to 5000 dossiers:
    a search that has found few by then gives its page, and ``meta.next`` goes on from there.
    """
    from emulator.admin import schemas

    wish = schemas.load(schemas.DossierQuery(), request.asked, "?")
    code = wish.get("code", "")
    every = _with_beginning(code, _world(request, wish["key_kind"]).dossiers.each(max(wish["after"], _before(code))))
    page, following = _look_through(every, wish)
    return AdminReply({"dossiers": [_dossier_card(dossier) for dossier in page], "meta": {"next": following}})


def _before(code: str) -> str:
    """Return a text after which, in the order of codes, come those that begin with ``code``."""
    return code[:-1] + chr(max(ord(code[-1]) - 1, 0)) + "\U0010ffff" if code else ""


def _with_beginning(code: str, dossiers: Iterator[Dossier]) -> Iterator[Dossier]:
    return takewhile(lambda each: each.code.startswith(code), dossiers) if code else dossiers


def _look_through(every: Iterator[_Held], wish: dict[str, Any]) -> tuple[list[_Held], str | None]:
    """Return a page of those that are asked for, and the code after which the next one begins, None at the end."""
    page: list[_Held] = []
    last = ""
    for looked, dossier in enumerate(every):
        if looked == _MOST_LOOKED or len(page) == wish["limit"]:
            return page, last
        last = dossier.code
        if _is_asked_for(dossier, wish):
            page.append(dossier)
    return page, None


def _is_asked_for(dossier: Dossier | PortalDossier, wish: dict[str, Any]) -> bool:
    if wish.get("status", dossier.status) != dossier.status:
        return False
    if "unit" in wish and not (isinstance(dossier, PortalDossier) and is_same_agency(dossier.unit_code, wish["unit"])):
        return False
    sought = wish.get("q", "").casefold()
    told = (dossier.code, dossier.owner_id, *(dossier.fields.get(name) or "" for name in _SOUGHT))
    return not sought or any(sought in text.casefold() for text in told)


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


# The same at the national portal: dossiers that citizens filed there, and those that agencies pushed (KDL III).


@ROUTES.add(
    "GET",
    "/portal-dossiers",
    "Hồ sơ tại Cổng DVCQG",
    "Dossiers at the national portal",
    RouteDoc("DossiersAtPortal", query="portal-dossiers", noes=("invalid",)),
)
def list_portal_dossiers(request: AdminRequest) -> AdminReply:
    """List the portal's dossiers as ``/dossiers`` does; ``owner`` is a citizen's number, ``unit`` an agency's code."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.PortalDossierQuery(), request.asked, "?")
    shelf = Portal(_world(request, "production")).dossiers
    every: Iterator[PortalDossier]
    if "owner" in wish:
        mine = sorted(shelf.window(wish["owner"], 0, EVER), key=lambda each: each.code)
        every = (each for each in mine if each.code > wish["after"])
    else:
        every = shelf.each(wish["after"])
    page, following = _look_through(every, wish)
    return AdminReply({"dossiers": [_portal_card(dossier) for dossier in page], "meta": {"next": following}})


@ROUTES.add(
    "GET",
    "/portal-dossiers/{code}",
    "Một hồ sơ tại Cổng",
    "A dossier at the portal, and its steps",
    RouteDoc("DossierAtPortalWithSteps", noes=("no-such-dossier",)),
)
def show_portal_dossier(request: AdminRequest) -> AdminReply:
    """Return one dossier of the portal with its steps, oldest first."""
    portal, code = Portal(_world(request, "production")), request.named["code"]
    dossier = portal.dossiers.get(code)
    if dossier is None:
        raise Trouble("no-such-dossier", name=code)
    steps = [asdict(step) | {"handled_at": iso(step.handled_at)} for step in portal.steps.with_prefix(f"{code}/")]
    return AdminReply(_portal_card(dossier) | {"steps": steps})


def _portal_card(dossier: PortalDossier) -> dict[str, Any]:
    return asdict(dossier) | {name: iso(getattr(dossier, name)) for name in ("received_at", "changed_at")}


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
