"""Reading a body of ``DanhSachHoSo`` or ``TienTrinhXuLy`` (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

from typing import Any

from emulator.kernel.clock import read_moment
from emulator.wire.forms import PullForm
from emulator.wire.json_body import read_object
from emulator.wire.reading import Reading


def read_pull(body: bytes, size: int, reading: Reading, takes_kind: bool) -> PullForm:
    """Read a pull; ``takes_kind`` tells that the operation has ``LoaiDuLieu`` (``DanhSachHoSo`` has, B14).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    given: dict[str, Any] = read_object(body, size, reading)
    needed = ("MaTinh", "ThoiGianBatDau", "ThoiGianKetThuc", *(("LoaiDuLieu",) if takes_kind else ()))
    for name in needed:
        if not given.get(name):
            reading.refuse("required", f"/{name}", -5, f"Thiếu trường bắt buộc {name}", f"{name} is missing")
    reading.check()
    return PullForm(
        int(str(given["LoaiDuLieu"])) if takes_kind else None,
        str(given["MaTinh"]),
        str(given.get("MaHuyen") or ""),
        str(given.get("MaXa") or ""),
        read_moment(str(given["ThoiGianBatDau"])) or 0,
        read_moment(str(given["ThoiGianKetThuc"])) or reading.rules.now_ms,
    )
