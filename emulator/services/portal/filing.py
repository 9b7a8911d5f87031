"""A citizen files online at the national portal, which hands the dossier to the agency that handles it (KDL III.1).

No document prints the hand-over. Ours: it goes over the axis as the portal's other calls into an agency do
(``nhanhsdvcqg``), the dossier stands at 13 until then, at 1 once the agency has taken it, at 14 when it could not be
sent (the statuses of BTXH annex 2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.country.axis import Axis, find_unit
from emulator.country.furnish import nearest
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.services.portal.envelope import stamp
from emulator.services.portal.models import PortalDossier, Procedure
from emulator.services.portal.pack import Portal
from emulator.wire.codes import full_form, short_form
from emulator.wire.json_body import is_deep

FORWARD = "/XrdAdapter/RestService/forward"
NOT_SENT, NEW, UNSENDABLE = 13, 1, 14
_DAY_MS = 86_400_000
_DAYS = 10


class CannotFile(Exception):
    """The portal cannot take a dossier; says why in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def file_at_portal(
    citizen: str, procedure_code: str, agency_code: str, world: World, said: Mapping[str, str] | None = None
) -> PortalDossier:
    """Write a citizen's dossier down at the portal and return it. The world must be held.

    ``said`` are official fields that the citizen fills in: whose dossier it is, and what it is about.

    Raises:
        CannotFile: there is no such procedure, no agency of that code that the portal could call, or no room.
    """
    full = world.why_full()
    if full:
        raise CannotFile(*full)
    portal = Portal(world)
    procedure = portal.base.procedures.get(procedure_code)
    if procedure is None:
        near_vi, near_en = nearest(procedure_code[:40], portal.base.procedures)
        vi, en = f"không có thủ tục '{procedure_code}'{near_vi}", f"there is no procedure '{procedure_code}'{near_en}"
        raise CannotFile(vi, en)
    unit = short_form(full_form(agency_code.upper()))
    subsystem_of_agency(unit, world)
    code = f"G22.99-{stamp(world.now_ms)[2:8]}-{world.count('filed-at-portal') % 10_000:04d}"
    dossier = PortalDossier(
        code=code,
        unit_code=unit,
        procedure_code=procedure_code,
        status=NOT_SENT,
        owner_id=citizen,
        received_at=world.now_ms,
        changed_at=world.now_ms,
        fields=_fields(code, unit, procedure, world) | dict(said or {}),
        lists={"DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": citizen}], "TaiLieuNop": []},
        origin="portal",
    )
    portal.dossiers.put_record(dossier)
    return dossier


def _fields(code: str, unit: str, procedure: Procedure, world: World) -> dict[str, str]:
    agency = Portal(world).agency(unit)
    sector = procedure.sectors[0] if procedure.sectors else ("", "")
    return {
        "MaHoSo": code,
        "MaTTHC": procedure.code,
        "TenTTHC": procedure.name,
        "MaLinhVuc": sector[0],
        "TenLinhVuc": sector[1],
        "KenhThucHien": "2",
        "LoaiDoiTuong": "1",
        "TrichYeuHoSo": procedure.name[:1000],
        "NgayTiepNhan": stamp(world.now_ms),
        "NgayNopHoSo": stamp(world.now_ms),
        "NgayHenTra": stamp(world.now_ms + _DAYS * _DAY_MS),
        "TrangThaiHoSo": str(NOT_SENT),
        "HinhThuc": "0",
        "DonViXuLy": agency.name if agency else unit,
        "NoiNopHoSo": "1",
    }


def subsystem_of_agency(unit: str, world: World) -> str:
    """Return where the portal calls an agency: a unit of the sandbox, else by the list of V.1.

    Raises:
        CannotFile: neither knows it.
    """
    found = find_unit(unit, world)
    if found and Axis(world).subsystem(found.subsystem):
        return found.subsystem
    agency = Portal(world).agency(unit)
    if agency is None or not agency.security_server:
        near_vi, near_en = nearest(unit, [short_form(each.code) for each in Portal(world).security_servers()])
        raise CannotFile(
            f"cơ quan '{unit}' không có máy chủ bảo mật nào trong danh sách{near_vi}",
            f"agency '{unit}' has no security server on the list{near_en}",
        )
    return agency.security_server


def is_played(dossier: PortalDossier, world: World) -> bool:
    """Tell whether the emulator plays the agency: then nobody is called, and it takes what it is sent."""
    return Axis(world).live_agencies.get(subsystem_of_agency(dossier.unit_code, world)) is None


def played_reply(dossier: PortalDossier, world: World) -> Reply:
    """Return what a played agency answers: it takes the dossier if it has let the portal in (KDL V.4)."""
    subsystem = subsystem_of_agency(dossier.unit_code, world)
    if not Axis(world).may_call(world.settings.portal_caller, subsystem):
        return Reply(500, b'{"type":"Server.ServerProxy.AccessDenied"}')
    return Reply(200, json.dumps({"error_code": 0, "message": f"{dossier.code}|"}).encode())


def hand_over_call(dossier: PortalDossier, world: World) -> Call:
    """Return the call by which the portal hands a dossier to its agency."""
    body = {"service": "NhanHoSo", "isUpdating": "False", "data": {**dossier.fields, **dossier.lists}}
    sent = json.dumps(body, ensure_ascii=False).encode()
    path = f"/s/{world.sandbox.id}{FORWARD}/nhanhsdvcqg"
    query = f"dstcode={subsystem_of_agency(dossier.unit_code, world)}"
    return Call(
        method="POST",
        path=path,
        query=query,
        headers=(("content-type", "application/json"), ("charset", "utf-8")),
        body=sent,
        body_size=len(sent),
        target=f"{path}?{query}",
        host="localhost",
        caller=world.settings.portal_caller,
    )


def body_of(reply: Reply) -> dict[str, Any] | None:
    """Return the JSON object an agency answered with; None for anything else. A file is read to its end once."""
    body = b"".join(reply.file.chunks()) if reply.file else reply.body
    try:
        content = None if is_deep(body) else json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def settle_hand_over(code: str, status: int, said: dict[str, Any] | None, world: World) -> int:
    """Move a dossier on by what the agency answered, and return its status. The world must be held.

    0 is taken, and 1 too: the agency has it already (src:portal-callbacks).
    """
    portal = Portal(world)
    dossier = portal.dossiers.get(code)
    if dossier is None or dossier.status != NOT_SENT:
        return dossier.status if dossier else UNSENDABLE
    is_taken = status == 200 and said is not None and str(said.get("error_code")) in ("0", "1")
    after = NEW if is_taken else UNSENDABLE
    fields = dossier.fields | {"TrangThaiHoSo": str(after)}
    portal.dossiers.put_record(replace(dossier, status=after, changed_at=world.now_ms, fields=fields))
    return after
