"""The operations of the BTXH service; ``OPERATIONS`` is the table of contents."""

from __future__ import annotations

from emulator.kernel.clock import read_moment
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.wire import btxh
from emulator.world.records import Dossier
from emulator.world.world import World


def synchronise_dossier(call: Call, world: World) -> Reply:
    """``DongBoDVC``: a province pushes a dossier (BTXH 3.1.1)."""
    body = btxh.read_object(call.body)
    missing = [name for name in ("LoaiDuLieu", "MaHoSo", "MaTinh", "StatusId", "NgayTiepNhan") if not body.get(name)]
    if missing:
        raise ServiceRefusal(-5, f"Thiếu trường bắt buộc: {', '.join(missing)}")
    received_at = read_moment(str(body["NgayTiepNhan"])) or world.now_ms
    fields = {name: None if value is None else str(value) for name, value in body.items()}
    world.hold()
    world.dossiers.put(
        Dossier(
            code=str(body["MaHoSo"]),
            origin="local",
            province_code=str(body["MaTinh"]),
            district_code=str(body.get("MaHuyen") or ""),
            commune_code=str(body.get("MaXa") or ""),
            status=int(str(body["StatusId"])),
            owner_id=str(body.get("CMND") or ""),
            received_at=received_at,
            submitted_at=received_at,
            changed_at=world.now_ms,
            fields=fields,
        )
    )
    return btxh.accepted()


OPERATIONS = {"DongBoDVC": synchronise_dossier}
