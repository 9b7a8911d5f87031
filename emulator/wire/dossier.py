"""Reading a body of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3)."""

from __future__ import annotations

from typing import Any

from emulator.kernel.clock import read_moment
from emulator.wire.forms import DossierForm
from emulator.wire.json_body import read_object
from emulator.wire.reading import Reading


def read_dossier(body: bytes, size: int, reading: Reading) -> DossierForm:
    """Read a dossier; ``size`` is what the client sent, ``body`` what was kept of it.

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    given: dict[str, Any] = read_object(body, size, reading)
    for name in ("LoaiDuLieu", "MaHoSo", "MaTinh", "StatusId", "NgayTiepNhan"):
        if not given.get(name):
            reading.refuse("required", f"/{name}", -5, f"Thiếu trường bắt buộc {name}", f"{name} is missing")
    reading.check()
    received_at = read_moment(str(given["NgayTiepNhan"])) or reading.rules.now_ms
    return DossierForm(
        record_kind=int(str(given["LoaiDuLieu"])),
        code=str(given["MaHoSo"]),
        province_code=str(given["MaTinh"]),
        district_code=str(given.get("MaHuyen") or ""),
        commune_code=str(given.get("MaXa") or ""),
        status=int(str(given["StatusId"])),
        owner_id=str(given.get("CMND") or ""),
        received_at=received_at,
        submitted_at=read_moment(str(given.get("SubmittedDate"))) or received_at,
        fields={name: None if value is None else str(value) for name, value in given.items()},
    )
